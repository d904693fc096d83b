//! What happens to evidence in custody: it is read, held, and its personal values are erased.

use super::appearance::Appearance;
use super::attachment::AttachmentState;
use super::facts::Facts;
use super::progress::{Mark, Progress};
use super::signatory::Signatory;
use super::{AnyRequest, append, append_to};
use crate::due::DueKind;
use crate::evidence::{Draft, EventKind, Owner};
use crate::policy::{ARCHIVE_LAG, ARCHIVE_PAUSE, HOLD_PAUSE, READING_ARCHIVE_PAUSE};
use crate::transition::{ChainName, Changes, Transition};
use crate::value::{PersonName, Text};
use crate::{Cause, Digest, EmailAddress, Refusal, SignatoryId, Timestamp};

/// Whose personal values are erased.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Erasure {
    /// Everyone's, and the integrator's own.
    Everyone,
    /// One signatory's.
    Signatory(SignatoryId),
}

impl AnyRequest {
    /// Records that someone reads the evidence, in this form. It stands in the custody chain whether or not the
    /// request has ended, so that reading never changes what is read.
    ///
    /// `caller` names the key or app that was used, in a word that says nothing to anybody else.
    pub fn record_reading(mut self, form: &str, caller: &str, cause: &mut Cause<'_>) -> Transition<Self> {
        let mut changes = Changes::default();
        let draft = Draft::new(EventKind::EvidenceRead).fact("form", form).fact("caller", caller);
        let of_the_end = self.archived_from().map(|from| from.plus(ARCHIVE_PAUSE));
        let facts = self.facts_mut();
        facts.readings = facts.readings.saturating_add(1);
        let copy_due_at = facts.copy_due_at.max(of_the_end);
        append_to(ChainName::Custody, facts, &mut changes, draft, (&Owner::Integrator, cause));
        facts.copy_after_reading(copy_due_at, &mut changes, cause.now);
        Transition::new(self, changes)
    }

    /// Keeps everything as it is until it is released: nothing is erased or deleted, and the documents outlast their
    /// time.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestNot`] when it is held already.
    pub fn hold(mut self, reason: Option<&Text>, cause: &mut Cause<'_>) -> Result<Transition<Self>, Refusal> {
        let state = self.state_name();
        let facts = self.facts_mut();
        if facts.held_at.is_some() {
            return Err(Refusal::RequestNot { state });
        }
        facts.held_at = Some(cause.now);
        let mut draft = Draft::new(EventKind::LegalHoldPlaced);
        if let Some(reason) = reason {
            draft = draft.personal(&Owner::Integrator, "reason", reason.as_str());
        }
        let mut changes = Changes::default();
        append(facts, &mut changes, draft, &Owner::Integrator, cause);
        self.place_documents(&mut changes, cause.now);
        Ok(Transition::new(self, changes))
    }

    /// Ends a legal hold.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestNot`] when there is none.
    pub fn release(mut self, cause: &mut Cause<'_>) -> Result<Transition<Self>, Refusal> {
        let state = self.state_name();
        let facts = self.facts_mut();
        if facts.held_at.take().is_none() {
            return Err(Refusal::RequestNot { state });
        }
        let mut changes = Changes::default();
        append(facts, &mut changes, Draft::new(EventKind::LegalHoldReleased), &Owner::Integrator, cause);
        self.place_documents(&mut changes, cause.now);
        Ok(Transition::new(self, changes))
    }

    /// Where the documents of a request that has ended lie follows from its hold, as soon as they are at rest.
    fn place_documents(&self, changes: &mut Changes, now: Timestamp) {
        if self.document().is_some()
            && let Some(from) = self.archived_from()
        {
            changes.look_at(DueKind::Seal, from.max(now.plus(HOLD_PAUSE)));
        }
    }

    /// Erases personal values of a request that has ended: the data keys go, and what stands beside the evidence
    /// in the clear. The hashes, the seals and the proofs stay valid. Of everyone, the documents go as well: they
    /// show who signed.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestNot`] while it has not ended, or when nothing is left to erase; [`Refusal::LegalHold`];
    /// [`Refusal::LinkUnknown`] for somebody who is not of the request.
    pub fn erase(mut self, whose: &Erasure, cause: &mut Cause<'_>) -> Result<Transition<Self>, Refusal> {
        let state = self.state_name();
        let facts = self.facts_mut();
        if facts.closed_at.is_none() || facts.is_erased(whose)? {
            return Err(Refusal::RequestNot { state });
        }
        if facts.held_at.is_some() {
            return Err(Refusal::LegalHold);
        }
        facts.forget(whose, cause.now)?;
        let draft = Draft::new(EventKind::EvidenceErased);
        let draft = match whose {
            Erasure::Everyone => draft.fact("scope", "request"),
            Erasure::Signatory(id) => draft.fact("scope", "signatory").fact("signatory", id.as_str()),
        };
        let mut changes = Changes::default();
        append(facts, &mut changes, draft, &Owner::Integrator, cause);
        // Whoever carries it out may die on the way.
        changes.look_at(DueKind::Seal, cause.now.plus(HOLD_PAUSE));
        Ok(Transition::new(self, changes))
    }
}

