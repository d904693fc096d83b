//! Messages that were decided and not yet sent.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::message::{Message, MessageKind, SentMessage};
use domain::policy::RECOVERY_PAUSE;
use domain::value::MessageId;
use domain::{Channel, RequestId, SignatoryId, Timestamp};
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::keys;
use super::requests::Requests;
use super::table::{UPDATE, held};

/// The item of a message.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct MessageItem {
    pk: String,
    sk: String,
    due_pk: String,
    due_sk: String,
    kind: String,
    signatory: String,
    channel: String,
    decided_at: i64,
    /// Whether a sender has taken it. From then on, nobody else sends it.
    claimed: bool,
    purge_at: i64,
}

/// The item by which a message is found again that a provider took.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct SentItem {
    pk: String,
    sk: String,
    request: String,
    message: String,
    signatory: String,
    #[serde(default)]
    decided_at: i64,
    purge_at: i64,
}

impl SentItem {
    pub(super) fn of(request: &RequestId, sent: &SentMessage, now: Timestamp) -> Self {
        Self {
            pk: keys::sent_pk(&sent.provider_id),
            sk: keys::ONLY.to_owned(),
            request: request.to_string(),
            message: sent.id.to_string(),
            signatory: sent.to.to_string(),
            decided_at: sent.decided_at.unix_ms(),
            purge_at: now.plus(NOTICES_END).unix_seconds(),
        }
    }

    fn read(self, provider_id: &str) -> Option<(RequestId, SentMessage)> {
        let sent = SentMessage {
            id: MessageId::parse(&self.message).ok()?,
            to: SignatoryId::parse(&self.signatory).ok()?,
            decided_at: Timestamp::from_unix_ms(self.decided_at),
            provider_id: provider_id.to_owned(),
        };
        Some((RequestId::parse(&self.request).ok()?, sent))
    }
}

/// What claiming a message found.
#[derive(Debug)]
pub enum Claim {
    /// It is ours to send.
    Ours,
    /// Someone else has it, or it was settled.
    Taken,
}

impl MessageItem {
    pub(super) fn of(request: &RequestId, message: &Message, claimed: bool, purge_at: i64) -> Self {
        let due_at = message.decided_at.plus(RECOVERY_PAUSE);
        Self {
            pk: keys::request_pk(request),
            sk: keys::message_sk(&message.id),
            due_pk: keys::due_partition(keys::DUE_MESSAGE, request),
            due_sk: keys::due_sort(due_at, request, message.id.as_str()),
            kind: message.kind.as_str().to_owned(),
            signatory: message.to.to_string(),
            channel: message.channel.as_str().to_owned(),
            decided_at: message.decided_at.unix_ms(),
            claimed,
            purge_at,
        }
    }
}

impl Requests {
    /// A message that is not settled, and whether someone has claimed it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn message(
        &self,
        request: &RequestId,
        id: &MessageId,
    ) -> Result<Option<(Message, bool)>, StoreError> {
        let sk = keys::message_sk(id);
        let item: Option<MessageItem> = self.table.get(keys::request_pk(request), &sk).await?;
        let Some(item) = item else { return Ok(None) };
        let message = Message {
            id: id.clone(),
            kind: MessageKind::parse(&item.kind).ok_or_else(|| StoreError::corrupt(&sk, "kind"))?,
            to: SignatoryId::parse(&item.signatory).map_err(|_| StoreError::corrupt(&sk, "signatory"))?,
            channel: Channel::parse(&item.channel).ok_or_else(|| StoreError::corrupt(&sk, "channel"))?,
            decided_at: Timestamp::from_unix_ms(item.decided_at),
        };
        Ok(Some((message, item.claimed)))
    }

    /// The message that a provider took under this name, and its request.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn sent_message(
        &self,
        provider_id: &str,
    ) -> Result<Option<(RequestId, SentMessage)>, StoreError> {
        let pk = keys::sent_pk(provider_id);
        let Some(item) = self.table.get::<SentItem>(&pk, keys::ONLY).await? else { return Ok(None) };
        item.read(provider_id).map(Some).ok_or_else(|| StoreError::corrupt(&pk, "id"))
    }

    /// Takes a message, so that nobody else sends it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn claim(
        &self,
        request: &RequestId,
        id: &MessageId,
        now: Timestamp,
    ) -> Result<Claim, StoreError> {
        self.set_claimed(request, id, now, true).await
    }

    /// Gives a message back that was certainly not sent; the next sweep takes it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn unclaim(
        &self,
        request: &RequestId,
        id: &MessageId,
        now: Timestamp,
    ) -> Result<Claim, StoreError> {
        self.set_claimed(request, id, now, false).await
    }

    async fn set_claimed(
        &self,
        request: &RequestId,
        id: &MessageId,
        now: Timestamp,
        claimed: bool,
    ) -> Result<Claim, StoreError> {
        let due_sk = keys::due_sort(now.plus(RECOVERY_PAUSE), request, id.as_str());
        let sent = self
            .table
            .update(keys::request_pk(request), keys::message_sk(id))
            .update_expression("SET claimed = :claimed, due_sk = :due")
            .condition_expression("attribute_exists(pk) AND claimed = :expected")
            .expression_attribute_values(":claimed", AttributeValue::Bool(claimed))
            .expression_attribute_values(":expected", AttributeValue::Bool(!claimed))
            .expression_attribute_values(":due", AttributeValue::S(due_sk))
            .send()
            .await;
        Ok(held(sent, UPDATE)?.map_or(Claim::Taken, |_| Claim::Ours))
    }
}

/// Servers give up on a mail within days; readers complain of one within weeks.
const NOTICES_END: Duration = Duration::from_hours(90 * 24);
