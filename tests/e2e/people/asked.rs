//! What only a signatory knows, attachments, own corrections, locks.

use std::path::PathBuf;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tests::{Door, Person, Receiver, ada, grace};

use super::{about_signer, request, signer};

#[tokio::test]
async fn an_access_code_comes_before_the_document_and_too_many_wrong_ones_lock() {
    let door = Door::open().await;
    let asked = |index: usize, signer: &mut Value| {
        if index == 0 {
            signer["accessCode"] = json!("blue 42");
            signer["challenges"] = json!([{ "question": "Your first engine?", "answer": "Difference" }]);
        }
    };
    let ceremony = request(&door, &[ada(), grace()], asked, &json!({})).await;
    let tell = async |answers: Value| {
        let body = json!({ "answers": answers });
        ceremony.as_signatory(ada(), Method::POST, "/sign/access", Some(&body)).await
    };
    let view = ceremony.view(ada()).await;
    assert_eq!(
        (view["document"].clone(), view["questions"].clone()),
        (Value::Null, json!([null, "Your first engine?"]))
    );
    let early = ceremony.as_signatory(ada(), Method::GET, "/sign/document", None).await.expect(409);
    assert_eq!(early.text("/code"), "step_missing");
    for attempts_left in (0..5).rev() {
        let wrong = tell(json!(["blue 42", "Analytical"])).await.expect(422).json();
        assert_eq!((&wrong["code"], &wrong["attemptsLeft"]), (&json!("answer_wrong"), &json!(attempts_left)));
    }
    let locked = tell(json!(["blue 42", "Difference"])).await.expect(423);
    assert_eq!(locked.text("/code"), "signatory_locked");
    assert_eq!(signer(&ceremony, 1).await["state"], "NEW", "a stranger with the link locks nobody else");
    let _unlocked = about_signer(&ceremony, 0, Method::POST, "/unlock", None).await.expect(200);
    let view = tell(json!([" BLUE  42", "difference"])).await.expect(200).json();
    assert!(view["document"]["sha256"].is_string());
    let _signed = ceremony.sign(ada()).await.expect(200);
    let evidence = ceremony.evidence().await;
    for kind in ["KnowledgeRejected", "SignatoryLocked", "SignatoryUnlocked", "KnowledgeConfirmed"] {
        assert!(evidence.contains(&kind.to_owned()), "{kind}");
    }
    let shown = ceremony.detail().await.json().to_string();
    assert!(!shown.contains("blue 42") && !shown.contains("Difference"));
}

#[tokio::test]
async fn whoever_holds_many_links_cannot_guess_at_each_of_them() {
    let door = Door::open().await;
    let code = |_: usize, signer: &mut Value| signer["accessCode"] = json!("blue 42");
    let people = GUESSED.map(|email| Person { email, ..ada() });
    let ceremony = request(&door, &people, code, &json!({})).await;
    let tell = async |person: Person, answer: &str| {
        let body = json!({ "answers": [answer] });
        ceremony.as_signatory(person, Method::POST, "/sign/access", Some(&body)).await
    };
    let [rest @ .., last] = people;
    for person in rest {
        for _ in 0..5 {
            let _wrong = tell(person, "red 41").await.expect(422);
        }
    }
    let refused = tell(last, "blue 42").await.expect(429);
    assert_eq!(refused.text("/code"), "too_many_requests");
    assert!(refused.headers.contains_key("retry-after"));
    door.advance(Duration::from_hours(1)).await;
    let _told = tell(last, "blue 42").await.expect(200);
}

