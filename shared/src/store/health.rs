//! How endpoints are: since when they fail, and how many deliveries to them are under way.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::value::WebhookId;
use domain::{TenantId, Timestamp};
use rand::CryptoRng;
use rand::seq::IteratorRandom as _;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::StoreError;
use super::keys;
use super::table::{Table, UPDATE, held};

/// How the endpoints of all tenants are.
#[derive(Clone, Debug)]
pub struct Health {
    table: Table,
}

/// How an endpoint is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct EndpointHealth {
    /// Since when nothing got through.
    pub failing_since: Option<Timestamp>,
}

/// Who is called: so many calls at one time, and no more.
#[derive(Clone, Debug)]
pub struct Callee {
    pk: String,
    sk: String,
    /// Whether nothing else is known of it, so that it is forgotten.
    is_passing: bool,
    /// The places of its calls, one for each that may be under way.
    places: &'static [&'static str],
}

impl Callee {
    /// The endpoint of a subscription.
    #[must_use]
    pub fn webhook(tenant: &TenantId, webhook: &WebhookId) -> Self {
        Self {
            pk: keys::deliveries_pk(tenant, webhook),
            sk: keys::HEALTH.to_owned(),
            is_passing: false,
            places: OF_ENDPOINT,
        }
    }

    /// A server, host and port, that the requests of a tenant name in their callbacks.
    #[must_use]
    pub fn server(tenant: &TenantId, server: &str) -> Self {
        Self {
            pk: keys::executions_pk(tenant),
            sk: keys::callback_server_sk(server),
            is_passing: true,
            places: OF_ENDPOINT,
        }
    }

    /// All endpoints and servers of a tenant together that fail.
    #[must_use]
    pub fn failing_of(tenant: &TenantId) -> Self {
        Self {
            pk: keys::executions_pk(tenant),
            sk: keys::FAILING_CALLS.to_owned(),
            is_passing: true,
            places: OF_TENANT,
        }
    }
}

/// Leave to have one call under way, for a while.
#[derive(Debug)]
pub struct Slot {
    name: &'static str,
    until: i64,
    /// Whether nothing got through of late.
    pub is_failing: bool,
}

#[derive(Default, Deserialize)]
struct HealthItem {
    #[serde(default)]
    failing_since: Option<i64>,
}

