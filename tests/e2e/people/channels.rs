//! Codes by mail, by text message, or both.

use std::time::Duration;

use http::Method;
use local::Options;
use serde_json::{Value, json};
use tests::{Ceremony, Door, Person, ada, alan, grace};

use super::{about_signer, request, wished};

const MOBILE: &str = "+39 333 112 2333";

fn by_sms(_: usize, signer: &mut Value) {
    signer["authentication"] = json!(["sms"]);
    signer["mobile"] = json!(MOBILE);
}

/// The newest code that a phone got: what follows the `#` of the last line.
fn texted(ceremony: &Ceremony) -> String {
    let texts = ceremony.door.mails_to("+393331122333");
    let text = &texts.last().expect("a text message").text;
    text.rsplit_once('#').unwrap().1.trim().to_owned()
}

fn mark() -> Value {
    json!({ "mode": "typed", "name": "Ada Lovelace" })
}

#[tokio::test]
async fn a_code_by_text_message_signs_and_costs_at_most_what_the_operator_says() {
    let door = Door::open().await;
    let ceremony = request(&door, &[ada()], by_sms, &json!({})).await;
    let sha256 = ceremony.read(ada()).await;
    let sent = ceremony.ask(ada(), &sha256).await.expect(202).json();
    assert_eq!(sent["codes"][0]["channel"], "sms");
    assert!(!sent.to_string().contains("1122333"), "{sent}");
    let texts = door.mails_to("+393331122333");
    let text = &texts[0];
    assert_eq!((texts.len(), text.channel.as_str()), (1, "sms"));
    assert!(text.text.contains(&sha256[..8]), "{}", text.text);
    assert!(text.text.chars().count() <= 160);
    let body = json!({ "documentSha256": sha256, "code": texted(&ceremony), "mark": mark() });
    let _signed =
        ceremony.as_signatory(ada(), Method::POST, "/sign/signature", Some(&body)).await.expect(200);
    door.settle().await;
    assert_eq!(ceremony.state().await, "DONE");
}

#[tokio::test]
async fn where_both_channels_are_asked_for_one_code_is_not_enough() {
    let door = Door::open().await;
    let both = |_: usize, signer: &mut Value| {
        signer["authentication"] = json!(["email", "sms"]);
        signer["mobile"] = json!(MOBILE);
    };
    let ceremony = request(&door, &[ada()], both, &json!({})).await;
    let sha256 = ceremony.read(ada()).await;
    let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
    let (mailed, texted) = (ceremony.code(ada()), texted(&ceremony));
    let sign = async |codes: Value| {
        let mut body = json!({ "documentSha256": sha256, "mark": mark() });
        for (name, value) in codes.as_object().unwrap() {
            body[name] = value.clone();
        }
        ceremony.as_signatory(ada(), Method::POST, "/sign/signature", Some(&body)).await
    };
    for downgrade in [json!({ "code": mailed }), json!({ "codes": { "email": mailed } }), json!({})] {
        let status = sign(downgrade.clone()).await.status;
        assert!([409, 422].contains(&status), "{downgrade}: {status}");
    }
    let half = sign(json!({ "codes": { "email": mailed, "sms": "000000" } })).await.status;
    assert_eq!(half, 422);
    let _signed = sign(json!({ "codes": { "email": mailed, "sms": texted } })).await.expect(200);
    door.settle().await;
    assert_eq!(ceremony.state().await, "DONE");
}

#[tokio::test]
async fn numbers_and_words_that_no_text_message_takes_are_refused_before_anyone_is_asked() {
    let door = Door::open().await;
    for (field, value, pointer) in [
        ("mobile", json!("+12015550123"), "/signers/0/mobile"),
        ("mobile", json!("+39892424"), "/signers/0/mobile"),
        ("mobile", json!("0333112233"), "/signers/0/mobile"),
        ("mobile", Value::Null, "/signers/0/mobile"),
        ("message", json!("Ваш код {OTP}"), "/signers/0/message"),
        ("message", json!("x".repeat(150)), "/signers/0/message"),
        ("authentication", json!(["fax"]), "/signers/0/authentication"),
        ("authentication", json!([]), "/signers/0/authentication"),
    ] {
        let wish = |index: usize, signer: &mut Value| {
            by_sms(index, signer);
            signer[field] = value.clone();
        };
        let answer = door.post("/EU-SES", &wished(&[ada()], wish, &json!({}))).await.expect(422);
        assert_eq!(answer.text("/errors/0/pointer"), pointer, "{value}");
    }
    assert!(door.cloud.outbox().is_empty());
}

