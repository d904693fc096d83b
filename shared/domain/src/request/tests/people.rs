//! Roles, stages, groups, delegation, corrections, attachments.

use super::super::*;
use super::stage::{Stage, file, person, seal, who};
use crate::channel::{Channel, Channels};
use crate::due::DueKind;
use crate::message::MessageKind;
use crate::policy::RECOVERY_PAUSE;
use crate::value::{LinkKey, PersonName, Text};
use crate::{Digest, EmailAddress, Refusal};

fn text(words: &str) -> Text {
    Text::parse(words, "text", 200).unwrap()
}

fn of_role(index: usize, role: Role, stage: u16) -> NewSignatory {
    NewSignatory { role, stage, ..person(index) }
}

fn invited(stage: &Stage, kind: MessageKind) -> usize {
    stage.messages.iter().filter(|it| it.kind == kind).count()
}

fn still_open(after: AfterAct) -> Request<Open> {
    match after {
        AfterAct::Open(request) => request,
        AfterAct::Signed(_) => panic!("nobody is left"),
    }
}

#[test]
fn a_later_stage_waits_for_everyone_of_the_earlier_one() {
    let mut stage = Stage::new();
    let people =
        vec![of_role(0, Role::Approver, 1), of_role(1, Role::Signatory, 2), of_role(2, Role::Copy, 1)];
    let received = stage.received_of(people, |_| {});
    let request = stage.opened(received);
    let (approver, signatory) = (who(&request, 0), who(&request, 1));
    assert_eq!(invited(&stage, MessageKind::Invitation), 1, "only the first stage is invited");
    let early =
        request.clone().present(&signatory, Digest::of(b"document"), Seen::default(), &mut stage.cause());
    assert_eq!(early.unwrap_err(), Refusal::NotYourTurn);
    assert_eq!(
        request.clone().decline(&signatory, None, &mut stage.cause()).unwrap_err(),
        Refusal::NotYourTurn
    );
    let request = still_open(stage.acts(request, &approver, Intent::Approve));
    assert_eq!(invited(&stage, MessageKind::Invitation), 2);
    assert!(stage.kinds().contains(&"StageOpened".to_owned()));
    let after = stage.signs(request, &signatory);
    let AfterAct::Signed(request) = after else { panic!("nobody is left") };
    let request = AnyRequest::Signed(request);
    assert!(matches!(request.next_seal(), Some(NextSeal::Act(it, 1)) if it.id == signatory));
    stage.leaves("a_later_stage_waits_for_everyone_of_the_earlier_one");
}

#[test]
fn each_role_can_do_its_own_act_and_no_other() {
    let mut stage = Stage::new();
    let people = vec![of_role(0, Role::Approver, 1), of_role(1, Role::Viewer, 1), person(2)];
    let received = stage.received_of(people, |_| {});
    let request = stage.opened(received);
    let (approver, viewer, signatory) = (who(&request, 0), who(&request, 1), who(&request, 2));
    let request = stage.presented(request, &viewer);
    let refused = stage.issue(request.clone(), &viewer).unwrap_err();
    assert_eq!(refused, Refusal::RoleCannot { role: "viewer" }, "a viewer needs no code");
    let request = stage.presented(request, &signatory);
    let signs = request.clone().acknowledge(&signatory, Digest::of(b"document"), &mut stage.cause());
    assert_eq!(signs.unwrap_err(), Refusal::RoleCannot { role: "signatory" });
    let request = stage.presented(request, &approver);
    let issued = stage.issue(request, &approver).unwrap();
    let code = issued.codes[0].code.expose().to_owned();
    let signed = stage.sign(issued.request.clone(), &approver, &code).unwrap_err();
    assert_eq!(signed, Refusal::RoleCannot { role: "approver" });
    let read = issued.request.acknowledge(&viewer, Digest::of(b"document"), &mut stage.cause()).unwrap();
    let request = still_open(stage.commit(read));
    assert_eq!(request.facts().signatory(&viewer).unwrap().state_name(), "READ");
    stage.leaves("each_role_can_do_its_own_act_and_no_other");
}

#[test]
fn whoever_acts_last_the_seals_are_looked_for() {
    for last in [Role::Approver, Role::Viewer] {
        let mut stage = Stage::new();
        let people = vec![person(0), of_role(1, last, 2)];
        let received = stage.received_of(people, |_| {});
        let request = stage.opened(received);
        let (signatory, last_one) = (who(&request, 0), who(&request, 1));
        let request = AnyRequest::Open(still_open(stage.signs(request, &signatory)));
        let head = request.facts().chain.hash;
        let sealed = request.record_seal(seal(b"revision", head), &mut stage.cause()).unwrap();
        let AnyRequest::Open(request) = stage.commit(sealed) else { panic!("someone has still to act") };
        let after = if last == Role::Viewer {
            let request = stage.presented(request, &last_one);
            let read = request.acknowledge(&last_one, Digest::of(b"document"), &mut stage.cause()).unwrap();
            stage.commit(read)
        } else {
            stage.acts(request, &last_one, Intent::Approve)
        };
        let AfterAct::Signed(request) = after else { panic!("nobody is left") };
        let due = &stage.due[&request.facts().version];
        assert_eq!(due[&DueKind::Seal], stage.now.plus(RECOVERY_PAUSE), "{last:?}");
    }
}

