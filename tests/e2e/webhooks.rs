//! Integrators subscribe to events, and find the same events in the feed.

mod auth;
mod events;
mod failing;
mod hanging;
mod lists;
mod onespan;

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};
use standardwebhooks::Webhook as Verifier;
use tests::{Answer, CONTRACT, Door, Endpoint, Received, ada, grace};

/// Subscribes an endpoint, and gives the subscription with its secret.
async fn subscribe(door: &Door, endpoint: &Endpoint, more: Value) -> Value {
    let mut body = json!({ "url": endpoint.url() });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    door.post("/webhooks", &body).await.expect(201).json()["data"].clone()
}

async fn patch(door: &Door, webhook: &Value, body: &Value) -> Answer {
    let path = format!("/webhooks/{}", webhook["id"].as_str().unwrap());
    door.call(Method::PATCH, &path, Some(body)).await
}

/// The log of a subscription.
async fn deliveries(door: &Door, webhook: &Value, query: &str) -> Vec<Value> {
    let path = format!("/webhooks/{}/deliveries{query}", webhook["id"].as_str().unwrap());
    door.get(&path).await.expect(200).json()["data"].as_array().unwrap().clone()
}

/// Checks a message with a library of the standard's own authors. They read the system's clock, so the stage's
/// must not have been moved.
pub(crate) fn verify(secret: &str, received: &Received) -> bool {
    let mut headers = http::HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let name = http::HeaderName::from_static(name);
        headers.insert(name.clone(), received.headers[name.as_str()].parse().unwrap());
    }
    Verifier::new(secret).unwrap().verify(received.body.as_bytes(), &headers).is_ok()
}

fn types(received: &[Received]) -> Vec<String> {
    let mut told: Vec<Value> = received.iter().map(Received::json).collect();
    told.sort_by_key(|it| it["sequence"].as_u64());
    told.iter().map(|it| it["type"].as_str().unwrap().to_owned()).collect()
}

async fn feed(door: &Door, query: &str) -> Value {
    door.get(&format!("/events{query}")).await.expect(200).json()
}

#[tokio::test]
async fn a_subscription_is_told_everything_signed_and_without_a_person_s_data() {
    let door = Door::open().await;
    let endpoint = Endpoint::willing().await;
    let webhook = subscribe(&door, &endpoint, json!({})).await;
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    ceremony.sign_all().await;
    door.settle().await;
    let got = endpoint.got();
    let told = types(&got);
    for name in [
        "request.created",
        "document.accepted",
        "request.sent",
        "signer.notified",
        "document.viewed",
        "signer.otp_sent",
        "document.signed",
        "signer.completed",
        "request.completed",
        "request.downloadable",
    ] {
        assert!(told.contains(&name.to_owned()), "{name} is not in {told:?}");
    }
    let secret = webhook["secret"].as_str().unwrap();
    let mut sequences = Vec::new();
    for message in &got {
        assert!(verify(secret, message), "{}", message.body);
        assert!(message.body.len() < 20_000);
        for personal in ["Ada", "Lovelace", "Grace", "example.com", "example.org", "agreement"] {
            assert!(!message.body.contains(personal), "{personal} in {}", message.body);
        }
        let event = message.json();
        assert_eq!(event["id"], message.headers["webhook-id"]);
        assert_eq!(event["data"]["request"]["id"], ceremony.id);
        assert!(!message.headers["webhook-id"].contains('.'));
        sequences.push(event["sequence"].as_u64().unwrap());
    }
    sequences.sort_unstable();
    let all: Vec<u64> = (1..=u64::try_from(got.len()).unwrap()).collect();
    assert_eq!(sequences, all, "no gap, and nothing twice");
    let last = got.iter().map(Received::json).find(|it| it["type"] == "request.completed").unwrap();
    assert_eq!(last["data"]["request"]["state"], "DONE");
    let first = got.iter().map(Received::json).find(|it| it["type"] == "request.created").unwrap();
    assert_eq!(first["data"]["request"]["state"], "WAIT_VALIDATION", "the state that the move led to");
}

#[tokio::test]
async fn a_message_stays_small_however_many_sign() {
    let door = Door::open().await;
    let endpoint = Endpoint::willing().await;
    subscribe(&door, &endpoint, json!({ "events": ["request.sent"] })).await;
    let mut body = tests::body(CONTRACT, &[]);
    let signer = |number: usize| {
        json!({
            "name": "Ada", "surname": "Lovelace", "email": format!("ada{number}@example.com"),
            "authentication": ["email"], "signatures": [{ "page": 1, "x": "50", "y": (20 + number).to_string() }],
        })
    };
    body["signers"] = (0..50).map(signer).collect();
    let _taken = door.post("/EU-SES", &body).await.expect(200);
    door.settle().await;
    let got = endpoint.got();
    assert_eq!(got[0].json()["data"]["request"]["signers"].as_array().unwrap().len(), 50);
    assert!(got[0].body.len() < 20_000, "{} bytes", got[0].body.len());
}

