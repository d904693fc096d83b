//! Requests that end without being done, and what is left of those that are.

use std::time::Duration;

use http::Method;
use serde_json::json;
use tests::{CONTRACT, Door, ada, body, grace};

#[tokio::test]
async fn a_request_expires_by_schedule_at_its_default_deadline() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    door.advance(Duration::from_hours(30 * 24 - 1)).await;
    assert_eq!(ceremony.state().await, "WAIT_SIGNER");
    door.advance(Duration::from_hours(2)).await;
    assert_eq!(ceremony.state().await, "EXPIRED");
    assert_eq!(ceremony.evidence().await.iter().filter(|it| *it == "RequestExpired").count(), 1);
    let late = ceremony
        .as_signatory(
            ada(),
            Method::POST,
            "/sign/presented",
            Some(&json!({
                "documentSha256": "0".repeat(64)
            })),
        )
        .await;
    assert_eq!(late.status, 410);
}

#[tokio::test]
async fn a_deadline_can_be_chosen_within_a_year() {
    let door = Door::open().await;
    let now = door.cloud.clock().now();
    let mut request = body(CONTRACT, &[ada()]);
    request["expiresAt"] = json!(now.plus(Duration::from_hours(1)).to_rfc3339());
    let answer = door.post("/EU-SES", &request).await.expect(200);
    door.settle().await;
    let ceremony = tests::Ceremony::new(door.clone(), answer.text("/data/id"), &[ada()]);
    door.advance(Duration::from_mins(61)).await;
    assert_eq!(ceremony.state().await, "EXPIRED");
    for at in [now, now.plus_years(1).plus(Duration::from_hours(24))] {
        request["expiresAt"] = json!(at.to_rfc3339());
        let refused = door.post("/EU-SES", &request).await.expect(422);
        assert_eq!(refused.text("/errors/0/pointer"), "/expiresAt");
    }
}

#[tokio::test]
async fn nobody_signs_after_the_deadline_even_before_the_schedule_has_run() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let shown = ceremony.read(ada()).await;
    door.advance(Duration::from_hours(30 * 24 - 1)).await;
    let _sent = ceremony.ask(ada(), &shown).await.expect(202);
    // The clock moves without any schedule running.
    door.cloud.clock().shift(3_600_000);
    let late = ceremony.answer(ada(), &shown, &ceremony.code(ada())).await;
    assert_eq!(late.status, 410);
}

#[tokio::test]
async fn a_decline_ends_the_request_for_everyone() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    let reason = json!({ "reason": "The price is wrong." });
    let declined = ceremony.as_signatory(ada(), Method::POST, "/sign/decline", Some(&reason)).await;
    let _declined = declined.expect(200);
    door.settle().await;
    assert_eq!(ceremony.state().await, "DECLINED");
    let other = ceremony
        .as_signatory(
            grace(),
            Method::POST,
            "/sign/presented",
            Some(&json!({
                "documentSha256": "0".repeat(64)
            })),
        )
        .await;
    assert_eq!(other.status, 409);
    assert_eq!(ceremony.document("validatedDocument").await.expect(200).body, CONTRACT);
}

#[tokio::test]
async fn delete_withdraws_an_open_request_and_keeps_its_evidence() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let path = format!("/signatures/{}", ceremony.id);
    for _ in 0..2 {
        let _deleted = door.call(Method::DELETE, &path, None).await.expect(200);
        door.settle().await;
    }
    assert_eq!(ceremony.state().await, "CANCELLED");
    assert_eq!(ceremony.document("validatedDocument").await.status, 410);
    let evidence = ceremony.evidence().await;
    assert!(evidence.contains(&"RequestCancelled".to_owned()), "{evidence:?}");
    assert_eq!(evidence.last().map(String::as_str), Some("DocumentDeleted"));
}

#[tokio::test]
async fn documents_are_refused_from_the_exact_second_of_three_months() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    ceremony.sign_all().await;
    let closed = ceremony.detail().await.text("/data/closedAt").replace(' ', "T");
    let over = domain::Timestamp::parse_rfc3339(&closed).unwrap().plus_months(3);
    let left = over.since(door.cloud.clock().now());
    door.cloud.clock().shift(i64::try_from(left.as_millis()).unwrap() - 5_000);
    let _document = ceremony.document("signedDocument").await.expect(200);
    door.cloud.clock().shift(5_001);
    assert_eq!(ceremony.document("signedDocument").await.status, 410);
    assert_eq!(ceremony.document("validatedDocument").await.status, 410);
    assert!(!ceremony.evidence().await.is_empty(), "the evidence stays");
}

#[tokio::test]
async fn a_document_that_never_arrives_ends_in_error() {
    let door = Door::open().await;
    let mut request = body(CONTRACT, &[ada()]);
    // An address that swallows the call: nothing listens behind it for long enough to answer.
    request["inputDocuments"] = json!("http://127.0.0.1:9/contract.pdf");
    let answer = door.post("/EU-SES", &request).await.expect(200);
    door.settle().await;
    let ceremony = tests::Ceremony::new(door.clone(), answer.text("/data/id"), &[ada()]);
    assert_eq!(ceremony.detail().await.json()["data"]["errorNumber"], 225);
}
