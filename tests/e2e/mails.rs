//! Mails as their readers get them.

use serde_json::json;
use tests::{CONTRACT, Ceremony, Door, ada, body, grace};

#[tokio::test]
async fn each_signatory_is_written_to_in_their_language() {
    let door = Door::open().await;
    let mut request = body(CONTRACT, &[ada(), grace()]);
    request["signers"][0]["language"] = json!("pt-BR");
    request["signers"][1]["language"] = json!("ja");
    let answer = door.post("/EU-SES", &request).await.expect(200);
    door.settle().await;
    let ceremony = Ceremony::new(door.clone(), answer.text("/data/id"), &[ada(), grace()]);
    ceremony.sign_all().await;
    let subjects =
        |email: &str| -> Vec<String> { door.mails_to(email).into_iter().map(|mail| mail.subject).collect() };
    let portuguese = subjects(ada().email);
    assert!(portuguese[0].contains("pede-lhe que assine «Services agreement»"), "{portuguese:?}");
    assert_eq!(
        portuguese[1..],
        ["O seu código para assinar «Services agreement»", "Assinado por todos: «Services agreement»"]
    );
    let english = subjects(grace().email);
    assert!(english[0].contains("asks you to sign “Services agreement”"), "{english:?}");
    assert_eq!(english[1], "Your code to sign “Services agreement”");
}
