//! Just enough ZIP (PKWARE APPNOTE 6.3) to find files inside.
//!
//! **Invariant:** only what the central directory lists is read; nothing is unpacked beyond its limit.

use std::io::Read;

use flate2::bufread::DeflateDecoder;
use memchr::memmem;

/// One file of an archive.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Member {
    pub(crate) name: String,
    method: u16,
    encrypted: bool,
    packed: std::ops::Range<usize>,
    /// As the directory says; not to be trusted.
    size: u64,
}

/// The files that an archive lists, at most `limit`; `None` when it cannot be read.
pub(crate) fn members(archive: &[u8], limit: usize) -> Option<Vec<Member>> {
    let tail = archive.len().saturating_sub(END_WITHIN);
    let end = tail + memmem::rfind(archive.get(tail..)?, b"PK\x05\x06")?;
    let count = usize::from(number16(archive, end + 10)?);
    let mut at = usize::try_from(number32(archive, end + 16)?).ok()?;
    let mut found = Vec::new();
    for _ in 0..count.min(limit) {
        if archive.get(at..at + 4)? != b"PK\x01\x02" {
            return None;
        }
        let name_length = usize::from(number16(archive, at + 28)?);
        let extra = usize::from(number16(archive, at + 30)?) + usize::from(number16(archive, at + 32)?);
        let name = archive.get(at + 46..at + 46 + name_length)?;
        let packed_size = usize::try_from(number32(archive, at + 20)?).ok()?;
        let local = usize::try_from(number32(archive, at + 42)?).ok()?;
        if archive.get(local..local.checked_add(4)?)? != b"PK\x03\x04" {
            return None;
        }
        let lead =
            30 + usize::from(number16(archive, local + 26)?) + usize::from(number16(archive, local + 28)?);
        let start = local + lead;
        archive.get(start..start.checked_add(packed_size)?)?;
        found.push(Member {
            name: String::from_utf8_lossy(name).into_owned(),
            method: number16(archive, at + 10)?,
            encrypted: number16(archive, at + 8)? & 1 != 0,
            packed: start..start + packed_size,
            size: number32(archive, at + 24)?.into(),
        });
        at += 46 + name_length + extra;
    }
    Some(found)
}

impl Member {
    /// Whether it is a folder, which holds nothing itself.
    pub(crate) fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }

    /// The file's bytes; `None` if they are encrypted, packed by an unknown method, or more than `limit`.
    pub(crate) fn unpack(&self, archive: &[u8], limit: u64) -> Option<Vec<u8>> {
        if self.encrypted || self.size > limit {
            return None;
        }
        let packed = archive.get(self.packed.clone())?;
        match self.method {
            STORED if packed.len() as u64 <= limit => Some(packed.to_vec()),
            DEFLATED => {
                let mut bytes = Vec::new();
                DeflateDecoder::new(packed).take(limit + 1).read_to_end(&mut bytes).ok()?;
                (bytes.len() as u64 <= limit).then_some(bytes)
            }
            _ => None,
        }
    }
}

fn number16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// The end record stands behind everything but a comment of at most 65535 bytes.
const END_WITHIN: usize = 22 + 65_535;
