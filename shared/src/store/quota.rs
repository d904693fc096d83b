//! How often something may be done in a while.
//!
//! **Invariant:** what a counter counts is stored as an HMAC, so no address is.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::hmac;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use domain::otp::Traffic;
use domain::value::PhoneNumber;
use domain::{TenantId, Timestamp};
use serde::Deserialize;

use super::error::StoreError;
use super::keys;
use super::table::{Table, UPDATE, held};

/// Counters of the table.
pub struct Quotas {
    table: Table,
    key: hmac::Key,
}

/// Whether there is something left of a quota.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Quota {
    /// One was taken.
    Left,
    /// There is nothing left before the window ends.
    Spent {
        /// How long that is.
        retry_after: Duration,
    },
}

/// What became of an attempt to take one of a quota.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Taken {
    /// What is left after one was taken; none if there was nothing to take.
    pub left: Option<u32>,
    /// When the window ends, in whole seconds.
    pub resets_in: Duration,
}

/// What an hour's text messages to a block of numbers came to.
#[derive(Default, Deserialize)]
struct TrafficItem {
    #[serde(default)]
    sent: u32,
    #[serde(default)]
    verified: u32,
}

impl Quotas {
    /// The counters in `table`, whose names are made with a key of any length.
    #[must_use]
    pub fn new(client: Client, table: String, key: &[u8]) -> Self {
        let root = hmac::Key::new(hmac::HMAC_SHA256, key);
        let derived = hmac::sign(&root, b"paraphe/quota/v1\0");
        Self { table: Table::new(client, table), key: hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()) }
    }

    /// Takes one of `most` that a window of time has for `what`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn take(
        &self,
        what: &str,
        most: u32,
        window: Duration,
        now: Timestamp,
    ) -> Result<Quota, StoreError> {
        let taken = self.take_counted(what, most, window, now).await?;
        Ok(match taken.left {
            Some(_) => Quota::Left,
            None => Quota::Spent { retry_after: taken.resets_in },
        })
    }

    /// Takes one of `most` that a window of time has for `what`, and tells what is left.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn take_counted(
        &self,
        what: &str,
        most: u32,
        window: Duration,
        now: Timestamp,
    ) -> Result<Taken, StoreError> {
        let (number, length) = window_at(window, now);
        let end = number.saturating_add(1).saturating_mul(length);
        let name = self.name(what);
        let left = u64::try_from(end.saturating_sub(now.unix_seconds())).unwrap_or(1);
        let resets_in = Duration::from_secs(left.max(1));
        let sent = self
            .table
            .update(keys::quota_pk(&name), keys::quota_sk(number))
            .update_expression("SET taken = if_not_exists(taken, :none) + :one, purge_at = :purge")
            .condition_expression("attribute_not_exists(taken) OR taken < :most")
            .expression_attribute_values(":none", AttributeValue::N("0".to_owned()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":most", AttributeValue::N(most.to_string()))
            .expression_attribute_values(":purge", AttributeValue::N(end.saturating_add(length).to_string()))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await;
        let Some(answer) = held(sent, UPDATE)? else { return Ok(Taken { left: None, resets_in }) };
        let counted = match answer.attributes.as_ref().and_then(|it| it.get("taken")) {
            Some(AttributeValue::N(counted)) => counted.parse().ok(),
            _ => None,
        };
        let counted: u32 = counted.ok_or_else(|| StoreError::corrupt("QUOTA", "taken"))?;
        Ok(Taken { left: Some(most.saturating_sub(counted)), resets_in })
    }

    /// Gives back one that was taken for `what` at an instant, and was not needed after all.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn give_back(
        &self,
        what: &str,
        window: Duration,
        taken_at: Timestamp,
    ) -> Result<(), StoreError> {
        let (number, _) = window_at(window, taken_at);
        let sent = self
            .table
            .update(keys::quota_pk(&self.name(what)), keys::quota_sk(number))
            .update_expression("SET taken = taken - :one")
            .condition_expression("taken >= :one")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .send()
            .await;
        held(sent, UPDATE).map(|_| ())
    }

    /// What counts the text messages that a tenant may have sent in a day (UTC).
    #[must_use]
    pub fn text_messages(tenant: &TenantId) -> String {
        format!("sms/{tenant}")
    }

    /// Whether a tenant's text messages to a block of numbers have to stop, by this hour or the one before.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn is_text_traffic_suspicious(
        &self,
        tenant: &TenantId,
        number: &PhoneNumber,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (window, _) = window_at(HOUR, now);
        for window in [window, window.saturating_sub(1)] {
            if self.traffic(tenant, number, window).await?.is_suspicious() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Counts a text message that is about to be sent.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn count_text_sent(
        &self,
        tenant: &TenantId,
        number: &PhoneNumber,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.count(tenant, number, SENT, now).await
    }

    /// Counts a code that came back right, in the hour in which it was sent: that is where it is missed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn count_text_verified(
        &self,
        tenant: &TenantId,
        number: &PhoneNumber,
        sent_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.count(tenant, number, VERIFIED, sent_at).await
    }

    async fn count(
        &self,
        tenant: &TenantId,
        number: &PhoneNumber,
        what: &'static str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (window, length) = window_at(HOUR, now);
        let purge_at = window.saturating_add(3).saturating_mul(length);
        self.table
            .update(keys::quota_pk(&self.traffic_name(tenant, number)), keys::quota_sk(window))
            .update_expression("SET #what = if_not_exists(#what, :none) + :one, purge_at = :purge")
            .expression_attribute_names("#what", what)
            .expression_attribute_values(":none", AttributeValue::N("0".to_owned()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":purge", AttributeValue::N(purge_at.to_string()))
            .send()
            .await
            .map(|_| ())
            .map_err(StoreError::unavailable("UpdateItem"))
    }

    async fn traffic(
        &self,
        tenant: &TenantId,
        number: &PhoneNumber,
        window: i64,
    ) -> Result<Traffic, StoreError> {
        let pk = keys::quota_pk(&self.traffic_name(tenant, number));
        let counted: Option<TrafficItem> = self.table.get(pk, keys::quota_sk(window)).await?;
        let counted = counted.unwrap_or_default();
        Ok(Traffic { sent: counted.sent, verified: counted.verified })
    }

    fn traffic_name(&self, tenant: &TenantId, number: &PhoneNumber) -> String {
        self.name(&format!("sms-traffic/{tenant}/{}", number.prefix()))
    }

    fn name(&self, what: &str) -> String {
        hex::encode(hmac::sign(&self.key, what.as_bytes()))
    }
}

/// The number of the window that an instant is in, and the length of windows in seconds.
fn window_at(window: Duration, now: Timestamp) -> (i64, i64) {
    let length = i64::try_from(window.as_secs()).unwrap_or(i64::MAX).max(1);
    (now.unix_seconds().div_euclid(length), length)
}

const HOUR: Duration = Duration::from_hours(1);
const SENT: &str = "sent";
const VERIFIED: &str = "verified";

impl fmt::Debug for Quotas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Quotas(***)")
    }
}
