//! `/webhooks`.

use domain::TenantId;
use domain::value::WebhookId;
use serde_json::{Value, json};
use shared::edge::{HttpRequest, Invocation, Problem, Reply, view};
use shared::store::{
    Auth, Callee, Credentials, DisabledBy, Ed25519, PayloadFormat, Rounds, SigningKey, StoreError, Webhook,
};

use crate::wire::{self, WebhookBody};
use crate::{Deps, changed_meanwhile, named, parse};

pub(crate) async fn list(deps: &Deps, tenant: &TenantId) -> Result<Reply, Problem> {
    let mut shown = Vec::new();
    for webhook in deps.webhooks.list(tenant).await? {
        shown.push(view_of(deps, &webhook).await?);
    }
    Ok(Reply::json(200, &view::envelope("", &json!(shown))))
}

pub(crate) async fn read(deps: &Deps, http: &HttpRequest, tenant: &TenantId) -> Result<Reply, Problem> {
    let webhook = named(deps, http, tenant).await?;
    let reply = Reply::json(200, &view::envelope("", &view_of(deps, &webhook).await?));
    Ok(reply.header("etag", etag(webhook.version)))
}

pub(crate) async fn create(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let body: WebhookBody = http.json()?;
    let url = body.url.clone().ok_or_else(|| Problem::invalid("/url", "The address of the endpoint."))?;
    let wants_ed25519 = ed25519(body.ed25519.unwrap_or(false));
    let mut rng = cx.rng("webhook");
    let key = SigningKey::new(wants_ed25519, &mut rng);
    let id = WebhookId::new(&mut rng);
    if http.resource().is_some() {
        // An earlier attempt at the same call may have died after it made this very subscription.
        match deps.webhooks.load(tenant, &id).await {
            Ok(left) => return created(deps, &left, &key, left.version).await,
            Err(StoreError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    check_count(deps, tenant).await?;
    let (headers, keys) = (parse::no_headers(), vec![key.clone()]);
    let credentials = Credentials { auth: Auth::None, headers, keys, contact: None };
    let mut webhook = deps.webhooks.draft((tenant, id), url, &credentials, cx.now)?;
    apply(deps, http, &mut webhook, body, cx)?;
    store(deps, http, &webhook).await?;
    created(deps, &webhook, &key, webhook.version + 1).await
}

async fn created(deps: &Deps, webhook: &Webhook, key: &SigningKey, version: u64) -> Result<Reply, Problem> {
    let mut shown = view_of(deps, webhook).await?;
    wire::show_secret(&mut shown, key);
    Ok(Reply::json(201, &view::envelope("Created", &shown)).header("etag", etag(version)))
}

pub(crate) async fn change(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let body: WebhookBody = http.json()?;
    let mut webhook = named(deps, http, tenant).await?;
    http.check_if_match(Some(&etag(webhook.version)))?;
    let (was_enabled, url) = (webhook.is_enabled(), webhook.url.clone());
    apply(deps, http, &mut webhook, body, cx)?;
    if webhook.is_enabled() && (!was_enabled || webhook.url != url) {
        store_anew(deps, http, &webhook).await?;
    } else {
        store(deps, http, &webhook).await?;
    }
    let reply = Reply::json(200, &view::envelope("Changed", &view_of(deps, &webhook).await?));
    Ok(reply.header("etag", etag(webhook.version + 1)))
}

pub(crate) async fn delete(deps: &Deps, http: &HttpRequest, tenant: &TenantId) -> Result<Reply, Problem> {
    let mut rounds = Rounds::default();
    loop {
        let webhook = named(deps, http, tenant).await?;
        http.check_if_match(Some(&etag(webhook.version)))?;
        if deps.webhooks.delete(&webhook).await? {
            return Ok(Reply::json(200, &view::envelope("Deleted", &json!({ "id": webhook.id.as_str() }))));
        }
        if !rounds.again().await {
            return Err(changed_meanwhile(http, "the subscription"));
        }
    }
}

/// Another signing key; the one before signs beside it for a day, so that receivers have time to change.
pub(crate) async fn rotate(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let mut webhook = named(deps, http, tenant).await?;
    let mut credentials = deps.webhooks.credentials(&webhook)?;
    let has_ed25519 = credentials.keys.first().is_some_and(|it| it.seed().is_some());
    let key = SigningKey::new(ed25519(has_ed25519), &mut cx.rng("secret"));
    // An earlier attempt at the same call may have died after it stored this very secret.
    if !key.is_first_of(&credentials.keys) {
        http.check_if_match(Some(&etag(webhook.version)))?;
        key.clone().take_over(&mut credentials.keys, cx.now);
        deps.webhooks.set_credentials(&mut webhook, &credentials)?;
        webhook.updated_at = cx.now;
        store(deps, http, &webhook).await?;
        webhook.version += 1;
    }
    let mut shown = view_of(deps, &webhook).await?;
    wire::show_secret(&mut shown, &key);
    Ok(Reply::json(200, &view::envelope("Rotated", &shown)).header("etag", etag(webhook.version)))
}

/// Names a version of a subscription.
fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// There is room for one subscription more.
pub(crate) async fn check_count(deps: &Deps, tenant: &TenantId) -> Result<(), Problem> {
    if deps.webhooks.list(tenant).await?.len() >= MAX_WEBHOOKS {
        let detail = format!("There are {MAX_WEBHOOKS} subscriptions already: delete one that is not used.");
        return Err(Problem::new(409, "too_many_webhooks", detail));
    }
    Ok(())
}

/// Stores a subscription as it was loaded and changed.
async fn store(deps: &Deps, http: &HttpRequest, webhook: &Webhook) -> Result<(), Problem> {
    let is_stored = deps.webhooks.put(webhook).await?;
    if is_stored { Ok(()) } else { Err(changed_meanwhile(http, "the subscription")) }
}

/// Stores a subscription whose endpoint begins anew: how it was before says nothing of how it is from now on.
pub(crate) async fn store_anew(deps: &Deps, http: &HttpRequest, webhook: &Webhook) -> Result<(), Problem> {
    store(deps, http, webhook).await?;
    Ok(deps.health.note_success(&Callee::webhook(&webhook.tenant, &webhook.id)).await?)
}

/// Applies what a body says; what it does not say stays.
fn apply(
    deps: &Deps,
    http: &HttpRequest,
    webhook: &mut Webhook,
    body: WebhookBody,
    cx: &Invocation,
) -> Result<(), Problem> {
    let mut credentials = deps.webhooks.credentials(webhook)?;
    if let Some(url) = body.url {
        let url = parse::url(url, "/url", deps.reach)?;
        if origin(&url) != origin(&webhook.url) {
            check_told_again(&credentials, body.auth.is_some(), body.headers.is_some())?;
        }
        webhook.url = url;
    }
    if let Some(text) = body.description {
        webhook.description = parse::description(&text)?;
    }
    if let Some(events) = body.events {
        webhook.events = parse::events(events)?;
    }
    if let Some(format) = body.format {
        webhook.format = PayloadFormat::parse(&format)
            .ok_or_else(|| Problem::invalid("/format", "paraphe or onespan."))?;
    }
    match body.enabled {
        Some(true) => webhook.disabled = None,
        Some(false) if webhook.is_enabled() => webhook.disabled = Some((cx.now, DisabledBy::Owner)),
        Some(false) | None => {}
    }
    if let Some(auth) = body.auth {
        credentials.auth = parse::auth(auth, deps.reach)?;
    }
    if let Some(headers) = body.headers {
        credentials.headers = parse::headers(headers)?;
    }
    if let Some(contact) = body.contact {
        credentials.contact = parse::contact(&contact, http)?;
    }
    let has_ed25519 = credentials.keys.first().is_some_and(|it| it.seed().is_some());
    if body.ed25519.is_some_and(|it| it != has_ed25519) {
        let detail = "Whether there is an Ed25519 key is said when the subscription is made.";
        return Err(Problem::invalid("/ed25519", detail));
    }
    deps.webhooks.set_credentials(webhook, &credentials)?;
    webhook.updated_at = cx.now;
    Ok(())
}

/// Scheme, host and port of an address, as it is written.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end =
        url.get(host..).and_then(|rest| rest.find(['/', '?', '#', '\\'])).map_or(url.len(), |at| host + at);
    url.get(..end).unwrap_or(url)
}

/// What opened one endpoint is not sent to another by who cannot read it: it is said again, or given up.
fn check_told_again(credentials: &Credentials, has_auth: bool, has_headers: bool) -> Result<(), Problem> {
    let detail = "The address leads to another host: say again what opens it, or that nothing does.";
    if !matches!(credentials.auth, Auth::None) && !has_auth {
        return Err(Problem::invalid("/auth", detail));
    }
    if !credentials.headers.is_empty() && !has_headers {
        return Err(Problem::invalid("/headers", detail));
    }
    Ok(())
}

async fn view_of(deps: &Deps, webhook: &Webhook) -> Result<Value, Problem> {
    let health = deps.health.of(&webhook.tenant, &webhook.id).await?;
    Ok(wire::webhook(webhook, &deps.webhooks.credentials(webhook)?, health))
}

pub(crate) const fn ed25519(is_wanted: bool) -> Ed25519 {
    if is_wanted { Ed25519::Beside } else { Ed25519::Absent }
}

/// A tenant's subscriptions are looked at for each event.
const MAX_WEBHOOKS: usize = 50;
