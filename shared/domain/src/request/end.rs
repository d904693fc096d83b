//! A request ends without being done, and what may still be recorded afterwards.

use super::notice::{Notice, Noticed};
use super::{AnyRequest, Ended, Request, Sealing, append};
use crate::due::DueKind;
use crate::evidence::{Draft, EventKind, Owner};
use crate::message::{Delivery, Message, MessageKind, SentMessage};
use crate::notification::EventName;
use crate::policy::{ARCHIVE_PAUSE, HOLD_PAUSE, RECOVERY_PAUSE};
use crate::transition::{Changes, Transition};
use crate::value::Text;
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
        self.end(Draft::new(EventKind::RequestExpired), MessageKind::Expired, cause, Self::Expired)
    }

    /// Records that the integrator withdraws the request.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestNot`] when the request is not waiting for anyone any more;
    /// [`Refusal::RequestExpired`] from the deadline on, whether or not a schedule has noticed.
    pub fn cancel(self, reason: Option<&Text>, cause: &mut Cause<'_>) -> Result<Transition<Self>, Refusal> {
        if self.facts().closed_at.is_none() {
            self.facts().before_deadline(cause.now)?;
        }
        let draft = Draft::new(EventKind::RequestCancelled);
        let draft = match reason {
            Some(reason) => draft.personal(&Owner::Integrator, "reason", reason.as_str()),
            None => draft,
        };
        self.end(draft, MessageKind::Cancelled, cause, Self::Cancelled)
    }

    /// Records that the documents of a closed request were deleted on the integrator's demand.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestNot`] while the request is not closed, or when they were deleted before;
    /// [`Refusal::LegalHold`].
    pub fn delete_documents(mut self, cause: &mut Cause<'_>) -> Result<Transition<Self>, Refusal> {
        let state = self.state_name();
        let facts = self.facts_mut();
        if facts.closed_at.is_none() || facts.deleted_at.is_some() {
            return Err(Refusal::RequestNot { state });
        }
        if facts.held_at.is_some() {
            return Err(Refusal::LegalHold);
        }
        facts.deleted_at = Some(cause.now);
        let mut changes = Changes::default();
        append(facts, &mut changes, Draft::new(EventKind::DocumentDeleted), &Owner::Integrator, cause);
        // Whoever deletes them may die on the way.
        changes.look_at(DueKind::Seal, cause.now.plus(HOLD_PAUSE));
        Ok(Transition::new(self, changes))
    }

    /// Records how sending a message ended. `destination` is the address or number that it was sent to; none when
    /// nobody knows any more, and then it is the one that counted when the message was decided.
    pub fn record_delivery(
        mut self,
        message: &Message,
        (delivery, destination): (&Delivery, Option<&str>),
        cause: &mut Cause<'_>,
    ) -> Transition<Self> {
        let (kind, word) = match delivery {
            Delivery::Accepted { provider_id } => {
                (EventKind::MessageSent, Some(("provider_id", provider_id)))
            }
            Delivery::Ambiguous => (EventKind::MessageAmbiguous, None),
            Delivery::Refused { reason } => (EventKind::MessageRefused, Some(("reason", reason))),
        };
        let told = match delivery {
            Delivery::Accepted { .. } => EventName::of_message(message.kind),
            Delivery::Ambiguous | Delivery::Refused { .. } => &[],
        };
        let mut draft = Draft::new(kind)
            .told_as(told)
            .fact("message", message.id.as_str())
            .fact("about", message.kind.as_str())
            .fact("signatory", message.to.as_str());
        if let Some((name, value)) = word {
            draft = draft.fact(name, value.as_str());
        }
        let owner = Owner::Signatory(message.to.clone());
        let facts = self.facts_mut();
        if let Some(signatory) = facts.signatory(&message.to) {
            let known = || signatory.destination_at(message.channel, message.decided_at);
            draft = draft.fact("channel", message.channel.as_str());
            if let Some(destination) = destination.or_else(known) {
                draft = draft.personal(&owner, "destination", destination);
            }
        }
        let mut changes = Changes { settled_messages: vec![message.id.clone()], ..Changes::default() };
        if let Delivery::Accepted { provider_id } = delivery
            && !provider_id.is_empty()
        {
            let (id, to) = (message.id.clone(), message.to.clone());
            // A message may have waited while its mailbox changed: what is told of it is told of where it went.
            let went_here = facts.signatory(&to).filter(|it| it.destination(message.channel) == destination);
            let named_at = went_here.and_then(|it| it.since(message.channel));
            let decided_at = named_at.map_or(message.decided_at, |at| at.max(message.decided_at));
            let provider_id = provider_id.clone();
            changes.sent_messages.push(SentMessage { id, to, decided_at, provider_id });
        }
        if let (Delivery::Ambiguous, true, Ok(signatory)) =
            (delivery, message.kind.has_link(), facts.signatory_mut(&message.to))
        {
            let (message, decided_at) = (message.id.clone(), message.decided_at);
            signatory.note(Noticed { message, decided_at, notice: Notice::Unknown, at: cause.now });
        }
        append(facts, &mut changes, draft, &owner, cause);
        Transition::new(self, changes)
    }

    fn end(
        self,
        draft: Draft,
        message: MessageKind,
        cause: &mut Cause<'_>,
        into: impl FnOnce(Request<Ended>) -> Self,
    ) -> Result<Transition<Self>, Refusal> {
        let (mut facts, document): (_, Option<Sealing>) = match self {
            Self::Received(it) => (it.facts, None),
            Self::Draft(it) => (it.facts, Some(it.state.document)),
            Self::Open(it) => (it.facts, Some(it.state.document)),
            other => return Err(Refusal::RequestNot { state: other.state_name() }),
        };
        let done = vec![DueKind::Expiry, DueKind::Intake, DueKind::Reminder];
        let mut changes = Changes { done, ..Changes::default() };
        append(&mut facts, &mut changes, draft, &Owner::Integrator, cause);
        facts.tell_everyone(message, None, &mut changes, cause);
        facts.closed_at = Some(cause.now);
        let has_document = document.is_some();
        let ended = into(Request { facts, state: Ended { document } });
        if let Some(from) = ended.archived_from() {
            changes.look_at(DueKind::Archive, from.plus(ARCHIVE_PAUSE));
            if has_document {
                changes.look_at(DueKind::Seal, from.plus(RECOVERY_PAUSE));
            }
        }
        Ok(Transition::new(ended, changes))
    }

    pub(super) fn facts_mut(&mut self) -> &mut super::Facts {
        match self {
            Self::Received(it) => &mut it.facts,
            Self::Draft(it) => &mut it.facts,
            Self::Open(it) => &mut it.facts,
            Self::Signed(it) => &mut it.facts,
            Self::Done(it) => &mut it.facts,
            Self::Rejected(it) => &mut it.facts,
            Self::Declined(it) | Self::Expired(it) | Self::Cancelled(it) => &mut it.facts,
        }
    }
}
