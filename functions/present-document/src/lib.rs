//! The signing room: its page, a session for a link, what only a signatory knows, the document, and the record
//! that it was opened.
//!
//! **Invariant:** a GET changes nothing, and a session is not a presentation: only the signatory's own
//! gesture is recorded.

mod look;
mod page;
mod room;
mod state;
mod step;
mod wire;

use std::time::Duration;

use domain::request::{AfterTelling, Answer, AnyRequest, DocumentView, MAX_QUESTIONS, Seen};
use domain::{Digest, LinkToken, RequestId};
use serde_json::json;
use shared::edge::form::{self, Form};
use shared::edge::http::MAX_INLINE_BYTES;
use shared::edge::json::Flag;
use shared::edge::network::network;
use shared::edge::pepper::PepperKeys;
use shared::edge::result::ResultKeys;
use shared::edge::session::{Credential, SessionKeys, cookie_for, ended_cookie, renewed_cookie};
use shared::edge::shown::{self, Wanted};
use shared::edge::{
    Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply, system_rng,
};
use shared::store::{Documents, Quota, Quotas, Requests, Rounds, StoreError};

use wire::{AccessBody, PresentedBody, SessionBody};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    documents: Documents,
    sessions: SessionKeys,
    peppers: PepperKeys,
    quotas: Quotas,
    result_keys: ResultKeys,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let deps = Deps {
        requests: supply.committing_requests().await?,
        documents: supply.documents()?,
        sessions: supply.session_keys().await?,
        peppers: supply.pepper_keys().await?,
        quotas: supply.quotas().await?,
        result_keys: supply.result_keys().await?,
    };
    Ok(Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Serves the routes of the signing room.
///
/// # Errors
///
/// [`Problem`] 401 without a session or link, 404 for an unknown link, 409 out of order, 410 for what is
/// over, 422 for wrong answers, 423 when the signatory is locked, 429 for answers to too many links.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let Some(form) = Form::of(&http) else {
        return call(deps, &http, cx).await;
    };
    let ticked: &[&str] = if http.route() == "/sign/form/presented" { &["_read"] } else { &[] };
    let outcome = match form::as_json(http, &deps.sessions.read().await?, cx.now, ticked) {
        Ok(json) => call(deps, &json, cx).await,
        Err(problem) => Err(problem),
    };
    Ok(form.next_page(outcome, &cx.request_id))
}

async fn call(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    match http.route() {
        "/" => home(http),
        "/sign" => room(deps, http).await,
        "/sign/assets/{name}" if http.path_parameter("name")? == look::NAME => look(deps, http, cx).await,
        "/sign/assets/{name}" => page::asset(http.path_parameter("name")?),
        "/sign/access" => access(deps, http, cx).await,
        "/sign/step" => step::step(deps, http, cx).await,
        "/sign/session" => session(deps, http, cx).await,
        "/sign/document" => document(deps, http, cx).await,
        "/sign/presented" => presented(deps, http, cx).await,
        _ => request_state(deps, http, cx).await,
    }
}

/// What this is. Its links are relative: at the root of a stage they need the slash that callers leave out.
fn home(http: &HttpRequest) -> Result<Reply, Problem> {
    match http.without_slash() {
        Some(name) => Ok(Reply::see_other(format!("{name}/"))),
        None => page::home(http),
    }
}

/// The page. Where another page frames it, `frame` names the request, which says who may; whoever guesses is
/// told nothing but origins that are of no use to them.
async fn room(deps: &Deps, http: &HttpRequest) -> Result<Reply, Problem> {
    let Some(id) = http.query("frame").and_then(|it| RequestId::parse(it).ok()) else {
        return page::page(http, &[]);
    };
    match deps.requests.load(&id).await {
        Ok(request) => page::page(http, request.facts().options.ui.ancestors()),
        Err(StoreError::NotFound) => page::page(http, &[]),
        Err(error) => Err(error.into()),
    }
}

/// The sender's look of the request that the session is for.
async fn look(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let credential = Credential::of(http, &deps.sessions.read().await?, cx.now)?;
    let (request, _) = credential.load(&deps.requests, http).await?;
    Ok(Reply::text(200, "text/css; charset=utf-8", look::sheet(&request.facts().options.ui)))
}

