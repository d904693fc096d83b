//! The right edge of a tree: all that is needed to append to it.

use crate::hash::{Hash, empty_root, node_hash};
use crate::tile::{MAX_LEVELS, TILE_WIDTH, TileId, row_length};

/// The hashes of the last tile of each row, as far as it is not full.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Edge {
    size: u64,
    rows: Vec<Vec<Hash>>,
}

/// A tile with its bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tile {
    /// Which.
    pub id: TileId,
    /// Its hashes, one after the other.
    pub bytes: Vec<u8>,
}

/// Why an edge cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EdgeError {
    /// A tile is missing, or has another width.
    #[error("the tile {path} is missing or has another width")]
    Tile {
        /// Where it should be.
        path: String,
    },
}

impl Edge {
    /// The tiles that the edge of a tree of this size is read from.
    #[must_use]
    pub fn tiles(size: u64) -> Vec<TileId> {
        let last = |level| {
            let row = row_length(size, level);
            let index = row / TILE_WIDTH;
            let width = u16::try_from(row % TILE_WIDTH).ok().filter(|width| *width > 0)?;
            Some(TileId { level, index, width })
        };
        (0..MAX_LEVELS).filter_map(last).collect()
    }

    /// Reads the edge of a tree of this size.
    ///
    /// # Errors
    ///
    /// [`EdgeError`] when a tile is missing or has another width.
    pub fn read(size: u64, tile: impl Fn(&TileId) -> Option<Vec<u8>>) -> Result<Self, EdgeError> {
        let mut rows = vec![Vec::new(); usize::from(MAX_LEVELS)];
        for id in Self::tiles(size) {
            let hashes = tile(&id).and_then(|bytes| id.read(&bytes));
            let hashes = hashes.ok_or_else(|| EdgeError::Tile { path: id.path() })?;
            if let Some(row) = rows.get_mut(usize::from(id.level)) {
                *row = hashes;
            }
        }
        Ok(Self { size, rows })
    }

    /// How many leaves the tree has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut subtrees = Vec::new();
        for row in self.rows.iter().rev() {
            complete_subtrees(row, &mut subtrees);
        }
        let mut right_to_left = subtrees.into_iter().rev();
        let Some(last) = right_to_left.next() else { return empty_root() };
        right_to_left.fold(last, |right, left| node_hash(&left, &right))
    }

    /// Appends leaves, and gives the tiles that are new: each full one, and the last of each row that changed.
    #[must_use]
    pub fn append(&mut self, leaves: impl IntoIterator<Item = Hash>) -> Vec<Tile> {
        self.rows.resize(usize::from(MAX_LEVELS), Vec::new());
        let before = self.size;
        let mut tiles = Vec::new();
        for leaf in leaves {
            self.size += 1;
            let mut carried = Some(leaf);
            for (level, row) in (0..).zip(&mut self.rows) {
                let Some(hash) = carried.take() else { break };
                row.push(hash);
                if row.len() as u64 == TILE_WIDTH {
                    let index = (row_length(self.size, level) - 1) / TILE_WIDTH;
                    tiles.push(Tile { id: TileId { level, index, width: 256 }, bytes: row.concat() });
                    carried = Some(root_of(row));
                    row.clear();
                }
            }
        }
        let changed = |it: &Tile| row_length(before, it.id.level) != row_length(self.size, it.id.level);
        tiles.extend(self.partial_tiles().into_iter().filter(changed));
        tiles
    }

    /// The last tile of each row that is not full.
    #[must_use]
    pub fn partial_tiles(&self) -> Vec<Tile> {
        let tile = |id: TileId| {
            let row = self.rows.get(usize::from(id.level));
            Tile { id, bytes: row.map(|it| it.concat()).unwrap_or_default() }
        };
        Self::tiles(self.size).into_iter().map(tile).collect()
    }
}

/// The root of a full row.
fn root_of(row: &[Hash]) -> Hash {
    let mut level = row.to_vec();
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => node_hash(left, right),
                [alone] => *alone,
                _ => empty_root(),
            })
            .collect();
    }
    level.first().copied().unwrap_or_else(empty_root)
}

/// The roots of the complete subtrees that a row is made of, the largest first.
fn complete_subtrees(row: &[Hash], subtrees: &mut Vec<Hash>) {
    let mut rest = row;
    while !rest.is_empty() {
        let (subtree, after) = rest.split_at(1 << rest.len().ilog2());
        subtrees.push(root_of(subtree));
        rest = after;
    }
}
