//! What became of the callbacks that requests carry: one item for each time one was called.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use domain::{RequestId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::keys;
use super::table::Table;

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

/// Which executions to list: those of which all holds that is said.
#[derive(Clone, Debug, Default)]
pub struct ExecutionFilter {
    /// Whether the callback took it.
    pub taken: Option<bool>,
    /// The kind of evidence they told of.
    pub event: Option<&'static str>,
    /// The request they told of.
    pub request: Option<RequestId>,
    /// They are not older.
    pub since: Option<Timestamp>,
}

impl ExecutionFilter {
    fn accepts(&self, execution: &Execution) -> bool {
        self.taken.is_none_or(|it| it == execution.is_taken())
            && self.event.is_none_or(|it| it == execution.event)
            && self.request.as_ref().is_none_or(|it| *it == execution.request)
    }
}

impl Execution {
    /// Whether the callback took it.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.status.is_some_and(|it| (200..300).contains(&it))
    }
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
        format!("{}-{request}-{seq}-{attempt}", keys::digits_of(at))
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

    /// A tenant's executions of the last 90 days that are wanted, newest first.
    ///
    /// Those before `before` if it is given, without the first `skip` of them. At most `limit`, and fewer when there are
    /// many of others: then the second value says where to go on.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn list(
        &self,
        tenant: &TenantId,
        before: Option<&str>,
        wanted: &ExecutionFilter,
        (skip, limit): (usize, usize),
        now: Timestamp,
    ) -> Result<(Vec<Execution>, Option<String>), StoreError> {
        let pk = keys::executions_pk(tenant);
        let oldest = now.minus(KEPT_FOR).plus(Duration::from_millis(1));
        let first = keys::execution_sk(&keys::digits_of(wanted.since.unwrap_or_default().max(oldest)));
        let end = keys::execution_sk(before.unwrap_or("~"));
        let mut left = skip;
        let read = |item: ExecutionItem| {
            let execution = Some(item.read()?).filter(|it| wanted.accepts(it));
            if left > 0 && execution.is_some() {
                left -= 1;
                return Ok(None);
            }
            Ok(execution)
        };
        let most_pages = MOST_PAGES + skip / PAGE_ITEMS;
        let (found, next) = self.table.newest(&pk, (first, end), (limit, most_pages), read).await?;
        Ok((found, next.and_then(|it| it.strip_prefix(keys::EXECUTIONS).map(str::to_owned))))
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
/// Items of a page, and pages that one listing looks at beyond those that are skipped.
const PAGE_ITEMS: usize = 100;
const MOST_PAGES: usize = 20;
