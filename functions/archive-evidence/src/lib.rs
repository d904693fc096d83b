//! Every few minutes: chains that were fixed are copied to where nothing can be changed, and take their place in the
//! transparency log; once a day the log's checkpoint is time-stamped, and time-stamps are renewed before they end.

use std::collections::BTreeSet;

use domain::RequestId;
use domain::due::DueKind;
use domain::policy::{ARCHIVE_PAUSE, LOG_YEARS};
use domain::request::Facts;
use serde_json::Value;
use shared::BoxError;
use shared::edge::{Aws, ConfigError, Env, Handler, Invocation, Supply};
use shared::outbound::TimestampAuthority;
use shared::store::{
    Archive, ArchivedRequest, DocumentKeys, Documents, Evidence, Log, Requests, Salts, StoreError, WriteOnce,
};
use tlog::Signer;
use trail::leaf;

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    evidence: Evidence,
    documents: Documents,
    archive: Archive,
    log: Log,
    signer: Signer,
    authority: Option<TimestampAuthority>,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let outbound = supply.outbound_for_signed_answers()?;
    let archive = supply.archive()?;
    let deps = Deps {
        requests: supply.requests()?,
        evidence: supply.evidence().await?,
        documents: supply.documents()?,
        log: supply.log(&archive)?,
        archive,
        signer: supply.log_signer().await?,
        authority: env.optional("TSA_URL").map(|url| TimestampAuthority::new(url, outbound)),
    };
    Ok(Handler::of_events(deps, |deps, _event: Value, cx| Box::pin(handle(deps, cx))))
}

/// Copies and logs what is due, then signs the log's checkpoint. One request that fails holds up no other.
///
/// # Errors
///
/// [`BoxError`] when something failed: what is due stays due.
pub async fn handle(deps: &Deps, cx: &Invocation) -> Result<(), BoxError> {
    let mut failures = 0_u32;
    let mut derived = BTreeSet::new();
    for id in deps.requests.due_for_archive(cx.now, PER_SHARD).await? {
        match archive(deps, &id, cx).await {
            Ok(entry) => derived.extend(entry),
            Err(error) => {
                tracing::error!(
                    request.id = id.as_str(),
                    error = &error as &dyn std::error::Error,
                    "not archived"
                );
                failures += 1;
            }
        }
    }
    grow(deps, &derived, cx).await?;
    if let Err(error) = stamp(deps, cx).await {
        // A stranger is away: the checkpoint is stamped another time.
        tracing::warn!(error, "the checkpoint has no time-stamp of today");
    }
    if let Err(error) = renew(deps, cx).await {
        tracing::warn!(error, "time-stamps that end were not renewed yet");
    }
    if failures > 0 { Err(format!("{failures} requests were not archived").into()) } else { Ok(()) }
}

/// Copies one request and gives its chain a place in the log. Doing it again changes nothing.
///
/// Gives the entry that its chain has in the log, derived from what was read back; none while there is none.
async fn archive(deps: &Deps, id: &RequestId, cx: &Invocation) -> Result<Option<Vec<u8>>, StoreError> {
    let request = deps.requests.load(id).await?;
    match request.archived_from() {
        // It was brought back; its next end makes it due again.
        None => {
            is_copied(deps, id, cx).await?;
            return Ok(None);
        }
        Some(from) if cx.now < from => {
            for kind in DueKind::COPIED {
                deps.requests.postpone(id, kind, from.plus(ARCHIVE_PAUSE)).await?;
            }
            return Ok(None);
        }
        Some(_) => {}
    }
    let facts = request.facts();
    let copy = deps.evidence.copy(&request).await?;
    let (key, (events, custody)) = (copy.key()?, copy.verify()?);
    let bytes = serde_json::to_vec(&copy).map_err(|error| StoreError::corrupt(&key, error))?;
    deps.archive.put_once(&key, "application/json", bytes, facts.locked_until(cx.now)).await?;
    // What is logged is what can be read back.
    let found = deps.archive.get(&key).await?.ok_or(StoreError::NotFound)?;
    let found: ArchivedRequest =
        serde_json::from_slice(&found).map_err(|error| StoreError::corrupt(&key, error))?;
    if found.verify()? != (events, custody) {
        return Err(StoreError::corrupt(&key, "holds other chains than the tables"));
    }
    keep_salts(deps, facts).await?;
    let entry = leaf(id.as_str(), events.length, &events.hash.to_hex());
    deps.log.take_in(id, &entry).await?;
    is_copied(deps, id, cx).await?;
    Ok(Some(entry))
}

