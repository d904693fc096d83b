//! The log's items in the table, made again from its files.

use domain::RequestId;
use serde::Deserialize;
use tlog::{Edge, TILE_WIDTH, entries_of, entries_path};

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
    /// last one how far the log has come. What is in the table stays as it is. Gives the bundle to go on with; none at
    /// the end.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when the files are not those of the checkpoint that was published.
    pub async fn restore(&self, from: u64, limit: u64) -> Result<Option<u64>, StoreError> {
        let Some((note, checkpoint)) = self.published().await? else { return Ok(None) };
        // Integrating reads the entries of the bundle that is not full, and those behind it.
        let tail = checkpoint.size / TILE_WIDTH;
        let mut next = from * TILE_WIDTH;
        for index in from..from.saturating_add(limit) {
            let entries = self.entries_of_bundle(index).await?;
            for entry in &entries {
                self.restore_entry(next, entry, index >= tail).await?;
                next += 1;
            }
            if entries.len() as u64 == TILE_WIDTH {
                continue;
            }
            self.check_tiles(checkpoint.size, &checkpoint.root).await?;
            if next < checkpoint.size {
                return Err(StoreError::corrupt("log/tile/entries", "has fewer entries than the checkpoint"));
            }
            let state = StateItem {
                pk: keys::LOG.to_owned(),
                sk: keys::LOG_STATE.to_owned(),
                version: 1,
                next,
                integrated: checkpoint.size,
                checkpoint: note,
                stamped: String::new(),
            };
            self.table.put_new(&state).await?;
            return Ok(None);
        }
        Ok(Some(from.saturating_add(limit)))
    }

    async fn restore_entry(&self, place: u64, entry: &[u8], is_tail: bool) -> Result<(), StoreError> {
        let text = String::from_utf8_lossy(entry).into_owned();
        if is_tail {
            let (pk, sk) = (keys::LOG.to_owned(), keys::log_entry_sk(place));
            self.table.put_new(&EntryItem { pk, sk, entry: text.clone() }).await?;
        }
        // Entries of other kinds have no place beside a request.
        let named = serde_json::from_str::<Entry>(&text).map(|it| RequestId::parse(&it.request));
        if let Ok(Ok(request)) = named {
            let (pk, sk) = (keys::request_pk(&request), keys::LOG_PLACE.to_owned());
            self.table.put_new(&PlaceItem { pk, sk, place }).await?;
        }
        Ok(())
    }

    /// The entries of a bundle, as far as it was ever written.
    async fn entries_of_bundle(&self, index: u64) -> Result<Vec<Vec<u8>>, StoreError> {
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

    /// The tiles are those of the checkpoint.
    async fn check_tiles(&self, size: u64, root: &tlog::Hash) -> Result<(), StoreError> {
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
