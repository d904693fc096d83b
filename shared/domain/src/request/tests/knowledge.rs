//! What only a signatory knows, codes that are spent, and the way back for who is locked.

use super::super::*;
use super::stage::{NOON, Stage, person, who, wrong};
use crate::evidence::EventKind;

use crate::value::Text;
use crate::{Digest, Refusal};

fn asked(index: usize) -> NewSignatory {
    let question = |text: Option<&str>, answer: &str| NewQuestion {
        text: text.map(|it| Text::parse(it, "text", 200).unwrap()),
        answer: Answer::parse(answer).unwrap(),
    };
    NewSignatory {
        questions: vec![question(None, "Blue 42"), question(Some("Your first engine?"), "Difference")],
        ..person(index)
    }
}

fn answers(first: &str, second: &str) -> Vec<Answer> {
    [first, second].map(|it| Answer::parse(it).unwrap()).to_vec()
}

#[test]
fn the_document_is_shown_after_what_only_the_signatory_knows_and_for_a_while() {
    let mut stage = Stage::new();
    let received = stage.received_of(vec![asked(0)], |_| {});
    let request = stage.opened(received);
    let ada = who(&request, 0);
    let missing = |request: &Request<Open>, stage: &mut Stage| {
        request
            .clone()
            .present(&ada, Digest::of(b"document"), Seen::default(), &mut stage.cause())
            .map(|_| ())
            .unwrap_err()
    };
    assert!(matches!(missing(&request, &mut stage), Refusal::StepMissing { .. }));
    assert!(request.facts().signatory(&ada).unwrap().may_read(stage.now).is_err());
    let told = request.tell(
        &ada,
        &answers(" blue   42 ", "DIFFERENCE"),
        &stage.peppers,
        &mut Cause { now: NOON, rng: &mut stage.rng, actor: crate::Actor::System, origin: None },
    );
    let told = told.unwrap().unwrap();
    let AfterTelling::Told(request) = stage.commit(told) else { panic!("the answers are right") };
    assert!(request.facts().signatory(&ada).unwrap().may_read(stage.now).is_ok());
    let again = answers("blue 42", "difference");
    let mut cause = Cause { now: NOON, rng: &mut stage.rng, actor: crate::Actor::System, origin: None };
    let again = request.clone().tell(&ada, &again, &stage.peppers, &mut cause);
    assert!(again.unwrap().is_none(), "whoever tells it again changes nothing");
    let request = stage.presented(request, &ada);
    stage.now = stage.now.plus(crate::policy::KNOWLEDGE_TTL);
    assert!(matches!(stage.issue(request, &ada).unwrap_err(), Refusal::StepMissing { .. }));
    stage.leaves("the_document_is_shown_after_what_only_the_signatory_knows_and_for_a_while");
}

#[test]
fn wrong_answers_lock_the_signatory_until_the_integrator_unlocks() {
    let mut stage = Stage::new();
    let received = stage.received_of(vec![asked(0), person(1)], |_| {});
    let mut request = stage.opened(received);
    let (ada, grace) = (who(&request, 0), who(&request, 1));
    for attempts_left in (0..crate::policy::MAX_KNOWLEDGE_TRIES).rev() {
        let mut cause = Cause { now: NOON, rng: &mut stage.rng, actor: crate::Actor::System, origin: None };
        let told = request.tell(&ada, &answers("blue 42", "Analytical"), &stage.peppers, &mut cause).unwrap();
        let told = told.unwrap();
        let AfterTelling::Refused(next, refusal) = stage.commit(told) else { panic!("one answer is wrong") };
        assert_eq!(refusal, Refusal::AnswerWrong { attempts_left });
        request = next;
    }
    assert_eq!(request.facts().signatory(&ada).unwrap().state_name(), "LOCKED");
    assert_eq!(request.facts().signatory(&grace).unwrap().state_name(), "NEW", "nobody else is locked");
    let request = AnyRequest::Open(request);
    assert_eq!(request.clone().unlock(&grace, &mut stage.cause()).unwrap_err(), Refusal::SignatoryNotLocked);
    let unlocked = request.unlock(&ada, &mut stage.cause()).unwrap();
    let request = stage.commit(unlocked);
    assert_eq!(request.facts().signatory(&ada).unwrap().state_name(), "NEW");
    let kinds = stage.kinds();
    assert_eq!(kinds.iter().filter(|it| *it == EventKind::KnowledgeRejected.as_str()).count(), 5);
    assert!(kinds.contains(&"SignatoryLocked".to_owned()) && kinds.contains(&"SignatoryUnlocked".to_owned()));
    stage.leaves("wrong_answers_lock_the_signatory_until_the_integrator_unlocks");
}

#[test]
fn asking_for_one_code_too_many_locks_with_an_event() {
    let mut stage = Stage::new();
    let mut request = stage.open(1);
    let ada = who(&request, 0);
    request = stage.presented(request, &ada);
    for _ in 0..stage.policy.max_codes {
        request = stage.issue(request, &ada).unwrap().request;
        stage.now = stage.now.plus(stage.policy.resend_pause);
    }
    assert!(!stage.kinds().contains(&"SignatoryLocked".to_owned()));
    let AfterAsking::Refused(request, refusal) = stage.ask(request, &ada).unwrap() else {
        panic!("a sixth code")
    };
    assert_eq!(refusal, Refusal::SignatoryLocked);
    assert_eq!(request.facts().signatory(&ada).unwrap().state_name(), "LOCKED");
    assert!(stage.kinds().contains(&"SignatoryLocked".to_owned()));
    stage.leaves("asking_for_one_code_too_many_locks_with_an_event");
}

#[test]
fn an_unlocked_signatory_has_the_whole_budget_again_and_not_a_guess_more() {
    let mut stage = Stage::new();
    let mut request = stage.open(1);
    let ada = who(&request, 0);
    request = stage.presented(request, &ada);
    for round in 1..=2 {
        let mut guesses = 0;
        while let Ok(issued) = stage.issue(request.clone(), &ada) {
            request = issued.request;
            while let Ok(AfterAttempt::Refused(next, _)) =
                stage.sign(request.clone(), &ada, &wrong(&issued.codes[0].code))
            {
                request = next;
                guesses += 1;
            }
            stage.now = stage.now.plus(stage.policy.resend_pause);
        }
        assert_eq!(guesses, 25, "round {round}");
        let unlocked = AnyRequest::Open(request).unlock(&ada, &mut stage.cause()).unwrap();
        let AnyRequest::Open(next) = stage.commit(unlocked) else { panic!("it is open") };
        request = next;
    }
}
