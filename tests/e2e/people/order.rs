//! Roles, stages, groups and delegation.

use http::Method;
use serde_json::{Value, json};
use tests::{Door, ada, alan, grace};

use super::{about_signer, act, request, signer};

fn without_places(signer: &mut Value, role: &str) {
    signer["role"] = json!(role);
    signer.as_object_mut().unwrap().remove("signatures");
}

#[tokio::test]
async fn an_approver_and_a_viewer_come_before_the_signatory_and_a_copy_goes_out_in_the_end() {
    let door = Door::open().await;
    let noether = tests::Person { name: "Emmy", surname: "Noether", email: "emmy@example.com" };
    let people = [ada(), grace(), alan(), noether];
    let wish = |index: usize, signer: &mut Value| match index {
        0 => without_places(signer, "approver"),
        1 => without_places(signer, "viewer"),
        2 => signer["stage"] = json!(2),
        _ => without_places(signer, "cc"),
    };
    let ceremony = request(&door, &people, wish, &json!({})).await;
    assert!(door.mails_to(alan().email).is_empty(), "a later stage is not invited yet");
    let approved = act(&ceremony, ada(), "/sign/approval", &json!({})).await.expect(200);
    assert_eq!(approved.text("/state"), "APPROVED");
    let sha256 = ceremony.read(grace()).await;
    let needless = ceremony.ask(grace(), &sha256).await.expect(403);
    assert_eq!(needless.text("/code"), "role_cannot");
    let body = json!({ "documentSha256": sha256 });
    let _read = ceremony.as_signatory(grace(), Method::POST, "/sign/read", Some(&body)).await.expect(200);
    assert_eq!(door.mails_to(alan().email).len(), 1, "now it is");
    let _signed = ceremony.sign(alan()).await.expect(200);
    door.settle().await;
    assert_eq!(ceremony.state().await, "DONE");
    let copies = door.mails_to(noether.email);
    assert_eq!(copies.len(), 1);
    let evidence = ceremony.evidence().await;
    let order = ["DocumentApproved", "DocumentRead", "StageOpened", "SignatureCreated", "RequestClosed"];
    let at = order.map(|kind| evidence.iter().position(|it| it == kind).expect(kind));
    assert!(at.is_sorted(), "{evidence:?}");
    assert_eq!(evidence.iter().filter(|it| *it == "RevisionSealed").count(), 1);
}

#[tokio::test]
async fn nobody_acts_out_of_turn() {
    let door = Door::open().await;
    let later = |index: usize, signer: &mut Value| signer["stage"] = json!(index + 1);
    let ceremony = request(&door, &[ada(), grace()], later, &json!({})).await;
    let url = signer(&ceremony, 1).await["url"].as_str().unwrap().to_owned();
    let token = url.split_once('#').unwrap().1;
    let view = door.call_as(token, Method::GET, "/sign/request", None).await.expect(200).json();
    assert_eq!((view["document"].clone(), view["signatory"]["isTurn"].clone()), (Value::Null, json!(false)));
    let document = door.call_as(token, Method::GET, "/sign/document", None).await.expect(409);
    assert_eq!(document.text("/code"), "not_your_turn");
    let declined = door.call_as(token, Method::POST, "/sign/decline", Some(&json!({}))).await.expect(409);
    assert_eq!(declined.text("/code"), "not_your_turn");
}

#[tokio::test]
async fn of_a_group_one_signature_in_the_one_field_is_enough() {
    let door = Door::open().await;
    let board = |_: usize, signer: &mut Value| signer["group"] = json!("board");
    let ceremony = request(&door, &[ada(), grace()], board, &json!({})).await;
    let _signed = ceremony.sign(grace()).await.expect(200);
    door.settle().await;
    assert_eq!(ceremony.state().await, "DONE");
    assert_eq!(signer(&ceremony, 0).await["state"], "NOT_NEEDED");
    let over = ceremony.as_signatory(ada(), Method::POST, "/sign/decline", Some(&json!({}))).await;
    assert_eq!(over.status, 409);
    let signed = ceremony.document("signedDocument").await.expect(200).body;
    let document = pdf::Document::open(std::sync::Arc::new(signed.to_vec()), None, &pdf::Limits::default());
    let inspection = pdf::inspect(&document.unwrap()).unwrap();
    assert_eq!((inspection.signatures.len(), inspection.signature_fields.len()), (2, 2));
}

#[tokio::test]
async fn a_delegate_signs_with_a_code_of_their_own_in_the_place_of_who_delegated() {
    let door = Door::open().await;
    let more = json!({ "options": { "delegation": true } });
    let ceremony = request(&door, &[ada()], |_, _| {}, &more).await;
    let to = json!({ "delegate": { "name": "Grace", "surname": "Hopper", "email": grace().email } });
    let delegated = act(&ceremony, ada(), "/sign/delegation", &to).await.expect(200);
    assert_eq!(delegated.text("/state"), "DELEGATED");
    assert_eq!(signer(&ceremony, 0).await["delegatedTo"], signer(&ceremony, 1).await["id"]);
    let _signed = ceremony.sign(grace()).await.expect(200);
    door.settle().await;
    assert_eq!(ceremony.state().await, "DONE");
    assert!(ceremony.evidence().await.contains(&"SignatureDelegated".to_owned()));
    assert!(door.mails_to(grace().email).len() >= 3, "an invitation, a code, the document");
}

#[tokio::test]
async fn nobody_delegates_where_the_integrator_does_not_allow_it() {
    let door = Door::open().await;
    let ceremony = request(&door, &[ada()], |_, _| {}, &json!({})).await;
    let to = json!({ "delegate": { "name": "Grace", "surname": "Hopper", "email": grace().email } });
    let refused = act(&ceremony, ada(), "/sign/delegation", &to).await.expect(403);
    assert_eq!(refused.text("/code"), "delegation_forbidden");
    assert!(door.mails_to(grace().email).is_empty());
}

#[tokio::test]
async fn a_corrected_address_gets_a_new_link_and_the_old_one_opens_nothing() {
    let door = Door::open().await;
    let ceremony = request(&door, &[ada()], |_, _| {}, &json!({})).await;
    let old = ceremony.token(ada());
    let body = json!({ "email": "countess@example.com" });
    let corrected = about_signer(&ceremony, 0, Method::PATCH, "", Some(&body)).await.expect(200);
    assert_eq!(corrected.text("/data/signers/0/email"), "countess@example.com");
    let dead = door.call_as(&old, Method::GET, "/sign/request", None).await.expect(404);
    let unknown = door.call_as(&old.replace('a', "b"), Method::GET, "/sign/request", None).await;
    assert_eq!((dead.status, dead.text("/code")), (unknown.status, unknown.text("/code")));
    let moved = tests::Person { email: "countess@example.com", ..ada() };
    let _signed = ceremony.sign(moved).await.expect(200);
    door.settle().await;
    assert_eq!(ceremony.state().await, "DONE");
}
