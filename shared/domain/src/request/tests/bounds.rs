//! What a link alone allows, and what has to be proven or told first.

use super::super::*;
use super::stage::{Stage, file, person, who};
use crate::policy::MAX_FREE_MOVES;
use crate::value::{DocumentId, LinkKey, PersonName, Text};
use crate::{Channel, Digest, EmailAddress, Refusal};

#[test]
fn a_link_alone_fills_no_chain() {
    let mut stage = Stage::new();
    let asked = NewAttachment {
        name: Text::parse("Passport", "name", 100).unwrap(),
        description: None,
        required: false,
    };
    let people = vec![NewSignatory { attachments: vec![asked], ..person(0) }];
    let received = stage.received_of(people, |new| {
        new.options.editable.insert("name".to_owned(), true);
    });
    let mut request = stage.opened(received);
    let ada = who(&request, 0);
    let mut moves = 0;
    for round in 0_u32.. {
        let name = PersonName::parse(if round % 2 == 0 { "Ada" } else { "Augusta" }).unwrap();
        let amendment = Amendment { given_name: Some(name), ..Amendment::default() };
        match request.clone().edit(&ada, amendment, &mut stage.cause()) {
            Ok(edited) => request = stage.commit(edited),
            Err(refusal) => {
                assert_eq!(refusal, Refusal::TooManyMoves);
                break;
            }
        }
        // The first one is the name that she has already, which is no move.
        moves += u32::from(round > 0);
    }
    assert_eq!(moves, u32::from(MAX_FREE_MOVES));
    let document = Digest::of(b"document");
    let shown = request.clone().present(&ada, document, Seen::default(), &mut stage.cause());
    assert_eq!(shown.unwrap_err(), Refusal::TooManyMoves);
    let (id, file) = (request.facts().signatories[0].attachments[0].id.clone(), file(b"passport"));
    let attached = AttachedFile { file, content_type: "application/pdf".to_owned() };
    let attached = request.clone().attach(&ada, &id, attached, &mut stage.cause()).map(|_| ());
    assert_eq!(attached.unwrap_err(), Refusal::TooManyMoves);
    // The integrator has the last word: a new link, or the same one once more.
    let name = Amendment { family_name: Some(PersonName::parse("Byron").unwrap()), ..Amendment::default() };
    let corrected = AnyRequest::Open(request.clone()).correct(
        &ada,
        (name, None),
        &LinkKey::new(b"links"),
        &mut stage.cause(),
    );
    assert_eq!(Stage::looked_at(corrected.unwrap()).0.facts().signatories[0].free_moves, 0);
    let unlocked = AnyRequest::Open(request).unlock(&ada, &mut stage.cause()).unwrap();
    let AnyRequest::Open(request) = stage.commit(unlocked) else { panic!("it is open") };
    let shown = request.clone().present(&ada, document, Seen::default(), &mut stage.cause());
    assert!(shown.unwrap().is_some());
    let again = AnyRequest::Open(request).unlock(&ada, &mut stage.cause()).map(|_| ()).unwrap_err();
    assert_eq!(again, Refusal::SignatoryNotLocked);
}

#[test]
fn where_the_document_must_be_read_nobody_gets_a_code_before_they_said_so() {
    let mut stage = Stage::new();
    let received = stage.received_of(vec![person(0)], |new| new.options.must_read = true);
    let request = stage.opened(received);
    let ada = who(&request, 0);
    let document = Digest::of(b"document");
    let shown = request.present(
        &ada,
        document,
        Seen { view: Some(DocumentView::Images), is_read: false },
        &mut stage.cause(),
    );
    let request = stage.commit(shown.unwrap().unwrap());
    let early = stage.issue(request.clone(), &ada).map(|_| ()).unwrap_err();
    assert_eq!(early, Refusal::StepMissing { missing: "reading of the document" });
    let read = request.present(
        &ada,
        document,
        Seen { view: Some(DocumentView::Images), is_read: true },
        &mut stage.cause(),
    );
    let request = stage.commit(read.unwrap().unwrap());
    let again =
        request.clone().present(&ada, document, Seen { view: None, is_read: true }, &mut stage.cause());
    assert!(again.unwrap().is_none(), "it is recorded once");
    assert!(stage.issue(request, &ada).is_ok());
    stage.leaves("where_the_document_must_be_read_nobody_gets_a_code_before_they_said_so");
}

