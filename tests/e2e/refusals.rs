//! Documents that cannot be signed, and bodies that cannot be read.

use serde_json::{Value, json};
use tests::{CONTRACT, Ceremony, Door, ada, body, pdf_with_catalog};

async fn fails_with(document: &[u8], number: u64, words: &str) {
    let door = Door::open().await;
    let ceremony: Ceremony = door.request(document, &[ada()]).await;
    let detail = ceremony.detail().await;
    assert_eq!(detail.text("/data/state"), "ERROR");
    assert_eq!(detail.json().pointer("/data/errorNumber").and_then(Value::as_u64), Some(number));
    let sentence = detail.text("/data/errorMessage");
    assert!(sentence.contains(words), "{sentence}");
    assert!(door.mails_to(ada().email).is_empty(), "nobody is invited");
    assert_eq!(ceremony.evidence().await.last().map(String::as_str), Some("DocumentRejected"));
}

#[tokio::test]
async fn a_file_that_is_no_pdf_ends_in_error() {
    fails_with(b"Hello, world", 801, "not a PDF").await;
}

#[tokio::test]
async fn a_broken_file_ends_in_error() {
    fails_with(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog", 802, "broken").await;
}

#[tokio::test]
async fn an_encrypted_file_with_an_unknown_password_ends_in_error() {
    fails_with(include_bytes!("../fixtures/password.pdf"), 803, "password").await;
}

#[tokio::test]
async fn javascript_ends_in_error() {
    let names = "/Names << /JavaScript << /Names [(a) 4 0 R] >> >>";
    let script = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>";
    fails_with(&pdf_with_catalog(names, &[script]), 804, "JavaScript").await;
}

#[tokio::test]
async fn a_launch_action_ends_in_error() {
    let action = "<< /S /Launch /F (calc.exe) >>";
    fails_with(&pdf_with_catalog("/OpenAction 4 0 R", &[action]), 805, "").await;
}

#[tokio::test]
async fn an_xfa_form_ends_in_error() {
    let form = "<< /Fields [] /XFA 5 0 R >>";
    let xfa = "<< /Length 5 >>\nstream\n<xfa>\nendstream";
    fails_with(&pdf_with_catalog("/AcroForm 4 0 R", &[form, xfa]), 806, "XFA").await;
}

#[tokio::test]
async fn a_place_outside_the_page_ends_in_error_and_says_by_how_much() {
    let door = Door::open().await;
    let mut request = body(CONTRACT, &[ada()]);
    request["signers"][0]["signatures"] = json!([{ "page": 1, "x": "500", "y": "100" }]);
    let answer = door.post("/EU-SES", &request).await.expect(200);
    door.settle().await;
    let detail = Ceremony::new(door.clone(), answer.text("/data/id"), &[ada()]).detail().await;
    assert_eq!(detail.json()["data"]["errorNumber"], 809);
    assert!(detail.text("/data/errorMessage").contains("pt right"), "{}", detail.text("/data/errorMessage"));
}

#[tokio::test]
async fn a_malformed_body_is_refused_with_a_number_and_a_pointer() {
    let door = Door::open().await;
    let good = body(CONTRACT, &[ada()]);
    let with = |pointer: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let without = |name: &str| {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(name);
        body
    };
    let callback = |url: &str| {
        let mut body = good.clone();
        body["callback"] = json!({ "url": url });
        body
    };
    let header = |name: &str| {
        let mut body = callback("https://example.com/hook");
        body["callback"]["headers"] = json!({ name: "1" });
        body
    };
    let cases: Vec<(Value, u64, &str)> = vec![
        (without("signers"), 685, "/signers"),
        (with("/signers", json!([])), 610, "/signers"),
        (without("inputDocuments"), 610, "/inputDocuments"),
        (with("/inputDocuments", json!([])), 610, "/inputDocuments"),
        (with("/inputDocuments", json!("not base64!")), 610, "/inputDocuments"),
        (with("/inputDocuments", json!("https://10.0.0.1/x.pdf")), 225, "/inputDocuments"),
        (with("/inputDocuments/0/sourceType", json!("carrier pigeon")), 610, "/inputDocuments/0/sourceType"),
        (callback("ftp://example.com"), 704, "/callback/url"),
        (header("Webhook-Signature"), 0, "/callback/headers/Webhook-Signature"),
        (header("content-length"), 0, "/callback/headers/content-length"),
        (header("a/b"), 0, "/callback/headers/a~1b"),
        (with("/options/timezone", json!("Mars/Olympus")), 625, "/options/timezone"),
        (with("/options", json!({ "colour": "blue" })), 625, "/options/colour"),
        (with("/signers/0/email", json!("nobody")), 0, "/signers/0/email"),
        (with("/signers/0/authentication", json!(["pigeon"])), 0, "/signers/0/authentication"),
        (with("/signers/0/signatures/0/page", json!(0)), 0, "/signers/0/signatures/0/page"),
        (with("/signers/0/signatures/0/x", json!("left")), 0, "/signers/0/signatures/0/x"),
    ];
    for (body, number, pointer) in cases {
        let answer = door.post("/EU-SES", &body).await;
        let problem = answer.expect(422);
        assert_eq!(problem.headers["content-type"], "application/problem+json");
        let json = problem.json();
        assert_eq!(json["error"].as_u64().unwrap_or(0), number, "{pointer}: {json}");
        assert_eq!(json["errors"][0]["pointer"], pointer, "{json}");
        assert_eq!((&json["success"], &json["data"]), (&json!(false), &Value::Null));
    }
    let list = door.get("/signatures").await.expect(200).json();
    assert_eq!(list["data"], json!([]), "nothing is left half done");
}
