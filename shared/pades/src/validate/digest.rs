//! Every digest a validation needs of a file, from one pass over it.
//!
//! All signatures and revisions cover the file from its first byte on, so they share the hash state of what they
//! have in common and part only at the gap of each signature.

use std::{collections::BTreeMap, io};

use pdf::ReadAt;

use crate::hash::{HashAlgorithm, Hasher};

/// What one signature covers: `/ByteRange` from the first byte of the file on, digested with one algorithm.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Covered {
    /// Where the first range ends and the gap begins.
    pub(crate) gap_start: u64,
    /// Where the second range begins.
    pub(crate) gap_end: u64,
    /// Where the second range ends.
    pub(crate) end: u64,
    pub(crate) algorithm: HashAlgorithm,
}

/// The digests of one file.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Digests {
    /// SHA-256 of the whole file.
    pub(crate) whole: [u8; 32],
    /// SHA-256 of each prefix asked for.
    pub(crate) prefixes: Vec<[u8; 32]>,
    /// One for each signature; `None` when hashing it as well would be too much work.
    pub(crate) covered: Vec<Option<Vec<u8>>>,
}

/// Reads a file once and digests it, some of its prefixes, and what signatures cover.
///
/// Prefixes and ranges must lie in the file.
pub(crate) fn digest_file(source: &dyn ReadAt, prefixes: &[u64], covered: &[Covered]) -> io::Result<Digests> {
    let mut pass = Pass::new(source.size(), prefixes, covered);
    let events = std::mem::take(&mut pass.events);
    let mut reader = BlockReader { source, buffer: Vec::new() };
    let mut at = 0;
    for (offset, events) in events {
        while at < offset {
            let length = (offset - at).min(BLOCK);
            let block = reader.read(at, length)?;
            pass.take(block);
            at += length;
        }
        for event in events {
            pass.meet(event);
        }
    }
    Ok(pass.digests)
}

/// Digests a whole source with each of some algorithms, reading it once.
pub(crate) fn digest_source(
    source: &dyn ReadAt,
    algorithms: impl IntoIterator<Item = HashAlgorithm>,
) -> io::Result<BTreeMap<HashAlgorithm, Vec<u8>>> {
    let mut hashers: BTreeMap<HashAlgorithm, Hasher> =
        algorithms.into_iter().map(|algorithm| (algorithm, Hasher::new(algorithm))).collect();
    let mut reader = BlockReader { source, buffer: Vec::new() };
    let (mut at, size) = (0, source.size());
    while at < size {
        let length = (size - at).min(BLOCK);
        let block = reader.read(at, length)?;
        for hasher in hashers.values_mut() {
            hasher.update(block);
        }
        at += length;
    }
    Ok(hashers.into_iter().map(|(algorithm, hasher)| (algorithm, hasher.finish())).collect())
}

/// What happens when the pass reaches an offset, in this order.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Event {
    /// The prefix of this index ends.
    PrefixEnds(usize),
    /// The gap of this signature begins: it parts from the trunk.
    GapBegins(usize),
    /// Its gap ends: it takes bytes again.
    GapEnds(usize),
    /// It covers no more.
    Ends(usize),
    FileEnds,
}

struct Pass {
    events: BTreeMap<u64, Vec<Event>>,
    /// The hash states of the file so far, as long as a signature may still part from them.
    trunks: BTreeMap<HashAlgorithm, (Hasher, usize)>,
    /// The file's own.
    whole: Hasher,
    /// Signatures behind the beginning of their gap, and whether they are behind its end too.
    branches: BTreeMap<usize, (Hasher, bool)>,
    algorithms: Vec<HashAlgorithm>,
    digests: Digests,
}

