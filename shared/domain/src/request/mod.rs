//! Signature requests: `Received -> Draft -> Open -> Signed -> Done`, the draft only where it is wanted, and
//! from all before `Signed` to `Rejected | Declined | Expired | Cancelled`.
//!
//! The state is a type. A move takes the request and gives a [`Transition`](crate::Transition), so what
//! has happened cannot be used again.

mod amend;
mod appearance;
mod attachment;
mod attempt;
mod ceremony;
mod create;
mod decline;
mod delegate;
mod end;
mod erase;
mod facts;
mod filing;
mod intake;
mod knowledge;
mod lifecycle;
mod notice;
mod place;
mod progress;
mod remind;
mod retention;
mod roster;
mod seal;
mod signatory;
mod stored;

pub use amend::Amendment;
pub use appearance::{Appearance, ColorSlot, Hideable, Misfit, MisfitKind, RESULT_PREFIX};
pub use attachment::{AttachedFile, Attachment, AttachmentState, AttachmentVerdict};
pub use attempt::{AfterAttempt, Attempt, Intent};
pub use ceremony::{AfterAsking, Agreement, Issued, IssuedCode};
pub use create::{NewAttachment, NewInput, NewRequest, NewSignatory};
pub use delegate::NewDelegate;
pub use erase::Erasure;
pub use facts::{
    Callback, CallbackForm, Facts, FileFacts, InputDocument, InputSource, MAX_PEOPLE, MAX_SIGNATORIES,
    Revision, SigningOptions,
};
pub use filing::Filing;
pub use intake::{Arrived, Failure};
pub use knowledge::{
    AfterTelling, Answer, Knowledge, MAX_ANSWER_CHARS, MAX_QUESTIONS, NewQuestion, Question,
};
pub use notice::{Notice, Noticed};
pub use place::{Anchor, Occurrence, Place, Placed};
pub use progress::{Act, Approval, Ceremony, DocumentView, Mark, Mode, Presented, Progress, Seen};
pub use remind::{QuietHours, Reminders};
pub use retention::{DOCUMENT_MONTHS, EVIDENCE_YEARS, Retention, Shelf};
pub use roster::AfterAct;
pub use seal::{Lowered, NextSeal, SealFacts, SealLevel, SealedBy};
pub use signatory::{AssertedIdentity, DestinationFrom, Role, Signatory};
pub use stored::Stored;

use crate::due::DueKind;
use crate::evidence::{Draft as EventDraft, Owner};
use crate::notification::Notification;
use crate::policy::ARCHIVE_PAUSE;
use crate::transition::{ChainName, Changes};
use crate::{Cause, Refusal, Timestamp};

/// A signature request in state `S`.
#[derive(Clone, Debug)]
pub struct Request<S> {
    facts: Facts,
    state: S,
}

/// The document is being fetched or checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Received;

/// The document is accepted, and nobody can act until the integrator activates the request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Draft {
    document: Sealing,
}

/// Signatories can act.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Open {
    document: Sealing,
}

/// Everyone has signed; seals are still to be made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Signed {
    document: Sealing,
}

/// The closing seal is on the document.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Done {
    document: Sealing,
    sealed: FileFacts,
}

/// The document cannot be signed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rejected {
    failure: Failure,
}

/// A request that ended without being done; what there was of the document is kept for its term.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ended {
    document: Option<Sealing>,
}

/// The accepted document and the revisions sealed upon it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sealing {
    /// What signatories see, and the first prefix of every revision.
    pub accepted: FileFacts,
    /// One revision per sealed act, in order.
    pub revisions: Vec<Revision>,
}

impl Sealing {
    /// The newest bytes: the last revision, or the accepted document.
    #[must_use]
    pub fn current(&self) -> &FileFacts {
        self.revisions.last().map_or(&self.accepted, |revision| &revision.file)
    }

    /// Whether these are, or once were, the bytes a signatory can be shown.
    #[must_use]
    pub fn has_shown(&self, document: crate::Digest) -> bool {
        self.accepted.sha256 == document || self.revisions.iter().any(|it| it.file.sha256 == document)
    }
}

