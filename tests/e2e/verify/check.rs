//! `/check`, for whoever holds a file.

use std::time::Duration;

use http::Method;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tests::{CONTRACT, ada, grace};

use super::{anybody, door, signed};

#[tokio::test]
async fn anybody_recognises_a_sealed_document_by_its_digest() {
    let door = door().await;
    let page = anybody(&door, Method::GET, "/check", "text/plain", b"").await.expect(200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"));
    for name in ["check.css", "check.js"] {
        assert!(String::from_utf8_lossy(&page.body).contains(&format!("check/assets/{name}")));
        let _asset = anybody(&door, Method::GET, &format!("/check/assets/{name}"), "", b"").await.expect(200);
    }
    let _unknown = anybody(&door, Method::GET, "/check/assets/other.js", "", b"").await.expect(404);

    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    let _signed = ceremony.sign(ada()).await.expect(200);
    door.settle().await;
    let revision = ceremony.view(grace()).await["document"]["sha256"].as_str().unwrap().to_owned();
    let _signed = ceremony.sign(grace()).await.expect(200);
    door.settle().await;
    let file = ceremony.document("signedDocument").await.expect(200).body;
    let ask = |sha256: String| {
        let door = door.clone();
        async move { anybody(&door, Method::GET, &format!("/check/{sha256}"), "", b"").await }
    };
    let found = ask(hex::encode(Sha256::digest(&file))).await.expect(200).json()["data"].clone();
    assert_eq!(found["isComplete"], true);
    assert_eq!(found.as_object().unwrap().len(), 3, "and nothing of anybody: {found}");
    assert_eq!(ask(revision).await.expect(200).json()["data"]["isComplete"], false);
    let _unknown = ask(hex::encode(Sha256::digest(CONTRACT))).await.expect(404);
    let _malformed = ask("x".to_owned()).await.expect(404);
}

#[tokio::test]
async fn anybody_may_send_a_file_but_not_without_end() {
    let door = door().await;
    // At the beginning of an hour, which is the window that is counted in.
    let into_hour = door.cloud.clock().now().unix_seconds().rem_euclid(3600);
    door.advance(Duration::from_secs(u64::try_from(3600 - into_hour).unwrap())).await;
    let file = signed(&door).await;
    let send = |content_type: &'static str, file: Vec<u8>| {
        let door = door.clone();
        async move { anybody(&door, Method::POST, "/check", content_type, &file).await }
    };
    let data = send("application/octet-stream", file.clone()).await.expect(200).json()["data"].clone();
    assert_eq!(data["overallVerified"], true, "{data:#}");
    assert_eq!(data["plainDocument"], Value::Null);
    assert_eq!(data["signatureReportList"][0]["signingReason"], Value::Null);
    let _type = send("text/plain", file.clone()).await.expect(415);
    let _empty = send("application/pdf", Vec::new()).await.expect(422);
    let _large = send("application/pdf", vec![0; 4_400_001]).await.expect(413);
    let mut allowed = 1;
    let refused = loop {
        let answer = send("application/pdf", b"no document".to_vec()).await;
        if answer.status == 429 {
            break answer;
        }
        let _no_document = answer.expect(422);
        allowed += 1;
    };
    assert_eq!(allowed, 30);
    let seconds: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=3600).contains(&seconds));
    door.advance(Duration::from_secs(seconds)).await;
    let _again = send("application/pdf", file).await.expect(200);
}
