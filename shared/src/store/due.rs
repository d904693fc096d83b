//! What must be looked at by now.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::due::DueKind;
use domain::value::MessageId;
use domain::{RequestId, Timestamp};
use serde::Deserialize;

use super::error::StoreError;
use super::keys;
use super::requests::Requests;
use super::table::{DELETE, UPDATE, held};

/// One thing that is due.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct DueItem {
    /// Whose it is.
    pub request: RequestId,
    /// What to look at.
    pub target: DueTarget,
}

/// What to look at.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum DueTarget {
    /// A message that should have been sent.
    Message(MessageId),
    /// Something about the request itself.
    Request(DueKind),
}

#[derive(Deserialize)]
struct DueKeys {
    pk: String,
    sk: String,
}

impl Requests {
    /// What is due by `now`, the oldest of each shard first, at most `limit` of each shard.
    ///
    /// The index is written a moment after the table, so an item may be seen that was settled since:
    /// whoever acts on one looks at the table first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn due(&self, now: Timestamp, limit: i32) -> Result<Vec<DueItem>, StoreError> {
        let kinds = DueKind::SWEPT.map(DueKind::as_str).into_iter().chain([keys::DUE_MESSAGE]);
        let mut due = Vec::new();
        for kind in kinds {
            due.extend(self.due_of_kind(kind, now, limit).await?);
        }
        Ok(due)
    }

    /// The requests whose chains are to be copied and logged by `now`, as [`Requests::due`].
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn due_for_archive(&self, now: Timestamp, limit: i32) -> Result<Vec<RequestId>, StoreError> {
        let mut due = Vec::new();
        for kind in DueKind::COPIED {
            due.extend(self.due_of_kind(kind.as_str(), now, limit).await?);
        }
        // One copy is of both.
        let mut seen = HashSet::new();
        Ok(due.into_iter().map(|it| it.request).filter(|it| seen.insert(it.clone())).collect())
    }

    async fn due_of_kind(&self, kind: &str, now: Timestamp, limit: i32) -> Result<Vec<DueItem>, StoreError> {
        let mut due = Vec::new();
        for shard in 0..keys::DUE_SHARDS {
            due.extend(self.due_of(kind, shard, now, limit).await?);
        }
        Ok(due)
    }

    /// Forgets a thing to look at that needs no look any more.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn forget(&self, request: &RequestId, kind: DueKind) -> Result<(), StoreError> {
        self.table.delete(keys::request_pk(request), keys::due_sk_of_item(kind)).await.map(drop)
    }

    /// Forgets a thing to look at, unless it became due again since `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn forget_due(
        &self,
        request: &RequestId,
        kind: DueKind,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sent = self
            .table
            .delete_item(keys::request_pk(request), keys::due_sk_of_item(kind))
            .condition_expression("attribute_not_exists(due_sk) OR due_sk <= :now")
            .expression_attribute_values(":now", AttributeValue::S(format!("{now}~")))
            .send()
            .await;
        held(sent, DELETE).map(drop)
    }

    /// Looks at a thing again later, if it is still there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn postpone(
        &self,
        request: &RequestId,
        kind: DueKind,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let sent = self
            .table
            .update(keys::request_pk(request), keys::due_sk_of_item(kind))
            .update_expression("SET due_sk = :due")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":due", AttributeValue::S(keys::due_sort(at, request, "")))
            .send()
            .await;
        held(sent, UPDATE).map(drop)
    }

    /// Looks at a thing that is due by `now` again later; what became due since stays as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn postpone_due(
        &self,
        request: &RequestId,
        kind: DueKind,
        (now, at): (Timestamp, Timestamp),
    ) -> Result<(), StoreError> {
        let sent = self
            .table
            .update(keys::request_pk(request), keys::due_sk_of_item(kind))
            .update_expression("SET due_sk = :due")
            .condition_expression("due_sk <= :now")
            .expression_attribute_values(":due", AttributeValue::S(keys::due_sort(at, request, "")))
            .expression_attribute_values(":now", AttributeValue::S(format!("{now}~")))
            .send()
            .await;
        held(sent, UPDATE).map(drop)
    }

    async fn due_of(
        &self,
        kind: &str,
        shard: u8,
        now: Timestamp,
        limit: i32,
    ) -> Result<Vec<DueItem>, StoreError> {
        let items: Vec<DueKeys> = self.table.due(keys::due_partition_of(kind, shard), now, limit).await?;
        items.iter().map(DueKeys::read).collect()
    }
}

impl DueKeys {
    fn read(&self) -> Result<DueItem, StoreError> {
        let corrupt = || StoreError::corrupt(&self.pk, "due");
        let request = keys::request_of_pk(&self.pk).ok_or_else(corrupt)?;
        let target = match self.sk.split_once('#') {
            Some(("MESSAGE", id)) => DueTarget::Message(MessageId::parse(id).map_err(|_| corrupt())?),
            Some(("DUE", word)) => {
                let kind = DueKind::ALL.into_iter().find(|kind| kind.as_str() == word);
                DueTarget::Request(kind.ok_or_else(corrupt)?)
            }
            _ => return Err(corrupt()),
        };
        Ok(DueItem { request, target })
    }
}
