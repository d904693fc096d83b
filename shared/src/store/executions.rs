//! What became of the callbacks that requests carry: one item for each time one was called.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use domain::{RequestId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::keys;
use super::table::{Table, read_all};

/// Executions of callbacks, as the table holds them.
#[derive(Clone, Debug)]
pub struct Executions {
    table: Table,
}

/// One call of a callback.
#[derive(Clone, Debug, PartialEq)]
pub struct Execution {
    /// Names it: in the order of time.
    pub id: String,
    /// When it was called.
    pub at: Timestamp,
    /// The request it told of.
    pub request: RequestId,
    /// The kind of evidence it told of.
    pub event: String,
    /// Its place in the evidence.
    pub seq: u64,
    /// `JSON` or `POST`.
    pub method: String,
    /// Where it was called.
    pub url: String,
    /// Which try it was, from 1.
    pub attempt: u8,
    /// The answer's status, if there was one.
    pub status: Option<u16>,
    /// How long it took.
    pub duration_ms: u64,
    /// Why there was no answer, in a few words.
    pub error: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct ExecutionItem {
    pk: String,
    sk: String,
    id: String,
    called_at: i64,
    request: String,
    event: String,
    seq: u64,
    method: String,
    url: String,
    attempt: u8,
    status_code: Option<u16>,
    duration_ms: u64,
    error: Option<String>,
    purge_at: i64,
}

impl Executions {
    /// Executions in `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { table: Table::new(client, table) }
    }

    /// The name of an execution: the same for the same try, so that a try recorded twice stands once.
    #[must_use]
    pub fn name(request: &RequestId, seq: u64, attempt: u8, at: Timestamp) -> String {
        format!("{:013}-{request}-{seq}-{attempt}", at.unix_ms().max(0))
    }

    /// Records an execution.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn add(&self, tenant: &TenantId, execution: Execution) -> Result<(), StoreError> {
        let item = ExecutionItem {
            pk: keys::executions_pk(tenant),
            sk: keys::execution_sk(&execution.id),
            id: execution.id,
            called_at: execution.at.unix_ms(),
            request: execution.request.to_string(),
            event: execution.event,
            seq: execution.seq,
            method: execution.method,
            url: execution.url,
            attempt: execution.attempt,
            status_code: execution.status,
            duration_ms: execution.duration_ms,
            error: execution.error,
            purge_at: execution.at.plus(KEPT_FOR).unix_seconds(),
        };
        self.table.put(&item).await
    }

    /// A tenant's executions of the last 90 days, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn list(
        &self,
        tenant: &TenantId,
        (skip, limit): (usize, usize),
        now: Timestamp,
    ) -> Result<Vec<Execution>, StoreError> {
        let pk = keys::executions_pk(tenant);
        let query = self.table.query(&pk, keys::EXECUTIONS).scan_index_forward(false);
        let mut pages = query.into_paginator().send();
        let (mut found, mut left) = (Vec::new(), skip);
        while let Some(page) = pages.next().await {
            let page = page.map_err(StoreError::unavailable("Query"))?;
            for item in read_all::<ExecutionItem>(page.items, &pk)? {
                let execution = item.read()?;
                if now >= execution.at.plus(KEPT_FOR) || found.len() >= limit {
                    return Ok(found);
                }
                if left > 0 {
                    left -= 1;
                } else {
                    found.push(execution);
                }
            }
        }
        Ok(found)
    }

    /// One of a tenant's executions.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`], [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn load(&self, tenant: &TenantId, id: &str, now: Timestamp) -> Result<Execution, StoreError> {
        let pk = keys::executions_pk(tenant);
        let item: ExecutionItem =
            self.table.get(&pk, keys::execution_sk(id)).await?.ok_or(StoreError::NotFound)?;
        let execution = item.read()?;
        if now < execution.at.plus(KEPT_FOR) { Ok(execution) } else { Err(StoreError::NotFound) }
    }
}

impl ExecutionItem {
    fn read(self) -> Result<Execution, StoreError> {
        Ok(Execution {
            at: Timestamp::from_unix_ms(self.called_at),
            request: RequestId::parse(&self.request).map_err(|_| StoreError::corrupt(&self.sk, "request"))?,
            id: self.id,
            event: self.event,
            seq: self.seq,
            method: self.method,
            url: self.url,
            attempt: self.attempt,
            status: self.status_code,
            duration_ms: self.duration_ms,
            error: self.error,
        })
    }
}

/// How long the history can be read.
const KEPT_FOR: Duration = Duration::from_hours(90 * 24);