impl Health {
    /// How the endpoints in `table` are.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { table: Table::new(client, table) }
    }

    /// How an endpoint is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn of(&self, tenant: &TenantId, webhook: &WebhookId) -> Result<EndpointHealth, StoreError> {
        let item: Option<HealthItem> =
            self.table.get(keys::deliveries_pk(tenant, webhook), keys::HEALTH).await?;
        let item = item.unwrap_or_default();
        Ok(EndpointHealth { failing_since: item.failing_since.map(Timestamp::from_unix_ms) })
    }

    /// Leave to call an endpoint; none while as many calls as it may have are under way, or when somebody else is
    /// faster. Those who wait look once, and take by chance one of those that are free.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn take_slot(
        &self,
        callee: &Callee,
        now: Timestamp,
        rng: &mut (impl CryptoRng + Send),
    ) -> Result<Option<Slot>, StoreError> {
        let taken: Option<Map<String, Value>> = self.table.get(&callee.pk, &callee.sk).await?;
        let taken = taken.unwrap_or_default();
        let until = |name: &str| taken.get(name).and_then(Value::as_i64).unwrap_or_default();
        let free = callee.places.iter().copied().filter(|name| until(name) < now.unix_ms());
        let Some(name) = free.choose(rng) else { return Ok(None) };
        let until = now.plus(SLOT_TERM);
        let mut update = self
            .table
            .update(&callee.pk, &callee.sk)
            .update_expression("SET #slot = :until")
            .condition_expression("attribute_not_exists(#slot) OR #slot < :now")
            .expression_attribute_names("#slot", name)
            .expression_attribute_values(":until", AttributeValue::N(until.unix_ms().to_string()))
            .expression_attribute_values(":now", AttributeValue::N(now.unix_ms().to_string()));
        if callee.is_passing {
            let purge_at = until.plus(FORGOTTEN_AFTER).unix_seconds();
            update = update
                .update_expression("SET #slot = :until, purge_at = :purge")
                .expression_attribute_values(":purge", AttributeValue::N(purge_at.to_string()));
        }
        let is_taken = held(update.send().await, UPDATE)?.is_some();
        let is_failing = taken.contains_key(FAILING_SINCE);
        Ok(is_taken.then(|| Slot { name, until: until.unix_ms(), is_failing }))
    }

    /// Gives leave back. One that ran out may be another's by now, and stays.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn give_slot_back(&self, callee: &Callee, slot: Slot) -> Result<(), StoreError> {
        let sent = self
            .table
            .update(&callee.pk, &callee.sk)
            .update_expression("REMOVE #slot")
            .condition_expression("#slot = :until")
            .expression_attribute_names("#slot", slot.name)
            .expression_attribute_values(":until", AttributeValue::N(slot.until.to_string()))
            .send()
            .await;
        held(sent, UPDATE).map(drop)
    }

    /// Notes that something got through.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn note_success(&self, callee: &Callee) -> Result<(), StoreError> {
        let update = self.table.update(&callee.pk, &callee.sk);
        let sent = update.update_expression("REMOVE failing_since").send().await;
        sent.map(|_| ()).map_err(StoreError::unavailable("UpdateItem"))
    }

    /// Notes that something did not get through at `now`; the first time since something did counts.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn note_failure(&self, callee: &Callee, now: Timestamp) -> Result<(), StoreError> {
        let sent = self
            .table
            .update(&callee.pk, &callee.sk)
            .update_expression("SET failing_since = if_not_exists(failing_since, :now)")
            .expression_attribute_values(":now", AttributeValue::N(now.unix_ms().to_string()))
            .send()
            .await;
        sent.map(|_| ()).map_err(StoreError::unavailable("UpdateItem"))
    }

    /// Whether whoever keeps an endpoint is to be told that something was given up.
    ///
    /// Once a day at most, and to one alone of those who ask at the same moment.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn claim_telling(
        &self,
        tenant: &TenantId,
        webhook: &WebhookId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sent = self
            .table
            .update(keys::deliveries_pk(tenant, webhook), keys::HEALTH)
            .update_expression("SET silent_until = :until")
            .condition_expression("attribute_not_exists(silent_until) OR silent_until <= :now")
            .expression_attribute_values(":now", AttributeValue::N(now.unix_ms().to_string()))
            .expression_attribute_values(
                ":until",
                AttributeValue::N(now.plus(TOLD_AGAIN_AFTER).unix_ms().to_string()),
            )
            .send()
            .await;
        Ok(held(sent, UPDATE)?.is_some())
    }
}

/// Calls to one endpoint at one time: enough for one that answers, and no more than one that hangs may cost the others.
const OF_ENDPOINT: &[&str] = &["slot_1", "slot_2", "slot_3", "slot_4"];
/// Calls of one tenant to those that fail, at one time.
///
/// One whose endpoints all hang leaves most of the calls that there can be, 50, to the others.
const OF_TENANT: &[&str] =
    &["slot_1", "slot_2", "slot_3", "slot_4", "slot_5", "slot_6", "slot_7", "slot_8", "slot_9", "slot_10"];
const FAILING_SINCE: &str = "failing_since";
/// Longer than an invocation that calls an endpoint.
const SLOT_TERM: Duration = Duration::from_mins(2);
/// Whoever keeps an endpoint that fails is not written to for each of its events.
const TOLD_AGAIN_AFTER: Duration = Duration::from_hours(24);
/// What is known of a server whose calls are all over.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(1);
