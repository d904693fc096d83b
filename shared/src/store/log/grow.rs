//! How the log grows: entries take their places, and are brought into the tree.

use std::collections::HashMap;

use domain::{RequestId, Timestamp};
use tlog::{Checkpoint, Edge, Signer, Tile, TileId, entries_path, entry_bundle, leaf_hash};

use super::{EntryItem, Log, PlaceItem, StateItem};
use crate::store::error::StoreError;
use crate::store::keys;
use crate::store::table::read_all;

/// Entries that have a place and are not in the tree yet, with those of the bundle that they go on.
#[derive(Debug)]
pub struct Waiting {
    state: StateItem,
    /// The place of the first of them.
    start: u64,
    entries: Vec<String>,
}

impl Waiting {
    /// What is to be brought into the tree.
    pub fn fresh(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().skip(in_tree(&self.state, self.start)).map(String::as_str)
    }
}

impl Log {
    /// Gives the entry of a request its place, unless it has one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], also when others took places at the same moment: try again later.
    pub async fn take_in(&self, request: &RequestId, entry: &[u8]) -> Result<(), StoreError> {
        if self.place_of(request).await?.is_some() {
            return Ok(());
        }
        let (state, _) = self.state_and_published().await?;
        let entry = EntryItem {
            pk: keys::LOG.to_owned(),
            sk: keys::log_entry_sk(state.next),
            entry: String::from_utf8_lossy(entry).into_owned(),
        };
        let place =
            PlaceItem { pk: keys::request_pk(request), sk: keys::LOG_PLACE.to_owned(), place: state.next };
        let next = StateItem { next: state.next + 1, version: state.version + 1, ..state.clone() };
        let actions = vec![
            self.table.put_new_action(&entry)?,
            self.table.put_new_action(&place)?,
            self.table.replace_action(&next, state.version)?,
        ];
        let sent = self.table.transact(actions).await;
        sent.map_err(StoreError::unavailable("TransactWriteItems"))
    }

    /// What has a place and is not in the tree yet; none when there is nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when an entry is missing, [`StoreError::Unavailable`].
    pub async fn waiting(&self, signer: &Signer) -> Result<Option<Waiting>, StoreError> {
        let (state, published) = self.state_and_published().await?;
        if state.next == state.integrated {
            // Whoever signed the last one may have died before it was published.
            if !state.checkpoint.is_empty() && published.is_none_or(|(note, _)| note != state.checkpoint) {
                self.publish(&state.checkpoint, signer).await?;
            }
            return Ok(None);
        }
        let start = state.integrated / tlog::TILE_WIDTH * tlog::TILE_WIDTH;
        let entries = self.entries(start, state.next).await?;
        if start + entries.len() as u64 != state.next {
            return Err(StoreError::corrupt(keys::LOG, "an entry is missing"));
        }
        Ok(Some(Waiting { state, start, entries }))
    }

    /// Brings every entry that has a place into the tree: tiles, then a signed checkpoint. Nothing is signed unless what
    /// was written can be read back, every entry of it where the tree has it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when what is stored does not continue the last checkpoint, or is not what was written:
    /// nothing is signed then.
    pub async fn integrate(
        &self,
        waiting: Waiting,
        signer: &Signer,
        until: Timestamp,
    ) -> Result<u64, StoreError> {
        let Waiting { state, start, entries } = waiting;
        let corrupt = |what: &str| StoreError::corrupt(keys::LOG, what);
        let mut edge = self.edge(&state, signer).await?;
        if let Some(id) = TileId::holding(0, start, state.integrated).filter(|_| start < state.integrated) {
            let leaves = id.read(&self.tile(&id).await?);
            let known = entries.iter().take(in_tree(&state, start)).map(|it| leaf_hash(it.as_bytes()));
            if leaves != Some(known.collect()) {
                return Err(corrupt("an entry is not what the tree has"));
            }
        }
        let fresh = entries.iter().skip(in_tree(&state, start));
        let tiles = edge.append(fresh.map(|it| leaf_hash(it.as_bytes())));
        for Tile { id, bytes } in tiles {
            self.write_once(&id.path(), bytes, until).await?;
        }
        let bundles = (start / tlog::TILE_WIDTH..).zip(entries.chunks(BUNDLE));
        for (number, bundle) in bundles.clone() {
            let width = u16::try_from(bundle.len()).map_err(|_| corrupt("a bundle is too long"))?;
            let bytes = entry_bundle(bundle.iter().map(String::as_bytes));
            let bytes = bytes.ok_or_else(|| corrupt("an entry is too long"))?;
            self.write_once(&entries_path(number, width), bytes, until).await?;
        }
        let checkpoint =
            Checkpoint { origin: signer.name().to_owned(), size: edge.size(), root: edge.root() };
        self.check_tiles(checkpoint.size, &checkpoint.root).await?;
        for (number, bundle) in bundles {
            let stored = self.entries_of_bundle(number).await?;
            if stored.len() < bundle.len() {
                return Err(corrupt("a bundle that was written is not there"));
            }
            self.check_bundle(number * tlog::TILE_WIDTH, &stored, &checkpoint).await?;
        }
        let note = checkpoint.sign(signer).map_err(|_| corrupt("a checkpoint cannot be signed"))?;
        let next = StateItem {
            integrated: edge.size(),
            checkpoint: note.clone(),
            version: state.version + 1,
            ..state.clone()
        };
        let sent = self.table.transact(vec![self.table.replace_action(&next, state.version)?]).await;
        sent.map_err(StoreError::unavailable("TransactWriteItems"))?;
        // Published after it is certain that no other of this size will be.
        self.publish(&note, signer).await?;
        Ok(edge.size())
    }

    /// The edge of the tree that the last checkpoint is over, checked against it.
    async fn edge(&self, state: &StateItem, signer: &Signer) -> Result<Edge, StoreError> {
        if state.integrated == 0 {
            return Ok(Edge::default());
        }
        let corrupt = |what: &str| StoreError::corrupt(keys::LOG, what);
        let mut tiles: HashMap<TileId, Vec<u8>> = HashMap::new();
        for id in Edge::tiles(state.integrated) {
            tiles.insert(id, self.tile(&id).await?);
        }
        let edge = Edge::read(state.integrated, |id| tiles.get(id).cloned())
            .map_err(|error| StoreError::corrupt(keys::LOG, error))?;
        let key = signer.verifier().map_err(|_| corrupt("the key cannot be used"))?;
        let last =
            Checkpoint::open(&state.checkpoint, &key).map_err(|_| corrupt("the checkpoint is another's"))?;
        if last.size == edge.size() && last.root == edge.root() {
            Ok(edge)
        } else {
            Err(corrupt("the tiles are not those of the last checkpoint"))
        }
    }

    /// The entries from one place to before another.
    async fn entries(&self, from: u64, to: u64) -> Result<Vec<String>, StoreError> {
        let (first, last) = (keys::log_entry_sk(from), keys::log_entry_sk(to.saturating_sub(1)));
        let mut pages = self.table.range(keys::LOG, first, last).into_paginator().send();
        let mut all = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(StoreError::unavailable("Query"))?;
            all.extend(read_all::<EntryItem>(page.items, keys::LOG)?.into_iter().map(|it| it.entry));
        }
        Ok(all)
    }
}

/// How many entries since `start` are in the tree.
fn in_tree(state: &StateItem, start: u64) -> usize {
    usize::try_from(state.integrated - start).unwrap_or(usize::MAX)
}

/// Entries of a bundle.
const BUNDLE: usize = 256;
