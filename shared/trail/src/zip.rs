//! ZIP archives (APPNOTE 6.3), as far as bundles need them: stored, without gaps, comments or extensions.
//!
//! **Invariant:** an archive that is read is one that this module would have written, so that two programs never
//! see different files in it.

/// Why an archive is not taken, or cannot be written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ZipError {
    /// It is not the archive that its files would give.
    #[error("the archive is not one of stored files, one after the other: {what}")]
    Form {
        /// What was expected.
        what: &'static str,
    },
    /// There is too much for one archive.
    #[error("the archive would be too large")]
    TooLarge,
}

/// An archive of these files, in their order. The same files give the same bytes.
///
/// # Errors
///
/// [`ZipError`] over 4 GiB, over 65,535 files, or for a name that is not plain.
pub fn write(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, ZipError> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for (name, bytes) in files {
        if !is_plain(name) {
            return Err(ZipError::Form { what: "a plain name" });
        }
        let offset = small(archive.len())?;
        let entry = Entry { name, crc: crc32fast::hash(bytes), size: small(bytes.len())? };
        entry.write_local(&mut archive);
        archive.extend_from_slice(bytes);
        entry.write_central(offset, &mut directory);
    }
    let start = small(archive.len())?;
    archive.extend_from_slice(&directory);
    let count = u16::try_from(files.len()).map_err(|_| ZipError::TooLarge)?;
    small(archive.len())?;
    archive.extend_from_slice(&end(count, small(directory.len())?, start));
    Ok(archive)
}

/// The files of an archive, in their order.
///
/// # Errors
///
/// [`ZipError::Form`] unless it is to the byte what [`write()`] gives for them.
pub fn read(archive: &[u8]) -> Result<Vec<(String, &[u8])>, ZipError> {
    let form = |what| ZipError::Form { what };
    let (front, tail) = archive.split_last_chunk::<END_BYTES>().ok_or(form("an end"))?;
    let number = |at: usize| tail.get(at..at + 4).and_then(|it| it.try_into().ok()).map(u32::from_le_bytes);
    let count = tail.get(10..12).and_then(|it| it.try_into().ok()).map(u16::from_le_bytes);
    let (count, start) = count.zip(number(16)).ok_or(form("an end"))?;
    let start = usize::try_from(start).map_err(|_| form("an end"))?;
    let (mut bodies, directory) = front.split_at_checked(start).ok_or(form("a directory"))?;
    if *tail != end(count, small(directory.len())?, small(start)?) {
        return Err(form("an end without a comment"));
    }
    let mut files: Vec<(String, &[u8])> = Vec::new();
    let mut rebuilt = Vec::new();
    for _ in 0..count {
        let offset = small(start - bodies.len())?;
        let (head, rest) = bodies.split_first_chunk::<LOCAL_BYTES>().ok_or(form("a file"))?;
        let field =
            |at: usize| head.get(at..at + 4).and_then(|it| it.try_into().ok()).map(u32::from_le_bytes);
        let name_bytes = head.get(26..28).and_then(|it| it.try_into().ok()).map(u16::from_le_bytes);
        let (size, name_bytes) = field(22).zip(name_bytes).ok_or(form("a file"))?;
        let (name, rest) = rest.split_at_checked(usize::from(name_bytes)).ok_or(form("a name"))?;
        let size = usize::try_from(size).map_err(|_| form("a file"))?;
        let (bytes, rest) = rest.split_at_checked(size).ok_or(form("a whole file"))?;
        let name = std::str::from_utf8(name).ok().filter(|it| is_plain(it)).ok_or(form("a plain name"))?;
        if files.iter().any(|(other, _)| other == name) {
            return Err(form("each name once"));
        }
        let entry = Entry { name, crc: crc32fast::hash(bytes), size: small(bytes.len())? };
        let mut local = Vec::new();
        entry.write_local(&mut local);
        if local.get(..LOCAL_BYTES) != Some(head.as_slice()) {
            return Err(form("a stored file with its checksum"));
        }
        entry.write_central(offset, &mut rebuilt);
        files.push((name.to_owned(), bytes));
        bodies = rest;
    }
    if !bodies.is_empty() || rebuilt != directory {
        return Err(form("a directory of exactly its files"));
    }
    Ok(files)
}

