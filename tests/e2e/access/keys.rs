//! API keys: made, bound, changed, revoked.

use std::time::Duration;

use bytes::Bytes;
use domain::access::ApiKey;
use http::{Method, Request};
use serde_json::{Value, json};
use tests::{Answer, Door};

const MINUTE: Duration = Duration::from_secs(61);

/// Calls with a header as it is.
async fn with_header(door: &Door, name: &str, value: &str, path: &str) -> Answer {
    let request = Request::builder().uri(path).header("host", "127.0.0.1:3000").header(name, value);
    door.send(request.body(Bytes::new()).unwrap()).await
}

async fn list_as(door: &Door, key: &str) -> u16 {
    door.call_as(key, Method::GET, "/signatures", None).await.status
}

#[tokio::test]
async fn a_key_is_shown_once_and_does_what_its_scopes_say() {
    let door = Door::open().await;
    let body = json!({ "name": "Export", "scopes": ["signatures:read"], "sourceRanges": ["127.0.0.0/8"] });
    let made = door.post("/access/keys", &body).await.expect(201);
    let (key, id) = (made.text("/data/key"), made.text("/data/id"));
    assert!(ApiKey::parse(&key).is_some() && key.starts_with("pk_live_"), "{}", made.json());
    let path = format!("/access/keys/{id}");
    for shown in [door.get("/access/keys").await.expect(200), door.get(&path).await.expect(200)] {
        let text = shown.json().to_string();
        assert!(text.contains(&id) && !text.contains(&key) && !text.contains("sha256"), "{text}");
    }
    assert_eq!(list_as(&door, &key).await, 200);
    let refused = door.call_as(&key, Method::POST, "/EU-SES", Some(&json!({}))).await.expect(403);
    assert_eq!(refused.headers["content-type"], "application/problem+json");
    assert_eq!(refused.json()["code"], "forbidden");
    assert_eq!(door.call_as(&key, Method::GET, "/access/keys", None).await.status, 403);
}

#[tokio::test]
async fn a_key_is_refused_soon_after_it_is_revoked_disabled_or_over() {
    let door = Door::open().await;
    let end = door.cloud.clock().now().plus(Duration::from_mins(10)).to_rfc3339();
    let made = async |others: &Value| {
        let mut body = json!({ "name": "A key", "scopes": ["signatures:read"] });
        body.as_object_mut().unwrap().extend(others.as_object().unwrap().clone());
        let made = door.post("/access/keys", &body).await.expect(201);
        (made.text("/data/key"), format!("/access/keys/{}", made.text("/data/id")))
    };
    let (revoked, path) = made(&json!({})).await;
    let (disabled, other) = made(&json!({})).await;
    let (over, _) = made(&json!({ "expiresAt": end })).await;
    for key in [&revoked, &disabled, &over] {
        assert_eq!(list_as(&door, key).await, 200);
    }
    let _gone = door.call(Method::DELETE, &path, None).await.expect(200);
    let _changed = door.call(Method::PATCH, &other, Some(&json!({ "enabled": false }))).await.expect(200);
    door.advance(MINUTE).await;
    assert_eq!(list_as(&door, &revoked).await, 401);
    assert_eq!(list_as(&door, &disabled).await, 401);
    assert_eq!(list_as(&door, &over).await, 200);
    let _again = door.call(Method::DELETE, &path, None).await.expect(404);
    let _changed = door.call(Method::PATCH, &other, Some(&json!({ "enabled": true }))).await.expect(200);
    assert_eq!(list_as(&door, &disabled).await, 200);
    door.advance(Duration::from_mins(10)).await;
    assert_eq!(list_as(&door, &over).await, 401);
    let _changed = door.call(Method::PATCH, &other, Some(&json!({ "scopes": ["verify"] }))).await.expect(200);
    door.advance(MINUTE).await;
    assert_eq!(list_as(&door, &disabled).await, 403, "a scope that was taken away");
}

#[tokio::test]
async fn a_tenant_is_given_its_first_key_once() {
    let door = Door::open().await;
    let key = door.another_tenant("acme").await;
    let asked = json!({ "tenant": "acme", "displayName": "Acme Ltd" });
    let again = door.cloud.invoke("ManageAccessFunction", asked.clone()).await.unwrap_err();
    assert!(again.contains("it has a key"), "{again}");
    let listed = door.call_as(&key, Method::GET, "/access/keys", None).await.expect(200).json();
    let path = format!("/access/keys/{}", listed["data"][0]["id"].as_str().unwrap());
    let _revoked = door.call_as(&key, Method::DELETE, &path, None).await.expect(200);
    let other = door.cloud.invoke("ManageAccessFunction", asked).await.unwrap();
    assert_ne!(other["key"], key.as_str(), "without a key that works, there is another first one");
}