#[test]
fn who_has_a_task_here_is_told_to_nobody_who_has_not_proven_who_they_are() {
    let mut stage = Stage::new();
    let received = stage.received_of(vec![person(0), person(1)], |new| new.options.delegation = true);
    let request = stage.opened(received);
    let (ada, links) = (who(&request, 0), LinkKey::new(b"links"));
    let request = stage.presented(request, &ada);
    let issued = stage.issue(request, &ada).unwrap();
    let to = |email: &str| NewDelegate {
        given_name: PersonName::parse("Grace").unwrap(),
        family_name: PersonName::parse("Hopper").unwrap(),
        email: EmailAddress::parse(email).unwrap(),
        mobile: None,
    };
    let wrong = super::stage::wrong(&issued.codes[0].code);
    let wrong =
        vec![(Channel::Email, crate::otp::OneTimeCode::parse(&wrong, crate::otp::CodeLength::Six).unwrap())];
    let mut request = issued.request;
    for email in ["ada1@example.com", "grace@example.com"] {
        let intent = Intent::Delegate(to(email), &links);
        match stage.act(request, &ada, &wrong, intent).unwrap() {
            AfterAttempt::Refused(next, Refusal::CodeWrong { .. }) => request = next,
            other => panic!("{other:?}"),
        }
    }
    let right = issued.codes.into_iter().map(|it| (it.channel, it.code)).collect();
    let known = stage.act(request.clone(), &ada, &right, Intent::Delegate(to("ada1@example.com"), &links));
    assert_eq!(known.unwrap_err(), Refusal::DelegateKnown);
    let passed_on = stage.act(request, &ada, &right, Intent::Delegate(to("grace@example.com"), &links));
    assert!(matches!(passed_on, Ok(AfterAttempt::Acted(_))), "the codes stay valid");
}

/// One who signed with a typed name, one who declined, with everything that can be said of a person.
fn ended(stage: &mut Stage) -> AnyRequest {
    let asked = NewAttachment {
        name: Text::parse("Passport", "name", 100).unwrap(),
        description: Some(Text::parse("The page with the picture", "description", 100).unwrap()),
        required: false,
    };
    let identity = AssertedIdentity {
        provider: Text::parse("registry", "provider", 100).unwrap(),
        reference: Text::parse("42", "reference", 100).unwrap(),
    };
    let told = |index: usize| NewSignatory {
        identity: Some(identity.clone()),
        attachments: vec![asked.clone()],
        language: Some("it".to_owned()),
        timezone: Some("Europe/Rome".to_owned()),
        mobile: Some(crate::value::PhoneNumber::parse("+393331122333").unwrap()),
        otp_text: Some(Text::parse("Your code {OTP}", "message", 100).unwrap()),
        ..person(index)
    };
    let received = stage.received_of(vec![told(0), told(1)], |new| {
        new.title = Some(Text::parse("Agreement", "title", 100).unwrap());
    });
    let request = stage.opened(received);
    let (ada, grace) = (who(&request, 0), who(&request, 1));
    let AfterAct::Open(request) = stage.signs(request, &ada) else { panic!("one is left") };
    let id = request.facts().signatories[0].attachments[0].id.clone();
    let attached = AttachedFile { file: file(b"passport"), content_type: "application/pdf".to_owned() };
    let attached = request.clone().attach(&ada, &id, attached, &mut stage.cause()).unwrap().unwrap();
    let AfterAct::Open(request) = stage.commit(attached) else { panic!("one is left") };
    let blurred = AttachmentVerdict::Reject(Text::parse("It is blurred", "reason", 100).unwrap());
    let judged = request.judge_attachment(&ada, &id, blurred, &mut stage.cause()).unwrap();
    let AfterAct::Open(request) = stage.commit(judged) else { panic!("one is left") };
    let reason = Text::parse("Not mine", "reason", 100).unwrap();
    let declined = request.decline(&grace, Some(&reason), &mut stage.cause()).unwrap();
    stage.commit(declined)
}

