//! Who of a request's people is to act now, and what one act means for the others.

use super::attachment::Attachment;
use super::facts::Facts;
use super::progress::Progress;
use super::signatory::Role;
use super::{Open, Request, Signed, append};
use crate::due::DueKind;
use crate::evidence::{Draft, EventKind, Owner};
use crate::message::{Message, MessageKind};
use crate::policy::RECOVERY_PAUSE;
use crate::transition::{Changes, Transition};
use crate::value::MessageId;
use crate::{Cause, Channel, SignatoryId};

/// What an act leads to.
#[derive(Debug)]
pub enum AfterAct {
    /// Others have still to act, or the integrator has to complete the request.
    Open(Request<Open>),
    /// That was the last one.
    Signed(Request<Signed>),
}

/// What a signatory's attempts were used up on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum LockedBy {
    Codes,
    Knowledge,
}

impl Facts {
    /// The stage whose people can act now; none when nobody has to any more.
    #[must_use]
    pub fn turn(&self) -> Option<u16> {
        self.signatories.iter().filter(|it| it.is_pending()).map(|it| it.stage).min()
    }

    /// Whether everyone has done what was asked of them, attachments included: those of whoever acted.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let acted = self.signatories.iter().filter(|it| it.has_acted());
        let mut attachments = acted.flat_map(|it| &it.attachments);
        self.turn().is_none() && !attachments.any(Attachment::is_missing)
    }

    /// Invites those whose turn it is and who are not invited yet.
    pub(super) fn invite(&mut self, changes: &mut Changes, cause: &mut Cause<'_>) -> Vec<SignatoryId> {
        let Some(turn) = self.turn() else { return Vec::new() };
        let mut invited = Vec::new();
        for person in &mut self.signatories {
            if person.is_pending() && person.stage == turn && person.invited_at.is_none() {
                person.is_invited(cause.now);
                invited.push(person.id.clone());
            }
        }
        for id in &invited {
            self.tell(MessageKind::Invitation, id, changes, cause);
        }
        self.plan_reminders(changes, cause.now);
        invited
    }

    /// Tells everyone who was invited, or gets a copy, how the request ended.
    pub(super) fn tell_everyone(
        &self,
        kind: MessageKind,
        except: Option<&SignatoryId>,
        changes: &mut Changes,
        cause: &mut Cause<'_>,
    ) {
        for person in &self.signatories {
            let kind = match (person.role, kind) {
                (Role::Copy, MessageKind::Completion) => MessageKind::Copy,
                _ if person.invited_at.is_some() => kind,
                _ => continue,
            };
            if except != Some(&person.id) {
                self.tell(kind, &person.id, changes, cause);
            }
        }
    }

    /// Decides to tell someone something by mail; nothing is decided for who has no mailbox.
    pub(super) fn tell(
        &self,
        kind: MessageKind,
        to: &SignatoryId,
        changes: &mut Changes,
        cause: &mut Cause<'_>,
    ) {
        if self.signatory(to).is_some_and(|it| it.email.is_some()) {
            changes.messages.push(message(kind, to, cause));
        }
    }

    /// Records that a signatory's attempts are used up; only the integrator can give new ones.
    pub(super) fn lock_event(
        &mut self,
        signatory: &SignatoryId,
        by: LockedBy,
        changes: &mut Changes,
        cause: &mut Cause<'_>,
    ) {
        let by = match by {
            LockedBy::Codes => "codes",
            LockedBy::Knowledge => "knowledge",
        };
        changes.challenges.push((signatory.clone(), None));
        let draft =
            Draft::new(EventKind::SignatoryLocked).fact("signatory", signatory.as_str()).fact("by", by);
        append(self, changes, draft, &Owner::Signatory(signatory.clone()), cause);
    }

    /// The others of the signatory's group are not needed any more.
    fn release_group(&mut self, signatory: &SignatoryId, changes: &mut Changes, cause: &mut Cause<'_>) {
        let Some((stage, group)) =
            self.signatory(signatory).and_then(|it| it.group.clone().map(|group| (it.stage, group)))
        else {
            return;
        };
        let mut released = Vec::new();
        for person in &mut self.signatories {
            let same = person.stage == stage && person.group.as_ref() == Some(&group);
            if same && person.is_pending() {
                person.progress = Progress::NotNeeded { at: cause.now };
                released.push(person.id.clone());
            }
        }
        if released.is_empty() {
            return;
        }
        let names: Vec<&str> = released.iter().map(SignatoryId::as_str).collect();
        let draft =
            Draft::new(EventKind::GroupReleased).fact("by", signatory.as_str()).fact("signatories", names);
        append(self, changes, draft, &Owner::Signatory(signatory.clone()), cause);
        changes.challenges.extend(released.into_iter().map(|it| (it, None)));
    }
}

impl Request<Open> {
    /// What follows once `signatory` has acted: their group is released, the next stage is invited, or
    /// everyone is done.
    pub(super) fn go_on(
        self,
        signatory: &SignatoryId,
        mut changes: Changes,
        cause: &mut Cause<'_>,
    ) -> Transition<AfterAct> {
        let Self { mut facts, state } = self;
        facts.release_group(signatory, &mut changes, cause);
        let invited = facts.invite(&mut changes, cause);
        if !invited.is_empty() {
            let names: Vec<&str> = invited.iter().map(SignatoryId::as_str).collect();
            let draft = Draft::new(EventKind::StageOpened)
                .fact("stage", facts.turn().unwrap_or_default())
                .fact("signatories", names);
            append(&mut facts, &mut changes, draft, &Owner::Integrator, cause);
        }
        Self { facts, state }.settle(changes, cause)
    }

    /// Everyone may be done: then the request goes on to its seals, or waits for the integrator's word.
    pub(super) fn settle(self, mut changes: Changes, cause: &mut Cause<'_>) -> Transition<AfterAct> {
        let Self { mut facts, state } = self;
        if !facts.is_settled() {
            return Transition::new(AfterAct::Open(Self { facts, state }), changes);
        }
        if facts.options.autocomplete {
            changes.forget(DueKind::Expiry);
            changes.forget(DueKind::Reminder);
            // Whoever acted last: of readers and approvers no act is sealed, and nothing else would ask for the last.
            changes.look_at(DueKind::Seal, cause.now.plus(RECOVERY_PAUSE));
            return Transition::new(
                AfterAct::Signed(Request { facts, state: Signed { document: state.document } }),
                changes,
            );
        }
        if facts.ready_at.is_none() {
            facts.ready_at = Some(cause.now);
            changes.forget(DueKind::Reminder);
            append(&mut facts, &mut changes, Draft::new(EventKind::RequestReady), &Owner::Integrator, cause);
        }
        Transition::new(AfterAct::Open(Self { facts, state }), changes)
    }
}

/// The intent to tell someone something.
pub(super) fn message(kind: MessageKind, to: &SignatoryId, cause: &mut Cause<'_>) -> Message {
    Message {
        id: MessageId::new(cause.rng),
        kind,
        to: to.clone(),
        channel: Channel::Email,
        decided_at: cause.now,
    }
}
