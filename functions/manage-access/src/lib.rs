//! `/access`: a tenant's API keys and client apps.
//!
//! Invoked by an operator instead of the gateway, with `{"tenant": .., "displayName": ..}`, it makes the first key
//! of a tenant: who may do that is for the account's own permissions to say.
//!
//! **Invariant:** nobody gives what they do not have: scopes beyond the caller's own, a live key for a test one.

mod bounds;
mod grant;
mod wire;

use domain::TenantId;
use domain::access::{ApiKey, ClientSecret, Mode, Scopes};
use domain::value::CredentialId;
use serde_json::{Value, json};
use shared::BoxError;
use shared::edge::{
    Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply, system_rng, view,
};
use shared::store::{Access, Credential, CredentialChange, CredentialKind, Rounds};

use bounds::Bounds;
use grant::Grantor;
use wire::{ChangeBody, CreateBody, FirstKey};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    access: Access,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let access = supply.access()?;
    let http = Handler::of_http(Deps { access: access.clone() }, |deps, event, cx| {
        Box::pin(handle(deps, event, cx))
    });
    let first = Handler::of_events(Deps { access }, |deps, event, cx| Box::pin(begin(deps, event, cx)));
    Ok(Handler::of_both(http.behind(supply.admission().await?), first))
}

/// Lists, makes, shows, changes and revokes keys and client apps.
///
/// # Errors
///
/// [`Problem`] 404 for what is unknown, 403 for more than the caller has, 422 with a pointer for what cannot be
/// had, 409 for one too many.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let kind =
        if http.route().starts_with("/access/keys") { CredentialKind::Key } else { CredentialKind::App };
    let bounds = bounds(deps, &http).await?;
    let grantor = Grantor { tenant: http.tenant()?, scopes: http.scopes(), bounds, host: http.own_host() };
    match (http.route().rsplit('/').next(), http.method().as_str()) {
        (Some("keys" | "client-apps"), "POST") => create(deps, &http, &grantor, kind, cx).await,
        (Some("keys" | "client-apps"), _) => list(deps, &grantor, kind).await,
        (Some("rotate-secret"), _) => rotate(deps, &http, &grantor, cx).await,
        (_, "PATCH") => change(deps, &http, &grantor, kind, cx).await,
        (_, "DELETE") => revoke(deps, &http, &grantor, kind).await,
        _ => {
            let found = find(deps, &http, &grantor, kind).await?;
            Ok(tagged(200, ("", &wire::credential(&found)), &found))
        }
    }
}

/// What bounds the credential that a call was made with, whether it was shown itself or by a token.
async fn bounds(deps: &Deps, http: &HttpRequest) -> Result<Bounds, Problem> {
    let named = http.authorized("credential").and_then(|it| it.split_once(':'));
    let named =
        named.and_then(|(kind, id)| Some((CredentialKind::parse(kind)?, CredentialId::parse(id).ok()?)));
    let (kind, id) = named.ok_or_else(Problem::unauthorized)?;
    deps.access.get(kind, &id).await?.as_ref().map(Bounds::of).ok_or_else(Problem::unauthorized)
}

async fn list(deps: &Deps, grantor: &Grantor, kind: CredentialKind) -> Result<Reply, Problem> {
    let all = deps.access.list(&grantor.tenant, kind).await?;
    let rows: Vec<Value> = all.iter().filter(|it| grantor.sees(it)).map(wire::credential).collect();
    Ok(Reply::json(200, &view::envelope("", &json!(rows))))
}

async fn create(
    deps: &Deps,
    http: &HttpRequest,
    grantor: &Grantor,
    kind: CredentialKind,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let body: CreateBody = http.json()?;
    let new = grantor.create(body, http.authorized("display_name").unwrap_or_default(), cx.now)?;
    let mut rng = cx.rng("credential");
    let (credential, member, secret) = match kind {
        CredentialKind::App => {
            let secret = ClientSecret::new(new.mode, &mut rng);
            (new.of_app(&secret, cx.now, &mut rng), "secret", secret.expose().to_owned())
        }
        CredentialKind::Key => {
            let key = ApiKey::new(new.mode, &mut rng);
            (new.of_key(&key, cx.now), "key", key.expose().to_owned())
        }
    };
    let created = |it: &Credential| tagged(201, ("Created", &with_secret(it, member, &secret)), it);
    if http.resource().is_some() {
        // An earlier attempt at the same call may have died after it made this very credential.
        let left = deps.access.get(kind, &credential.id).await?;
        if let Some(left) = left.filter(|it| it.is_same(&credential)) {
            return Ok(created(&left));
        }
    }
    if deps.access.list(&grantor.tenant, kind).await?.len() >= MAX_CREDENTIALS {
        let detail = format!("There are {MAX_CREDENTIALS} already: revoke one that is not used.");
        return Err(Problem::new(409, "too_many_credentials", detail));
    }
    if !deps.access.add(&credential).await? {
        return Err(Problem::unavailable("two credentials have the same name"));
    }
    Ok(created(&credential))
}

