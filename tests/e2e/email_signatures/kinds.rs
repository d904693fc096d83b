//! Every kind of mail that this service sends, with and without the signature of a sender.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::message::MessageKind;
use http::Method;
use local::Sent;
use serde_json::{Value, json};
use tests::{CONTRACT, Ceremony, Door, Person, ada, body, grace, signers};

use super::{house, put};

const EMMY: Person = Person { name: "Emmy", surname: "Noether", email: "emmy@example.com" };

/// What each kind's subject says in English; the first that fits counts.
const SUBJECTS: [(MessageKind, &str); 13] = [
    (MessageKind::AddressCorrected, "Your new link to"),
    (MessageKind::AttachmentRejected, "Please send another file for"),
    (MessageKind::Cancelled, "Withdrawn by"),
    (MessageKind::Completion, "Signed by everyone"),
    (MessageKind::Copy, "Your copy"),
    (MessageKind::Declined, "declined to sign"),
    (MessageKind::Delegated, "instead of you"),
    (MessageKind::Delegation, " instead"),
    (MessageKind::Expired, "The deadline has passed"),
    (MessageKind::Invitation, "asks you to sign"),
    (MessageKind::Otp, "Your code to sign"),
    (MessageKind::Reminder, "Reminder:"),
    (MessageKind::Unlocked, "You can go on"),
];

async fn request(
    door: &Door,
    people: &[Person],
    wish: impl Fn(usize, &mut Value),
    options: &Value,
) -> Ceremony {
    let mut request = body(CONTRACT, people);
    let mut asked = signers(people);
    for (index, signer) in asked.as_array_mut().unwrap().iter_mut().enumerate() {
        wish(index, signer);
    }
    request["signers"] = asked;
    request["options"] = options.clone();
    let id = door.post("/EU-SES", &request).await.expect(200).text("/data/id");
    door.settle().await;
    Ceremony::new(door.clone(), id, people)
}

fn with(options: &Value, more: &Value) -> Value {
    let mut options = options.clone();
    options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    options
}

async fn signer_path(ceremony: &Ceremony, rest: &str) -> String {
    let id = ceremony.detail().await.text("/data/signers/0/id");
    format!("/signatures/{}/signers/{id}{rest}", ceremony.id)
}

/// Has every kind of mail sent.
async fn tell_everything(door: &Door, options: &Value) {
    let nothing = |_: usize, _: &mut Value| {};
    let copied = |index: usize, signer: &mut Value| {
        if index == 1 {
            signer["role"] = json!("cc");
            signer.as_object_mut().unwrap().remove("signatures");
        }
    };
    // Whatever the hour is now, it is none of the night.
    let quiet = json!({ "from": "00:00", "to": "00:00" });
    let reminders = json!({ "firstAfterDays": 1, "everyDays": 1, "count": 1, "quietHours": quiet });
    let reminders = json!({ "reminders": reminders });
    let signed = request(door, &[ada(), EMMY], copied, &with(options, &reminders)).await;
    door.advance(Duration::from_hours(30)).await;
    let _signed = signed.sign(ada()).await.expect(200);
    door.settle().await;
    let reason = json!({ "reason": "Not my name" });
    let declined = request(door, &[ada(), grace()], nothing, options).await;
    let _declined = declined.as_signatory(ada(), Method::POST, "/sign/decline", Some(&reason)).await;
    let cancelled = request(door, &[ada()], nothing, options).await;
    let _cancelled = door.post(&format!("/signatures/{}/cancel", cancelled.id), &json!({})).await.expect(200);

    let passed_on = request(door, &[ada()], nothing, &with(options, &json!({ "delegation": true }))).await;
    let sha256 = passed_on.read(ada()).await;
    let _sent = passed_on.ask(ada(), &sha256).await.expect(202);
    let delegate = json!({ "name": "Grace", "surname": "Hopper", "email": grace().email });
    let act = json!({ "documentSha256": sha256, "code": passed_on.code(ada()), "delegate": delegate });
    let _passed_on =
        passed_on.as_signatory(ada(), Method::POST, "/sign/delegation", Some(&act)).await.expect(200);

    let attached = |_: usize, signer: &mut Value| {
        signer["attachments"] = json!([{ "name": "Passport", "description": "The page with your picture" }]);
    };
    let attached = request(door, &[ada()], attached, options).await;
    let file = attached.detail().await.text("/data/signers/0/attachments/0/id");
    let payload = json!({ "payload": "JVBERi0xLjcKJf////8K" });
    let path = format!("/sign/attachments/{file}");
    let _added = attached.as_signatory(ada(), Method::POST, &path, Some(&payload)).await.expect(200);
    let path = signer_path(&attached, &format!("/attachments/{file}/reject")).await;
    let _rejected = door.post(&path, &json!({ "reason": "It is blurred." })).await.expect(200);

    let coded = |_: usize, signer: &mut Value| signer["accessCode"] = json!("blue 42");
    let locked = request(door, &[ada()], coded, options).await;
    for _ in 0..5 {
        let wrong = json!({ "answers": ["red 41"] });
        let _wrong = locked.as_signatory(ada(), Method::POST, "/sign/access", Some(&wrong)).await;
    }
    let _unlocked = door.call(Method::POST, &signer_path(&locked, "/unlock").await, None).await.expect(200);
    let corrected = request(door, &[ada()], nothing, options).await;
    let path = signer_path(&corrected, "").await;
    let other = json!({ "email": EMMY.email });
    let _corrected = door.call(Method::PATCH, &path, Some(&other)).await.expect(200);
    door.advance(Duration::from_hours(24 * 40)).await;
    door.settle().await;
}

