//! What people agree to.

use serde_json::{Value, json};
use tests::{CONTRACT, Ceremony, Door, ada, body, grace};

#[tokio::test]
async fn who_names_no_words_of_consent_gets_those_of_what_is_asked_in_the_language_of_who_is_asked() {
    let door = Door::open().await;
    let agreed = async |signers: Value, options: Value| {
        let mut wished = body(CONTRACT, &[ada(), grace()]);
        for (signer, more) in
            wished["signers"].as_array_mut().unwrap().iter_mut().zip(signers.as_array().unwrap())
        {
            signer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        }
        wished["options"].as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        let made = door.post("/EU-SES", &wished).await.expect(200);
        door.settle().await;
        let ceremony = Ceremony::new(door.clone(), made.text("/data/id"), &[ada(), grace()]);
        ceremony.view(ada()).await["consent"]["text"].as_str().unwrap().to_owned()
    };
    let approver = json!({ "role": "approver", "signatures": [] });
    let sign = agreed(json!([{}, {}]), json!({})).await;
    assert!(sign.starts_with("I have read the document. I agree to sign it"), "{sign}");
    let both = agreed(json!([approver, {}]), json!({})).await;
    assert!(both.contains("If I sign it") && both.contains("If I approve it"), "{both}");
    assert!(!both.contains("pass it on"), "{both}");
    let passed = agreed(json!([{}, {}]), json!({ "delegation": true })).await;
    assert!(passed.contains("If I sign it") && passed.contains("If I pass it on"), "{passed}");
    let german = agreed(json!([{ "language": "de" }, { "language": "de" }]), json!({})).await;
    assert!(german.starts_with("Ich habe das Dokument gelesen."), "{german}");
    let mixed = agreed(json!([{ "language": "de" }, { "language": "it" }]), json!({})).await;
    assert_eq!(mixed, sign, "no language in common");
    let own = agreed(json!([{ "language": "de" }, {}]), json!({ "consentText": "Ja, gerne." })).await;
    assert_eq!(own, "Ja, gerne.");
}
