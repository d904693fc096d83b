//! Every event there is, told by the move that it tells of: in our words, and in OneSpan's.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use domain::notification::EventName;
use http::{Method, Request};
use serde_json::{Value, json};
use tests::{CONTRACT, Ceremony, Door, Endpoint, Person, ada, alan, grace};

use super::onespan::EVENTS;
use super::subscribe;

/// What OneSpan calls what happened here, event by event.
const NAMES: [(&str, &str); 24] = [
    ("request.created", "PACKAGE_CREATE"),
    ("request.sent", "PACKAGE_ACTIVATE"),
    ("request.recalled_to_draft", "PACKAGE_DEACTIVATE"),
    ("request.ready_to_complete", "PACKAGE_READY_FOR_COMPLETE"),
    ("request.completed", "PACKAGE_COMPLETE"),
    ("request.declined", "PACKAGE_DECLINE"),
    ("request.opted_out", "PACKAGE_OPT_OUT"),
    ("request.cancelled", "PACKAGE_TRASH"),
    ("request.trashed", "PACKAGE_TRASH"),
    ("request.restored", "PACKAGE_RESTORE"),
    ("request.deleted", "PACKAGE_DELETE"),
    ("request.archived", "PACKAGE_ARCHIVE"),
    ("request.expired", "PACKAGE_EXPIRE"),
    ("signer.attachment_added", "PACKAGE_ATTACHMENT"),
    ("signer.completed", "SIGNER_COMPLETE"),
    ("signer.locked", "SIGNER_LOCKED"),
    ("signer.reassigned", "ROLE_REASSIGN"),
    ("signer.challenge_failed", "KBA_FAILURE"),
    ("signer.bounced", "EMAIL_BOUNCE"),
    ("document.signed", "DOCUMENT_SIGNED"),
    ("document.viewed", "DOCUMENT_VIEWED"),
    ("template.created", "TEMPLATE_CREATE"),
    ("recordings.ready", "RECORDINGS_READY"),
    ("cobrowse.requested", "COBROWSE_REQUEST"),
];
/// Those of them that can be registered and never happen.
const SILENT: [&str; 4] = ["PACKAGE_OPT_OUT", "TEMPLATE_CREATE", "RECORDINGS_READY", "COBROWSE_REQUEST"];

#[test]
fn each_name_of_onespan_s_is_the_event_it_says() {
    let names: BTreeSet<&str> = NAMES.iter().map(|(_, theirs)| *theirs).collect();
    assert_eq!(names, EVENTS.into_iter().collect(), "all of them");
    for event in EventName::ALL {
        let expected = NAMES.iter().find(|(ours, _)| *ours == event.as_str()).map(|(_, theirs)| *theirs);
        assert_eq!(event.onespan(), expected, "{}", event.as_str());
        let is_silent = expected.is_some_and(|it| SILENT.contains(&it));
        assert_eq!(event.never_happens(), is_silent, "{}", event.as_str());
    }
}

#[test]
fn the_contract_says_which_events_never_happen() {
    let contract = contract::tree().unwrap().to_json();
    for name in SILENT {
        assert!(contract.contains(name), "{name}");
    }
}

/// Lets a mail come back.
async fn bounce(door: &Door, to: &str, kind: &str) {
    let request = Request::post("/_local/bounce")
        .header("host", "127.0.0.1:3000")
        .header("content-type", "application/json")
        .body(Bytes::from(json!({ "to": to, "type": kind }).to_string()))
        .unwrap();
    let _told = door.send(request).await.expect(202);
    door.settle().await;
}

async fn act(ceremony: &Ceremony, action: &str, body: Value) {
    let door = &ceremony.door;
    let _done = door.post(&format!("/signatures/{}/{action}", ceremony.id), &body).await.expect(200);
    door.settle().await;
}

async fn as_person(ceremony: &Ceremony, person: Person, path: &str, body: Value) -> u16 {
    let answer = ceremony.as_signatory(person, Method::POST, path, Some(&body)).await;
    ceremony.door.settle().await;
    answer.status
}

/// The id of a signer, by their place.
async fn signer(ceremony: &Ceremony, index: usize) -> String {
    ceremony.detail().await.text(&format!("/data/signers/{index}/id"))
}

