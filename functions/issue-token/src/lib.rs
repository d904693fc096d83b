//! Access tokens for client apps and keys, in three dialects: `POST /oauth/token` (RFC 6749 section 4.4),
//! `POST /apitoken/clientApp/accessToken` (OneSpan) and `POST /token` (Openapi).
//!
//! **Invariant:** a token allows nothing that its app or key does not, and lives for half an hour at most.

mod wire;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::access::{ApiKey, ClientSecret, Scopes};
use domain::value::CredentialId;
use domain::{EmailAddress, Timestamp};
use shared::edge::host::{foreign_scope, parse_scopes};
use shared::edge::token::{TOKEN_TTL, TokenClaims, TokenKeys};
use shared::edge::{
    Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply, system_rng,
};
use shared::store::{Access, Credential, CredentialKind};
use zeroize::Zeroizing;

use wire::{AppBody, Client, Form, OAuthError, OpenapiBody};

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
    Ok(Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Serves the three routes.
///
/// # Errors
///
/// [`Problem`] 401 for who is not who they say, 422 with a pointer, 403 for scopes beyond their own.
/// `/oauth/token` answers as RFC 6749 section 5.2 says.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    match http.route() {
        "/oauth/token" => match oauth(deps, &http, cx).await {
            Ok(reply) => Ok(reply),
            Err(OAuthError::Other(problem)) => Err(problem),
            Err(error) => Ok(error.into_reply()),
        },
        "/token" => openapi(deps, &http, cx).await,
        _ => one_span(deps, &http, cx).await,
    }
}

/// OAuth 2.0, grant `client_credentials`.
async fn oauth(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, OAuthError> {
    let form = Form::parse(http)?;
    let (id, secret) = match (basic(http)?, form.client()?) {
        (Some(client), None) | (None, Some(client)) => client,
        (None, None) => return Err(OAuthError::InvalidClient),
        (Some(_), Some(_)) => return Err(OAuthError::InvalidRequest("Show the secret in one place only.")),
    };
    if form.grant_type.as_deref() != Some("client_credentials") {
        return Err(match form.grant_type {
            Some(_) => OAuthError::UnsupportedGrantType,
            None => OAuthError::InvalidRequest("grant_type is missing."),
        });
    }
    let app = app(deps, http, &id, &secret, cx.now).await?.ok_or(OAuthError::InvalidClient)?;
    let scopes = match form.scope.as_deref() {
        None => app.scopes.clone(),
        Some(text) => {
            let asked = Scopes::parse_list(text).map_err(|_| OAuthError::InvalidScope)?;
            let is_foreign = foreign_scope(&asked, (&http.own_host(), app.mode)).is_some();
            if asked.is_empty() || is_foreign || !app.scopes.include(&asked) {
                return Err(OAuthError::InvalidScope);
            }
            asked
        }
    };
    let scope = scopes.to_string();
    let (token, _) = issue(deps, &app, scopes, TOKEN_TTL, cx.now).await?;
    Ok(wire::oauth_token(&token, TOKEN_TTL, &scope))
}

/// OneSpan's client apps. There is nobody here but the owner, so a sender's token is the app's.
async fn one_span(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let body: AppBody = http.json()?;
    match (body.kind.as_str(), body.email.as_deref()) {
        ("OWNER", _) => {}
        ("SENDER", Some(email)) => {
            EmailAddress::parse(email).map_err(|refusal| Problem::refused("/email", &refusal))?;
        }
        ("SENDER", None) => return Err(Problem::invalid("/email", "A sender has an address.")),
        _ => return Err(Problem::invalid("/type", "OWNER or SENDER.")),
    }
    let app = app(deps, http, &body.client_id, &body.secret, cx.now).await?;
    let app = app.ok_or_else(Problem::unauthorized)?;
    let (token, end) = issue(deps, &app, app.scopes.clone(), TOKEN_TTL, cx.now).await?;
    Ok(wire::one_span_token(&token, end))
}

/// Openapi's tokens: a user name with an API key, or a client app's id with its secret.
async fn openapi(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let unknown = || Problem::unauthorized().header("www-authenticate", "Basic realm=\"token\"");
    let (name, secret) = basic(http).ok().flatten().ok_or_else(unknown)?;
    let body: OpenapiBody = http.json()?;
    let caller = match ApiKey::parse(&secret) {
        Some(key) if ClientSecret::parse(&secret).is_none() => {
            let found = deps.access.by_key(&key).await?;
            found.filter(|it| is_let_in(it, http, cx.now))
        }
        _ => app(deps, http, &name, &secret, cx.now).await?,
    };
    let caller = caller.ok_or_else(unknown)?;
    let scopes = parse_scopes(&body.scopes, (&http.own_host(), caller.mode))?;
    if scopes.is_empty() {
        return Err(Problem::invalid("/scopes", "At least one scope."));
    }
    if !caller.scopes.include(&scopes) {
        return Err(Problem::new(403, "scope_not_held", "The key has not all of these scopes itself."));
    }
    let ttl = match body.ttl {
        Some(0) => return Err(Problem::invalid("/ttl", "At least one second.")),
        Some(seconds) => Duration::from_secs(seconds).min(TOKEN_TTL),
        None => TOKEN_TTL,
    };
    let (token, end) = issue(deps, &caller, scopes, ttl, cx.now).await?;
    Ok(wire::openapi_token(&token, end))
}

/// The client app of an id, if this is its secret and it lets anybody in.
async fn app(
    deps: &Deps,
    http: &HttpRequest,
    id: &str,
    secret: &str,
    now: Timestamp,
) -> Result<Option<Credential>, Problem> {
    let (Ok(id), Some(secret)) = (CredentialId::parse(id), ClientSecret::parse(secret)) else {
        return Ok(None);
    };
    let found = deps.access.get(CredentialKind::App, &id).await?;
    Ok(found.filter(|it| it.is_secret(&secret) && is_let_in(it, http, now)))
}

fn is_let_in(credential: &Credential, http: &HttpRequest, now: Timestamp) -> bool {
    credential.lets_in(http.origin().ip_address.parse().ok(), now)
}

/// Makes a token, and tells when it ends.
async fn issue(
    deps: &Deps,
    credential: &Credential,
    scopes: Scopes,
    ttl: Duration,
    now: Timestamp,
) -> Result<(Zeroizing<String>, Timestamp), Problem> {
    let issued_at = Timestamp::from_unix_ms(now.unix_seconds().saturating_mul(1000));
    let expires_at = issued_at.plus(ttl);
    let (kind, id, rotated_at) = (credential.kind, credential.id.clone(), credential.rotated_at);
    let claims = TokenClaims { kind, id, scopes, issued_at, expires_at, rotated_at };
    Ok((deps.tokens.issue(&claims, &mut system_rng()).await?, expires_at))
}

/// Name and secret of `Authorization: Basic` (RFC 7617), if the call has that header.
fn basic(http: &HttpRequest) -> Result<Option<Client>, OAuthError> {
    let Some(header) = http.header("authorization") else { return Ok(None) };
    let encoded = header.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let bytes = encoded.and_then(|(_, encoded)| STANDARD.decode(encoded.trim()).ok()).map(Zeroizing::new);
    let text = bytes.as_ref().and_then(|bytes| std::str::from_utf8(bytes).ok());
    let (name, secret) = text.and_then(|it| it.split_once(':')).ok_or(OAuthError::InvalidClient)?;
    Ok(Some((Zeroizing::new(name.to_owned()), Zeroizing::new(secret.to_owned()))))
}