impl Facts {
    /// A reading is in the next copy that is due anyway. Where none is, it may wait: what it adds changes little.
    fn copy_after_reading(&mut self, before: Option<Timestamp>, changes: &mut Changes, now: Timestamp) {
        if self.closed_at.is_none() {
            return;
        }
        self.copy_due_at = before;
        match before {
            Some(due) if due > now => changes.leave(DueKind::Archive),
            // Whether it was made is not known here: once more, now.
            Some(due) if due.plus(ARCHIVE_LAG) > now => {}
            _ => {
                let at = now.plus(READING_ARCHIVE_PAUSE);
                self.copy_due_at = Some(at);
                // Beside the copy that should have been made: one that is overdue stays so until it is.
                changes.leave(DueKind::Archive);
                changes.look_at(DueKind::Reading, at);
            }
        }
    }

    /// Whether these personal values were erased before.
    ///
    /// # Errors
    ///
    /// [`Refusal::LinkUnknown`] for somebody who is not of the request.
    pub fn is_erased(&self, whose: &Erasure) -> Result<bool, Refusal> {
        match whose {
            Erasure::Everyone => Ok(self.erased_at.is_some()),
            Erasure::Signatory(id) => Ok(self.signatory(id).ok_or(Refusal::LinkUnknown)?.erased_at.is_some()),
        }
    }

    /// Forgets personal values, here and at once. The moves of a request do it with its evidence.
    ///
    /// # Errors
    ///
    /// [`Refusal`] when one of the words that stand in their place is none; they all are.
    pub fn forget(&mut self, whose: &Erasure, now: Timestamp) -> Result<(), Refusal> {
        let everyone = *whose == Erasure::Everyone;
        for person in &mut self.signatories {
            if person.erased_at.is_none() && (everyone || *whose == Erasure::Signatory(person.id.clone())) {
                person.forget(now)?;
            }
        }
        if everyone {
            self.integrator_key_salt = None;
            self.erased_at = Some(now);
            self.deleted_at = self.deleted_at.or(Some(now));
            self.requester = Text::parse(ERASED, "requester", ERASED.len())?;
            self.title = None;
            self.description = None;
            self.callback = None;
            self.options.sender = None;
            self.options.brand = None;
            // Words and addresses of the integrator's choice: whatever stands in them goes as well. What was agreed to
            // stays in the evidence, which would say nothing without it.
            self.options.consent_text = Text::parse(ERASED, "consent", ERASED.len())?;
            *self.options.ui = Appearance::default();
        }
        Ok(())
    }
}

impl Signatory {
    fn forget(&mut self, now: Timestamp) -> Result<(), Refusal> {
        let name = PersonName::parse(ERASED)?;
        self.key_salt = None;
        self.erased_at = Some(now);
        self.given_name = name.clone();
        self.family_name = name.clone();
        if let Some(email) = &mut self.email {
            *email = EmailAddress::parse(NOWHERE)?;
        }
        self.mobile = None;
        self.group = None;
        self.identity = None;
        self.knowledge = None;
        self.language = None;
        self.timezone = None;
        self.otp_text = None;
        self.anchors.clear();
        self.notices.clear();
        // No link has this digest, so the link of old opens nothing.
        self.link_digest = Digest::from_bytes([0; 32]);
        for attachment in &mut self.attachments {
            attachment.name = Text::parse(ERASED, "name", ERASED.len())?;
            attachment.description = None;
            if let AttachmentState::Rejected { reason, .. } = &mut attachment.state {
                *reason = Text::parse(ERASED, "reason", ERASED.len())?;
            }
        }
        match &mut self.progress {
            Progress::Signed(act) => {
                if let Mark::Typed(typed) = &mut act.mark {
                    *typed = name;
                }
            }
            Progress::Declined { reason, .. } => *reason = None,
            Progress::Approved(_)
            | Progress::Delegated { .. }
            | Progress::Following
            | Progress::NotNeeded { .. }
            | Progress::Pending(_)
            | Progress::Read { .. } => {}
        }
        Ok(())
    }
}

/// Stands in the place of words that were erased.
const ERASED: &str = "erased";
/// Stands in the place of addresses that were erased: no mail goes there (RFC 6761 section 6.4).
const NOWHERE: &str = "erased@erased.invalid";
