//! How documents come in, and how they are read back.

use std::net::SocketAddr;

use axum::Router;
use axum::routing::get;
use http::Method;
use serde_json::json;
use tests::{CONTRACT, Ceremony, Door, ada, body, large_pdf, signers};

/// A server on this machine that has the contract, and other things.
async fn server() -> SocketAddr {
    let app = Router::new()
        .route("/contract.pdf", get(|| async { CONTRACT }))
        .route("/missing.pdf", get(|| async { http::StatusCode::NOT_FOUND }))
        .route("/text", get(|| async { "no document" }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

async fn request_of(door: &Door, input: serde_json::Value) -> Ceremony {
    let mut request = body(CONTRACT, &[ada()]);
    request["inputDocuments"] = input;
    let answer = door.post("/EU-SES", &request).await.expect(200);
    assert_eq!(answer.text("/data/state"), "WAIT_VALIDATION", "the answer does not wait for the document");
    door.settle().await;
    Ceremony::new(door.clone(), answer.text("/data/id"), &[ada()])
}

#[tokio::test]
async fn a_document_comes_by_address_in_either_form() {
    let (door, server) = (Door::open().await, server().await);
    let url = format!("http://{server}/contract.pdf");
    for input in [json!(url), json!([{ "sourceType": "remote", "url": url }])] {
        let ceremony = request_of(&door, input).await;
        assert_eq!(ceremony.state().await, "WAIT_SIGNER");
        assert_eq!(ceremony.document("validatedDocument").await.expect(200).body, CONTRACT);
    }
}

#[tokio::test]
async fn a_document_comes_as_a_bare_base64_string() {
    use base64::Engine as _;
    let door = Door::open().await;
    let text = base64::engine::general_purpose::STANDARD.encode(CONTRACT);
    let ceremony = request_of(&door, json!(text)).await;
    assert_eq!(ceremony.state().await, "WAIT_SIGNER");
}

#[tokio::test]
async fn an_address_that_cannot_be_read_ends_in_error() {
    let (door, server) = (Door::open().await, server().await);
    let missing = request_of(&door, json!(format!("http://{server}/missing.pdf"))).await;
    let detail = missing.detail().await;
    assert_eq!(detail.text("/data/state"), "ERROR");
    assert_eq!(detail.json()["data"]["errorNumber"], 225);
    assert!(detail.text("/data/errorMessage").contains("404"));
    let text = request_of(&door, json!(format!("http://{server}/text"))).await;
    assert_eq!(text.detail().await.json()["data"]["errorNumber"], 801);
}

#[tokio::test]
async fn a_body_over_the_limit_names_the_way_for_large_documents() {
    let door = Door::open().await;
    let _accepted = door.post("/EU-SES", &body(&large_pdf(4_399_000), &[ada()])).await.expect(200);
    let refused = door.post("/EU-SES", &body(&large_pdf(4_400_001), &[ada()])).await.expect(413);
    assert!(refused.text("/detail").contains("POST /uploads"), "{}", refused.text("/detail"));
    let refused = door.post("/EU-SES", &body(&large_pdf(6_000_000), &[ada()])).await.expect(413);
    assert!(refused.text("/detail").contains("POST /uploads"), "{}", refused.text("/detail"));
}

#[tokio::test]
async fn an_upload_takes_exactly_the_bytes_it_was_asked_for() {
    let door = Door::open().await;
    let asked = json!({ "sizeBytes": CONTRACT.len(), "sha256": "0".repeat(64) });
    let upload = door.post("/uploads", &asked).await.expect(200).json();
    let put = door.put_presigned(&upload["data"], CONTRACT).await;
    assert!(put.status >= 400, "other bytes than announced: {}", put.status);
    let request =
        json!({ "inputDocuments": [upload["data"]["inputDocument"]], "signers": signers(&[ada()]) });
    let refused = door.post("/EU-SES", &request).await.expect(422);
    assert_eq!(refused.text("/errors/0/pointer"), "/inputDocuments/0");
}

#[tokio::test]
async fn lists_are_newest_first_and_take_filters() {
    let door = Door::open().await;
    let first = door.request(CONTRACT, &[ada()]).await;
    door.advance(std::time::Duration::from_secs(1)).await;
    let second = door.request(b"no document", &[ada()]).await;
    let ids = |answer: tests::Answer| -> Vec<String> {
        let rows = answer.json()["data"].as_array().unwrap().clone();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(door.get("/signatures").await), [second.id.clone(), first.id.clone()]);
    assert_eq!(ids(door.get("/signature?limit=1&skip=1").await), std::slice::from_ref(&first.id));
    assert_eq!(ids(door.get("/signatures?state=ERROR").await), std::slice::from_ref(&second.id));
    assert_eq!(ids(door.get("/signatures?state=WAIT_SIGNERS").await), std::slice::from_ref(&first.id));
    let _refused = door.get("/signatures?state=ASLEEP").await.expect(400);
    let _refused = door.get("/signatures?limit=101").await.expect(400);
    for path in ["/signatures", "/signature"] {
        for action in ["", "/detail"] {
            let detail = door.get(&format!("{path}/{}{action}", first.id)).await.expect(200);
            assert_eq!(detail.text("/data/id"), first.id);
        }
    }
}

#[tokio::test]
async fn a_broken_table_is_repaired_and_the_integrator_is_told() {
    let door = Door::open().await;
    let start = CONTRACT.windows(9).rposition(|it| it == b"startxref").unwrap();
    let broken = [&CONTRACT[..start], b"startxref\n7\n%%EOF\n"].concat();
    let ceremony = door.request(&broken, &[ada()]).await;
    let detail = ceremony.detail().await;
    assert_eq!(detail.text("/data/state"), "WAIT_SIGNER");
    assert_eq!(detail.json()["data"]["document"]["inputDocuments"][0]["repaired"], true);
    let accepted = ceremony.document("validatedDocument").await.expect(200).body;
    ceremony.sign_all().await;
    let signed = ceremony.document("signedDocument").await.expect(200).body;
    tests::judge_signed(&door.cloud, &accepted, &signed, 2).await;
}

#[tokio::test]
async fn a_table_that_promises_too_many_objects_is_repaired() {
    let door = Door::open().await;
    let at = CONTRACT.windows(6).rposition(|it| it == b"/Size ").unwrap() + 6;
    let digits = CONTRACT[at..].iter().take_while(|it| it.is_ascii_digit()).count();
    let broken = [&CONTRACT[..at], b"99999999", &CONTRACT[at + digits..]].concat();
    let ceremony = door.request(&broken, &[ada()]).await;
    let detail = ceremony.detail().await;
    assert_eq!(detail.text("/data/state"), "WAIT_SIGNER");
    assert_eq!(detail.json()["data"]["document"]["inputDocuments"][0]["repaired"], true);
}

#[tokio::test]
async fn several_documents_become_one_in_their_order() {
    use base64::Engine as _;
    let door = Door::open().await;
    let entry = |bytes: &[u8]| {
        let payload = base64::engine::general_purpose::STANDARD.encode(bytes);
        json!({ "sourceType": "base64", "payload": payload })
    };
    let input = json!([entry(CONTRACT), entry(&tests::pdf_with_catalog("", &[]))]);
    let mut request = body(CONTRACT, &[ada()]);
    request["inputDocuments"] = input;
    // The contract has two pages; the third one is that of the other document.
    request["signers"][0]["signatures"] = json!([{ "page": 3, "x": "50", "y": "50" }]);
    let answer = door.post("/EU-SES", &request).await.expect(200);
    door.settle().await;
    let ceremony = Ceremony::new(door.clone(), answer.text("/data/id"), &[ada()]);
    assert_eq!(ceremony.state().await, "WAIT_SIGNER", "{}", ceremony.detail().await.json());
    let accepted = ceremony.document("validatedDocument").await.expect(200).body;
    ceremony.sign_all().await;
    let signed = ceremony.document("signedDocument").await.expect(200).body;
    tests::judge_signed(&door.cloud, &accepted, &signed, 2).await;
}

#[tokio::test]
async fn a_document_that_a_closing_seal_has_locked_is_refused_before_anyone_signs() {
    let door = Door::open().await;
    let first = door.request(CONTRACT, &[ada()]).await;
    first.sign_all().await;
    let signed = first.document("signedDocument").await.expect(200).body;
    let second = door.request(&signed, &[ada()]).await;
    let detail = second.detail().await;
    assert_eq!(detail.text("/data/state"), "ERROR");
    assert_eq!(detail.json()["data"]["errorNumber"], 811, "{}", detail.text("/data/errorMessage"));
}

#[tokio::test]
async fn no_name_from_outside_reaches_a_key_or_the_name_of_a_file() {
    let door = Door::open().await;
    for title in [
        "../../etc/passwd",
        "C:\\con.pdf",
        "a\"; filename=\"evil.exe",
        "Contract \u{202e}fdp.exe",
        "%2e%2e%2f",
        "счёт 契約.pdf",
    ] {
        let mut body = body(CONTRACT, &[ada()]);
        body["title"] = json!(title);
        body["signers"][0]["attachments"] = json!([{ "name": title, "required": false }]);
        let answer = door.post("/EU-SES", &body).await;
        if title.contains('\u{202e}') {
            let _refused = answer.expect(422);
            continue;
        }
        door.settle().await;
        let ceremony = Ceremony::new(door.clone(), answer.expect(200).text("/data/id"), &[ada()]);
        let opened = ceremony.as_signatory(ada(), Method::GET, "/sign/document", None).await.expect(200);
        let name = format!("{}-document.pdf", ceremony.id);
        assert_eq!(opened.headers["content-disposition"], format!("inline; filename=\"{name}\""), "{title}");
        ceremony.sign_all().await;
        let signed = ceremony.document("signedDocument").await.expect(200);
        let told = signed.headers["content-disposition"].to_str().unwrap();
        assert!(told.starts_with("attachment; filename=\"") && told.matches('"').count() == 2, "{told}");
        assert!(
            told.contains(&ceremony.id) && told.bytes().all(|it| it.is_ascii_graphic() || it == b' '),
            "{told}"
        );
    }
    let mut folders = vec![door.cloud.data().join("objects")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            assert!(name.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it)), "{name}");
            assert!(!name.contains("passwd") && !name.contains("evil"), "{name}");
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            }
        }
    }
}
