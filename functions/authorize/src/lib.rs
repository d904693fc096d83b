//! The authorizer of the API: finds the tenant behind an API key.
//!
//! **Invariant:** deny by default; a key that is not known gets a policy that allows nothing.

mod wire;

use shared::BoxError;
use shared::edge::{Aws, ConfigError, Env, Handler, Invocation, Supply};
use shared::store::{Access, ApiKey};

use wire::{Decision, Question};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    access: Access,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete.
#[expect(clippy::unused_async, reason = "every function is loaded the same way")]
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let deps = Deps { access: Supply::new(env, aws).access()? };
    Ok(Handler::of_events(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Answers whether the caller may use the API. The gateway keeps the answer for a minute and for every
/// route, so it names the whole API and not the method that was called.
///
/// # Errors
///
/// [`BoxError`] when the table is away; the gateway then refuses the call.
pub async fn handle(deps: &Deps, event: Question, _cx: &Invocation) -> Result<Decision, BoxError> {
    let everything = event.whole_api();
    let Some(key) = event.bearer().and_then(ApiKey::parse) else { return Ok(Decision::deny(everything)) };
    Ok(match deps.access.holder(&key).await? {
        Some(holder) => Decision::allow(everything, holder.tenant.as_str(), &holder.display_name),
        None => Decision::deny(everything),
    })
}
