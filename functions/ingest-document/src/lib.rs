//! A document has arrived in `incoming/`: it is accepted and its signatories are invited, or the request
//! ends with a number and a sentence.
//!
//! Notifications come at least once and in any order, so every step looks first at what is already there.

mod input;

use domain::request::{AnyRequest, Failure, Received, Request};
use domain::value::{DocumentId, MessageId};
use domain::{Actor, Cause, RequestId};
use serde::Deserialize;
use shared::BoxError;
use shared::courier::Courier;
use shared::edge::s3_event::{S3Event, created_keys};
use shared::edge::{Aws, ConfigError, Env, Handler, Invocation, Supply, system_rng};
use shared::store::{DocumentKeys, Documents, FAILED_SUFFIX, Requests, Rounds, StoreError, incoming_parts};

use input::Taken;

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    documents: Documents,
    courier: Courier,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let requests = supply.committing_requests().await?;
    let courier = supply.courier_with_links(&requests).await?;
    let deps = Deps { requests, documents: supply.documents()?, courier };
    Ok(Handler::of_events(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Takes in every object the notification names.
///
/// # Errors
///
/// [`BoxError`] when a store is away; the notification is then delivered again.
pub async fn handle(deps: &Deps, event: S3Event, cx: &Invocation) -> Result<(), BoxError> {
    for key in created_keys(&event) {
        let Some((request, document)) = incoming_parts(&key) else { continue };
        let failed = key.ends_with(FAILED_SUFFIX).then_some(key.as_str());
        Box::pin(take_in(deps, &request, &document, failed, cx)).await?;
    }
    Ok(())
}

async fn take_in(
    deps: &Deps,
    id: &RequestId,
    document: &DocumentId,
    failed: Option<&str>,
    cx: &Invocation,
) -> Result<(), StoreError> {
    let mut rounds = Rounds::default();
    loop {
        let request = match deps.requests.load(id).await {
            Ok(AnyRequest::Received(request)) => request,
            // A request is stored before its documents, so this object belongs to none.
            Ok(_) | Err(StoreError::NotFound) => return Ok(()),
            Err(error) => return Err(error),
        };
        // An object that no input of the request names is none of ours.
        if !request.facts().inputs.iter().any(|it| it.id == *document) {
            return Ok(());
        }
        let done = match failed {
            // A second fetch can fail after the first one has brought the document: what is there counts.
            Some(note) if !has_arrived(deps, &request, document).await? => {
                reject(deps, request, read_note(deps, note).await?, cx).await
            }
            Some(_) | None => decide(deps, request, cx).await,
        };
        match done {
            Err(StoreError::Conflict(_)) if rounds.again().await => {}
            other => return other,
        }
    }
}

/// Accepts or rejects the request once all of its documents are there.
async fn decide(deps: &Deps, request: Request<Received>, cx: &Invocation) -> Result<(), StoreError> {
    let facts = request.facts();
    let Taken { inputs, accepted, placed } = match input::take(&deps.documents, facts, cx.now).await? {
        Some(Ok(taken)) => taken,
        Some(Err(failure)) => return reject(deps, request, failure, cx).await,
        // The notification of the document that is still missing will come.
        None => return Ok(()),
    };
    let ids: Vec<DocumentId> = facts.inputs.iter().map(|input| input.id.clone()).collect();
    let mut rng = system_rng();
    let mut cause = Cause { now: cx.now, rng: &mut rng, actor: Actor::System, origin: None };
    // Past its deadline the request is left to the schedule.
    let Ok(transition) = request.accept(inputs, accepted, placed, &mut cause) else { return Ok(()) };
    let messages: Vec<MessageId> = transition.messages().map(|it| it.id.clone()).collect();
    let opened = deps.requests.commit_with(transition, &[], &ids).await?;
    deps.courier.send_all(&opened.facts().id, &messages).await
}

async fn reject(
    deps: &Deps,
    request: Request<Received>,
    failure: Failure,
    cx: &Invocation,
) -> Result<(), StoreError> {
    let fetched: Vec<DocumentId> = request.facts().inputs.iter().map(|it| it.id.clone()).collect();
    let mut rng = system_rng();
    let mut cause = Cause { now: cx.now, rng: &mut rng, actor: Actor::System, origin: None };
    deps.requests.commit_with(request.reject(failure, &mut cause), &[], &fetched).await?;
    Ok(())
}

async fn has_arrived(
    deps: &Deps,
    request: &Request<Received>,
    document: &DocumentId,
) -> Result<bool, StoreError> {
    let keys = DocumentKeys::new(&request.facts().tenant, &request.facts().id);
    Ok(deps.documents.head(&keys.incoming(document)).await?.is_some())
}

/// The note that `fetch-document` leaves when an address cannot be read.
#[derive(Deserialize)]
struct Note {
    number: u16,
    sentence: String,
}

async fn read_note(deps: &Deps, key: &str) -> Result<Failure, StoreError> {
    let bytes = deps.documents.get(key, MAX_NOTE_BYTES).await?;
    Ok(match serde_json::from_slice::<Note>(&bytes) {
        Ok(note) => Failure { number: note.number, sentence: note.sentence },
        Err(_) => Failure { number: 225, sentence: "The document's address could not be read.".to_owned() },
    })
}

const MAX_NOTE_BYTES: u64 = 4096;
