//! The transparency log: closed chains in the order in which they were taken in, tiles, and checkpoints.
//!
//! An entry gets its place in one transaction with the count of entries, before any tile is made: whoever dies between
//! the two leaves a log that the next one goes on with, to the same bytes. A checkpoint is signed only over tiles that
//! continue those of the checkpoint before it, and never while a larger one was published: a table that lost the log's
//! state has to be restored first.

mod grow;
mod renew;
mod restore;

use aws_sdk_dynamodb::Client;
use domain::{RequestId, Timestamp};
use pades::TimestampToken;
use serde::{Deserialize, Serialize};
use tlog::{Checkpoint, Nodes, Proof, Signer, TileId, inclusion, tiles_of_inclusion};

use super::archive::Archive;
use super::documents::WriteOnce;
use super::error::StoreError;
use super::keys;
use super::table::Table;

/// The log, in the table of requests and the bucket of evidence.
#[derive(Clone, Debug)]
pub struct Log {
    table: Table,
    archive: Archive,
}

/// How far the log has come.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct StateItem {
    pk: String,
    sk: String,
    /// Counts every change.
    version: u64,
    /// Entries that have a place.
    next: u64,
    /// Entries that the checkpoint covers.
    integrated: u64,
    /// The signed note; empty before the first.
    checkpoint: String,
    /// The day of the last time-stamp, such as `2026-11-21`; empty before the first.
    stamped: String,
    /// From when on time-stamps that nothing has taken over are to be renewed, Unix seconds; absent before that was
    /// looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renew_at: Option<i64>,
}

/// An entry in its place.
#[derive(Debug, Deserialize, Serialize)]
struct EntryItem {
    pk: String,
    sk: String,
    entry: String,
}

/// Where the entry of a request stands.
#[derive(Debug, Deserialize, Serialize)]
struct PlaceItem {
    pk: String,
    sk: String,
    place: u64,
}

impl Log {
    /// The log in `table` and `archive`.
    #[must_use]
    pub fn new(client: Client, table: String, archive: Archive) -> Self {
        Self { table: Table::new(client, table), archive }
    }

    /// Publishes a checkpoint, after the key that it is checked with.
    async fn publish(&self, note: &str, signer: &Signer) -> Result<(), StoreError> {
        let key =
            signer.verifier().map_err(|_| StoreError::corrupt(keys::LOG, "the key cannot be published"))?;
        self.archive.replace(&path("key.txt"), TEXT, format!("{key}\n").into_bytes()).await?;
        self.archive.replace(&path("checkpoint"), TEXT, note.as_bytes().to_vec()).await
    }

    /// The checkpoint that was published last, as a note and read.
    async fn published(&self) -> Result<Option<(String, Checkpoint)>, StoreError> {
        let key = path("checkpoint");
        let Some(bytes) = self.archive.get(&key).await? else { return Ok(None) };
        read_note(&key, bytes).map(Some)
    }

