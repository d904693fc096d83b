//! Drafts, the integrator's last word, deadlines, reminders, and where requests are filed.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{Answer, CONTRACT, Ceremony, Door, ada, body, grace};

const DAY: Duration = Duration::from_hours(24);

async fn with(door: &Door, more: &Value) -> Ceremony {
    let mut body = body(CONTRACT, &[ada()]);
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let answer = door.post("/EU-SES", &body).await.expect(200);
    door.settle().await;
    Ceremony::new(door.clone(), answer.text("/data/id"), &[ada()])
}

async fn act(ceremony: &Ceremony, action: &str, body: &Value) -> Answer {
    ceremony.door.post(&format!("/signatures/{}/{action}", ceremony.id), body).await
}

/// The instant `later`, as the wire writes it.
async fn after(ceremony: &Ceremony, later: Duration) -> String {
    let updated = ceremony.detail().await.text("/data/createdAt").replacen(' ', "T", 1);
    let at = domain::Timestamp::parse_rfc3339(&updated).unwrap().plus(later);
    at.to_rfc3339()
}

#[tokio::test]
async fn a_draft_goes_out_when_it_is_activated_and_rests_when_it_is_taken_back() {
    let door = Door::open().await;
    let ceremony = with(&door, &json!({ "draft": true })).await;
    assert_eq!((ceremony.state().await.as_str(), door.cloud.outbox().len()), ("DRAFT", 0));
    let _active = act(&ceremony, "activate", &json!({})).await.expect(200);
    assert_eq!((ceremony.state().await.as_str(), door.mails_to(ada().email).len()), ("WAIT_SIGNER", 1));
    let _draft = act(&ceremony, "deactivate", &json!({})).await.expect(200);
    let resting = ceremony.as_signatory(ada(), http::Method::POST, "/sign/decline", Some(&json!({}))).await;
    assert_eq!((resting.status, resting.text("/code")), (409, "request_state".to_owned()));
    let twice = act(&ceremony, "deactivate", &json!({})).await.expect(409);
    assert_eq!(twice.text("/code"), "request_state");
    let _active = act(&ceremony, "activate", &json!({})).await.expect(200);
    assert_eq!(door.mails_to(ada().email).len(), 1, "who was invited has a link that works again");
    ceremony.sign_all().await;
    assert_eq!(ceremony.state().await, "DONE");
}

#[tokio::test]
async fn who_is_corrected_in_a_draft_that_was_taken_back_is_invited_when_it_goes_out() {
    let door = Door::open().await;
    let ceremony = with(&door, &json!({})).await;
    let _draft = act(&ceremony, "deactivate", &json!({})).await.expect(200);
    let signer = ceremony.detail().await.text("/data/signers/0/id");
    let path = format!("/signatures/{}/signers/{signer}", ceremony.id);
    let change = json!({ "email": grace().email });
    let _corrected = door.call(http::Method::PATCH, &path, Some(&change)).await.expect(200);
    assert_eq!(door.mails_to(grace().email).len(), 0, "a draft writes to nobody");
    let _active = act(&ceremony, "activate", &json!({})).await.expect(200);
    door.settle().await;
    assert_eq!(door.mails_to(grace().email).len(), 1);
    let theirs = Ceremony::new(door.clone(), ceremony.id.clone(), &[grace()]);
    theirs.sign_all().await;
    assert_eq!(theirs.state().await, "DONE");
}

#[tokio::test]
async fn a_group_is_of_one_role_and_its_field_stands_where_any_of_them_has_it() {
    let door = Door::open().await;
    let mut wished = body(CONTRACT, &[ada(), grace()]);
    for signer in wished["signers"].as_array_mut().unwrap() {
        signer["group"] = json!("board");
    }
    for role in ["viewer", "approver"] {
        let mut mixed = wished.clone();
        mixed["signers"][1]["role"] = json!(role);
        mixed["signers"][1]["signatures"] = json!([]);
        let refused = door.post("/EU-SES", &mixed).await.expect(422);
        assert_eq!(refused.text("/code"), "group_mixed");
        assert_eq!(refused.text("/errors/0/pointer"), "/signers/1/group");
        mixed["signers"][1]["stage"] = json!(2);
        let _in_turn = door.post("/EU-SES", &mixed).await.expect(200);
    }
    wished["signers"][0]["signatures"] = json!([]);
    wished["signers"][1]["signatures"] =
        json!([{ "page": 1, "x": 111, "y": 222, "width": 150, "height": 50 }]);
    let made = door.post("/EU-SES", &wished).await.expect(200).json();
    assert_eq!(made["data"]["signers"][0]["signatures"][0]["x"], 111, "{made}");
}