#[tokio::test]
async fn a_required_attachment_comes_before_the_signature_and_can_be_rejected() {
    let door = Door::open().await;
    let asked = |_: usize, signer: &mut Value| {
        signer["attachments"] = json!([{ "name": "Passport", "description": "The page with your picture" }]);
    };
    let ceremony = request(&door, &[ada()], asked, &json!({})).await;
    let id = signer(&ceremony, 0).await["attachments"][0]["id"].as_str().unwrap().to_owned();
    let attach = async |payload: &str| {
        let (path, body) = (format!("/sign/attachments/{id}"), json!({ "payload": payload }));
        ceremony.as_signatory(ada(), Method::POST, &path, Some(&body)).await
    };
    let early = ceremony.sign(ada()).await.expect(409);
    assert_eq!(early.text("/code"), "step_missing");
    let program = attach("TVqQAAMAAAAEAAAA").await.expect(422);
    assert_eq!(program.text("/errors/0/pointer"), "/payload");
    let _provided = attach("JVBERi0xLjcKJf////8K").await.expect(200);
    let reason = json!({ "reason": "It is blurred." });
    let reject = format!("/attachments/{id}/reject");
    let rejected = about_signer(&ceremony, 0, Method::POST, &reject, Some(&reason)).await.expect(200);
    assert_eq!(rejected.text("/data/signers/0/attachments/0/state"), "REJECTED");
    let told = door.mails_to(ada().email);
    assert!(told.last().unwrap().text.contains("It is blurred"), "{}", told.last().unwrap().text);
    let _provided = attach("JVBERi0xLjcKJf////8K").await.expect(200);
    let accept = format!("/attachments/{id}/accept");
    let _accepted = about_signer(&ceremony, 0, Method::POST, &accept, None).await.expect(200);
    let file = about_signer(&ceremony, 0, Method::GET, &format!("/attachments/{id}"), None).await.expect(200);
    assert_eq!(file.headers["content-type"], "application/pdf");
    door.advance(Duration::from_mins(1)).await;
    let _signed = ceremony.sign(ada()).await.expect(200);
    door.settle().await;
    assert_eq!(ceremony.state().await, "DONE");
    let file = about_signer(&ceremony, 0, Method::GET, &format!("/attachments/{id}"), None).await.expect(200);
    assert!(file.body.starts_with(b"%PDF-1.7"));
}

#[tokio::test]
async fn who_a_signatory_is_by_the_integrator_s_word_stands_in_the_evidence() {
    let door = Door::open().await;
    let identity = |_: usize, signer: &mut Value| {
        signer["identity"] = json!({ "provider": "Civil registry", "reference": "A-1815" });
    };
    let ceremony = request(&door, &[ada()], identity, &json!({})).await;
    let other = json!({ "identity": { "provider": "Notary", "reference": "B-1852" } });
    let _corrected = about_signer(&ceremony, 0, Method::PATCH, "", Some(&other)).await.expect(200);
    let audit = door.get(&format!("/signatures/{}/audit", ceremony.id)).await.expect(200).json();
    let disclosed = audit["data"]["evidence"]["disclosures"].to_string();
    for value in ["Civil registry", "A-1815", "Notary", "B-1852"] {
        assert!(disclosed.contains(value), "{value}");
    }
    let chain = audit["data"]["evidence"]["events"].to_string();
    assert!(!chain.contains("Notary") && !chain.contains("A-1815"), "the chain itself has commitments alone");
}

#[tokio::test]
async fn why_somebody_declined_stands_in_the_evidence_and_is_told() {
    let door = Door::open().await;
    let ceremony = request(&door, &[ada(), grace()], |_, _| {}, &json!({})).await;
    let body = json!({ "reason": "The term is too long" });
    let _declined =
        ceremony.as_signatory(ada(), Method::POST, "/sign/decline", Some(&body)).await.expect(200);
    door.settle().await;
    let audit = door.get(&format!("/signatures/{}/audit", ceremony.id)).await.expect(200).json();
    assert!(audit["data"]["evidence"]["disclosures"].to_string().contains("The term is too long"));
    let told = door.mails_to(grace().email);
    assert!(told.last().unwrap().text.contains("The term is too long"));
}

