//! The data directory: marked as ours, held by one process, private where it holds secrets.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::store::ITEM_VERSION;

/// A directory with the whole state of one stage. Clones keep it locked.
#[derive(Clone, Debug)]
pub struct DataDir(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    _lock: File,
    _temporary: Option<tempfile::TempDir>,
}

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// A file holds what this program never wrote.
    #[error("{path} is damaged ({what}); start with --reset to begin anew")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The system refused.
    #[error("{path} cannot be used: {source}")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another process holds it.
    #[error("{0} is in use by another Paraphe process; stop that one or choose another --data")]
    Locked(PathBuf),
    /// Another version of Paraphe wrote it, in shapes that this one does not read.
    #[error("{0} was written by another version of Paraphe; choose another --data, or --reset to begin anew")]
    OtherVersion(PathBuf),
    /// Somebody else's files are in it.
    #[error("{0} holds files but no Paraphe data; choose another --data")]
    NotOurs(PathBuf),
}

impl DataDir {
    /// Opens or creates the directory and holds its lock.
    ///
    /// # Errors
    ///
    /// [`DiskError::NotOurs`] for a directory with other files, [`DiskError::OtherVersion`] for one of another
    /// version, [`DiskError::Locked`] when another process has it open.
    pub fn open(root: &Path) -> Result<Self, DiskError> {
        create_private_dir(root)?;
        let marker = root.join(MARKER);
        if marker.exists() {
            let text = fs::read_to_string(&marker).map_err(|source| io_error(&marker, source))?;
            if text != marker_text() {
                return Err(DiskError::OtherVersion(root.to_owned()));
            }
        } else {
            let mut entries = fs::read_dir(root).map_err(|source| io_error(root, source))?;
            if entries.next().is_some() {
                return Err(DiskError::NotOurs(root.to_owned()));
            }
            fs::write(&marker, marker_text()).map_err(|source| io_error(&marker, source))?;
        }
        Self::lock(root, None)
    }

    /// Whether a directory is one of ours.
    pub(crate) fn is_one(root: &Path) -> bool {
        root.join(MARKER).exists()
    }

    /// A directory that is deleted with its last clone.
    ///
    /// # Errors
    ///
    /// [`DiskError::Io`] when the system has no room for it.
    pub fn temporary() -> Result<Self, DiskError> {
        let directory = tempfile::Builder::new()
            .prefix("paraphe-")
            .tempdir()
            .map_err(|source| io_error(&std::env::temp_dir(), source))?;
        let root = directory.path().to_owned();
        Self::lock(&root, Some(directory))
    }

    /// Deletes a directory that [`DataDir::open`] made. One that does not exist is fine.
    ///
    /// # Errors
    ///
    /// [`DiskError::NotOurs`] when it holds no marker, [`DiskError::Locked`] when a process uses it.
    pub fn reset(root: &Path) -> Result<(), DiskError> {
        if !root.exists() {
            return Ok(());
        }
        if !Self::is_one(root) {
            return Err(DiskError::NotOurs(root.to_owned()));
        }
        let held = Self::lock(root, None)?;
        fs::remove_dir_all(root).map_err(|source| io_error(root, source))?;
        drop(held);
        Ok(())
    }

    /// A file or directory in it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.root.join(name)
    }

    /// The directory itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.0.root
    }

    /// Creates a directory in it.
    pub(crate) fn directory(&self, name: &str) -> Result<PathBuf, DiskError> {
        let path = self.path(name);
        create_private_dir(&path)?;
        Ok(path)
    }

    /// Reads a JSON file, if it is there.
    pub(crate) fn load<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, DiskError> {
        let path = self.path(name);
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|error| DiskError::Damaged { path, what: error.to_string() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(DiskError::Io { path, source }),
        }
    }

    /// Replaces a JSON file at once, readable by its owner only.
    pub(crate) fn store<T: Serialize>(&self, name: &str, value: &T) -> Result<(), DiskError> {
        let bytes = serde_json::to_vec_pretty(value)
            .map_err(|error| DiskError::Damaged { path: self.path(name), what: error.to_string() })?;
        self.write(name, &bytes)
    }

    /// Replaces a file at once, readable by its owner only.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), DiskError> {
        let path = self.path(name);
        let staged = self.path(&format!("{name}.new"));
        let write = || {
            let mut file =
                OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&staged)?;
            file.write_all(bytes)?;
            fs::rename(&staged, &path)
        };
        write().map_err(|source| io_error(&path, source))
    }

    fn lock(root: &Path, temporary: Option<tempfile::TempDir>) -> Result<Self, DiskError> {
        let path = root.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|source| io_error(&path, source))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DiskError::Locked(root.to_owned())),
            Err(TryLockError::Error(source)) => return Err(io_error(&path, source)),
        }
        Ok(Self(Arc::new(Inner { root: root.to_owned(), _lock: file, _temporary: temporary })))
    }
}

