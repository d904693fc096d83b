//! What the integrator can do to a request that has not ended: activate and deactivate it, complete it,
//! move its deadline, bring it back once it expired.

use super::roster::AfterAct;
use super::{AnyRequest, Draft as Drafted, Open, Request, Signed, append};
use crate::due::{Due, DueKind};
use crate::evidence::{Draft, EventKind, Owner};
use crate::policy::{MAX_REQUEST_YEARS, MIN_REQUEST_TTL, REACTIVATION_GRACE, RECOVERY_PAUSE};
use crate::transition::{Changes, Transition};
use crate::{Cause, Refusal, Timestamp};

impl AnyRequest {
    /// Lets the signatories of a draft act: those of the first stage are invited. A draft whose document is
    /// still being checked goes out once that is done.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestExpired`]; [`Refusal::RequestNot`] unless it is a draft, and not in the trash.
    pub fn activate(self, cause: &mut Cause<'_>) -> Result<Transition<Self>, Refusal> {
        let state = self.state_name();
        if self.facts().filing.trashed_at.is_some() {
            return Err(Refusal::RequestNot { state: "in the trash" });
        }
        let mut changes = Changes::default();
        let draft = Draft::new(EventKind::RequestActivated);
        match self {
            Self::Received(mut request) if request.facts.draft => {
                request.facts.before_deadline(cause.now)?;
                request.facts.draft = false;
                // Nobody can act before the document is there.
                let draft = draft.told_as(&[]);
                append(&mut request.facts, &mut changes, draft, &Owner::Integrator, cause);
                Ok(Transition::new(Self::Received(request), changes))
            }
            Self::Draft(Request { mut facts, state: Drafted { document } }) => {
                facts.before_deadline(cause.now)?;
                facts.draft = false;
                append(&mut facts, &mut changes, draft, &Owner::Integrator, cause);
                facts.invite(&mut changes, cause);
                Ok(Transition::new(Self::Open(Request { facts, state: Open { document } }), changes))
            }
            _ => Err(Refusal::RequestNot { state }),
        }
    }

    /// Takes an open request back to a draft: nobody can act until it is activated again. What was done
    /// stands; codes that were sent die.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestExpired`]; [`Refusal::RequestNot`] unless it is open.
    pub fn deactivate(self, cause: &mut Cause<'_>) -> Result<Transition<Self>, Refusal> {
        let Request { mut facts, state: Open { document } } = self.open(cause.now)?;
        facts.draft = true;
        let mut changes = Changes { done: vec![DueKind::Reminder], ..Changes::default() };
        for person in &facts.signatories {
            if person.is_pending() {
                changes.challenges.push((person.id.clone(), None));
            }
        }
        append(
            &mut facts,
            &mut changes,
            Draft::new(EventKind::RequestDeactivated),
            &Owner::Integrator,
            cause,
        );
        Ok(Transition::new(Self::Draft(Request { facts, state: Drafted { document } }), changes))
    }

    /// Completes a request whose integrator wanted to have the last word.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestExpired`]; [`Refusal::RequestNot`] unless it is open;
    /// [`Refusal::StepMissing`] while someone has still to act or an attachment is missing.
    pub fn complete(self, cause: &mut Cause<'_>) -> Result<Transition<AfterAct>, Refusal> {
        let Request { mut facts, state } = self.open(cause.now)?;
        if !facts.is_settled() {
            return Err(Refusal::StepMissing { missing: "the act of every signatory" });
        }
        let mut changes = Changes {
            done: vec![DueKind::Expiry, DueKind::Reminder],
            due: vec![Due { what: DueKind::Seal, at: cause.now.plus(RECOVERY_PAUSE) }],
            ..Changes::default()
        };
        append(&mut facts, &mut changes, Draft::new(EventKind::RequestCompleted), &Owner::Integrator, cause);
        let state = Signed { document: state.document };
        Ok(Transition::new(AfterAct::Signed(Request { facts, state }), changes))
    }