/// A request whose state is known only when it has been looked at.
#[derive(Clone, Debug)]
pub enum AnyRequest {
    /// See [`Received`].
    Received(Request<Received>),
    /// See [`Draft`].
    Draft(Request<Draft>),
    /// See [`Open`].
    Open(Request<Open>),
    /// See [`Signed`].
    Signed(Request<Signed>),
    /// See [`Done`].
    Done(Request<Done>),
    /// See [`Rejected`].
    Rejected(Request<Rejected>),
    /// A signatory declined.
    Declined(Request<Ended>),
    /// The deadline passed.
    Expired(Request<Ended>),
    /// The integrator withdrew it.
    Cancelled(Request<Ended>),
}

/// What a state holds, as plain data: for stores.
#[derive(Clone, Debug, PartialEq)]
pub enum StateRecord {
    /// See [`Received`].
    Received,
    /// See [`Draft`].
    Draft(Sealing),
    /// See [`Open`].
    Open(Sealing),
    /// See [`Signed`].
    Signed(Sealing),
    /// See [`Done`].
    Done(Sealing, FileFacts),
    /// See [`Rejected`].
    Rejected(Failure),
    /// See [`AnyRequest::Declined`].
    Declined(Option<Sealing>),
    /// See [`AnyRequest::Expired`].
    Expired(Option<Sealing>),
    /// See [`AnyRequest::Cancelled`].
    Cancelled(Option<Sealing>),
}

impl AnyRequest {
    /// Puts together what a store kept.
    #[must_use]
    pub fn restore(facts: Facts, state: StateRecord) -> Self {
        match state {
            StateRecord::Received => Self::Received(Request { facts, state: Received }),
            StateRecord::Draft(document) => Self::Draft(Request { facts, state: Draft { document } }),
            StateRecord::Open(document) => Self::Open(Request { facts, state: Open { document } }),
            StateRecord::Signed(document) => Self::Signed(Request { facts, state: Signed { document } }),
            StateRecord::Done(document, sealed) => {
                Self::Done(Request { facts, state: Done { document, sealed } })
            }
            StateRecord::Rejected(failure) => Self::Rejected(Request { facts, state: Rejected { failure } }),
            StateRecord::Declined(document) => Self::Declined(Request { facts, state: Ended { document } }),
            StateRecord::Expired(document) => Self::Expired(Request { facts, state: Ended { document } }),
            StateRecord::Cancelled(document) => Self::Cancelled(Request { facts, state: Ended { document } }),
        }
    }

    /// What a store has to keep.
    #[must_use]
    pub fn record(&self) -> (&Facts, StateRecord) {
        let state = match self {
            Self::Received(_) => StateRecord::Received,
            Self::Draft(it) => StateRecord::Draft(it.state.document.clone()),
            Self::Open(it) => StateRecord::Open(it.state.document.clone()),
            Self::Signed(it) => StateRecord::Signed(it.state.document.clone()),
            Self::Done(it) => StateRecord::Done(it.state.document.clone(), it.state.sealed.clone()),
            Self::Rejected(it) => StateRecord::Rejected(it.state.failure.clone()),
            Self::Declined(it) => StateRecord::Declined(it.state.document.clone()),
            Self::Expired(it) => StateRecord::Expired(it.state.document.clone()),
            Self::Cancelled(it) => StateRecord::Cancelled(it.state.document.clone()),
        };
        (self.facts(), state)
    }

