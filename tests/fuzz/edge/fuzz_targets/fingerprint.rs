//! What tells a call from another under one `Idempotency-Key`: nothing panics, and the same body in another spelling is
//! the same call.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use shared::edge::admission::fingerprint;

fuzz_target!(|parts: (&str, &str)| {
    let (name, body) = parts;
    let event = |body: &str| {
        json!({
            "path": format!("/signatures/{name}"), "multiValueQueryStringParameters": { name: [name] },
            "multiValueHeaders": { "Content-Type": ["application/json"] }, "body": body,
            "requestContext": { "authorizer": { "scopes": "*" } },
        })
    };
    let print = fuzz::bounded(|| fingerprint(&event(body), "key:1"));
    assert!(print != fingerprint(&event(body), "key:2"), "another caller makes another call");
    if let Ok(value) = shared::edge::json::parse(body.as_bytes()) {
        let spelled = serde_json::to_string_pretty::<Value>(&value).expect("what was read can be written");
        assert!(print == fingerprint(&event(&spelled), "key:1"), "another spelling is another call");
    }
});