impl Pass {
    fn new(size: u64, prefixes: &[u64], covered: &[Covered]) -> Self {
        let mut events: BTreeMap<u64, Vec<Event>> = BTreeMap::new();
        for (index, end) in prefixes.iter().enumerate() {
            events.entry(*end).or_default().push(Event::PrefixEnds(index));
        }
        let mut trunks: BTreeMap<HashAlgorithm, (Hasher, usize)> = BTreeMap::new();
        let mut work = size.saturating_mul(MAX_BRANCH_FILES).saturating_add(MAX_BRANCH_BYTES);
        for (index, signature) in covered.iter().enumerate() {
            let branch = signature.end.saturating_sub(signature.gap_end);
            let ordered = signature.gap_start < signature.gap_end
                && signature.gap_end <= signature.end
                && signature.end <= size;
            if !ordered || branch > work {
                continue;
            }
            work -= branch;
            events.entry(signature.gap_start).or_default().push(Event::GapBegins(index));
            events.entry(signature.gap_end).or_default().push(Event::GapEnds(index));
            events.entry(signature.end).or_default().push(Event::Ends(index));
            if signature.algorithm != HashAlgorithm::Sha256 {
                let new = || (Hasher::new(signature.algorithm), 0);
                trunks.entry(signature.algorithm).or_insert_with(new).1 += 1;
            }
        }
        events.entry(size).or_default().push(Event::FileEnds);
        for events in events.values_mut() {
            events.sort_unstable();
        }
        Self {
            events,
            trunks,
            whole: Hasher::new(HashAlgorithm::Sha256),
            branches: BTreeMap::new(),
            algorithms: covered.iter().map(|signature| signature.algorithm).collect(),
            digests: Digests {
                whole: [0; 32],
                prefixes: vec![[0; 32]; prefixes.len()],
                covered: vec![None; covered.len()],
            },
        }
    }

    fn take(&mut self, block: &[u8]) {
        self.whole.update(block);
        for (trunk, _) in self.trunks.values_mut() {
            trunk.update(block);
        }
        for (branch, takes) in self.branches.values_mut() {
            if *takes {
                branch.update(block);
            }
        }
    }

    fn meet(&mut self, event: Event) {
        match event {
            Event::PrefixEnds(index) => {
                let digest = sha256_of(&self.whole);
                self.digests.prefixes.get_mut(index).into_iter().for_each(|prefix| *prefix = digest);
            }
            Event::GapBegins(index) => {
                if let Some(state) = self.part(index) {
                    self.branches.insert(index, (state, false));
                }
            }
            Event::GapEnds(index) => {
                self.branches.get_mut(&index).into_iter().for_each(|(_, takes)| *takes = true);
            }
            Event::Ends(index) => {
                if let (Some((branch, true)), Some(slot)) =
                    (self.branches.remove(&index), self.digests.covered.get_mut(index))
                {
                    *slot = Some(branch.finish());
                }
            }
            Event::FileEnds => self.digests.whole = sha256_of(&self.whole),
        }
    }

    /// The state that a signature goes on from; a trunk that nobody else needs ends here.
    fn part(&mut self, index: usize) -> Option<Hasher> {
        let algorithm = *self.algorithms.get(index)?;
        if algorithm == HashAlgorithm::Sha256 {
            return Some(self.whole.clone());
        }
        let (trunk, needed) = self.trunks.get_mut(&algorithm)?;
        *needed -= 1;
        let state = trunk.clone();
        if *needed == 0 {
            self.trunks.remove(&algorithm);
        }
        Some(state)
    }
}

/// Blocks of a source, copied only if it is not in memory.
struct BlockReader<'a> {
    source: &'a dyn ReadAt,
    buffer: Vec<u8>,
}

impl BlockReader<'_> {
    fn read(&mut self, at: u64, length: u64) -> io::Result<&[u8]> {
        let length = usize::try_from(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
        if let Some(all) = self.source.as_slice() {
            let block = usize::try_from(at).ok().and_then(|start| all.get(start..start.checked_add(length)?));
            return block.ok_or_else(|| io::ErrorKind::UnexpectedEof.into());
        }
        self.buffer.resize(length, 0);
        self.source.read_at(at, &mut self.buffer)?;
        Ok(&self.buffer)
    }
}

