//! Proofs: made from tiles, checked from nothing but hashes.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::hash::{Hash, node_hash};
use crate::tile::TileId;

/// The tiles of a tree, as far as they are at hand.
#[derive(Clone, Debug, Default)]
pub struct Nodes {
    size: u64,
    tiles: BTreeMap<TileId, Vec<Hash>>,
}

/// Why a proof cannot be made, or does not hold.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TreeError {
    /// A tile is missing, or has another width.
    #[error("the tile {path} is missing or has another width")]
    Tile {
        /// Where it should be.
        path: String,
    },
    /// A leaf or a size is beyond the tree.
    #[error("there is no such leaf or size in the tree")]
    OutOfRange,
    /// The proof has more or fewer hashes than there are subtrees to prove.
    #[error("the proof has the wrong length")]
    Length,
    /// The proof leads to another root.
    #[error("the proof leads to another root")]
    Root,
}

impl Nodes {
    /// The tiles of a tree of this size; those that are missing are noticed when they are needed.
    #[must_use]
    pub fn new(size: u64, tiles: impl IntoIterator<Item = (TileId, Vec<u8>)>) -> Self {
        let read = |(id, bytes): (TileId, Vec<u8>)| Some((id, id.read(&bytes)?));
        Self { size, tiles: tiles.into_iter().filter_map(read).collect() }
    }
}

/// Where the hashes of complete subtrees come from.
trait Source {
    /// The root of the subtree of 2^`level` leaves at this place among those of its size.
    fn node(&self, level: u32, index: u64) -> Result<Hash, TreeError>;
}

impl Source for Nodes {
    fn node(&self, level: u32, index: u64) -> Result<Hash, TreeError> {
        let (id, from, count) = row_of(level, index, self.size).ok_or(TreeError::OutOfRange)?;
        let missing = || TreeError::Tile { path: id.path() };
        let tile = self.tiles.get(&id).ok_or_else(missing)?;
        let mut hashes = tile.get(from..from + count).ok_or_else(missing)?.to_vec();
        while hashes.len() > 1 {
            let (pairs, _) = hashes.as_chunks::<2>();
            hashes = pairs.iter().map(|[left, right]| node_hash(left, right)).collect();
        }
        hashes.first().copied().ok_or_else(missing)
    }
}

/// Takes down which tiles are asked for.
struct Planner {
    size: u64,
    tiles: RefCell<BTreeSet<TileId>>,
}

impl Source for Planner {
    fn node(&self, level: u32, index: u64) -> Result<Hash, TreeError> {
        let (id, _, _) = row_of(level, index, self.size).ok_or(TreeError::OutOfRange)?;
        self.tiles.borrow_mut().insert(id);
        Ok([0; 32])
    }
}

/// The tile that holds a subtree: the first of its hashes there, and how many.
fn row_of(level: u32, index: u64, size: u64) -> Option<(TileId, usize, usize)> {
    let below = level % 8;
    let first = index.checked_shl(below)?;
    let id = TileId::holding(u8::try_from(level / 8).ok()?, first, size)?;
    Some((id, usize::try_from(first % 256).ok()?, 1 << below))
}

/// The root of the leaves from `start` to before `end`.
fn root_of(nodes: &dyn Source, start: u64, end: u64) -> Result<Hash, TreeError> {
    let count = end - start;
    if count.is_power_of_two() {
        let level = count.ilog2();
        return nodes.node(level, start >> level);
    }
    let split = split_of(count);
    Ok(node_hash(&root_of(nodes, start, start + split)?, &root_of(nodes, start + split, end)?))
}

