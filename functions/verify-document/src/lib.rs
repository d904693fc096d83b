//! `POST /verify`: what a signed file is worth, in the words of EN 319 102-1, and `/check`, the same for
//! whoever holds a file.
//!
//! A file that comes inline is looked at while the caller waits. One that was uploaded, or that takes longer,
//! is worked off from the table's stream, and the caller asks again at `GET /verify/{id}`.
//!
//! **Invariant:** whatever comes in, there is an answer: a verdict about a signature, or a fault with a number.

mod answer;
mod check;
mod engine;
mod fault;
mod input;
mod later;
mod online;
mod reply;
mod report;
mod trust;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use domain::TenantId;
use domain::value::{DocumentId, ValidationId};
use pdf::ReadAt;
use shared::BoxError;
use shared::edge::batch::Batch;
use shared::edge::stream::BatchResponse;
use shared::edge::{Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply};
use shared::outbound::Outbound;
use shared::store::{
    DocumentKeys, Documents, NewValidation, Quotas, SealedFiles, StoreError, Trust, TrustedLists, Validations,
};
use zeroize::Zeroizing;

use engine::{Found, Limits, Trouble, Work};
use fault::{Fault, Kind};
use input::{Content, Input};
use wire::VerifyBody;

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    documents: Documents,
    validations: Validations,
    quotas: Quotas,
    sealed: SealedFiles,
    trust: Trust,
    trusted_lists: TrustedLists,
    outbound: Outbound,
    /// `MAX_UPLOAD_MEBIBYTES`, 128 if unset, 5 to 1024.
    max_upload_bytes: u64,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let (validations, quotas) = supply.validations().await?;
    let deps = Arc::new(Deps {
        documents: supply.documents()?,
        validations,
        quotas,
        sealed: supply.sealed_files()?,
        trust: supply.trust()?,
        trusted_lists: supply.trusted_lists()?,
        outbound: supply.outbound_for_signed_answers()?,
        max_upload_bytes: env.number("MAX_UPLOAD_MEBIBYTES", 128, 5..=1024)? << 20,
    });
    let http = Handler::of_http(Arc::clone(&deps), |deps, http, cx| Box::pin(handle(deps, http, cx)));
    Ok(Handler::of_both(
        http.behind(supply.admission().await?),
        Handler::of_events(deps, |deps, batch, cx| Box::pin(work_off(deps, batch, cx))),
    ))
}

/// Serves the routes.
///
/// # Errors
///
/// [`Problem`] 422 with a number and a pointer for what cannot be validated, 413 for what is too large, 404
/// for an unknown validation, 429 for too many calls without a key.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    match http.route() {
        "/verify" => verify(deps, &http, cx).await,
        "/verify/{id}" => later::poll(deps, &http, cx).await,
        _ => check::handle(deps, &http, cx).await,
    }
}

/// Works off the validations of a batch.
///
/// # Errors
///
/// None: records that could not be worked on are named in the answer and delivered again.
pub async fn work_off(deps: &Deps, batch: Batch, cx: &Invocation) -> Result<BatchResponse, BoxError> {
    later::work_off(deps, batch, cx).await
}

async fn verify(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let tenant = http.tenant()?;
    let body: VerifyBody = http.json()?;
    let input = input::parse(body, cx.now)?;
    let id = ValidationId::new(&mut cx.rng("validation"));
    let detached_upload = input.detached.as_ref().is_some_and(Content::is_upload);
    if input.document.is_upload() || detached_upload {
        return later::accept(deps, &tenant, id, input, cx).await;
    }
    // While it takes no longer, a second copy of a file that is in memory anyway.
    let (document, detached) = (inline(&input.document), input.detached.as_ref().and_then(inline));
    let Some(document) = document else { return later::accept(deps, &tenant, id, input, cx).await };
    let (anchors, is_online) = trust::anchors(deps, Some(&tenant), cx.now).await?;
    let work = Work {
        document,
        detached,
        password: input.password.clone().map(Zeroizing::new),
        is_recursive: input.is_recursive,
        at: input.at,
        now: cx.now,
        anchors,
        outbound: is_online.then(|| deps.outbound.clone()),
        limits: SHORT,
    };
    match tokio::time::timeout(PATIENCE, engine::run(work)).await {
        Ok(Ok(found)) => answer(deps, http, &tenant, &id, found, cx).await,
        Ok(Err(trouble)) => Err(problem(trouble)),
        Err(_) => later::accept(deps, &tenant, id, input, cx).await,
    }
}

async fn answer(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    id: &ValidationId,
    found: Found,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let plain = reply::plain(&deps.documents, tenant, id, found.content, &found.answer).await?;
    reply::of(&deps.documents, http, found.answer, plain, cx).await
}

fn inline(content: &Content) -> Option<Arc<dyn ReadAt>> {
    match content {
        Content::Inline(bytes) => Some(Arc::new(bytes.clone())),
        Content::Upload(_) => None,
    }
}

fn problem(trouble: Trouble) -> Problem {
    match trouble {
        Trouble::Fault(fault) => fault.into(),
        Trouble::Broken(source) => Problem::unavailable(source),
    }
}

/// The gateway waits for 29 seconds; what is not done by then is worked off later.
const PATIENCE: Duration = Duration::from_secs(20);
/// While a caller waits.
const SHORT: Limits = Limits { rendering: Duration::from_secs(10), asking: Duration::from_secs(6) };
/// While nobody does.
const LONG: Limits = Limits { rendering: Duration::from_mins(1), asking: Duration::from_secs(30) };
