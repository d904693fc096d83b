//! The main job: a document, its signatories, and a sealed result.

use http::Method;
use serde_json::json;
use tests::{CONTRACT, Door, Person, XREF_STREAM, ada, alan, grace, judge_signed, large_pdf};

async fn is_signed_end_to_end(document: &[u8]) {
    let door = Door::open().await;
    let ceremony = door.request(document, &[ada(), grace()]).await;
    assert_eq!(ceremony.state().await, "WAIT_SIGNER");
    let accepted = ceremony.document("validatedDocument").await.expect(200).body;
    assert_eq!(accepted, document, "an acceptable document is accepted as it is");
    assert_eq!(ceremony.document("signedDocument").await.status, 404);
    ceremony.sign_all().await;
    let detail = ceremony.detail().await;
    assert_eq!(detail.text("/data/state"), "DONE");
    let signed = ceremony.document("signedDocument").await.expect(200).body;
    judge_signed(&door.cloud, document, &signed, 3).await;
    let size =
        detail.json().pointer("/data/document/signedDocument/size").and_then(serde_json::Value::as_u64);
    assert_eq!(size, Some(signed.len() as u64));
    for person in [ada(), grace()] {
        let subjects: Vec<String> = door.mails_to(person.email).into_iter().map(|it| it.subject).collect();
        assert_eq!(subjects.len(), 3, "an invitation, a code and the completion: {subjects:?}");
    }
}

#[tokio::test]
async fn a_document_with_a_classic_table_is_signed_end_to_end() {
    is_signed_end_to_end(CONTRACT).await;
}

#[tokio::test]
async fn a_document_with_object_streams_is_signed_end_to_end() {
    is_signed_end_to_end(XREF_STREAM).await;
}

#[tokio::test]
async fn a_document_of_20_mb_goes_in_by_upload_and_out_by_redirect() {
    let document = large_pdf(20_000_000);
    let door = Door::open().await;
    let input = door.upload(&document).await;
    let people = [ada(), grace()];
    let body = json!({ "inputDocuments": [input], "signers": tests::signers(&people), "title": "Large" });
    let answer = door.post("/EU-SES", &body).await.expect(200);
    door.settle().await;
    let ceremony = tests::Ceremony::new(door.clone(), answer.text("/data/id"), &people);
    assert_eq!(ceremony.state().await, "WAIT_SIGNER");
    ceremony.sign_all().await;
    assert_eq!(ceremony.state().await, "DONE");
    let redirect = door.get(&format!("/signatures/{}/signedDocument", ceremony.id)).await.expect(303);
    assert!(redirect.headers["location"].to_str().unwrap().contains("X-Amz-Signature="));
    let signed = ceremony.document("signedDocument").await.expect(200).body;
    judge_signed(&door.cloud, &document, &signed, 3).await;
}

#[tokio::test]
async fn three_signatories_sign_in_parallel() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada(), grace(), alan()]).await;
    let sign = |person: Person| {
        let ceremony = ceremony.clone();
        tokio::spawn(async move { ceremony.sign(person).await.expect(200) })
    };
    let (first, second, third) = tokio::join!(sign(ada()), sign(grace()), sign(alan()));
    for answer in [first, second, third] {
        assert_eq!(answer.unwrap().text("/state"), "SIGNED");
    }
    door.settle().await;
    assert_eq!(ceremony.state().await, "DONE");
    let signed = ceremony.document("signedDocument").await.expect(200).body;
    judge_signed(&door.cloud, CONTRACT, &signed, 4).await;
    let sealed = ceremony.evidence().await.iter().filter(|it| *it == "RevisionSealed").count();
    assert_eq!(sealed, 3);
}

#[tokio::test]
async fn a_code_stays_valid_while_another_signature_is_sealed() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    let shown = ceremony.read(grace()).await;
    let _sent = ceremony.ask(grace(), &shown).await.expect(202);
    let _signed = ceremony.sign(ada()).await.expect(200);
    door.settle().await;
    let moved_on = ceremony.view(grace()).await;
    assert_ne!(moved_on.pointer("/document/sha256").unwrap(), shown.as_str());
    let _signed = ceremony.answer(grace(), &shown, &ceremony.code(grace())).await.expect(200);
    door.settle().await;
    assert_eq!(ceremony.state().await, "DONE");
}