/// Brings what is waiting into the log, and signs. Before that, each entry is compared with the chain that it is of,
/// which was `derived` just now or is derived again: what is stored may have changed since the entry took its place.
async fn grow(deps: &Deps, derived: &BTreeSet<Vec<u8>>, cx: &Invocation) -> Result<(), StoreError> {
    let Some(waiting) = deps.log.waiting(&deps.signer).await? else { return Ok(()) };
    for entry in waiting.fresh().filter(|it| !derived.contains(it.as_bytes())) {
        let corrupt = || StoreError::corrupt("log", format!("{entry} is of no chain"));
        let said: Value = serde_json::from_str(entry).map_err(|_| corrupt())?;
        let id = said.get("request").and_then(Value::as_str).unwrap_or_default();
        let request = deps.requests.load(&RequestId::parse(id).map_err(|_| corrupt())?).await?;
        let (events, _) = deps.evidence.copy(&request).await?.verify()?;
        if entry.as_bytes() != leaf(id, events.length, &events.hash.to_hex()) {
            return Err(corrupt());
        }
    }
    deps.log.integrate(waiting, &deps.signer, cx.now.plus_years(LOG_YEARS)).await.map(drop)
}

/// There is nothing to copy any more, unless something came since.
async fn is_copied(deps: &Deps, id: &RequestId, cx: &Invocation) -> Result<(), StoreError> {
    for kind in DueKind::COPIED {
        deps.requests.forget_due(id, kind, cx.now).await?;
    }
    Ok(())
}

/// Keeps the salts beside the copy, once: their lifecycle counts from when they were written.
async fn keep_salts(deps: &Deps, facts: &Facts) -> Result<(), StoreError> {
    let place = DocumentKeys::new(&facts.tenant, &facts.id).salts(facts.retention);
    let salts = serde_json::to_vec(&Salts::of(facts)).map_err(|error| StoreError::corrupt(&place, error))?;
    let wrote = deps.documents.put_once(&place, "application/json", salts.clone()).await?;
    if wrote == WriteOnce::Existed && deps.documents.get(&place, MAX_SALTS_BYTES).await? != salts {
        deps.documents.replace(&place, "application/json", salts).await?;
    }
    Ok(())
}

async fn stamp(deps: &Deps, cx: &Invocation) -> Result<(), String> {
    let Some(authority) = &deps.authority else { return Ok(()) };
    let told = |error: StoreError| error.to_string();
    let Some(checkpoint) = deps.log.to_stamp(cx.now).await.map_err(told)? else { return Ok(()) };
    let token = authority.stamp_bytes(checkpoint.as_bytes()).await?;
    let until = cx.now.plus_years(LOG_YEARS);
    deps.log.stamped((&checkpoint, &token), cx.now, until).await.map_err(told)
}

/// Takes over the time-stamps that end, as long as they are relied on.
async fn renew(deps: &Deps, cx: &Invocation) -> Result<(), String> {
    let Some(authority) = &deps.authority else { return Ok(()) };
    let told = |error: StoreError| error.to_string();
    let Some(text) = deps.log.to_renew(cx.now).await.map_err(told)? else { return Ok(()) };
    let token = authority.stamp_bytes(text.as_bytes()).await?;
    let until = cx.now.plus_years(LOG_YEARS);
    deps.log.renewed((&text, &token), cx.now, until).await.map_err(told)
}

/// Requests of each shard in one run.
const PER_SHARD: i32 = 25;
const MAX_SALTS_BYTES: u64 = 1 << 20;