/// A file of JSON lines that only grows until it is rewritten.
///
/// A line is in the hands of the system before [`Log::append`] returns, so it survives the end of this
/// process; nothing is synced to the medium, as a trial does not promise to survive the loss of power.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    file: File,
    size_bytes: u64,
}

impl Log {
    /// Opens or creates the file and reads its lines; a last line that was cut short is dropped.
    pub(crate) fn open(path: PathBuf) -> Result<(Self, Vec<Value>), DiskError> {
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(DiskError::Io { path, source }),
        };
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let lines = bytes
            .get(..whole)
            .unwrap_or_default()
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(serde_json::from_slice)
            .collect::<Result<Vec<Value>, _>>()
            .map_err(|error| DiskError::Damaged { path: path.clone(), what: error.to_string() })?;
        let open = || {
            let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path)?;
            file.set_len(whole as u64)?;
            Ok(file)
        };
        let file = open().map_err(|source| io_error(&path, source))?;
        Ok((Self { path, file, size_bytes: whole as u64 }, lines))
    }

    /// Adds a line.
    pub(crate) fn append(&mut self, line: &Value) -> Result<(), DiskError> {
        let mut text = line.to_string();
        text.push('\n');
        self.size_bytes += text.len() as u64;
        self.file.write_all(text.as_bytes()).map_err(|source| io_error(&self.path, source))
    }

    /// Replaces all lines.
    pub(crate) fn rewrite(&mut self, lines: &[Value]) -> Result<(), DiskError> {
        let staged = self.path.with_extension("new");
        let mut text = String::new();
        for line in lines {
            text.push_str(&line.to_string());
            text.push('\n');
        }
        let swap = || {
            let mut file =
                OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&staged)?;
            file.write_all(text.as_bytes())?;
            fs::rename(&staged, &self.path)?;
            OpenOptions::new().append(true).open(&self.path)
        };
        self.file = swap().map_err(|source| io_error(&self.path, source))?;
        self.size_bytes = text.len() as u64;
        Ok(())
    }

    /// How large the file is.
    pub(crate) const fn size_bytes(&self) -> u64 {
        self.size_bytes
    }
}

fn create_private_dir(path: &Path) -> Result<(), DiskError> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|source| io_error(path, source))
}

fn io_error(path: &Path, source: io::Error) -> DiskError {
    DiskError::Io { path: path.to_owned(), source }
}

fn marker_text() -> String {
    format!(
        "The state of a Paraphe that runs on this machine, with items of version {ITEM_VERSION}.\n\
         Delete the directory to begin anew.\n"
    )
}

const MARKER: &str = "PARAPHE";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_directory_belongs_to_one_process_and_only_ours_is_reset() {
        let parent = tempfile::tempdir().unwrap();
        let ours = parent.path().join("data");
        let held = DataDir::open(&ours).unwrap();
        assert!(matches!(DataDir::open(&ours), Err(DiskError::Locked(_))));
        assert!(matches!(DataDir::reset(&ours), Err(DiskError::Locked(_))));
        drop(held);
        DataDir::reset(&ours).unwrap();
        assert!(!ours.exists());

        let theirs = parent.path().join("theirs");
        fs::create_dir(&theirs).unwrap();
        fs::write(theirs.join("thesis.txt"), "years of work").unwrap();
        assert!(matches!(DataDir::reset(&theirs), Err(DiskError::NotOurs(_))));
        assert!(matches!(DataDir::open(&theirs), Err(DiskError::NotOurs(_))));
        assert!(theirs.join("thesis.txt").exists());
    }

    #[test]
    fn what_another_version_wrote_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("data");
        drop(DataDir::open(&root).unwrap());
        drop(DataDir::open(&root).unwrap());
        fs::write(root.join(MARKER), "The state of a Paraphe of last year.").unwrap();
        assert!(matches!(DataDir::open(&root), Err(DiskError::OtherVersion(_))));
        DataDir::reset(&root).unwrap();
        drop(DataDir::open(&root).unwrap());
    }

    #[test]
    fn a_line_that_was_cut_short_is_dropped_and_a_damaged_one_is_not() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("log.jsonl");
        fs::write(&path, "{\"a\":1}\n{\"b\":").unwrap();
        let (mut log, lines) = Log::open(path.clone()).unwrap();
        assert_eq!(lines, [json!({ "a": 1 })]);
        log.append(&json!({ "c": 3 })).unwrap();
        drop(log);
        assert_eq!(Log::open(path.clone()).unwrap().1, [json!({ "a": 1 }), json!({ "c": 3 })]);
        fs::write(&path, "{\"a\":\n{\"b\":2}\n").unwrap();
        assert!(matches!(Log::open(path), Err(DiskError::Damaged { .. })));
    }

    #[test]
    fn secrets_are_readable_by_their_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let data = DataDir::temporary().unwrap();
        data.store("secrets.json", &json!({ "a": "b" })).unwrap();
        let mode = fs::metadata(data.path("secrets.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(data.load::<Value>("secrets.json").unwrap(), Some(json!({ "a": "b" })));
    }
}