#[tokio::test]
async fn where_the_integrator_has_the_last_word_the_closing_seal_waits_for_it() {
    let door = Door::open().await;
    let ceremony = with(&door, &json!({ "options": { "autocomplete": false } })).await;
    let early = act(&ceremony, "complete", &json!({})).await.expect(409);
    assert_eq!(early.text("/code"), "step_missing");
    ceremony.sign_all().await;
    assert_eq!(ceremony.state().await, "WAIT_SIGNER");
    assert!(ceremony.evidence().await.contains(&"RequestReady".to_owned()));
    let _complete = act(&ceremony, "complete", &json!({})).await.expect(200);
    door.settle().await;
    assert_eq!(ceremony.state().await, "DONE");
}

#[tokio::test]
async fn a_deadline_is_moved_and_an_expired_request_comes_back_with_its_document() {
    let door = Door::open().await;
    let ceremony = with(&door, &json!({})).await;
    let _moved =
        act(&ceremony, "extend", &json!({ "expiresAt": after(&ceremony, DAY * 2).await })).await.expect(200);
    let over = act(&ceremony, "extend", &json!({ "expiresAt": after(&ceremony, DAY * 366).await }))
        .await
        .expect(422);
    assert_eq!(over.text("/code"), "deadline_out_of_bounds");
    door.advance(DAY * 2).await;
    assert_eq!(ceremony.state().await, "EXPIRED");
    assert!(door.mails_to(ada().email).last().unwrap().subject.starts_with("The deadline has passed"));
    let _document = ceremony.document("validatedDocument").await.expect(200);
    let late = after(&ceremony, DAY * 9).await;
    let _back = act(&ceremony, "reactivate", &json!({ "expiresAt": late })).await.expect(200);
    assert_eq!(ceremony.state().await, "WAIT_SIGNER");
    door.settle().await;
    ceremony.sign_all().await;
    assert_eq!(ceremony.state().await, "DONE");
    let evidence = ceremony.evidence().await;
    let order = ["DeadlineMoved", "RequestExpired", "RequestReactivated", "RequestClosed"];
    let at = order.map(|kind| evidence.iter().position(|it| it == kind).expect(kind));
    assert!(at.is_sorted(), "{evidence:?}");
}

#[tokio::test]
async fn an_expired_request_is_archived_once_its_grace_is_over() {
    let door = Door::open().await;
    let ceremony = with(&door, &json!({ "expiresAt": null })).await;
    door.advance(DAY * 30).await;
    assert_eq!(ceremony.state().await, "EXPIRED");
    door.advance(DAY * 30 + Duration::from_mins(5)).await;
    let _document = ceremony.document("validatedDocument").await.expect(200);
    let late = act(&ceremony, "reactivate", &json!({ "expiresAt": after(&ceremony, DAY * 90).await })).await;
    assert_eq!((late.status, late.text("/code")), (409, "request_state".to_owned()));
}

#[tokio::test]
async fn reminders_go_to_who_has_not_acted_and_to_nobody_else() {
    let door = Door::open().await;
    let mut body = body(CONTRACT, &[ada(), grace()]);
    body["options"]["reminders"] = json!({ "firstAfterDays": 1, "everyDays": 1, "count": 2, "quietHours": { "from": "00:00", "to": "00:00" } });
    let answer = door.post("/EU-SES", &body).await.expect(200);
    door.settle().await;
    let ceremony = Ceremony::new(door.clone(), answer.text("/data/id"), &[ada(), grace()]);
    let _signed = ceremony.sign(ada()).await.expect(200);
    let before = door.mails_to(ada().email).len();
    for expected in [1, 2, 2] {
        door.advance(DAY + Duration::from_mins(1)).await;
        let reminders = door.mails_to(grace().email).len() - 1;
        assert_eq!(reminders, expected);
    }
    assert_eq!(door.mails_to(ada().email).len(), before);
    let _reminded = act(&ceremony, "remind", &json!({})).await.expect(200);
    let soon = act(&ceremony, "remind", &json!({})).await.expect(429);
    assert!(soon.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn what_has_ended_is_archived_trashed_and_taken_back() {
    let door = Door::open().await;
    let ceremony = with(&door, &json!({})).await;
    let open = act(&ceremony, "trash", &json!({})).await.expect(409);
    assert_eq!(open.text("/code"), "request_state");
    let _cancelled = act(&ceremony, "cancel", &json!({ "reason": "Another contract." })).await.expect(200);
    assert!(door.mails_to(ada().email).len() == 2, "whoever was invited is told");
    for (action, archived, trashed) in
        [("archive", true, false), ("trash", true, true), ("restore", false, false)]
    {
        let answer = act(&ceremony, action, &json!({})).await.expect(200).json();
        let is = |name: &str| answer["data"][name].is_string();
        assert_eq!((is("archivedAt"), is("trashedAt")), (archived, trashed), "{action}");
    }
    let unknown = act(&ceremony, "explode", &json!({})).await;
    assert_eq!(unknown.status, 404);
}
