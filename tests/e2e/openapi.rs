//! An integrator of Openapi's EU-SES, who knows its public contract and nothing of ours.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};
use tests::{CONTRACT, Door, ada};

fn body() -> Value {
    json!({
        "title": "Contract", "description": "Of services",
        "certificateType": "EU-SES", "signatureType": "pades",
        "signers": [{
            "name": "Ada", "surname": "Lovelace", "email": "ada@example.com", "mobile": "+393123456789",
            "message": "Your code is {OTP}", "authentication": ["email"], "language": "it",
            "signatures": [{ "page": 1, "x": "100", "y": "200" }],
        }],
        "inputDocuments": [{ "sourceType": "base64", "payload": STANDARD.encode(CONTRACT) }],
        "signatureMode": ["typed"],
        "userEditableData": { "name": "true", "email": "false", "mobile": "false" },
        "options": { "asyncDocumentsValidation": true, "timezone": "Europe/Rome" },
    })
}

/// `2025-11-26 13:49:18.879+00:00`.
fn is_date(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.len() == 29 && text.as_bytes()[10] == b' ' && text.ends_with("+00:00")
}

fn is_object_id(value: &Value) -> bool {
    value.as_str().is_some_and(|it| it.len() == 24 && it.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[tokio::test]
async fn a_request_from_creation_to_the_signed_document() {
    let door = Door::open().await;
    let created = door.post("/EU-SES", &body()).await.expect(200).json();
    assert_eq!(
        (&created["success"], &created["message"], &created["error"]),
        (&json!(true), &json!("Created"), &Value::Null)
    );
    let data = &created["data"];
    assert!(
        is_object_id(&data["id"]) && is_date(&data["createdAt"]) && is_date(&data["updatedAt"]),
        "{data}"
    );
    assert_eq!(data["state"], "WAIT_VALIDATION");
    assert_eq!((&data["certificateType"], &data["signatureType"]), (&json!("EU-SES"), &json!("pades")));
    assert_eq!((&data["errorNumber"], &data["errorMessage"]), (&Value::Null, &Value::Null));
    let signer = &data["signers"][0];
    assert_eq!(signer["state"], "NEW");
    assert_eq!(signer["id"].as_str().unwrap().len(), 36);
    assert_eq!(signer["signatures"], json!([{ "page": 1, "x": 100, "y": 200 }]), "strings in, integers out");
    assert_eq!((&signer["emailEditable"], &signer["mobileEditable"]), (&json!(false), &json!(false)));
    assert_eq!(signer["emailValidation"]["domain"], "example.com");
    assert_eq!((&signer["language"], &signer["message"]), (&json!("it"), &json!("Your code is {OTP}")));
    assert!(signer["url"].as_str().unwrap().starts_with("http"));
    assert_eq!(data["options"]["signatureMode"], json!(["typed"]));
    assert_eq!(data["options"]["userEditableData"], json!({ "name": true, "email": false, "mobile": false }));

    door.settle().await;
    let id = data["id"].as_str().unwrap();
    let ceremony = tests::Ceremony::new(door.clone(), id.to_owned(), &[ada()]);
    for path in ["/signatures", "/signature"] {
        for action in ["", "/", "/detail"] {
            let detail = door.get(&format!("{path}/{id}{action}")).await.expect(200).json();
            assert_eq!(detail["data"]["state"], "WAIT_SIGNER", "{path}{action}");
        }
    }
    let detail = ceremony.detail().await.json();
    let document = &detail["data"]["document"];
    assert_eq!((&document["title"], &document["description"]), (&json!("Contract"), &json!("Of services")));
    for file in [&document["inputDocuments"][0], &document["validatedDocument"]] {
        assert!(is_object_id(&file["id"]) && is_date(&file["createdAt"]), "{file}");
        assert_eq!((&file["mimetype"], &file["extension"]), (&json!("application/pdf"), &json!("pdf")));
        assert_eq!(file["size"], CONTRACT.len());
        assert_eq!((file["md5"].as_str().unwrap().len(), file["sha256"].as_str().unwrap().len()), (32, 64));
        assert!(file["name"].is_string());
    }
    assert_eq!(document["inputDocuments"][0]["sourceType"], "base64");

    let _signed = ceremony.sign(ada()).await.expect(200);
    door.settle().await;
    let detail = ceremony.detail().await.json();
    assert_eq!(detail["data"]["state"], "DONE");
    let sealed = door.get(&format!("/signatures/{id}/signedDocument")).await.expect(200);
    assert_eq!(sealed.body.len(), detail["data"]["document"]["signedDocument"]["size"]);
    let validated = door.get(&format!("/signatures/{id}/validatedDocument")).await.expect(200);
    assert_eq!(validated.body, CONTRACT);
    let audit = door.get(&format!("/signatures/{id}/audit")).await.expect(200).json();
    assert_eq!(audit["data"]["SignatureData"]["id"], id);
    for line in audit["data"]["AuditData"].as_array().unwrap() {
        assert!(is_date(&line["createdAt"]) && line["id"].is_string() && line["log"].is_string(), "{line}");
    }
    let deleted = door.call(Method::DELETE, &format!("/signatures/{id}"), None).await.expect(200).json();
    assert_eq!(deleted["success"], true);
}

#[tokio::test]
async fn lists_take_the_filters_and_none_found_is_404() {
    let door = Door::open().await;
    let _created = door.post("/EU-SES", &body()).await.expect(200);
    door.settle().await;
    for query in [
        "",
        "?state=WAIT_SIGNER",
        "?state=WAIT_SIGNERS",
        "?certificateType=EU-SES&signatureType=pades",
        "?skip=0&limit=100",
    ] {
        let list = door.get(&format!("/signatures{query}")).await.expect(200).json();
        let row = &list["data"][0];
        assert!(
            is_object_id(&row["id"]) && is_date(&row["createdAt"]) && is_date(&row["updatedAt"]),
            "{query}"
        );
        assert_eq!((&row["documentTitle"], &row["state"]), (&json!("Contract"), &json!("WAIT_SIGNER")));
        assert_eq!((&row["certificateType"], &row["signatureType"]), (&json!("EU-SES"), &json!("pades")));
        assert_eq!((&row["errorNumber"], &row["errorMessage"]), (&Value::Null, &Value::Null));
    }
    for query in ["state=DONE", "certificateType=EU-QES_otp", "signatureType=cades", "skip=1"] {
        let none = door.get(&format!("/signatures?{query}")).await.expect(404).json();
        assert_eq!(none["success"], false, "{query}");
    }
    for query in ["limit=0", "limit=101", "skip=-1", "state=NEW", "certificateType=other"] {
        let _refused = door.get(&format!("/signatures?{query}")).await.expect(400);
    }
}

#[tokio::test]
async fn null_says_the_same_as_nothing_wherever_nothing_has_to_be_said() {
    let door = Door::open().await;
    let mut body = body();
    for pointer in
        ["/title", "/description", "/options", "/signatureMode", "/userEditableData", "/signers/0/message"]
    {
        *body.pointer_mut(pointer).unwrap() = Value::Null;
    }
    for member in ["signatures", "challenges", "attachments", "accessCode", "identity"] {
        body["signers"][0][member] = Value::Null;
    }
    let url = "https://example.com/hook";
    body["callback"] =
        json!({ "url": url, "method": null, "field": null, "retry": null, "headers": null, "custom": null });
    let created = door.post("/EU-SES", &body).await.expect(200).json();
    assert_eq!(created["data"]["options"]["signatureMode"], json!(["typed"]));
    assert_eq!(created["data"]["callback"]["url"], url);
    for (pointer, number) in
        [("/signers/0/authentication", None), ("/signers/0/name", None), ("/signers", Some(685))]
    {
        let mut body = self::body();
        *body.pointer_mut(pointer).unwrap() = Value::Null;
        let refused = door.post("/EU-SES", &body).await.expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
        assert!(number.is_none_or(|it| refused["error"] == it), "{refused}");
    }
    let onespan = json!({ "url": url, "key": null, "events": null });
    let registered = door.post("/callback", &onespan).await.expect(200).json();
    assert_eq!(registered["events"], json!([]));
}

#[tokio::test]
async fn what_is_wrong_has_the_number_that_is_known() {
    let door = Door::open().await;
    let changed = |pointer: &str, value: Value| {
        let mut body = body();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let without = |member: &str| {
        let mut body = body();
        body.as_object_mut().unwrap().remove(member);
        body
    };
    let mut callback = body();
    callback["callback"] = json!({ "url": "not an address" });
    for (body, number, message) in [
        (without("signers"), 685, "array 'signers' required"),
        (changed("/signers", json!([])), 610, "array 'signers' is empty"),
        (without("inputDocuments"), 610, "inputDocuments required"),
        (callback, 704, "malformed 'url' parameter, must be a valid url in 'callback'"),
        (changed("/signatureType", json!("cades")), 622, "invalid signatureType"),
        (changed("/options", json!({ "colour": 1 })), 625, ""),
    ] {
        let refused = door.post("/EU-SES", &body).await.expect(422).json();
        assert_eq!((&refused["error"], &refused["success"]), (&json!(number), &json!(false)));
        assert!(refused["message"].as_str().unwrap().contains(message), "{refused}");
        assert_eq!(refused["data"], Value::Null);
    }
}