#[test]
fn of_a_group_whoever_comes_first_acts_for_all() {
    let mut stage = Stage::new();
    let member = |index| NewSignatory { group: Some(text("board")), ..person(index) };
    let received = stage.received_of(vec![member(0), member(1), person(2)], |_| {});
    let request = stage.opened(received);
    let (first, second, other) = (who(&request, 0), who(&request, 1), who(&request, 2));
    assert_eq!(request.facts().signatory(&second).unwrap().slot, first, "a group shares one field");
    let declined = request.decline(&first, None, &mut stage.cause()).unwrap();
    let AnyRequest::Open(request) = stage.commit(declined) else { panic!("another member can act") };
    let request = still_open(stage.signs(request, &second));
    let again = stage.sign(request.clone(), &first, "000000").unwrap_err();
    assert_eq!(again, Refusal::SignatoryNotPending);
    let AfterAct::Signed(request) = stage.signs(request, &other) else { panic!("nobody is left") };
    assert_eq!(request.facts().signed_count(), 2);
    stage.leaves("of_a_group_whoever_comes_first_acts_for_all");
}

#[test]
fn the_rest_of_a_group_is_not_needed_once_one_has_acted() {
    let mut stage = Stage::new();
    let member = |index| NewSignatory { group: Some(text("board")), ..person(index) };
    let received = stage.received_of(vec![member(0), member(1)], |_| {});
    let request = stage.opened(received);
    let (first, second) = (who(&request, 0), who(&request, 1));
    let AfterAct::Signed(request) = stage.signs(request, &first) else { panic!("one is enough") };
    assert_eq!(request.facts().signatory(&second).unwrap().state_name(), "NOT_NEEDED");
    assert!(stage.kinds().contains(&"GroupReleased".to_owned()));
    let mut stage = Stage::new();
    let received = stage.received_of(vec![member(0), member(1)], |_| {});
    let mut request = AnyRequest::Open(stage.opened(received));
    for index in 0..2 {
        let AnyRequest::Open(open) = request else { panic!("one of them can still act") };
        let id = who(&open, index);
        let declined = open.decline(&id, None, &mut stage.cause()).unwrap();
        request = stage.commit(declined);
    }
    assert_eq!(request.state_name(), "DECLINED", "the last of a group declines for all");
}

fn delegate(index: usize) -> NewDelegate {
    NewDelegate {
        given_name: PersonName::parse("Grace").unwrap(),
        family_name: PersonName::parse("Hopper").unwrap(),
        email: EmailAddress::parse(&format!("grace{index}@example.com")).unwrap(),
        mobile: None,
    }
}

#[test]
fn a_delegate_signs_in_the_place_of_who_delegated_with_a_code_of_their_own() {
    let mut stage = Stage::new();
    let received = stage.received_of(vec![person(0)], |new| new.options.delegation = true);
    let request = stage.opened(received);
    let (ada, links) = (who(&request, 0), LinkKey::new(b"links"));
    let request = still_open(stage.acts(request, &ada, Intent::Delegate(delegate(0), &links)));
    let grace = request.facts().signatories[1].clone();
    assert_eq!((grace.slot, grace.destination_from), (ada.clone(), DestinationFrom::Delegator));
    assert_eq!(request.facts().signatory(&ada).unwrap().state_name(), "DELEGATED");
    assert_eq!(invited(&stage, MessageKind::Delegation), 1);
    assert_eq!(stage.sign(request.clone(), &ada, "000000").unwrap_err(), Refusal::SignatoryNotPending);
    let AfterAct::Signed(request) = stage.signs(request, &grace.id) else { panic!("nobody is left") };
    assert_eq!(request.facts().signed_count(), 1);
    let event = stage.kinds();
    let order = ["SignatureDelegated", "SignatureCreated"].map(|it| event.iter().position(|kind| kind == it));
    assert!(order[0].is_some() && order[0] < order[1]);
    stage.leaves("a_delegate_signs_in_the_place_of_who_delegated_with_a_code_of_their_own");
}

