//! What was and is to be delivered to endpoints: one item for each event and endpoint, with every attempt.
//!
//! An item that waits is due in the index, so that it is delivered even if every message about it is lost.

mod due;

use std::fmt;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::value::WebhookId;
use domain::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_dynamo::to_attribute_value;
use serde_json::Value;

pub use due::DueDelivery;

use super::error::StoreError;
use super::keys;
use super::table::{Table, UPDATE, held};

/// Deliveries, as the table holds them.
#[derive(Clone, Debug)]
pub struct Deliveries {
    table: Table,
}

/// Names a delivery of an endpoint: the instant of its event, then the event. Names sort by time.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct DeliveryId(String);

impl DeliveryId {
    /// The delivery of an event: the same whenever it is asked for.
    #[must_use]
    pub fn of(event: &str, at: Timestamp) -> Self {
        Self(format!("{}-{event}", keys::digits_of(at)))
    }

    /// Reads a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (at, event) = text.split_once('-')?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let fits = at.len() == 13
            && at.bytes().all(|byte| byte.is_ascii_digit())
            && (1..=80).contains(&event.len())
            && event.bytes().all(is_plain);
        fits.then(|| Self(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Something to be delivered.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// Whose endpoint it is.
    pub tenant: TenantId,
    /// The endpoint.
    pub webhook: WebhookId,
    /// Names it.
    pub id: DeliveryId,
    /// The name of the event that it is about: the receiver's id of the message.
    pub event: String,
    /// What happened.
    pub event_type: String,
    /// What is told.
    pub payload: Payload,
}

/// Where the payload of a delivery is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Payload {
    /// At a place of the tenant's feed.
    At(u64),
    /// Here.
    Here(Value),
}

/// A delivery, and what became of it.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// What is to be delivered.
    pub about: NewDelivery,
    /// What became of it.
    pub state: DeliveryState,
    /// Every attempt, oldest first.
    pub attempts: Vec<Attempt>,
    /// Attempts since it was begun, or begun again.
    pub tried: u8,
    /// When it was decided.
    pub created_at: Timestamp,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DeliveryState {
    /// The endpoint took it.
    Delivered,
    /// It was given up.
    Failed,
    /// It is to be tried, not before this instant.
    Waiting(Timestamp),
}

impl DeliveryState {
    /// The words of all of them.
    pub const WORDS: [&'static str; 3] = [WAITING, DELIVERED, FAILED];

    /// Its word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => DELIVERED,
            Self::Failed => FAILED,
            Self::Waiting(_) => WAITING,
        }
    }
}

/// One attempt.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Attempt {
    /// When, in Unix milliseconds.
    pub at: i64,
    /// The answer's status, if there was one.
    pub status: Option<u16>,
    /// How long it took.
    pub duration_ms: u64,
    /// Why it failed, in a few words.
    pub error: Option<String>,
}

/// What an attempt leads to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It is to be tried again, not before this instant.
    Again(Timestamp),
    /// The endpoint took it.
    Delivered,
    /// It is given up.
    Failed,
}

#[derive(Deserialize, Serialize)]
struct DeliveryItem {
    pk: String,
    sk: String,
    event: String,
    event_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
    /// JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payload: Option<String>,
    delivery_state: String,
    next_at: i64,
    attempts: Vec<Attempt>,
    tried: u8,
    created_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_pk: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_sk: Option<String>,
    purge_at: i64,
}