#[tokio::test]
async fn what_is_attached_in_vain_is_kept_nowhere() {
    let door = Door::open().await;
    let asked = |_: usize, signer: &mut Value| signer["attachments"] = json!([{ "name": "Passport" }]);
    let ceremony = request(&door, &[ada()], asked, &json!({})).await;
    let id = signer(&ceremony, 0).await["attachments"][0]["id"].as_str().unwrap().to_owned();
    let link = ceremony.token(ada());
    let attach = async |payload: &str| {
        let (path, body) = (format!("/sign/attachments/{id}"), json!({ "payload": payload }));
        let answer = door.call_as(&link, Method::POST, &path, Some(&body)).await;
        (answer.status, objects(&door, &ceremony.id))
    };
    let before = objects(&door, &ceremony.id);
    let (taken, with_it) = attach("JVBERi0xLjcKJf////8K").await;
    assert!(taken == 200 && with_it.len() > before.len(), "what is taken is kept: {with_it:?}");
    let cancel = format!("/signatures/{}/cancel", ceremony.id);
    let _cancelled = door.post(&cancel, &json!({})).await.expect(200);
    door.settle().await;
    let before = objects(&door, &ceremony.id);
    assert_eq!(attach("JVBERi0xLjYKJf////8K").await, (409, before));
}

#[tokio::test]
async fn who_must_read_says_so_before_there_is_a_code() {
    let door = Door::open().await;
    let more = json!({ "options": { "signerMustRead": true } });
    let ceremony = request(&door, &[ada()], |_, _| {}, &more).await;
    let sha256 = ceremony.read(ada()).await;
    let early = ceremony.ask(ada(), &sha256).await.expect(409);
    assert_eq!(early.text("/code"), "step_missing");
    let body = json!({ "documentSha256": sha256, "read": true });
    let _read = ceremony.as_signatory(ada(), Method::POST, "/sign/presented", Some(&body)).await.expect(204);
    let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
    let audit = door.get(&format!("/signatures/{}/audit", ceremony.id)).await.expect(200).json().to_string();
    assert!(audit.contains("read: true"), "it stands in the evidence");
}

#[tokio::test]
async fn who_may_edit_their_details_does_so_and_the_evidence_has_both_values() {
    let door = Door::open().await;
    let more = json!({ "options": { "userEditableData": { "email": true } } });
    let ceremony = request(&door, &[ada()], |_, _| {}, &more).await;
    let edit =
        async |body: Value| ceremony.as_signatory(ada(), Method::POST, "/sign/details", Some(&body)).await;
    let refused = edit(json!({ "name": "Augusta" })).await.expect(403);
    assert_eq!(refused.text("/code"), "not_editable");
    let _edited = edit(json!({ "email": "countess@example.com" })).await.expect(204);
    assert_eq!(signer(&ceremony, 0).await["email"], "countess@example.com");
    let sha256 = ceremony.read(ada()).await;
    let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
    assert_eq!(door.mails_to("countess@example.com").len(), 1, "codes go to the new address");
    let audit = door.get(&format!("/signatures/{}/audit", ceremony.id)).await.expect(200).json().to_string();
    for value in ["email/was", "email/is", "destination_source"] {
        assert!(audit.contains(value), "{value}");
    }
}

#[tokio::test]
async fn a_number_that_a_signatory_corrects_gets_the_code_and_the_integrator_is_told() {
    let (receiver, url, _listening) = Receiver::listen().await;
    let door = Door::open().await;
    let wish = |_: usize, signer: &mut Value| {
        signer["authentication"] = json!(["sms"]);
        signer["mobile"] = json!("+39 333 112 2333");
    };
    let more = json!({
        "options": { "userEditableData": { "mobile": true } }, "callback": { "url": format!("{url}/hook"), "retry": 5 }
    });
    let ceremony = request(&door, &[ada()], wish, &more).await;
    let body = json!({ "mobile": "+33 6 12 34 56 78" });
    let _edited = ceremony.as_signatory(ada(), Method::POST, "/sign/details", Some(&body)).await.expect(204);
    door.settle().await;
    assert!(receiver.called_back(&ceremony.id).contains(&"SignatoryEdited".to_owned()));
    let sha256 = ceremony.read(ada()).await;
    let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
    assert_eq!((door.mails_to("+33612345678").len(), door.mails_to("+393331122333").len()), (1, 0));
    let audit = door.get(&format!("/signatures/{}/audit", ceremony.id)).await.expect(200).json().to_string();
    for value in ["mobile/was", "mobile/is"] {
        assert!(audit.contains(value), "{value}");
    }
}