/// Exchanges the link's token for a session, or lets the one that is there go on or end.
async fn session(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let body: SessionBody = http.json()?;
    let Some(token) = body.token else {
        let credential = Credential::of(http, &deps.sessions.read().await?, cx.now)?;
        let _known = credential.load(&deps.requests, http).await?;
        let reply = Reply::no_content();
        return Ok(if body.end {
            reply.header("set-cookie", ended_cookie())
        } else {
            renewed(reply, &credential, deps, cx).await?
        });
    };
    // People paste whole links.
    let link = LinkToken::parse(token.rsplit('#').next().unwrap_or_default().trim())?;
    let (request, signatory) = deps.requests.by_link(&link).await??;
    let cookie = cookie_for(&link, &deps.sessions.read().await?, cx.now);
    Ok(Reply::json(200, &state::view(&request, &signatory, cx.now, &deps.result_keys)?)
        .header("set-cookie", cookie))
}

async fn request_state(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let credential = Credential::of(http, &deps.sessions.read().await?, cx.now)?;
    let (request, signatory) = credential.load(&deps.requests, http).await?;
    Ok(Reply::json(200, &state::view(&request, &signatory, cx.now, &deps.result_keys)?))
}

/// Compares what the signatory tells with what only they know.
async fn access(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let credential = Credential::of(http, &deps.sessions.read().await?, cx.now)?;
    let body: AccessBody = http.json()?;
    if body.answers.len() > MAX_QUESTIONS {
        return Err(Problem::invalid("/answers", format!("At most {MAX_QUESTIONS} answers.")));
    }
    let answers = body.answers.iter().enumerate().map(|(index, it)| {
        Answer::parse(it).map_err(|refusal| Problem::refused(format!("/answers/{index}"), &refusal))
    });
    let answers = answers.collect::<Result<Vec<_>, _>>()?;
    let mut rng = system_rng();
    let mut rounds = Rounds::default();
    let mut allowed = false;
    loop {
        let (request, signatory) = credential.load(&deps.requests, http).await?;
        let mut cause = http.signatory_cause(&signatory, cx, &mut rng);
        let asked = request.facts().signatory(&signatory).and_then(|it| it.knowledge.as_ref());
        let peppers = match asked {
            Some(asked) => deps.peppers.read_having(asked.pepper).await,
            None => deps.peppers.read().await,
        };
        let peppers = peppers.map_err(Problem::unavailable)?;
        let open = request.open(cx.now)?;
        let told = open.clone().tell(&signatory, &answers, &peppers, &mut cause)?;
        if !allowed {
            take_try(deps, http, cx).await?;
            allowed = true;
        }
        let Some(told) = told else {
            let view = state::view(&AnyRequest::Open(open), &signatory, cx.now, &deps.result_keys)?;
            return renewed(Reply::json(200, &view), &credential, deps, cx).await;
        };
        match deps.requests.commit(told).await {
            Err(StoreError::Conflict(_)) if rounds.again().await => {}
            Ok(AfterTelling::Refused(_, refusal)) => return Err(refusal.into()),
            Ok(AfterTelling::Told(request)) => {
                let view = state::view(&AnyRequest::Open(request), &signatory, cx.now, &deps.result_keys)?;
                return renewed(Reply::json(200, &view), &credential, deps, cx).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Takes one of the tries that an address of the network has: whoever holds many links cannot guess at each.
async fn take_try(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<(), Problem> {
    let what = format!("access/from/{}", network(&http.origin().ip_address));
    match deps.quotas.take(&what, TRIES_PER_CALLER, Duration::from_hours(1), cx.now).await? {
        Quota::Left => Ok(()),
        Quota::Spent { retry_after } => {
            let detail = "Too many answers were given from here. Try again later.";
            Err(Problem::new(429, "too_many_requests", detail)
                .header("retry-after", retry_after.as_secs().to_string()))
        }
    }
}

/// The answer, with the session going on from now.
async fn renewed(
    reply: Reply,
    credential: &Credential,
    deps: &Deps,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    Ok(match renewed_cookie(credential, &deps.sessions.read().await?, cx.now) {
        Some(cookie) => reply.header("set-cookie", cookie),
        None => reply,
    })
}

/// The bytes to be signed, or the signed document once it is done.
async fn document(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let credential = Credential::of(http, &deps.sessions.read().await?, cx.now)?;
    let (request, signatory) = credential.load(&deps.requests, http).await?;
    let malformed = |detail: &str| Problem::bad_request("query_malformed", detail);
    let sha256 = http.query("sha256").map(Digest::parse).transpose();
    let sha256 = sha256.map_err(|_| malformed("sha256 is a digest: 64 hexadecimal digits."))?;
    let wanted = match (http.query("which"), sha256) {
        (Some("signed"), _) => Wanted::Signed,
        (Some(_), _) => return Err(malformed("which can only be signed.")),
        (None, Some(sha256)) => Wanted::Revision(sha256),
        (None, None) => Wanted::Newest,
    };
    let shown = shown::find(&request, &signatory, wanted, cx.now)?;
    let file_name = format!("{}-{}.pdf", request.facts().id, shown.name);
    let elsewhere = if shown.size_bytes > MAX_INLINE_BYTES {
        Some(deps.documents.presign_get(&shown.key, &file_name, cx.now).await?)
    } else {
        None
    };
    // A page in a frame has no cookie to lead a link with, and cannot follow to another host by itself.
    if http.preferred(&["application/pdf", "application/json"]) == "application/json" {
        return Ok(Reply::json(200, &json!({ "url": elsewhere })).header("vary", "accept"));
    }
    if let Some(address) = elsewhere {
        return Ok(Reply::see_other(address));
    }
    let bytes = match deps.documents.get(&shown.key, shown.size_bytes).await {
        Err(StoreError::NotFound) => return Err(shown::no_longer_kept()),
        other => other?,
    };
    let disposition = format!("inline; filename=\"{file_name}\"");
    Ok(Reply::bytes("application/pdf", bytes).header("content-disposition", disposition))
}

/// Records that the signatory opened the document, by a gesture of their own.
async fn presented(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let credential = Credential::of(http, &deps.sessions.read().await?, cx.now)?;
    let body: PresentedBody = http.json()?;
    let document = Digest::parse(&body.document_sha256)
        .map_err(|refusal| Problem::refused("/documentSha256", &refusal))?;
    let view = body.view.map(|it| {
        DocumentView::parse(&it)
            .ok_or_else(|| Problem::invalid("/view", "One of images, browser and download."))
    });
    let view = view.transpose()?;
    let is_read = body.read.is_some_and(Flag::is_set);
    let mut rng = system_rng();
    let mut rounds = Rounds::default();
    loop {
        let (request, signatory) = credential.load(&deps.requests, http).await?;
        let mut cause = http.signatory_cause(&signatory, cx, &mut rng);
        let seen = Seen { view, is_read };
        let presented = request.open(cx.now)?.present(&signatory, document, seen, &mut cause)?;
        if let Some(presented) = presented {
            match deps.requests.commit(presented).await {
                Err(StoreError::Conflict(_)) if rounds.again().await => continue,
                other => other?,
            };
        }
        return renewed(Reply::no_content(), &credential, deps, cx).await;
    }
}

/// Answers that one address of the network may give in an hour, to whatever links: an office may share one.
const TRIES_PER_CALLER: u32 = 30;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use serde_json::Value;

    use super::*;

    fn asked(path: &str) -> Reply {
        let mut event: Value =
            serde_json::from_str(include_str!("../../../events/present-document.home.json")).unwrap();
        event["requestContext"]["path"] = json!(path);
        home(&HttpRequest::from_event(event).unwrap()).unwrap()
    }

    #[test]
    fn the_root_of_a_stage_is_led_to_where_its_links_hold() {
        let led = asked("/v1").into_event();
        assert_eq!(
            (&led["statusCode"], &led["multiValueHeaders"]["location"]),
            (&json!(303), &json!(["v1/"]))
        );
        for path in ["/v1/", "/"] {
            assert_eq!(asked(path).status(), 200, "{path}");
        }
    }
}