#[test]
fn nobody_passes_on_what_may_not_be_passed_on() {
    let links = LinkKey::new(b"links");
    let attempt = |wish: &dyn Fn(&mut NewRequest), to: NewDelegate| {
        let mut stage = Stage::new();
        let received = stage.received_of(vec![person(0), person(1)], wish);
        let request = stage.opened(received);
        let ada = who(&request, 0);
        let request = stage.presented(request, &ada);
        let issued = stage.issue(request, &ada).unwrap();
        let codes = issued.codes.into_iter().map(|it| (it.channel, it.code)).collect();
        stage.act(issued.request, &ada, &codes, Intent::Delegate(to, &links)).map(|_| ()).unwrap_err()
    };
    assert_eq!(attempt(&|_| {}, delegate(0)), Refusal::DelegationForbidden);
    let known = NewDelegate { email: EmailAddress::parse("ada1@example.com").unwrap(), ..delegate(0) };
    assert_eq!(attempt(&|new| new.options.delegation = true, known), Refusal::DelegateKnown);
}

#[test]
fn a_corrected_signatory_gets_a_new_link_and_the_old_code_dies() {
    let mut stage = Stage::new();
    let request = stage.open(1);
    let (ada, links) = (who(&request, 0), LinkKey::new(b"links"));
    let before = request.facts().signatory(&ada).unwrap().link_digest;
    let request = stage.presented(request, &ada);
    let issued = stage.issue(request, &ada).unwrap();
    let email = Some(EmailAddress::parse("countess@example.com").unwrap());
    let amendment = Amendment { email, ..Amendment::default() };
    let request = AnyRequest::Open(issued.request);
    let corrected = request.correct(&ada, (amendment, None), &links, &mut stage.cause()).unwrap();
    let AnyRequest::Open(request) = stage.commit(corrected) else { panic!("it is still open") };
    let person = request.facts().signatory(&ada).unwrap();
    assert_ne!(person.link_digest, before);
    assert_eq!(invited(&stage, MessageKind::AddressCorrected), 1);
    let late = stage.sign(request.clone(), &ada, issued.codes[0].code.expose()).unwrap_err();
    assert_eq!(late, Refusal::CodeExpired);
    let last = String::from_utf8(stage.evidence.last().unwrap().0.clone()).unwrap();
    assert!(last.contains("SignatoryCorrected") && !last.contains("countess"), "{last}");
    for field in ["email/is", "email/was"] {
        assert!(last.contains(field), "{last}");
    }
    stage.leaves("a_corrected_signatory_gets_a_new_link_and_the_old_code_dies");
}

#[test]
fn signatories_edit_only_what_the_integrator_allows() {
    let mut stage = Stage::new();
    let received = stage.received_of(vec![person(0)], |new| {
        new.options.editable.insert("name".to_owned(), true);
    });
    let request = stage.opened(received);
    let ada = who(&request, 0);
    let email =
        Amendment { email: Some(EmailAddress::parse("eve@example.com").unwrap()), ..Amendment::default() };
    let refused = request.clone().edit(&ada, email, &mut stage.cause()).unwrap_err();
    assert_eq!(refused, Refusal::NotEditable { field: "email" });
    let mobile = Some(crate::value::PhoneNumber::parse("+39 333 112 2333").unwrap());
    let mobile = request.clone().edit(&ada, Amendment { mobile, ..Amendment::default() }, &mut stage.cause());
    assert_eq!(mobile.unwrap_err(), Refusal::NotEditable { field: "mobile" });
    let name = Amendment { given_name: Some(PersonName::parse("Augusta").unwrap()), ..Amendment::default() };
    let edited = request.edit(&ada, name, &mut stage.cause()).unwrap();
    let request = stage.commit(edited);
    let person = request.facts().signatory(&ada).unwrap();
    assert_eq!(
        (person.given_name.expose(), person.destination_from),
        ("Augusta", DestinationFrom::Integrator)
    );
    stage.leaves("signatories_edit_only_what_the_integrator_allows");
}

