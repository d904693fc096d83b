//! Tiles: rows of up to 256 hashes, each row 8 levels above the one below, and bundles of entries.

use std::fmt::Write as _;

use crate::hash::Hash;

/// Hashes of a full tile, and entries of a full bundle.
pub const TILE_WIDTH: u64 = 256;

/// The longest entry: its length has two bytes.
pub const MAX_ENTRY_BYTES: usize = u16::MAX as usize;

/// One tile of a tree.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TileId {
    /// Its row: hashes of leaves in row 0, of 256 leaves in row 1.
    pub level: u8,
    /// Its place in the row.
    pub index: u64,
    /// How many hashes it has, 1 to 256.
    pub width: u16,
}

impl TileId {
    /// Its path.
    #[must_use]
    pub fn path(&self) -> String {
        format!("tile/{}/{}", self.level, place(self.index, self.width))
    }

    /// The tile that holds the hash of this place of a row, in a tree of `size` leaves; none beyond its edge.
    #[must_use]
    pub fn holding(level: u8, place: u64, size: u64) -> Option<Self> {
        let row = row_length(size, level);
        let index = place / TILE_WIDTH;
        let width = u16::try_from(row.checked_sub(index * TILE_WIDTH)?.min(TILE_WIDTH)).ok()?;
        (place < row).then_some(Self { level, index, width })
    }

    /// Every tile of a tree of this size.
    #[must_use]
    pub fn all(size: u64) -> Vec<Self> {
        let mut tiles = Vec::new();
        for level in 0..MAX_LEVELS {
            let row = row_length(size, level);
            tiles.extend(
                (0..row.div_ceil(TILE_WIDTH)).filter_map(|it| Self::holding(level, it * TILE_WIDTH, size)),
            );
        }
        tiles
    }

    /// The hashes in the bytes of this tile.
    #[must_use]
    pub fn read(&self, bytes: &[u8]) -> Option<Vec<Hash>> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        (rest.is_empty() && hashes.len() == usize::from(self.width)).then(|| hashes.to_vec())
    }
}

/// How many hashes the row of this level has.
pub(crate) const fn row_length(size: u64, level: u8) -> u64 {
    let shift = 8 * level as u32;
    if shift < u64::BITS { size >> shift } else { 0 }
}

/// Rows that a tree of up to 2^64 leaves has.
pub(crate) const MAX_LEVELS: u8 = 8;

/// The path of a bundle of entries.
#[must_use]
pub fn entries_path(index: u64, width: u16) -> String {
    format!("tile/entries/{}", place(index, width))
}

/// A bundle: each entry after its length in two bytes. None when one is too long.
#[must_use]
pub fn entry_bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Option<Vec<u8>> {
    let mut bundle = Vec::new();
    for entry in entries {
        bundle.extend_from_slice(&u16::try_from(entry.len()).ok()?.to_be_bytes());
        bundle.extend_from_slice(entry);
    }
    Some(bundle)
}

/// The entries of a bundle. None when it ends within one.
#[must_use]
pub fn entries_of(mut bundle: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    while !bundle.is_empty() {
        let (length, rest) = bundle.split_first_chunk::<2>()?;
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry.to_vec());
        bundle = rest;
    }
    Some(entries)
}

/// The number in groups of three digits, and the width of what is not full: `x001/x234/067.p/5`.
fn place(index: u64, width: u16) -> String {
    let digits = index.to_string();
    let padded = format!("{digits:0>width$}", width = digits.len().div_ceil(3) * 3);
    let groups = padded.len() / 3;
    let mut path = String::new();
    for (number, group) in padded.as_bytes().chunks(3).enumerate() {
        if number + 1 < groups {
            path.push('x');
        }
        path.extend(group.iter().map(|it| char::from(*it)));
        if number + 1 < groups {
            path.push('/');
        }
    }
    if u64::from(width) < TILE_WIDTH {
        // Writing into a text cannot fail.
        let _written = write!(path, ".p/{width}");
    }
    path
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn paths_are_spelled_in_groups_of_three() {
        let tile = |index, width| TileId { level: 1, index, width }.path();
        assert_eq!(tile(1_234_067, 256), "tile/1/x001/x234/067");
        assert_eq!(tile(0, 5), "tile/1/000.p/5");
        assert_eq!(tile(273, 112), "tile/1/273.p/112");
        assert_eq!(entries_path(1000, 256), "tile/entries/x001/000");
    }

    #[test]
    fn a_tree_of_70_000_leaves_has_the_tiles_it_should() {
        let tiles = TileId::all(70_000);
        let of =
            |level| -> Vec<u16> { tiles.iter().filter(|it| it.level == level).map(|it| it.width).collect() };
        assert_eq!((of(0).len(), of(0).iter().filter(|it| **it == 256).count()), (274, 273));
        assert_eq!(of(0).last(), Some(&112));
        assert_eq!(of(1), [256, 17]);
        assert_eq!(of(2), [1]);
        assert!(of(3).is_empty());
        assert_eq!(TileId::holding(0, 69_999, 70_000).unwrap().width, 112);
        assert_eq!(TileId::holding(0, 70_000, 70_000), None);
    }

    #[test]
    fn a_bundle_gives_its_entries_back_and_ends_where_one_ends() {
        let longest = vec![7; MAX_ENTRY_BYTES];
        let entries: [&[u8]; 3] = [b"", b"one", &longest];
        let bundle = entry_bundle(entries).unwrap();
        assert_eq!(entries_of(&bundle).unwrap(), entries);
        assert_eq!(entries_of(bundle.split_last().unwrap().1), None);
        assert_eq!(entry_bundle([vec![0; MAX_ENTRY_BYTES + 1].as_slice()]), None);
    }
}