#[tokio::test]
async fn a_picture_of_a_signature_is_drawn_anew_and_sealed_and_the_evidence_names_it() {
    let door = Door::open().await;
    let more = json!({ "options": { "signatureMode": ["typed", "uploaded"] } });
    let ceremony = request(&door, &[ada()], |_, _| {}, &more).await;
    let image = tests::png_of_a_stroke();
    let mark = json!({ "mark": { "mode": "uploaded", "image": image } });
    let bad = json!({ "mark": { "mode": "uploaded", "image": "JVBERi0xLjcK" } });
    let sha256 = ceremony.read(ada()).await;
    let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
    let sign = async |mark: &Value| {
        let body = json!({ "documentSha256": sha256, "code": ceremony.code(ada()), "mark": mark["mark"] });
        ceremony.as_signatory(ada(), Method::POST, "/sign/signature", Some(&body)).await
    };
    let refused = sign(&bad).await.expect(422);
    assert_eq!(refused.text("/errors/0/pointer"), "/mark/image");
    let _signed = sign(&mark).await.expect(200);
    door.settle().await;
    assert_eq!(ceremony.state().await, "DONE");
    let audit = ceremony.document("audit").await.expect(200).json();
    let events = audit.pointer("/data/evidence/events").unwrap().as_array().unwrap().clone();
    let facts = events.iter().find_map(|event| {
        let event: Value = serde_json::from_str(event["event"].as_str().unwrap()).unwrap();
        (event["kind"] == "SignatureCreated").then(|| event["facts"].clone())
    });
    let facts = facts.unwrap();
    assert_eq!(facts["mode"], "uploaded");
    assert_eq!(facts["mark_sha256"].as_str().map(str::len), Some(64));
}

#[tokio::test]
async fn a_picture_of_a_signature_is_taken_only_where_the_request_allows_it() {
    let door = Door::open().await;
    let picture = json!({ "mode": "uploaded", "image": tests::png_of_a_stroke() });
    for (named, allowed, status) in [
        (json!(["typed"]), json!(["typed"]), 422),
        (json!(["typed", "drawn"]), json!(["typed", "drawn"]), 422),
        (json!(["uploaded", "typed"]), json!(["typed", "uploaded"]), 200),
        // Not everyone can draw.
        (json!(["drawn"]), json!(["drawn", "uploaded"]), 200),
    ] {
        let more = json!({ "options": { "signatureMode": named } });
        let ceremony = request(&door, &[ada()], |_, _| {}, &more).await;
        assert_eq!(ceremony.view(ada()).await["modes"], allowed);
        assert_eq!(ceremony.detail().await.json()["data"]["options"]["signatureMode"], named);
        let sha256 = ceremony.read(ada()).await;
        let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
        let body = json!({ "documentSha256": sha256, "code": ceremony.code(ada()), "mark": picture });
        let answer = ceremony.as_signatory(ada(), Method::POST, "/sign/signature", Some(&body)).await;
        let answer = answer.expect(status);
        if status == 422 {
            assert_eq!(answer.text("/code"), "mode_not_allowed");
        }
    }
    let unknown = json!({ "options": { "signatureMode": ["stamped"] } });
    let mut body = tests::body(tests::CONTRACT, &[ada()]);
    body["options"] = unknown["options"].clone();
    let refused = door.post("/EU-SES", &body).await.expect(422);
    assert_eq!(refused.text("/errors/0/pointer"), "/options/signatureMode");
}

const GUESSED: [&str; 7] = [
    "one@example.com",
    "two@example.com",
    "three@example.com",
    "four@example.com",
    "five@example.com",
    "six@example.com",
    "seven@example.com",
];

/// The files of the buckets that belong to a request.
fn objects(door: &Door, request: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![door.cloud.data().to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().contains(request) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