    /// The checkpoint that is to be time-stamped today, if none was yet. Where one was kept for today already, and its
    /// time-stamp not, it is that one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn to_stamp(&self, now: Timestamp) -> Result<Option<String>, StoreError> {
        let (state, day) = (self.state().await?, day(now));
        if state.checkpoint.is_empty() || state.stamped == day {
            return Ok(None);
        }
        let Some(kept) = self.archive.get(&path(&format!("stamps/{day}.txt"))).await? else {
            return Ok(Some(state.checkpoint));
        };
        if self.archive.get(&path(&format!("stamps/{day}.tst"))).await?.is_some() {
            self.note(StateItem { stamped: day, renew_at: None, ..state }).await?;
            return Ok(None);
        }
        String::from_utf8(kept).map(Some).map_err(|error| StoreError::corrupt(keys::LOG, error))
    }

    /// Keeps a time-stamp over a checkpoint, beside the checkpoint.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn stamped(
        &self,
        (checkpoint, token): (&str, &TimestampToken),
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let day = day(now);
        // Another note in its place is that of who came first: its time-stamp is made the next time.
        self.write_once(&format!("stamps/{day}.txt"), checkpoint.as_bytes().to_vec(), until).await?;
        let der = token.der().to_vec();
        self.archive.put_once(&path(&format!("stamps/{day}.tst")), TOKEN, der, until).await?;
        let state = self.state().await?;
        let renew_at = state.renew_at.map(|at| at.min(renew::renew_at(token)));
        self.note(StateItem { stamped: day, renew_at, ..state }).await
    }

    /// Stores how far the log has come, unless somebody did meanwhile.
    async fn note(&self, state: StateItem) -> Result<(), StoreError> {
        let next = StateItem { version: state.version + 1, ..state.clone() };
        let sent = self.table.transact(vec![self.table.replace_action(&next, state.version)?]).await;
        sent.map(drop).map_err(StoreError::unavailable("TransactWriteItems"))
    }

    /// The proof that the entry of a request is in the log, with the files that go with it: the log's key, the newest
    /// time-stamp of a checkpoint, and the first one since `since` that is over the entry, with what renewed it. None
    /// before it is there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn proof(
        &self,
        request: &RequestId,
        since: Timestamp,
    ) -> Result<Option<Vec<(String, Vec<u8>)>>, StoreError> {
        let Some(index) = self.place_of(request).await? else { return Ok(None) };
        let state = self.state().await?;
        if index >= state.integrated {
            return Ok(None);
        }
        let proof = self.proof_in(index, (state.integrated, state.checkpoint)).await?;
        let mut files = vec![("log/proof.tlog-proof".to_owned(), proof)];
        if let Some(key) = self.archive.get(&path("key.txt")).await? {
            files.push(("log/key.txt".to_owned(), key));
        }
        files.extend(self.stamps_of(index, since, &state.stamped).await?);
        Ok(Some(files))
    }

    /// The proof that the entry at `index` is in the log of this size, with the checkpoint of it.
    async fn proof_in(&self, index: u64, (size, checkpoint): (u64, String)) -> Result<Vec<u8>, StoreError> {
        let mut tiles = Vec::new();
        for id in tiles_of_inclusion(index, size) {
            tiles.push((id, self.tile(&id).await?));
        }
        let hashes = inclusion(&Nodes::new(size, tiles), index, size)
            .map_err(|error| StoreError::corrupt(keys::LOG, error))?;
        Ok(Proof { index, hashes, checkpoint }.to_text().into_bytes())
    }

    async fn tile(&self, id: &TileId) -> Result<Vec<u8>, StoreError> {
        let found = self.archive.get(&path(&id.path())).await?;
        found.ok_or_else(|| StoreError::corrupt(&id.path(), "is missing"))
    }

    /// What stands there already must be the same.
    async fn write_once(&self, name: &str, bytes: Vec<u8>, until: Timestamp) -> Result<(), StoreError> {
        let key = path(name);
        let wrote = self.archive.put_once(&key, "application/octet-stream", bytes.clone(), until).await?;
        if wrote == WriteOnce::Existed && self.archive.get(&key).await? != Some(bytes) {
            return Err(StoreError::corrupt(&key, "other bytes stand in its place"));
        }
        Ok(())
    }

    async fn place_of(&self, request: &RequestId) -> Result<Option<u64>, StoreError> {
        let item: Option<PlaceItem> = self.table.get(keys::request_pk(request), keys::LOG_PLACE).await?;
        Ok(item.map(|it| it.place))
    }

    /// How far the log has come, and the checkpoint that was published last. A table that is behind it, as one that was
    /// brought back from an earlier day, gives no place and signs nothing: both would be another's.
    ///
    /// The checkpoint is read first: it is published after the state that it is of was stored.
    async fn state_and_published(&self) -> Result<(StateItem, Option<(String, Checkpoint)>), StoreError> {
        let published = self.published().await?;
        let state = self.state().await?;
        if published.as_ref().is_some_and(|(_, it)| it.size > state.integrated) {
            return Err(StoreError::corrupt(keys::LOG, BEHIND));
        }
        Ok((state, published))
    }

    /// How far the log has come. Nothing takes a place in a log whose state was lost: it would be another's.
    async fn state(&self) -> Result<StateItem, StoreError> {
        if let Some(state) = self.table.get(keys::LOG, keys::LOG_STATE).await? {
            return Ok(state);
        }
        if self.published().await?.is_some() {
            return Err(StoreError::corrupt(keys::LOG, BEHIND));
        }
        let (pk, sk) = (keys::LOG.to_owned(), keys::LOG_STATE.to_owned());
        Ok(StateItem { pk, sk, ..StateItem::default() })
    }
}

/// A checkpoint as a note and read, without regard to who signed it.
fn read_note(key: &str, bytes: Vec<u8>) -> Result<(String, Checkpoint), StoreError> {
    let note = String::from_utf8(bytes).map_err(|error| StoreError::corrupt(key, error))?;
    let text = note.split("\n\n").next().unwrap_or_default();
    let read = Checkpoint::parse(&format!("{text}\n")).map_err(|error| StoreError::corrupt(key, error))?;
    Ok((note, read))
}

/// The day of an instant, UTC.
fn day(at: Timestamp) -> String {
    at.to_rfc3339().chars().take(10).collect()
}

/// The log's files lie under a folder of their own.
fn path(name: &str) -> String {
    format!("log/{name}")
}

const BEHIND: &str = "the tables are behind the log that was published: restore them";
const TEXT: &str = "text/plain; charset=utf-8";
const TOKEN: &str = "application/timestamp-reply";