async fn change(
    deps: &Deps,
    http: &HttpRequest,
    grantor: &Grantor,
    kind: CredentialKind,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let mut rounds = Rounds::default();
    loop {
        let found = find(deps, http, grantor, kind).await?;
        http.check_if_match(Some(&etag(&found)))?;
        let change = grantor.change(&found, http.json::<ChangeBody>()?, cx.now)?;
        if let Some(changed) = deps.access.change(&found, &change).await? {
            return Ok(tagged(200, ("Changed", &wire::credential(&changed)), &changed));
        }
        again(&mut rounds).await?;
    }
}

/// Another secret in place of the one before, which is nothing from now on, as are its tokens.
async fn rotate(
    deps: &Deps,
    http: &HttpRequest,
    grantor: &Grantor,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let mut rounds = Rounds::default();
    loop {
        let found = find(deps, http, grantor, CredentialKind::App).await?;
        grantor.check_reach(&found)?;
        let secret = ClientSecret::new(found.mode, &mut cx.rng("secret"));
        let rotated =
            |it: &Credential| tagged(200, ("Changed", &with_secret(it, "secret", secret.expose())), it);
        // An earlier attempt at the same call may have died after it gave the app this very secret.
        if found.is_secret(&secret) {
            return Ok(rotated(&found));
        }
        http.check_if_match(Some(&etag(&found)))?;
        let change =
            CredentialChange { secret: Some((secret.clone(), cx.now)), ..CredentialChange::default() };
        if let Some(changed) = deps.access.change(&found, &change).await? {
            return Ok(rotated(&changed));
        }
        again(&mut rounds).await?;
    }
}

async fn revoke(
    deps: &Deps,
    http: &HttpRequest,
    grantor: &Grantor,
    kind: CredentialKind,
) -> Result<Reply, Problem> {
    let mut rounds = Rounds::default();
    loop {
        let found = find(deps, http, grantor, kind).await?;
        http.check_if_match(Some(&etag(&found)))?;
        if deps.access.revoke(&found).await? {
            return Ok(Reply::json(200, &view::envelope("Deleted", &json!({ "id": found.id.as_str() }))));
        }
        again(&mut rounds).await?;
    }
}

/// Someone else changed the credential since it was loaded: it is looked at again, unless that happened too often.
async fn again(rounds: &mut Rounds) -> Result<(), Problem> {
    if rounds.again().await { Ok(()) } else { Err(Problem::unavailable("a credential is being changed")) }
}

/// The credential that the path names, if the caller may know of it.
async fn find(
    deps: &Deps,
    http: &HttpRequest,
    grantor: &Grantor,
    kind: CredentialKind,
) -> Result<Credential, Problem> {
    let id = CredentialId::parse(http.path_parameter("id")?).map_err(|_| Problem::not_found())?;
    let found = deps.access.get(kind, &id).await?;
    found.filter(|it| grantor.sees(it)).ok_or_else(Problem::not_found)
}

/// Makes a key that may do everything, for a tenant that has none by which it could make one.
///
/// # Errors
///
/// [`BoxError`] for a name that no tenant can have, for a tenant with a key that works, or when the table is away.
pub async fn begin(deps: &Deps, event: FirstKey, cx: &Invocation) -> Result<Value, BoxError> {
    let tenant = TenantId::parse(&event.tenant).ok().filter(|it| it.mode() == Mode::Live);
    let tenant = tenant.ok_or("tenant: 1 to 32 lower-case letters, digits and hyphens")?;
    let grantor =
        Grantor { tenant, scopes: Scopes::everything(), bounds: Bounds::default(), host: String::new() };
    let new = grantor.first(&event).ok_or("displayName: 1 to 100 characters; environment: live or test")?;
    if deps.access.list(&grantor.tenant, CredentialKind::Key).await?.iter().any(|it| it.is_live(cx.now)) {
        return Err("tenant: it has a key; it makes others by POST /access/keys".into());
    }
    let key = ApiKey::new(new.mode, &mut system_rng());
    let credential = new.of_key(&key, cx.now);
    if !deps.access.add(&credential).await? {
        return Err("two credentials have the same name".into());
    }
    Ok(with_secret(&credential, "key", key.expose()))
}

/// A credential as the API shows it, without its secret.
#[must_use]
pub fn shown(credential: &Credential) -> Value {
    wire::credential(credential)
}

/// An answer about a credential, with its version.
fn tagged(status: u16, (message, shown): (&str, &Value), credential: &Credential) -> Reply {
    Reply::json(status, &view::envelope(message, shown)).header("etag", etag(credential))
}

/// The version of a credential: its use changes nothing of it.
fn etag(credential: &Credential) -> String {
    let mut shown = wire::credential(credential);
    if let Some(shown) = shown.as_object_mut() {
        shown.remove("lastUsedAt");
    }
    view::etag_of(&shown)
}

/// A credential with its secret: shown now and never again.
fn with_secret(credential: &Credential, member: &str, secret: &str) -> Value {
    let mut shown = wire::credential(credential);
    if let Some(shown) = shown.as_object_mut() {
        shown.insert(member.to_owned(), secret.into());
    }
    shown
}

/// A tenant's keys, and its client apps, are listed in one answer.
const MAX_CREDENTIALS: usize = 100;