#[tokio::test]
async fn a_key_is_bound_to_addresses_and_no_header_moves_its_holder() {
    let door = Door::open().await;
    let far =
        door.key(&["signatures:read"], &json!({ "sourceRanges": ["203.0.113.0/24", "2001:db8::/32"] })).await;
    assert_eq!(list_as(&door, &far).await, 401);
    let request = Request::builder()
        .uri("/signatures")
        .header("host", "127.0.0.1:3000")
        .header("authorization", format!("Bearer {far}"))
        .header("x-forwarded-for", "203.0.113.7");
    assert_eq!(door.send(request.body(Bytes::new()).unwrap()).await.status, 401);
    let near = door.key(&["signatures:read"], &json!({ "sourceRanges": ["127.0.0.1"] })).await;
    assert_eq!(list_as(&door, &near).await, 200);
}

#[tokio::test]
async fn one_span_s_callers_send_the_key_after_basic() {
    let door = Door::open().await;
    let key = door.cloud.api_key().unwrap();
    assert_eq!(with_header(&door, "authorization", &format!("Basic {key}"), "/signatures").await.status, 200);
    let wrong = format!("{}0", &key[..key.len() - 1]);
    let wrong = if wrong == key { format!("{}1", &key[..key.len() - 1]) } else { wrong };
    door.cloud.clear_calls();
    for scheme in ["Basic", "Bearer"] {
        let answer = with_header(&door, "authorization", &format!("{scheme} {wrong}"), "/signatures").await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
    let asked =
        door.cloud.calls().into_iter().filter(|(call, _)| format!("{call:?}").contains("AuthorizeFunction"));
    assert_eq!(asked.count(), 0, "a wrong checksum is refused without a look into the table");
}

#[tokio::test]
async fn the_last_use_of_a_key_is_noted_now_and_then() {
    let door = Door::open().await;
    let key = door.key(&["signatures:read"], &json!({ "name": "Used" })).await;
    let last = async || {
        let all = door.get("/access/keys").await.expect(200).json();
        let row = all["data"].as_array().unwrap().iter().find(|it| it["name"] == "Used").unwrap().clone();
        row["lastUsedAt"].clone()
    };
    assert_eq!(last().await, Value::Null);
    assert_eq!(list_as(&door, &key).await, 200);
    let first = last().await;
    assert!(first.is_string());
    door.advance(Duration::from_mins(2)).await;
    assert_eq!(list_as(&door, &key).await, 200);
    assert_eq!(last().await, first);
    door.advance(Duration::from_mins(4)).await;
    assert_eq!(list_as(&door, &key).await, 200);
    assert_ne!(last().await, first);
}

#[tokio::test]
async fn nobody_gives_what_they_do_not_have() {
    let door = Door::open().await;
    let clerk = door.key(&["access:manage", "signatures:read"], &json!({})).await;
    let ask = async |method: Method, path: &str, body: Value| {
        let answer = door.call_as(&clerk, method, path, Some(&body)).await;
        (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned(), answer)
    };
    let new = |scopes: &[&str]| json!({ "name": "Another", "scopes": scopes });
    assert_eq!(ask(Method::POST, "/access/keys", new(&["signatures:read"])).await.0, 201);
    for scopes in [
        &["signatures:write"][..],
        &["*"],
        &["signatures:read", "verify"],
        &["GET:esignature.openapi.com/signatures"],
        &["POST:esignature.openapi.com/EU-SES"],
    ] {
        let (status, code, _) = ask(Method::POST, "/access/keys", new(scopes)).await;
        assert_eq!((status, code.as_str()), (403, "scope_not_held"), "{scopes:?}");
    }
    let strong = json!({ "name": "Strong", "scopes": ["signatures:write"] });
    let strong = door.post("/access/client-apps", &strong).await.expect(201);
    let path = format!("/access/client-apps/{}", strong.text("/data/id"));
    let (status, code, _) = ask(Method::PATCH, &path, json!({ "scopes": ["signatures:read"] })).await;
    assert_eq!((status, code.as_str()), (403, "scope_not_held"));
    let (status, code, _) = ask(Method::POST, &format!("{path}/rotate-secret"), json!({})).await;
    assert_eq!((status, code.as_str()), (403, "scope_not_held"), "a new secret would be a way to its scopes");
    assert_eq!(ask(Method::DELETE, &path, json!({})).await.0, 200, "everybody may end what leaked");
}

#[tokio::test]
async fn nobody_gives_more_time_places_or_calls_than_they_have() {
    let door = Door::open().await;
    let bounds = json!({
        "expiresAt": "2099-01-01T00:00:00Z", "sourceRanges": ["127.0.0.0/8"], "callsPerMinute": 600,
    });
    let own = json!({ "name": "Bounded", "scopes": ["access:manage"], "expiresAt": bounds["expiresAt"],
        "sourceRanges": bounds["sourceRanges"], "callsPerMinute": 600 });
    let made = door.post("/access/keys", &own).await.expect(201);
    let (key, own) = (made.text("/data/key"), format!("/access/keys/{}", made.text("/data/id")));
    let has = made.json()["data"].clone();
    let new = |change: Value| {
        let mut body = json!({ "name": "Another", "scopes": ["access:manage"] });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body
    };
    let heir = door.call_as(&key, Method::POST, "/access/keys", Some(&new(json!({})))).await.expect(201);
    for member in bounds.as_object().unwrap().keys() {
        assert_eq!(heir.json()["data"][member], has[member], "who says nothing gives what they have");
    }
    let narrower =
        json!({ "expiresAt": "2098-01-01T00:00:00Z", "sourceRanges": ["127.0.0.1"], "callsPerMinute": 1 });
    let _made = door.call_as(&key, Method::POST, "/access/keys", Some(&new(narrower))).await.expect(201);
    for (member, value) in [
        ("expiresAt", json!("2099-01-01T00:00:01Z")),
        ("sourceRanges", json!(["126.0.0.0/7"])),
        ("sourceRanges", json!(["127.0.0.1", "192.0.2.0/24"])),
        ("callsPerMinute", json!(601)),
    ] {
        for (method, path, body) in [
            (Method::POST, "/access/keys", new(json!({ member: value }))),
            (Method::PATCH, own.as_str(), json!({ member: value })),
        ] {
            let refused = door.call_as(&key, method, path, Some(&body)).await.expect(403);
            assert_eq!(refused.text("/code"), "bounds_not_held");
            assert_eq!(refused.text("/errors/0/pointer"), format!("/{member}"));
        }
    }
    for lifted in
        [json!({ "expiresAt": null }), json!({ "sourceRanges": [] }), json!({ "callsPerMinute": null })]
    {
        let refused = door.call_as(&key, Method::PATCH, &own, Some(&lifted)).await.expect(403);
        assert_eq!(refused.text("/code"), "bounds_not_held", "{lifted}");
    }
    let strong = json!({ "name": "Strong", "scopes": ["access:manage"] });
    let strong = door.post("/access/client-apps", &strong).await.expect(201).text("/data/id");
    let rotate = format!("/access/client-apps/{strong}/rotate-secret");
    let refused = door.call_as(&key, Method::POST, &rotate, None).await.expect(403);
    assert_eq!(refused.text("/code"), "bounds_not_held", "a new secret would be a way around one's own end");
}

#[tokio::test]
async fn what_a_key_cannot_be_is_refused_with_a_pointer() {
    let door = Door::open().await;
    for (member, value, pointer) in [
        ("name", json!(""), "/name"),
        ("scopes", json!([]), "/scopes"),
        ("scopes", json!(["verify", "verify:all"]), "/scopes/1"),
        ("scopes", json!(["GET:attacker.example/signatures"]), "/scopes/0"),
        ("environment", json!("production"), "/environment"),
        ("sourceRanges", json!(["127.0.0.1/8"]), "/sourceRanges/0"),
        ("callsPerMinute", json!(0), "/callsPerMinute"),
        ("expiresAt", json!("2001-01-01T00:00:00Z"), "/expiresAt"),
        ("tenant", json!("another"), "/tenant"),
    ] {
        let mut body = json!({ "name": "A key", "scopes": ["verify"] });
        body[member] = value;
        let answer = door.post("/access/keys", &body).await.expect(422);
        assert_eq!(answer.text("/errors/0/pointer"), pointer, "{}", answer.json());
    }
    let own = json!({ "name": "A key", "scopes": ["GET:127.0.0.1:3000/signatures"] });
    let _made = door.post("/access/keys", &own).await.expect(201);
}