#[tokio::test]
async fn the_feed_has_the_same_payloads_in_one_order_for_whoever_asks() {
    let door = Door::open().await;
    let endpoint = Endpoint::willing().await;
    subscribe(&door, &endpoint, json!({})).await;
    for _ in 0..2 {
        door.request(CONTRACT, &[ada()]).await.sign_all().await;
    }
    door.settle().await;
    let whole = feed(&door, "").await;
    let events = whole["data"].as_array().unwrap().clone();
    let mut told: Vec<Value> = endpoint.got().iter().map(Received::json).collect();
    assert_eq!(events.len(), told.len());
    for event in &events {
        let place = told.iter().position(|it| it == event).expect("the payload that was sent");
        told.remove(place);
        let one = door.get(&format!("/events/{}", event["id"].as_str().unwrap())).await.expect(200).json();
        assert_eq!(one["data"], *event);
    }
    let mut of_each: BTreeMap<String, u64> = BTreeMap::new();
    for event in &events {
        let request = event["data"]["request"]["id"].as_str().unwrap().to_owned();
        let before = of_each.insert(request, event["sequence"].as_u64().unwrap()).unwrap_or(0);
        assert_eq!(event["sequence"], before + 1, "each request's events stand in their order");
    }
    let mut by_pieces = Vec::new();
    let mut after = String::new();
    loop {
        let piece = feed(&door, &format!("?after={after}&limit=3")).await;
        let found = piece["data"].as_array().unwrap().clone();
        if found.is_empty() {
            assert_eq!(piece["next"], after, "whoever asks again later goes on from here");
            break;
        }
        after = piece["next"].as_str().unwrap().to_owned();
        by_pieces.extend(found);
    }
    assert_eq!(by_pieces, events);
    for path in ["/events?after=x", "/events?limit=0", "/events?limit=101"] {
        assert_eq!(door.get(path).await.status, 400, "{path}");
    }
    for path in ["/events/evt_6564a1b2c3d4e5f607182930_1", "/events/nothing"] {
        assert_eq!(door.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_feed_forgets_after_90_days() {
    let door = Door::open().await;
    door.request(CONTRACT, &[ada()]).await;
    let event = feed(&door, "").await["data"][0]["id"].as_str().unwrap().to_owned();
    door.cloud.clock().shift(90 * 24 * 3600 * 1000 - 60_000);
    assert_ne!(feed(&door, "").await["data"], json!([]));
    door.cloud.clock().shift(60_000);
    assert_eq!(feed(&door, "").await["data"], json!([]));
    assert_eq!(door.get(&format!("/events/{event}")).await.status, 404);
}

#[tokio::test]
async fn a_subscription_hears_what_it_names_and_nothing_while_it_is_off() {
    let door = Door::open().await;
    let (endpoint, silent) = (Endpoint::willing().await, Endpoint::willing().await);
    let names = json!(["request.sent", "PACKAGE_COMPLETE"]);
    let webhook = subscribe(&door, &endpoint, json!({ "events": names, "description": "orders" })).await;
    subscribe(&door, &silent, json!({ "enabled": false })).await;
    door.request(CONTRACT, &[ada()]).await.sign_all().await;
    assert_eq!(types(&endpoint.got()), ["request.sent", "request.completed"]);
    assert!(silent.got().is_empty());
    let _taken = patch(&door, &webhook, &json!({ "events": [] })).await.expect(200);
    door.request(CONTRACT, &[ada()]).await;
    assert_eq!(endpoint.got().len(), 2);
    let path = format!("/webhooks/{}", webhook["id"].as_str().unwrap());
    let shown = door.get(&path).await.expect(200).json()["data"].clone();
    assert_eq!((&shown["description"], &shown["events"]), (&json!("orders"), &json!([])));
    let _taken = door.call(Method::DELETE, &path, None).await.expect(200);
    assert_eq!(door.get(&path).await.status, 404);
    assert_eq!(door.get("/webhooks").await.expect(200).json()["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_happens_to_a_draft_is_told_in_its_order() {
    let door = Door::open().await;
    let endpoint = Endpoint::willing().await;
    subscribe(&door, &endpoint, json!({})).await;
    let mut body = tests::body(CONTRACT, &[ada()]);
    body["draft"] = json!(true);
    let id = door.post("/EU-SES", &body).await.expect(200).text("/data/id");
    door.settle().await;
    assert_eq!(types(&endpoint.got()), ["request.created", "document.accepted"]);
    for action in ["activate", "deactivate", "trash", "restore", "activate", "cancel", "archive"] {
        let _taken = door.post(&format!("/signatures/{id}/{action}"), &json!({})).await.expect(200);
        door.settle().await;
    }
    let told = types(&endpoint.got());
    let moves: Vec<&String> = told.iter().filter(|it| it.starts_with("request.")).collect();
    assert_eq!(
        moves,
        [
            "request.created",
            "request.sent",
            "request.recalled_to_draft",
            "request.trashed",
            "request.restored",
            "request.sent",
            "request.cancelled",
            "request.archived",
        ]
    );
}

#[tokio::test]
async fn two_secrets_sign_for_a_day_after_a_rotation_and_an_ed25519_key_beside_them() {
    let door = Door::open().await;
    let endpoint = Endpoint::willing().await;
    let webhook = subscribe(&door, &endpoint, json!({ "ed25519": true })).await;
    let path = |action: &str| format!("/webhooks/{}/{action}", webhook["id"].as_str().unwrap());
    let test = async || {
        let _taken = door.post(&path("test"), &json!({})).await.expect(202);
        door.settle().await;
        endpoint.got().last().unwrap().clone()
    };
    let first = test().await;
    assert_eq!(first.event_type(), "webhook.test");
    let old = webhook["secret"].as_str().unwrap();
    assert!(verify(old, &first));
    assert!(has_ed25519(&webhook, &first));
    let rotated = door.post(&path("rotate-secret"), &json!({})).await.expect(200).json()["data"].clone();
    let new = rotated["secret"].as_str().unwrap();
    assert_ne!(old, new);
    let second = test().await;
    assert!(verify(old, &second) && verify(new, &second) && !verify(new, &first));
    assert!(has_ed25519(&rotated, &second) && has_ed25519(&webhook, &second));
    let at = rotated["previousSecretUntil"].as_str().unwrap();
    assert!(!at.is_empty());
    door.cloud.clock().shift(24 * 3600 * 1000);
    let third = test().await;
    assert_eq!(third.headers["webhook-signature"].split(' ').filter(|it| it.starts_with("v1,")).count(), 1);
}

/// Whether one of the signatures is of the Ed25519 key that a subscription shows.
fn has_ed25519(webhook: &Value, received: &Received) -> bool {
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let public = webhook["ed25519"].as_str().unwrap().strip_prefix("whpk_").unwrap();
    let public = UnparsedPublicKey::new(&ED25519, STANDARD.decode(public).unwrap());
    let (id, at) = (&received.headers["webhook-id"], &received.headers["webhook-timestamp"]);
    let signed = format!("{id}.{at}.{}", received.body);
    let signatures = received.headers["webhook-signature"].split(' ');
    let mut of_kind = signatures.filter_map(|it| it.strip_prefix("v1a,"));
    of_kind.any(|it| public.verify(signed.as_bytes(), &STANDARD.decode(it).unwrap()).is_ok())
}

#[tokio::test]
async fn what_cannot_be_subscribed_is_refused_with_a_pointer() {
    let door = Door::open().await;
    let fine = "https://app.example.com/hook";
    for (body, pointer) in [
        (json!({}), "/url"),
        (json!({ "url": "https://10.0.0.1/" }), "/url"),
        (json!({ "url": "ftp://example.com/" }), "/url"),
        (json!({ "url": fine, "events": ["request.done"] }), "/events/0"),
        (json!({ "url": fine, "format": "xml" }), "/format"),
        (json!({ "url": fine, "headers": { "Host": "a" } }), "/headers/Host"),
        (json!({ "url": fine, "headers": { "webhook-id": "a" } }), "/headers/webhook-id"),
        (json!({ "url": fine, "auth": { "type": "basic", "username": "a" } }), "/auth"),
        (
            json!({ "url": fine, "auth": { "type": "basic", "username": "a:b", "password": "c" } }),
            "/auth/username",
        ),
        (
            json!({ "url": fine, "auth": {
                "type": "oauth2", "tokenUrl": "http://169.254.169.254/", "clientId": "a", "clientSecret": "b"
            } }),
            "/auth/tokenUrl",
        ),
        (json!({ "url": fine, "colour": "red" }), "/colour"),
    ] {
        let answer = door.post("/webhooks", &body).await.expect(422);
        let found = answer.text("/errors/0/pointer");
        assert!(found == pointer || found.is_empty() && pointer == "/colour", "{body}: {found}");
    }
    for count in 0..50 {
        let body = json!({ "url": format!("{fine}/{count}") });
        let _taken = door.post("/webhooks", &body).await.expect(201);
    }
    assert_eq!(door.post("/webhooks", &json!({ "url": fine })).await.text("/code"), "too_many_webhooks");
}
