//! Seals acts into the document, one PAdES revision each, and closes it after the last.
//!
//! Triggered by the evidence of a signature or of a request's end, and by a queue for what was left
//! behind. A revision's key in S3 is written once: whoever comes second adopts what the first one wrote.
//!
//! **Invariant:** at most one seal per act, and one closing seal.

mod archive;
mod draft;
mod level;
mod make;
mod material;
mod revision;
mod written;

use std::collections::BTreeMap;

use domain::request::{AnyRequest, NextSeal, Progress, SealedBy, Signatory};
use domain::value::DocumentId;
use domain::{Actor, Cause, Digest, RequestId};
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use shared::BoxError;
use shared::courier::Courier;
use shared::edge::batch::Batch;
use shared::edge::stream::{BatchResponse, sequence_number, text};
use shared::edge::{Aws, ConfigError, Env, Handler, Invocation, Supply, queue, system_rng};
use shared::metrics::{self, Metric};
use shared::outbound::{SealKey, SealKeyError, SealKeys};
use shared::store::{
    DocumentKeys, Documents, Requests, Rounds, SealAuthority, SealedWith, StoreError, Trust, request_of_pk,
};

use level::Levels;

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    documents: Documents,
    trust: Trust,
    courier: Courier,
    keys: SealKeys,
    levels: Levels,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let requests = supply.committing_requests().await?;
    let deps = Deps {
        courier: supply.courier_with_links(&requests).await?,
        requests,
        documents: supply.documents()?,
        trust: supply.trust()?,
        keys: supply.seal_keys()?,
        levels: Levels::from_env(env, supply.outbound_for_signed_answers()?)?,
    };
    Ok(Handler::of_events(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// The body of a message in the queue of seals.
#[derive(Deserialize)]
struct SealMessage {
    request: String,
}

/// Brings every request of the batch to where it can come now.
///
/// # Errors
///
/// None: records that could not be worked on are named in the answer and delivered again.
pub async fn handle(deps: &Deps, event: Batch, cx: &Invocation) -> Result<BatchResponse, BoxError> {
    let named: Vec<(Option<RequestId>, String)> = match &event {
        Batch::Queue(event) => event
            .records
            .iter()
            .map(|message| {
                let (body, id) = queue::parts(message);
                let request = serde_json::from_str::<SealMessage>(body).ok();
                (request.and_then(|it| RequestId::parse(&it.request).ok()), id)
            })
            .collect(),
        Batch::Stream(event) => event
            .records
            .iter()
            .map(|record| (text(record, "pk").and_then(request_of_pk), sequence_number(record)))
            .collect(),
    };
    let (mut failed, mut requests) = (Vec::new(), BTreeMap::<_, Vec<_>>::new());
    for (request, name) in named {
        match request {
            // What several records name is worked on once.
            Some(request) => requests.entry(request).or_default().push(name),
            // Never will: a message ends among the dead letters, a record of another item is nothing to do with seals.
            None if matches!(event, Batch::Queue(_)) => {
                tracing::error!(message.id = name, "a message of the queue cannot be read");
                failed.push(name);
            }
            None => {}
        }
    }
    let work: Vec<_> =
        requests.into_iter().map(|(request, names)| work_on(deps, request, names, cx)).collect();
    failed.extend(stream::iter(work).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.concat());
    Ok(BatchResponse::of(failed))
}

/// Brings a request forward; the names under which it has to come again, if it has to.
async fn work_on(deps: &Deps, request: RequestId, names: Vec<String>, cx: &Invocation) -> Vec<String> {
    match bring_forward(deps, &request, cx).await {
        Ok(()) => Vec::new(),
        Err(error) => {
            tracing::error!(request.id = request.as_str(), error = error.as_ref(), "sealing failed");
            names
        }
    }
}

/// Makes the seals that are missing, one after the other, until there is nothing left to do.
async fn bring_forward(deps: &Deps, id: &RequestId, cx: &Invocation) -> Result<(), BoxError> {
    let mut rounds = Rounds::default();
    loop {
        let request = match deps.requests.load(id).await {
            // Evidence without a request is that of one whose request was never ours.
            Err(StoreError::NotFound) => return Ok(()),
            other => other?,
        };
        let step = match request.next_seal() {
            Some(NextSeal::Act(signatory, number)) => seal_act(deps, &request, signatory, number, cx).await,
            Some(NextSeal::Closing(number)) => close(deps, request, number, cx).await,
            None => return Ok(archive::finish(deps, &request, cx.now).await?),
        };
        match step {
            Ok(()) => {}
            Err(SealFault::Store(StoreError::Conflict(_))) if rounds.again().await => {}
            Err(SealFault::Store(error)) => return Err(error.into()),
            Err(SealFault::Other(error)) => return Err(error),
            // A stranger is away. The seal is still due, and tried again when that falls due.
            Err(SealFault::Level(reason)) => {
                tracing::warn!(request.id = id.as_str(), reason, "a seal waits for its level");
                return Ok(());
            }
        }
    }
}

async fn seal_act(
    deps: &Deps,
    request: &AnyRequest,
    signatory: &Signatory,
    number: u32,
    cx: &Invocation,
) -> Result<(), SealFault> {
    let key = deps.keys.load().await?;
    deps.trust.add_seal_authorities(&authorities(&key), cx.now).await?;
    let sealed = revision::of_act(deps, request, signatory, number, &key, cx).await?;
    let mut rng = system_rng();
    let seal = sealed.facts(DocumentId::new(&mut rng), cx.now);
    let mut cause = Cause { now: cx.now, rng: &mut rng, actor: Actor::System, origin: None };
    let transition = request.clone().record_seal(seal, &mut cause).map_err(SealFault::other)?;
    deps.requests.commit(transition).await?;
    if let Progress::Signed(act) = &signatory.progress {
        let lag = cx.now.since(act.signed_at);
        metrics::record(Metric::SealLag, u64::try_from(lag.as_millis()).unwrap_or(u64::MAX));
    }
    Ok(())
}

async fn close(deps: &Deps, request: AnyRequest, number: u32, cx: &Invocation) -> Result<(), SealFault> {
    let key = deps.keys.load().await?;
    deps.trust.add_seal_authorities(&authorities(&key), cx.now).await?;
    let sealed = revision::closing(deps, &request, number, &key, cx).await?;
    let keys = DocumentKeys::new(&request.facts().tenant, &request.facts().id);
    deps.documents.copy(&keys.revision(0), &keys.validated(request.facts().retention.shelf())).await?;
    let AnyRequest::Signed(signed) = request else { return Ok(()) };
    let mut rng = system_rng();
    let seal = sealed.facts(DocumentId::new(&mut rng), cx.now);
    let mut cause = Cause { now: cx.now, rng: &mut rng, actor: Actor::System, origin: None };
    let transition = signed.close(seal, &mut cause).map_err(SealFault::other)?;
    deps.courier.commit(transition).await?;
    Ok(())
}

/// The authorities that make what this key seals trusted: the certificates above the seal's own, or that one
/// when it stands alone, and those that the operator has added for time-stamps.
fn authorities(key: &SealKey) -> Vec<SealAuthority> {
    let above = match key.certificate.chain_der() {
        [_, above @ ..] if !above.is_empty() => above,
        alone => alone,
    };
    let of = |of| move |der: &Vec<u8>| SealAuthority { der: der.clone(), of };
    let of_timestamps = key.known.iter().filter(|it| !above.contains(it));
    above.iter().map(of(SealedWith::Seal)).chain(of_timestamps.map(of(SealedWith::Timestamp))).collect()
}

/// What the evidence says of the certificate of a seal.
fn sealed_by(key: &SealKey) -> SealedBy {
    let certificate = &key.certificate;
    SealedBy { sha256: Digest::from_bytes(certificate.sha256()), serial: certificate.serial_hex() }
}

/// Why a seal could not be made now.
#[derive(Debug)]
pub(crate) enum SealFault {
    /// The level that is wanted cannot be had now, and the operator wants no other.
    Level(String),
    /// The key, the document or the engine said no. An operator has to look.
    Other(BoxError),
    /// A store is away, or someone else was faster.
    Store(StoreError),
}

impl SealFault {
    pub(crate) fn other(error: impl Into<BoxError>) -> Self {
        Self::Other(error.into())
    }
}

impl From<SealKeyError> for SealFault {
    fn from(error: SealKeyError) -> Self {
        Self::other(error)
    }
}

impl From<StoreError> for SealFault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Requests of a batch that are worked on beside each other: most of a seal is waiting for calls.
const AT_ONCE: usize = 4;