#[tokio::test]
async fn text_messages_stop_when_they_are_switched_off_or_the_days_budget_is_spent() {
    let mut options = Options::default();
    options.parameters.insert("SmsEnabled".to_owned(), "false".to_owned());
    let door = Door::open_with(options).await;
    let answer = door.post("/EU-SES", &wished(&[ada()], by_sms, &json!({}))).await.expect(422);
    assert_eq!(answer.text("/errors/0/pointer"), "/signers/0/authentication");
    let mut options = Options::default();
    options.parameters.insert("SmsDailyBudget".to_owned(), "1".to_owned());
    let door = Door::open_with(options).await;
    let ceremony = request(&door, &[ada()], by_sms, &json!({})).await;
    let sha256 = ceremony.read(ada()).await;
    let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
    door.advance(Duration::from_mins(1)).await;
    for _ in 0..12 {
        let spent = ceremony.ask(ada(), &sha256).await.expect(503);
        assert_eq!(spent.text("/code"), "sms_unavailable", "and what is refused costs nothing of a day's");
    }
    assert_eq!(door.mails_to("+393331122333").len(), 1);
}

#[tokio::test]
async fn of_many_asks_at_the_same_moment_one_sends_and_costs() {
    let door = Door::open().await;
    let ceremony = request(&door, &[ada(), grace()], |_, _| {}, &json!({})).await;
    let sha256 = ceremony.read(ada()).await;
    let asks = (0..32).map(|_| {
        let (ceremony, sha256) = (ceremony.clone(), sha256.clone());
        tokio::spawn(async move { ceremony.ask(ada(), &sha256).await.status })
    });
    let mut sent = 0;
    for ask in asks.collect::<Vec<_>>() {
        sent += u32::from(ask.await.unwrap() == 202);
    }
    assert_eq!(sent, 1);
    // Nine are left of the day's ten, for whatever asks.
    for number in 1..=10 {
        let other = request(&door, &[ada()], |_, _| {}, &json!({})).await;
        let shown = other.read(ada()).await;
        let status = other.ask(ada(), &shown).await.status;
        assert_eq!(status, if number < 10 { 202 } else { 429 }, "code {number}");
    }
}

#[tokio::test]
async fn a_number_that_no_code_reaches_is_refused_wherever_it_is_named() {
    let door = Door::open().await;
    let more = json!({ "options": { "delegation": true, "userEditableData": { "mobile": true } } });
    let ceremony = request(&door, &[ada()], by_sms, &more).await;
    for number in ["+39892424", "+12015550123"] {
        let corrected =
            about_signer(&ceremony, 0, Method::PATCH, "", Some(&json!({ "mobile": number }))).await;
        assert_eq!(corrected.expect(422).text("/errors/0/pointer"), "/mobile", "{number}");
        let body = json!({ "mobile": number });
        let edited =
            ceremony.as_signatory(ada(), Method::POST, "/sign/details", Some(&body)).await.expect(422);
        assert_eq!(edited.text("/errors/0/pointer"), "/mobile", "{number}");
        let delegate =
            json!({ "name": "Grace", "surname": "Hopper", "email": grace().email, "mobile": number });
        let body = json!({ "documentSha256": "0".repeat(64), "code": "000000", "delegate": delegate });
        let passed =
            ceremony.as_signatory(ada(), Method::POST, "/sign/delegation", Some(&body)).await.expect(422);
        assert_eq!(passed.text("/errors/0/pointer"), "/delegate/mobile", "{number}");
    }
    let other = json!({ "mobile": "+33 6 12 34 56 78" });
    let _corrected = about_signer(&ceremony, 0, Method::PATCH, "", Some(&other)).await.expect(200);
}

#[tokio::test]
async fn one_mailbox_gets_ten_codes_a_day_however_many_requests_ask() {
    let door = Door::open().await;
    let mut codes = 0;
    for _ in 0..3 {
        let ceremony = request(&door, &[ada(), grace(), alan()], |_, _| {}, &json!({})).await;
        let sha256 = ceremony.read(ada()).await;
        for _ in 0..5 {
            let answer = ceremony.ask(ada(), &sha256).await;
            if answer.status == 429 {
                assert_eq!(answer.text("/code"), "too_many_codes");
                assert_eq!(codes, 10);
                return;
            }
            let _sent = answer.expect(202);
            codes += 1;
            door.advance(Duration::from_mins(1)).await;
        }
    }
    panic!("{codes} codes were sent");
}