/// The largest power of two below `count`, which is at least 2.
const fn split_of(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// The proof that the leaf of this index is in the tree of `size` leaves.
///
/// # Errors
///
/// [`TreeError::OutOfRange`], [`TreeError::Tile`].
pub fn inclusion(nodes: &Nodes, index: u64, size: u64) -> Result<Vec<Hash>, TreeError> {
    prove_inclusion(nodes, index, size)
}

/// The tiles of a tree of `size` leaves that such a proof is made from.
#[must_use]
pub fn tiles_of_inclusion(index: u64, size: u64) -> Vec<TileId> {
    let planner = Planner { size, tiles: RefCell::default() };
    // What is out of range needs no tiles, and is refused when the proof is made.
    let _planned = prove_inclusion(&planner, index, size);
    planner.tiles.into_inner().into_iter().collect()
}

fn prove_inclusion(nodes: &dyn Source, index: u64, size: u64) -> Result<Vec<Hash>, TreeError> {
    if index >= size {
        return Err(TreeError::OutOfRange);
    }
    let (mut start, mut end, mut proof) = (0, size, Vec::new());
    while end - start > 1 {
        let middle = start + split_of(end - start);
        if index < middle {
            proof.push(root_of(nodes, middle, end)?);
            end = middle;
        } else {
            proof.push(root_of(nodes, start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that the tree of `old` leaves is a prefix of the tree of `size` leaves.
///
/// # Errors
///
/// [`TreeError::OutOfRange`] unless the old tree has a leaf and is not the larger one; [`TreeError::Tile`].
pub fn consistency(nodes: &Nodes, old: u64, size: u64) -> Result<Vec<Hash>, TreeError> {
    prove_consistency(nodes, old, size)
}

/// The tiles of a tree of `size` leaves that such a proof is made from.
#[must_use]
pub fn tiles_of_consistency(old: u64, size: u64) -> Vec<TileId> {
    let planner = Planner { size, tiles: RefCell::default() };
    let _planned = prove_consistency(&planner, old, size);
    planner.tiles.into_inner().into_iter().collect()
}

fn prove_consistency(nodes: &dyn Source, old: u64, size: u64) -> Result<Vec<Hash>, TreeError> {
    if old == 0 || old > size {
        return Err(TreeError::OutOfRange);
    }
    let (mut start, mut end, mut proof) = (0, size, Vec::new());
    while end != old {
        let middle = start + split_of(end - start);
        if old <= middle {
            proof.push(root_of(nodes, middle, end)?);
            end = middle;
        } else {
            proof.push(root_of(nodes, start, middle)?);
            start = middle;
        }
    }
    if start != 0 {
        proof.push(root_of(nodes, start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Whether the leaf is at this index of the tree with this root (RFC 9162 section 2.1.3.2).
///
/// # Errors
///
/// [`TreeError`] when it is not, as far as this proof shows.
pub fn check_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), TreeError> {
    if index >= size {
        return Err(TreeError::OutOfRange);
    }
    let (mut place, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return Err(TreeError::Length);
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(sibling, &hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(TreeError::Length);
    }
    if hash == *root { Ok(()) } else { Err(TreeError::Root) }
}

/// Whether the tree of `old` leaves with one root is a prefix of the tree of `size` leaves with another
/// (RFC 9162 section 2.1.4.2).
///
/// # Errors
///
/// [`TreeError`] when it is not, as far as this proof shows.
pub fn check_consistency(
    (old, old_root): (u64, &Hash),
    (size, root): (u64, &Hash),
    proof: &[Hash],
) -> Result<(), TreeError> {
    if old == 0 || old > size {
        return Err(TreeError::OutOfRange);
    }
    if old == size {
        return match (proof.is_empty(), old_root == root) {
            (false, _) => Err(TreeError::Length),
            (true, false) => Err(TreeError::Root),
            (true, true) => Ok(()),
        };
    }
    let (mut place, mut last) = (old - 1, size - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    // A tree whose size is a power of two is a subtree of the larger one.
    let mut rest = proof.iter();
    let first = if old.is_power_of_two() { *old_root } else { *rest.next().ok_or(TreeError::Length)? };
    let (mut before, mut after) = (first, first);
    for hash in rest {
        if last == 0 {
            return Err(TreeError::Length);
        }
        if place & 1 == 1 || place == last {
            before = node_hash(hash, &before);
            after = node_hash(hash, &after);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            after = node_hash(&after, hash);
        }
        place >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(TreeError::Length);
    }
    if before == *old_root && after == *root { Ok(()) } else { Err(TreeError::Root) }
}
