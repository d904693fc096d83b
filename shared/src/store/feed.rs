//! What a tenant was told, in one order: a counter taken with each event decides it.
//!
//! **Invariant:** an event has one place, and no place is filled after a later one.

use std::cmp::Ordering;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::notification::EventId;
use domain::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::StoreError;
use super::keys;
use super::outbox::OutboxEvent;
use super::requests::Rounds;
use super::table::{Table, read_all};

/// The feeds of all tenants.
#[derive(Clone, Debug)]
pub struct Feed {
    table: Table,
}

/// An event at its place.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedEvent {
    /// Its place, from 1.
    pub position: u64,
    /// What is told.
    pub payload: Value,
}

/// What stands after a place of a feed.
#[derive(Clone, Debug, PartialEq)]
pub enum FeedPart {
    /// These, in their order, and the place behind which more will stand.
    Events(Vec<FeedEvent>, u64),
    /// Something that is no longer kept.
    Forgotten,
    /// The feed does not reach the place: the table was set back to an earlier state.
    NotThere,
}

#[derive(Deserialize, Serialize)]
struct PlaceItem {
    pk: String,
    sk: String,
    position: u64,
    told_at: i64,
    /// JSON text.
    payload: String,
    purge_at: i64,
}

#[derive(Deserialize, Serialize)]
struct ToldItem {
    pk: String,
    sk: String,
    position: u64,
    purge_at: i64,
}

#[derive(Deserialize)]
struct HeadItem {
    length: u64,
}