#[test]
fn what_is_erased_is_gone_from_the_request_as_well() {
    let mut stage = Stage::new();
    let request = AnyRequest::Open(stage.open(1));
    let open = request.erase(&Erasure::Everyone, &mut stage.cause());
    assert_eq!(open.unwrap_err(), Refusal::RequestNot { state: "WAIT_SIGNER" });
    let mut stage = Stage::new();
    let request = ended(&mut stage);
    let ada = Erasure::Signatory(request.facts().signatories[0].id.clone());
    let held = request.hold(None, &mut stage.cause()).unwrap();
    let request = stage.commit(held);
    assert_eq!(request.clone().erase(&ada, &mut stage.cause()).unwrap_err(), Refusal::LegalHold);
    let released = request.release(&mut stage.cause()).unwrap();
    let request = stage.commit(released);
    let stranger = Erasure::Signatory(crate::SignatoryId::new(&mut stage.rng));
    assert_eq!(request.clone().erase(&stranger, &mut stage.cause()).unwrap_err(), Refusal::LinkUnknown);
    let erased = request.erase(&ada, &mut stage.cause()).unwrap();
    let request = stage.commit(erased);
    assert!(request.clone().erase(&ada, &mut stage.cause()).is_err(), "once");
    let erased = request.erase(&Erasure::Everyone, &mut stage.cause()).unwrap();
    let request = stage.commit(erased);
    assert!(request.erase(&Erasure::Everyone, &mut stage.cause()).is_err(), "once");
    stage.leaves("what_is_erased_is_gone_from_the_request_as_well");
}

#[test]
fn documents_of_a_request_that_has_ended_are_deleted_once() {
    let mut stage = Stage::new();
    let request = AnyRequest::Open(stage.open(1));
    assert!(request.delete_documents(&mut stage.cause()).is_err());
    let request = ended(&mut stage);
    let deleted = request.delete_documents(&mut stage.cause()).unwrap();
    let request = stage.commit(deleted);
    assert_eq!(
        request.delete_documents(&mut stage.cause()).unwrap_err(),
        Refusal::RequestNot { state: "DECLINED" }
    );
}

#[test]
fn an_attachment_is_found_by_whose_it_is_and_its_own_name() {
    let mut stage = Stage::new();
    let request = ended(&mut stage);
    let facts = request.facts();
    for person in &facts.signatories {
        let asked = &person.attachments[0];
        assert_eq!(request.attachment(&person.id, &asked.id), Some(asked));
    }
    let (ada, grace) = (&facts.signatories[0], &facts.signatories[1]);
    assert!(request.attachment(&ada.id, &grace.attachments[0].id).is_none());
    assert!(request.attachment(&ada.id, &DocumentId::new(&mut stage.rng)).is_none());
}

#[test]
fn a_mark_in_a_mode_that_is_not_allowed_is_refused_before_codes_are_compared() {
    let mut stage = Stage::new();
    let request = stage.open(1);
    let ada = who(&request, 0);
    let request = stage.presented(request, &ada);
    let issued = stage.issue(request, &ada).unwrap();
    let codes = issued.codes.into_iter().map(|it| (it.channel, it.code)).collect();
    let drawn = Intent::Sign(Mark::Drawn(Digest::of(b"strokes")));
    let refused = stage.act(issued.request, &ada, &codes, drawn).unwrap_err();
    assert_eq!(refused, Refusal::ModeNotAllowed);
}

