//! How often signatures were made, opened and clicked: by day, campaign, variant and sender, and nothing of readers.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Digest, TenantId, Timestamp};
use email_signature::statistics::Tally;
use serde::Deserialize;

use crate::store::error::StoreError;
use crate::store::keys;
use crate::store::table::{Table, read_all};

/// Counters, as the table holds them.
#[derive(Clone, Debug)]
pub struct Counts {
    table: Table,
}

/// What is counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Counted {
    /// The banner was clicked.
    Click,
    /// The signature was loaded by a reader's program.
    Open,
    /// The vCard was read by way of the QR code.
    Scan,
    /// A signature was made.
    Shown,
    /// The vCard was read.
    Vcard,
}

/// Of what something is counted.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CountKey {
    /// The day, in UTC: `2026-11-22`.
    pub day: String,
    /// The campaign; empty if there was none.
    pub campaign: String,
    /// The variant.
    pub variant: String,
    /// What stands for the sender, in hexadecimal.
    pub person: String,
}

#[derive(Deserialize)]
struct CountItem {
    sk: String,
    #[serde(default)]
    shown: u64,
    #[serde(default)]
    opens: u64,
    #[serde(default)]
    clicks: u64,
    #[serde(default)]
    vcards: u64,
    #[serde(default)]
    scans: u64,
}

impl Counts {
    /// The counters in `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { table: Table::new(client, table) }
    }

    /// Counts one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn add(
        &self,
        tenant: &TenantId,
        (person, campaign, variant): (&Digest, Option<&str>, &str),
        counted: Counted,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = CountKey {
            day: day_of(now),
            campaign: campaign.unwrap_or_default().to_owned(),
            variant: variant.to_owned(),
            person: person.to_hex(),
        };
        let purge_at = now.plus_years(KEPT_YEARS).unix_seconds();
        self.table
            .update(keys::email_signatures::counts_pk(tenant), keys::email_signatures::count_sk(&key))
            .update_expression("SET purge_at = if_not_exists(purge_at, :purge) ADD #count :one")
            .expression_attribute_names("#count", counted.attribute())
            .expression_attribute_values(":purge", AttributeValue::N(purge_at.to_string()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .send()
            .await
            .map_err(StoreError::unavailable("UpdateItem"))?;
        Ok(())
    }

    /// What was counted from the first to the last of these days, at most a hundred thousand counters of them: whether there are
    /// more is told too.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn between(
        &self,
        tenant: &TenantId,
        (from, to): (&str, &str),
    ) -> Result<(HashMap<CountKey, Tally>, bool), StoreError> {
        let pk = keys::email_signatures::counts_pk(tenant);
        let (first, last) =
            (keys::email_signatures::count_day(from), keys::email_signatures::count_day_end(to));
        let mut pages = self.table.range(&pk, first, last).into_paginator().send();
        let mut found: HashMap<CountKey, Tally> = HashMap::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(StoreError::unavailable("Query"))?;
            for item in read_all::<CountItem>(page.items, &pk)? {
                if found.len() >= MOST_COUNTS {
                    return Ok((found, true));
                }
                let key = keys::email_signatures::count_of_sk(&item.sk);
                let key = key.ok_or_else(|| StoreError::corrupt(&pk, "a count"))?;
                *found.entry(key).or_default() += item.tally();
            }
        }
        Ok((found, false))
    }
}

impl Counted {
    const fn attribute(self) -> &'static str {
        match self {
            Self::Click => "clicks",
            Self::Open => "opens",
            Self::Scan => "scans",
            Self::Shown => "shown",
            Self::Vcard => "vcards",
        }
    }
}

impl CountItem {
    const fn tally(&self) -> Tally {
        Tally {
            shown: self.shown,
            opens: self.opens,
            clicks: self.clicks,
            vcards: self.vcards,
            scans: self.scans,
        }
    }
}

/// The day of an instant, in UTC.
fn day_of(now: Timestamp) -> String {
    now.to_rfc3339().chars().take(DAY_CHARS).collect()
}

const DAY_CHARS: usize = 10;
const KEPT_YEARS: i16 = 3;
/// What a function's memory and time allow: a thousand senders for three months.
const MOST_COUNTS: usize = 100_000;
