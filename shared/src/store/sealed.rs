//! Files that were sealed here, by their digest: an index for whoever holds such a file.
//!
//! **Invariant:** an item says that a file exists and when it was sealed, and nothing of anybody.

use aws_sdk_dynamodb::Client;
use domain::evidence::EventKind;
use domain::request::{FileFacts, StateRecord, Stored};
use domain::transition::Changes;
use domain::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::keys;
use super::table::Table;

/// Looks up files that were sealed here.
#[derive(Clone, Debug)]
pub struct SealedFiles {
    table: Table,
}

/// A file that was sealed here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SealedFile {
    /// When its last seal was made.
    pub sealed_at: Timestamp,
    /// Whether the closing seal is in it; an earlier revision otherwise.
    pub is_complete: bool,
}

#[derive(Deserialize, Serialize)]
pub(super) struct SealedItem {
    pk: String,
    sk: String,
    sealed_at: i64,
    is_complete: bool,
    purge_at: i64,
}

impl SealedItem {
    /// The file that a move has sealed, if it did so.
    pub(super) fn of(request: &impl Stored, changes: &Changes) -> Option<Self> {
        let sealed = |kind: EventKind| changes.evidence.iter().any(|event| event.kind == kind);
        let (file, is_complete) = match request.state_record() {
            StateRecord::Done(_, closing) if sealed(EventKind::RequestClosed) => (closing, true),
            StateRecord::Open(document)
            | StateRecord::Signed(document)
            | StateRecord::Declined(Some(document))
            | StateRecord::Expired(Some(document))
            | StateRecord::Cancelled(Some(document))
                if sealed(EventKind::RevisionSealed) =>
            {
                (document.revisions.last()?.file.clone(), false)
            }
            _ => return None,
        };
        Some(Self::new(&file, is_complete, request.facts().purge_at()))
    }

    fn new(file: &FileFacts, is_complete: bool, purge_at: Timestamp) -> Self {
        Self {
            pk: keys::sealed_pk(&file.sha256),
            sk: keys::ONLY.to_owned(),
            sealed_at: file.created_at.unix_ms(),
            is_complete,
            purge_at: purge_at.unix_seconds(),
        }
    }
}

impl SealedFiles {
    /// The files in `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { table: Table::new(client, table) }
    }

    /// The file of this digest, if it was sealed here.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn find(&self, sha256: &Digest) -> Result<Option<SealedFile>, StoreError> {
        let Some(item) = self.table.get::<SealedItem>(keys::sealed_pk(sha256), keys::ONLY).await? else {
            return Ok(None);
        };
        Ok(Some(SealedFile {
            sealed_at: Timestamp::from_unix_ms(item.sealed_at),
            is_complete: item.is_complete,
        }))
    }
}