fn sha256_of(state: &Hasher) -> [u8; 32] {
    state.clone().finish().try_into().unwrap_or_default()
}

/// Bytes read at once: small enough to stay in the processor's cache while every state takes them.
const BLOCK: u64 = 256 << 10;

/// Honest signatures part from the trunk near the end of their revision, and revisions do not overlap, so all
/// branches together are about one file. What forged ones may cost on top is bounded by these.
const MAX_BRANCH_FILES: u64 = 3;
const MAX_BRANCH_BYTES: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    struct Remote(Vec<u8>);

    impl ReadAt for Remote {
        fn size(&self) -> u64 {
            self.0.len() as u64
        }

        fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
            self.0.as_slice().read_at(offset, buf)
        }
    }

    fn bytes(count: u32) -> Vec<u8> {
        (0..count).map(|index| (index % 251) as u8).collect()
    }

    #[test]
    fn one_pass_gives_what_separate_passes_give() {
        let file = bytes(1_000_000);
        let sha = HashAlgorithm::Sha256;
        let part = |gap_start, gap_end, end, algorithm| Covered { gap_start, gap_end, end, algorithm };
        let covered = [
            part(10, 20, 400_000, sha),
            part(300_000, 300_001, 1_000_000, HashAlgorithm::Sha512),
            part(20, 400_000, 400_000, HashAlgorithm::Sha1),
            part(0, 5, 6, HashAlgorithm::Sha512),
            part(700_000, 800_000, 1_000_000, sha),
        ];
        let prefixes = [400_000, 1_000_000, 0];
        for source in [&file as &dyn ReadAt, &Remote(file.clone())] {
            let digests = digest_file(source, &prefixes, &covered).unwrap();
            assert_eq!(digests.whole.as_slice(), sha.digest(&file));
            for (prefix, end) in digests.prefixes.iter().zip([400_000, 1_000_000, 0]) {
                assert_eq!(prefix.as_slice(), sha.digest(&file[..end]));
            }
            for (found, signature) in digests.covered.iter().zip(covered) {
                let [start, end, last] = [signature.gap_start, signature.gap_end, signature.end]
                    .map(|at| usize::try_from(at).unwrap());
                let parts = [&file[..start], &file[end..last]].concat();
                assert_eq!(found.as_deref(), Some(signature.algorithm.digest(&parts).as_slice()));
            }
        }
    }

    #[test]
    fn ranges_out_of_order_have_no_digest() {
        let file = bytes(100);
        let part =
            |gap_start, gap_end, end| Covered { gap_start, gap_end, end, algorithm: HashAlgorithm::Sha256 };
        let covered = [part(20, 10, 50), part(10, 10, 50), part(10, 60, 50), part(10, 20, 101)];
        let digests = digest_file(&file, &[], &covered).unwrap();
        assert_eq!(digests.covered, vec![None; 4]);
    }

    #[test]
    fn many_wide_ranges_are_not_all_hashed() {
        let file = bytes(2 << 20);
        let size = file.len() as u64;
        let covered: Vec<Covered> = (0..100)
            .map(|index| Covered {
                gap_start: index,
                gap_end: index + 1,
                end: size,
                algorithm: HashAlgorithm::Sha256,
            })
            .collect();
        let digests = digest_file(&file, &[], &covered).unwrap();
        assert_eq!(digests.covered.iter().filter(|digest| digest.is_some()).count(), 3);
    }

    #[test]
    fn a_source_is_digested_with_several_algorithms_at_once() {
        let file = bytes(600_000);
        let algorithms = [HashAlgorithm::Sha1, HashAlgorithm::Sha3_256];
        let digests = digest_source(&Remote(file.clone()), algorithms).unwrap();
        for algorithm in algorithms {
            assert_eq!(digests[&algorithm], algorithm.digest(&file));
        }
    }
}
