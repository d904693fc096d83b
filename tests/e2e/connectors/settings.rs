//! What connectors are told, what opens them, and the script for Exchange Online.

use http::Method;
use serde_json::{Value, json};
use tests::Door;

use super::{people, put, service_account};

const GMAIL: &str = "/connectors/gmail";

fn walk(folder: &std::path::Path) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(std::fs::read(path).unwrap()) }
    }
    files
}

#[tokio::test]
async fn what_opens_a_connector_goes_in_and_does_not_come_out() {
    let door = Door::open().await;
    let account = service_account();
    let settings = json!({ "serviceAccount": account, "baseUrl": "https://gmail.example.com" });
    let saved = put(&door, GMAIL, &settings).await.expect(200).json();
    assert_eq!((&saved["data"]["serviceAccount"], &saved["data"]["version"]), (&json!("***"), &json!(1)));
    let graph = json!({ "organization": "o", "clientId": "c", "clientSecret": "hush-hush-secret" });
    let _saved = put(&door, "/connectors/microsoft-graph", &graph).await.expect(200);
    let mut shown = saved.to_string();
    for path in [GMAIL, "/connectors", "/connectors/microsoft-graph", "/signature-changes"] {
        shown += &door.get(path).await.expect(200).json().to_string();
    }
    let key = account["private_key"].as_str().unwrap().lines().nth(3).unwrap();
    assert!(!shown.contains(key) && !shown.contains("hush") && !shown.contains("BEGIN PRIVATE"));
    let files = walk(door.cloud.data());
    assert!(files.iter().any(|it| it.windows(17).any(|part| part == b"gmail.example.com")));
    for hidden in [key.as_bytes(), b"hush-hush-secret"] {
        assert!(!files.iter().any(|it| it.windows(hidden.len()).any(|part| part == hidden)));
    }
}

#[tokio::test]
async fn what_opens_a_connector_is_asked_for_again_where_it_would_go_elsewhere() {
    let door = Door::open().await;
    let without = put(&door, GMAIL, &json!({})).await.expect(422);
    assert_eq!(without.text("/errors/0/pointer"), "/serviceAccount");
    let base = "https://gmail.example.com";
    let _saved =
        put(&door, GMAIL, &json!({ "serviceAccount": service_account(), "baseUrl": base })).await.expect(200);
    let _kept = put(&door, GMAIL, &json!({ "baseUrl": base, "variant": "reply" })).await.expect(200);
    for other in [
        json!({ "baseUrl": "https://evil.example.com" }),
        json!({}),
        json!({ "baseUrl": base, "tokenUrl": "https://evil.example.com/" }),
    ] {
        let refused = put(&door, GMAIL, &other).await.expect(422);
        assert_eq!(refused.text("/errors/0/pointer"), "/serviceAccount", "{other}");
    }
}

#[tokio::test]
async fn settings_that_cannot_be_had_are_refused_with_their_place() {
    let door = Door::open().await;
    let account = service_account();
    let mut elliptic = account.clone();
    elliptic["private_key"] = json!(rcgen::KeyPair::generate().unwrap().serialize_pem());
    for (kind, settings, place) in [
        ("gmail", json!({ "serviceAccount": "x" }), "/serviceAccount"),
        ("gmail", json!({ "serviceAccount": { "client_email": "a@b" } }), "/serviceAccount"),
        ("gmail", json!({ "serviceAccount": elliptic }), "/serviceAccount"),
        ("gmail", json!({ "serviceAccount": account, "baseUrl": "http://example.com" }), "/baseUrl"),
        ("gmail", json!({ "serviceAccount": account, "baseUrl": "https://10.0.0.1" }), "/baseUrl"),
        ("gmail", json!({ "serviceAccount": account, "tokenUrl": "https://169.254.169.254/" }), "/tokenUrl"),
        ("gmail", json!({ "serviceAccount": account, "subject": "a@example.com" }), "/subject"),
        ("google-directory", json!({ "serviceAccount": account }), "/subject"),
        (
            "google-directory",
            json!({ "serviceAccount": account, "subject": "a@example.com", "fields": { "title": "$x" } }),
            "/fields/title",
        ),
        (
            "microsoft-graph",
            json!({ "organization": "o", "clientId": "c", "clientSecret": "a b" }),
            "/clientSecret",
        ),
        (
            "microsoft-graph",
            json!({ "organization": "a/../b", "clientId": "c", "clientSecret": "x" }),
            "/organization",
        ),
        ("exchange", json!({ "places": [{ "group": "" }] }), "/places/0/group"),
    ] {
        let refused = put(&door, &format!("/connectors/{kind}"), &settings).await.expect(422);
        assert_eq!(refused.text("/errors/0/pointer"), place, "{kind} {}", refused.json());
        assert!(!refused.json().to_string().contains("MII"));
    }
    let _unknown = put(&door, "/connectors/outlook", &json!({})).await.expect(404);
    let _none = door.get("/connectors/gmail").await.expect(404);
}

