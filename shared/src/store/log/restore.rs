//! The log's items in the table, made again from its files.

use domain::RequestId;
use serde::Deserialize;
use tlog::{
    Checkpoint, Edge, Nodes, TILE_WIDTH, TileId, check_inclusion, entries_of, entries_path, inclusion,
    leaf_hash, tiles_of_inclusion,
};

use super::{EntryItem, Log, PlaceItem, StateItem, path};
use crate::store::error::StoreError;
use crate::store::keys;

/// What an entry says that is needed to find its place again.
#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    request: String,
}

impl Log {
    /// Makes the places of entries again that begin with this bundle, at most `limit` bundles of them, and after the
    /// last one how far the log has come. What the table has of before the checkpoint is replaced, each entry by what
    /// the checkpoint is over. Gives the bundle to go on with; none at the end.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when the files are not those of the checkpoint that was published.
    pub async fn restore(&self, from: u64, limit: u64) -> Result<Option<u64>, StoreError> {
        let Some((note, checkpoint)) = self.published().await? else { return Ok(None) };
        // Integrating reads the entries of the bundle that is not full, and those behind it.
        let tail = checkpoint.size / TILE_WIDTH;
        let beyond = || StoreError::corrupt("log/checkpoint", "has no such bundle");
        let mut next = from.checked_mul(TILE_WIDTH).filter(|it| *it <= checkpoint.size).ok_or_else(beyond)?;
        for index in from..from.saturating_add(limit) {
            let entries = self.entries_of_bundle(index).await?;
            self.check_bundle(next, &entries, &checkpoint).await?;
            for entry in &entries {
                if index >= tail {
                    self.restore_entry(next, entry).await?;
                }
                self.restore_place(next, entry).await?;
                next += 1;
            }
            if entries.len() as u64 == TILE_WIDTH {
                continue;
            }
            self.check_tiles(checkpoint.size, &checkpoint.root).await?;
            if next < checkpoint.size {
                return Err(StoreError::corrupt("log/tile/entries", "has fewer entries than the checkpoint"));
            }
            self.restore_state(next, note, checkpoint.size).await?;
            return Ok(None);
        }
        Ok(Some(from.saturating_add(limit)))
    }

    /// Says how far the log has come, unless the table knows of more.
    async fn restore_state(&self, next: u64, checkpoint: String, integrated: u64) -> Result<(), StoreError> {
        let (pk, sk) = (keys::LOG.to_owned(), keys::LOG_STATE.to_owned());
        let before: Option<StateItem> = self.table.get(keys::LOG, keys::LOG_STATE).await?;
        if before.as_ref().is_some_and(|it| it.integrated >= integrated) {
            return Ok(());
        }
        let was = before.map_or(0, |it| it.version);
        let (version, stamped) = (was + 1, String::new());
        let state = StateItem { pk, sk, version, next, integrated, checkpoint, stamped, renew_at: None };
        self.table.replace(&state, was).await.map(drop)
    }

    async fn restore_entry(&self, place: u64, entry: &[u8]) -> Result<(), StoreError> {
        let (pk, sk) = (keys::LOG.to_owned(), keys::log_entry_sk(place));
        self.table.put(&EntryItem { pk, sk, entry: String::from_utf8_lossy(entry).into_owned() }).await
    }

    async fn restore_place(&self, place: u64, entry: &[u8]) -> Result<(), StoreError> {
        // Entries of other kinds have no place beside a request.
        let named = serde_json::from_slice::<Entry>(entry).map(|it| RequestId::parse(&it.request));
        let Ok(Ok(request)) = named else { return Ok(()) };
        let (pk, sk) = (keys::request_pk(&request), keys::LOG_PLACE.to_owned());
        self.table.put(&PlaceItem { pk, sk, place }).await
    }

    /// The entries of a bundle, as far as it was ever written.
    pub(super) async fn entries_of_bundle(&self, index: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        let full = u16::try_from(TILE_WIDTH).unwrap_or(u16::MAX);
        let whole = path(&entries_path(index, full));
        let parts = path(entries_path(index, 1).trim_end_matches('1'));
        let (key, bytes) = if let Some(bytes) = self.archive.get(&whole).await? {
            (whole, bytes)
        } else {
            let keys = self.archive.list(&parts, None, i32::from(full)).await?;
            let width = |key: &String| key.rsplit('/').next().and_then(|it| it.parse::<u16>().ok());
            let Some(widest) = keys.into_iter().max_by_key(width) else { return Ok(Vec::new()) };
            let bytes = self.archive.get(&widest).await?.ok_or(StoreError::NotFound)?;
            (widest, bytes)
        };
        entries_of(&bytes).ok_or_else(|| StoreError::corrupt(&key, "is no bundle of entries"))
    }

    /// The entries of a bundle are those that the checkpoint is over: each of them is a leaf of their tile, and the tile
    /// is of the tree.
    pub(super) async fn check_bundle(
        &self,
        first: u64,
        entries: &[Vec<u8>],
        checkpoint: &Checkpoint,
    ) -> Result<(), StoreError> {
        let size = checkpoint.size;
        let Some(id) = TileId::holding(0, first, size).filter(|_| first < size) else { return Ok(()) };
        let altered = || StoreError::corrupt(&id.path(), "is not of these entries");
        let leaves = id.read(&self.tile(&id).await?).ok_or_else(altered)?;
        // Whoever wrote a longer bundle may have died before it was signed.
        if !entries.iter().map(|it| leaf_hash(it)).take(leaves.len()).eq(leaves.iter().copied()) {
            return Err(altered());
        }
        let mut tiles = Vec::new();
        for id in tiles_of_inclusion(first, size) {
            tiles.push((id, self.tile(&id).await?));
        }
        let leaf = leaves.first().ok_or_else(altered)?;
        let proof = inclusion(&Nodes::new(size, tiles), first, size).map_err(|_| altered())?;
        check_inclusion(leaf, first, size, &proof, &checkpoint.root).map_err(|_| altered())
    }

    /// The tiles are those of the checkpoint.
    pub(super) async fn check_tiles(&self, size: u64, root: &tlog::Hash) -> Result<(), StoreError> {
        let mut tiles = std::collections::HashMap::new();
        for id in Edge::tiles(size) {
            tiles.insert(id, self.tile(&id).await?);
        }
        let edge = Edge::read(size, |id| tiles.get(id).cloned());
        match edge {
            Ok(edge) if edge.root() == *root => Ok(()),
            _ => Err(StoreError::corrupt("log/checkpoint", "is not that of the tiles")),
        }
    }
}
