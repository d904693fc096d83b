//! Every day: loads the trusted lists (ETSI TS 119 612) that the operator named, and the ones they point at,
//! and makes their services the anchors that validations trust.
//!
//! **Invariant:** a list that cannot be had, or is not accepted, leaves the last good one in use.

mod source;

use std::sync::Arc;

use domain::Timestamp;
use pades::policy::CryptoPolicy;
use pades::trusted_list::{self, Acceptance, TrustedListError};
use serde::Serialize;
use serde_json::Value;
use shared::BoxError;
use shared::edge::{Aws, ConfigError, Env, Handler, Invocation, Supply};
use shared::outbound::{FetchError, Outbound};
use shared::store::{ListSnapshot, StoreError, TrustedLists};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use source::{Ground, Origin, Source};

/// What this function may touch.
#[derive(Clone, Debug)]
pub struct Deps {
    lists: TrustedLists,
    outbound: Outbound,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or the system's certificates cannot be read.
#[expect(clippy::unused_async, reason = "every function is loaded in the same way")]
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let deps = Deps { lists: supply.trusted_lists()?, outbound: supply.outbound_for_signed_answers()? };
    Ok(Handler::of_events(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Loads every list, publishes the anchors of the good ones, and tells the operator what became of each.
///
/// # Errors
///
/// [`BoxError`] when the sources make no sense or the bucket is away; what was loaded before stays in use.
pub async fn handle(deps: &Deps, _event: Value, cx: &Invocation) -> Result<(), BoxError> {
    let Some(sources) = deps.lists.sources().await? else { return Ok(()) };
    let sources = source::parse(&sources)?;
    let mut lists = load_all(deps, sources, cx.now).await?;
    let behind: Vec<Source> = lists.iter().flat_map(Loaded::behind).take(MAX_FOLLOWED).collect();
    lists.extend(load_all(deps, behind, cx.now).await?);
    lists.sort_by(|left, right| left.source.name.cmp(&right.source.name));
    let status: Vec<Status> = lists.iter().map(|it| it.status(cx.now)).collect();
    let snapshots: Vec<ListSnapshot> = lists.into_iter().filter_map(|it| it.snapshot).collect();
    deps.lists.publish(&snapshots).await?;
    deps.lists.report(&status).await?;
    tracing::info!(lists = status.len(), anchors = anchors(&snapshots), "trusted lists are loaded");
    Ok(())
}

fn anchors(snapshots: &[ListSnapshot]) -> usize {
    snapshots.iter().map(ListSnapshot::anchor_count).sum()
}

/// A list after an attempt to load it.
#[derive(Debug)]
struct Loaded {
    source: Source,
    /// The new one, or else the last good one.
    snapshot: Option<ListSnapshot>,
    /// Why it is not the new one.
    failure: Option<Failure>,
}

/// Why a list was not loaded.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("it cannot be fetched: {0}")]
    Fetch(#[from] FetchError),
    #[error("there is no such file")]
    Missing,
    #[error("it is older than the one in use")]
    Older,
    #[error("it is not accepted: {0}")]
    Refused(#[from] TrustedListError),
    #[error("it belongs to another territory")]
    Territory,
}

/// What the operator is told of a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    name: String,
    territory: Option<String>,
    sequence_number: Option<u64>,
    issued_at: Option<String>,
    next_update: Option<String>,
    is_current: bool,
    anchors: usize,
    tried_at: String,
    failure: Option<String>,
}

async fn load_all(deps: &Deps, sources: Vec<Source>, now: Timestamp) -> Result<Vec<Loaded>, StoreError> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut loads = JoinSet::new();
    for source in sources {
        let (deps, places) = (deps.clone(), Arc::clone(&places));
        loads.spawn(async move {
            // The semaphore is never closed.
            let _place = places.acquire().await;
            load(&deps, source, now).await
        });
    }
    let mut lists = Vec::new();
    while let Some(outcome) = loads.join_next().await {
        let outcome = outcome.map_err(|error| StoreError::Unavailable {
            operation: "load of a trusted list",
            source: Box::new(error),
        })?;
        lists.push(outcome?);
    }
    Ok(lists)
}

async fn load(deps: &Deps, source: Source, now: Timestamp) -> Result<Loaded, StoreError> {
    let last = deps.lists.snapshot(&source.name).await?;
    let bytes = match &source.origin {
        Origin::File(name) => match deps.lists.file(name, MAX_LIST_BYTES as u64).await? {
            Some(bytes) => Ok(bytes),
            None => Err(Failure::Missing),
        },
        Origin::Url(url) => match deps.outbound.fetch(url, MAX_LIST_BYTES).await {
            Ok(bytes) => Ok(Vec::from(bytes)),
            Err(error) => Err(error.into()),
        },
    };
    let fresh = match bytes {
        Ok(bytes) => read(source.clone(), bytes, last.clone(), now).await,
        Err(failure) => Err(failure),
    };
    match fresh {
        Ok(snapshot) => {
            deps.lists.keep(&source.name, &snapshot).await?;
            Ok(Loaded { source, snapshot: Some(snapshot), failure: None })
        }
        Err(failure) => {
            tracing::warn!(list = source.name, error = &failure as &dyn std::error::Error, "not loaded");
            Ok(Loaded { source, snapshot: last, failure: Some(failure) })
        }
    }
}

/// Reads a list where the time it takes holds up nothing else.
async fn read(
    source: Source,
    bytes: Vec<u8>,
    last: Option<ListSnapshot>,
    now: Timestamp,
) -> Result<ListSnapshot, Failure> {
    let reading = tokio::task::spawn_blocking(move || {
        let policy = CryptoPolicy::default();
        let accepted = match &source.ground {
            Ground::Pinned(sha256) => {
                trusted_list::read(&bytes, Acceptance::Pinned(*sha256), now.unix_seconds())?
            }
            Ground::SignedBy(signers) => {
                let signers: Vec<&[u8]> = signers.iter().map(Vec::as_slice).collect();
                trusted_list::read(&bytes, Acceptance::SignedBy(&signers, &policy), now.unix_seconds())?
            }
        };
        let snapshot = ListSnapshot::from(&accepted);
        match (last, &source.ground) {
            // Whoever pins a list wants that one.
            (None, _) | (_, Ground::Pinned(_)) => Ok(snapshot),
            (Some(last), _) if last.territory != snapshot.territory => Err(Failure::Territory),
            (Some(last), _) if last.sequence_number > snapshot.sequence_number => Err(Failure::Older),
            (Some(_), Ground::SignedBy(_)) => Ok(snapshot),
        }
    });
    // A panic of the reader is a list that cannot be read.
    reading.await.unwrap_or(Err(Failure::Refused(TrustedListError::Malformed("it cannot be read"))))
}

impl Loaded {
    /// The lists it points at, if they are wanted.
    fn behind(&self) -> Vec<Source> {
        let (true, Some(snapshot)) = (self.source.follow, &self.snapshot) else { return Vec::new() };
        let own = snapshot.territory.as_str();
        snapshot.pointers.iter().filter_map(|it| self.source.behind(own, it)).collect()
    }

    fn status(&self, now: Timestamp) -> Status {
        let snapshot = self.snapshot.as_ref();
        let text = |seconds: i64| Timestamp::from_unix_ms(seconds.saturating_mul(1000)).to_rfc3339();
        let is_current = |it: &ListSnapshot| it.next_update.is_none_or(|next| now.unix_seconds() <= next);
        Status {
            name: self.source.name.clone(),
            territory: snapshot.map(|it| it.territory.clone()),
            sequence_number: snapshot.map(|it| it.sequence_number),
            issued_at: snapshot.map(|it| text(it.issued_at)),
            next_update: snapshot.and_then(|it| it.next_update).map(text),
            is_current: snapshot.is_some_and(is_current),
            anchors: snapshot.map_or(0, ListSnapshot::anchor_count),
            tried_at: now.to_rfc3339(),
            failure: self.failure.as_ref().map(ToString::to_string),
        }
    }
}

/// The largest list that is fetched: several times the largest that is published.
const MAX_LIST_BYTES: usize = 32 << 20;
/// Lists loaded at the same time: each is held in memory.
const AT_ONCE: usize = 4;
/// Lists that others point at. The European list of lists has 31.
const MAX_FOLLOWED: usize = 100;
