//! Whether a whole log holds: its entries give its tiles, and its tiles its checkpoint.

use crate::checkpoint::Checkpoint;
use crate::edge::{Edge, Tile};
use crate::hash::leaf_hash;
use crate::tile::{TILE_WIDTH, entries_of, entries_path};

/// A log that holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Checked {
    /// Its leaves.
    pub entries: u64,
    /// Its tiles.
    pub tiles: u64,
}

/// Where a log breaks.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Broken {
    /// A file is missing.
    #[error("{path} is missing")]
    Missing {
        /// Where it should be.
        path: String,
    },
    /// A bundle does not hold the entries it should.
    #[error("{path} does not hold {width} entries")]
    Bundle {
        /// Where it is.
        path: String,
        /// How many entries it should hold.
        width: u16,
    },
    /// A tile is not what the entries give.
    #[error("{path} is not what the entries give")]
    Tile {
        /// Where it is.
        path: String,
    },
    /// The entries give another root.
    #[error("the entries give another root than the checkpoint")]
    Root,
}

/// Derives every tile and the root again from the entries. `read` gives the file of a path.
///
/// # Errors
///
/// [`Broken`] names the first place that does not hold.
pub fn fsck(
    checkpoint: &Checkpoint,
    mut read: impl FnMut(&str) -> Option<Vec<u8>>,
) -> Result<Checked, Broken> {
    let (mut edge, mut tiles) = (Edge::default(), 0);
    for index in 0..checkpoint.size.div_ceil(TILE_WIDTH) {
        let left = (checkpoint.size - index * TILE_WIDTH).min(TILE_WIDTH);
        let width = u16::try_from(left).unwrap_or(u16::MAX);
        let path = entries_path(index, width);
        let bundle = read(&path).ok_or_else(|| Broken::Missing { path: path.clone() })?;
        let entries = entries_of(&bundle).filter(|it| it.len() == usize::from(width));
        let entries = entries.ok_or_else(|| Broken::Bundle { path: path.clone(), width })?;
        // Those on the edge are written for each state that was signed; only the last ones are looked at.
        let full = edge.append(entries.iter().map(|it| leaf_hash(it)));
        for tile in full.iter().filter(|it| u64::from(it.id.width) == TILE_WIDTH) {
            compare(tile, &mut read)?;
            tiles += 1;
        }
    }
    for tile in edge.partial_tiles() {
        compare(&tile, &mut read)?;
        tiles += 1;
    }
    if edge.root() == checkpoint.root {
        Ok(Checked { entries: checkpoint.size, tiles })
    } else {
        Err(Broken::Root)
    }
}

fn compare(tile: &Tile, read: &mut impl FnMut(&str) -> Option<Vec<u8>>) -> Result<(), Broken> {
    let path = tile.id.path();
    let found = read(&path).ok_or_else(|| Broken::Missing { path: path.clone() })?;
    if found == tile.bytes { Ok(()) } else { Err(Broken::Tile { path }) }
}
