#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod bounds;
mod edges;
mod knowledge;
mod notice;
mod people;
mod record;
mod retention;
mod stage;
mod term;

use std::time::Duration;

use super::*;
use crate::Digest;
use crate::evidence::{EventKind, verify_chain};
use crate::message::{Delivery, MessageKind};
use crate::otp::{Pepper, Peppers};
use crate::value::{LinkKey, Text};
use stage::{NOON, Stage, person, seal, who, wrong};

#[test]
fn the_last_signature_leads_to_signed_and_its_seals_to_done() {
    let mut stage = Stage::new();
    let request = stage.open(2);
    let (ada, grace) = (who(&request, 0), who(&request, 1));
    let AfterAct::Open(request) = stage.signs(request, &grace) else { panic!("one is left") };
    let AfterAct::Signed(request) = stage.signs(request, &ada) else { panic!("nobody is left") };
    let mut request = AnyRequest::Signed(request);
    for (number, signatory) in [(1, &grace), (2, &ada)] {
        let Some(NextSeal::Act(next, at)) = request.next_seal() else { panic!("a seal is missing") };
        assert_eq!((&next.id, at), (signatory, number), "acts are sealed in the order of signing");
        let head = request.facts().chain.hash;
        let sealed = request.record_seal(seal(b"revision", head), &mut stage.cause()).unwrap();
        request = stage.commit(sealed);
    }
    assert!(matches!(request.next_seal(), Some(NextSeal::Closing(3))));
    let AnyRequest::Signed(signed) = request else { panic!("still signed") };
    let head = signed.facts().chain.hash;
    let closed = signed.close(seal(b"closed", head), &mut stage.cause()).unwrap();
    let done = stage.commit(closed);
    assert_eq!(AnyRequest::Done(done).state_name(), "DONE");
    assert_eq!(stage.messages.iter().filter(|it| it.kind == MessageKind::Completion).count(), 2);
    assert_eq!(stage.kinds().last().map(String::as_str), Some("RequestClosed"));
    stage.leaves("the_last_signature_leads_to_signed_and_its_seals_to_done");
}

#[test]
fn what_is_known_of_a_document_grows_with_the_states() {
    let mut stage = Stage::new();
    let received = stage.received(1);
    let before = AnyRequest::Received(received.clone());
    assert!(before.document().is_none() && before.sealed().is_none() && before.failure().is_none());

    let failure = Failure { number: 801, sentence: "It is no PDF.".to_owned() };
    let rejected = received.clone().reject(failure.clone(), &mut stage.cause());
    let rejected = AnyRequest::Rejected(stage.commit(rejected));
    assert_eq!((rejected.failure(), rejected.document()), (Some(&failure), None));

    let request = stage.opened(received);
    let (accepted, revision) = (Digest::of(b"document"), Digest::of(b"revision"));
    assert!(request.document().has_shown(accepted) && !request.document().has_shown(revision));
    let ada = who(&request, 0);
    let AfterAct::Signed(signed) = stage.signs(request, &ada) else { panic!("nobody is left") };
    let head = signed.facts().chain.hash;
    let sealed = AnyRequest::Signed(signed).record_seal(seal(b"revision", head), &mut stage.cause()).unwrap();
    let AnyRequest::Signed(signed) = stage.commit(sealed) else { panic!("still signed") };
    let document = AnyRequest::Signed(signed.clone()).document().cloned().unwrap();
    assert!(document.has_shown(accepted) && document.has_shown(revision));
    assert_eq!(document.current().sha256, revision);

    let closed = signed.close(seal(b"closed", head), &mut stage.cause()).unwrap();
    let done = AnyRequest::Done(stage.commit(closed));
    assert_eq!(done.sealed().map(|it| it.sha256), Some(Digest::of(b"closed")));
    assert_eq!(done.document().map(|it| it.revisions.len()), Some(1));
    assert!(done.failure().is_none());
}

