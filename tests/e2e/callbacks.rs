//! Integrators are told.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use http::Method;
use local::{Extent, Fault};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tests::{CONTRACT, Ceremony, Door, ada, body};

#[derive(Clone, Default)]
struct Receiver {
    got: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    refusals: Arc<Mutex<u32>>,
}

impl Receiver {
    /// Listens on this machine; refuses the first calls with 503.
    async fn listen(refusals: u32) -> (Self, String) {
        let receiver = Self { refusals: Arc::new(Mutex::new(refusals)), ..Self::default() };
        let app = Router::new().route("/hook", post(take)).with_state(receiver.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (receiver, url)
    }

    fn got(&self) -> Vec<(HeaderMap, String)> {
        self.got.lock().unwrap().clone()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let mut refusals = receiver.refusals.lock().unwrap();
    if *refusals > 0 {
        *refusals -= 1;
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    receiver.got.lock().unwrap().push((headers, String::from_utf8_lossy(&body).into_owned()));
    StatusCode::OK
}

async fn signed(callback: Value) -> Door {
    let door = Door::open().await;
    let mut request = body(CONTRACT, &[ada()]);
    request["callback"] = callback;
    let answer = door.post("/EU-SES", &request).await.expect(200);
    door.settle().await;
    Ceremony::new(door.clone(), answer.text("/data/id"), &[ada()]).sign_all().await;
    door
}

#[tokio::test]
async fn a_callback_tells_every_step_and_echoes_custom_and_headers() {
    let (receiver, url) = Receiver::listen(0).await;
    let headers = json!({ "X-Webhook-Secret": "s3cret" });
    let _door = signed(json!({ "url": url, "headers": headers, "custom": { "order": 7 } })).await;
    let got = receiver.got();
    let events: Vec<&str> =
        got.iter().map(|(headers, _)| headers["webhook-event"].to_str().unwrap()).collect();
    assert_eq!(events, ["DocumentAccepted", "SignatureCreated", "RequestClosed"]);
    let (headers, body) = got.last().unwrap();
    assert_eq!(headers["x-webhook-secret"], "s3cret");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["data"]["state"], "DONE");
    assert_eq!(body["custom"], json!({ "order": 7 }));
    assert!(body["data"]["signers"][0].get("url").is_none(), "links stay between us and the integrator");
}

#[tokio::test]
async fn callbacks_are_signed_over_what_is_sent_once_there_is_a_secret() {
    let (receiver, url) = Receiver::listen(0).await;
    let door = Door::open().await;
    let none = door.get("/callbacks/signing").await.expect(200).json()["data"].clone();
    assert_eq!(
        none,
        json!({ "signed": false, "ed25519": null, "previousSecretUntil": null, "rotatedAt": null })
    );
    let rotate = async || {
        let answer = door.post("/callbacks/signing", &json!({ "ed25519": true })).await.expect(200);
        answer.text("/data/secret")
    };
    let told = async |form: Value| {
        let mut request = body(CONTRACT, &[ada()]);
        request["callback"] = form;
        let _created = door.post("/EU-SES", &request).await.expect(200);
        door.settle().await;
        receiver.got().last().unwrap().clone()
    };
    let verifies = |secret: &str, (headers, body): &(HeaderMap, String)| {
        Webhook::new(secret).unwrap().verify(body.as_bytes(), headers).is_ok()
    };
    let unsigned = told(json!({ "url": url })).await;
    assert!(unsigned.0.contains_key("webhook-timestamp") && !unsigned.0.contains_key("webhook-signature"));

    let first = rotate().await;
    let as_json = told(json!({ "url": url })).await;
    let as_form = told(json!({ "url": url, "method": "POST", "field": "payload" })).await;
    assert!(verifies(&first, &as_json) && verifies(&first, &as_form));
    let altered = (as_json.0.clone(), as_json.1.replace("WAIT_SIGNER", "DONE"));
    assert!(altered.1 != as_json.1 && !verifies(&first, &altered));

    let second = rotate().await;
    let by_both = told(json!({ "url": url })).await;
    assert!(verifies(&first, &by_both) && verifies(&second, &by_both) && !verifies(&second, &as_json));
    let shown = door.get("/callbacks/signing").await.expect(200).json()["data"].clone();
    assert!(shown["previousSecretUntil"].is_string() && shown.get("secret").is_none(), "{shown}");

    let ended = door.call(Method::DELETE, "/callbacks/signing", None).await.expect(200).json();
    assert_eq!(ended["data"]["signed"], false);
    assert_eq!(door.call(Method::DELETE, "/callbacks/signing", None).await.status, 404);
    assert!(!told(json!({ "url": url })).await.0.contains_key("webhook-signature"));
}

#[tokio::test]
async fn a_callback_can_be_a_form() {
    let (receiver, url) = Receiver::listen(0).await;
    let _door = signed(json!({ "url": url, "method": "POST", "field": "payload" })).await;
    let (headers, body) = receiver.got().last().unwrap().clone();
    assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
    assert!(body.starts_with("payload=%7B"), "{body}");
}

#[tokio::test]
async fn a_callback_that_is_away_is_tried_again_as_often_as_was_asked() {
    let (receiver, url) = Receiver::listen(2).await;
    let door = signed(json!({ "url": url, "retry": 2 })).await;
    door.advance(std::time::Duration::from_mins(2)).await;
    let events: Vec<String> = receiver
        .got()
        .iter()
        .map(|(headers, _)| headers["webhook-event"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(events.len(), 3, "{events:?}");
    let (impatient, url) = Receiver::listen(u32::MAX).await;
    let door = signed(json!({ "url": url, "retry": 0 })).await;
    door.advance(std::time::Duration::from_mins(30)).await;
    assert!(impatient.got().is_empty());
    let left = u32::MAX - *impatient.refusals.lock().unwrap();
    assert_eq!(left, 3, "one attempt an event");
}

#[tokio::test]
async fn the_history_shows_every_call_of_every_callback() {
    let (json_receiver, json_url) = Receiver::listen(1).await;
    let (form_receiver, form_url) = Receiver::listen(0).await;
    let door = Door::open().await;
    let mut ids = Vec::new();
    for callback in [
        json!({ "url": json_url, "retry": 1, "custom": { "order": 7 }, "headers": { "X-Webhook-Secret": "s3cret" } }),
        json!({ "url": form_url, "method": "POST", "field": "payload", "custom": "eight" }),
    ] {
        let mut request = body(CONTRACT, &[ada()]);
        request["callback"] = callback;
        ids.push(door.post("/EU-SES", &request).await.expect(200).text("/data/id"));
        door.settle().await;
    }
    door.advance(std::time::Duration::from_mins(2)).await;
    let (_, told) = json_receiver.got()[0].clone();
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["data"]["state"], &told["custom"]["order"]), (&json!("WAIT_SIGNER"), &json!(7)));
    let (_, form) = form_receiver.got()[0].clone();
    assert!(form.starts_with("payload=%7B") && form.ends_with("&custom=%22eight%22"), "{form}");

    let answer = door.get("/callbacks").await.expect(200).json();
    assert_eq!(answer["success"], true);
    let history = answer["data"].as_array().unwrap().clone();
    let seen: Vec<(&str, &str, i64, bool)> = history
        .iter()
        .map(|it| {
            let text = |name: &str| it[name].as_str().unwrap();
            (
                text("requestId"),
                text("method"),
                it["status"].as_i64().unwrap(),
                it["success"].as_bool().unwrap(),
            )
        })
        .collect();
    let expected =
        [(ids[0].as_str(), "JSON", 200, true), (&ids[1], "POST", 200, true), (&ids[0], "JSON", 503, false)];
    assert_eq!(seen, expected, "newest first");
    assert_eq!(history.iter().map(|it| it["attempt"].as_i64().unwrap()).collect::<Vec<_>>(), [2, 1, 1]);
    assert!(!answer.to_string().contains("s3cret"));
    let one =
        door.get(&format!("/callbacks/{}", history[2]["id"].as_str().unwrap())).await.expect(200).json();
    assert_eq!(one["data"], history[2]);
    assert_eq!(door.get("/callbacks?skip=1&limit=1").await.expect(200).json()["data"], json!([history[1]]));
    assert_eq!(door.get("/callbacks/nothing").await.status, 404);
    door.cloud.clock().shift(91 * 24 * 3600 * 1000);
    assert_eq!(door.get("/callbacks").await.expect(200).json()["data"], json!([]));
}

#[tokio::test]
async fn a_callback_is_called_once_though_its_place_cannot_be_given_back() {
    let (receiver, url) = Receiver::listen(0).await;
    let door = Door::open().await;
    let mut request = body(CONTRACT, &[ada()]);
    request["callback"] = json!({ "url": url });
    let made = async || {
        let _made = door.post("/EU-SES", &request).await.expect(200);
        door.settle().await;
        receiver.got().len()
    };
    assert_eq!(made().await, 1);
    door.cloud.note_calls();
    assert_eq!(made().await, 2);
    let calls = door.cloud.noted_calls();
    let is_ours = |it: &&String| it.contains("eliver") && it.ends_with("dynamodb UpdateItem");
    let given_back = calls.iter().rposition(|it| is_ours(&it)).expect("a place was given back");
    door.cloud.fail_at(u64::try_from(given_back).unwrap() + 1, Fault::Error, Extent::Outage);
    assert_eq!(made().await, 3);
    let failed = door.cloud.failures_made();
    assert!(failed.last().is_some_and(|it| is_ours(&it)), "{failed:?}");
    door.cloud.mend();
    door.advance(std::time::Duration::from_mins(15)).await;
    assert_eq!(receiver.got().len(), 3, "what was taken is not told again");
    assert_eq!(door.get("/callbacks").await.expect(200).json()["data"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_call_that_could_not_be_prepared_is_made_soon() {
    let (receiver, url) = Receiver::listen(0).await;
    let door = Door::open().await;
    let mut request = body(CONTRACT, &[ada()]);
    request["callback"] = json!({ "url": url });
    let made = async || {
        let _made = door.post("/EU-SES", &request).await.expect(200);
        door.settle().await;
        receiver.got().len()
    };
    assert_eq!(made().await, 1);
    door.cloud.note_calls();
    assert_eq!(made().await, 2);
    // The last that is read for a call is whose request it is.
    let is_ours = |it: &&String| it.contains("eliver") && it.ends_with("dynamodb GetItem");
    let read = door.cloud.noted_calls().iter().rposition(|it| is_ours(&it)).expect("a request was read");
    door.cloud.fail_at(u64::try_from(read).unwrap() + 1, Fault::Error, Extent::Outage);
    assert_eq!(made().await, 2);
    let failed = door.cloud.failures_made();
    assert!(failed.last().is_some_and(|it| is_ours(&it)), "{failed:?}");
    door.cloud.mend();
    door.advance(std::time::Duration::from_secs(15)).await;
    assert_eq!(receiver.got().len(), 3, "it comes before the queue would bring it by itself");
}

#[tokio::test]
async fn calls_that_were_not_taken_are_listed_and_made_again_on_demand() {
    let (receiver, url) = Receiver::listen(1).await;
    let door = signed(json!({ "url": url, "retry": 0 })).await;
    let list = async |query: &str| {
        let page = door.get(&format!("/callbacks{query}")).await.expect(200).json();
        page["data"].as_array().unwrap().clone()
    };
    let failed = list("?failed=true").await;
    assert_eq!(failed.len(), 1);
    let (request, event) = (failed[0]["requestId"].as_str().unwrap(), failed[0]["event"].as_str().unwrap());
    assert_eq!(list(&format!("?request={request}")).await.len(), 3);
    assert_eq!(list("?request=ffffffffffffffffffffffff").await.len(), 0);
    assert_eq!(list(&format!("?event={event}")).await, failed);
    assert_eq!(list(&format!("?since={}", door.cloud.clock().now().to_rfc3339())).await.len(), 0);
    assert_eq!(list("?since=3000-01-01T00:00:00Z").await.len(), 0);
    for query in ["failed=1", "request=x", "event=request.completed", "since=2026"] {
        let refused = door.get(&format!("/callbacks?{query}")).await.expect(400).json();
        assert_eq!(refused["code"], "query_malformed", "{query}");
    }
    let again = format!("/callbacks/{}/redeliver", failed[0]["id"].as_str().unwrap());
    let enqueued = door.post(&again, &json!({})).await.expect(202).json();
    assert_eq!(enqueued["data"], failed[0]);
    door.settle().await;
    let (headers, _) = receiver.got().last().unwrap().clone();
    assert_eq!(headers["webhook-event"].to_str().unwrap(), event);
    let told = list(&format!("?event={event}")).await;
    assert_eq!(told.iter().map(|it| it["success"].as_bool().unwrap()).collect::<Vec<_>>(), [true, false]);
    let reader = door.key(&["events:read"], &json!({})).await;
    assert_eq!(door.call_as(&reader, Method::POST, &again, Some(&json!({}))).await.status, 403);
    let other = door.another_tenant("other").await;
    assert_eq!(door.call_as(&other, Method::POST, &again, Some(&json!({}))).await.status, 404);
}
