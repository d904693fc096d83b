//! One-time passwords: single use, bounded tries, steps in order.

use std::time::Duration;

use http::Method;
use serde_json::json;
use tests::{Answer, CONTRACT, Ceremony, Door, Person, ada, body, grace};

async fn asked(door: &Door) -> (Ceremony, String) {
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    let sha256 = ceremony.read(ada()).await;
    let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
    (ceremony, sha256)
}

/// A code that is not the right one.
fn wrong_code(ceremony: &Ceremony) -> String {
    let right: u32 = ceremony.code(ada()).parse().unwrap();
    format!("{:06}", (right + 1) % 1_000_000)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_parallel_right_answers_make_one_signature() {
    let door = Door::open().await;
    let (ceremony, sha256) = asked(&door).await;
    let code = ceremony.code(ada());
    let attempts: Vec<_> = (0..64)
        .map(|_| {
            let (ceremony, sha256, code) = (ceremony.clone(), sha256.clone(), code.clone());
            tokio::spawn(async move { ceremony.answer(ada(), &sha256, &code).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for attempt in attempts {
        statuses.push(attempt.await.unwrap());
    }
    assert_eq!(statuses.iter().filter(|it| **it == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|it| [200, 422].contains(it)), "{statuses:?}");
    door.settle().await;
    let evidence = ceremony.evidence().await;
    assert_eq!(evidence.iter().filter(|it| *it == "SignatureCreated").count(), 1);
    assert_eq!(evidence.iter().filter(|it| *it == "RevisionSealed").count(), 1);
}

#[tokio::test]
async fn a_wrong_code_burns_an_attempt_and_leaves_evidence() {
    let door = Door::open().await;
    let (ceremony, sha256) = asked(&door).await;
    let wrong = wrong_code(&ceremony);
    for attempts_left in (0..5).rev() {
        let answer = ceremony.answer(ada(), &sha256, &wrong).await.expect(422);
        assert_eq!(answer.text("/code"), "code_refused");
        assert_eq!(ceremony.view(ada()).await["signatory"]["guessesLeft"], 20 + attempts_left);
        let rejected = ceremony.evidence().await.iter().filter(|it| *it == "OtpRejected").count();
        assert_eq!(rejected, 5 - attempts_left);
    }
    let right = ceremony.answer(ada(), &sha256, &ceremony.code(ada())).await.expect(422);
    assert_eq!(right.text("/code"), "code_refused", "a dead code is refused even when it is right");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_wrong_codes_are_compared_five_times_and_not_more() {
    let door = Door::open().await;
    let (ceremony, sha256) = asked(&door).await;
    let wrong = wrong_code(&ceremony);
    let attempts: Vec<_> = (0..200)
        .map(|_| {
            let (ceremony, sha256, code) = (ceremony.clone(), sha256.clone(), wrong.clone());
            tokio::spawn(async move { ceremony.answer(ada(), &sha256, &code).await.text("/code") })
        })
        .collect();
    let mut codes = Vec::new();
    for attempt in attempts {
        codes.push(attempt.await.unwrap());
    }
    assert!(codes.iter().all(|it| it == "code_refused"), "{codes:?}");
    let rejected = ceremony.evidence().await.iter().filter(|it| *it == "OtpRejected").count();
    assert_eq!(rejected, 5);
}

#[tokio::test]
async fn a_code_works_until_it_expires() {
    let door = Door::open().await;
    let (ceremony, sha256) = asked(&door).await;
    door.advance(Duration::from_secs(301)).await;
    let late = ceremony.answer(ada(), &sha256, &ceremony.code(ada())).await.expect(422);
    assert_eq!(late.text("/code"), "code_refused");
    let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
    let _signed = ceremony.answer(ada(), &sha256, &ceremony.code(ada())).await.expect(200);
}

#[tokio::test]
async fn a_second_code_comes_after_a_minute_and_a_sixth_never() {
    let door = Door::open().await;
    let (ceremony, sha256) = asked(&door).await;
    let early = ceremony.ask(ada(), &sha256).await.expect(429);
    let wait: u64 = early.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    for _ in 1..5 {
        door.advance(Duration::from_mins(1)).await;
        let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
    }
    door.advance(Duration::from_mins(1)).await;
    let _locked = ceremony.ask(ada(), &sha256).await.expect(423);
    assert_eq!(door.mails_to(ada().email).len(), 1 + 5);
    let _another = ceremony.sign(grace()).await.expect(200);
}

#[tokio::test]
async fn a_code_is_good_for_its_signatory_and_document_alone() {
    let door = Door::open().await;
    let (ceremony, sha256) = asked(&door).await;
    let code = ceremony.code(ada());
    let shown = ceremony.read(grace()).await;
    let _sent = ceremony.ask(grace(), &shown).await.expect(202);
    if ceremony.code(grace()) != code {
        let _refused = ceremony.answer(grace(), &shown, &code).await.expect(422);
    }
    let other = "0".repeat(64);
    let refused = ceremony.answer(ada(), &other, &code).await.expect(409);
    assert_eq!(refused.text("/code"), "document_unknown");
    let _signed = ceremony.answer(ada(), &sha256, &code).await.expect(200);
}

#[tokio::test]
async fn steps_out_of_order_are_refused() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let view = ceremony.view(ada()).await;
    let sha256 = view.pointer("/document/sha256").unwrap().as_str().unwrap();
    let unread = ceremony.ask(ada(), sha256).await.expect(409);
    assert_eq!(unread.text("/code"), "step_missing");
    let unasked = ceremony.answer(ada(), sha256, "123456").await.expect(422);
    assert_eq!(unasked.text("/code"), "code_refused");
    let _presented = ceremony.read(ada()).await;
    let body = json!({ "documentSha256": sha256, "consentSha256": "0".repeat(64) });
    let other_text = ceremony.as_signatory(ada(), Method::POST, "/sign/otp", Some(&body)).await.expect(409);
    assert_eq!(other_text.text("/code"), "step_missing");
    assert_eq!(door.mails_to(ada().email).len(), 1, "no code was sent");
}

/// The answer to a code that is refused. It does not come before a wrong one could be compared and recorded, so that the
/// clock does not tell whether there was one.
async fn refused(ceremony: &Ceremony, person: Person, sha256: &str, code: &str) -> Answer {
    let asked_at = std::time::Instant::now();
    let answer = ceremony.answer(person, sha256, code).await;
    assert!(asked_at.elapsed() >= Duration::from_millis(250), "{answer:?}");
    answer
}

#[tokio::test]
async fn whatever_is_wrong_with_a_code_the_answer_is_the_same() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    let sha256 = ceremony.read(ada()).await;
    let mut bodies = vec![("never sent", refused(&ceremony, ada(), &sha256, "123456").await)];
    let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
    let wrong = wrong_code(&ceremony);
    bodies.push(("mistyped", refused(&ceremony, ada(), &sha256, &wrong).await));
    let replaced = ceremony.code(ada());
    door.advance(Duration::from_mins(1)).await;
    let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
    if ceremony.code(ada()) != replaced {
        bodies.push(("replaced", refused(&ceremony, ada(), &sha256, &replaced).await));
    }
    let code = ceremony.code(ada());
    door.advance(Duration::from_mins(5)).await;
    bodies.push(("expired", refused(&ceremony, ada(), &sha256, &code).await));
    for _ in 0..3 {
        door.advance(Duration::from_mins(1)).await;
        let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
    }
    let code = ceremony.code(ada());
    for _ in 0..5 {
        let wrong = wrong_code(&ceremony);
        bodies.push(("out of tries", refused(&ceremony, ada(), &sha256, &wrong).await));
    }
    bodies.push(("locked", refused(&ceremony, ada(), &sha256, &code).await));
    let shown = ceremony.read(grace()).await;
    let _sent = ceremony.ask(grace(), &shown).await.expect(202);
    let code = ceremony.code(grace());
    let _signed = ceremony.answer(grace(), &shown, &code).await.expect(200);
    bodies.push(("used", refused(&ceremony, grace(), &shown, &code).await));
    let (_, first) = &bodies[0];
    for (case, answer) in &bodies {
        assert_eq!((answer.status, &answer.body), (422, &first.body), "{case}");
    }
    assert_eq!(ceremony.view(ada()).await["signatory"]["state"], "LOCKED", "their view tells them");
}

#[tokio::test]
async fn a_link_that_never_was_and_one_of_somebody_else_look_the_same() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let link = ceremony.token(ada());
    let (start, last) = link.split_at(link.len() - 1);
    let guessed = format!("{start}{}", if last == "0" { "1" } else { "0" });
    let mut bodies = Vec::new();
    for token in [guessed, "AAAA.BBBB.CCCC".to_owned(), String::new(), "x".repeat(5000)] {
        let body = json!({ "token": token });
        bodies.push(door.post("/sign/session", &body).await.expect(404).body);
    }
    assert!(bodies.iter().all(|it| *it == bodies[0]), "{bodies:?}");
}

#[tokio::test]
async fn codes_have_eight_digits_where_the_integrator_wants_them() {
    let door = Door::open().await;
    let mut wanted = body(CONTRACT, &[ada()]);
    for digits in [json!(7), json!(0), json!(-1), json!(6.5), json!("8")] {
        wanted["options"] = json!({ "codeDigits": digits });
        let refused = door.post("/EU-SES", &wanted).await.expect(422);
        assert_eq!(refused.text("/errors/0/pointer"), "/options/codeDigits", "{digits}");
    }
    wanted["options"] = json!({ "codeDigits": 8 });
    let id = door.post("/EU-SES", &wanted).await.expect(200).text("/data/id");
    door.settle().await;
    let ceremony = Ceremony::new(door.clone(), id, &[ada()]);
    assert_eq!(ceremony.detail().await.json()["data"]["options"]["codeDigits"], 8);
    assert_eq!(ceremony.view(ada()).await["codeDigits"], 8);
    let sha256 = ceremony.read(ada()).await;
    let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
    let code = ceremony.code(ada());
    assert_eq!(code.len(), 8);
    let short = ceremony.answer(ada(), &sha256, &code[..6]).await.expect(422);
    assert_eq!(short.text("/errors/0/pointer"), "/code");
    assert_eq!(ceremony.view(ada()).await["signatory"]["guessesLeft"], 25, "and costs no guess");
    let spaced = format!("{} {}", &code[..4], &code[4..]);
    let _signed = ceremony.answer(ada(), &sha256, &spaced).await.expect(200);
}

fn secrets(door: &Door) -> aws_sdk_secretsmanager::Client {
    aws_sdk_secretsmanager::Client::new(&door.cloud.aws().sdk)
}

async fn pepper(door: &Door) -> String {
    let pepper = secrets(door).get_secret_value().secret_id("OtpPepper").send().await.unwrap();
    pepper.secret_string.unwrap()
}

async fn replace_pepper(door: &Door, keyring: serde_json::Value) {
    let put = secrets(door).put_secret_value().secret_id("OtpPepper");
    put.secret_string(keyring.to_string()).send().await.unwrap();
}

#[tokio::test]
async fn a_session_outlives_the_replacement_of_its_key_as_long_as_the_key_before_is_there() {
    let door = Door::open().await;
    let first = pepper(&door).await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let token = json!({ "token": ceremony.token(ada()) });
    let session = door.browse(Method::POST, "/sign/session", None, Some(&token)).await.expect(200);
    let cookie = session.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let look = async |door: &Door| {
        let page = format!("/sign/request?signer={}", session.text("/signatory/id"));
        door.browse(Method::GET, &page, Some(&cookie), None).await.status
    };
    assert_eq!(look(&door).await, 200);
    let kept = json!({ "version": 2, "key": "second", "previous": [{ "version": 1, "key": first }] });
    replace_pepper(&door, kept).await;
    let door = door.restart().await;
    assert_eq!(look(&door).await, 200);
    replace_pepper(&door, json!({ "version": 2, "key": "second" })).await;
    assert_eq!(look(&door.restart().await).await, 401);
}

#[tokio::test]
async fn a_code_outlives_the_replacement_of_its_pepper_and_dies_with_it() {
    let door = Door::open().await;
    let first = pepper(&door).await;
    let (ceremony, sha256) = asked(&door).await;
    let shown = ceremony.read(grace()).await;
    let _sent = ceremony.ask(grace(), &shown).await.expect(202);
    let kept = json!({ "version": 2, "key": "second", "previous": [{ "version": 1, "key": first }] });
    replace_pepper(&door, kept).await;
    let _signed = ceremony.answer(ada(), &sha256, &ceremony.code(ada())).await.expect(200);
    replace_pepper(&door, json!({ "version": 2, "key": "second" })).await;
    // No process remembers the first one any more.
    let ceremony = ceremony.at(door.restart().await);
    let dead = ceremony.answer(grace(), &shown, &ceremony.code(grace())).await.expect(422);
    assert_eq!(dead.text("/code"), "code_refused", "its pepper is gone");
    ceremony.door.advance(Duration::from_mins(1)).await;
    let _signed = ceremony.sign(grace()).await.expect(200);
}