#[test]
fn the_chain_of_a_whole_life_derives_again_and_every_change_breaks_it() {
    let mut stage = Stage::new();
    let request = stage.open(1);
    let id = request.facts().id.clone();
    let ada = who(&request, 0);
    let AfterAct::Signed(request) = stage.signs(request, &ada) else { panic!("nobody is left") };
    let head = request.facts().chain;
    let stored = stage.evidence;
    let verify = |events: &[(Vec<u8>, Digest)]| {
        verify_chain(&id, events.iter().map(|(bytes, hash)| (bytes.as_slice(), *hash)))
    };
    assert_eq!(verify(&stored), Ok(head));
    for index in 0..stored.len() {
        let mut dropped = stored.clone();
        dropped.remove(index);
        let truncated = index + 1 == stored.len();
        assert_ne!(verify(&dropped), Ok(head));
        assert_eq!(verify(&dropped).is_ok(), truncated, "only the head shows a truncation");
        let mut edited = stored.clone();
        let text = String::from_utf8(edited[index].0.clone()).unwrap();
        edited[index].0 = text.replace("2027", "2028").into_bytes();
        assert_eq!(verify(&edited).unwrap_err().seq, u64::try_from(index).unwrap());
        let mut doubled = stored.clone();
        doubled.insert(index, stored[index].clone());
        assert!(verify(&doubled).is_err());
    }
}

#[test]
fn personal_values_stand_in_disclosures_and_never_in_events() {
    let mut stage = Stage::new();
    let request = stage.open(1);
    let ada = who(&request, 0);
    let _signed = stage.signs(request, &ada);
    for (bytes, _) in &stage.evidence {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        for personal in ["ada0@", "lovelace", "192.0.2.7", "a***@"] {
            assert!(!text.contains(personal), "{personal} in {text}");
        }
    }
    stage.leaves("personal_values_stand_in_disclosures_and_never_in_events");
}

#[test]
fn a_signatory_cannot_sign_twice() {
    let mut stage = Stage::new();
    let request = stage.open(2);
    let ada = who(&request, 0);
    let AfterAct::Open(request) = stage.signs(request, &ada) else { panic!("one is left") };
    assert_eq!(stage.sign(request, &ada, "000000").unwrap_err(), Refusal::SignatoryNotPending);
    stage.leaves("a_signatory_cannot_sign_twice");
}

#[test]
fn a_presentation_is_recorded_once_for_the_same_bytes() {
    let mut stage = Stage::new();
    let request = stage.open(1);
    let ada = who(&request, 0);
    let mut request = stage.presented(request, &ada);
    for _ in 0..3 {
        request = stage.presented(request, &ada);
    }
    let presented = EventKind::DocumentPresented.as_str();
    assert_eq!(stage.kinds().iter().filter(|it| *it == presented).count(), 1);
    stage.leaves("a_presentation_is_recorded_once_for_the_same_bytes");
}

#[test]
fn steps_come_in_order() {
    let mut stage = Stage::new();
    let request = stage.open(1);
    let ada = who(&request, 0);
    let refused = stage.issue(request.clone(), &ada).unwrap_err();
    assert_eq!(refused, Refusal::StepMissing { missing: "presentation of the document" });
    assert_eq!(stage.sign(request, &ada, "000000").unwrap_err(), Refusal::CodeExpired);
    stage.leaves("steps_come_in_order");
}

#[test]
fn wrong_codes_are_counted_across_codes_until_the_signatory_is_locked() {
    let mut stage = Stage::new();
    let mut request = stage.open(1);
    let ada = who(&request, 0);
    request = stage.presented(request, &ada);
    let mut guesses = 0;
    for code_number in 1..=stage.policy.max_codes {
        let issued = stage.issue(request, &ada).unwrap();
        request = issued.request;
        for attempts_left in (0..stage.policy.max_attempts).rev() {
            let outcome = stage.sign(request, &ada, &wrong(&issued.codes[0].code)).unwrap();
            let AfterAttempt::Refused(next, refusal) = outcome else { panic!("a wrong code signed") };
            assert_eq!(refusal, Refusal::CodeWrong { attempts_left });
            request = next;
            guesses += 1;
        }
        if code_number < stage.policy.max_codes {
            let dead = stage.sign(request.clone(), &ada, issued.codes[0].code.expose()).unwrap_err();
            assert_eq!(dead, Refusal::CodeExpired, "a dead challenge refuses the right code");
        }
        stage.now = stage.now.plus(stage.policy.resend_pause);
    }
    assert_eq!(guesses, 25);
    assert_eq!(stage.issue(request.clone(), &ada).unwrap_err(), Refusal::SignatoryLocked);
    assert_eq!(stage.sign(request, &ada, "000000").unwrap_err(), Refusal::SignatoryLocked);
    assert_eq!(stage.kinds().iter().filter(|it| *it == EventKind::SignatoryLocked.as_str()).count(), 1);
}

