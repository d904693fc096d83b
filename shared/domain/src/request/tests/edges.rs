//! What stands at the edge of a move: the instant of a deadline, what a delegate does not inherit, what is not kept.

use std::time::Duration;

use serde_json::json;

use super::super::*;
use super::stage::{PLACE, Stage, file, person, who, wrong};
use crate::due::DueKind;
use crate::message::MessageKind;
use crate::value::{LinkKey, PersonName, Text};
use crate::{EmailAddress, Refusal, Timestamp};

#[test]
fn a_deadline_passes_at_its_instant_and_has_passed_ever_after() {
    let mut stage = Stage::new();
    let request = AnyRequest::Open(stage.open(1));
    let deadline = request.facts().expires_at;
    stage.now = Timestamp::from_unix_ms(deadline.unix_ms() - 1);
    let early = request.clone().expire(&mut stage.cause()).map(|_| ()).unwrap_err();
    assert_eq!(early, Refusal::RequestNot { state: "WAIT_SIGNER" });
    for late in [Duration::ZERO, Duration::from_hours(1)] {
        stage.now = deadline.plus(late);
        let expired = request.clone().expire(&mut stage.cause()).unwrap();
        assert_eq!(Stage::looked_at(expired).0.state_name(), "EXPIRED", "{late:?}");
    }
}

#[test]
fn a_challenge_is_gone_with_its_last_try_and_not_before() {
    let mut stage = Stage::new();
    let request = stage.open(1);
    let ada = who(&request, 0);
    let request = stage.presented(request, &ada);
    let issued = stage.issue(request, &ada).unwrap();
    let mut request = issued.request;
    for attempts_left in (0..stage.policy.max_attempts).rev() {
        let outcome = stage.sign(request, &ada, &wrong(&issued.codes[0].code)).unwrap();
        let AfterAttempt::Refused(next, _) = outcome else { panic!("a wrong code signed") };
        assert_eq!(stage.challenges[ada.as_str()].is_some(), attempts_left > 0, "{attempts_left}");
        request = next;
    }
}

#[test]
fn a_delegate_begins_anew_whatever_became_of_who_delegated() {
    let mut stage = Stage::new();
    let links = LinkKey::new(b"links");
    let passport = NewAttachment {
        name: Text::parse("Passport", "name", 40).unwrap(),
        description: None,
        required: false,
    };
    let people = vec![NewSignatory { attachments: vec![passport], ..person(0) }];
    let received = stage.received_of(people, |new| new.options.delegation = true);
    let open = AnyRequest::Open(stage.opened(received));
    let ada = open.facts().signatories[0].id.clone();
    stage.now = stage.now.plus(Duration::from_mins(5));
    let amendment = Amendment {
        email: Some(EmailAddress::parse("countess@example.com").unwrap()),
        ..Amendment::default()
    };
    let corrected = open.correct(&ada, (amendment, None), &links, &mut stage.cause()).unwrap();
    let open = stage.commit(corrected).open(stage.now).unwrap();
    let asked = open.facts().signatories[0].attachments[0].id.clone();
    let attached = AttachedFile { file: file(b"passport"), content_type: "image/png".to_owned() };
    let provided = open.attach(&ada, &asked, attached, &mut stage.cause()).unwrap().unwrap();
    let AfterAct::Open(open) = stage.commit(provided) else { panic!("she has not signed") };
    stage.now = stage.now.plus(Duration::from_mins(5));
    let name = |it: &str| PersonName::parse(it).unwrap();
    let to = NewDelegate {
        given_name: name("Grace"),
        family_name: name("Hopper"),
        email: EmailAddress::parse("grace@example.com").unwrap(),
        mobile: None,
    };
    let AfterAct::Open(open) = stage.acts(open, &ada, Intent::Delegate(to, &links)) else {
        panic!("she passed it on")
    };
    let [ada, grace] = &open.facts().signatories[..] else { panic!("they are two") };
    assert!(ada.link_generation == 1 && ada.email_since.is_some() && ada.attachments[0].file().is_some());
    assert_eq!((grace.link_generation, grace.email_since), (0, None));
    assert_eq!(grace.invited_at, Some(stage.now));
    assert_eq!(grace.attachments[0].state, AttachmentState::Awaited);
    assert_eq!(stage.messages.iter().filter(|it| it.kind == MessageKind::Delegation).count(), 1);
}

#[test]
fn a_request_that_is_refused_at_the_start_waits_for_nothing() {
    let mut stage = Stage::new();
    let received = stage.received(1);
    let failure = Failure { number: 610, sentence: "It is no PDF.".to_owned() };
    let (_, changes) = Stage::looked_at(received.reject(failure, &mut stage.cause()));
    assert_eq!(changes.done, [DueKind::Intake, DueKind::Expiry]);
}

#[test]
fn places_that_are_not_those_of_the_signatories_are_refused_whole() {
    for placed in
        [Placed { places: Vec::new(), found: Vec::new() }, Placed { places: vec![PLACE], found: vec![1] }]
    {
        let mut stage = Stage::new();
        let received = stage.received(1);
        let arrived = received.facts().inputs.iter().map(|it| Arrived {
            id: it.id.clone(),
            file: file(b"it"),
            repaired: false,
        });
        let arrived = arrived.collect();
        let accepted = received.accept(arrived, file(b"document"), vec![placed], &mut stage.cause());
        let refusal = accepted.map(|_| ()).unwrap_err();
        assert!(matches!(refusal, Refusal::Inconsistent { .. }), "{refusal:?}");
    }
}

#[test]
fn a_picture_may_be_brought_where_drawing_is_the_only_way_or_it_is_named() {
    let mut stage = Stage::new();
    let mut options = stage.open(1).facts().options.clone();
    for (modes, typed, drawn, uploaded) in [
        (vec![Mode::Typed], true, false, false),
        (vec![Mode::Drawn], false, true, true),
        (vec![Mode::Typed, Mode::Drawn], true, true, false),
        (vec![Mode::Typed, Mode::Uploaded], true, false, true),
    ] {
        options.modes = modes;
        let allowed = [Mode::Typed, Mode::Drawn, Mode::Uploaded].map(|it| options.allows(it));
        assert_eq!(allowed, [typed, drawn, uploaded], "{:?}", options.modes);
    }
}

#[test]
fn sources_read_back_and_callbacks_show_nothing_of_their_secrets() {
    for source in [InputSource::Base64, InputSource::Remote, InputSource::Upload] {
        assert_eq!(InputSource::parse(source.as_str()), Some(source));
    }
    assert_eq!(InputSource::parse("fax"), None);
    let callback = Callback {
        url: "https://example.com/hush".to_owned(),
        form: CallbackForm::Json,
        retry: 3,
        headers: [("authorization".to_owned(), "hush".to_owned())].into(),
        custom: json!("hush"),
    };
    let shown = format!("{callback:?}");
    assert!(shown.contains("retry: 3") && !shown.contains("hush"), "{shown}");
}
