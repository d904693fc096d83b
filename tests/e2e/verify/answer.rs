//! What stands in an answer, and in what form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tests::CONTRACT;

use super::{Desk, PASSWORD, accepting, door, inline, put_trust, signed, verify};

#[tokio::test]
async fn a_document_that_the_service_sealed_is_valid() {
    let door = door().await;
    let file = signed(&door).await;
    let data = verify(&door, &file).await;
    assert_eq!(data["overallVerified"], true, "{data:#}");
    assert_eq!(data["overall"]["indication"], "TOTAL_PASSED");
    assert_eq!((&data["signatureFormat"], &data["nrOfSignatures"]), (&json!("PAdES"), &json!(3)));
    assert_eq!(data["sha256"], hex::encode(Sha256::digest(&file)));
    for signature in data["signatureReportList"].as_array().unwrap() {
        assert_eq!(signature["indication"], "TOTAL_PASSED", "{signature:#}");
        assert_eq!(signature["integrity"], true);
        assert_eq!(signature["signerCertificateStatus"], "VALID");
        let chain = signature["certificateChain"].as_array().unwrap();
        assert_eq!(chain.last().unwrap()["trustAnchor"]["source"], "SEAL_AUTHORITY");
        assert_eq!(signature["subjectDN"], chain[0]["subjectDN"]);
        assert_eq!(signature["level"], "B-B");
    }
    assert_eq!(data["signatureReportList"][2]["coverage"], "WHOLE_FILE");
    assert!(!data["revisionReportList"].as_array().unwrap().is_empty());
    let plain = STANDARD.decode(data["plainDocument"].as_str().unwrap()).unwrap();
    assert!(plain.starts_with(CONTRACT) && file.starts_with(&plain), "the document as it was first signed");
}

#[tokio::test]
async fn a_document_that_was_changed_is_not_valid() {
    let door = door().await;
    let file = signed(&door).await;
    // A letter of a comment at the beginning: nothing is broken but what was signed.
    let mut tampered = file.clone();
    let at = tampered.windows(5).position(|it| it == b"/Type").unwrap();
    tampered[at + 1] = b't';
    let data = verify(&door, &tampered).await;
    assert_eq!(data["overallVerified"], false);
    assert_ne!(data["overall"]["indication"], "TOTAL_PASSED");
    // Bytes behind the last seal.
    let longer = [file.as_slice(), b"\n1 0 obj\n<</Type/Catalog>>\nendobj\n%%EOF\n"].concat();
    let data = verify(&door, &longer).await;
    assert_eq!(data["overallVerified"], false, "{data:#}");
    let notes = data["noteReportList"].as_array().unwrap();
    assert!(!notes.is_empty() || data["overall"]["reason"].is_string(), "and it is said why: {data:#}");
}

#[tokio::test]
async fn a_document_without_a_signature_is_never_verified() {
    let door = door().await;
    let data = verify(&door, CONTRACT).await;
    assert_eq!(data["overallVerified"], false);
    assert_eq!(data["overall"]["indication"], "NO_SIGNATURE");
    assert_eq!(data["nrOfSignatures"], 0);
}

#[tokio::test]
async fn what_is_no_document_has_a_number() {
    let door = door().await;
    let xml = br#"<?xml version="1.0"?><a><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/></a>"#;
    for (file, number) in [(b"no document".as_slice(), 831), (b"%PDF-1.7\n", 831), (xml, 832)] {
        let refused = door.post("/verify", &inline(file)).await.expect(422);
        assert_eq!(refused.json()["error"], number, "{}", refused.text("/detail"));
        assert_eq!(refused.text("/errors/0/pointer"), "/inputDocument");
        assert_eq!(refused.headers["content-type"], "application/problem+json");
    }
    let refused = door.post("/verify", &json!({})).await.expect(422);
    assert_eq!(refused.json()["error"], 830);
    let refused = door.post("/verify", &json!({ "inputDocument": "aGk=", "else": 1 })).await.expect(422);
    assert_eq!(refused.json()["error"], 625);
    let large = door.post("/verify", &inline(&vec![b'x'; 4_400_001])).await.expect(413);
    assert!(large.text("/detail").contains("POST /uploads"));
    let stranger = door.call_as("nobody_knows_this_key_at_all", Method::POST, "/verify", None).await;
    assert_eq!(stranger.status, 401);
}

#[tokio::test]
async fn an_encrypted_document_needs_its_password() {
    let door = door().await;
    for body in [
        inline(PASSWORD),
        json!({ "inputDocument": STANDARD.encode(PASSWORD), "pdfEncryptionPassword": "no" }),
    ] {
        let refused = door.post("/verify", &body).await.expect(422);
        assert_eq!(refused.json()["error"], 834);
        assert_eq!(refused.text("/errors/0/pointer"), "/pdfEncryptionPassword");
    }
    let body = json!({ "inputDocument": STANDARD.encode(PASSWORD), "pdfEncryptionPassword": "user" });
    assert_eq!(door.post("/verify", &body).await.expect(200).json()["data"]["overallVerified"], false);
}

#[tokio::test]
async fn a_report_comes_as_a_page_and_as_a_pdf() {
    let door = door().await;
    let body = inline(&signed(&door).await);
    let page = accepting(&door, "text/html", Method::POST, "/verify", Some(&body)).await.expect(200);
    let text = String::from_utf8(page.body.to_vec()).unwrap();
    assert!(text.contains("All signatures are valid") && text.contains("TOTAL_PASSED"));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    let pdf = accepting(&door, "application/pdf", Method::POST, "/verify", Some(&body)).await.expect(200);
    assert_eq!(pdf.headers["content-type"], "application/pdf");
    assert!(pdf.body.starts_with(b"%PDF-"));
    // It is a document like any other, though not a signed one.
    assert_eq!(verify(&door, &pdf.body).await["overall"]["indication"], "NO_SIGNATURE");
}

#[tokio::test]
async fn a_signed_document_that_is_encrypted_is_judged_with_its_password() {
    let door = door().await;
    let desk = Desk::new(&door, "Examples", 30);
    let file = desk.sign_with_password(PASSWORD, "user", door.cloud.clock().now());
    put_trust(&door, &[desk.root_pem()], false).await;
    let ask = async |password: &str| {
        let body = json!({ "inputDocument": STANDARD.encode(&file), "pdfEncryptionPassword": password });
        door.post("/verify", &body).await
    };
    for wrong in ["", "User", "user "] {
        assert_eq!(ask(wrong).await.expect(422).json()["error"], 834, "{wrong:?}");
    }
    let data = ask("user").await.expect(200).json()["data"].clone();
    assert_eq!(data["overallVerified"], true, "{data:#}");
}