/// Two sign, one of them in the place of another, with all that can come between.
async fn eventful(door: &Door) -> Ceremony {
    let ceremony = door
        .request_with(&[ada(), grace()], |it| {
            it["signers"][0]["accessCode"] = json!("analytical engine");
            it["signers"][0]["attachments"] = json!([{ "name": "Card", "required": false }]);
            it["options"]["delegation"] = json!(true);
            it["options"]["autocomplete"] = json!(false);
        })
        .await;
    bounce(door, ada().email, "Bounce").await;
    bounce(door, ada().email, "Complaint").await;
    assert_eq!(as_person(&ceremony, ada(), "/sign/access", json!({ "answers": ["difference"] })).await, 422);
    assert_eq!(
        as_person(&ceremony, ada(), "/sign/access", json!({ "answers": ["analytical engine"] })).await,
        200
    );
    let attachment =
        ceremony.view(ada()).await["signatory"]["attachments"][0]["id"].as_str().unwrap().to_owned();
    let file = json!({ "payload": STANDARD.encode(CONTRACT) });
    let attach = format!("/sign/attachments/{attachment}");
    let judge = format!("signers/{}/attachments/{attachment}", signer(&ceremony, 0).await);
    assert_eq!(as_person(&ceremony, ada(), &attach, file.clone()).await, 200);
    act(&ceremony, &format!("{judge}/reject"), json!({ "reason": "Blurred." })).await;
    assert_eq!(as_person(&ceremony, ada(), &attach, file).await, 200);
    act(&ceremony, &format!("{judge}/accept"), json!({})).await;
    let shown = ceremony.read(ada()).await;
    let _sent = ceremony.ask(ada(), &shown).await.expect(202);
    let code = ceremony.code(ada());
    let wrong = if code == "111111" { "222222" } else { "111111" };
    let _refused = ceremony.answer(ada(), &shown, wrong).await.expect(422);
    let _signed = ceremony.answer(ada(), &shown, &code).await.expect(200);
    door.settle().await;
    let shown = ceremony.read(grace()).await;
    let _sent = ceremony.ask(grace(), &shown).await.expect(202);
    let to = json!({ "name": alan().name, "surname": alan().surname, "email": alan().email });
    let pass_on = json!({ "code": ceremony.code(grace()), "documentSha256": shown, "delegate": to });
    assert_eq!(as_person(&ceremony, grace(), "/sign/delegation", pass_on).await, 200);
    let _signed = ceremony.sign(alan()).await.expect(200);
    door.settle().await;
    for action in ["complete", "archive", "trash", "restore"] {
        act(&ceremony, action, json!({})).await;
    }
    let gone = door.call(Method::DELETE, &format!("/signatures/{}", ceremony.id), None).await;
    assert_eq!(gone.status, 200, "{}", gone.json());
    door.settle().await;
    ceremony
}

/// The other ends of requests, and the ways that lead there.
async fn others(door: &Door) {
    // What provokes too many codes for a mailbox in a minute is not what this is about.
    let later = async || door.advance(Duration::from_mins(2)).await;
    later().await;
    let declined = door.request_with(&[ada()], |_| {}).await;
    assert_eq!(
        as_person(&declined, ada(), "/sign/decline", json!({ "reason": "The date is wrong." })).await,
        200
    );

    let draft = door.request_with(&[ada()], |it| it["draft"] = json!(true)).await;
    for action in ["activate", "deactivate", "activate", "cancel"] {
        act(&draft, action, json!({})).await;
    }

    let late =
        door.request_with(&[ada()], |it| it["signers"][0]["accessCode"] = json!("analytical engine")).await;
    let path = format!("/signatures/{}/signers/{}", late.id, signer(&late, 0).await);
    let _corrected = door.call(Method::PATCH, &path, Some(&json!({ "name": "Augusta" }))).await.expect(200);
    door.settle().await;
    let mut status = 422;
    while status == 422 {
        status = as_person(&late, ada(), "/sign/access", json!({ "answers": ["difference"] })).await;
    }
    assert_eq!(status, 423);
    act(&late, &format!("signers/{}/unlock", signer(&late, 0).await), json!({})).await;
    door.advance(Duration::from_hours(2)).await;
    act(&late, "remind", json!({})).await;
    let at = |hours: u64| json!({ "expiresAt": door.cloud.clock().now().plus(Duration::from_hours(hours)).to_rfc3339() });
    act(&late, "extend", at(3)).await;
    door.advance(Duration::from_hours(4)).await;
    act(&late, "reactivate", at(48)).await;

    let approving = |it: &mut Value| {
        it["signers"][0]["role"] = json!("approver");
        it["signers"][0].as_object_mut().unwrap().remove("signatures");
    };
    let approver = door.request_with(&[ada(), grace()], approving).await;
    let shown = approver.read(ada()).await;
    let _sent = approver.ask(ada(), &shown).await.expect(202);
    let yes = json!({ "code": approver.code(ada()), "documentSha256": shown });
    assert_eq!(as_person(&approver, ada(), "/sign/approval", yes).await, 200);
    let no = door.request_with(&[ada(), grace()], approving).await;
    assert_eq!(as_person(&no, ada(), "/sign/decline", json!({})).await, 200);

    door.request_with(&[ada()], |it| {
        it["inputDocuments"] =
            json!([{ "sourceType": "base64", "payload": STANDARD.encode("%PDF-1.7\n%%EOF\n") }]);
    })
    .await;
}