impl Deliveries {
    /// Deliveries in `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { table: Table::new(client, table) }
    }

    /// Decides upon a delivery; one that was decided before stays as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn add(&self, new: &NewDelivery, now: Timestamp) -> Result<(), StoreError> {
        let (position, payload) = match &new.payload {
            Payload::At(position) => (Some(*position), None),
            Payload::Here(payload) => (None, Some(payload.to_string())),
        };
        let item = DeliveryItem {
            pk: keys::deliveries_pk(&new.tenant, &new.webhook),
            sk: keys::delivery_sk(new.id.as_str()),
            event: new.event.clone(),
            event_type: new.event_type.clone(),
            position,
            payload,
            delivery_state: WAITING.to_owned(),
            next_at: now.unix_ms(),
            attempts: Vec::new(),
            tried: 0,
            created_at: now.unix_ms(),
            due_pk: Some(keys::due_partition_of_delivery(new.id.as_str())),
            due_sk: Some(due::sort(now.plus(due::AFTER), &new.id, &new.webhook)),
            purge_at: now.plus(KEPT_FOR).unix_seconds(),
        };
        self.table.put_new(&item).await.map(drop)
    }

    /// A delivery.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`], [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn load(
        &self,
        tenant: &TenantId,
        webhook: &WebhookId,
        id: &DeliveryId,
    ) -> Result<Delivery, StoreError> {
        let pk = keys::deliveries_pk(tenant, webhook);
        let item: DeliveryItem =
            self.table.get(&pk, keys::delivery_sk(id.as_str())).await?.ok_or(StoreError::NotFound)?;
        item.read()
    }

    /// Deliveries of an endpoint that are wanted, newest first, those before `before` if it is given.
    ///
    /// At most `limit`, and fewer when there are many of others: then the second value says where to go on.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn list(
        &self,
        (tenant, webhook): (&TenantId, &WebhookId),
        before: Option<&DeliveryId>,
        wanted: &DeliveryFilter,
        limit: usize,
    ) -> Result<(Vec<Delivery>, Option<DeliveryId>), StoreError> {
        let pk = keys::deliveries_pk(tenant, webhook);
        let first = keys::delivery_sk(&keys::digits_of(wanted.since.unwrap_or_default()));
        let end = before.map_or_else(|| keys::delivery_sk("~"), |it| keys::delivery_sk(it.as_str()));
        let read = |item: DeliveryItem| Ok(Some(item.read()?).filter(|it| wanted.accepts(it)));
        let (found, next) = self.table.newest(&pk, (first, end), (limit, MOST_PAGES), read).await?;
        Ok((found, next.as_deref().and_then(id_of_sk)))
    }

    /// Records an attempt at a delivery as it was loaded, and what it leads to. False when someone else made
    /// one at the same time: theirs counts.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn record(
        &self,
        delivery: &Delivery,
        attempt: Option<Attempt>,
        verdict: Verdict,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (about, made) = (&delivery.about, delivery.attempts.len());
        let more = u8::from(attempt.is_some());
        let attempts: Vec<Attempt> = attempt.into_iter().collect();
        let attempts: AttributeValue =
            to_attribute_value(&attempts).map_err(|error| StoreError::corrupt(about.id.as_str(), error))?;
        let (state, next_at) = match verdict {
            Verdict::Again(at) => (WAITING, at.unix_ms()),
            Verdict::Delivered => (DELIVERED, 0),
            Verdict::Failed => (FAILED, 0),
        };
        let due = match verdict {
            Verdict::Again(_) => ", due_sk = :due",
            Verdict::Delivered | Verdict::Failed => " REMOVE due_pk, due_sk",
        };
        let mut update = self
            .update(about)
            .update_expression(format!(
                "SET delivery_state = :state, next_at = :next, attempts = list_append(attempts, :new), \
                 tried = :tried{due}"
            ))
            .condition_expression("delivery_state = :waiting AND size(attempts) = :made")
            .expression_attribute_values(":state", AttributeValue::S(state.to_owned()))
            .expression_attribute_values(":waiting", AttributeValue::S(WAITING.to_owned()))
            .expression_attribute_values(":next", AttributeValue::N(next_at.to_string()))
            .expression_attribute_values(":new", attempts)
            .expression_attribute_values(":made", AttributeValue::N(made.to_string()))
            .expression_attribute_values(
                ":tried",
                AttributeValue::N(delivery.tried.saturating_add(more).to_string()),
            );
        if let Verdict::Again(at) = verdict {
            // A message brings it about; beyond what a message can wait, the index does.
            let due_at = if at.since(now) <= LONGEST_DELAY { at.plus(due::AFTER) } else { at };
            let due = due::sort(due_at, &about.id, &about.webhook);
            update = update.expression_attribute_values(":due", AttributeValue::S(due));
        }
        Ok(held(update.send().await, UPDATE)?.is_some())
    }

    /// Begins a delivery again, from its first attempt; those that were made stay in the log. What the same call has
    /// begun again before stays as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn restart(&self, about: &NewDelivery, call: &str, now: Timestamp) -> Result<(), StoreError> {
        let due = due::sort(now.plus(due::AFTER), &about.id, &about.webhook);
        let sent = self
            .update(about)
            .update_expression(
                "SET delivery_state = :waiting, next_at = :now, tried = :none, due_pk = :partition, due_sk = :due, \
                 restarted_by = :call",
            )
            .condition_expression(
                "attribute_exists(pk) AND (attribute_not_exists(restarted_by) OR restarted_by <> :call)",
            )
            .expression_attribute_values(":call", AttributeValue::S(call.to_owned()))
            .expression_attribute_values(":waiting", AttributeValue::S(WAITING.to_owned()))
            .expression_attribute_values(":now", AttributeValue::N(now.unix_ms().to_string()))
            .expression_attribute_values(":none", AttributeValue::N("0".to_owned()))
            .expression_attribute_values(
                ":partition",
                AttributeValue::S(keys::due_partition_of_delivery(about.id.as_str())),
            )
            .expression_attribute_values(":due", AttributeValue::S(due))
            .send()
            .await;
        held(sent, UPDATE).map(drop)
    }

    fn update(
        &self,
        about: &NewDelivery,
    ) -> aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder {
        self.table
            .update(keys::deliveries_pk(&about.tenant, &about.webhook), keys::delivery_sk(about.id.as_str()))
    }
}