#[test]
fn a_correction_that_changes_nothing_leaves_the_link_and_asks_for_what_was_told_again() {
    let mut stage = Stage::new();
    let request = stage.open(1);
    let (ada, links) = (who(&request, 0), LinkKey::new(b"links"));
    let request = stage.presented(request, &ada);
    let identity = AssertedIdentity {
        provider: Text::parse("registry", "provider", 100).unwrap(),
        reference: Text::parse("42", "reference", 100).unwrap(),
    };
    let corrected = AnyRequest::Open(request).correct(
        &ada,
        (Amendment::default(), Some(identity)),
        &links,
        &mut stage.cause(),
    );
    let AnyRequest::Open(request) = stage.commit(corrected.unwrap()) else { panic!("it is open") };
    let unread = stage.issue(request, &ada).map(|_| ()).unwrap_err();
    assert_eq!(unread, Refusal::StepMissing { missing: "presentation of the document" });
    stage.leaves("a_correction_that_changes_nothing_leaves_the_link_and_asks_for_what_was_told_again");
}

#[test]
fn each_name_is_editable_only_where_names_are_and_a_correction_asks_for_what_was_told_again() {
    let mut stage = Stage::new();
    let question = NewQuestion { text: None, answer: Answer::parse("Blue 42").unwrap() };
    let received = stage.received_of(vec![NewSignatory { questions: vec![question], ..person(0) }], |_| {});
    let request = stage.opened(received);
    let (ada, links) = (who(&request, 0), LinkKey::new(b"links"));
    for part in 0..2 {
        let name = Some(PersonName::parse("Augusta").unwrap());
        let amendment = match part {
            0 => Amendment { given_name: name, ..Amendment::default() },
            _ => Amendment { family_name: name, ..Amendment::default() },
        };
        let refused = request.clone().edit(&ada, amendment, &mut stage.cause()).unwrap_err();
        assert_eq!(refused, Refusal::NotEditable { field: "name" });
    }
    let mut facts = AnyRequest::Open(request);
    let Progress::Pending(ceremony) = &mut facts.facts_mut().signatories[0].progress else {
        panic!("pending")
    };
    ceremony.knowledge_at = Some(stage.now);
    assert!(facts.facts().signatories[0].may_read(stage.now).is_ok());
    let corrected = facts.correct(&ada, (Amendment::default(), None), &links, &mut stage.cause());
    let request = stage.commit(corrected.unwrap());
    assert!(request.facts().signatories[0].may_read(stage.now).is_err());
}

#[test]
fn a_draft_that_is_corrected_writes_to_nobody() {
    let mut stage = Stage::new();
    let received = stage.received_of(vec![person(0)], |new| new.draft = true);
    let draft = stage.accepted(received);
    let ada = draft.facts().signatories[0].id.clone();
    let email = Some(EmailAddress::parse("countess@example.com").unwrap());
    let amendment = Amendment { email, ..Amendment::default() };
    let corrected = draft.correct(&ada, (amendment, None), &LinkKey::new(b"links"), &mut stage.cause());
    let _draft = stage.commit(corrected.unwrap());
    assert!(stage.messages.is_empty());
    stage.leaves("a_draft_that_is_corrected_writes_to_nobody");
}

#[test]
fn the_last_guess_of_the_whole_budget_locks_before_the_code_is_dead() {
    let mut stage = Stage::new();
    stage.policy.max_guesses = 2;
    let request = stage.open(1);
    let ada = who(&request, 0);
    let request = stage.presented(request, &ada);
    let issued = stage.issue(request, &ada).unwrap();
    let wrong = super::stage::wrong(&issued.codes[0].code);
    let mut request = issued.request;
    for locked in [false, true] {
        let AfterAttempt::Refused(next, _) = stage.sign(request, &ada, &wrong).unwrap() else {
            panic!("it signed")
        };
        assert_eq!(next.facts().signatory(&ada).unwrap().state_name() == "LOCKED", locked);
        request = next;
    }
    stage.leaves("the_last_guess_of_the_whole_budget_locks_before_the_code_is_dead");
}

fn passport() -> NewAttachment {
    NewAttachment { name: Text::parse("Passport", "name", 100).unwrap(), description: None, required: true }
}

