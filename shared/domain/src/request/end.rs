//! A request ends without being done, and what may still be recorded afterwards.

use super::{AnyRequest, Ended, Request, Sealing, append};
use crate::due::{Due, DueKind};
use crate::evidence::{Draft, EventKind, Owner};
use crate::message::{Delivery, Message, SentMessage};
use crate::policy::RECOVERY_PAUSE;
use crate::transition::{Changes, Transition};
use crate::{Cause, Refusal};

impl AnyRequest {
    /// Records that the deadline has passed.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestNot`] when the request is not waiting for anyone, or its deadline is still to
    /// come.
    pub fn expire(self, cause: &mut Cause<'_>) -> Result<Transition<Self>, Refusal> {
        if cause.now < self.facts().expires_at {
            return Err(Refusal::RequestNot { state: self.state_name() });
        }
        self.end(EventKind::RequestExpired, cause, Self::Expired)
    }

    /// Records that the integrator withdraws the request.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestNot`] when the request is not waiting for anyone any more.
    pub fn cancel(self, cause: &mut Cause<'_>) -> Result<Transition<Self>, Refusal> {
        self.end(EventKind::RequestCancelled, cause, Self::Cancelled)
    }

    /// Records that the documents of a closed request were deleted on the integrator's demand.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestNot`] while the request is not closed, or when they were deleted before.
    pub fn delete_documents(mut self, cause: &mut Cause<'_>) -> Result<Transition<Self>, Refusal> {
        let state = self.state_name();
        let facts = self.facts_mut();
        if facts.closed_at.is_none() || facts.deleted_at.is_some() {
            return Err(Refusal::RequestNot { state });
        }
        facts.deleted_at = Some(cause.now);
        let mut changes = Changes::default();
        append(facts, &mut changes, Draft::new(EventKind::DocumentDeleted), &Owner::Integrator, cause);
        Ok(Transition::new(self, changes))
    }

    /// Records how sending a message ended.
    pub fn record_delivery(
        mut self,
        message: &Message,
        delivery: &Delivery,
        cause: &mut Cause<'_>,
    ) -> Transition<Self> {
        let (kind, word) = match delivery {
            Delivery::Accepted { provider_id } => {
                (EventKind::MessageSent, Some(("provider_id", provider_id)))
            }
            Delivery::Ambiguous => (EventKind::MessageAmbiguous, None),
            Delivery::Refused { reason } => (EventKind::MessageRefused, Some(("reason", reason))),
        };
        let mut draft = Draft::new(kind)
            .fact("message", message.id.as_str())
            .fact("about", message.kind.as_str())
            .fact("signatory", message.to.as_str());
        if let Some((name, value)) = word {
            draft = draft.fact(name, value.as_str());
        }
        let owner = Owner::Signatory(message.to.clone());
        let facts = self.facts_mut();
        if let Some(signatory) = facts.signatory(&message.to) {
            draft = draft.personal(&owner, "destination", signatory.email.expose());
        }
        let mut changes = Changes { settled_messages: vec![message.id.clone()], ..Changes::default() };
        if let Delivery::Accepted { provider_id } = delivery
            && !provider_id.is_empty()
        {
            let (id, to) = (message.id.clone(), message.to.clone());
            changes.sent_messages.push(SentMessage { id, to, provider_id: provider_id.clone() });
        }
        append(facts, &mut changes, draft, &owner, cause);
        Transition::new(self, changes)
    }

    fn end(
        self,
        kind: EventKind,
        cause: &mut Cause<'_>,
        into: impl FnOnce(Request<Ended>) -> Self,
    ) -> Result<Transition<Self>, Refusal> {
        let (facts, document): (_, Option<Sealing>) = match self {
            Self::Received(it) => (it.facts, None),
            Self::Open(it) => (it.facts, Some(it.state.document)),
            other => return Err(Refusal::RequestNot { state: other.state_name() }),
        };
        let mut facts = facts;
        let mut changes = Changes { done: vec![DueKind::Expiry, DueKind::Intake], ..Changes::default() };
        if document.is_some() {
            changes.due.push(Due { what: DueKind::Seal, at: cause.now.plus(RECOVERY_PAUSE) });
        }
        append(&mut facts, &mut changes, Draft::new(kind), &Owner::Integrator, cause);
        facts.closed_at = Some(cause.now);
        Ok(Transition::new(into(Request { facts, state: Ended { document } }), changes))
    }

    pub(super) fn facts_mut(&mut self) -> &mut super::Facts {
        match self {
            Self::Received(it) => &mut it.facts,
            Self::Open(it) => &mut it.facts,
            Self::Signed(it) => &mut it.facts,
            Self::Done(it) => &mut it.facts,
            Self::Rejected(it) => &mut it.facts,
            Self::Declined(it) | Self::Expired(it) | Self::Cancelled(it) => &mut it.facts,
        }
    }
}
