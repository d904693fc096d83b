//! `GET /openapi.json`: the contract of the API.
//!
//! **Invariant:** this function may touch nothing: what it answers was compiled into it.

use shared::edge::{Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply};

/// This function, ready to be invoked.
///
/// # Errors
///
/// None: it needs nothing.
#[expect(clippy::unused_async, reason = "every function is loaded in the same way")]
pub async fn function(_env: &Env, _aws: &Aws) -> Result<Handler, ConfigError> {
    Ok(Handler::of_http((), |(), event, cx| Box::pin(handle(event, cx))))
}

/// Serves the contract.
///
/// # Errors
///
/// None.
#[expect(clippy::unused_async, reason = "every handler is called in the same way")]
pub async fn handle(_http: HttpRequest, _cx: &Invocation) -> Result<Reply, Problem> {
    Ok(Reply::text(200, "application/json", contract::DOCUMENT).header("cache-control", KEPT))
}

/// A new release is seen within minutes.
const KEPT: &str = "public, max-age=300";
