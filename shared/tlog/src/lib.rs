//! A transparency log: an append-only Merkle tree ([RFC 6962] section 2.1) kept as tiles, with signed checkpoints.
//!
//! | what | by | as in |
//! | --- | --- | --- |
//! | hashes of leaves and nodes | [`leaf_hash`], [`node_hash`] | RFC 6962 section 2.1 |
//! | appending, and the root | [`Edge`] | C2SP `tlog-tiles` |
//! | proofs, made from tiles and checked without | [`inclusion`], [`consistency`] and their `check_` twins | RFC 9162 section 2.1 |
//! | checkpoints and their signatures | [`Checkpoint`], [`Signer`], [`Verifier`] | C2SP `tlog-checkpoint`, `signed-note` |
//! | a proof that stands on its own | [`Proof`] | C2SP `tlog-proof` |
//! | what takes over time-stamps before they end | [`Renewal`] | RFC 4998 section 5.1 |
//! | whether a whole log holds | [`fsck()`] | |
//!
//! **Invariant:** reads and writes nothing. What is stored where is the caller's business; this crate names the
//! paths.
//!
//! [RFC 6962]: https://www.rfc-editor.org/rfc/rfc6962

mod checkpoint;
mod edge;
mod fsck;
mod hash;
mod note;
mod proof;
mod renewal;
mod tile;
mod tree;

pub use checkpoint::Checkpoint;
pub use edge::{Edge, EdgeError, Tile};
pub use fsck::{Broken, Checked, fsck};
pub use hash::{Hash, empty_root, leaf_hash, node_hash};
pub use note::{NoteError, Signer, Verifier, open};
pub use proof::{Proof, ProofError};
pub use renewal::Renewal;
pub use tile::{MAX_ENTRY_BYTES, TILE_WIDTH, TileId, entries_of, entries_path, entry_bundle};
pub use tree::{
    Nodes, TreeError, check_consistency, check_inclusion, consistency, inclusion, tiles_of_consistency,
    tiles_of_inclusion,
};
