//! A change that has been decided but not yet stored.

use crate::due::{Due, DueKind};
use crate::evidence::{Disclosure, EvidenceEvent};
use crate::message::{Message, SentMessage};
use crate::notification::Notification;
use crate::otp::Challenge;
use crate::value::MessageId;
use crate::{SignatoryId, Timestamp};

/// A change that has been decided but not yet stored.
///
/// The next state comes out only by committing it, together with its evidence:
/// [`Transition::into_parts`] is called by the store's commit and nowhere else.
#[derive(Debug)]
#[must_use = "a transition that is not committed never happened"]
pub struct Transition<T> {
    next: T,
    changes: Changes,
}

/// What must be stored in the same transaction as the next state.
#[derive(Debug, Default)]
pub struct Changes {
    /// Events appended to the request's chain, or to its custody chain.
    pub evidence: Vec<EvidenceEvent>,
    /// Events appended to the custody chain, which begins when the request closes.
    pub custody: Vec<EvidenceEvent>,
    /// Salts and values behind the commitments of those events.
    pub disclosures: Vec<(ChainName, Disclosure)>,
    /// What integrators are told of those events.
    pub notifications: Vec<Notification>,
    /// What becomes of a signatory's challenge.
    pub challenges: Vec<(SignatoryId, Option<Challenge>)>,
    /// Messages to be sent once this is stored.
    pub messages: Vec<Message>,
    /// Messages that a provider took, to be found by the provider's names for them.
    pub sent_messages: Vec<SentMessage>,
    /// Messages whose sending ended.
    pub settled_messages: Vec<MessageId>,
    /// Things to look at later.
    pub due: Vec<Due>,
    /// Things that need no look any more.
    pub done: Vec<DueKind>,
}

impl Changes {
    /// Sets when a thing is to be looked at; what was said of it before counts no more.
    pub(crate) fn look_at(&mut self, what: DueKind, at: Timestamp) {
        self.due.retain(|due| due.what != what);
        self.done.retain(|kind| *kind != what);
        self.due.push(Due { what, at });
    }

    /// Leaves it as it is when a thing is to be looked at.
    pub(crate) fn leave(&mut self, what: DueKind) {
        self.due.retain(|due| due.what != what);
        self.done.retain(|kind| *kind != what);
    }

    /// Sets that a thing needs no look any more.
    pub(crate) fn forget(&mut self, what: DueKind) {
        self.due.retain(|due| due.what != what);
        if !self.done.contains(&what) {
            self.done.push(what);
        }
    }
}

/// Which of a request's two chains an event stands in.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ChainName {
    /// What happened after the request closed.
    Custody,
    /// What happened until it closed.
    Event,
}

impl<T> Transition<T> {
    pub(crate) fn new(next: T, changes: Changes) -> Self {
        Self { next, changes }
    }

    /// Turns the next state into another type, as long as nobody looks at it.
    pub fn map<U>(self, into: impl FnOnce(T) -> U) -> Transition<U> {
        Transition { next: into(self.next), changes: self.changes }
    }

    /// The next state as it would be, for a dry run that stores nothing and tells nobody.
    pub const fn would_be(&self) -> &T {
        &self.next
    }

    /// The messages that are to be sent once this is stored.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.changes.messages.iter()
    }

    /// Opens the transition. For the store's commit.
    pub fn into_parts(self) -> (T, Changes) {
        (self.next, self.changes)
    }
}
