//! `GET /sandbox/messages`: what the signatories of a test request would have been sent, codes and all.

mod wire;

use domain::RequestId;
use serde_json::Value;
use shared::edge::{Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply, view};
use shared::store::Requests;

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let deps = Deps { requests: supply.committing_requests().await? };
    let handler = Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx)));
    Ok(handler.behind(supply.admission().await?))
}

/// Lists the messages of the caller's test request. Requests in earnest have none: their messages are sent.
///
/// # Errors
///
/// [`Problem`] 400 without a request, 404 for one that is unknown.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let tenant = http.tenant()?;
    let Some(id) = http.query("request") else {
        return Err(Problem::bad_request("query_malformed", "Name a request: ?request= and its id."));
    };
    let id = RequestId::parse(id).map_err(|_| Problem::not_found())?;
    let request = deps.requests.load_for(&tenant, &id).await?;
    let messages = deps.requests.sandbox_messages(&request.facts().id, cx.now).await?;
    let rows: Vec<Value> = messages.iter().map(wire::message).collect();
    Ok(Reply::json(200, &view::envelope("", &Value::Array(rows))))
}
