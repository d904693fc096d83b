//! Test keys: nobody is written to, and live and test data do not see each other.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes as Received;
use axum::extract::State;
use axum::routing::post;
use http::Method;
use serde_json::{Value, json};
use tests::{CONTRACT, Door, ada, body, judge_signed};

type Calls = Arc<Mutex<Vec<String>>>;

async fn receiver() -> (Calls, String) {
    let calls = Calls::default();
    let take = |State(calls): State<Calls>, body: Received| async move {
        calls.lock().unwrap().push(String::from_utf8_lossy(&body).into_owned());
    };
    let app = Router::new().route("/hook", post(take)).with_state(Arc::clone(&calls));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (calls, url)
}

/// A test request, by a test key.
struct Test {
    door: Door,
    key: String,
    id: String,
}

impl Test {
    async fn begin(door: &Door, request: &Value) -> Self {
        let key = door.key(&["*"], &json!({ "environment": "test" })).await;
        assert!(key.starts_with("pk_test_"));
        let made = door.call_as(&key, Method::POST, "/EU-SES", Some(request)).await.expect(200);
        door.settle().await;
        Self { door: door.clone(), key, id: made.text("/data/id") }
    }

    async fn get(&self, path: &str) -> tests::Answer {
        self.door.call_as(&self.key, Method::GET, path, None).await
    }

    async fn messages(&self) -> Vec<Value> {
        let all = self.get(&format!("/sandbox/messages?request={}", self.id)).await.expect(200).json();
        all["data"].as_array().unwrap().clone()
    }

    /// The code in the newest message by a channel.
    async fn code(&self, channel: &str) -> String {
        let messages = self.messages().await;
        let newest = messages.iter().rev().find(|it| it["channel"] == channel).expect("a message");
        let text = newest["text"].as_str().unwrap().to_owned();
        // A word, and no part of one: a digest has digits as well.
        let mut words = text.split_whitespace().map(|it| it.trim_matches(|it: char| !it.is_alphanumeric()));
        let is_code = |it: &&str| it.len() == 6 && it.bytes().all(|it| it.is_ascii_digit());
        words.rfind(is_code).expect("a code").to_owned()
    }

    async fn sign(&self) {
        let text = self.messages().await[0]["text"].as_str().unwrap().to_owned();
        let token = text.split("/sign#").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        let as_signatory = async |method: Method, path: &str, body: Option<&Value>| {
            self.door.call_as(&token, method, path, body).await
        };
        let view = as_signatory(Method::GET, "/sign/request", None).await.expect(200);
        let (sha256, consent) = (view.text("/document/sha256"), view.text("/consent/sha256"));
        let shown = json!({ "documentSha256": sha256 });
        let _presented = as_signatory(Method::POST, "/sign/presented", Some(&shown)).await.expect(204);
        let asked = json!({ "documentSha256": sha256, "consentSha256": consent });
        let _sent = as_signatory(Method::POST, "/sign/otp", Some(&asked)).await.expect(202);
        let codes = json!({ "email": self.code("email").await, "sms": self.code("sms").await });
        let mark = json!({ "mode": "typed", "name": "Ada Lovelace" });
        let answer = json!({ "documentSha256": sha256, "codes": codes, "mark": mark });
        let _signed = as_signatory(Method::POST, "/sign/signature", Some(&answer)).await.expect(200);
        self.door.settle().await;
    }
}

fn with_both_channels(callback: &str) -> Value {
    let mut request = body(CONTRACT, &[ada()]);
    request["signers"][0]["authentication"] = json!(["email", "sms"]);
    request["signers"][0]["mobile"] = json!("+33612345678");
    request["callback"] = json!({ "url": callback });
    request
}

