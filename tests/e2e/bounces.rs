//! Mails that come back: from SES through its topic to the evidence.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use tests::{Answer, CONTRACT, Door, ada, grace};

async fn tell(door: &Door, to: &str, kind: &str) -> Answer {
    let body = json!({ "to": to, "type": kind }).to_string();
    let request = Request::post("/_local/bounce")
        .header("host", "127.0.0.1:3000")
        .header("content-type", "application/json")
        .body(Bytes::from(body))
        .unwrap();
    let answer = door.send(request).await;
    door.settle().await;
    answer
}

fn count(evidence: &[String], kind: &str) -> usize {
    evidence.iter().filter(|it| *it == kind).count()
}

#[tokio::test]
async fn what_becomes_of_a_mail_stands_in_the_evidence_once() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    for kind in ["Delivery", "Delivery", "SoftBounce", "Bounce", "Bounce", "DeliveryDelay", "Complaint"] {
        let _told = tell(&door, ada().email, kind).await.expect(202);
    }
    let evidence = ceremony.evidence().await;
    assert_eq!(count(&evidence, "MessageDelivered"), 1, "{evidence:?}");
    assert_eq!(count(&evidence, "MessageBounced"), 2, "a temporary one and a permanent one: {evidence:?}");
    assert_eq!(count(&evidence, "MessageComplained"), 1, "{evidence:?}");
    assert_eq!(ceremony.state().await, "WAIT_SIGNER", "a bounce ends nothing by itself");
    let signers = ceremony.detail().await.json()["data"]["signers"].clone();
    assert_eq!(signers[0]["delivery"]["state"], "complained", "{signers}");
    assert!(signers[0]["delivery"]["at"].is_string() && signers[1]["delivery"].is_null(), "{signers}");
}

#[tokio::test]
async fn who_cannot_be_reached_is_not_reminded_until_the_address_is_corrected() {
    let door = Door::open().await;
    let quiet = json!({ "from": "00:00", "to": "00:00" });
    let reminders = json!({ "firstAfterDays": 1, "everyDays": 1, "count": 3, "quietHours": quiet });
    let remind = |wanted: &mut Value| wanted["options"]["reminders"] = reminders;
    let ceremony = door.request_with(&[ada()], remind).await;
    let _told = tell(&door, ada().email, "Bounce").await.expect(202);
    door.advance(Duration::from_hours(49)).await;
    assert_eq!(count(&ceremony.evidence().await, "SignatoryReminded"), 0);
    let signer = ceremony.detail().await.text("/data/signers/0/id");
    let path = format!("/signatures/{}/signers/{signer}", ceremony.id);
    for by_hand in [format!("{path}/remind"), format!("/signatures/{}/remind", ceremony.id)] {
        let refused = door.post(&by_hand, &json!({})).await.expect(409);
        assert!(
            ["step_missing", "signatory_not_pending"].contains(&refused.text("/code").as_str()),
            "{refused:?}"
        );
    }
    assert_eq!(door.mails_to(ada().email).len(), 1);
    let corrected = door.call(Method::PATCH, &path, Some(&json!({ "email": "countess@example.com" }))).await;
    assert!(corrected.expect(200).json()["data"]["signers"][0]["delivery"].is_null());
    let _late = tell(&door, ada().email, "Complaint").await.expect(202);
    door.advance(Duration::from_hours(25)).await;
    assert_eq!(count(&ceremony.evidence().await, "SignatoryReminded"), 1);
    assert!(door.mails_to("countess@example.com").len() > 1);
}

#[tokio::test]
async fn a_mail_that_comes_back_after_the_end_stands_in_the_custody_chain() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    ceremony.sign_all().await;
    assert_eq!(ceremony.state().await, "DONE");
    let _told = tell(&door, ada().email, "Bounce").await.expect(202);
    assert_eq!(ceremony.evidence().await.last().map(String::as_str), Some("MessageBounced"));
}

#[tokio::test]
async fn only_this_machine_can_make_a_mail_come_back() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let before = ceremony.evidence().await;
    let ask = |host: &str, kind: &str, body: &str| {
        let request = Request::post("/_local/bounce").header("host", host).header("content-type", kind);
        let request = request.body(Bytes::from(body.to_owned())).unwrap();
        let door = door.clone();
        async move { door.send(request).await.status }
    };
    let (here, json_type) = ("127.0.0.1:3000", "application/json");
    let body = json!({ "to": ada().email, "type": "Bounce" }).to_string();
    assert_eq!(ask("evil.example", json_type, &body).await, 404);
    assert_eq!(ask(here, "text/plain", &body).await, 415);
    assert_eq!(ask(here, json_type, "{}").await, 422);
    assert_eq!(ask(here, json_type, &body.replace("Bounce", "Open")).await, 422);
    assert_eq!(ask(here, json_type, &body.replace("ada", "nobody")).await, 404);
    door.settle().await;
    assert_eq!(ceremony.evidence().await, before);
}

#[tokio::test]
async fn a_notification_of_a_mail_that_is_not_known_changes_nothing() {
    let door = Door::open().await;
    let event: Value = serde_json::from_str(include_str!("../../events/record-bounce.json")).unwrap();
    let reply = door.cloud.invoke("RecordBounceFunction", event.clone()).await;
    assert_eq!(reply, Ok(Value::Null), "it is old: whoever sent it has long recorded that");
    let now = door.cloud.clock().now().to_rfc3339();
    let text = event.to_string().replace("2026-03-12T09:15:01.412Z", &now);
    let reply = door.cloud.invoke("RecordBounceFunction", serde_json::from_str(&text).unwrap()).await;
    assert!(reply.is_err(), "it is new: whoever sent it may still record that, so it is delivered again");
}