async fn mails(options: &Value) -> Vec<Sent> {
    let door = Door::open().await;
    house(&door).await;
    let brand = json!({ "name": "Sales House", "colors": { "primary": "#004466" } });
    let _brand = put(&door, "/brands/sales", brand).await.expect(200);
    let sender = json!([{ "email": "augusta@engines.example", "firstname": "Augusta", "lastname": "King" }]);
    let _written = door.post("/users", &sender).await.expect(200);
    tell_everything(&door, options).await;
    let readers = [ada().email, grace().email, EMMY.email];
    door.cloud.outbox().into_iter().filter(|it| readers.contains(&it.to.as_str())).collect()
}

fn kinds(mails: &[Sent]) -> BTreeSet<&'static str> {
    let known = |mail: &Sent| {
        let found = SUBJECTS.iter().find(|(_, part)| mail.subject.contains(part));
        found.unwrap_or_else(|| panic!("{}", mail.subject)).0.as_str()
    };
    mails.iter().map(known).collect()
}

fn expected() -> BTreeSet<&'static str> {
    // The invitation tells of attachments, the integrator hears of bounces by callback.
    let none = [MessageKind::AttachmentAsked, MessageKind::Bounced];
    MessageKind::ALL.into_iter().filter(|it| !none.contains(it)).map(MessageKind::as_str).collect()
}

#[tokio::test]
async fn every_kind_of_mail_closes_with_the_sender_in_the_name_of_the_brand() {
    for (options, brand) in [
        (json!({ "sender": "augusta@engines.example" }), "Analytical Engines"),
        (json!({ "sender": "augusta@engines.example", "brand": "sales" }), "Sales House"),
    ] {
        let mails = mails(&options).await;
        assert_eq!(kinds(&mails), expected());
        for mail in &mails {
            let (_, closing) = mail.text.split_once("\n\n-- \n").unwrap_or_else(|| panic!("{}", mail.text));
            for part in [mail.html.as_str(), closing] {
                assert!(part.contains("Augusta King") && part.contains(brand), "{}: {part}", mail.subject);
            }
            assert_eq!(mail.html.matches("</html>").count(), 1, "{}", mail.subject);
            assert_eq!(mail.text.matches("\n-- \n").count(), 1, "{}", mail.subject);
        }
    }
}

#[tokio::test]
async fn every_kind_of_mail_without_a_sender_has_no_closing() {
    for options in [json!({}), json!({ "brand": "sales" })] {
        let mails = mails(&options).await;
        assert_eq!(kinds(&mails), expected());
        for mail in &mails {
            for part in [&mail.html, &mail.text] {
                assert!(
                    !part.contains("Augusta") && !part.contains("Sales House"),
                    "{}: {part}",
                    mail.subject
                );
            }
            assert!(!mail.text.contains("\n-- \n") && !mail.html.contains("closing"), "{}", mail.text);
        }
    }
}