#[tokio::test]
async fn a_test_request_goes_all_the_way_and_writes_to_nobody() {
    let mut options = local::Options::default();
    options.parameters.insert("SmsEnabled".to_owned(), "false".to_owned());
    let door = Door::open_with(options).await;
    let (calls, url) = receiver().await;
    let test = Test::begin(&door, &with_both_channels(&url)).await;
    let path = format!("/signatures/{}", test.id);
    let view = test.get(&path).await.expect(200).json();
    assert_eq!((&view["data"]["sandbox"], &view["data"]["state"]), (&json!(true), &json!("WAIT_SIGNER")));
    test.sign().await;
    assert_eq!(test.get(&path).await.text("/data/state"), "DONE");
    assert!(door.cloud.outbox().is_empty(), "nothing went to anybody");
    let messages = test.messages().await;
    let channels: Vec<&str> = messages.iter().map(|it| it["channel"].as_str().unwrap()).collect();
    assert_eq!(channels, ["email", "email", "sms", "email"], "invitation, two codes, completion");
    assert_eq!(messages[0]["to"], ada().email);
    assert!(calls.lock().unwrap().iter().any(|it| it.contains("DONE")), "webhooks are sent");

    let validated = test.get(&format!("{path}/validatedDocument")).await.expect(200).body;
    assert!(validated.starts_with(CONTRACT) && validated.len() > CONTRACT.len());
    let added = String::from_utf8_lossy(&validated[CONTRACT.len()..]).into_owned();
    let pages = view["data"]["document"].is_object();
    assert!(pages && added.contains("/Contents"), "each page was marked before anything was shown: {added}");
    let signed = test.get(&format!("{path}/signedDocument")).await.expect(200).body;
    judge_signed(&door.cloud, &validated, &signed, 2).await;
}

#[tokio::test]
async fn live_and_test_data_do_not_see_each_other() {
    let door = Door::open().await;
    let live = door.request(CONTRACT, &[ada()]).await;
    let sent = door.cloud.outbox().len();
    let test = Test::begin(&door, &body(CONTRACT, &[ada()])).await;
    let _saved = door.call(Method::PUT, "/themes/spring", Some(&json!({ "ui": {} }))).await.expect(200);
    assert_eq!(door.cloud.outbox().len(), sent);
    let ids = |list: &Value| -> Vec<String> {
        list["data"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&door.get("/signatures").await.json()), std::slice::from_ref(&live.id));
    assert_eq!(ids(&test.get("/signatures").await.json()), std::slice::from_ref(&test.id));
    for action in ["", "/detail", "/audit", "/validatedDocument"] {
        let _unknown = test.get(&format!("/signatures/{}{action}", live.id)).await.expect(404);
        let _unknown = door.get(&format!("/signatures/{}{action}", test.id)).await.expect(404);
    }
    let _unknown = test.get("/themes/spring").await.expect(404);
    let _unknown = test.get(&format!("/sandbox/messages?request={}", live.id)).await.expect(404);
    let _unknown = door.get(&format!("/sandbox/messages?request={}", test.id)).await.expect(404);
    let _missing = test.get("/sandbox/messages").await.expect(400);
    let own = door.get(&format!("/signatures/{}", live.id)).await.expect(200);
    assert_eq!(own.json()["data"]["sandbox"], json!(false));
    let none = door.get(&format!("/sandbox/messages?request={}", live.id)).await.expect(200);
    assert_eq!(none.json()["data"], json!([]), "messages in earnest are sent, and not kept");
}

#[tokio::test]
async fn a_test_key_makes_test_keys_only_and_knows_no_others() {
    let door = Door::open().await;
    let test = door.key(&["*"], &json!({ "environment": "test" })).await;
    let new =
        |environment: &str| json!({ "name": "Another", "scopes": ["verify"], "environment": environment });
    let call =
        async |method: Method, body: Value| door.call_as(&test, method, "/access/keys", Some(&body)).await;
    let refused = call(Method::POST, new("live")).await.expect(403);
    assert_eq!(refused.json()["code"], "test_only");
    let made = call(Method::POST, new("test")).await.expect(201);
    assert!(made.text("/data/key").starts_with("pk_test_"));
    let usual = call(Method::POST, json!({ "name": "Another", "scopes": ["verify"] })).await.expect(201);
    assert_eq!(usual.text("/data/environment"), "test");
    let seen = call(Method::GET, json!({})).await.expect(200).json();
    assert!(seen["data"].as_array().unwrap().iter().all(|it| it["environment"] == "test"));
    let all = door.get("/access/keys").await.expect(200).json();
    assert_eq!(all["data"].as_array().unwrap().len(), 4, "the demo's, and three of tests");
}
