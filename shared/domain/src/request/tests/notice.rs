//! What providers tell of messages.

use std::time::Duration;

use super::stage::{Stage, person, who};
use crate::message::{Delivery, Message, MessageKind, SentMessage};
use crate::request::notice::MAX_NOTICES;
use crate::request::{Amendment, AnyRequest, NewSignatory, Notice, Open, Request};
use crate::value::{LinkKey, MessageId, PhoneNumber};
use crate::{Channel, Channels, EmailAddress, Refusal};

fn sent(message: &Message) -> SentMessage {
    let (id, to) = (message.id.clone(), message.to.clone());
    SentMessage { id, to, decided_at: message.decided_at, provider_id: "0107-1".to_owned() }
}

#[test]
fn what_a_provider_repeats_is_recorded_once() {
    let mut stage = Stage::new();
    let mut request = AnyRequest::Open(stage.open(1));
    let sent = sent(stage.messages.first().unwrap());
    let before = stage.evidence.len();
    let told = [
        Notice::Bounced { permanent: false },
        Notice::Delivered,
        Notice::Bounced { permanent: false },
        Notice::Complained,
        Notice::Delivered,
    ];
    for notice in told {
        let copy = request.clone();
        request = match copy.note_delivery(&sent, notice, &mut stage.cause()) {
            Some(transition) => stage.commit(transition),
            None => request,
        };
    }
    assert_eq!(stage.evidence.len(), before + 3);
    let kinds = stage.kinds();
    assert!(kinds.ends_with(&["MessageBounced", "MessageDelivered", "MessageComplained"].map(str::to_owned)));
    let signatory = request.facts().signatory(&sent.to).unwrap();
    assert_eq!(signatory.delivery().unwrap().notice, Notice::Complained);
    assert_eq!(signatory.notices.len(), 3);
    stage.leaves("what_a_provider_repeats_is_recorded_once");
}

#[test]
fn a_bounce_after_the_end_stands_in_the_custody_chain_and_strangers_change_nothing() {
    let mut stage = Stage::new();
    let request = AnyRequest::Open(stage.open(1));
    let sent = sent(stage.messages.first().unwrap());
    let stranger = SentMessage { to: crate::SignatoryId::new(&mut stage.rng), ..sent.clone() };
    assert!(request.clone().note_delivery(&stranger, Notice::Delivered, &mut stage.cause()).is_none());
    let cancelled = request.cancel(None, &mut stage.cause()).unwrap();
    let cancelled = stage.commit(cancelled);
    let chain = cancelled.facts().chain;
    let bounced = Notice::Bounced { permanent: true };
    let noted = cancelled.note_delivery(&sent, bounced, &mut stage.cause()).unwrap();
    let noted = stage.commit(noted);
    assert_eq!((noted.facts().chain, stage.custody), (chain, 1));
    stage.leaves("a_bounce_after_the_end_stands_in_the_custody_chain_and_strangers_change_nothing");
}

#[test]
fn only_the_newest_notices_are_kept() {
    let mut stage = Stage::new();
    let mut request = AnyRequest::Open(stage.open(1));
    let first = sent(stage.messages.first().unwrap());
    for _ in 0..30 {
        let sent = SentMessage { id: MessageId::new(&mut stage.rng), ..first.clone() };
        let noted = request.note_delivery(&sent, Notice::Delivered, &mut stage.cause()).unwrap();
        request = stage.commit(noted);
    }
    assert_eq!(request.facts().signatory(&first.to).unwrap().notices.len(), MAX_NOTICES);
}