#[test]
fn a_new_code_kills_the_old_one_and_comes_after_a_pause() {
    let mut stage = Stage::new();
    let request = stage.open(1);
    let ada = who(&request, 0);
    let request = stage.presented(request, &ada);
    let first = stage.issue(request, &ada).unwrap();
    let refused = stage.issue(first.request.clone(), &ada).unwrap_err();
    assert_eq!(refused, Refusal::ResendTooSoon { retry_after: stage.policy.resend_pause });
    stage.now = stage.now.plus(stage.policy.resend_pause);
    let second = stage.issue(first.request, &ada).unwrap();
    let outcome = stage.sign(second.request, &ada, first.codes[0].code.expose()).unwrap();
    assert!(matches!(outcome, AfterAttempt::Refused(..)));
    stage.leaves("a_new_code_kills_the_old_one_and_comes_after_a_pause");
}

#[test]
fn nobody_signs_at_the_deadline_and_a_sweep_ends_the_request() {
    let mut stage = Stage::new();
    let request = stage.open(1);
    let ada = who(&request, 0);
    let request = stage.presented(request, &ada);
    let expires_at = request.facts().expires_at;
    stage.now = Timestamp::from_unix_ms(expires_at.unix_ms() - 1);
    let issued = stage.issue(request, &ada).unwrap();
    stage.now = expires_at;
    let late = stage.sign(issued.request.clone(), &ada, issued.codes[0].code.expose()).unwrap_err();
    assert_eq!(late, Refusal::RequestExpired { expired_at: expires_at });
    let expired = AnyRequest::Open(issued.request).expire(&mut stage.cause()).unwrap();
    let expired = stage.commit(expired);
    assert_eq!(expired.state_name(), "EXPIRED");
    assert_eq!(
        expired.clone().open(stage.now).unwrap_err(),
        Refusal::RequestExpired { expired_at: expires_at }
    );
    assert!(expired.cancel(None, &mut stage.cause()).is_err());
    stage.leaves("nobody_signs_at_the_deadline_and_a_sweep_ends_the_request");
}

#[test]
fn a_decline_ends_the_request_for_everyone() {
    let mut stage = Stage::new();
    let request = stage.open(2);
    let ada = who(&request, 0);
    let reason = Text::parse("The price is wrong.", "reason", 100).unwrap();
    let declined = request.decline(&ada, Some(&reason), &mut stage.cause()).unwrap();
    let declined = stage.commit(declined);
    assert_eq!(declined.state_name(), "DECLINED");
    assert!(declined.open(stage.now).is_err());
    assert!(!String::from_utf8_lossy(&stage.evidence.last().unwrap().0).contains("price"));
    stage.leaves("a_decline_ends_the_request_for_everyone");
}

#[test]
fn what_happens_after_the_end_stands_in_the_custody_chain() {
    let mut stage = Stage::new();
    let request = AnyRequest::Open(stage.open(1));
    let message = stage.messages.first().unwrap().clone();
    let cancelled = request.cancel(None, &mut stage.cause()).unwrap();
    let cancelled = stage.commit(cancelled);
    let (head, events) = (cancelled.facts().chain, stage.evidence.len());
    let delivery = Delivery::Accepted { provider_id: "1".to_owned() };
    let recorded = cancelled.record_delivery(&message, (&delivery, None), &mut stage.cause());
    let recorded = stage.commit(recorded);
    assert_eq!((recorded.facts().chain, stage.evidence.len(), stage.custody), (head, events, 1));
    stage.leaves("what_happens_after_the_end_stands_in_the_custody_chain");
}

