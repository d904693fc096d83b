//! What a table holds, counted: for an operator, who may read all of it.
//!
//! **Invariant:** reads keys, states and numbers, and nothing of anybody.

use std::collections::BTreeMap;

use domain::Timestamp;
use serde::Deserialize;

use super::error::StoreError;
use super::keys;
use super::requests::Requests;
use super::table::read_all;

/// What a table holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Census {
    /// Requests by tenant, a sandbox counted as one, and by state.
    pub requests: BTreeMap<String, BTreeMap<String, u64>>,
    /// Messages that a provider took, as far as they are still remembered.
    pub messages_sent: u64,
    /// Messages that wait for their sender.
    pub messages_waiting: u64,
    /// Files that were sealed here: every revision with a seal, and every closed document.
    pub sealed_files: u64,
    /// Closed documents among them.
    pub closed_documents: u64,
    /// What is to be looked at, by kind.
    pub due: BTreeMap<String, Backlog>,
}

/// Things of one kind that are to be looked at.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Backlog {
    /// All of them.
    pub all: u64,
    /// Those whose time has come.
    pub overdue: u64,
    /// Since when the oldest of these waits.
    pub oldest: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Counted {
    pk: String,
    sk: String,
    tenant: Option<String>,
    state: Option<String>,
    is_complete: Option<bool>,
    due_pk: Option<String>,
    due_sk: Option<String>,
}

impl Requests {
    /// Counts what the table holds by `now`, which reads all of it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn census(&self, now: Timestamp) -> Result<Census, StoreError> {
        let mut pages = self
            .table
            .client()
            .scan()
            .table_name(self.table.name())
            .projection_expression("pk, sk, tenant, #state, is_complete, due_pk, due_sk")
            .expression_attribute_names("#state", "state")
            .into_paginator()
            .send();
        let mut census = Census::default();
        while let Some(page) = pages.next().await {
            let page = page.map_err(StoreError::unavailable("Scan"))?;
            for item in read_all::<Counted>(page.items, "the whole table")? {
                census.count(item, now);
            }
        }
        Ok(census)
    }
}

impl Census {
    fn count(&mut self, item: Counted, now: Timestamp) {
        if let (keys::REQUEST, Some(tenant), Some(state)) = (item.sk.as_str(), item.tenant, item.state) {
            *self.requests.entry(tenant).or_default().entry(state).or_default() += 1;
        }
        self.messages_sent += u64::from(keys::is_of_sent_message(&item.pk));
        self.messages_waiting += u64::from(keys::is_of_message(&item.sk));
        if keys::is_of_sealed_file(&item.pk) {
            self.sealed_files += 1;
            self.closed_documents += u64::from(item.is_complete == Some(true));
        }
        let (Some(partition), Some(sort)) = (item.due_pk, item.due_sk) else { return };
        let kind = partition.split('#').next().unwrap_or_default().to_owned();
        let backlog = self.due.entry(kind).or_default();
        backlog.all += 1;
        // A due item's place begins with its instant.
        let at = sort.split('#').next().and_then(Timestamp::parse_rfc3339);
        if let Some(at) = at.filter(|at| *at <= now) {
            backlog.overdue += 1;
            backlog.oldest = Some(backlog.oldest.map_or(at, |oldest| oldest.min(at)));
        }
    }
}