#[tokio::test]
async fn connectors_are_their_tenant_s_and_versions_are_kept() {
    let door = Door::open().await;
    let _saved = put(&door, "/connectors/exchange", &json!({ "rule": "Ours" })).await.expect(200);
    let other = door.another_tenant("other").await;
    let _unseen = door.call_as(&other, Method::GET, "/connectors/exchange", None).await.expect(404);
    let reader = door.key(&["connectors:read"], &json!({})).await;
    let _read = door.call_as(&reader, Method::GET, "/connectors/exchange", None).await.expect(200);
    let body = json!({});
    for (method, path) in [
        (Method::PUT, "/connectors/exchange"),
        (Method::POST, "/connectors/gmail/runs"),
        (Method::DELETE, "/connectors/exchange"),
    ] {
        let _forbidden = door.call_as(&reader, method, path, Some(&body)).await.expect(403);
    }
    let _no_runs = door.post("/connectors/exchange/runs", &json!({})).await.expect(409);
    let _no_script = door.get("/connectors/gmail/script").await.expect(404);
    let gone = door.call(Method::DELETE, "/connectors/exchange", None).await.expect(200).json();
    assert_eq!(gone["data"]["name"], "exchange");
    let changes = door.get("/signature-changes").await.expect(200).json();
    let of_connectors = |it: &&Value| it["kind"] == "connector";
    assert_eq!(changes["data"].as_array().unwrap().iter().filter(of_connectors).count(), 2);
}

#[tokio::test]
async fn the_script_holds_a_rule_and_the_signature_of_each_mailbox() {
    let door = Door::open().await;
    people(&door).await;
    let brand = json!({ "name": "It's \u{2019}Engines\u{2018}", "colors": { "primary": "#7a1f5c" } });
    let _brand = put(&door, "/brands/house", &brand).await.expect(200);
    let evil = json!([{ "email": "o'hara@example.com", "firstname": "'; Remove-Mailbox x; '", "lastname": "\u{2019}$(x)" }]);
    let _written = door.post("/users", &evil).await.expect(200);
    let _saved = put(&door, "/connectors/exchange", &json!({ "rule": "Our 'rule'" })).await.expect(200);
    let script = door.get("/connectors/exchange/script").await.expect(200);
    assert_eq!(script.headers["content-disposition"], "attachment; filename=\"signatures.ps1\"");
    assert!(!script.headers.contains_key("link"), "all of it is there");
    let script = String::from_utf8(script.body.to_vec()).unwrap();
    assert!(script.is_ascii());
    assert!(script.contains("New-TransportRule") && script.contains("%%FirstName%%"), "{script}");
    assert!(script.contains("$name = 'Our ''rule'''"));
    let calls: Vec<&str> = script.lines().filter(|it| it.starts_with("Set-Signature '")).collect();
    assert_eq!(calls.len(), 3, "Alan is switched off");
    assert!(calls.iter().any(|it| it.starts_with("Set-Signature 'o''hara@example.com' ")), "{calls:?}");
    assert!(!script.lines().any(|it| it.trim_start().starts_with("Remove-Mailbox")));
    let _forged = door.get("/connectors/exchange/script?cursor=x").await.expect(400);
}

#[tokio::test]
async fn without_a_brand_there_is_no_rule() {
    let door = Door::open().await;
    let _saved = put(&door, "/connectors/exchange", &json!({})).await.expect(200);
    let script = door.get("/connectors/exchange/script").await.expect(200);
    assert!(!String::from_utf8(script.body.to_vec()).unwrap().contains("New-TransportRule"));
}