/// As many signatories as a request may have, each with a mailbox of their own.
fn crowd(who: std::ops::Range<u32>) -> Vec<Person> {
    let email = |number: u32| -> &'static str { format!("reader{number}@example.com").leak() };
    who.map(|number| Person { email: email(number), ..ada() }).collect()
}

/// All sign at one place: a page has no room for fifty.
fn place(signer: &mut Value) {
    signer["signatures"] = json!([{ "page": 1, "x": 20, "y": 20, "width": 30, "height": 20 }]);
}

async fn asks(ceremony: &Ceremony, person: Person) -> tests::Answer {
    let sha256 = ceremony.read(person).await;
    ceremony.ask(person, &sha256).await
}

#[tokio::test]
async fn one_address_of_the_network_asks_for_fifty_codes_a_day() {
    let door = Door::open().await;
    let people = crowd(0..50);
    let ceremony = request(&door, &people, |_, signer| place(signer), &json!({})).await;
    for person in &people {
        let _sent = asks(&ceremony, *person).await.expect(202);
    }
    let next = request(&door, &[ada()], |_, _| {}, &json!({})).await;
    let refused = asks(&next, ada()).await.expect(429);
    assert_eq!(refused.text("/code"), "too_many_codes");
    door.advance(Duration::from_hours(24)).await;
    let _sent = asks(&next, ada()).await.expect(202);
}

#[tokio::test]
async fn text_messages_to_numbers_that_never_answer_stop_by_themselves() {
    let door = Door::open().await;
    let people = crowd(0..50);
    let numbered = |block: &'static str| {
        move |index: usize, signer: &mut Value| {
            signer["authentication"] = json!(["sms"]);
            signer["mobile"] = json!(format!("{block}{:04}", 1000 + index));
            place(signer);
        }
    };
    let ceremony = request(&door, &people, numbered("+39333112"), &json!({})).await;
    for person in &people {
        let _sent = asks(&ceremony, *person).await.expect(202);
    }
    let later = crowd(50..51);
    let same = request(&door, &later, numbered("+39333112"), &json!({})).await;
    let stopped = asks(&same, later[0]).await.expect(503);
    assert_eq!(stopped.text("/code"), "sms_unavailable");
    // Of other numbers nothing is known: the day's fifty of this network are what stops them.
    let other = request(&door, &later, numbered("+3361234"), &json!({})).await;
    assert_eq!(asks(&other, later[0]).await.expect(429).text("/code"), "too_many_codes");
    door.advance(Duration::from_hours(24)).await;
    let _sent = asks(&same, later[0]).await.expect(202);
}

#[tokio::test]
async fn who_has_to_answer_by_text_message_gets_no_code_by_mail_whatever_they_ask_for() {
    let door = Door::open().await;
    let ceremony = request(&door, &[ada()], by_sms, &json!({})).await;
    let sha256 = ceremony.read(ada()).await;
    let consent = ceremony.view(ada()).await["consent"]["sha256"].clone();
    let invited = door.mails_to(ada().email).len();
    for (name, value) in [
        ("channel", json!("email")),
        ("channels", json!(["email"])),
        ("authentication", json!(["email"])),
        ("email", json!("eve@example.com")),
        ("mobile", json!("+33 6 12 34 56 78")),
        ("destination", json!("eve@example.com")),
    ] {
        let body = json!({ "documentSha256": sha256, "consentSha256": consent, name: value });
        let refused = ceremony.as_signatory(ada(), Method::POST, "/sign/otp", Some(&body)).await.expect(422);
        assert_eq!(refused.text("/errors/0/pointer"), format!("/{name}"));
    }
    let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
    assert_eq!(door.mails_to(ada().email).len(), invited);
    assert!(door.mails_to("eve@example.com").is_empty() && door.mails_to("+33612345678").is_empty());
    let texted = texted(&ceremony);
    for (name, value) in
        [("channel", json!("email")), ("codes", json!({ "email": texted })), ("channels", json!(["email"]))]
    {
        let mut body = json!({ "documentSha256": sha256, "mark": mark(), name: value });
        if name != "codes" {
            body["code"] = json!(texted);
        }
        let refused = ceremony.as_signatory(ada(), Method::POST, "/sign/signature", Some(&body)).await;
        assert!([409, 422].contains(&refused.status), "{name}: {}", refused.status);
    }
    assert_eq!(ceremony.state().await, "WAIT_SIGNER");
}
