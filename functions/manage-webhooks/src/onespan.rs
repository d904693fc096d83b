//! `/callback`: the one subscription that an account of OneSpan has, and one for each connector.

use domain::TenantId;
use shared::edge::{HttpRequest, Invocation, Problem, Reply, system_rng};
use shared::store::{Auth, Credentials, Ed25519, PayloadFormat, SigningKey, StoreError, Webhook};

use crate::wire::{self, CallbackBody};
use crate::{Deps, parse, subscription};

/// Shows what is registered.
pub(crate) async fn read(deps: &Deps, http: &HttpRequest, tenant: &TenantId) -> Result<Reply, Problem> {
    let origin = origin_of(http)?;
    let webhook = registered(deps, tenant, &origin).await?;
    Ok(Reply::json(200, &wire::callback(webhook.as_ref())))
}

/// Registers an address in place of the one before. Without events nothing is told.
pub(crate) async fn register(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let body: CallbackBody = http.json()?;
    let origin = origin_of(http)?;
    let url = body.url.ok_or_else(|| Problem::invalid("/url", "The address of the endpoint."))?;
    let url = parse::url(url, "/url", deps.reach)?;
    let events = parse::events(body.events)?;
    let auth = match body.key.filter(|it| !it.is_empty()) {
        Some(key) => Auth::BasicKey { key: parse::secret(key, "/key")? },
        None => Auth::None,
    };
    let mut webhook = match registered(deps, tenant, &origin).await? {
        Some(webhook) => webhook,
        None => new(deps, tenant, &origin, cx).await?,
    };
    let mut credentials = deps.webhooks.credentials(&webhook)?;
    credentials.auth = auth;
    deps.webhooks.set_credentials(&mut webhook, &credentials)?;
    (webhook.url, webhook.events) = (url, events);
    (webhook.disabled, webhook.updated_at) = (None, cx.now);
    subscription::store_anew(deps, http, &webhook).await?;
    Ok(Reply::json(200, &wire::callback(Some(&webhook))))
}

async fn new(deps: &Deps, tenant: &TenantId, origin: &str, cx: &Invocation) -> Result<Webhook, Problem> {
    subscription::check_count(deps, tenant).await?;
    let id = Webhook::id_of_origin(tenant, origin).ok_or_else(Problem::not_found)?;
    let key = SigningKey::new(Ed25519::Absent, &mut system_rng());
    let (headers, keys) = (parse::no_headers(), vec![key]);
    let credentials = Credentials { auth: Auth::None, headers, keys, contact: None };
    let mut webhook = deps.webhooks.draft((tenant, id), String::new(), &credentials, cx.now)?;
    (webhook.format, webhook.origin) = (PayloadFormat::OneSpan, Some(origin.to_owned()));
    Ok(webhook)
}

async fn registered(deps: &Deps, tenant: &TenantId, origin: &str) -> Result<Option<Webhook>, Problem> {
    let id = Webhook::id_of_origin(tenant, origin).ok_or_else(Problem::not_found)?;
    match deps.webhooks.load(tenant, &id).await {
        Ok(webhook) => Ok(Some(webhook)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The connector that the path names; empty for the account's own.
fn origin_of(http: &HttpRequest) -> Result<String, Problem> {
    if http.route() == "/callback" {
        return Ok(String::new());
    }
    let origin = http.path_parameter("origin")?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let fits = (1..=MAX_ORIGIN_CHARS).contains(&origin.len()) && origin.bytes().all(is_plain);
    if fits { Ok(origin.to_owned()) } else { Err(Problem::not_found()) }
}

const MAX_ORIGIN_CHARS: usize = 64;