fn photograph() -> AttachedFile {
    AttachedFile { file: file(b"passport"), content_type: "image/png".to_owned() }
}

#[test]
fn who_only_reads_brings_what_is_asked_as_well() {
    let mut stage = Stage::new();
    let reader = NewSignatory { role: Role::Viewer, attachments: vec![passport()], ..person(0) };
    let received = stage.received_of(vec![reader, person(1)], |_| {});
    let request = stage.opened(received);
    let ada = who(&request, 0);
    let document = Digest::of(b"document");
    let request = stage.presented(request, &ada);
    let early = request.clone().acknowledge(&ada, document, &mut stage.cause()).map(|_| ()).unwrap_err();
    assert_eq!(early, Refusal::StepMissing { missing: "an attachment" });
    let asked = request.facts().signatory(&ada).unwrap().attachments[0].id.clone();
    let provided = request.attach(&ada, &asked, photograph(), &mut stage.cause()).unwrap().unwrap();
    let AfterAct::Open(request) = stage.commit(provided) else { panic!("two are left") };
    let read = request.acknowledge(&ada, document, &mut stage.cause()).unwrap();
    assert!(matches!(stage.commit(read), AfterAct::Open(_)));
    stage.leaves("who_only_reads_brings_what_is_asked_as_well");
}

#[test]
fn who_only_reads_confirms_after_all_of_it_where_the_document_must_be_read() {
    let mut stage = Stage::new();
    let reader = NewSignatory { role: Role::Viewer, ..person(0) };
    let received = stage.received_of(vec![reader, person(1)], |new| new.options.must_read = true);
    let request = stage.opened(received);
    let (ada, document) = (who(&request, 0), Digest::of(b"document"));
    let request = stage.presented(request, &ada);
    let early = request.clone().acknowledge(&ada, document, &mut stage.cause()).map(|_| ()).unwrap_err();
    assert_eq!(early, Refusal::StepMissing { missing: "reading of the document" });
    let seen = Seen { view: None, is_read: true };
    let read = request.present(&ada, document, seen, &mut stage.cause()).unwrap().unwrap();
    let request = stage.commit(read);
    let done = request.acknowledge(&ada, document, &mut stage.cause()).unwrap();
    assert!(matches!(stage.commit(done), AfterAct::Open(_)));
    stage.leaves("who_only_reads_confirms_after_all_of_it_where_the_document_must_be_read");
}

#[test]
fn nobody_is_asked_for_another_file_who_cannot_send_one() {
    let mut stage = Stage::new();
    let people = vec![NewSignatory { attachments: vec![passport()], ..person(0) }, person(1)];
    let received = stage.received_of(people, |new| new.options.delegation = true);
    let request = stage.opened(received);
    let ada = who(&request, 0);
    let asked = request.facts().signatory(&ada).unwrap().attachments[0].id.clone();
    let provided = request.attach(&ada, &asked, photograph(), &mut stage.cause()).unwrap().unwrap();
    let AfterAct::Open(request) = stage.commit(provided) else { panic!("two are left") };
    let name = |it: &str| PersonName::parse(it).unwrap();
    let delegate = NewDelegate {
        given_name: name("Emmy"),
        family_name: name("Noether"),
        email: EmailAddress::parse("emmy@example.com").unwrap(),
        mobile: None,
    };
    let key = LinkKey::new(b"l");
    let AfterAct::Open(request) = stage.acts(request, &ada, Intent::Delegate(delegate, &key)) else {
        panic!("two are left")
    };
    let blurred = AttachmentVerdict::Reject(Text::parse("It is blurred", "reason", 100).unwrap());
    let rejected = request.judge_attachment(&ada, &asked, blurred, &mut stage.cause()).unwrap();
    let _request = stage.commit(rejected);
    assert!(stage.kinds().contains(&"AttachmentRejected".to_owned()), "the verdict stands");
    assert!(stage.messages.iter().all(|it| it.kind != crate::message::MessageKind::AttachmentRejected));
    stage.leaves("nobody_is_asked_for_another_file_who_cannot_send_one");
}
