//! Reminders: when they are due, and who gets one.

use std::time::Duration;

use super::facts::Facts;
use super::progress::Progress;
use super::roster::message;
use super::signatory::Signatory;
use super::{AnyRequest, append};
use crate::due::DueKind;
use crate::evidence::{Draft, EventKind, Owner};
use crate::message::MessageKind;
use crate::policy::REMINDER_PAUSE;
use crate::transition::{Changes, Transition};
use crate::{Cause, Refusal, SignatoryId, Timestamp};

/// When signatories who have not acted are reminded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reminders {
    /// From the invitation to the first one.
    pub first_after: Duration,
    /// From one to the next.
    pub every: Duration,
    /// How many at most.
    pub count: u8,
    /// When nobody is reminded, in the signatory's own zone.
    pub quiet: QuietHours,
}

/// Hours of the day, in minutes after midnight; `from` may be later than `to`, over midnight.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct QuietHours {
    /// They begin here.
    pub from_minute: u16,
    /// They end here.
    pub to_minute: u16,
}

impl QuietHours {
    /// The first instant from `at` on that is not in these hours.
    #[must_use]
    pub fn after(self, at: Timestamp, zone: &str) -> Timestamp {
        let minute = at.minute_of_day(zone);
        let quiet = if self.from_minute <= self.to_minute {
            (self.from_minute..self.to_minute).contains(&minute)
        } else {
            minute >= self.from_minute || minute < self.to_minute
        };
        if quiet { at.next_minute_of_day(self.to_minute, zone) } else { at }
    }
}

impl Facts {
    /// Stores when the next reminder is due, or that none is.
    pub(super) fn plan_reminders(&self, changes: &mut Changes, now: Timestamp) {
        let next = self.signatories.iter().filter_map(|it| self.reminder_at(it, now)).min();
        match next {
            Some(at) => changes.look_at(DueKind::Reminder, at),
            None => changes.forget(DueKind::Reminder),
        }
    }

    /// When the signatory's next reminder is due, from `now` on.
    fn reminder_at(&self, person: &Signatory, now: Timestamp) -> Option<Timestamp> {
        let rule = self.options.reminders?;
        let Progress::Pending(ceremony) = &person.progress else { return None };
        if ceremony.reminders >= rule.count || person.email.is_none() || person.is_unreachable() {
            return None;
        }
        let invited_at = person.invited_at?;
        let at = match ceremony.reminded_at {
            // Whoever was invited again since has the time of an invitation.
            Some(last) if ceremony.reminders > 0 && last >= invited_at => last.plus(rule.every),
            last => {
                let first = invited_at.plus(rule.first_after);
                last.map_or(first, |last| first.max(last.plus(REMINDER_PAUSE)))
            }
        };
        let zone = person.timezone.as_deref().unwrap_or(&self.options.timezone);
        // What is overdue waits for the end of quiet hours as well.
        let at = rule.quiet.after(at.max(now), zone);
        (at < self.expires_at).then_some(at)
    }
}

impl AnyRequest {
    /// Decides the reminders that are due, and when the next one is. None when the request waits for
    /// nobody any more: then nothing is due.
    #[must_use]
    pub fn remind_due(self, cause: &mut Cause<'_>) -> Option<Transition<Self>> {
        let Self::Open(mut request) = self else { return None };
        let facts = &mut request.facts;
        facts.before_deadline(cause.now).ok()?;
        let due: Vec<SignatoryId> = facts
            .signatories
            .iter()
            .filter(|it| facts.reminder_at(it, cause.now).is_some_and(|at| at <= cause.now))
            .map(|it| it.id.clone())
            .collect();
        let mut changes = Changes::default();
        if !due.is_empty() {
            remind(facts, &due, &mut changes, cause).ok()?;
            for id in &due {
                if let Progress::Pending(ceremony) = &mut facts.signatory_mut(id).ok()?.progress {
                    ceremony.reminders = ceremony.reminders.saturating_add(1);
                }
            }
        }
        facts.plan_reminders(&mut changes, cause.now);
        Some(Transition::new(Self::Open(request), changes))
    }

    /// Reminds a signatory at the integrator's wish, or everyone whose turn it is.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestNot`] unless the request is open; [`Refusal::SignatoryNotPending`] and
    /// [`Refusal::NotYourTurn`] for one who has nothing to do now; [`Refusal::ResendTooSoon`] inside the
    /// pause after the last reminder or the invitation, of everyone where everyone is to be reminded, but for mails of
    /// which nobody knows whether they left;
    /// [`Refusal::StepMissing`] for one who has no mailbox, or none that mails reach.
    pub fn remind(
        self,
        signatory: Option<&SignatoryId>,
        cause: &mut Cause<'_>,
    ) -> Result<Transition<Self>, Refusal> {
        let mut request = self.open(cause.now)?;
        let facts = &mut request.facts;
        let to: Vec<SignatoryId> = if let Some(id) = signatory {
            let person = facts.signatory_mut(id)?;
            if person.is_pending() && person.invited_at.is_none() {
                return Err(Refusal::NotYourTurn);
            }
            if person.email.is_none() || person.is_unreachable() {
                return Err(Refusal::StepMissing { missing: "a mailbox that a reminder could go to" });
            }
            vec![id.clone()]
        } else {
            let invited = |it: &&Signatory| {
                it.is_pending() && it.invited_at.is_some() && it.email.is_some() && !it.is_unreachable()
            };
            facts.signatories.iter().filter(invited).map(|it| it.id.clone()).collect()
        };
        let mut waiting = Vec::with_capacity(to.len());
        for id in to {
            let person = facts.signatory(&id).ok_or(Refusal::SignatoryNotPending)?;
            let Progress::Pending(ceremony) = &person.progress else {
                return Err(Refusal::SignatoryNotPending);
            };
            let last = ceremony.reminded_at.max(person.invited_at).unwrap_or_default();
            let pause = if person.is_in_doubt(last) { Duration::ZERO } else { REMINDER_PAUSE };
            waiting.push((id, pause.saturating_sub(cause.now.since(last))));
        }
        let shortest = waiting.iter().map(|(_, wait)| *wait).min().ok_or(Refusal::SignatoryNotPending)?;
        if !shortest.is_zero() {
            return Err(Refusal::ResendTooSoon { retry_after: shortest });
        }
        let to: Vec<SignatoryId> =
            waiting.into_iter().filter(|(_, wait)| wait.is_zero()).map(|(id, _)| id).collect();
        let mut changes = Changes::default();
        remind(facts, &to, &mut changes, cause)?;
        facts.plan_reminders(&mut changes, cause.now);
        Ok(Transition::new(Self::Open(request), changes))
    }
}

/// Reminds them all, with one event: a transaction has no room for one each.
fn remind(
    facts: &mut Facts,
    to: &[SignatoryId],
    changes: &mut Changes,
    cause: &mut Cause<'_>,
) -> Result<(), Refusal> {
    for id in to {
        let Progress::Pending(ceremony) = &mut facts.signatory_mut(id)?.progress else {
            return Err(Refusal::SignatoryNotPending);
        };
        ceremony.reminded_at = Some(cause.now);
        changes.messages.push(message(MessageKind::Reminder, id, cause));
    }
    let messages: Vec<&str> = changes.messages.iter().map(|it| it.id.as_str()).collect();
    let draft = Draft::new(EventKind::SignatoryReminded)
        .fact("signatories", to.iter().map(SignatoryId::as_str).collect::<Vec<_>>())
        .fact("messages", messages);
    append(facts, changes, draft, &Owner::Integrator, cause);
    Ok(())
}
