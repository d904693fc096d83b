//! What providers tell of messages.

use super::stage::Stage;
use crate::message::{Message, SentMessage};
use crate::request::notice::MAX_NOTICES;
use crate::request::{AnyRequest, Notice};
use crate::value::MessageId;

fn sent(message: &Message) -> SentMessage {
    SentMessage { id: message.id.clone(), to: message.to.clone(), provider_id: "0107-1".to_owned() }
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
