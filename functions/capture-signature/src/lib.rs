//! What a signatory does: signs, approves, says that they have read, passes the task on, declines, corrects
//! their own details, attaches documents.

mod act;
mod attach;
mod mark;
mod wire;

use domain::policy::OtpPolicy;
use domain::request::Amendment;
use domain::value::{PhoneNumber, Text};
use domain::{Channel, Digest, EmailAddress, LinkKey, PersonName, Refusal, TenantId};
use serde_json::json;
use shared::courier::Courier;
use shared::edge::form::{self, Form};
use shared::edge::pepper::PepperKeys;
use shared::edge::session::{Credential, SessionKeys};
use shared::edge::{
    Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply, system_rng,
};
use shared::store::{Documents, Quotas, Requests, Rounds, StoreError};
use shared::texts::Texts;

use wire::{DeclineBody, DetailsBody, ReadBody};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    documents: Documents,
    courier: Courier,
    links: LinkKey,
    sessions: SessionKeys,
    peppers: PepperKeys,
    policy: OtpPolicy,
    quotas: Quotas,
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
        links: supply.links().await?,
        sessions: supply.session_keys().await?,
        peppers: supply.pepper_keys().await?,
        policy: OtpPolicy::default(),
        quotas: supply.quotas().await?,
        texts: supply.texts()?,
        courier: Box::pin(supply.courier_with_links(&requests)).await?,
        requests,
    };
    Ok(Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Serves the routes.
///
/// # Errors
///
/// [`Problem`] 403 for what the role or the request does not allow, 404 for an unknown link, 409 when there is
/// nothing left to do, it is not their turn or the document shown is another, 410 after the deadline, 422 for
/// codes, the same whatever is wrong with them.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let Some(form) = Form::of(&http) else {
        return act(deps, &http, cx).await;
    };
    let ticked = if http.route() == "/sign/form/decline" { "_decline" } else { "_confirm" };
    let outcome = match form::as_json(http, &deps.sessions.read().await?, cx.now, &[ticked]) {
        Ok(json) => act(deps, &json, cx).await,
        Err(problem) => Err(problem),
    };
    Ok(form.next_page(outcome, &cx.request_id))
}

async fn act(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let credential = Credential::of(http, &deps.sessions.read().await?, cx.now)?;
    match http.route() {
        "/sign/approval" => act::approve(deps, http, &credential, cx).await,
        "/sign/attachments/{attachment}" => attach::attach(deps, http, &credential, cx).await,
        "/sign/decline" => decline(deps, http, &credential, cx).await,
        "/sign/delegation" => act::delegate(deps, http, &credential, cx).await,
        "/sign/details" => details(deps, http, &credential, cx).await,
        "/sign/read" => read(deps, http, &credential, cx).await,
        _ => act::sign(deps, http, &credential, cx).await,
    }
}

async fn read(
    deps: &Deps,
    http: &HttpRequest,
    credential: &Credential,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let body: ReadBody = http.json()?;
    let document = digest(&body.document_sha256)?;
    let mut rng = system_rng();
    let mut rounds = Rounds::default();
    loop {
        let (request, signatory) = credential.load(&deps.requests, http).await?;
        let mut cause = http.signatory_cause(&signatory, cx, &mut rng);
        let read = request.open(cx.now)?.acknowledge(&signatory, document, &mut cause)?;
        match deps.courier.commit(read).await {
            Err(StoreError::Conflict(_)) if rounds.again().await => {}
            other => return other.map(|_| state("READ")).map_err(Into::into),
        }
    }
}

async fn decline(
    deps: &Deps,
    http: &HttpRequest,
    credential: &Credential,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let body: DeclineBody = http.json()?;
    let reason = body
        .reason
        .filter(|it| !it.trim().is_empty())
        .map(|it| Text::parse(&it, "reason", MAX_REASON_CHARS))
        .transpose()
        .map_err(|refusal| Problem::refused("/reason", &refusal))?;
    let mut rng = system_rng();
    let mut rounds = Rounds::default();
    loop {
        let (request, signatory) = credential.load(&deps.requests, http).await?;
        let mut cause = http.signatory_cause(&signatory, cx, &mut rng);
        let declined = request.open(cx.now)?.decline(&signatory, reason.as_ref(), &mut cause)?;
        match deps.courier.commit(declined).await {
            Err(StoreError::Conflict(_)) if rounds.again().await => {}
            other => return other.map(|_| state("DECLINED")).map_err(Into::into),
        }
    }
}

async fn details(
    deps: &Deps,
    http: &HttpRequest,
    credential: &Credential,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let amendment = amendment(http.json()?)?;
    let mut rng = system_rng();
    let mut rounds = Rounds::default();
    loop {
        let (request, signatory) = credential.load(&deps.requests, http).await?;
        if request.facts().signatory(&signatory).is_some_and(|it| it.channels.has(Channel::Sms)) {
            check_number(deps, &request.facts().tenant, amendment.mobile.as_ref(), "/mobile").await?;
        }
        let mut cause = http.signatory_cause(&signatory, cx, &mut rng);
        let edited = request.open(cx.now)?.edit(&signatory, amendment.clone(), &mut cause)?;
        match deps.courier.commit(edited).await {
            Err(StoreError::Conflict(_)) if rounds.again().await => {}
            other => return other.map(|_| Reply::no_content()).map_err(Into::into),
        }
    }
}

/// Refuses a number that no code could reach.
pub(crate) async fn check_number(
    deps: &Deps,
    tenant: &TenantId,
    number: Option<&PhoneNumber>,
    pointer: &'static str,
) -> Result<(), Problem> {
    let Some(number) = number else { return Ok(()) };
    let rules = deps.texts.rules(tenant).await?;
    rules.check(number).map_err(|refusal| Problem::refused(pointer, &refusal))
}

fn amendment(body: DetailsBody) -> Result<Amendment, Problem> {
    let refused =
        |field: &'static str| move |refusal: Refusal| Problem::refused(format!("/{field}"), &refusal);
    let name = |text: Option<String>| text.map(|it| PersonName::parse(&it)).transpose();
    Ok(Amendment {
        given_name: name(body.name).map_err(refused("name"))?,
        family_name: name(body.surname).map_err(refused("surname"))?,
        email: body.email.map(|it| EmailAddress::parse(&it)).transpose().map_err(refused("email"))?,
        mobile: body.mobile.map(|it| PhoneNumber::parse(&it)).transpose().map_err(refused("mobile"))?,
    })
}

/// The digest of the document that an act is for.
fn digest(text: &str) -> Result<Digest, Problem> {
    Digest::parse(text).map_err(|refusal| Problem::refused("/documentSha256", &refusal))
}

fn state(word: &str) -> Reply {
    Reply::json(200, &json!({ "state": word }))
}

const MAX_REASON_CHARS: usize = 1000;
