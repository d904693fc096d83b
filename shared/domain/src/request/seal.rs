//! Acts are sealed into the document, then the document is closed.

use super::facts::{FileFacts, Revision};
use super::progress::Progress;
use super::signatory::Signatory;
use super::{AnyRequest, Done, Request, Signed, append};
use crate::due::DueKind;
use crate::evidence::{Draft, EventKind, Owner};
use crate::message::MessageKind;
use crate::policy::ARCHIVE_PAUSE;
use crate::transition::{Changes, Transition};
use crate::{Cause, Digest, Refusal};

/// The seal that comes next.
#[derive(Debug)]
pub enum NextSeal<'a> {
    /// The act of this signatory, as the revision of this number.
    Act(&'a Signatory, u32),
    /// The closing seal, after every act was sealed, as the revision of this number.
    Closing(u32),
}

/// A seal that was made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SealFacts {
    /// The whole document with its new revision.
    pub file: FileFacts,
    /// The head of the evidence chain that stands in the seal.
    pub evidence_head: Digest,
    /// The certificate of the key that sealed.
    pub certificate: SealedBy,
    /// How far it can be validated later.
    pub level: SealLevel,
}

/// The certificate of a seal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SealedBy {
    /// SHA-256 of its DER.
    pub sha256: Digest,
    /// Its serial number, in hexadecimal.
    pub serial: String,
}

/// The level of a seal, as EN 319 142-1 spells it, such as `B-LT`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SealLevel {
    /// What it has.
    pub reached: String,
    /// What was wanted instead, if it is less.
    pub lowered: Option<Lowered>,
}

/// Why a seal has less than was wanted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lowered {
    /// The level that was wanted.
    pub wanted: String,
    /// What stood in the way; names no address.
    pub reason: String,
}

impl SealFacts {
    fn add_to(&self, draft: Draft) -> Draft {
        let draft = draft
            .fact("sha256", self.file.sha256.to_hex())
            .fact("md5", self.file.md5.as_str())
            .fact("size_bytes", self.file.size_bytes)
            .fact("evidence_head", self.evidence_head.to_hex())
            .fact("certificate_sha256", self.certificate.sha256.to_hex())
            .fact("certificate_serial", self.certificate.serial.as_str())
            .fact("level", self.level.reached.as_str());
        match &self.level.lowered {
            Some(it) => draft.fact("level_wanted", it.wanted.as_str()).fact("reason", it.reason.as_str()),
            None => draft,
        }
    }
}

impl AnyRequest {
    /// The seal that comes next, if one is missing.
    #[must_use]
    pub fn next_seal(&self) -> Option<NextSeal<'_>> {
        let document = match self {
            Self::Draft(it) => &it.state.document,
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

    /// Records that the next act was sealed.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestNot`] when no act is waiting for a seal.
    pub fn record_seal(
        mut self,
        seal: SealFacts,
        cause: &mut Cause<'_>,
    ) -> Result<Transition<Self>, Refusal> {
        let state = self.state_name();
        let Some(NextSeal::Act(signatory, number)) = self.next_seal() else {
            return Err(Refusal::RequestNot { state });
        };
        let id = signatory.id.clone();
        let (facts, document) = match &mut self {
            Self::Draft(it) => (&mut it.facts, &mut it.state.document),
            Self::Open(it) => (&mut it.facts, &mut it.state.document),
            Self::Signed(it) => (&mut it.facts, &mut it.state.document),
            _ => return Err(Refusal::RequestNot { state }),
        };
        if let Progress::Signed(act) = &mut facts.signatory_mut(&id)?.progress {
            act.sealed_as = Some(number);
        }
        let draft =
            Draft::new(EventKind::RevisionSealed).fact("signatory", id.as_str()).fact("revision", number);
        let draft = seal.add_to(draft);
        document.revisions.push(Revision { number, signatory: id.clone(), file: seal.file });
        let mut changes = Changes::default();
        append(facts, &mut changes, draft, &Owner::Signatory(id), cause);
        if self.next_seal().is_none() {
            changes.forget(DueKind::Seal);
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
    pub fn close(self, seal: SealFacts, cause: &mut Cause<'_>) -> Result<Transition<Request<Done>>, Refusal> {
        let Self { mut facts, state } = self;
        if state.document.revisions.len() != facts.signed_count() {
            return Err(Refusal::StepMissing { missing: "the seal of every act" });
        }
        // The seal stays due until the documents have moved to their last place.
        let mut changes = Changes::default();
        facts.tell_everyone(MessageKind::Completion, None, &mut changes, cause);
        let draft = seal.add_to(Draft::new(EventKind::RequestClosed));
        append(&mut facts, &mut changes, draft, &Owner::Integrator, cause);
        facts.closed_at = Some(cause.now);
        changes.look_at(DueKind::Archive, cause.now.plus(ARCHIVE_PAUSE));
        let state = Done { document: state.document, sealed: seal.file };
        Ok(Transition::new(Request { facts, state }, changes))
    }
}
