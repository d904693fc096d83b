//! What signed files are worth: `POST /verify`, its reports, and `/check`.

mod answer;
mod check;
mod container;
mod date;
mod desk;
mod later;
mod responder;
mod trust;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request};
use local::Options;
use serde_json::{Value, json};
use tests::{Answer, CONTRACT, Door, ada, grace};

use desk::Desk;

const PASSWORD: &[u8] = include_bytes!("../fixtures/password.pdf");

/// A stage whose pages can be rendered.
pub(crate) async fn door() -> Door {
    door_with(Options::default()).await
}

async fn door_with(options: Options) -> Door {
    render::use_program(env!("CARGO_BIN_EXE_story-renderer").into());
    Door::open_with(options).await
}

/// A document that two people have signed.
async fn signed(door: &Door) -> Vec<u8> {
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    ceremony.sign_all().await;
    ceremony.document("signedDocument").await.expect(200).body.to_vec()
}

fn inline(file: &[u8]) -> Value {
    json!({ "inputDocument": STANDARD.encode(file) })
}

async fn verify(door: &Door, file: &[u8]) -> Value {
    door.post("/verify", &inline(file)).await.expect(200).json()["data"].clone()
}

/// Calls as the tenant, with a form of answer.
async fn accepting(door: &Door, accept: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let key = door.cloud.api_key().unwrap();
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1:3000")
        .header("accept", accept)
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json");
    door.send(request.body(Bytes::from(body.map(Value::to_string).unwrap_or_default())).unwrap()).await
}

/// Calls as anybody, from nowhere in particular.
async fn anybody(door: &Door, method: Method, path: &str, content_type: &str, body: &[u8]) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1:3000")
        .header("content-type", content_type);
    door.send(request.body(Bytes::copy_from_slice(body)).unwrap()).await
}

/// Says what the tenant trusts, beside what is sealed here and the trusted lists.
pub(crate) async fn put_trust(door: &Door, roots: &[&str], online: bool) {
    let body = json!({ "roots": roots, "trustedLists": true, "onlineRevocation": online });
    let _taken = door.call(Method::PUT, "/trust", Some(&body)).await.expect(200);
}
