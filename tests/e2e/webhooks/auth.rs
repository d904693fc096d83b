//! What endpoints ask for, and that none of it comes out again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tests::{Door, Endpoint, Manner, Received};

use super::{patch, subscribe};

async fn test(door: &Door, webhook: &Value) {
    let path = format!("/webhooks/{}/test", webhook["id"].as_str().unwrap());
    let _taken = door.post(&path, &json!({})).await.expect(202);
    door.settle().await;
}

fn authorization(received: &Received) -> Option<&str> {
    received.headers.get("authorization").map(String::as_str)
}

#[tokio::test]
async fn endpoints_get_the_authorization_they_ask_for() {
    let door = Door::open().await;
    for (auth, sent) in [
        (json!({ "type": "none" }), None),
        (json!({ "type": "basic", "key": "callback-key" }), Some("Basic callback-key")),
        (
            json!({ "type": "basic", "username": "ada", "password": "correct horse" }),
            Some("Basic YWRhOmNvcnJlY3QgaG9yc2U="),
        ),
    ] {
        let endpoint = Endpoint::willing().await;
        let headers = json!({ "X-Tenant": "acme", "X-Secret": "hush" });
        let webhook = subscribe(&door, &endpoint, json!({ "auth": auth, "headers": headers })).await;
        test(&door, &webhook).await;
        let got = endpoint.got();
        assert_eq!(authorization(&got[0]), sent);
        assert_eq!(
            (got[0].headers["x-tenant"].as_str(), got[0].headers["x-secret"].as_str()),
            ("acme", "hush")
        );
        assert_eq!(got[0].headers["content-type"], "application/json");
    }
}

#[tokio::test]
async fn what_opens_an_endpoint_never_follows_the_address_to_another_host() {
    let door = Door::open().await;
    let (mine, others) = (Endpoint::willing().await, Endpoint::willing().await);
    let auth = json!({ "type": "basic", "key": "callback-key" });
    let webhook = subscribe(&door, &mine, json!({ "auth": auth, "headers": { "X-Secret": "hush" } })).await;
    let path = format!("/webhooks/{}", webhook["id"].as_str().unwrap());
    let change = async |body: Value| door.call(http::Method::PATCH, &path, Some(&body)).await;
    let none = json!({ "type": "none" });
    for (body, pointer) in [
        (json!({ "url": others.url() }), "/auth"),
        (json!({ "url": others.url(), "auth": none }), "/headers"),
        (json!({ "url": others.url(), "headers": {} }), "/auth"),
    ] {
        let refused = change(body).await.expect(422);
        assert_eq!(refused.text("/errors/0/pointer"), pointer);
    }
    test(&door, &webhook).await;
    assert_eq!((mine.got().len(), others.got().len()), (1, 0));
    let elsewhere = format!("{}/elsewhere", mine.url());
    let _same_host = change(json!({ "url": elsewhere })).await.expect(200);
    test(&door, &webhook).await;
    assert_eq!(authorization(&mine.got()[1]), Some("Basic callback-key"));
    let _said_again = change(json!({ "url": others.url(), "auth": none, "headers": {} })).await.expect(200);
    test(&door, &webhook).await;
    let got = others.got();
    assert_eq!((authorization(&got[0]), got[0].headers.contains_key("x-secret")), (None, false));
}