#[test]
fn what_comes_back_from_the_old_mailbox_says_nothing_of_the_new_one() {
    let mut stage = Stage::new();
    let request = AnyRequest::Open(stage.open(1));
    let sent = sent(stage.messages.first().unwrap());
    let email = Some(EmailAddress::parse("countess@example.com").unwrap());
    stage.now = stage.now.plus(Duration::from_secs(1));
    let amendment = Amendment { email, ..Amendment::default() };
    let links = LinkKey::new(b"links");
    let corrected = request.correct(&sent.to, (amendment, None), &links, &mut stage.cause()).unwrap();
    let request = stage.commit(corrected);
    stage.now = stage.now.plus(Duration::from_secs(1));
    let bounced = Notice::Bounced { permanent: true };
    let noted = request.note_delivery(&sent, bounced, &mut stage.cause()).unwrap();
    let request = stage.commit(noted);
    assert_eq!(stage.kinds().last().map(String::as_str), Some("MessageBounced"), "it stands in the evidence");
    let person = request.facts().signatory(&sent.to).unwrap();
    assert!(!person.is_unreachable() && person.delivery().is_none());
    assert!(request.clone().note_delivery(&sent, bounced, &mut stage.cause()).is_none(), "once");
    let again = self::sent(stage.messages.last().unwrap());
    let noted = request.note_delivery(&again, bounced, &mut stage.cause()).unwrap();
    let request = stage.commit(noted);
    assert!(request.facts().signatory(&sent.to).unwrap().is_unreachable());
    stage.leaves("what_comes_back_from_the_old_mailbox_says_nothing_of_the_new_one");
}

#[test]
fn the_evidence_names_the_mailbox_that_a_message_went_to() {
    let mut stage = Stage::new();
    let request = AnyRequest::Open(stage.open(1));
    let message = stage.messages.first().unwrap().clone();
    stage.now = stage.now.plus(Duration::from_secs(1));
    let email = Some(EmailAddress::parse("countess@example.com").unwrap());
    let amendment = Amendment { email, ..Amendment::default() };
    let links = LinkKey::new(b"links");
    let corrected = request.correct(&message.to, (amendment, None), &links, &mut stage.cause()).unwrap();
    let mut request = stage.commit(corrected);
    let accepted = Delivery::Accepted { provider_id: "0107-1".to_owned() };
    for (delivery, destination, named) in
        [(&accepted, Some("ada0@example.com"), Some("ada0@example.com")), (&Delivery::Ambiguous, None, None)]
    {
        let told = request.record_delivery(&message, (delivery, destination), &mut stage.cause());
        request = stage.commit(told);
        let last = stage.record.iter().rfind(|it| it.contains("Message")).unwrap();
        let line = named.map(|it| format!("destination of S0 is \"{it}\""));
        assert!(line.map_or(!last.contains("destination of"), |line| last.contains(&line)), "{last}");
    }
    let later = stage.messages.last().unwrap().clone();
    let told = request.record_delivery(&later, (&Delivery::Ambiguous, None), &mut stage.cause());
    let _request = stage.commit(told);
    stage.leaves("the_evidence_names_the_mailbox_that_a_message_went_to");
}

#[test]
fn the_evidence_names_no_number_that_a_text_message_did_not_go_to() {
    let mut stage = Stage::new();
    let number = |text: &str| Some(PhoneNumber::parse(text).unwrap());
    let ada = NewSignatory { channels: Channels::Sms, mobile: number("+39 333 112 2333"), ..person(0) };
    let received = stage.received_of(vec![ada], |new| {
        new.options.editable.insert("mobile".to_owned(), true);
        new.options.editable.insert("email".to_owned(), true);
    });
    let mut request = stage.opened(received);
    let ada = who(&request, 0);
    let invitation = stage.messages.first().unwrap().clone();
    let message = Message { kind: MessageKind::Otp, channel: Channel::Sms, ..invitation };
    let named = |request: &Request<Open>, stage: &mut Stage| {
        let request = AnyRequest::Open(request.clone());
        let told = request.record_delivery(&message, (&Delivery::Ambiguous, None), &mut stage.cause());
        let (_, changes) = Stage::looked_at(told);
        let fields = changes.disclosures.into_iter().flat_map(|(_, it)| it.fields);
        fields.filter(|it| it.field == "destination").map(|it| it.value).next()
    };
    assert_eq!(named(&request, &mut stage), Some("+393331122333".into()));
    stage.now = stage.now.plus(Duration::from_secs(1));
    // Another mailbox is no other number.
    let email = Some(EmailAddress::parse("countess@example.com").unwrap());
    let edited = request.edit(&ada, Amendment { email, ..Amendment::default() }, &mut stage.cause());
    request = stage.commit(edited.unwrap());
    assert_eq!(named(&request, &mut stage), Some("+393331122333".into()));
    let mobile = number("+33 6 12 34 56 78");
    let edited = request.edit(&ada, Amendment { mobile, ..Amendment::default() }, &mut stage.cause());
    request = stage.commit(edited.unwrap());
    assert_eq!(named(&request, &mut stage), None, "what it was is not known any more");
}