#[tokio::test]
async fn every_event_is_told_by_its_move_and_onespan_s_integrator_hears_theirs() {
    let door = Door::open().await;
    // An integrator of OneSpan's: a client app, its token, and a callback that is registered with that.
    let app =
        door.post("/access/client-apps", &json!({ "name": "OneSpan", "scopes": ["*"] })).await.expect(201);
    let asked =
        json!({ "clientId": app.text("/data/id"), "secret": app.text("/data/secret"), "type": "OWNER" });
    let token = door.post("/apitoken/clientApp/accessToken", &asked).await.expect(200).text("/accessToken");
    let (theirs, ours) = (Endpoint::willing().await, Endpoint::willing().await);
    let callback = json!({ "url": theirs.url(), "key": "callback-key", "events": EVENTS });
    let _registered = door.call_as(&token, Method::POST, "/callback", Some(&callback)).await.expect(200);
    let webhook = subscribe(&door, &ours, json!({})).await;
    let ceremony = eventful(&door).await;
    let people = [signer(&ceremony, 0).await, signer(&ceremony, 1).await, signer(&ceremony, 2).await];
    others(&door).await;
    let ping = format!("/webhooks/{}/test", webhook["id"].as_str().unwrap());
    let _enqueued = door.post(&ping, &json!({})).await.expect(202);
    door.advance(Duration::from_mins(10)).await;

    let told: BTreeSet<String> = ours.got().iter().map(tests::Received::event_type).collect();
    let all = EventName::ALL.iter().filter(|it| !it.never_happens()).map(|it| it.as_str().to_owned());
    assert_eq!(told, all.collect(), "all that can happen has happened");

    let got: Vec<Value> = theirs.got().iter().map(tests::Received::json).collect();
    let mut by_name: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for body in &got {
        by_name.entry(body["name"].as_str().unwrap().to_owned()).or_default().push(body);
    }
    let heard: BTreeSet<&str> = by_name.keys().map(String::as_str).collect();
    assert_eq!(heard, EVENTS.into_iter().filter(|it| !SILENT.contains(it)).collect());
    let of = |name: &str, member: &str| -> Vec<Value> {
        let mine = by_name[name].iter().filter(|it| it["packageId"] == ceremony.id);
        mine.map(|it| it[member].clone()).collect()
    };
    assert_eq!(of("EMAIL_BOUNCE", "message"), [json!("BOUNCE"), json!("COMPLAINT")]);
    assert_eq!(of("EMAIL_BOUNCE", "sessionUser"), [json!(people[0]), json!(people[0])]);
    assert_eq!(of("KBA_FAILURE", "sessionUser"), [json!(people[0])]);
    assert_eq!(of("PACKAGE_ATTACHMENT", "sessionUser"), [json!(people[0]), json!(people[0])]);
    assert!(
        of("PACKAGE_ATTACHMENT", "message").iter().all(|it| it.as_str().is_some_and(|it| !it.is_empty()))
    );
    assert_eq!(of("ROLE_REASSIGN", "sessionUser"), [json!(people[1])]);
    assert_eq!(of("ROLE_REASSIGN", "newRoleId"), [json!(people[2])]);
    assert_eq!(of("PACKAGE_COMPLETE", "sessionUser"), [json!(people[2])], "who signed last");
    let mut signed = of("DOCUMENT_SIGNED", "sessionUser");
    signed.dedup();
    assert_eq!(signed, [json!(people[0]), json!(people[2])]);
    for name in ["PACKAGE_CREATE", "PACKAGE_ARCHIVE", "PACKAGE_RESTORE", "PACKAGE_DELETE"] {
        assert_eq!(of(name, "sessionUser").len(), 1, "{name}");
        assert!(!people.contains(&of(name, "sessionUser")[0].as_str().unwrap().to_owned()), "{name}");
    }
    let declined = by_name["PACKAGE_DECLINE"].iter().map(|it| it["message"].clone()).collect::<Vec<_>>();
    assert!(declined.contains(&json!("The date is wrong.")), "{declined:?}");
}
