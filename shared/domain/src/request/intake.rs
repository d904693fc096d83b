//! The document arrives: it is accepted, or the request ends.

use super::facts::{FileFacts, InputDocument};
use super::place::Placed;
use super::signatory::Role;
use super::{AnyRequest, Draft as Drafted, Open, Received, Rejected, Request, Sealing, Signatory, append};
use crate::due::DueKind;
use crate::evidence::{Draft, EventKind, Owner};
use crate::notification::EventName;
use crate::policy::ARCHIVE_PAUSE;
use crate::transition::{Changes, Transition};
use crate::value::DocumentId;
use crate::{Cause, Refusal};

/// Why a document cannot be signed: a number for programs and a sentence for people.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// Stable.
    pub number: u16,
    /// What is wrong and what to do.
    pub sentence: String,
}

/// A document as it arrived.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// Which of the inputs it is.
    pub id: DocumentId,
    /// The file, before any repair.
    pub file: FileFacts,
    /// Whether it was broken and had to be repaired.
    pub repaired: bool,
}

impl Request<Received> {
    /// Accepts the document and invites those whose turn it is first, unless the request is a draft.
    ///
    /// `inputs` are the files as they arrived, `accepted` is what signatories will see, and `placed` says
    /// for each of them where the signature stands.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestExpired`] at or after the deadline; [`Refusal::Inconsistent`] when a file
    /// belongs to no input, or a signatory has no place.
    pub fn accept(
        self,
        inputs: Vec<Arrived>,
        accepted: FileFacts,
        placed: Vec<Placed>,
        cause: &mut Cause<'_>,
    ) -> Result<Transition<AnyRequest>, Refusal> {
        self.facts.before_deadline(cause.now)?;
        let Self { mut facts, state: Received } = self;
        for Arrived { id, file, repaired } in inputs {
            let input = facts.inputs.iter_mut().find(|it| it.id == id);
            let input = input.ok_or(Refusal::Inconsistent { what: "a file belongs to no input" })?;
            input.file = Some(file);
            input.repaired = repaired;
        }
        place(&mut facts.signatories, placed)?;
        let is_repaired = |it: &&InputDocument| it.repaired;
        let repaired: Vec<&str> = facts.inputs.iter().filter(is_repaired).map(|it| it.id.as_str()).collect();
        let mut changes = Changes { done: vec![DueKind::Intake], ..Changes::default() };
        let files = facts.inputs.iter().filter_map(|it| it.file.as_ref());
        let draft = Draft::new(EventKind::DocumentAccepted)
            .fact("input_sha256", files.map(|it| it.sha256.to_hex()).collect::<Vec<_>>())
            .fact("repaired", repaired)
            .fact("sha256", accepted.sha256.to_hex())
            .fact("md5", accepted.md5.as_str())
            .fact("size_bytes", accepted.size_bytes)
            .fact("places", facts.signatories.iter().map(|it| it.places.len()).collect::<Vec<_>>());
        let draft = if facts.draft { draft.told_as(&[EventName::DocumentAccepted]) } else { draft };
        append(&mut facts, &mut changes, draft, &Owner::Integrator, cause);
        let document = Sealing { accepted, revisions: Vec::new() };
        if facts.draft {
            let draft = Request { facts, state: Drafted { document } };
            return Ok(Transition::new(AnyRequest::Draft(draft), changes));
        }
        facts.invite(&mut changes, cause);
        Ok(Transition::new(AnyRequest::Open(Request { facts, state: Open { document } }), changes))
    }

    /// Ends the request: its document cannot be signed.
    pub fn reject(self, failure: Failure, cause: &mut Cause<'_>) -> Transition<Request<Rejected>> {
        let Self { mut facts, state: Received } = self;
        let mut changes = Changes { done: vec![DueKind::Intake, DueKind::Expiry], ..Changes::default() };
        let draft = Draft::new(EventKind::DocumentRejected)
            .fact("number", failure.number)
            .fact("sentence", failure.sentence.as_str());
        append(&mut facts, &mut changes, draft, &Owner::Integrator, cause);
        facts.closed_at = Some(cause.now);
        changes.look_at(DueKind::Archive, cause.now.plus(ARCHIVE_PAUSE));
        Transition::new(Request { facts, state: Rejected { failure } }, changes)
    }
}

/// Gives each of those who hold a slot the places of the same index.
fn place(signatories: &mut [Signatory], placed: Vec<Placed>) -> Result<(), Refusal> {
    let inconsistent = Err(Refusal::Inconsistent { what: "a signatory has no place" });
    if signatories.len() != placed.len() {
        return inconsistent;
    }
    for (signatory, Placed { places, found }) in signatories.iter_mut().zip(placed) {
        let holds_slot = signatory.role == Role::Signatory && signatory.slot == signatory.id;
        if places.is_empty() == holds_slot || found.len() != signatory.anchors.len() {
            return inconsistent;
        }
        signatory.places = places;
        for (anchor, found) in signatory.anchors.iter_mut().zip(found) {
            anchor.found = Some(found);
        }
    }
    Ok(())
}
