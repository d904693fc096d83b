//! The whole story on the stage, without a socket: events that come twice and out of order, and restarts
//! between any two steps, change neither its end nor its mails.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use bytes::Bytes;
use http::Request;
use local::{Cloud, Options};
use serde_json::{Value, json};
use std::time::Duration;

const PEOPLE: [(&str, &str); 2] = [("Ada", "ada@example.com"), ("Grace", "grace@example.com")];

/// One run of the story.
struct Story {
    cloud: Option<Cloud>,
    restarts: bool,
}

impl Story {
    async fn new(options: Options, restarts: bool) -> Self {
        Self { cloud: Some(Cloud::boot(options).await.unwrap()), restarts }
    }

    fn cloud(&self) -> &Cloud {
        self.cloud.as_ref().unwrap()
    }

    /// What happens between two steps: either a restart, with everything still pending, or nothing.
    async fn between(&mut self) {
        if self.restarts {
            let cloud = self.cloud.take().unwrap().restart().await.unwrap();
            self.cloud = Some(cloud);
        }
        self.cloud().settle().await.unwrap();
    }

    async fn send(&mut self, method: &str, path: &str, token: &str, body: Option<Value>) -> Bytes {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:3000")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"));
        let body = body.map(|it| Bytes::from(it.to_string())).unwrap_or_default();
        let response = self.cloud().invoke_http(request.body(body).unwrap()).await;
        let (head, body) = response.into_parts();
        assert!(head.status.is_success(), "{method} {path}: {} {body:?}", head.status);
        self.between().await;
        body
    }

    async fn json(&mut self, method: &str, path: &str, token: &str, body: Option<Value>) -> Value {
        let body = self.send(method, path, token, body).await;
        if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() }
    }

    /// Plays to the end; returns the mails' subjects, sorted.
    async fn play(&mut self) -> Vec<String> {
        let key = self.cloud().api_key().unwrap();
        let pdf = include_bytes!("../../../tests/fixtures/contract.pdf");
        let payload = {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(pdf)
        };
        let signers: Vec<Value> = PEOPLE
            .iter()
            .map(|(name, email)| json!({ "name": name, "surname": "X", "email": email, "authentication": ["email"] }))
            .collect();
        let body = json!({
            "signers": signers, "inputDocuments": [{ "sourceType": "base64", "payload": payload }],
        });
        let created = self.json("POST", "/EU-SES", &key, Some(body)).await;
        let id = created["data"]["id"].as_str().unwrap().to_owned();
        for (name, email) in PEOPLE {
            self.sign(name, email).await;
        }
        let state = self.json("GET", &format!("/signatures/{id}"), &key, None).await;
        assert_eq!(state["data"]["state"], "DONE");
        let signed = self.send("GET", &format!("/signatures/{id}/signedDocument"), &key, None).await;
        assert!(signed.starts_with(pdf));
        let revisions = signed.windows(5).filter(|it| it == b"%%EOF").count();
        assert_eq!(revisions, 4, "the original, two acts and the closing seal");
        let mut subjects: Vec<String> =
            self.cloud().outbox().into_iter().map(|it| format!("{} {}", it.to, it.subject)).collect();
        subjects.sort();
        subjects
    }

    async fn sign(&mut self, name: &str, email: &str) {
        let find = |cloud: &Cloud, mark: &str| {
            let mails = cloud.outbox();
            let mail = mails.iter().rfind(|it| it.to.contains(email) && it.text.contains(mark)).unwrap();
            mail.text.clone()
        };
        let mail = find(self.cloud(), "/sign#");
        let token = mail.split_once("/sign#").unwrap().1.split_whitespace().next().unwrap().to_owned();
        let state = self.json("GET", "/sign/request", &token, None).await;
        let digest = state["document"]["sha256"].clone();
        self.json("POST", "/sign/presented", &token, Some(json!({ "documentSha256": digest }))).await;
        let asked = json!({ "documentSha256": digest, "consentSha256": state["consent"]["sha256"] });
        self.json("POST", "/sign/otp", &token, Some(asked)).await;
        let mails = self.cloud().outbox();
        let mail = mails.iter().rfind(|it| it.to.contains(email)).unwrap();
        let words = mail.text.split(|it: char| !it.is_ascii_alphanumeric());
        let code =
            words.filter(|it| it.len() == 6).find(|it| it.bytes().all(|it| it.is_ascii_digit())).unwrap();
        let mark = json!({ "mode": "typed", "name": name });
        let body = json!({ "code": code, "documentSha256": digest, "mark": mark });
        self.json("POST", "/sign/signature", &token, Some(body)).await;
    }
}

#[tokio::test]
async fn duplicates_and_another_order_change_nothing() {
    let expected = Story::new(Options::default(), false).await.play().await;
    assert_eq!(expected.len(), 6, "{expected:?}");
    for (duplicate, seed) in [(2, 1), (5, 2), (5, 3)] {
        let options = Options { duplicate, shuffle: Some(seed), ..Options::default() };
        assert_eq!(Story::new(options, false).await.play().await, expected, "x{duplicate}, seed {seed}");
    }
}

#[tokio::test]
async fn a_restart_between_any_two_steps_changes_nothing() {
    let expected = Story::new(Options::default(), false).await.play().await;
    let directory = tempfile::tempdir().unwrap();
    let options = Options { data: Some(directory.path().join("data")), ..Options::default() };
    assert_eq!(Story::new(options, true).await.play().await, expected);
}

#[tokio::test]
async fn a_month_without_signatures_ends_the_request() {
    let mut story = Story::new(Options::default(), false).await;
    let key = story.cloud().api_key().unwrap();
    let payload = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD
            .encode(include_bytes!("../../../tests/fixtures/contract.pdf"))
    };
    let body = json!({
        "signers": [{ "name": "Ada", "surname": "X", "email": "ada@example.com", "authentication": ["email"] }],
        "inputDocuments": [{ "sourceType": "base64", "payload": payload }],
    });
    let created = story.json("POST", "/EU-SES", &key, Some(body)).await;
    let id = created["data"]["id"].as_str().unwrap().to_owned();
    story.cloud().advance(Duration::from_hours(31 * 24)).await.unwrap();
    let state = story.json("GET", &format!("/signatures/{id}"), &key, None).await;
    assert_eq!(state["data"]["state"], "EXPIRED");
}
