//! Calls under a name whose first attempt died, at any point: what they make is made once, and they tell what it is.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use local::{Crash, Extent, Fault};
use serde_json::{Value, json};
use tests::{Answer, CONTRACT, Door, Endpoint, ada, body};

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
        let works = door.call_as(made["key"].as_str().unwrap(), Method::GET, "/signatures", None).await;
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
        let _saved = door.call(Method::PUT, "/connectors/gmail", Some(&settings)).await.expect(200);
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

/// POSTs under a name to what has this version.
async fn named_for(door: &Door, path: &str, etag: &str, body: &Value) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header("host", "127.0.0.1:3000")
        .header("authorization", format!("Bearer {}", door.cloud.api_key().unwrap()))
        .header("content-type", "application/json")
        .header("if-match", etag)
        .header("idempotency-key", "turn-1");
    door.send(request.body(Bytes::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn a_rotation_of_a_version_that_died_after_it_was_made_tells_the_secret_when_it_is_repeated() {
    let subscription = json!({ "url": "https://example.com/hook" });
    let app = json!({ "name": "An app", "scopes": ["verify"] });
    for (list, new) in [("/access/client-apps", Some(app)), ("/webhooks", Some(subscription)), ("", None)] {
        let door = Door::open().await;
        let (thing, rotate) = match &new {
            Some(new) => {
                let thing = format!("{list}/{}", door.post(list, new).await.expect(201).text("/data/id"));
                (thing.clone(), format!("{thing}/rotate-secret"))
            }
            None => ("/callbacks/signing".to_owned(), "/callbacks/signing".to_owned()),
        };
        let etag = door.get(&thing).await.expect(200).headers["etag"].to_str().unwrap().to_owned();
        // The counter and the claim; the rotation itself is the third.
        door.cloud.crash_at(3, Crash::After);
        let died = named_for(&door, &rotate, &etag, &json!({})).await;
        assert!(door.cloud.has_crashed() && died.status >= 500, "{rotate}: {}", died.status);
        let door = door.restart().await;
        door.advance(Duration::from_secs(91)).await;
        let again = named_for(&door, &rotate, &etag, &json!({})).await.expect(200);
        assert!(!again.text("/data/secret").is_empty(), "{rotate}");
        assert_eq!(again.headers["etag"], door.get(&thing).await.headers["etag"], "{rotate}");
        let other = door.post(&rotate, &json!({})).await.expect(200).text("/data/secret");
        assert_ne!(other, again.text("/data/secret"), "another call gives another secret");
    }
}

#[tokio::test]
async fn a_test_message_is_one_message_wherever_the_call_died() {
    let endpoint = Endpoint::willing().await;
    let mut deaths = 0;
    for (number, side) in (3..7).flat_map(|it| [(it, Crash::Before), (it, Crash::After)]) {
        let door = Door::open().await;
        let id = door.post("/webhooks", &json!({ "url": endpoint.url() })).await.expect(201).text("/data/id");
        let (key, path) = (door.cloud.api_key().unwrap(), format!("/webhooks/{id}/test"));
        door.cloud.crash_at(number, side);
        let _died = named(&door, &key, &path, "ping-1", &json!({})).await;
        if !door.cloud.has_crashed() {
            break;
        }
        deaths += 1;
        let door = door.restart().await;
        door.advance(Duration::from_secs(91)).await;
        let again = named(&door, &key, &path, "ping-1", &json!({})).await.expect(202).text("/data/id");
        door.settle().await;
        let log = door.get(&format!("/webhooks/{id}/deliveries")).await.expect(200).json();
        let told: Vec<&Value> = log["data"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
        assert_eq!(told, [&json!(again)], "call {number}, {side:?}");
    }
    assert!(deaths >= 4, "the delivery, the queue, the answer: {deaths}");
}

#[tokio::test]
async fn what_was_delivered_again_is_not_delivered_once_more_for_who_repeats_the_call() {
    let endpoint = Endpoint::willing().await;
    let door = Door::open().await;
    let id = door.post("/webhooks", &json!({ "url": endpoint.url() })).await.expect(201).text("/data/id");
    let delivery = door.post(&format!("/webhooks/{id}/test"), &json!({})).await.expect(202).text("/data/id");
    door.settle().await;
    assert_eq!(endpoint.got().len(), 1);
    let (key, path) =
        (door.cloud.api_key().unwrap(), format!("/webhooks/{id}/deliveries/{delivery}/redeliver"));
    // The counter, the claim, the delivery; then the queue.
    door.cloud.crash_at(4, Crash::After);
    let _died = named(&door, &key, &path, "again-1", &json!({})).await;
    assert!(door.cloud.has_crashed());
    let door = door.restart().await;
    door.advance(Duration::from_mins(3)).await;
    assert_eq!(endpoint.got().len(), 2);
    let again = named(&door, &key, &path, "again-1", &json!({})).await.expect(202);
    door.settle().await;
    assert_eq!((again.text("/data/state").as_str(), endpoint.got().len()), ("delivered", 2));
    let _more = named(&door, &key, &path, "again-2", &json!({})).await.expect(202);
    door.settle().await;
    assert_eq!(endpoint.got().len(), 3, "another call delivers it again");
}

#[tokio::test]
async fn a_request_whose_document_could_not_be_stored_is_made_anew_when_the_call_is_repeated() {
    let door = Door::open().await;
    let (key, create) = (door.cloud.api_key().unwrap(), body(CONTRACT, &[ada()]));
    let _first = named(&door, &key, "/EU-SES", "order-0", &create).await.expect(200);
    door.settle().await;
    door.cloud.note_calls();
    let _usual = named(&door, &key, "/EU-SES", "order-1", &create).await.expect(200);
    let calls = door.cloud.noted_calls();
    let put = calls.iter().position(|it| it.ends_with("s3 PUT")).expect("the document goes to S3");
    door.settle().await;
    door.cloud.fail_at(u64::try_from(put).unwrap() + 1, Fault::Error, Extent::Outage);
    let failed = named(&door, &key, "/EU-SES", "order-2", &create).await.expect(503);
    assert_eq!(failed.text("/code"), "unavailable");
    assert!(door.cloud.failures_made().last().unwrap().ends_with("s3 PUT"));
    door.cloud.mend();
    let dead = door.get("/signatures?state=ERROR").await.expect(200).json();
    assert_eq!(dead["data"].as_array().unwrap().len(), 1, "it ended at once");
    let again = named(&door, &key, "/EU-SES", "order-2", &create).await.expect(200);
    door.settle().await;
    let shown = door.get(&format!("/signatures/{}", again.text("/data/id"))).await.expect(200);
    assert_eq!(shown.text("/data/state"), "WAIT_SIGNER");
}

#[tokio::test]
async fn a_run_is_told_to_who_began_it_and_not_to_others() {
    let door = Door::open().await;
    let settings = json!({
        "serviceAccount": crate::connectors::service_account(), "baseUrl": "https://gmail.example.com",
    });
    let _saved = door.call(Method::PUT, "/connectors/gmail", Some(&settings)).await.expect(200);
    let runs = "/connectors/gmail/runs";
    let key = door.cloud.api_key().unwrap();
    let colleague = door.key(&["*"], &json!({})).await;
    let before = door.cloud.effects_made();
    let first = named(&door, &key, runs, "monday", &json!({})).await.expect(202).json();
    let effects = door.cloud.effects_made() - before;
    let other = door.call_as(&colleague, Method::POST, runs, Some(&json!({}))).await.expect(409);
    assert_eq!(other.text("/code"), "run_under_way", "a run that waits is whoever's began it");
    door.settle().await;
    // It began the second, and died before its answer was kept; a third was begun and ended since.
    door.cloud.crash_at(effects, Crash::Before);
    let _died = named(&door, &key, runs, "tuesday", &json!({})).await;
    assert!(door.cloud.has_crashed());
    let door = door.restart().await;
    door.advance(Duration::from_secs(91)).await;
    let third = door.post(runs, &json!({})).await.expect(202).json();
    door.settle().await;
    let again = named(&door, &key, runs, "tuesday", &json!({})).await.expect(202).json();
    let numbers = [first, again, third].map(|it| it["data"]["number"].as_u64());
    assert_eq!(numbers, [Some(1), Some(2), Some(3)]);
}
