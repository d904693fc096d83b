//! Signatures that are no PDF's own: beside content, around it, inside each other, and kinds that are refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pades::TimestampRequest;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use shared::outbound::{Outbound, Reach};
use tests::{Authority, CONTRACT, Door, pdf_with_catalog};

use super::desk::has_openssl;
use super::{Desk, door, inline, put_trust, verify};

const CONTENT: &[u8] = b"what was agreed upon";

/// A stage, and a signer whom its tenant trusts.
async fn trusting() -> (Door, Desk) {
    let door = door().await;
    let desk = Desk::new(&door, "Examples", 30);
    put_trust(&door, &[desk.root_pem()], false).await;
    (door, desk)
}

async fn verify_beside(door: &Door, file: &[u8], content: &[u8]) -> Value {
    let body = json!({ "inputDocument": STANDARD.encode(file), "detachedContent": STANDARD.encode(content) });
    door.post("/verify", &body).await.expect(200).json()["data"].clone()
}

async fn verify_inside(door: &Door, file: &[u8]) -> Value {
    let body = json!({ "inputDocument": STANDARD.encode(file), "recursive": true });
    door.post("/verify", &body).await.expect(200).json()["data"].clone()
}

fn word(data: &Value) -> (&str, Option<&str>) {
    let overall = &data["overall"];
    (overall["indication"].as_str().unwrap(), overall["subIndication"].as_str())
}

#[tokio::test]
async fn a_signature_beside_its_content_is_judged_with_it() {
    let (door, desk) = trusting().await;
    let signature = desk.sign_detached(CONTENT);
    let data = verify_beside(&door, &signature, CONTENT).await;
    assert_eq!(data["overallVerified"], true, "{data:#}");
    assert_eq!(data["signatureFormat"], "CAdES");
    let data = verify_beside(&door, &signature, b"something else").await;
    assert_eq!(word(&data), ("TOTAL_FAILED", Some("HASH_FAILURE")), "{data:#}");
    let data = verify(&door, &signature).await;
    assert_eq!(word(&data), ("INDETERMINATE", Some("SIGNED_DATA_NOT_FOUND")), "{data:#}");
    assert_eq!(data["overallVerified"], false);
    // Either half, or both, may have been uploaded.
    let body = json!({
        "inputDocument": STANDARD.encode(&signature),
        "detachedContent": door.upload(CONTENT).await,
    });
    let accepted = door.post("/verify", &body).await.expect(202);
    door.settle().await;
    let data = door.get(&accepted.text("/data/url")).await.expect(200).json()["data"].clone();
    assert_eq!(data["overallVerified"], true, "{data:#}");
}

#[tokio::test]
async fn a_signature_around_its_content_is_read_in_every_form() {
    if !has_openssl() {
        return;
    }
    let (door, desk) = trusting().await;
    let der = desk.sign_attached(CONTENT, "DER");
    let base64 = STANDARD.encode(&der).into_bytes();
    for file in [der.clone(), desk.sign_attached(CONTENT, "PEM"), base64] {
        let data = verify(&door, &file).await;
        assert_eq!(data["overallVerified"], true, "{data:#}");
        assert_eq!(data["plainDocument"], STANDARD.encode(CONTENT));
    }
    let mut changed = der;
    let at = changed.windows(CONTENT.len()).position(|it| it == CONTENT).unwrap();
    changed[at] ^= 1;
    let data = verify(&door, &changed).await;
    assert_eq!(word(&data), ("TOTAL_FAILED", Some("HASH_FAILURE")), "{data:#}");
}

#[tokio::test]
async fn a_time_stamp_by_itself_is_judged_with_what_it_is_over() {
    let Some(authority) = Authority::listen().await else { return };
    let door = door().await;
    let request = TimestampRequest::new(Sha256::digest(CONTENT).into(), 7);
    let outbound = Outbound::for_signed_answers(Reach::AllowLoopback).unwrap();
    let query = request.to_der().unwrap();
    let response =
        outbound.ask(&authority.url(), "application/timestamp-query", query, 65_536).await.unwrap();
    let token = request.check(&response).unwrap().der().to_vec();
    let data = verify_beside(&door, &token, CONTENT).await;
    assert_eq!(word(&data).0, "INDETERMINATE", "nobody trusts its authority: {data:#}");
    put_trust(&door, &[&authority.certificate_pem()], false).await;
    for file in [&token, &response.to_vec()] {
        let data = verify_beside(&door, file, CONTENT).await;
        assert_eq!(data["overallVerified"], true, "{data:#}");
        assert_eq!(data["signatureReportList"][0]["kind"], "DOCUMENT_TIMESTAMP");
    }
    let data = verify_beside(&door, &token, b"something else").await;
    assert_eq!(word(&data), ("TOTAL_FAILED", Some("HASH_FAILURE")), "{data:#}");
    let data = verify(&door, &token).await;
    assert_eq!(word(&data), ("INDETERMINATE", Some("SIGNED_DATA_NOT_FOUND")), "{data:#}");
}

