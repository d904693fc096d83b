//! The digests of what the signatures of a PDF cover, and of its revisions.

use std::{collections::HashMap, io};

use memchr::memmem;
use pdf::{RangeCoverage, ReadAt, SignatureFound};

use super::body::Body;
use crate::{
    hash::HashAlgorithm,
    validate::digest::{Covered, Digests, digest_file},
};

/// All digests of one file, made in one pass.
pub(super) struct CoveredDigests {
    digests: Digests,
    /// By index of the signature and algorithm: index into the digests of what is covered.
    jobs: HashMap<(usize, HashAlgorithm), usize>,
}

impl CoveredDigests {
    pub(super) fn of(
        source: &dyn ReadAt,
        ends: &[u64],
        found: &[SignatureFound],
        bodies: &[Body<'_>],
    ) -> io::Result<Self> {
        let mut jobs = HashMap::new();
        let mut covered: Vec<Covered> = Vec::new();
        for (index, (found, body)) in found.iter().zip(bodies).enumerate() {
            if matches!(found.coverage, RangeCoverage::Broken(_)) {
                continue;
            }
            let [_, gap_start, gap_end, length] = found.byte_range;
            let Some(end) = gap_end.checked_add(length) else { continue };
            for algorithm in [HashAlgorithm::Sha256].into_iter().chain(body.algorithms()) {
                let job = Covered { gap_start, gap_end, end, algorithm };
                let known = covered.iter().position(|known| *known == job);
                let at = known.unwrap_or(covered.len());
                if known.is_none() {
                    covered.push(job);
                }
                jobs.insert((index, algorithm), at);
            }
        }
        Ok(Self { digests: digest_file(source, ends, &covered)?, jobs })
    }

    /// The digest of what a signature covers.
    pub(super) fn of_signature(&self, index: usize, algorithm: HashAlgorithm) -> Option<Vec<u8>> {
        self.digests.covered.get(*self.jobs.get(&(index, algorithm))?)?.clone()
    }

    pub(super) fn sha256(&self, index: usize) -> Option<[u8; 32]> {
        self.of_signature(index, HashAlgorithm::Sha256)?.try_into().ok()
    }

    pub(super) fn whole(&self) -> [u8; 32] {
        self.digests.whole
    }

    pub(super) fn revisions(&self) -> &[[u8; 32]] {
        &self.digests.prefixes
    }
}

/// Where parts of a file may end that are a PDF by themselves, last first: behind each `%%EOF`, a few at most.
pub(super) fn ends_of_parts(source: &dyn ReadAt) -> io::Result<Vec<u64>> {
    const MARK: &[u8] = b"%%EOF";
    let size = source.size();
    let mut ends = Vec::new();
    let mut end = size;
    let mut buffer = Vec::new();
    while end > 0 && ends.len() < MAX_PARTS {
        let start = end.saturating_sub(SEARCH_BLOCK);
        // A mark across the border is found with the block before it.
        let stop = (end + MARK.len() as u64 - 1).min(size);
        buffer.resize(usize::try_from(stop - start).unwrap_or_default(), 0);
        source.read_at(start, &mut buffer)?;
        for at in memmem::rfind_iter(&buffer, MARK) {
            let behind = at + MARK.len();
            let line_end = match buffer.get(behind..).unwrap_or_default() {
                [b'\r', b'\n', ..] => 2,
                [b'\r' | b'\n', ..] => 1,
                _ => 0,
            };
            let found = start + (behind + line_end) as u64;
            if found < size && ends.len() < MAX_PARTS && ends.last() != Some(&found) {
                ends.push(found);
            }
        }
        end = start;
    }
    Ok(ends)
}

/// Parts that are tried. Each costs what reading cross-references costs.
const MAX_PARTS: usize = 8;
const SEARCH_BLOCK: u64 = 256 << 10;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn parts_end_behind_their_marks_and_the_last_is_first() {
        let file = b"%PDF-1.7 %%EOF\r\n more %%EOF\n and %%EOF".to_vec();
        assert_eq!(ends_of_parts(&file).unwrap(), [28, 16]);
        assert_eq!(ends_of_parts(&b"nothing".to_vec()).unwrap(), Vec::<u64>::new());
    }

    #[test]
    fn a_mark_across_blocks_is_found_once() {
        let block = usize::try_from(SEARCH_BLOCK).unwrap();
        for shift in 0..8 {
            let mut file = vec![b' '; 100];
            file.extend_from_slice(b"%%EOF");
            file.resize(105 + block - shift, b' ');
            assert_eq!(ends_of_parts(&file).unwrap(), [105], "{shift}");
        }
    }

    #[test]
    fn few_parts_are_tried() {
        let file = b"%%EOF\n".repeat(1000);
        assert_eq!(ends_of_parts(&file).unwrap().len(), MAX_PARTS);
    }
}
