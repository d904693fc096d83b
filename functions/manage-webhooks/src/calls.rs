//! The calls of the callbacks that requests carry.

use std::time::Duration;

use domain::evidence::EventKind;
use domain::{RequestId, TenantId};
use serde_json::{Value, json};
use shared::edge::webhook_queue::{CallbackTask, Task};
use shared::edge::{HttpRequest, Invocation, Problem, Reply, view};
use shared::store::{Execution, ExecutionFilter, StoreError};

use crate::query::{self, Pages, limit, malformed};
use crate::{Deps, wire};

/// `GET /callbacks`: every time that a request's callback was called, newest first.
pub(crate) async fn list(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let wanted = ExecutionFilter {
        taken: query::failed(http)?.then_some(false),
        event: query::word(http, "event", &EventKind::ALL.map(EventKind::as_str))?,
        request: http.query("request").map(request).transpose()?,
        since: query::since(http)?,
    };
    let pages = Pages::of(deps, tenant, format!("callbacks {wanted:?}"));
    let (skip, after) = (query::number(http, "skip", 0, MOST_SKIPPED)?, pages.after(http)?);
    if after.is_some() && http.query("skip").is_some() {
        return Err(malformed("A page is named by after or by skip, not by both."));
    }
    let window = (skip, limit(http)?);
    let (found, next) = deps.executions.list(tenant, after.as_deref(), &wanted, window, cx.now).await?;
    let shown: Vec<Value> = found.iter().map(wire::execution).collect();
    Ok(pages.reply(&json!(shown), next.as_deref()))
}

fn request(text: &str) -> Result<RequestId, Problem> {
    RequestId::parse(text).map_err(|_| malformed("request is the id of a request."))
}

/// `GET /callbacks/{id}`.
pub(crate) async fn read(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let found = named(deps, http, tenant, cx).await?;
    Ok(Reply::json(200, &view::envelope("", &wire::execution(&found))))
}

/// `POST /callbacks/{id}/redeliver`: the same message under the same id, about the request as it is now, with as many
/// retries as it wants.
pub(crate) async fn call_again(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let found = named(deps, http, tenant, cx).await?;
    let has_callback = match deps.requests.load_for(tenant, &found.request).await {
        Ok(request) => request.facts().callback.is_some(),
        Err(StoreError::NotFound) => false,
        Err(error) => return Err(error.into()),
    };
    if !has_callback {
        return Err(Problem::gone("The request, or where it was to be told, is no longer kept."));
    }
    let (request, event) = (found.request.clone(), found.event.clone());
    let task = Task::Callback(CallbackTask { request, event, seq: found.seq, attempts: 0, waits: 0 });
    deps.queue.send(&task, Duration::ZERO).await.map_err(Problem::unavailable)?;
    Ok(Reply::json(202, &view::envelope("Enqueued", &wire::execution(&found))))
}

/// The call that the path names.
async fn named(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Execution, Problem> {
    let id = http.path_parameter("id")?;
    let is_id = id.len() <= MAX_ID_CHARS && id.bytes().all(|it| it == b'-' || it.is_ascii_hexdigit());
    if !is_id {
        return Err(Problem::not_found());
    }
    Ok(deps.executions.load(tenant, id, cx.now).await?)
}

/// An instant, a request, a number of the event and one of the attempt.
const MAX_ID_CHARS: usize = 80;
const MOST_SKIPPED: usize = 10_000;
