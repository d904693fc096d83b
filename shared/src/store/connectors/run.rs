//! Runs of connectors: how far they came, and what they did.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use domain::{Digest, TenantId, Timestamp};
use email_signature::connector::Kind;
use email_signature::report::Report;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Connectors;
use crate::store::email_signatures::{Author, ChangeAction, KeptPerson, note_action};
use crate::store::error::StoreError;
use crate::store::keys;
use crate::store::table::read_all;

/// A run.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Run {
    /// Its number among those of its connector, from 1.
    pub number: u32,
    /// Whether it changes nothing.
    pub is_dry: bool,
    /// Whether it goes on though most persons would be gone.
    pub is_forced: bool,
    /// Who asked for it: a key or app.
    pub by: String,
    /// The call that began it, if that may be repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// Where this service is: scheme and host, and a stage if any.
    pub public_url: String,
    /// The version of the connector that it began with.
    pub connector_version: u32,
    /// Whether it is over.
    pub state: RunState,
    /// What it does now.
    pub phase: Phase,
    /// Where it goes on in that.
    pub place: Option<String>,
    /// How many persons became what, by the words of reports.
    pub counts: BTreeMap<String, u64>,
    /// Why it failed, in a word.
    pub problem: Option<String>,
    /// How often in a row it got nowhere.
    pub failures: u32,
    /// How many persons the directory has who count here.
    pub seen: u64,
    /// Parts that were kept, for all their kinds together.
    pub parts: u32,
    /// When it began, in Unix milliseconds.
    pub started_at: i64,
    /// When it last came on, in Unix milliseconds.
    pub updated_at: i64,
}

/// Whether a run is over.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It did all there was.
    Done,
    /// It gave up.
    Failed,
    /// It goes on.
    Running,
}

/// What a run does, in this order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It reads who is in the group that is asked for.
    Scope,
    /// It works on persons.
    People,
    /// It looks for persons who are gone from the directory.
    Missing,
}

/// What a step did.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// What became of whom.
    pub report: Report,
    /// Who is in the group that is asked for.
    pub scope: Vec<Digest>,
    /// Who is in the directory.
    pub seen: Vec<Digest>,
    /// Persons to be written.
    pub people: Vec<KeptPerson>,
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Committed {
    /// It is done, and so far the run came.
    Done(Box<Run>),
    /// The run is further already, or over: another process works on it.
    Overtaken,
    /// Someone wrote one of the persons meanwhile: look again.
    PersonChanged,
}

#[derive(Deserialize, Serialize)]
struct RunItem {
    pk: String,
    sk: String,
    /// Rises with each step.
    version: u64,
    purge_at: i64,
    #[serde(flatten)]
    run: Run,
}

/// The number of the run that a call began.
#[derive(Deserialize, Serialize)]
struct CallItem {
    pk: String,
    sk: String,
    number: u32,
    purge_at: i64,
}

#[derive(Deserialize, Serialize)]
struct PartItem {
    pk: String,
    sk: String,
    purge_at: i64,
    /// JSON text of lines, or digests.
    body: String,
}

impl RunState {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Running => "running",
        }
    }
}

impl Run {
    /// When it began.
    #[must_use]
    pub const fn started_at(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.started_at)
    }

    /// When it last came on.
    #[must_use]
    pub const fn updated_at(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.updated_at)
    }

    /// Whether no step of it was done yet.
    #[must_use]
    pub const fn is_untouched(&self) -> bool {
        self.updated_at == self.started_at && self.failures == 0
    }

    /// Its state at an instant: who came no further for too long was forgotten, and never comes on.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> RunState {
        let is_forgotten = now.since(self.updated_at()) > FORGOTTEN;
        if self.state == RunState::Running && is_forgotten { RunState::Failed } else { self.state }
    }
}

