//! What a tenant was told, in one order: a counter taken with each event decides it.
//!
//! **Invariant:** an event has one place, and no place is filled after a later one.

use std::cmp::Ordering;
use std::collections::HashSet;
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
use super::outbox::Outbox;
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

    /// Gives the events of outboxes of one tenant their places, one behind the other, and tells the place of the first
    /// event of each; the one it has, if it was given one before.
    ///
    /// As many as one transaction holds, from the first on and at least that one: whoever asks again with the others goes
    /// on. What cannot be told holds up none before it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`]: of the first.
    pub async fn append(
        &self,
        tenant: &TenantId,
        outboxes: &[&Outbox],
        now: Timestamp,
    ) -> Result<Vec<u64>, StoreError> {
        let (mut rounds, mut outboxes) = (Rounds::default(), of_one_transaction(outboxes));
        loop {
            let known = self.places(outboxes).await?;
            let told: Vec<u64> = known.iter().map_while(|it| *it).collect();
            if !told.is_empty() {
                return Ok(told);
            }
            let untold = known.iter().take_while(|it| it.is_none()).count();
            let fresh = outboxes.get(..untold).unwrap_or_default();
            let length = self.length(tenant).await?;
            let (actions, places) = self.append_actions(tenant, fresh, length, now)?;
            let Err(error) = self.table.transact(actions).await else { return Ok(places) };
            let lost = error
                .as_service_error()
                .is_some_and(TransactWriteItemsError::is_transaction_canceled_exception);
            if lost && rounds.again().await {
                continue;
            }
            if fresh.len() <= 1 {
                return Err(StoreError::unavailable("TransactWriteItems")(error));
            }
            (rounds, outboxes) = (Rounds::default(), fresh.get(..1).unwrap_or_default());
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

    /// What gives these outboxes places behind the first `length`, and those of their first events.
    fn append_actions(
        &self,
        tenant: &TenantId,
        outboxes: &[&Outbox],
        length: u64,
        now: Timestamp,
    ) -> Result<(Vec<TransactWriteItem>, Vec<u64>), StoreError> {
        let pk = keys::feed_pk(tenant);
        let purge_at = now.plus(KEPT_FOR).plus(PURGE_AFTER).unix_seconds();
        let (mut actions, mut places, mut position) = (Vec::new(), Vec::new(), length);
        for outbox in outboxes {
            places.push(position + 1);
            for event in &outbox.events {
                position += 1;
                let place = PlaceItem {
                    pk: pk.clone(),
                    sk: keys::feed_sk(position),
                    position,
                    told_at: now.unix_ms(),
                    payload: event.payload.to_string(),
                    purge_at,
                };
                let (pk, sk) = told_place(&event.id);
                actions.push(self.table.put_new_action(&place)?);
                actions.push(self.table.put_new_action(&ToldItem { pk, sk, position, purge_at })?);
            }
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
        Ok((actions, places))
    }

    /// The place of the first event of each, if it has one: events of one outbox are appended together.
    async fn places(&self, outboxes: &[&Outbox]) -> Result<Vec<Option<u64>>, StoreError> {
        let firsts: Vec<_> = outboxes.iter().filter_map(|it| it.events.first()).collect();
        let wanted: Vec<_> = firsts.into_iter().map(|it| told_place(&it.id)).collect();
        let items = self.table.get_many::<ToldItem>(&wanted).await?;
        Ok(items.into_iter().map(|it| Some(it?.position)).collect())
    }

    async fn position(&self, id: &EventId) -> Result<Option<u64>, StoreError> {
        let (pk, sk) = told_place(id);
        let item: Option<ToldItem> = self.table.get(pk, sk).await?;
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

/// The first of these that fit into one transaction, each once; at least one, if there is one.
fn of_one_transaction<'a, 'b>(outboxes: &'b [&'a Outbox]) -> &'b [&'a Outbox] {
    let (mut seen, mut events) = (HashSet::new(), 0);
    let fits = |outbox: &&&Outbox| {
        events += outbox.events.len();
        let first = outbox.events.first().map(|it| told_place(&it.id));
        seen.insert(first) && (events <= MOST_EVENTS || seen.len() == 1)
    };
    outboxes.get(..outboxes.iter().take_while(fits).count()).unwrap_or_default()
}

/// Where it stands which place an event has.
fn told_place(id: &EventId) -> (String, String) {
    (keys::request_pk(&id.request), keys::told_sk(id))
}

/// Each is two actions beside the one of the head, and a transaction has at most 100.
const MOST_EVENTS: usize = 49;
/// How long a feed can be read.
const KEPT_FOR: Duration = Duration::from_hours(90 * 24);
/// Nobody reads an item once it is over; it is deleted a little later.
const PURGE_AFTER: Duration = Duration::from_hours(24);
const PAGE: i32 = 100;
