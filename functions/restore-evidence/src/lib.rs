//! Invoked by hand after a loss: writes into the tables what the locked copies hold.
//!
//! Every chain is derived again. `{"after": null}` starts; the answer's `after` goes on, until it is null. What is in
//! the tables stays as it is. After the requests, the transparency log's items are made again from its files. Requests
//! that had not ended when the tables were lost have no copy: point-in-time recovery is what brings them back.
//! Streams tell of what is written: turn the consumers of both tables off first, or callbacks are made again.

use domain::transition::ChainName;
use serde::{Deserialize, Serialize};
use shared::BoxError;
use shared::edge::{Aws, ConfigError, Env, Handler, Invocation, Supply};
use shared::store::{
    Archive, ArchivedRequest, DocumentKeys, Documents, Evidence, Log, Salts, StoreError, StoredEvent,
    archived_requests,
};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    evidence: Evidence,
    documents: Documents,
    archive: Archive,
    log: Log,
}

/// Where to go on.
#[derive(Debug, Default, Deserialize)]
pub struct Order {
    #[serde(default)]
    after: Option<String>,
}

/// What was done.
#[derive(Debug, Serialize)]
pub struct Done {
    /// Requests whose chains are in the tables and hold.
    restored: u32,
    /// Keys of copies that do not hold.
    broken: Vec<String>,
    /// Where to go on; null at the end.
    after: Option<String>,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let archive = supply.archive()?;
    let deps = Deps {
        evidence: supply.evidence().await?,
        documents: supply.documents()?,
        log: supply.log(&archive)?,
        archive,
    };
    Ok(Handler::of_events(deps, |deps, order: Order, cx| Box::pin(handle(deps, order, cx))))
}

/// Restores the requests of one page of copies: of each, the newest copy counts.
///
/// # Errors
///
/// [`BoxError`] when a store is away; a copy that does not hold is named in the answer.
pub async fn handle(deps: &Deps, order: Order, _cx: &Invocation) -> Result<Done, BoxError> {
    let mut done = Done { restored: 0, broken: Vec::new(), after: None };
    if let Some(bundle) = order.after.as_deref().and_then(|it| it.strip_prefix(OF_LOG)) {
        let bundle = bundle.parse().map_err(|_| format!("{bundle} is no number of a bundle"))?;
        restore_log(deps, bundle, &mut done).await?;
        return Ok(done);
    }
    let mut listed = deps.archive.list(archived_requests(), order.after.as_deref(), PAGE).await?;
    let is_full = is_full(&listed);
    if is_full {
        finish_last(deps, &mut listed).await?;
        done.after = listed.last().cloned();
    }
    for (index, key) in listed.iter().enumerate() {
        // A newer copy of the same request comes next.
        if listed.get(index + 1).is_some_and(|next| folder(next) == folder(key)) {
            continue;
        }
        match restore(deps, key).await {
            Ok(()) => done.restored += 1,
            Err(StoreError::Corrupt { .. }) => done.broken.push(key.clone()),
            Err(error) => return Err(error.into()),
        }
    }
    if !is_full {
        restore_log(deps, 0, &mut done).await?;
    }
    Ok(done)
}

fn is_full(listed: &[String]) -> bool {
    i32::try_from(listed.len()).is_ok_and(|it| it >= PAGE)
}

/// Lists the copies of the last request of a full page to their end: only the newest of them counts.
async fn finish_last(deps: &Deps, listed: &mut Vec<String>) -> Result<(), StoreError> {
    while let Some(last) = listed.last().cloned() {
        let more = deps.archive.list(&format!("{}/", folder(&last)), Some(&last), PAGE).await?;
        let goes_on = is_full(&more);
        listed.extend(more);
        if !goes_on {
            break;
        }
    }
    Ok(())
}

/// Makes the log's items again, as many as one invocation has time for.
async fn restore_log(deps: &Deps, from: u64, done: &mut Done) -> Result<(), StoreError> {
    match deps.log.restore(from, BUNDLES).await {
        Ok(next) => done.after = next.map(|it| format!("{OF_LOG}{it}")),
        Err(StoreError::Corrupt { key, .. }) => done.broken.push(key),
        Err(error) => return Err(error),
    }
    Ok(())
}

fn folder(key: &str) -> &str {
    key.rsplit_once('/').map_or(key, |(folder, _)| folder)
}

async fn restore(deps: &Deps, key: &str) -> Result<(), StoreError> {
    let bytes = deps.archive.get(key).await?.ok_or(StoreError::NotFound)?;
    let copy: ArchivedRequest =
        serde_json::from_slice(&bytes).map_err(|error| StoreError::corrupt(key, error))?;
    let (tenant, request) = copy.names()?;
    let place = DocumentKeys::new(&tenant, &request).salts(copy.retention()?);
    let salts = match deps.documents.get(&place, MAX_SALTS_BYTES).await {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| StoreError::corrupt(&place, error))?,
        // Everyone was erased.
        Err(StoreError::NotFound) => Salts::default(),
        Err(error) => return Err(error),
    };
    deps.evidence.restore(&copy, &salts).await?;
    let (events, custody) = copy.verify()?;
    for (name, head) in [(ChainName::Event, events), (ChainName::Custody, custody)] {
        let stored = deps.evidence.chain(&request, name).await?;
        let derived =
            StoredEvent::verify(&request, &stored).map_err(|error| StoreError::corrupt(key, error))?;
        if derived.length < head.length {
            return Err(StoreError::corrupt(key, "the tables hold less than the copy"));
        }
    }
    Ok(())
}

const PAGE: i32 = 100;
/// What the names of places in the log begin with, in `after`.
const OF_LOG: &str = "log#";
/// Bundles of the log in one invocation, of 256 entries each.
const BUNDLES: u64 = 64;
const MAX_SALTS_BYTES: u64 = 1 << 20;
