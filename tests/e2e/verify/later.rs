//! Validations that are worked off later.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use local::Options;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::{CONTRACT, Ceremony, ada, large_pdf, signers};

use super::{PASSWORD, accepting, door, door_with};

#[tokio::test]
async fn a_large_document_is_worked_off_later() {
    let options = Options { duplicate: 2, ..Options::default() };
    let door = door_with(options).await;
    let document = large_pdf(17_000_000);
    let input = door.upload(&document).await;
    let body = json!({ "inputDocuments": [input], "signers": signers(&[ada()]), "title": "Large" });
    let answer = door.post("/EU-SES", &body).await.expect(200);
    door.settle().await;
    let ceremony = Ceremony::new(door.clone(), answer.text("/data/id"), &[ada()]);
    ceremony.sign_all().await;
    let file = ceremony.document("signedDocument").await.expect(200).body;

    let upload = door.upload(&file).await;
    let accepted = door.post("/verify", &json!({ "inputDocument": upload })).await.expect(202);
    let path = accepted.text("/data/url");
    assert_eq!(accepted.headers["location"], path[1..]);
    assert_eq!(door.get(&path).await.expect(202).text("/data/state"), "WAIT_VALIDATION");
    let door = door.restart().await;
    door.settle().await;
    let data = door.get(&path).await.expect(200).json()["data"].clone();
    assert_eq!(data["overallVerified"], true, "{data:#}");
    assert_eq!(data["sha256"], hex::encode(Sha256::digest(&file)));
    assert_eq!(data["plainDocument"], Value::Null, "too large for the answer");
    let url = data["plainDocumentUrl"].as_str().unwrap();
    let start = url.find("://").unwrap() + 3;
    let path_of_url = &url[start + url[start..].find('/').unwrap()..];
    let request = Request::builder().uri(path_of_url).header("host", "127.0.0.1:3000");
    let plain = door.send(request.body(Bytes::new()).unwrap()).await.expect(200).body;
    assert!(file.starts_with(&plain) && plain.starts_with(&document));

    let page = accepting(&door, "text/html", Method::GET, &path, None).await.expect(200);
    assert!(String::from_utf8_lossy(&page.body).contains("All signatures are valid"));
    door.advance(Duration::from_hours(24)).await;
    let _over = door.get(&path).await.expect(404);
}

#[tokio::test]
async fn an_upload_that_is_no_document_ends_in_its_number() {
    let door = door().await;
    let upload = door.upload(b"no document").await;
    let accepted = door.post("/verify", &json!({ "inputDocument": upload })).await.expect(202);
    door.settle().await;
    let refused = door.get(&accepted.text("/data/url")).await.expect(422);
    assert_eq!(refused.json()["error"], 831);
    let unknown = json!({ "inputDocument": format!("upload:{}", "0".repeat(24)) });
    assert_eq!(door.post("/verify", &unknown).await.expect(422).json()["error"], 836);
    let _unknown = door.get(&format!("/verify/{}", "0".repeat(24))).await.expect(404);
    let _malformed = door.get("/verify/x").await.expect(404);
}

#[tokio::test]
async fn a_password_never_lies_in_the_table_as_it_is() {
    let door = door().await;
    let upload = door.upload(PASSWORD).await;
    let body = json!({ "inputDocument": upload, "pdfEncryptionPassword": "user" });
    let waiting = || async {
        let table = door.cloud.template().table("Requests").unwrap().name.clone();
        let items = door.cloud.aws().dynamodb().scan().table_name(table).send().await.unwrap();
        let items = items.items.unwrap_or_default();
        items.into_iter().find(|it| it.contains_key("is_recursive")).expect("a validation")
    };
    let accepted = door.post("/verify", &body).await.expect(202);
    let sealed = waiting().await["password"].as_s().unwrap().clone();
    assert!(!sealed.contains("user") && !sealed.contains(&hex::encode("user")));
    door.settle().await;
    let answer = door.get(&accepted.text("/data/url")).await.expect(200);
    assert_eq!(answer.json()["data"]["overall"]["indication"], "NO_SIGNATURE");
    assert!(!waiting().await.contains_key("password"), "it is forgotten when the work is done");
}

#[tokio::test]
async fn a_validation_is_its_tenants() {
    let door = door().await;
    let upload = door.upload(CONTRACT).await;
    let accepted = door.post("/verify", &json!({ "inputDocument": upload })).await.expect(202);
    door.settle().await;
    let key = door.another_tenant("another").await;
    let path = accepted.text("/data/url");
    assert_eq!(door.call_as(&key, Method::GET, &path, None).await.status, 404);
    // Nor is an upload anybody else's.
    let body = json!({ "inputDocument": upload });
    assert_eq!(door.call_as(&key, Method::POST, "/verify", Some(&body)).await.status, 422);
    assert_eq!(door.get(&path).await.status, 200);
}
