//! Documents that are asked from a signatory.

use super::facts::FileFacts;
use super::roster::AfterAct;
use super::{AnyRequest, Open, Request, append};
use crate::evidence::{Draft, EventKind, Owner};
use crate::message::MessageKind;
use crate::transition::{Changes, Transition};
use crate::value::{DocumentId, Text};
use crate::{Cause, Refusal, SignatoryId, Timestamp};

/// A document that is asked from a signatory.
#[derive(Clone, Debug, PartialEq)]
pub struct Attachment {
    /// Names it.
    pub id: DocumentId,
    /// What it is.
    pub name: Text,
    /// More words about it.
    pub description: Option<Text>,
    /// Whether the signatory cannot act, and the request not end, without it.
    pub required: bool,
    /// How far it has come.
    pub state: AttachmentState,
}

/// How far an attachment has come. In the order of its life.
#[derive(Clone, Debug, PartialEq)]
pub enum AttachmentState {
    /// It is waited for.
    Awaited,
    /// It is here, and nobody has said anything about it yet.
    Provided(AttachedFile),
    /// The integrator has taken it.
    Accepted(AttachedFile),
    /// The integrator wants another.
    Rejected {
        /// When.
        at: Timestamp,
        /// Why, for the signatory.
        reason: Text,
    },
}

impl AttachmentState {
    /// Its word on the wire.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Awaited => "AWAITED",
            Self::Provided(_) => "PROVIDED",
            Self::Accepted(_) => "ACCEPTED",
            Self::Rejected { .. } => "REJECTED",
        }
    }
}

/// A file that a signatory attached.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AttachedFile {
    /// What is known of it.
    pub file: FileFacts,
    /// What its first bytes show it to be.
    pub content_type: String,
}

impl Attachment {
    /// Whether the request waits for it.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        self.required && matches!(self.state, AttachmentState::Awaited | AttachmentState::Rejected { .. })
    }

    /// The file, while there is one.
    #[must_use]
    pub const fn file(&self) -> Option<&AttachedFile> {
        match &self.state {
            AttachmentState::Provided(it) | AttachmentState::Accepted(it) => Some(it),
            AttachmentState::Awaited | AttachmentState::Rejected { .. } => None,
        }
    }
}

/// What the integrator says of an attachment.
#[derive(Clone, Debug)]
pub enum AttachmentVerdict {
    /// It will do.
    Accept,
    /// Another is needed, for this reason.
    Reject(Text),
}

impl Request<Open> {
    /// Records that a signatory attached a file; one that was not accepted yet is replaced. None where that very
    /// file is waiting already: whoever sends it again, for the answer got lost, changes nothing.
    ///
    /// # Errors
    ///
    /// [`Refusal::AttachmentUnknown`] when nothing of this name is asked from the signatory;
    /// [`Refusal::AttachmentSettled`] when it was accepted; [`Refusal::NotYourTurn`];
    /// [`Refusal::SignatoryNotPending`] for one who declined or is not needed; [`Refusal::TooManyMoves`].
    pub fn attach(
        self,
        signatory: &SignatoryId,
        attachment: &DocumentId,
        attached: AttachedFile,
        cause: &mut Cause<'_>,
    ) -> Result<Option<Transition<AfterAct>>, Refusal> {
        let Self { mut facts, state } = self;
        facts.before_deadline(cause.now)?;
        let person = facts.signatory_mut(signatory)?;
        if person.is_pending() {
            let _ceremony = person.known(cause.now)?;
        } else if !person.has_acted() {
            return Err(Refusal::SignatoryNotPending);
        }
        match person.attachments.iter().find(|it| it.id == *attachment).map(|it| &it.state) {
            None => return Err(Refusal::AttachmentUnknown),
            Some(AttachmentState::Accepted(_)) => return Err(Refusal::AttachmentSettled),
            Some(AttachmentState::Provided(it)) if it.file.sha256 == attached.file.sha256 => return Ok(None),
            Some(_) => {}
        }
        person.count_free_move()?;
        let asked = person
            .attachments
            .iter_mut()
            .find(|it| it.id == *attachment)
            .ok_or(Refusal::AttachmentUnknown)?;
        let draft = Draft::new(EventKind::AttachmentProvided)
            .fact("signatory", signatory.as_str())
            .fact("attachment", attachment.as_str())
            .fact("sha256", attached.file.sha256.to_hex())
            .fact("size_bytes", attached.file.size_bytes)
            .fact("content_type", attached.content_type.as_str());
        asked.state = AttachmentState::Provided(attached);
        let mut changes = Changes::default();
        append(&mut facts, &mut changes, draft, &Owner::Signatory(signatory.clone()), cause);
        Ok(Some(Self { facts, state }.settle(changes, cause)))
    }

    /// Records what the integrator says of an attachment. A signatory whose attachment is rejected is told.
    ///
    /// # Errors
    ///
    /// [`Refusal::AttachmentUnknown`] when there is none of this name; [`Refusal::AttachmentSettled`] when
    /// no file is waiting for a verdict.
    pub fn judge_attachment(
        self,
        signatory: &SignatoryId,
        attachment: &DocumentId,
        verdict: AttachmentVerdict,
        cause: &mut Cause<'_>,
    ) -> Result<Transition<AfterAct>, Refusal> {
        let Self { mut facts, state } = self;
        facts.before_deadline(cause.now)?;
        let person = facts.signatories.iter_mut().find(|it| it.id == *signatory);
        let asked = person.and_then(|it| it.attachments.iter_mut().find(|it| it.id == *attachment));
        let asked = asked.ok_or(Refusal::AttachmentUnknown)?;
        let AttachmentState::Provided(attached) = &asked.state else {
            return Err(Refusal::AttachmentSettled);
        };
        let sha256 = attached.file.sha256.to_hex();
        let draft = |kind| {
            Draft::new(kind)
                .fact("signatory", signatory.as_str())
                .fact("attachment", attachment.as_str())
                .fact("sha256", sha256.as_str())
        };
        let mut changes = Changes::default();
        let draft = match verdict {
            AttachmentVerdict::Accept => {
                asked.state = AttachmentState::Accepted(attached.clone());
                draft(EventKind::AttachmentAccepted)
            }
            AttachmentVerdict::Reject(reason) => {
                let words = reason.as_str().to_owned();
                asked.state = AttachmentState::Rejected { at: cause.now, reason };
                // Whoever passed the task on or declined cannot send another.
                if facts.signatory(signatory).is_some_and(|it| it.is_pending() || it.has_acted()) {
                    facts.tell(MessageKind::AttachmentRejected, signatory, &mut changes, cause);
                }
                facts.ready_at = None;
                draft(EventKind::AttachmentRejected).personal(&Owner::Integrator, "reason", words)
            }
        };
        append(&mut facts, &mut changes, draft, &Owner::Integrator, cause);
        Ok(Self { facts, state }.settle(changes, cause))
    }
}

impl AnyRequest {
    /// An attachment and whose it is, in any state.
    #[must_use]
    pub fn attachment(&self, signatory: &SignatoryId, attachment: &DocumentId) -> Option<&Attachment> {
        self.facts().signatory(signatory)?.attachments.iter().find(|it| it.id == *attachment)
    }
}