impl Connectors {
    /// Keeps a new run, by its number and by the call that began it; false when another one took its number meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn begin(&self, tenant: &TenantId, kind: Kind, run: &Run) -> Result<bool, StoreError> {
        let kept = item(tenant, kind, run, 1);
        let Some(call) = &run.call else { return self.table.put_new(&kept).await };
        let begun = CallItem {
            pk: kept.pk.clone(),
            sk: keys::email_signatures::run_call_sk(kind, call),
            number: run.number,
            purge_at: kept.purge_at,
        };
        let actions = vec![self.table.put_new_action(&kept)?, self.table.put_new_action(&begun)?];
        self.table.transact_if(actions).await
    }

    /// The run that a call began, if it began one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn run_of_call(
        &self,
        tenant: &TenantId,
        kind: Kind,
        call: &str,
    ) -> Result<Option<Run>, StoreError> {
        let pk = keys::email_signatures::connectors_pk(tenant);
        let begun: Option<CallItem> =
            self.table.get(pk, keys::email_signatures::run_call_sk(kind, call)).await?;
        match begun {
            Some(begun) => self.run(tenant, kind, begun.number).await,
            None => Ok(None),
        }
    }

    /// A run, if there is one of this number.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn run(&self, tenant: &TenantId, kind: Kind, number: u32) -> Result<Option<Run>, StoreError> {
        Ok(self.run_item(tenant, kind, number).await?.map(|it| it.run))
    }

    async fn run_item(
        &self,
        tenant: &TenantId,
        kind: Kind,
        number: u32,
    ) -> Result<Option<RunItem>, StoreError> {
        let pk = keys::email_signatures::connectors_pk(tenant);
        self.table.get(pk, keys::email_signatures::run_sk(kind, number)).await
    }

    /// Runs of a connector, the latest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn runs(&self, tenant: &TenantId, kind: Kind, limit: i32) -> Result<Vec<Run>, StoreError> {
        let pk = keys::email_signatures::connectors_pk(tenant);
        let query = self.table.query(&pk, &keys::email_signatures::runs(kind));
        let answer = query.scan_index_forward(false).limit(limit).send().await;
        let answer = answer.map_err(StoreError::unavailable("Query"))?;
        let items: Vec<RunItem> = read_all(answer.items, &pk)?;
        Ok(items.into_iter().map(|it| it.run).collect())
    }

    /// Lines of a run's report after a place, and the place to go on from.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn report(
        &self,
        tenant: &TenantId,
        (kind, number): (Kind, u32),
        after: Option<&str>,
    ) -> Result<(Vec<Value>, Option<String>), StoreError> {
        let pk = keys::email_signatures::run_pk(tenant, kind, number);
        let mut query =
            self.table.query(&pk, keys::email_signatures::REPORT).limit(PARTS_SHOWN.saturating_add(1));
        if let Some(after) = after {
            query = query
                .exclusive_start_key(keys::PK, aws_sdk_dynamodb::types::AttributeValue::S(pk.clone()))
                .exclusive_start_key(keys::SK, aws_sdk_dynamodb::types::AttributeValue::S(after.to_owned()));
        }
        let answer = query.send().await.map_err(StoreError::unavailable("Query"))?;
        let mut parts: Vec<PartItem> = read_all(answer.items, &pk)?;
        let most = usize::try_from(PARTS_SHOWN).unwrap_or(usize::MAX);
        let has_more = parts.len() > most;
        parts.truncate(most);
        let next = if has_more { parts.last().map(|it| it.sk.clone()) } else { None };
        let mut lines = Vec::new();
        for part in parts {
            let read: Vec<Value> =
                serde_json::from_str(&part.body).map_err(|error| StoreError::corrupt(&part.sk, error))?;
            lines.extend(read);
        }
        Ok((lines, next))
    }

    /// Who is in the group that a run asks for.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn scope(
        &self,
        tenant: &TenantId,
        kind: Kind,
        run: &Run,
    ) -> Result<HashSet<String>, StoreError> {
        self.digests(tenant, (kind, run.number), keys::email_signatures::SCOPE).await
    }

    /// Whom a run saw in the directory.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn seen(
        &self,
        tenant: &TenantId,
        kind: Kind,
        run: &Run,
    ) -> Result<HashSet<String>, StoreError> {
        self.digests(tenant, (kind, run.number), keys::email_signatures::SEEN).await
    }

    async fn digests(
        &self,
        tenant: &TenantId,
        (kind, number): (Kind, u32),
        prefix: &str,
    ) -> Result<HashSet<String>, StoreError> {
        let pk = keys::email_signatures::run_pk(tenant, kind, number);
        let parts: Vec<PartItem> = self.table.list(pk, prefix).await?;
        Ok(parts.iter().flat_map(|it| it.body.split(' ')).map(str::to_owned).collect())
    }

    /// Commits what a step did, with how far the run came by it. Persons are at most 90.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn commit(
        &self,
        tenant: &TenantId,
        kind: Kind,
        (before, mut next): (&Run, Run),
        step: Step,
    ) -> Result<Committed, StoreError> {
        let Some(kept) = self.run_item(tenant, kind, before.number).await?.filter(|it| it.run == *before)
        else {
            return Ok(Committed::Overtaken);
        };
        for (word, count) in step.report.counts() {
            *next.counts.entry((*word).to_owned()).or_default() += count;
        }
        next.seen = next.seen.saturating_add(step.seen.len() as u64);
        let author = Author { by: next.by.clone(), at: next.updated_at() };
        let mut actions = Vec::new();
        let spelled = |digests: &[Digest]| digests.iter().map(spell).collect::<Vec<_>>().join(" ");
        for (prefix, body) in [
            (
                keys::email_signatures::REPORT,
                (!step.report.is_empty()).then(|| Value::Array(step.report.lines()).to_string()),
            ),
            (keys::email_signatures::SCOPE, (!step.scope.is_empty()).then(|| spelled(&step.scope))),
            (keys::email_signatures::SEEN, (!step.seen.is_empty()).then(|| spelled(&step.seen))),
        ] {
            let Some(body) = body else { continue };
            next.parts = next.parts.saturating_add(1);
            let part = PartItem {
                pk: keys::email_signatures::run_pk(tenant, kind, next.number),
                sk: keys::email_signatures::part_sk(prefix, next.parts),
                purge_at: purge_at(&next),
                body,
            };
            actions.push(self.table.put_new_action(&part)?);
        }
        for person in &step.people {
            actions.push(self.people.put_action(tenant, person, &author)?);
        }
        if !step.people.is_empty() {
            let note = ("people", Some(kind.as_str()), ChangeAction::Imported);
            actions.push(note_action(&self.table, tenant, note, &author)?);
        }
        actions.push(self.table.replace_action(&item(tenant, kind, &next, kept.version + 1), kept.version)?);
        if self.table.transact_if(actions).await? {
            return Ok(Committed::Done(Box::new(next)));
        }
        let now = self.run(tenant, kind, before.number).await?;
        Ok(if now.as_ref() == Some(before) { Committed::PersonChanged } else { Committed::Overtaken })
    }
}

/// What stands for a person among those who were seen: half of the digest is enough to tell a directory's apart.
#[must_use]
pub(super) fn spell(digest: &Digest) -> String {
    digest.to_hex().chars().take(32).collect()
}

impl Step {
    /// What stands for a person in [`Connectors::scope`] and [`Connectors::seen`].
    #[must_use]
    pub fn spelled(digest: &Digest) -> String {
        spell(digest)
    }
}

fn item(tenant: &TenantId, kind: Kind, run: &Run, version: u64) -> RunItem {
    RunItem {
        pk: keys::email_signatures::connectors_pk(tenant),
        sk: keys::email_signatures::run_sk(kind, run.number),
        version,
        purge_at: purge_at(run),
        run: run.clone(),
    }
}

/// Reports hold addresses, which are not kept for ever.
fn purge_at(run: &Run) -> i64 {
    run.started_at().plus(KEPT).unix_seconds()
}

const KEPT: Duration = Duration::from_hours(24 * 90);
/// A run waits for a quarter of an hour at most before it tries again, and its queue gives up after five tries.
const FORGOTTEN: Duration = Duration::from_hours(3);
const PARTS_SHOWN: i32 = 5;