impl Feed {
    /// The feeds in `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { table: Table::new(client, table) }
    }

    /// Gives the events of one outbox their places, and tells those; the ones they have, if they were given
    /// some before.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn append(
        &self,
        tenant: &TenantId,
        events: &[OutboxEvent],
        now: Timestamp,
    ) -> Result<Vec<u64>, StoreError> {
        let mut rounds = Rounds::default();
        loop {
            if let Some(known) = self.positions(events).await? {
                return Ok(known);
            }
            let length = self.length(tenant).await?;
            let actions = self.append_actions(tenant, events, length, now)?;
            match self.table.transact(actions).await {
                Ok(()) => return Ok((length + 1..).take(events.len()).collect()),
                Err(error) => {
                    let lost = error
                        .as_service_error()
                        .is_some_and(TransactWriteItemsError::is_transaction_canceled_exception);
                    if !lost || !rounds.again().await {
                        return Err(StoreError::unavailable("TransactWriteItems")(error));
                    }
                }
            }
        }
    }

    /// Events after a place, or from the oldest that is kept, of the last 90 days, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn after(
        &self,
        tenant: &TenantId,
        position: Option<u64>,
        limit: usize,
        now: Timestamp,
    ) -> Result<FeedPart, StoreError> {
        // Counted before the look: what is told in between stands behind, and is read next.
        let length = self.length(tenant).await?;
        let part = self.look(tenant, position, limit, now).await?;
        match (position, part) {
            (None, FeedPart::Events(events, _)) if events.is_empty() => Ok(FeedPart::Events(events, length)),
            (Some(position), FeedPart::Events(events, _)) if events.is_empty() => {
                Ok(match length.cmp(&position) {
                    Ordering::Equal => FeedPart::Events(events, position),
                    Ordering::Greater => FeedPart::Forgotten,
                    Ordering::Less => FeedPart::NotThere,
                })
            }
            (_, part) => Ok(part),
        }
    }

    /// What stands after a place; without one, what is over is passed over.
    async fn look(
        &self,
        tenant: &TenantId,
        position: Option<u64>,
        limit: usize,
        now: Timestamp,
    ) -> Result<FeedPart, StoreError> {
        let pk = keys::feed_pk(tenant);
        let mut events = Vec::new();
        let mut from = position.unwrap_or_default();
        loop {
            let (first, last) = (keys::feed_sk(from.saturating_add(1)), keys::feed_sk(u64::MAX));
            let answer = self
                .table
                .range(&pk, first, last)
                .limit(PAGE)
                .send()
                .await
                .map_err(StoreError::unavailable("Query"))?;
            let more = answer.last_evaluated_key.is_some();
            for item in read_all::<PlaceItem>(answer.items, &pk)? {
                let (place, event) = (item.position, item.read(now)?);
                if position.is_some() && (place != from.saturating_add(1) || event.is_none()) {
                    return Ok(FeedPart::Forgotten);
                }
                from = place;
                events.extend(event);
                if events.len() >= limit {
                    return Ok(FeedPart::Events(events, from));
                }
            }
            if !more {
                return Ok(FeedPart::Events(events, from));
            }
        }
    }

    /// The event of this name, if it is the tenant's and not older than 90 days.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn find(
        &self,
        tenant: &TenantId,
        id: &EventId,
        now: Timestamp,
    ) -> Result<Option<FeedEvent>, StoreError> {
        let Some(position) = self.position(id).await? else { return Ok(None) };
        let event = self.at(tenant, position, now).await?;
        Ok(event.filter(|it| it.payload.get("id").and_then(Value::as_str) == Some(&id.to_string())))
    }

    /// The event at a place, if it is not older than 90 days.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn at(
        &self,
        tenant: &TenantId,
        position: u64,
        now: Timestamp,
    ) -> Result<Option<FeedEvent>, StoreError> {
        let pk = keys::feed_pk(tenant);
        let Some(item) = self.table.get::<PlaceItem>(&pk, keys::feed_sk(position)).await? else {
            return Ok(None);
        };
        item.read(now)
    }

    fn append_actions(
        &self,
        tenant: &TenantId,
        events: &[OutboxEvent],
        length: u64,
        now: Timestamp,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let pk = keys::feed_pk(tenant);
        let purge_at = now.plus(KEPT_FOR).plus(PURGE_AFTER).unix_seconds();
        let mut actions = Vec::with_capacity(2 * events.len() + 1);
        let mut position = length;
        for event in events {
            position += 1;
            let place = PlaceItem {
                pk: pk.clone(),
                sk: keys::feed_sk(position),
                position,
                told_at: now.unix_ms(),
                payload: event.payload.to_string(),
                purge_at,
            };
            let told = ToldItem {
                pk: keys::request_pk(&event.id.request),
                sk: keys::told_sk(&event.id),
                position,
                purge_at,
            };
            actions.push(self.table.put_new_action(&place)?);
            actions.push(self.table.put_new_action(&told)?);
        }
        let head = self.table.update_action(&pk, keys::FEED_HEAD, |head| {
            let head = head
                .update_expression("SET #length = :next")
                .expression_attribute_names("#length", "length")
                .expression_attribute_values(":next", AttributeValue::N(position.to_string()));
            if length == 0 {
                head.condition_expression("attribute_not_exists(#length)")
            } else {
                head.condition_expression("#length = :length")
                    .expression_attribute_values(":length", AttributeValue::N(length.to_string()))
            }
        });
        actions.push(head?);
        Ok(actions)
    }

    /// The places of events that were appended together; none when they have none.
    async fn positions(&self, events: &[OutboxEvent]) -> Result<Option<Vec<u64>>, StoreError> {
        let Some(first) = events.first() else { return Ok(Some(Vec::new())) };
        let first = self.position(&first.id).await?;
        Ok(first.map(|first| (first..).take(events.len()).collect()))
    }

    async fn position(&self, id: &EventId) -> Result<Option<u64>, StoreError> {
        let item: Option<ToldItem> = self.table.get(keys::request_pk(&id.request), keys::told_sk(id)).await?;
        Ok(item.map(|it| it.position))
    }

    async fn length(&self, tenant: &TenantId) -> Result<u64, StoreError> {
        let item: Option<HeadItem> = self.table.get(keys::feed_pk(tenant), keys::FEED_HEAD).await?;
        Ok(item.map_or(0, |it| it.length))
    }
}

impl PlaceItem {
    fn read(self, now: Timestamp) -> Result<Option<FeedEvent>, StoreError> {
        if now >= Timestamp::from_unix_ms(self.told_at).plus(KEPT_FOR) {
            return Ok(None);
        }
        let payload =
            serde_json::from_str(&self.payload).map_err(|error| StoreError::corrupt(&self.sk, error))?;
        Ok(Some(FeedEvent { position: self.position, payload }))
    }
}

/// How long a feed can be read.
const KEPT_FOR: Duration = Duration::from_hours(90 * 24);
/// Nobody reads an item once it is over; it is deleted a little later.
const PURGE_AFTER: Duration = Duration::from_hours(24);
const PAGE: i32 = 100;
