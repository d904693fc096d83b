//! Connectors of e-mail signatures, against servers on this machine that answer as Google's and Microsoft's do.

mod directory;
mod gmail;
mod graph;
mod settings;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Door, Endpoint, Manner, Received};

/// One key for all stories: it takes a moment to make.
static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).unwrap());

/// The file of a service account.
pub(crate) fn service_account() -> Value {
    let der: Pkcs8V1Der<'_> = KEY.as_der().unwrap();
    let lines = STANDARD.encode(der.as_ref()).into_bytes();
    let lines: Vec<&str> = lines.chunks(64).map(|it| std::str::from_utf8(it).unwrap()).collect();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"));
    json!({
        "type": "service_account", "project_id": "signatures", "private_key_id": "key-1", "private_key": pem,
        "client_email": "signatures@example.iam.gserviceaccount.com", "client_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
    })
}

/// The claims of the assertion in a form, once its signature was checked.
fn claims(received: &Received) -> Value {
    let form: BTreeMap<String, String> =
        url::form_urlencoded::parse(received.body.as_bytes()).into_owned().collect();
    assert_eq!(form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let (signed, signature) = form["assertion"].rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, KEY.public_key().as_ref());
    public.verify(signed.as_bytes(), &signature).unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let read = |it: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(it).unwrap()).unwrap() };
    assert_eq!(read(header), json!({ "alg": "RS256", "typ": "JWT", "kid": "key-1" }));
    read(claims)
}

/// An answer in JSON.
fn answer(status: u16, body: &Value) -> Manner {
    Manner::Answer(status, "content-type: application/json\r\n", body.to_string())
}

/// A server with a plan: what `plan` does not answer, `usual` does.
async fn server(
    plan: Vec<(&'static str, Manner)>,
    usual: impl Fn(&Received) -> Manner + Send + Sync + 'static,
) -> Endpoint {
    let plan = Arc::new(Mutex::new(plan));
    Endpoint::listen(move |_, received| {
        let mut plan = plan.lock().unwrap();
        let planned = plan.iter().position(|(path, _)| received.path.starts_with(path));
        planned.map_or_else(|| usual(received), |at| plan.remove(at).1)
    })
    .await
}

/// What an authorization server answers to a fair question.
fn token(received: &Received, count: &str) -> Option<Manner> {
    let given =
        json!({ "access_token": format!("token-{count}"), "token_type": "Bearer", "expires_in": 3599 });
    received.path.starts_with("/token").then(|| answer(200, &given))
}

async fn put(door: &Door, path: &str, body: &Value) -> Answer {
    door.call(Method::PUT, path, Some(body)).await
}

/// Ada, who has a signature, Grace, and Alan, who is switched off.
async fn people(door: &Door) {
    let people = json!([
        { "email": "ada@example.com", "firstname": "Ada", "lastname": "Lovelace", "title": "Analyst" },
        { "email": "grace@example.com", "firstname": "Grace", "lastname": "Hopper", "group": "Navy" },
        { "email": "alan@example.com", "firstname": "Alan", "enabled": 2 },
    ]);
    let _written = door.post("/users", &people).await.expect(200);
}

/// Begins a run and lets it go on; how it is then.
async fn run(door: &Door, kind: &str, query: &str) -> Value {
    let begun = door.post(&format!("/connectors/{kind}/runs{query}"), &json!({})).await.expect(202).json();
    door.settle().await;
    report(door, kind, begun["data"]["number"].as_u64().unwrap()).await
}

async fn report(door: &Door, kind: &str, number: u64) -> Value {
    door.get(&format!("/connectors/{kind}/runs/{number}")).await.expect(200).json()["data"].clone()
}

/// The lines of a report, by who: action and reason.
fn lines(report: &Value) -> BTreeMap<String, (String, Value)> {
    let lines = report["lines"].as_array().unwrap().iter();
    let line = |it: &Value| {
        (
            it["who"].as_str().unwrap().to_owned(),
            (it["action"].as_str().unwrap().to_owned(), it["reason"].clone()),
        )
    };
    lines.map(line).collect()
}

fn line(action: &str, reason: impl Into<Value>) -> (String, Value) {
    (action.to_owned(), reason.into())
}

async fn users(door: &Door) -> Vec<String> {
    let listed = door.get("/users").await.expect(200).json();
    let mut users: Vec<String> = listed["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["email"].as_str().unwrap().to_owned())
        .collect();
    users.sort();
    users
}

async fn user(door: &Door, email: &str) -> Value {
    door.get(&format!("/users/{email}")).await.expect(200).json()["user"].clone()
}