#[test]
fn a_clock_that_goes_backwards_is_recorded_and_never_reorders_the_chain() {
    let mut stage = Stage::new();
    let request = stage.open(1);
    let (id, ada) = (request.facts().id.clone(), who(&request, 0));
    stage.now = Timestamp::from_unix_ms(NOON.unix_ms() - 3_600_000);
    let _request = stage.presented(request, &ada);
    let events = stage.evidence.iter().map(|(bytes, hash)| (bytes.as_slice(), *hash));
    assert!(verify_chain(&id, events).is_ok());
    let last = String::from_utf8(stage.evidence.last().unwrap().0.clone()).unwrap();
    assert!(last.contains(&format!("\"clock\":\"{}\"", stage.now)), "{last}");
    stage.leaves("a_clock_that_goes_backwards_is_recorded_and_never_reorders_the_chain");
}

#[test]
fn deadlines_lie_between_a_minute_and_a_year() {
    for (ttl, fits) in [(59, false), (60, true), (365 * 86_400, true), (367 * 86_400, false)] {
        let mut stage = Stage::new();
        let facts = stage.received(1).facts().clone();
        let new = NewRequest {
            tenant: facts.tenant,
            requester: facts.requester,
            public_url: facts.public_url,
            title: None,
            description: None,
            inputs: Vec::new(),
            signatories: vec![person(0)],
            options: facts.options,
            callback: None,
            ttl: Duration::from_secs(ttl),
            draft: false,
            retention: Retention::default(),
        };
        let peppers = Peppers::new(Pepper::new(1, b"p"), Vec::new());
        let keys = (&LinkKey::new(b"l"), &peppers);
        let created = Request::create(facts.id, new, keys, &mut stage.cause());
        assert_eq!(created.is_ok(), fits, "{ttl} seconds");
    }
}

#[test]
fn a_lowered_level_stands_in_the_evidence_with_its_reason() {
    let mut stage = Stage::new();
    let request = stage.open(1);
    let ada = who(&request, 0);
    let AfterAct::Signed(request) = stage.signs(request, &ada) else { panic!("nobody is left") };
    let request = AnyRequest::Signed(request);
    let head = request.facts().chain.hash;
    let lowered = Lowered { wanted: "B-T".to_owned(), reason: "no answer".to_owned() };
    let level = SealLevel { reached: "B-B".to_owned(), lowered: Some(lowered) };
    let sealed = SealFacts { level, ..seal(b"revision", head) };
    let sealed = request.record_seal(sealed, &mut stage.cause()).unwrap();
    let _request = stage.commit(sealed);
    let event: serde_json::Value = serde_json::from_slice(&stage.evidence.last().unwrap().0).unwrap();
    let facts = ["level", "level_wanted", "reason"].map(|it| event["facts"][it].as_str().unwrap().to_owned());
    assert_eq!(facts, ["B-B", "B-T", "no answer"]);
    stage.leaves("a_lowered_level_stands_in_the_evidence_with_its_reason");
}

#[test]
fn each_view_of_the_same_bytes_is_recorded_once() {
    use DocumentView::{Browser, Images};
    let mut stage = Stage::new();
    let mut request = stage.open(1);
    let ada = who(&request, 0);
    let mut views = Vec::new();
    for view in [None, None, Some(Images), None, Some(Images), Some(Browser), Some(Images)] {
        let shown = request
            .clone()
            .present(&ada, Digest::of(b"document"), Seen { view, is_read: false }, &mut stage.cause())
            .unwrap();
        if let Some(shown) = shown {
            request = stage.commit(shown);
            let (event, _) = stage.evidence.last().unwrap();
            let event: serde_json::Value = serde_json::from_slice(event).unwrap();
            views.push(event["facts"]["view"].as_str().map(str::to_owned));
        }
    }
    assert_eq!(views, [None, Some("images".to_owned()), Some("browser".to_owned())]);
    stage.leaves("each_view_of_the_same_bytes_is_recorded_once");
}
