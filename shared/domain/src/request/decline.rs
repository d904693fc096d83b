//! A signatory declines.

use super::progress::Progress;
use super::signatory::Role;
use super::{AnyRequest, Ended, Open, Request, append};
use crate::due::DueKind;
use crate::evidence::{Draft, EventKind, Owner};
use crate::message::MessageKind;
use crate::notification::EventName;
use crate::policy::{ARCHIVE_PAUSE, RECOVERY_PAUSE};
use crate::transition::{Changes, Transition};
use crate::value::Text;
use crate::{Cause, Refusal, SignatoryId};

impl Request<Open> {
    /// Records that a signatory declines, which ends the request, unless another of their group can still
    /// act.
    ///
    /// # Errors
    ///
    /// [`Refusal::SignatoryNotPending`] when this signatory has acted or declined already;
    /// [`Refusal::NotYourTurn`] before the invitation.
    pub fn decline(
        self,
        signatory: &SignatoryId,
        reason: Option<&Text>,
        cause: &mut Cause<'_>,
    ) -> Result<Transition<AnyRequest>, Refusal> {
        let Self { mut facts, state } = self;
        facts.before_deadline(cause.now)?;
        let person = facts.signatory_mut(signatory)?;
        // Whoever is locked may still decline: that needs no code.
        match person.acting() {
            Ok(_) | Err(Refusal::SignatoryLocked) => {}
            Err(refusal) => return Err(refusal),
        }
        person.progress = Progress::Declined { at: cause.now, reason: reason.cloned() };
        let (turn, group, role) = (person.stage, person.group.clone(), person.role);
        let owner = Owner::Signatory(signatory.clone());
        let another = facts
            .signatories
            .iter()
            .any(|it| it.is_pending() && it.stage == turn && group.is_some() && it.group == group);
        let mut draft = Draft::new(EventKind::SignatureDeclined)
            .fact("signatory", signatory.as_str())
            .fact("ends", !another);
        if let Some(reason) = reason {
            draft = draft.personal(&owner, "reason", reason.as_str());
        }
        let draft = draft.told_as(match (role, another) {
            (Role::Approver, true) => &[EventName::ApproverRejected],
            (Role::Approver, false) => &[EventName::ApproverRejected, EventName::RequestDeclined],
            (_, true) => &[EventName::SignerDeclined],
            (_, false) => &[EventName::SignerDeclined, EventName::RequestDeclined],
        });
        let mut changes = Changes { challenges: vec![(signatory.clone(), None)], ..Changes::default() };
        append(&mut facts, &mut changes, draft, &owner, cause);
        if another {
            return Ok(Transition::new(AnyRequest::Open(Self { facts, state }), changes));
        }
        changes.forget(DueKind::Expiry);
        changes.forget(DueKind::Reminder);
        changes.look_at(DueKind::Seal, cause.now.plus(RECOVERY_PAUSE));
        changes.look_at(DueKind::Archive, cause.now.plus(ARCHIVE_PAUSE));
        facts.tell_everyone(MessageKind::Declined, Some(signatory), &mut changes, cause);
        facts.closed_at = Some(cause.now);
        let state = Ended { document: Some(state.document) };
        Ok(Transition::new(AnyRequest::Declined(Request { facts, state }), changes))
    }
}