#[test]
fn a_message_that_waited_while_its_mailbox_changed_tells_of_the_new_one() {
    let mut stage = Stage::new();
    let received = stage.received_of(vec![person(0)], |new| {
        new.options.editable.insert("email".to_owned(), true);
    });
    let request = stage.opened(received);
    let ada = who(&request, 0);
    let invitation = stage.messages.first().unwrap().clone();
    stage.now = stage.now.plus(Duration::from_secs(1));
    let email = Some(EmailAddress::parse("countess@example.com").unwrap());
    let edited = request.edit(&ada, Amendment { email, ..Amendment::default() }, &mut stage.cause());
    let request = AnyRequest::Open(stage.commit(edited.unwrap()));
    let accepted = Delivery::Accepted { provider_id: "0107-1".to_owned() };
    for (to, reaches) in [("ada0@example.com", true), ("countess@example.com", false)] {
        let told = request.clone().record_delivery(&invitation, (&accepted, Some(to)), &mut stage.cause());
        let (after, changes) = Stage::looked_at(told);
        let [sent] = changes.sent_messages.as_slice() else { panic!("it was sent") };
        let noted = after.note_delivery(sent, Notice::Bounced { permanent: true }, &mut stage.cause());
        let (after, _) = Stage::looked_at(noted.unwrap());
        assert_eq!(!after.facts().signatory(&ada).unwrap().is_unreachable(), reaches, "{to}");
    }
}

#[test]
fn whoever_may_have_got_no_link_is_reminded_at_once() {
    let mut stage = Stage::new();
    let request = AnyRequest::Open(stage.open(1));
    let invitation = stage.messages.first().unwrap().clone();
    stage.now = stage.now.plus(Duration::from_mins(1));
    let (now, code) = (stage.now, Message { kind: MessageKind::Otp, ..invitation.clone() });
    let told = request.record_delivery(&code, (&Delivery::Ambiguous, None), &mut stage.cause());
    let request = stage.commit(told);
    let early = request.clone().remind(None, &mut stage.cause()).map(|_| ()).unwrap_err();
    assert!(matches!(early, Refusal::ResendTooSoon { .. }), "a code is no link: {early:?}");
    let told = request.record_delivery(&invitation, (&Delivery::Ambiguous, None), &mut stage.cause());
    let request = stage.commit(told);
    let delivery =
        |request: &AnyRequest| request.facts().signatories[0].delivery().map(|it| (it.notice, it.at));
    assert_eq!(delivery(&request), Some((Notice::Unknown, now)));
    let reminded = request.remind(None, &mut stage.cause()).unwrap();
    let request = stage.commit(reminded);
    assert!(request.clone().remind(None, &mut stage.cause()).is_err(), "that one may well be on its way");
    let second = stage.messages.last().unwrap().clone();
    let told = request.record_delivery(&second, (&Delivery::Ambiguous, None), &mut stage.cause());
    let request = stage.commit(told);
    let _again = request.remind(None, &mut stage.cause()).unwrap();
    stage.leaves("whoever_may_have_got_no_link_is_reminded_at_once");
}