#[tokio::test]
async fn a_token_is_had_once_and_again_when_it_is_over_or_refused() {
    let door = Door::open().await;
    let issued = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&issued);
    let server = Endpoint::listen(move |_, _| {
        let number = counter.fetch_add(1, Ordering::SeqCst) + 1;
        let body =
            json!({ "access_token": format!("token-{number}"), "token_type": "Bearer", "expires_in": 600 });
        Manner::Answer(200, "content-type: application/json\r\n", body.to_string())
    })
    .await;
    let endpoint = Endpoint::listen(|count, _| Manner::status(if count == 3 { 401 } else { 204 })).await;
    let auth = json!({
        "type": "oauth2", "tokenUrl": server.url(), "clientId": "paraphe", "clientSecret": "s3cret:/", "scope": "hooks"
    });
    let webhook = subscribe(&door, &endpoint, json!({ "auth": auth })).await;
    let tokens =
        |got: &[Received]| got.iter().map(|it| authorization(it).unwrap().to_owned()).collect::<Vec<_>>();
    test(&door, &webhook).await;
    test(&door, &webhook).await;
    assert_eq!(tokens(&endpoint.got()), ["Bearer token-1"; 2]);
    let asked = &server.got()[0];
    assert_eq!(asked.body, "grant_type=client_credentials&scope=hooks");
    // Both are form-encoded before they are joined (RFC 6749 section 2.3.1).
    assert_eq!(authorization(asked), Some("Basic cGFyYXBoZTpzM2NyZXQlM0ElMkY="));
    door.cloud.clock().shift(540_000);
    test(&door, &webhook).await;
    assert_eq!(tokens(&endpoint.got())[2], "Bearer token-2", "not in the last minute of the one before");
    test(&door, &webhook).await;
    assert_eq!(tokens(&endpoint.got())[3..], ["Bearer token-2", "Bearer token-3"], "refused, so a new one");
    assert_eq!(issued.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_a_server_without_one_is_a_failure() {
    let door = Door::open().await;
    let server = Endpoint::listen(|count, _| {
        let body = json!({ "access_token": "token", "expires_in": "600" });
        if count < 2 { Manner::Answer(200, "", body.to_string()) } else { Manner::status(503) }
    })
    .await;
    let endpoint = Endpoint::listen(|_, _| Manner::status(401)).await;
    let auth = json!({
        "type": "oauth2", "tokenUrl": server.url(), "clientId": "paraphe", "clientSecret": "s3cret"
    });
    let webhook = subscribe(&door, &endpoint, json!({ "auth": auth })).await;
    test(&door, &webhook).await;
    assert_eq!((endpoint.got().len(), server.got().len()), (2, 2), "one renewal, and no more");
    let _taken =
        patch(&door, &webhook, &json!({ "description": "a change makes tokens void" })).await.expect(200);
    test(&door, &webhook).await;
    let log = super::deliveries(&door, &webhook, "").await;
    let words = log.iter().filter_map(|it| it["attempts"][0]["error"].as_str()).collect::<Vec<_>>();
    assert_eq!(words, ["the authorization server gave no token"]);
    assert_eq!(endpoint.got().len(), 2);
}

#[tokio::test]
async fn secrets_go_in_and_do_not_come_out() {
    let door = Door::open().await;
    let endpoint = Endpoint::willing().await;
    let auth = json!({
        "type": "oauth2", "tokenUrl": endpoint.url(), "clientId": "paraphe", "clientSecret": "hush-secret"
    });
    let more = json!({ "auth": auth, "headers": { "X-Secret": "hush-header" }, "ed25519": true });
    let webhook = subscribe(&door, &endpoint, more).await;
    let path = format!("/webhooks/{}", webhook["id"].as_str().unwrap());
    test(&door, &webhook).await;
    let changed = patch(&door, &webhook, &json!({ "description": "x" })).await.expect(200);
    let mut shown = String::from_utf8(changed.body.to_vec()).unwrap();
    for path in [path.clone(), "/webhooks".to_owned(), format!("{path}/deliveries")] {
        shown += std::str::from_utf8(&door.get(&path).await.expect(200).body).unwrap();
    }
    let secret = webhook["secret"].as_str().unwrap();
    for hidden in ["hush", "whsec_", secret.strip_prefix("whsec_").unwrap()] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
    assert!(shown.contains("\"clientId\":\"paraphe\"") && shown.contains("whpk_"));
    // Nor do they lie in the table as they are.
    let files = walk(door.cloud.data());
    assert!(
        files.iter().any(|it| contains(it, b"app.example.com") || contains(it, endpoint.url().as_bytes()))
    );
    for hidden in [b"hush-secret".as_slice(), b"hush-header"] {
        assert!(!files.iter().any(|it| contains(it, hidden)));
    }
}

fn walk(folder: &std::path::Path) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else {
            files.push(std::fs::read(path).unwrap());
        }
    }
    files
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|it| it == part)
}