#[tokio::test]
async fn a_drawn_signature_is_sealed_as_it_was_drawn() {
    let door = Door::open().await;
    let mut body = tests::body(CONTRACT, &[ada()]);
    body["options"]["signatureMode"] = json!(["typed", "drawn"]);
    let answer = door.post("/EU-SES", &body).await.expect(200);
    door.settle().await;
    let ceremony = tests::Ceremony::new(door.clone(), answer.text("/data/id"), &[ada()]);
    let sha256 = ceremony.read(ada()).await;
    let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
    let strokes = json!([[[0, 0], [100, 40], [200, 10]], [[50, 80], [150, 80]]]);
    let body = json!({
        "documentSha256": sha256,
        "code": ceremony.code(ada()),
        "mark": { "mode": "drawn", "strokes": strokes },
    });
    let answer = ceremony.as_signatory(ada(), Method::POST, "/sign/signature", Some(&body)).await;
    let _signed = answer.expect(200);
    door.settle().await;
    let signed = ceremony.document("signedDocument").await.expect(200).body;
    judge_signed(&door.cloud, CONTRACT, &signed, 2).await;
}

#[tokio::test]
async fn a_drawing_beyond_its_limits_is_refused_and_burns_no_code() {
    let door = Door::open().await;
    let ceremony = door.request_with(&[ada()], |it| it["options"]["signatureMode"] = json!(["drawn"])).await;
    let sha256 = ceremony.read(ada()).await;
    let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
    let sign = async |strokes: serde_json::Value| {
        let mark = json!({ "mode": "drawn", "strokes": strokes });
        let body = json!({ "documentSha256": sha256, "code": ceremony.code(ada()), "mark": mark });
        ceremony.as_signatory(ada(), Method::POST, "/sign/signature", Some(&body)).await
    };
    let line = |points: usize| vec![[1, 2]; points];
    for (case, strokes, pointer) in [
        ("nothing", json!([]), "/mark/strokes"),
        ("a dot", json!([line(1)]), "/mark/strokes"),
        ("too many points", json!([line(5_000), line(5_001)]), "/mark/strokes"),
        ("too many strokes", json!(vec![line(2); 501]), "/mark/strokes"),
        ("too far away", json!([[[0, 0], [10_000.1, 0]]]), "/mark/strokes"),
        ("a point in space", json!([[[0, 0, 0], [1, 1, 1]]]), "/mark"),
    ] {
        let refused = sign(strokes).await.expect(422);
        let found = refused.text("/errors/0/pointer");
        assert!(found.starts_with(pointer), "{case}: {found}");
    }
    let guesses = ceremony.view(ada()).await["signatory"]["guessesLeft"].clone();
    assert_eq!(guesses, 25, "no code was compared");
    let _signed = sign(json!([line(5_000), line(5_000)])).await.expect(200);
}

#[tokio::test]
async fn a_browser_signs_with_a_session_and_nothing_happens_by_loading() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let before = ceremony.evidence().await;
    let page = door.browse(Method::GET, "/sign", None, None).await.expect(200);
    assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let token = json!({ "token": ceremony.token(ada()) });
    let session = door.browse(Method::POST, "/sign/session", None, Some(&token)).await.expect(200);
    let cookie = session.headers["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict")
    );
    assert!(!cookie.contains(token["token"].as_str().unwrap().rsplit('.').next().unwrap()));
    let cookie = cookie.split(';').next().unwrap().to_owned();
    for _ in 0..20 {
        let _view = door.browse(Method::GET, "/sign/request", Some(&cookie), None).await.expect(200);
        let _document = door.browse(Method::GET, "/sign/document", Some(&cookie), None).await.expect(200);
    }
    assert_eq!(ceremony.evidence().await, before, "loading changes nothing");
    assert_eq!(door.mails_to(ada().email).len(), 1, "loading sends nothing");
    let sha256 = session.text("/document/sha256");
    let presented = json!({ "documentSha256": sha256 });
    let foreign = door.browse_from("https://evil.example", "/sign/presented", &cookie, &presented).await;
    assert_eq!(foreign.status, 403);
    let answer = door.browse(Method::POST, "/sign/presented", Some(&cookie), Some(&presented)).await;
    let _presented = answer.expect(204);
    let consent = session.text("/consent/sha256");
    let ask = json!({ "documentSha256": sha256, "consentSha256": consent });
    let _sent = door.browse(Method::POST, "/sign/otp", Some(&cookie), Some(&ask)).await.expect(202);
    let sign = json!({
        "documentSha256": sha256,
        "code": ceremony.code(ada()),
        "mark": { "mode": "typed", "name": "Ada Lovelace" },
    });
    let _signed = door.browse(Method::POST, "/sign/signature", Some(&cookie), Some(&sign)).await.expect(200);
    door.settle().await;
    let done = door.browse(Method::GET, "/sign/request", Some(&cookie), None).await.expect(200);
    assert_eq!(done.text("/request/state"), "DONE");
    let copy = door.browse(Method::GET, "/sign/document?which=signed", Some(&cookie), None).await.expect(200);
    assert_eq!(copy.body, ceremony.document("signedDocument").await.expect(200).body);
}