    /// What is known of the request in any state.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        match self {
            Self::Received(it) => &it.facts,
            Self::Draft(it) => &it.facts,
            Self::Open(it) => &it.facts,
            Self::Signed(it) => &it.facts,
            Self::Done(it) => &it.facts,
            Self::Rejected(it) => &it.facts,
            Self::Declined(it) | Self::Expired(it) | Self::Cancelled(it) => &it.facts,
        }
    }

    /// The accepted document and its revisions, once there is one.
    #[must_use]
    pub fn document(&self) -> Option<&Sealing> {
        match self {
            Self::Received(_) | Self::Rejected(_) => None,
            Self::Draft(it) => Some(&it.state.document),
            Self::Open(it) => Some(&it.state.document),
            Self::Signed(it) => Some(&it.state.document),
            Self::Done(it) => Some(&it.state.document),
            Self::Declined(it) | Self::Expired(it) | Self::Cancelled(it) => it.state.document.as_ref(),
        }
    }

    /// The document with its closing seal.
    #[must_use]
    pub fn sealed(&self) -> Option<&FileFacts> {
        match self {
            Self::Done(it) => Some(&it.state.sealed),
            _ => None,
        }
    }

    /// Why the document cannot be signed.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Rejected(it) => Some(&it.state.failure),
            _ => None,
        }
    }

    /// The state in the words of the wire.
    #[must_use]
    pub const fn state_name(&self) -> &'static str {
        match self {
            Self::Received(_) => "WAIT_VALIDATION",
            Self::Draft(_) => "DRAFT",
            Self::Open(_) | Self::Signed(_) => "WAIT_SIGNER",
            Self::Done(_) => "DONE",
            Self::Rejected(_) => "ERROR",
            Self::Declined(_) => "DECLINED",
            Self::Expired(_) => "EXPIRED",
            Self::Cancelled(_) => "CANCELLED",
        }
    }

    /// The request, if signatories can act on it at this instant.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestExpired`] from the deadline on, whether or not a schedule has noticed;
    /// [`Refusal::RequestNot`] in any other state.
    pub fn open(self, now: Timestamp) -> Result<Request<Open>, Refusal> {
        match self {
            Self::Open(it) => it.facts.before_deadline(now).map(|()| it),
            Self::Expired(it) => Err(Refusal::RequestExpired { expired_at: it.facts.expires_at }),
            other => Err(Refusal::RequestNot { state: other.state_name() }),
        }
    }
}

impl<S> Request<S> {
    /// What is known of the request in any state.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }
}

impl Request<Open> {
    /// The accepted document and its revisions.
    #[must_use]
    pub fn document(&self) -> &Sealing {
        &self.state.document
    }
}

/// Appends an event: to the request's chain until it closes, to its custody chain afterwards.
fn append(facts: &mut Facts, changes: &mut Changes, draft: EventDraft, owner: &Owner, cause: &mut Cause<'_>) {
    let chain = if facts.closed_at.is_some() { ChainName::Custody } else { ChainName::Event };
    facts.updated_at = cause.now.max(facts.updated_at);
    append_to(chain, facts, changes, draft, (owner, cause));
}

/// Appends an event to this chain of the request.
fn append_to(
    name: ChainName,
    facts: &mut Facts,
    changes: &mut Changes,
    draft: EventDraft,
    (owner, cause): (&Owner, &mut Cause<'_>),
) {
    let head = match name {
        ChainName::Custody => &mut facts.custody,
        ChainName::Event => &mut facts.chain,
    };
    let (names, detail) = draft.told();
    let (event, disclosures) = draft.append(&facts.id, head, owner, cause);
    for told in names {
        facts.notifications = facts.notifications.saturating_add(1);
        changes.notifications.push(Notification {
            name: *told,
            sequence: facts.notifications,
            at: event.at,
            evidence: (name, event.seq),
            detail: detail.clone(),
        });
    }
    match name {
        ChainName::Custody => {
            changes.custody.push(event);
            // The copy of a request that has ended goes with its custody chain.
            if facts.closed_at.is_some() {
                let at = cause.now.plus(ARCHIVE_PAUSE);
                facts.copy_due_at = Some(at);
                changes.look_at(DueKind::Archive, at);
            }
        }
        ChainName::Event => changes.evidence.push(event),
    }
    changes.disclosures.extend(disclosures.into_iter().map(|disclosure| (name, disclosure)));
}

#[cfg(test)]
mod tests;