    /// Moves the deadline of a request that has not ended.
    ///
    /// # Errors
    ///
    /// [`Refusal::DeadlineOutOfBounds`] unless it is at least a minute away and at most a year after
    /// creation; [`Refusal::RequestExpired`]; [`Refusal::RequestNot`] in any other state.
    pub fn extend(
        mut self,
        expires_at: Timestamp,
        cause: &mut Cause<'_>,
    ) -> Result<Transition<Self>, Refusal> {
        let state = self.state_name();
        if !matches!(self, Self::Received(_) | Self::Draft(_) | Self::Open(_)) {
            return Err(Refusal::RequestNot { state });
        }
        let facts = self.facts_mut();
        facts.before_deadline(cause.now)?;
        let before = facts.expires_at;
        facts.set_deadline(expires_at, cause.now)?;
        let mut changes =
            Changes { due: vec![Due { what: DueKind::Expiry, at: expires_at }], ..Changes::default() };
        let draft = Draft::new(EventKind::DeadlineMoved)
            .fact("from", before.to_rfc3339())
            .fact("expires_at", expires_at.to_rfc3339());
        append(facts, &mut changes, draft, &Owner::Integrator, cause);
        if matches!(self, Self::Open(_)) {
            self.facts().plan_reminders(&mut changes, cause.now);
        }
        Ok(Transition::new(self, changes))
    }

    /// Brings an expired request back, with a new deadline: whoever has not acted is invited again.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestNot`] unless it expired with its document at hand, not longer ago than
    /// [`REACTIVATION_GRACE`]; [`Refusal::DeadlineOutOfBounds`] as for [`AnyRequest::extend`].
    pub fn reactivate(
        self,
        expires_at: Timestamp,
        cause: &mut Cause<'_>,
    ) -> Result<Transition<Self>, Refusal> {
        let not = Refusal::RequestNot { state: self.state_name() };
        let Self::Expired(Request { mut facts, state }) = self else { return Err(not) };
        let in_time = facts.closed_at.is_some_and(|at| cause.now < at.plus(REACTIVATION_GRACE));
        let erased = facts.erased_at.is_some() || facts.signatories.iter().any(|it| it.erased_at.is_some());
        let whole = in_time && facts.deleted_at.is_none() && !erased;
        let document = state.document.filter(|_| whole).ok_or(not)?;
        facts.set_deadline(expires_at, cause.now)?;
        facts.closed_at = None;
        facts.filing = super::filing::Filing::default();
        let mut changes = Changes {
            due: vec![
                Due { what: DueKind::Expiry, at: expires_at },
                Due { what: DueKind::Seal, at: cause.now.plus(RECOVERY_PAUSE) },
            ],
            done: DueKind::COPIED.to_vec(),
            ..Changes::default()
        };
        let draft = Draft::new(EventKind::RequestReactivated).fact("expires_at", expires_at.to_rfc3339());
        append(&mut facts, &mut changes, draft, &Owner::Integrator, cause);
        if facts.draft {
            return Ok(Transition::new(Self::Draft(Request { facts, state: Drafted { document } }), changes));
        }
        for person in &mut facts.signatories {
            if person.is_pending() {
                person.invited_at = None;
            }
        }
        facts.invite(&mut changes, cause);
        Ok(Transition::new(Self::Open(Request { facts, state: Open { document } }), changes))
    }

    /// From when on the documents of an ended request move to their last place: an expired one may be
    /// brought back until then. None while the request has not ended.
    #[must_use]
    pub fn archived_from(&self) -> Option<Timestamp> {
        let closed_at = self.facts().closed_at?;
        let kept = matches!(self, Self::Expired(_)) && self.facts().deleted_at.is_none();
        Some(if kept { closed_at.plus(REACTIVATION_GRACE) } else { closed_at })
    }
}

impl super::Facts {
    pub(super) fn set_deadline(&mut self, expires_at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
        let latest = self.created_at.plus_years(MAX_REQUEST_YEARS);
        if expires_at < now.plus(MIN_REQUEST_TTL) || expires_at > latest {
            return Err(Refusal::DeadlineOutOfBounds);
        }
        self.expires_at = expires_at;
        Ok(())
    }
}
