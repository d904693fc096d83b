//! The evidence bundle: an archive that stands on its own.

use std::collections::BTreeMap;

use domain::Digest;
use domain::evidence::ChainHead;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::evidence::{Evidence, Fault};
use crate::strict;
use crate::zip::{self, ZipError};

/// What a bundle says of itself: the first of its files.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Manifest {
    /// Of this shape; 1.
    pub version: u32,
    /// The request.
    pub request: String,
    /// Its state, in the words of the API.
    pub state: String,
    /// When the bundle was made, RFC 3339.
    pub made_at: String,
    /// What made it.
    pub software: String,
    /// The end of the evidence chain.
    pub events: HeadOf,
    /// The end of the custody chain.
    pub custody: HeadOf,
    /// Every other file, in its order.
    pub files: Vec<FileOf>,
    /// Documents that are still kept but too large to be in the bundle.
    pub left_out: Vec<FileOf>,
    /// Whose personal values were erased: signatories by id, or `request` for everyone.
    pub erased: Vec<String>,
}

/// The end of a chain.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HeadOf {
    /// How many events it has.
    pub length: u64,
    /// The hash of the last one.
    pub hash: String,
}

/// A file.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FileOf {
    /// Its name in the archive.
    pub name: String,
    /// Its length.
    pub size_bytes: u64,
    /// Its digest.
    pub sha256: String,
}

impl From<&ChainHead> for HeadOf {
    fn from(head: &ChainHead) -> Self {
        Self { length: head.length, hash: head.hash.to_hex() }
    }
}

impl FileOf {
    /// Of these bytes under this name.
    #[must_use]
    pub fn of(name: &str, bytes: &[u8]) -> Self {
        let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Self { name: name.to_owned(), size_bytes, sha256: Digest::of(bytes).to_hex() }
    }
}

/// The bundle of these files; the manifest's own list of them is filled in.
///
/// # Errors
///
/// [`ZipError`] when there is too much for one archive.
pub fn write(mut manifest: Manifest, files: Vec<(String, Vec<u8>)>) -> Result<Vec<u8>, ZipError> {
    manifest.files = files.iter().map(|(name, bytes)| FileOf::of(name, bytes)).collect();
    let text = serde_json::to_vec_pretty(&manifest).map_err(|_| ZipError::TooLarge)?;
    zip::write(&[vec![(MANIFEST.to_owned(), text)], files].concat())
}

/// A bundle that was opened.
#[derive(Clone, Debug)]
pub struct Bundle<'a> {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Its evidence.
    pub evidence: Evidence,
    /// Every file but the manifest, by name.
    pub files: BTreeMap<String, &'a [u8]>,
}

impl<'a> Bundle<'a> {
    /// Opens a bundle, and notes what of its files is not as the manifest says.
    ///
    /// # Errors
    ///
    /// A [`Fault`] when there is nothing to look at further.
    pub fn open(archive: &'a [u8]) -> Result<(Self, Vec<Fault>), Fault> {
        let files = zip::read(archive).map_err(|error| Fault::new("archive", error.to_string()))?;
        let mut files = files.into_iter();
        let manifest = files.next().filter(|(name, _)| name == MANIFEST).map(|(_, bytes)| bytes);
        let manifest = manifest.and_then(read::<Manifest>);
        let manifest = manifest.filter(|it| it.version == 1);
        let manifest = manifest.ok_or_else(|| Fault::new(MANIFEST, "is missing, or has an unknown form"))?;
        let files: Vec<(String, &[u8])> = files.collect();
        let mut faults = Vec::new();
        for wanted in &manifest.files {
            match files.iter().find(|(name, _)| *name == wanted.name) {
                None => faults.push(Fault::new(&wanted.name, "is missing")),
                Some((name, bytes)) if FileOf::of(name, bytes) != *wanted => {
                    faults.push(Fault::new(name, "is not what the manifest says"));
                }
                Some(_) => {}
            }
        }
        for (name, _) in files.iter().filter(|(name, _)| !manifest.files.iter().any(|it| it.name == *name)) {
            faults.push(Fault::new(name, "is not in the manifest"));
        }
        let files: BTreeMap<String, &[u8]> = files.into_iter().collect();
        let evidence = files.get(EVIDENCE).and_then(|it| read::<Evidence>(it));
        let evidence = evidence.ok_or_else(|| Fault::new(EVIDENCE, "is missing, or has an unknown form"))?;
        Ok((Self { manifest, evidence, files }, faults))
    }

    /// The files of a folder, with their names in it.
    pub fn folder(&self, folder: &'static str) -> impl Iterator<Item = (&str, &'a [u8])> {
        self.files
            .iter()
            .filter_map(move |(name, bytes)| Some((name.strip_prefix(folder)?.strip_prefix('/')?, *bytes)))
    }
}

/// Reads a file that every program has to read the same way.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_value(strict::parse(bytes)?).ok()
}

/// The name of the manifest.
pub const MANIFEST: &str = "manifest.json";
/// The name of the evidence.
pub const EVIDENCE: &str = "evidence.json";
/// The name of the audit trail on paper.
pub const AUDIT: &str = "audit.pdf";
/// The name of the accepted document.
pub const ACCEPTED: &str = "documents/accepted.pdf";
/// The name of the document with every seal.
pub const SIGNED: &str = "documents/signed.pdf";
