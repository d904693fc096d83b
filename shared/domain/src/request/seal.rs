//! Acts are sealed into the document, then the document is closed.

use super::facts::{FileFacts, Revision};
use super::signatory::{Progress, Signatory};
use super::{AnyRequest, Done, Request, Signed, append};
use crate::due::DueKind;
use crate::evidence::{Draft, EventKind, Owner};
use crate::message::{Message, MessageKind};
use crate::transition::{Changes, Transition};
use crate::value::MessageId;
use crate::{Cause, Digest, Refusal};

/// The seal that comes next.
#[derive(Debug)]
pub enum NextSeal<'a> {
    /// The act of this signatory, as the revision of this number.
    Act(&'a Signatory, u32),
    /// The closing seal, after every act was sealed, as the revision of this number.
    Closing(u32),
}

impl AnyRequest {
    /// The seal that comes next, if one is missing.
    #[must_use]
    pub fn next_seal(&self) -> Option<NextSeal<'_>> {
        let document = match self {
            Self::Open(it) => &it.state.document,
            Self::Signed(it) => &it.state.document,
            _ => return None,
        };
        let number = u32::try_from(document.revisions.len()).ok()?.checked_add(1)?;
        let unsealed = self.facts().signatories.iter().filter_map(|signatory| match &signatory.progress {
            Progress::Signed(act) if act.sealed_as.is_none() => Some((act.order, signatory)),
            _ => None,
        });
        match unsealed.min_by_key(|(order, _)| *order) {
            Some((_, signatory)) => Some(NextSeal::Act(signatory, number)),
            None => matches!(self, Self::Signed(_)).then_some(NextSeal::Closing(number)),
        }
    }

    /// Records that the next act was sealed: `file` is the whole document with its new revision.
    ///
    /// `evidence_head` is the chain's head that stands in the seal.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestNot`] when no act is waiting for a seal.
    pub fn record_seal(
        mut self,
        file: FileFacts,
        evidence_head: Digest,
        cause: &mut Cause<'_>,
    ) -> Result<Transition<Self>, Refusal> {
        let state = self.state_name();
        let Some(NextSeal::Act(signatory, number)) = self.next_seal() else {
            return Err(Refusal::RequestNot { state });
        };
        let id = signatory.id.clone();
        let (facts, document) = match &mut self {
            Self::Open(it) => (&mut it.facts, &mut it.state.document),
            Self::Signed(it) => (&mut it.facts, &mut it.state.document),
            _ => return Err(Refusal::RequestNot { state }),
        };
        if let Progress::Signed(act) = &mut facts.signatory_mut(&id)?.progress {
            act.sealed_as = Some(number);
        }
        let draft = Draft::new(EventKind::RevisionSealed)
            .fact("signatory", id.as_str())
            .fact("revision", number)
            .fact("sha256", file.sha256.to_hex())
            .fact("md5", file.md5.as_str())
            .fact("size_bytes", file.size_bytes)
            .fact("evidence_head", evidence_head.to_hex());
        document.revisions.push(Revision { number, signatory: id.clone(), file });
        let mut changes = Changes::default();
        append(facts, &mut changes, draft, &Owner::Signatory(id), cause);
        if self.next_seal().is_none() {
            changes.done.push(DueKind::Seal);
        }
        Ok(Transition::new(self, changes))
    }
}

impl Request<Signed> {
    /// Records the closing seal: the request is done, its chain is fixed, and everyone is told.
    ///
    /// # Errors
    ///
    /// [`Refusal::StepMissing`] while an act is not sealed.
    pub fn close(
        self,
        file: FileFacts,
        evidence_head: Digest,
        cause: &mut Cause<'_>,
    ) -> Result<Transition<Request<Done>>, Refusal> {
        let Self { mut facts, state } = self;
        if state.document.revisions.len() != facts.signatories.len() {
            return Err(Refusal::StepMissing { missing: "the seal of every act" });
        }
        // The seal stays due until the documents have moved to their last place.
        let mut changes = Changes::default();
        for signatory in &facts.signatories {
            changes.messages.push(Message {
                id: MessageId::new(cause.rng),
                kind: MessageKind::Completion,
                to: signatory.id.clone(),
                decided_at: cause.now,
            });
        }
        let draft = Draft::new(EventKind::RequestClosed)
            .fact("sha256", file.sha256.to_hex())
            .fact("md5", file.md5.as_str())
            .fact("size_bytes", file.size_bytes)
            .fact("evidence_head", evidence_head.to_hex());
        append(&mut facts, &mut changes, draft, &Owner::Integrator, cause);
        facts.closed_at = Some(cause.now);
        let state = Done { document: state.document, sealed: file };
        Ok(Transition::new(Request { facts, state }, changes))
    }
}
