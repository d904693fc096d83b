//! What signed files are worth: `POST /verify`, its reports, and `/check`.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request};
use local::Options;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use shared::edge::{Env, Supply};
use shared::store::TrustSettings;
use tests::{Answer, Authority, CONTRACT, Ceremony, Door, ada, grace, large_pdf, signers};

const PASSWORD: &[u8] = include_bytes!("../fixtures/password.pdf");

/// A stage whose pages can be rendered.
pub(crate) async fn door() -> Door {
    door_with(Options::default()).await
}

async fn door_with(options: Options) -> Door {
    render::use_program(env!("CARGO_BIN_EXE_story-renderer").into());
    Door::open_with(options).await
}

/// A document that two people have signed.
async fn signed(door: &Door) -> Vec<u8> {
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    ceremony.sign_all().await;
    ceremony.document("signedDocument").await.expect(200).body.to_vec()
}

fn inline(file: &[u8]) -> Value {
    json!({ "inputDocument": STANDARD.encode(file) })
}

async fn verify(door: &Door, file: &[u8]) -> Value {
    door.post("/verify", &inline(file)).await.expect(200).json()["data"].clone()
}

/// Calls as the tenant, with a form of answer.
async fn accepting(door: &Door, accept: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let key = door.cloud.api_key().unwrap();
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1:3000")
        .header("accept", accept)
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json");
    door.send(request.body(Bytes::from(body.map(Value::to_string).unwrap_or_default())).unwrap()).await
}

/// Calls as anybody, from nowhere in particular.
async fn anybody(door: &Door, method: Method, path: &str, content_type: &str, body: &[u8]) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1:3000")
        .header("content-type", content_type);
    door.send(request.body(Bytes::copy_from_slice(body)).unwrap()).await
}

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
    assert_eq!(stranger.status, 403);
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
async fn a_date_is_what_the_signatures_are_judged_at() {
    let door = door().await;
    let file = signed(&door).await;
    let body = json!({ "inputDocument": STANDARD.encode(&file), "verifyOnDate": "2020-01-01" });
    let data = door.post("/verify", &body).await.expect(200).json()["data"].clone();
    assert_eq!(data["verificationDate"], "2020-01-01 23:59:59.000+00:00");
    assert_eq!(data["overallVerified"], false, "nobody had signed by then: {data:#}");
    let body = json!({ "inputDocument": STANDARD.encode(&file), "verifyOnDate": "2099-01-01" });
    assert_eq!(door.post("/verify", &body).await.expect(422).json()["error"], 838);
}

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
    let (env, aws) = (environment(&door), door.cloud.aws());
    let access = Supply::new(&env, &aws).access().unwrap();
    let key = shared::store::ApiKey::parse("another_tenants_key_0123456789").unwrap();
    let tenant = shared::store::Tenant {
        id: domain::TenantId::parse("another").unwrap(),
        display_name: domain::Text::parse("Another", "name", 100).unwrap(),
    };
    access.grant(&key, &tenant, door.cloud.clock().now()).await.unwrap();
    let path = accepted.text("/data/url");
    assert_eq!(door.call_as(key.expose(), Method::GET, &path, None).await.status, 404);
    // Nor is an upload anybody else's.
    let body = json!({ "inputDocument": upload });
    assert_eq!(door.call_as(key.expose(), Method::POST, "/verify", Some(&body)).await.status, 422);
    assert_eq!(door.get(&path).await.status, 200);
}

fn environment(door: &Door) -> Env {
    let function = door.cloud.template().function("VerifyDocumentFunction").unwrap();
    Env::from_pairs(function.environment.clone())
}

#[tokio::test]
async fn a_strangers_seal_is_trusted_when_the_tenant_says_so() {
    let (door, elsewhere) = (door().await, door().await);
    let file = signed(&elsewhere).await;
    let data = verify(&door, &file).await;
    assert_eq!(data["overallVerified"], false);
    let first = &data["signatureReportList"][0];
    assert_eq!(first["integrity"], true);
    assert_eq!(first["indication"], "INDETERMINATE");
    assert_eq!(first["subIndication"], "NO_CERTIFICATE_CHAIN_FOUND");

    let pem = std::fs::read_to_string(elsewhere.cloud.data().join("ca.pem")).unwrap();
    let roots = pades::certificates_of_pem(&pem).unwrap();
    let (env, aws) = (environment(&door), door.cloud.aws());
    let trust = Supply::new(&env, &aws).trust().unwrap();
    let demo = domain::TenantId::parse("demo").unwrap();
    trust.set_settings(&demo, &TrustSettings { roots, online: false }).await.unwrap();
    let data = verify(&door, &file).await;
    assert_eq!(data["overallVerified"], true, "{data:#}");
    let chain = data["signatureReportList"][0]["certificateChain"].as_array().unwrap().clone();
    assert_eq!(chain.last().unwrap()["trustAnchor"]["source"], "TENANT");
    // Whoever asks without a key trusts nobody's own roots.
    let answer = anybody(&door, Method::POST, "/check", "application/pdf", &file).await.expect(200);
    assert_eq!(answer.json()["data"]["overallVerified"], false);
}

#[tokio::test]
async fn time_stamps_are_trusted_where_the_operator_names_their_authority() {
    let Some(authority) = Authority::listen().await else { return };
    let parameters = [("SealLevel", "B-LTA"), ("TsaUrl", &authority.url())];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let door = door_with(Options { parameters, ..Options::default() }).await;
    let data = verify(&door, &signed(&door).await).await;
    assert_eq!(data["nrOfSignatures"], 4, "three seals and a document time-stamp");
    let stamp = &data["signatureReportList"][3];
    assert_eq!(
        (&stamp["kind"], &stamp["indication"]),
        (&json!("DOCUMENT_TIMESTAMP"), &json!("INDETERMINATE"))
    );
    assert_eq!(data["overallVerified"], false, "an unknown authority proves nothing: {data:#}");

    let now = door.cloud.clock().now().unix_seconds();
    let ca = pades::demo_ca::create("Examples", now - 60, 30).unwrap();
    let secret = json!({
        "key_pem": ca.seal_key_pem,
        "certificate_pem": format!("{}{}", ca.seal_certificate_pem, ca.ca_certificate_pem),
        "known_certificates_pem": authority.certificate_pem(),
    });
    let door = door.restart().await;
    tests::use_seal_secret(&door, &secret).await;
    let door = door.restart().await;
    let data = verify(&door, &signed(&door).await).await;
    assert_eq!(data["overallVerified"], true, "{data:#}");
    let seal = &data["signatureReportList"][2];
    assert_eq!(seal["level"], "B-LTA", "{seal:#}");
    assert_eq!(seal["trustedSignatureDate"], true);
    assert_eq!(seal["timestampReportList"][0]["indication"], "TOTAL_PASSED");
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