/// Which deliveries to list: those of which all holds that is said.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// The word of their state.
    pub state: Option<&'static str>,
    /// What happened.
    pub event_type: Option<&'static str>,
    /// Their events are not older.
    pub since: Option<Timestamp>,
}

impl DeliveryFilter {
    fn accepts(&self, delivery: &Delivery) -> bool {
        self.state.is_none_or(|it| it == delivery.state.as_str())
            && self.event_type.is_none_or(|it| it == delivery.about.event_type)
    }
}

impl DeliveryItem {
    fn read(self) -> Result<Delivery, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt(&self.sk, what);
        let (tenant, webhook) = keys::deliveries_of_pk(&self.pk).ok_or_else(|| corrupt("pk"))?;
        let payload = match (self.position, &self.payload) {
            (Some(position), _) => Payload::At(position),
            (None, Some(text)) => Payload::Here(
                serde_json::from_str(text).map_err(|error| StoreError::corrupt(&self.sk, error))?,
            ),
            (None, None) => return Err(corrupt("payload")),
        };
        let state = match self.delivery_state.as_str() {
            DELIVERED => DeliveryState::Delivered,
            FAILED => DeliveryState::Failed,
            WAITING => DeliveryState::Waiting(Timestamp::from_unix_ms(self.next_at)),
            _ => return Err(corrupt("delivery_state")),
        };
        let id = id_of_sk(&self.sk).ok_or_else(|| corrupt("sk"))?;
        Ok(Delivery {
            about: NewDelivery {
                tenant,
                webhook,
                id,
                event: self.event,
                event_type: self.event_type,
                payload,
            },
            state,
            attempts: self.attempts,
            tried: self.tried,
            created_at: Timestamp::from_unix_ms(self.created_at),
        })
    }
}

fn id_of_sk(sk: &str) -> Option<DeliveryId> {
    DeliveryId::parse(sk.strip_prefix(keys::DELIVERIES)?)
}

/// How long a message of a queue can be held back; what has to wait longer is due in the index.
pub const LONGEST_DELAY: Duration = Duration::from_mins(15);

/// How long the log of an endpoint is kept.
const KEPT_FOR: Duration = Duration::from_hours(90 * 24);
/// Items that one listing looks at, in pages.
const MOST_PAGES: usize = 20;
const DELIVERED: &str = "delivered";
const FAILED: &str = "failed";
const WAITING: &str = "waiting";
