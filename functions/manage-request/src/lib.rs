//! What an integrator does to a request and its signatories: activate, deactivate, complete, cancel, extend,
//! reactivate, remind, unlock, correct, judge attachments, file away, hold, delete, erase.

mod attachment;
mod delete;
mod erase;
mod signer;
mod wire;

use domain::request::{AfterAct, AnyRequest, Erasure};
use domain::transition::Transition;
use domain::value::Text;
use domain::{Cause, LinkKey, Refusal, Timestamp};
use shared::courier::Courier;
use shared::edge::{
    Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply, system_rng, view,
};
use shared::store::{Documents, Requests, Rounds, StoreError};
use shared::texts::Texts;

use wire::{DeadlineBody, ReasonBody};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    documents: Documents,
    courier: Courier,
    links: LinkKey,
    texts: Texts,
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
        documents: supply.documents()?,
        courier: supply.courier_with_links(&requests).await?,
        links: supply.links().await?,
        texts: supply.texts()?,
        requests,
    };
    let handler = Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx)));
    Ok(handler.behind(supply.admission().await?))
}

/// Serves the routes, in the plural and in the singular.
///
/// # Errors
///
/// [`Problem`] 404 for what is not the tenant's, 409 when the state does not allow the move, 422 for a value
/// that is refused, 429 for reminders too soon after another.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let route = http.route().trim_start_matches("/signatures").trim_start_matches("/signature");
    match route {
        "/{id}/{actionType}" => whole(deps, &http, cx).await,
        "/{id}/signers/{signer}" => signer::correct(deps, &http, cx).await,
        "/{id}/signers/{signer}/{actionType}" => signer::act_on(deps, &http, cx).await,
        "/{id}/signers/{signer}/attachments/{attachment}" => attachment::show(deps, &http, cx).await,
        "/{id}/signers/{signer}/attachments/{attachment}/{verdict}" => {
            attachment::judge(deps, &http, cx).await
        }
        _ => delete::delete(deps, &http, cx).await,
    }
}

/// A move of the whole request, by its name.
async fn whole(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let action = http.path_parameter("actionType")?;
    if matches!(action, "extend" | "reactivate") {
        let at = deadline(http)?;
        return match action {
            "extend" => act(deps, http, cx, |it, cause| it.extend(at, cause)).await,
            _ => act(deps, http, cx, |it, cause| it.reactivate(at, cause)).await,
        };
    }
    // No other move needs a body, and what stands in one is never passed over.
    let reason = reason(http)?;
    match action {
        "activate" => act(deps, http, cx, AnyRequest::activate).await,
        "archive" => act(deps, http, cx, AnyRequest::archive).await,
        "cancel" => act(deps, http, cx, |it, cause| it.cancel(reason.as_ref(), cause)).await,
        "complete" => act(deps, http, cx, |it, cause| Ok(it.complete(cause)?.map(any))).await,
        "deactivate" => act(deps, http, cx, AnyRequest::deactivate).await,
        "erase" => erase::erase(deps, http, &Erasure::Everyone, cx).await,
        "legal-hold" => act(deps, http, cx, |it, cause| it.hold(reason.as_ref(), cause)).await,
        "release-hold" => act(deps, http, cx, AnyRequest::release).await,
        "remind" => act(deps, http, cx, |it, cause| it.remind(None, cause)).await,
        "restore" => act(deps, http, cx, AnyRequest::put_back).await,
        "trash" => act(deps, http, cx, AnyRequest::trash).await,
        _ => Err(Problem::not_found()),
    }
}

/// Makes one move of the tenant's request, and answers with what it led to.
///
/// # Errors
///
/// As [`handle`].
pub(crate) async fn act(
    deps: &Deps,
    http: &HttpRequest,
    cx: &Invocation,
    make: impl Fn(AnyRequest, &mut Cause<'_>) -> Result<Transition<AnyRequest>, Refusal>,
) -> Result<Reply, Problem> {
    let (tenant, id) = (http.tenant()?, http.request_id()?);
    let mut rng = system_rng();
    let mut rounds = Rounds::default();
    loop {
        let request = deps.requests.load_for(&tenant, &id).await?;
        http.check_if_match(Some(&view::etag(&request)))?;
        let mut cause = http.integrator_cause(cx, &mut rng)?;
        match deps.courier.commit(make(request, &mut cause)?).await {
            Err(StoreError::Conflict(_)) if rounds.again().await => {}
            Err(error) => return Err(error.into()),
            Ok(_) => {
                // What was sent on the way is noted in the request as well: the answer shows it as it is now.
                let request = deps.requests.load_for(&tenant, &id).await?;
                let data = view::request(&request, Some(&deps.links));
                let reply = Reply::json(200, &view::envelope("Updated", &data));
                return Ok(reply.header("etag", view::etag(&request)));
            }
        }
    }
}

/// A request in whichever state an act led to.
pub(crate) fn any(after: AfterAct) -> AnyRequest {
    match after {
        AfterAct::Open(request) => AnyRequest::Open(request),
        AfterAct::Signed(request) => AnyRequest::Signed(request),
    }
}

fn deadline(http: &HttpRequest) -> Result<Timestamp, Problem> {
    let malformed =
        || Problem::invalid("/expiresAt", "An RFC 3339 date and time, such as 2026-12-31T23:59:59Z.");
    // The other moves need no body, so that its absence is a value that is missing, not another media type.
    if http.body_len() == 0 {
        return Err(malformed());
    }
    let body: DeadlineBody = http.json()?;
    Timestamp::parse_rfc3339(&body.expires_at).ok_or_else(malformed)
}

/// The reason in a body, if there is one.
///
/// # Errors
///
/// [`Problem`] 422 for another body, and for a reason that is too long.
pub(crate) fn reason(http: &HttpRequest) -> Result<Option<Text>, Problem> {
    let body: ReasonBody = if http.body_len() == 0 { ReasonBody::default() } else { http.json()? };
    body.reason
        .filter(|it| !it.trim().is_empty())
        .map(|it| Text::parse(&it, "reason", MAX_REASON_CHARS))
        .transpose()
        .map_err(|refusal| Problem::refused("/reason", &refusal))
}

/// Longest reason, in characters.
pub(crate) const MAX_REASON_CHARS: usize = 1000;