#[test]
fn who_must_attach_a_document_signs_after_that_and_again_if_it_is_rejected() {
    let mut stage = Stage::new();
    let passport = NewAttachment { name: text("Passport"), description: None, required: true };
    let received = stage.received_of(vec![NewSignatory { attachments: vec![passport], ..person(0) }], |_| {});
    let request = stage.opened(received);
    let ada = who(&request, 0);
    let asked = request.facts().signatory(&ada).unwrap().attachments[0].id.clone();
    let request = stage.presented(request, &ada);
    let issued = stage.issue(request, &ada).unwrap();
    let code = issued.codes[0].code.expose().to_owned();
    let early = stage.sign(issued.request.clone(), &ada, &code).unwrap_err();
    assert_eq!(early, Refusal::StepMissing { missing: "an attachment" });
    let attached = || AttachedFile { file: file(b"passport"), content_type: "image/png".to_owned() };
    let provided = issued.request.attach(&ada, &asked, attached(), &mut stage.cause()).unwrap().unwrap();
    let request = still_open(stage.commit(provided));
    let reject = AttachmentVerdict::Reject(text("It is blurred."));
    let rejected = request.judge_attachment(&ada, &asked, reject, &mut stage.cause()).unwrap();
    let request = still_open(stage.commit(rejected));
    assert_eq!(invited(&stage, MessageKind::AttachmentRejected), 1);
    let provided = request.attach(&ada, &asked, attached(), &mut stage.cause()).unwrap().unwrap();
    let request = still_open(stage.commit(provided));
    let again = request.clone().attach(&ada, &asked, attached(), &mut stage.cause()).unwrap();
    assert!(again.is_none(), "whoever sends it again changes nothing");
    let other = AttachedFile { file: file(b"identity card"), ..attached() };
    let other = request.clone().attach(&ada, &asked, other, &mut stage.cause()).unwrap();
    assert!(other.is_some(), "another takes its place");
    let AfterAttempt::Acted(AfterAct::Signed(_)) = stage.sign(request, &ada, &code).unwrap() else {
        panic!("it is here now")
    };
    stage.leaves("who_must_attach_a_document_signs_after_that_and_again_if_it_is_rejected");
}

#[test]
fn a_rejection_after_the_signature_keeps_the_request_open_until_another_is_there() {
    let mut stage = Stage::new();
    let passport = NewAttachment { name: text("Passport"), description: None, required: true };
    let people = vec![NewSignatory { attachments: vec![passport], ..person(0) }, person(1)];
    let received = stage.received_of(people, |_| {});
    let request = stage.opened(received);
    let (ada, grace) = (who(&request, 0), who(&request, 1));
    let asked = request.facts().signatory(&ada).unwrap().attachments[0].id.clone();
    let attached = || AttachedFile { file: file(b"passport"), content_type: "image/png".to_owned() };
    let provided = request.attach(&ada, &asked, attached(), &mut stage.cause()).unwrap().unwrap();
    let request = still_open(stage.commit(provided));
    let request = still_open(stage.signs(request, &ada));
    let reject = AttachmentVerdict::Reject(text("It is blurred."));
    let rejected = request.judge_attachment(&ada, &asked, reject, &mut stage.cause()).unwrap();
    let request = still_open(stage.commit(rejected));
    let request = still_open(stage.signs(request, &grace));
    assert!(AnyRequest::Open(request.clone()).complete(&mut stage.cause()).is_err());
    let provided = request.attach(&ada, &asked, attached(), &mut stage.cause()).unwrap().unwrap();
    assert!(matches!(stage.commit(provided), AfterAct::Signed(_)));
    stage.leaves("a_rejection_after_the_signature_keeps_the_request_open_until_another_is_there");
}

#[test]
fn nobody_waits_for_the_attachment_of_who_is_not_needed() {
    let mut stage = Stage::new();
    let asked = NewAttachment { name: text("Passport"), description: None, required: true };
    let member = |index| NewSignatory { group: Some(text("board")), ..person(index) };
    let people = vec![member(0), NewSignatory { attachments: vec![asked], ..member(1) }];
    let received = stage.received_of(people, |_| {});
    let request = stage.opened(received);
    let first = who(&request, 0);
    assert!(matches!(stage.signs(request, &first), AfterAct::Signed(_)));
    stage.leaves("nobody_waits_for_the_attachment_of_who_is_not_needed");
}

#[test]
fn codes_go_to_a_phone_only_where_there_is_one() {
    let mut stage = Stage::new();
    let by_sms = NewSignatory { channels: Channels::Sms, ..person(0) };
    let facts = stage.received(1).facts().clone();
    let new = NewRequest {
        tenant: facts.tenant,
        requester: facts.requester,
        public_url: facts.public_url,
        title: None,
        description: None,
        inputs: Vec::new(),
        signatories: vec![by_sms],
        options: facts.options,
        callback: None,
        ttl: std::time::Duration::from_hours(1),
        draft: false,
        retention: Retention::default(),
    };
    let peppers = crate::otp::Peppers::new(crate::otp::Pepper::new(1, b"p"), Vec::new());
    let keys = (&LinkKey::new(b"l"), &peppers);
    let created = Request::create(facts.id, new, keys, &mut stage.cause()).map(|_| ());
    assert_eq!(created.unwrap_err(), Refusal::StepMissing { missing: "a mobile number" });
    assert_eq!(Channels::Both.each(), [Channel::Email, Channel::Sms]);
    stage.leaves("codes_go_to_a_phone_only_where_there_is_one");
}
