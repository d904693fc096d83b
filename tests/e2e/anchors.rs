//! Signatures that stand where the text of the document says.

use serde_json::{Value, json};
use tests::{Answer, CONTRACT, Ceremony, Door, ada, body, grace, pdf_with_text};

/// What became of a request with these `signatures` of its first signer.
async fn asking_for(door: &Door, document: &[u8], signatures: Value) -> Answer {
    let mut request = body(document, &[ada()]);
    request["signers"][0]["signatures"] = signatures;
    let answer = door.post("/EU-SES", &request).await.expect(200);
    door.settle().await;
    Ceremony::new(door.clone(), answer.text("/data/id"), &[ada()]).detail().await
}

fn value(answer: &Answer, pointer: &str) -> Value {
    answer.json().pointer(pointer).unwrap().clone()
}

#[tokio::test]
async fn a_signature_stands_beside_its_anchor() {
    let door = Door::open().await;
    let anchor = json!([{ "anchor": "Signed for the supplier", "y": "20", "width": 150, "height": "40" }]);
    let detail = asking_for(&door, CONTRACT, anchor).await;
    assert_eq!(detail.text("/data/state"), "WAIT_SIGNER", "{}", detail.json());
    assert_eq!(value(&detail, "/data/signers/0/signatures/0/page"), json!(2));
    // The box of the supplier begins at 319 points from the left, 540 from the top.
    let x = value(&detail, "/data/signers/0/signatures/0/x").as_f64().unwrap();
    let y = value(&detail, "/data/signers/0/signatures/0/y").as_f64().unwrap();
    assert!((319.0..340.0).contains(&x) && (530.0..640.0).contains(&y), "{x} {y}");
    assert_eq!(value(&detail, "/data/signers/0/signatures/0/width"), json!(150));
    assert_eq!(detail.json()["data"]["signers"][0]["anchors"][0]["found"], 1);
}

#[tokio::test]
async fn tags_of_the_document_place_signers_who_name_no_place() {
    let door = Door::open().await;
    let document = pdf_with_text(&[
        (72, 700, "Client {{s1|signature|120|40}}"),
        (72, 600, "Supplier {{s2|signature}}"),
        (72, 500, "and again {{s2|signature|90|30}}"),
    ]);
    let mut request = body(&document, &[ada(), grace()]);
    for signer in request["signers"].as_array_mut().unwrap() {
        signer.as_object_mut().unwrap().remove("signatures");
    }
    let answer = door.post("/EU-SES", &request).await.expect(200);
    door.settle().await;
    let ceremony = Ceremony::new(door.clone(), answer.text("/data/id"), &[ada(), grace()]);
    let detail = ceremony.detail().await;
    assert_eq!(detail.text("/data/state"), "WAIT_SIGNER", "{}", detail.json());
    assert_eq!(value(&detail, "/data/signers/0/signatures/0/width"), json!(120));
    let second = &detail.json()["data"]["signers"][1]["signatures"];
    assert_eq!(second.as_array().unwrap().len(), 2);
    ceremony.sign_all().await;
    let signed = ceremony.document("signedDocument").await.expect(200).body;
    tests::judge_signed(&door.cloud, &document, &signed, 3).await;
}

#[tokio::test]
async fn without_place_and_tag_the_mark_stands_in_the_top_left_corner() {
    let door = Door::open().await;
    let detail = asking_for(&door, CONTRACT, json!([])).await;
    let places = &detail.json()["data"]["signers"][0]["signatures"];
    assert_eq!(places, &json!([{ "page": 1, "x": 0, "y": 0 }]));
}

#[tokio::test]
async fn an_anchor_that_is_missed_ends_the_request_unless_it_is_optional() {
    let door = Door::open().await;
    let missing = asking_for(&door, CONTRACT, json!([{ "anchor": "Signed for the moon" }])).await;
    assert_eq!(missing.json()["data"]["errorNumber"], 812);
    assert!(missing.text("/data/errorMessage").contains("\"Signed for the moon\""));
    let optional = json!([
        { "anchor": "Signed for the moon", "required": false },
        { "anchor": "client", "occurrence": "last" },
    ]);
    let found = asking_for(&door, CONTRACT, optional).await;
    assert_eq!(found.text("/data/state"), "WAIT_SIGNER", "{}", found.json());
    let anchors = &found.json()["data"]["signers"][0]["anchors"];
    assert_eq!((&anchors[0]["missed"], &anchors[1]["missed"]), (&json!(true), &json!(false)));
    let nothing = asking_for(&door, CONTRACT, json!([{ "anchor": "moon", "required": false }])).await;
    assert_eq!(nothing.json()["data"]["errorNumber"], 812);
}

#[tokio::test]
async fn an_anchor_that_stands_everywhere_is_refused() {
    let door = Door::open().await;
    let detail = asking_for(&door, CONTRACT, json!([{ "anchor": "e", "width": 1, "height": 1 }])).await;
    assert_eq!(detail.json()["data"]["errorNumber"], 812);
    assert!(detail.text("/data/errorMessage").contains("at most 200"));
}

#[tokio::test]
async fn an_anchor_that_makes_no_sense_is_refused_with_a_pointer() {
    let door = Door::open().await;
    for (signature, pointer) in [
        (json!({ "anchor": " " }), "anchor"),
        (json!({ "anchor": "x".repeat(201) }), "anchor"),
        (json!({ "anchor": "client", "page": 1 }), "page"),
        (json!({ "anchor": "client", "name": "field" }), "name"),
        (json!({ "anchor": "client", "occurrence": 0 }), "occurrence"),
        (json!({ "page": 1, "x": 1, "y": 1, "occurrence": "first" }), "anchor"),
        (json!({ "page": 1, "x": 1 }), "y"),
        (json!({ "anchor": "client", "height": "-3" }), "height"),
    ] {
        let mut request = body(CONTRACT, &[ada()]);
        request["signers"][0]["signatures"] = json!([signature]);
        let problem = door.post("/EU-SES", &request).await.expect(422);
        let expected = format!("/signers/0/signatures/0/{pointer}");
        assert_eq!(problem.text("/errors/0/pointer"), expected, "{signature}");
    }
}
