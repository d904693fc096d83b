//! Calls under a name whose first attempt died, at any point: what they make is made once, and they tell what it is.

use std::time::Duration;

use local::Crash;
use serde_json::{Value, json};
use tests::{Door, Endpoint};

use super::named;

async fn listed(door: &Door, path: &str) -> usize {
    door.get(path).await.expect(200).json()["data"].as_array().unwrap().len()
}

/// Dies before and after each call with an effect, and calls again; `judge` looks at what the second call said.
async fn wherever_it_dies(
    path: &str,
    body: &Value,
    prepare: impl AsyncFn(&Door) -> (),
    judge: impl AsyncFn(&Door, &Value, String) -> (),
) -> usize {
    let mut deaths = 0;
    for (number, side) in (1..).flat_map(|it| [(it, Crash::Before), (it, Crash::After)]) {
        assert!(number <= MOST_EFFECTS, "the call has no end");
        let door = Door::open().await;
        prepare(&door).await;
        let key = door.cloud.api_key().unwrap();
        door.cloud.crash_at(number, side);
        let first = named(&door, &key, path, "order-42", body).await;
        if !door.cloud.has_crashed() {
            assert!(first.status < 300, "{}", first.json());
            break;
        }
        deaths += 1;
        let door = door.restart().await;
        // Longer than any function may work.
        door.advance(Duration::from_secs(91)).await;
        let again = named(&door, &key, path, "order-42", body).await;
        assert!(again.status < 300, "call {number}, {side:?}: {}", again.json());
        judge(&door, &again.json()["data"], format!("call {number}, {side:?}")).await;
    }
    deaths
}

/// More than any of these calls has.
const MOST_EFFECTS: u64 = 40;

#[tokio::test]
async fn a_key_is_made_once_and_told_wherever_the_call_died() {
    let body = json!({ "name": "A key", "scopes": ["signatures:read"] });
    let judge = async |door: &Door, made: &Value, at: String| {
        assert_eq!(listed(door, "/access/keys").await, 2, "the demo's and one: {at}");
        let works = door.call_as(made["key"].as_str().unwrap(), http::Method::GET, "/signatures", None).await;
        assert_eq!(works.status, 200, "{at}");
    };
    let deaths = wherever_it_dies("/access/keys", &body, async |_: &Door| {}, judge).await;
    assert!(deaths >= 9, "the use of the key, the counter, the claim, the new key, the answer: {deaths}");
}

#[tokio::test]
async fn a_client_app_is_made_once_and_told_wherever_the_call_died() {
    let body = json!({ "name": "An app", "scopes": ["verify"] });
    let judge = async |door: &Door, made: &Value, at: String| {
        assert_eq!(listed(door, "/access/client-apps").await, 1, "{at}");
        let text = |member: &str| made[member].as_str().unwrap();
        let asked = json!({ "clientId": text("id"), "secret": text("secret"), "type": "OWNER" });
        let token = door.post("/apitoken/clientApp/accessToken", &asked).await;
        assert_eq!(token.status, 200, "{at}");
    };
    let deaths = wherever_it_dies("/access/client-apps", &body, async |_: &Door| {}, judge).await;
    assert!(deaths >= 9, "{deaths}");
}

#[tokio::test]
async fn a_subscription_is_made_once_and_its_secret_told_wherever_the_call_died() {
    let endpoint = Endpoint::willing().await;
    let body = json!({ "url": endpoint.url() });
    let judge = async |door: &Door, made: &Value, at: String| {
        assert_eq!(listed(door, "/webhooks").await, 1, "{at}");
        let ping = format!("/webhooks/{}/test", made["id"].as_str().unwrap());
        let _enqueued = door.post(&ping, &json!({})).await.expect(202);
        door.settle().await;
        let told = endpoint.got().pop().unwrap();
        assert!(crate::webhooks::verify(made["secret"].as_str().unwrap(), &told), "{at}");
    };
    let deaths = wherever_it_dies("/webhooks", &body, async |_: &Door| {}, judge).await;
    assert!(deaths >= 9, "{deaths}");
}

#[tokio::test]
async fn a_run_is_begun_once_wherever_the_call_died() {
    let settings = json!({
        "serviceAccount": crate::connectors::service_account(), "baseUrl": "https://gmail.example.com",
    });
    let prepare = async |door: &Door| {
        let _saved = door.call(http::Method::PUT, "/connectors/gmail", Some(&settings)).await.expect(200);
    };
    let judge = async |door: &Door, begun: &Value, at: String| {
        assert_eq!(begun["number"], 1, "{at}");
        assert_eq!(listed(door, "/connectors/gmail/runs").await, 1, "{at}");
    };
    let deaths = wherever_it_dies("/connectors/gmail/runs?dryRun=true", &json!({}), prepare, judge).await;
    assert!(deaths >= 8, "the counter, the claim, the run, the queue, the answer: {deaths}");
}

#[tokio::test]
async fn a_rotation_that_died_leaves_the_secret_before_it_signing_for_its_day() {
    let endpoint = Endpoint::willing().await;
    for side in [Crash::Before, Crash::After] {
        let door = Door::open().await;
        let made = door.post("/webhooks", &json!({ "url": endpoint.url() })).await.expect(201).json();
        let (id, first) = (made["data"]["id"].as_str().unwrap(), made["data"]["secret"].as_str().unwrap());
        let key = door.cloud.api_key().unwrap();
        let rotate = format!("/webhooks/{id}/rotate-secret");
        // The counter and the claim; the rotation itself is the third.
        door.cloud.crash_at(3, side);
        let died = named(&door, &key, &rotate, "turn-1", &json!({})).await;
        assert!(door.cloud.has_crashed() && died.status >= 500, "{}", died.status);
        let door = door.restart().await;
        door.advance(Duration::from_secs(91)).await;
        let again = named(&door, &key, &rotate, "turn-1", &json!({})).await.expect(200);
        let _enqueued = door.post(&format!("/webhooks/{id}/test"), &json!({})).await.expect(202);
        door.settle().await;
        let told = endpoint.got().pop().unwrap();
        for secret in [first, &again.text("/data/secret")] {
            assert!(crate::webhooks::verify(secret, &told), "{side:?}");
        }
    }
}