struct Entry<'a> {
    name: &'a str,
    crc: u32,
    size: u32,
}

impl Entry<'_> {
    fn write_local(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(b"PK\x03\x04");
        self.write_common(to);
        to.extend_from_slice(&[0, 0]);
        to.extend_from_slice(self.name.as_bytes());
    }

    fn write_central(&self, offset: u32, to: &mut Vec<u8>) {
        to.extend_from_slice(b"PK\x01\x02");
        to.extend_from_slice(&VERSION);
        self.write_common(to);
        // No extension, no comment, the first disk, no attributes.
        to.extend_from_slice(&[0; 12]);
        to.extend_from_slice(&offset.to_le_bytes());
        to.extend_from_slice(self.name.as_bytes());
    }

    /// What both headers say: version, no flags, stored, the first day of ZIP's calendar, and the sizes.
    fn write_common(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&VERSION);
        to.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0x21, 0]);
        for number in [self.crc, self.size, self.size] {
            to.extend_from_slice(&number.to_le_bytes());
        }
        // A plain name is shorter than this.
        to.extend_from_slice(&u16::try_from(self.name.len()).unwrap_or(u16::MAX).to_le_bytes());
    }
}

fn end(count: u16, directory_bytes: u32, start: u32) -> [u8; END_BYTES] {
    let mut end = [0; END_BYTES];
    let count = count.to_le_bytes();
    let parts: [&[u8]; 6] = [
        b"PK\x05\x06\0\0\0\0",
        &count,
        &count,
        &directory_bytes.to_le_bytes(),
        &start.to_le_bytes(),
        &[0, 0],
    ];
    for (to, from) in end.iter_mut().zip(parts.concat()) {
        *to = from;
    }
    end
}

/// Letters, digits, points, dashes and single slashes between them: nothing that leads out of a folder.
fn is_plain(name: &str) -> bool {
    let part = |it: &str| {
        !it.is_empty()
            && !it.starts_with('.')
            && it.bytes().all(|it| it.is_ascii_alphanumeric() || b".-_".contains(&it))
    };
    name.len() <= MAX_NAME_BYTES && name.split('/').all(part)
}

fn small(length: usize) -> Result<u32, ZipError> {
    u32::try_from(length).ok().filter(|it| *it < u32::MAX).ok_or(ZipError::TooLarge)
}

const VERSION: [u8; 2] = [20, 0];
const END_BYTES: usize = 22;
const LOCAL_BYTES: usize = 30;
const MAX_NAME_BYTES: usize = 200;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn files() -> Vec<(String, Vec<u8>)> {
        vec![("a.txt".into(), b"one".to_vec()), ("b/c.pdf".into(), vec![7; 300]), ("d".into(), Vec::new())]
    }

    #[test]
    fn what_was_written_is_read() {
        for files in [Vec::new(), files()] {
            let archive = write(&files).unwrap();
            let read: Vec<_> =
                read(&archive).unwrap().into_iter().map(|(name, it)| (name, it.to_vec())).collect();
            assert_eq!(read, files);
        }
        for name in ["", "../a", "a//b", "/a", ".a", "a b", "a\\b"] {
            assert!(write(&[(name.to_owned(), Vec::new())]).is_err(), "{name}");
        }
    }

    #[test]
    fn every_single_byte_counts() {
        let archive = write(&files()).unwrap();
        for at in 0..archive.len() {
            for bit in [1, 0x80] {
                let mut other = archive.clone();
                other[at] ^= bit;
                assert!(read(&other).is_err(), "byte {at}");
            }
            assert!(read(&archive[..at]).is_err() && read(&archive[at + 1..]).is_err(), "cut at {at}");
        }
        assert!(read(&[archive.clone(), vec![0]].concat()).is_err());
        let twice = [files(), files()].concat();
        assert!(write(&twice).is_ok_and(|it| read(&it).is_err()), "a name stands there twice");
    }
}
