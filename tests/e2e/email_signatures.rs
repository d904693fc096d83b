//! Managed e-mail signatures: what they are made of, whose they are, and what comes out.

mod counting;
mod kinds;
mod mails;
mod making;
mod people;
mod pictures;
mod rendering;

use bytes::Bytes;
use http::{Method, Request};
pub(crate) use pictures::picture;
use serde_json::{Value, json};
use tests::{Answer, Door};

async fn put(door: &Door, path: &str, body: Value) -> Answer {
    door.call(Method::PUT, path, Some(&body)).await
}

/// The house of most stories: a brand, and Ada and Grace.
async fn house(door: &Door) {
    let brand = json!({
        "name": "Analytical Engines", "colors": { "primary": "#7a1f5c" }, "website": "https://engines.example",
        "legal": { "en": "Registered in London." },
    });
    let _brand = put(door, "/brands/house", brand).await.expect(200);
    let people = json!([
        { "email": "ada@example.com", "firstname": "Ada", "lastname": "Lovelace", "title": "Analyst",
          "phone": "+44 20 7946 0000", "group": "Engines" },
        { "email": "grace@example.com", "firstname": "Grace", "lastname": "Hopper", "enabled": 2 },
    ]);
    let told = door.post("/users", &people).await.expect(200).json();
    assert_eq!((&told["success"], &told["created"]), (&json!(true), &json!(2)));
}

/// Calls with a body of any type, and with these headers.
async fn send(door: &Door, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:3000");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    door.send(request.body(Bytes::copy_from_slice(body)).unwrap()).await
}
