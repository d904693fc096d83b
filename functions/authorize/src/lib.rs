//! The authorizer of the API: finds the tenant behind a key or token, and what its holder may do.
//!
//! **Invariant:** deny by default; the policy allows the operations of the caller's scopes and no others.

mod policy;
mod wire;

use domain::Timestamp;
use domain::access::{ApiKey, Scopes};
use shared::BoxError;
use shared::edge::token::{TokenKeys, is_token_shaped};
use shared::edge::{Aws, ConfigError, Env, Handler, Invocation, Supply};
use shared::store::{Access, Credential, CredentialKind};

use wire::{Decision, Question};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    access: Access,
    tokens: TokenKeys,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete.
#[expect(clippy::unused_async, reason = "every function is loaded the same way")]
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let deps = Deps { access: supply.access()?, tokens: supply.token_keys()? };
    Ok(Handler::of_events(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Answers what the caller may use. The gateway keeps the answer for a minute and for every route, so it names
/// all operations of the caller and not only the one that was called.
///
/// # Errors
///
/// [`BoxError`]: exactly `Unauthorized`, which the gateway turns into a 401, for a caller whom nothing lets in;
/// others when the table is away, and the gateway then refuses the call.
pub async fn handle(deps: &Deps, event: Question, cx: &Invocation) -> Result<Decision, BoxError> {
    let Some((credential, scopes)) = caller(deps, &event, cx.now).await? else {
        return Err(BoxError::from("Unauthorized"));
    };
    if let Err(error) = deps.access.note_use(&credential, cx.now).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "the use of a key was not noted");
    }
    Ok(Decision::new(&event, &credential, &scopes))
}

/// Whose call it is, and what they may do; nobody's for a secret that is wrong, over, or used from elsewhere.
async fn caller(
    deps: &Deps,
    event: &Question,
    now: Timestamp,
) -> Result<Option<(Credential, Scopes)>, BoxError> {
    let Some(secret) = event.secret() else { return Ok(None) };
    let found = if is_token_shaped(secret) {
        bearer_of_token(deps, secret, now).await?
    } else {
        let Some(key) = ApiKey::parse(secret) else { return Ok(None) };
        deps.access.by_key(&key).await?.map(|it| (it.scopes.clone(), it))
    };
    let Some((scopes, credential)) = found else { return Ok(None) };
    Ok(credential.lets_in(event.source(), now).then_some((credential, scopes)))
}

/// The client app or key that got a token, and what the token and they themselves still allow.
async fn bearer_of_token(
    deps: &Deps,
    token: &str,
    now: Timestamp,
) -> Result<Option<(Scopes, Credential)>, BoxError> {
    let Some(claims) = deps.tokens.read(token, now).await? else { return Ok(None) };
    let Some(credential) = deps.access.get(claims.kind, &claims.id).await? else { return Ok(None) };
    // Whoever replaces a secret may have lost it, and what was got for it.
    let is_current = claims.kind == CredentialKind::Key || credential.rotated_at == claims.rotated_at;
    Ok(is_current.then(|| (claims.scopes.intersection(&credential.scopes), credential)))
}