#[tokio::test]
async fn signed_files_are_looked_for_inside_signed_files_when_that_is_asked() {
    let (door, desk) = trusting().await;
    let stranger = Desk::new(&door, "Strangers", 30);
    let now = door.cloud.clock().now();
    let outer = |inner: &[u8]| desk.sign(&pdf_with_attachment(inner), now);
    let file = outer(&desk.sign(CONTRACT, now));
    let data = verify(&door, &file).await;
    assert_eq!((&data["overallVerified"], &data["innerReportList"]), (&json!(true), &json!([])), "{data:#}");
    let data = verify_inside(&door, &file).await;
    assert_eq!(data["overallVerified"], true, "{data:#}");
    assert_eq!(word(&data["innerReportList"][0]), ("TOTAL_PASSED", None));
    assert_eq!(data["innerReportList"][0]["nrOfSignatures"], 1);

    let file = outer(&stranger.sign(CONTRACT, now));
    assert_eq!(verify(&door, &file).await["overallVerified"], true, "the attachment is what was signed");
    let data = verify_inside(&door, &file).await;
    assert_eq!(data["overallVerified"], false, "{data:#}");
    assert_eq!(word(&data["innerReportList"][0]), ("INDETERMINATE", Some("NO_CERTIFICATE_CHAIN_FOUND")));
    // What is in a document that nobody signed does not sign it.
    let data = verify_inside(&door, &pdf_with_attachment(&desk.sign(CONTRACT, now))).await;
    assert_eq!((word(&data).0, &data["overallVerified"]), ("NO_SIGNATURE", &json!(false)), "{data:#}");
    assert_eq!(word(&data["innerReportList"][0]), ("TOTAL_PASSED", None));
}

#[tokio::test]
async fn signed_files_are_looked_for_in_archives_and_envelopes() {
    if !has_openssl() {
        return;
    }
    let (door, desk) = trusting().await;
    let signed = desk.sign(CONTRACT, door.cloud.clock().now());
    let envelope = desk.sign_attached(&desk.sign_attached(&signed, "DER"), "DER");
    let data = verify_inside(&door, &envelope).await;
    assert_eq!(data["overallVerified"], true, "{data:#}");
    let innermost = &data["innerReportList"][0]["innerReportList"][0];
    assert_eq!((&innermost["signatureFormat"], word(innermost).0), (&json!("PAdES"), "TOTAL_PASSED"));

    let archive = zip(&[("contract.pdf", &signed), ("contract.p7m", &envelope)]);
    let data = verify(&door, &archive).await;
    assert_eq!(word(&data).0, "NO_SIGNATURE", "it was not asked to look inside: {data:#}");
    let data = verify_inside(&door, &archive).await;
    assert_eq!(data["overallVerified"], true, "{data:#}");
    assert_eq!(data["innerReportList"].as_array().unwrap().len(), 2);
    let archive = zip(&[("contract.pdf", &signed), ("annex.pdf", CONTRACT)]);
    let data = verify_inside(&door, &archive).await;
    assert_eq!(data["overallVerified"], false, "one file is nobody's: {data:#}");
}

#[tokio::test]
async fn kinds_that_are_not_supported_have_numbers() {
    let door = door().await;
    let xades =
        br#"<?xml version="1.0"?><a><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/></a>"#;
    let simple = zip(&[
        ("mimetype", b"application/vnd.etsi.asic-s+zip"),
        ("contract.pdf", CONTRACT),
        ("META-INF/signature.p7s", b"x"),
    ]);
    let extended = zip(&[("contract.pdf", CONTRACT), ("META-INF/signatures.xml", xades)]);
    for (file, number) in [(&xades[..], 832), (&simple, 833), (&extended, 833)] {
        let refused = door.post("/verify", &inline(file)).await.expect(422);
        assert_eq!(refused.json()["error"], number, "{}", refused.text("/detail"));
        assert_eq!(refused.text("/errors/0/pointer"), "/inputDocument");
        assert!(refused.text("/detail").contains("not supported"), "{}", refused.text("/detail"));
    }
}

/// A document of one page in which a file lies, in hexadecimal.
fn pdf_with_attachment(file: &[u8]) -> Vec<u8> {
    let text = hex::encode(file);
    let stream = format!(
        "<< /Type /EmbeddedFile /Filter /ASCIIHexDecode /Length {} >>\nstream\n{text}\nendstream",
        text.len()
    );
    let entries = "/Names << /EmbeddedFiles << /Names [(inner.pdf) 4 0 R] >> >>";
    pdf_with_catalog(entries, &["<< /Type /Filespec /F (inner.pdf) /EF << /F 5 0 R >> >>", &stream])
}

/// A ZIP of files as they are, without times and checksums, which nothing here reads.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let number16 = |value: usize| u16::try_from(value).unwrap().to_le_bytes();
    let number32 = |value: usize| u32::try_from(value).unwrap().to_le_bytes();
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, file) in files {
        let size = number32(file.len());
        let facts = [&[0; 14][..], &size, &size, &number16(name.len()), &[0; 2]].concat();
        directory.extend([b"PK\x01\x02\0\0", &facts[..], &[0; 10], &number32(bytes.len())].concat());
        directory.extend(name.as_bytes());
        bytes.extend([b"PK\x03\x04", &facts[..], name.as_bytes(), file].concat());
    }
    let (count, start, size) = (number16(files.len()), number32(bytes.len()), number32(directory.len()));
    bytes.extend(directory);
    bytes.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count, &size, &start, &[0; 2]].concat());
    bytes
}
