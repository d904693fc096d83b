//! An integrator of OneSpan registers a callback and finds their events.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{CONTRACT, Door, Endpoint, ada, grace};

/// Every event of OneSpan's wire.
pub(super) const EVENTS: [&str; 23] = [
    "TEMPLATE_CREATE",
    "PACKAGE_CREATE",
    "PACKAGE_ACTIVATE",
    "PACKAGE_DEACTIVATE",
    "PACKAGE_READY_FOR_COMPLETE",
    "PACKAGE_TRASH",
    "PACKAGE_RESTORE",
    "PACKAGE_DELETE",
    "PACKAGE_ARCHIVE",
    "PACKAGE_EXPIRE",
    "RECORDINGS_READY",
    "PACKAGE_COMPLETE",
    "PACKAGE_DECLINE",
    "PACKAGE_OPT_OUT",
    "PACKAGE_ATTACHMENT",
    "SIGNER_COMPLETE",
    "SIGNER_LOCKED",
    "DOCUMENT_SIGNED",
    "DOCUMENT_VIEWED",
    "ROLE_REASSIGN",
    "KBA_FAILURE",
    "EMAIL_BOUNCE",
    "COBROWSE_REQUEST",
];

async fn register(door: &Door, endpoint: &Endpoint, events: &[&str]) {
    let body = json!({ "url": endpoint.url(), "key": "callback-key", "events": events });
    let answer = door.post("/callback", &body).await.expect(200).json();
    assert_eq!(answer, json!({ "url": endpoint.url(), "key": null, "events": events }));
}

fn names(endpoint: &Endpoint) -> Vec<String> {
    endpoint.got().iter().map(|it| it.json()["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_callback_is_told_of_a_package_in_onespan_s_words() {
    let door = Door::open().await;
    let endpoint = Endpoint::willing().await;
    assert_eq!(
        door.get("/callback").await.expect(200).json(),
        json!({ "url": null, "key": null, "events": [] })
    );
    register(&door, &endpoint, &EVENTS).await;
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    ceremony.sign_all().await;
    door.settle().await;
    let told: BTreeSet<String> = names(&endpoint).into_iter().collect();
    let expected = [
        "DOCUMENT_SIGNED",
        "DOCUMENT_VIEWED",
        "PACKAGE_ACTIVATE",
        "PACKAGE_COMPLETE",
        "PACKAGE_CREATE",
        "SIGNER_COMPLETE",
    ];
    assert_eq!(told, expected.map(str::to_owned).into());
    let detail = ceremony.detail().await.json();
    let signers: Vec<&Value> =
        detail["data"]["signers"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
    for message in endpoint.got() {
        let body = message.json();
        let members: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        let exact = ["@class", "createdDate", "documentId", "message", "name", "packageId", "sessionUser"];
        let mut sorted = members.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, exact, "{body}");
        assert_eq!(body["@class"], "com.silanis.esl.packages.event.ESLProcessEvent");
        assert_eq!(body["packageId"], ceremony.id);
        assert_eq!(message.headers["authorization"], "Basic callback-key");
        let created = body["createdDate"].as_str().unwrap();
        assert!(created.len() == 24 && created.ends_with('Z'), "{created}");
        let is_signers = ["SIGNER_COMPLETE", "DOCUMENT_SIGNED", "DOCUMENT_VIEWED", "PACKAGE_COMPLETE"]
            .contains(&body["name"].as_str().unwrap());
        if body["name"] == "PACKAGE_COMPLETE" {
            assert_eq!(&body["sessionUser"], signers[1], "who signed last");
        }
        assert_eq!(signers.contains(&&body["sessionUser"]), is_signers, "{body}");
        let is_document = body["name"].as_str().unwrap().starts_with("DOCUMENT_");
        assert_eq!(body["documentId"].is_string(), is_document, "{body}");
    }
}

#[tokio::test]
async fn a_reason_of_declining_is_the_message() {
    let door = Door::open().await;
    let endpoint = Endpoint::willing().await;
    register(&door, &endpoint, &["PACKAGE_DECLINE"]).await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let token = ceremony.token(ada());
    let reason = format!("The date is wrong. {}", "x".repeat(300));
    let body = json!({ "reason": reason });
    let _taken = door.call_as(&token, http::Method::POST, "/sign/decline", Some(&body)).await.expect(200);
    door.settle().await;
    let got = endpoint.got();
    assert_eq!(names(&endpoint), ["PACKAGE_DECLINE"]);
    let message = got[0].json()["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("The date is wrong. x") && message.len() == 255, "{message}");
}

#[tokio::test]
async fn one_callback_takes_the_place_of_the_one_before_and_connectors_have_their_own() {
    let door = Door::open().await;
    let (first, second, connector) =
        (Endpoint::willing().await, Endpoint::willing().await, Endpoint::willing().await);
    register(&door, &first, &["PACKAGE_CREATE"]).await;
    register(&door, &second, &["PACKAGE_CREATE"]).await;
    let body = json!({ "url": connector.url(), "events": ["PACKAGE_CREATE"] });
    let _taken = door.post("/callback/connectors/dynamics365", &body).await.expect(200);
    let shown = door.get("/callback/connectors/dynamics365").await.expect(200).json();
    assert_eq!(shown["url"], connector.url());
    assert_eq!(door.get("/callback/connectors/other").await.expect(200).json()["url"], Value::Null);
    door.request(CONTRACT, &[ada()]).await;
    assert_eq!((first.got().len(), second.got().len(), connector.got().len()), (0, 1, 1));
    assert!(!connector.got()[0].headers.contains_key("authorization"));
    register(&door, &second, &[]).await;
    door.request(CONTRACT, &[ada()]).await;
    assert_eq!(second.got().len(), 1, "without events nothing is told");
    let list = door.get("/webhooks").await.expect(200).json();
    let origins: BTreeSet<&str> =
        list["data"].as_array().unwrap().iter().map(|it| it["origin"].as_str().unwrap()).collect();
    assert_eq!(origins, BTreeSet::from(["", "dynamics365"]));
    let wrong = json!({ "url": second.url(), "events": ["PACKAGE_READY_FOR_COMPLETION"] });
    assert_eq!(door.post("/callback", &wrong).await.status, 422);
}
