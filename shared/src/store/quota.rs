//! How often something may be done in a while.
//!
//! **Invariant:** what a counter counts is stored as an HMAC, so no address is.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::hmac;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::Timestamp;

use super::error::StoreError;
use super::keys;
use super::messages::lost;

/// Counters of the table.
pub struct Quotas {
    client: Client,
    table: String,
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

impl Quotas {
    /// The counters in `table`, whose names are made with a key of any length.
    #[must_use]
    pub fn new(client: Client, table: String, key: &[u8]) -> Self {
        let root = hmac::Key::new(hmac::HMAC_SHA256, key);
        let derived = hmac::sign(&root, b"paraphe/quota/v1\0");
        Self { client, table, key: hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()) }
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
        let length = i64::try_from(window.as_secs()).unwrap_or(i64::MAX).max(1);
        let number = now.unix_seconds().div_euclid(length);
        let end = number.saturating_add(1).saturating_mul(length);
        let name = hex::encode(hmac::sign(&self.key, what.as_bytes()));
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::quota_pk(&name)))
            .key(keys::SK, AttributeValue::S(keys::quota_sk(number)))
            .update_expression("SET taken = if_not_exists(taken, :none) + :one, purge_at = :purge")
            .condition_expression("attribute_not_exists(taken) OR taken < :most")
            .expression_attribute_values(":none", AttributeValue::N("0".to_owned()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":most", AttributeValue::N(most.to_string()))
            .expression_attribute_values(":purge", AttributeValue::N(end.saturating_add(length).to_string()))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(Quota::Left),
            Err(error) if lost(&error) => {
                let left = u64::try_from(end.saturating_sub(now.unix_seconds())).unwrap_or(1);
                Ok(Quota::Spent { retry_after: Duration::from_secs(left.max(1)) })
            }
            Err(error) => Err(StoreError::unavailable("UpdateItem")(error)),
        }
    }
}

impl fmt::Debug for Quotas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Quotas(***)")
    }
}
