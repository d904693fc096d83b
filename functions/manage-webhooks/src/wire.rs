//! Subscriptions and what was told, on the wire.

use std::collections::BTreeMap;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use shared::edge::json::or_default;
use shared::store::{
    Attempt, Auth, CallbackSigning, Credentials, Delivery, DeliveryState, EndpointHealth, Execution,
    SigningKey, Webhook,
};

/// The body of `POST /webhooks` and `PATCH /webhooks/{id}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookBody {
    pub(crate) url: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) events: Option<Vec<String>>,
    pub(crate) format: Option<String>,
    pub(crate) enabled: Option<bool>,
    pub(crate) auth: Option<AuthBody>,
    pub(crate) headers: Option<BTreeMap<String, String>>,
    pub(crate) ed25519: Option<bool>,
    pub(crate) contact: Option<ContactBody>,
}

/// Who is written to when an endpoint is called no more.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactBody {
    pub(crate) email: String,
    pub(crate) language: Option<String>,
}

/// The body of `POST /callbacks/signing`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SigningBody {
    pub(crate) ed25519: Option<bool>,
}

/// What an endpoint asks for; `type` says which of the others belong to it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AuthBody {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) key: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) token_url: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) client_secret: Option<String>,
    pub(crate) scope: Option<String>,
}

/// The body of `POST /callback`, as OneSpan's callers send it.
#[derive(Deserialize)]
pub(crate) struct CallbackBody {
    pub(crate) url: Option<String>,
    pub(crate) key: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) events: Vec<String>,
}

/// A subscription, as it is shown.
pub(crate) fn webhook(webhook: &Webhook, credentials: &Credentials, health: EndpointHealth) -> Value {
    let at = |instant: Option<Timestamp>| instant.map(Timestamp::to_openapi);
    let previous = credentials.keys.get(1).and_then(SigningKey::until);
    json!({
        "id": webhook.id.as_str(),
        "url": webhook.url,
        "description": webhook.description,
        "events": webhook.events,
        "format": webhook.format.as_str(),
        "origin": webhook.origin,
        "enabled": webhook.is_enabled(),
        "disabledAt": at(webhook.disabled.map(|(at, _)| at)),
        "disabledBy": webhook.disabled.map(|(_, by)| by.as_str()),
        "failingSince": at(health.failing_since),
        "auth": auth(&credentials.auth),
        "headers": credentials.headers.keys().map(|it| (it.clone(), json!(HIDDEN))).collect::<Map<_, _>>(),
        "ed25519": credentials.keys.first().and_then(public_key),
        "previousSecretUntil": at(previous),
        "contact": credentials.contact.as_ref().map(|it| json!({ "email": it.email, "language": it.language })),
        "createdAt": webhook.created_at.to_openapi(),
        "updatedAt": webhook.updated_at.to_openapi(),
    })
}

/// What signs the callbacks of requests; nothing, if it is none.
pub(crate) fn signing(signing: Option<&CallbackSigning>) -> Value {
    let keys = signing.map(|it| it.keys.as_slice()).unwrap_or_default();
    json!({
        "signed": signing.is_some(),
        "ed25519": keys.first().and_then(public_key),
        "previousSecretUntil": keys.get(1).and_then(SigningKey::until).map(Timestamp::to_openapi),
        "rotatedAt": signing.map(|it| it.rotated_at.to_openapi()),
    })
}

/// Adds the signing secret, which is shown this once.
pub(crate) fn show_secret(webhook: &mut Value, key: &SigningKey) {
    if let Some(members) = webhook.as_object_mut() {
        members.insert("secret".to_owned(), json!(format!("whsec_{}", STANDARD.encode(key.secret()))));
    }
}

/// OneSpan's answer about a callback; the key goes in and does not come out.
pub(crate) fn callback(webhook: Option<&Webhook>) -> Value {
    match webhook {
        Some(webhook) => json!({ "url": webhook.url, "key": null, "events": webhook.events }),
        None => json!({ "url": null, "key": null, "events": [] }),
    }
}

/// A delivery, with every attempt.
pub(crate) fn delivery(delivery: &Delivery) -> Value {
    let next = match delivery.state {
        DeliveryState::Waiting(at) => Some(at.to_openapi()),
        DeliveryState::Delivered | DeliveryState::Failed => None,
    };
    json!({
        "id": delivery.about.id.as_str(),
        "event": delivery.about.event,
        "type": delivery.about.event_type,
        "state": delivery.state.as_str(),
        "createdAt": delivery.created_at.to_openapi(),
        "nextAttemptAt": next,
        "attempts": delivery.attempts.iter().map(attempt).collect::<Vec<_>>(),
    })
}

/// One time that a request's callback was called.
pub(crate) fn execution(execution: &Execution) -> Value {
    json!({
        "id": execution.id,
        "createdAt": execution.at.to_openapi(),
        "requestId": execution.request.as_str(),
        "event": execution.event,
        "sequence": execution.seq,
        "method": execution.method,
        "url": execution.url,
        "attempt": execution.attempt,
        "status": execution.status,
        "durationMs": execution.duration_ms,
        "error": execution.error,
        "success": execution.is_taken(),
    })
}

fn attempt(attempt: &Attempt) -> Value {
    json!({
        "at": Timestamp::from_unix_ms(attempt.at).to_openapi(),
        "status": attempt.status,
        "durationMs": attempt.duration_ms,
        "error": attempt.error,
    })
}

fn auth(auth: &Auth) -> Value {
    match auth {
        Auth::None => json!({ "type": "none" }),
        Auth::BasicKey { .. } => json!({ "type": "basic", "key": HIDDEN }),
        Auth::Basic { username, .. } => json!({ "type": "basic", "username": username, "password": HIDDEN }),
        Auth::OAuth2 { token_url, client_id, scope, .. } => json!({
            "type": "oauth2",
            "tokenUrl": token_url,
            "clientId": client_id,
            "clientSecret": HIDDEN,
            "scope": scope,
        }),
    }
}

/// The public half of an Ed25519 key.
fn public_key(key: &SigningKey) -> Option<String> {
    let pair = Ed25519KeyPair::from_seed_unchecked(&key.seed()?).ok()?;
    Some(format!("whpk_{}", STANDARD.encode(pair.public_key())))
}

/// In place of what only goes in.
const HIDDEN: &str = "***";
