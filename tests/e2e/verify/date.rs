//! The instant at which signatures are judged.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Timestamp;
use serde_json::{Value, json};
use tests::{CONTRACT, Door};

use super::{Desk, door, put_trust, signed};

#[tokio::test]
async fn a_date_is_what_the_signatures_are_judged_at() {
    let door = door().await;
    let file = signed(&door).await;
    let body = json!({ "inputDocument": STANDARD.encode(&file), "verifyOnDate": "2020-01-01" });
    let data = door.post("/verify", &body).await.expect(200).json()["data"].clone();
    assert_eq!(data["verificationDate"], "2020-01-01 23:59:59.000+00:00");
    assert_eq!(data["overallVerified"], false, "nobody had signed by then: {data:#}");
    let body = json!({ "inputDocument": STANDARD.encode(&file), "verifyOnDate": "2099-01-01" });
    assert_eq!(door.post("/verify", &body).await.expect(422).json()["error"], 838);
}

#[tokio::test]
async fn a_signature_is_valid_while_its_certificate_is_and_not_before_it_was_made() {
    let door = door().await;
    let now = door.cloud.clock().now();
    let days_ago =
        |days: u64| Timestamp::from_unix_ms(now.unix_ms() - i64::try_from(days * 86_400_000).unwrap());
    // Its certificate lived from 100 to 70 days ago, and it was made 90 days ago.
    let desk = Desk::since(days_ago(100), "Examples", 30);
    let file = desk.sign(CONTRACT, days_ago(90));
    put_trust(&door, &[desk.root_pem()], false).await;
    for (days, indication, sub_indication) in [
        (80, "TOTAL_PASSED", Value::Null),
        (71, "TOTAL_PASSED", Value::Null),
        (69, "INDETERMINATE", json!("OUT_OF_BOUNDS_NOT_REVOKED")),
        (0, "INDETERMINATE", json!("OUT_OF_BOUNDS_NOT_REVOKED")),
        (95, "INDETERMINATE", json!("NO_POE")),
        (101, "INDETERMINATE", json!("OUT_OF_BOUNDS_NOT_REVOKED")),
    ] {
        let first = judged_at(&door, &file, days_ago(days)).await;
        assert_eq!(
            (&first["indication"], &first["subIndication"]),
            (&json!(indication), &sub_indication),
            "{days} days ago: {first:#}"
        );
    }
}

async fn judged_at(door: &Door, file: &[u8], at: Timestamp) -> Value {
    let body = json!({ "inputDocument": STANDARD.encode(file), "verifyOnDate": at.to_rfc3339() });
    door.post("/verify", &body).await.expect(200).json()["data"]["signatureReportList"][0].clone()
}
