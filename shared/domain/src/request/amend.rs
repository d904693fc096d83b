//! Changes to a signatory who has not acted: corrected by the integrator, edited by themselves, unlocked.

use super::progress::{Ceremony, Progress};
use super::signatory::{AssertedIdentity, DestinationFrom, Signatory};
use super::{AnyRequest, Open, Request, append};
use crate::evidence::{Draft, EventKind, Owner};
use crate::message::MessageKind;
use crate::policy::MAX_FREE_MOVES;
use crate::transition::{Changes, Transition};
use crate::value::{LinkKey, LinkToken, PersonName, PhoneNumber};
use crate::{Cause, Channel, EmailAddress, Refusal, SignatoryId, Timestamp};

/// What is to be different about a signatory; what is none stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Amendment {
    /// Given name.
    pub given_name: Option<PersonName>,
    /// Family name.
    pub family_name: Option<PersonName>,
    /// Where invitations go, and codes of the e-mail channel.
    pub email: Option<EmailAddress>,
    /// Where codes of the SMS channel go.
    pub mobile: Option<PhoneNumber>,
}

impl Amendment {
    /// Changes the signatory, notes in the evidence what each value was and is, and names what changed.
    fn apply(self, person: &mut Signatory, draft: Draft, now: Timestamp) -> (Draft, Vec<&'static str>) {
        let mut values: Vec<(&'static str, Option<String>, String)> = Vec::new();
        if let Some(name) = self.given_name {
            values.push(("name", Some(person.given_name.expose().to_owned()), name.expose().to_owned()));
            person.given_name = name;
        }
        if let Some(name) = self.family_name {
            values.push(("surname", Some(person.family_name.expose().to_owned()), name.expose().to_owned()));
            person.family_name = name;
        }
        if let Some(email) = self.email {
            let was = person.email.as_ref().map(|it| it.expose().to_owned());
            values.push(("email", was, email.expose().to_owned()));
            if person.email.as_ref() != Some(&email) {
                // What is told of the old mailbox, now or later, says nothing of the new one.
                person.email_since = Some(now);
            }
            person.email = Some(email);
        }
        if let Some(mobile) = self.mobile {
            let was = person.mobile.as_ref().map(|it| it.expose().to_owned());
            values.push(("mobile", was, mobile.expose().to_owned()));
            if person.mobile.as_ref() != Some(&mobile) {
                person.mobile_since = Some(now);
            }
            person.mobile = Some(mobile);
        }
        values.retain(|(_, was, is)| was.as_ref() != Some(is));
        let fields: Vec<&str> = values.iter().map(|(field, ..)| *field).collect();
        let owner = Owner::Signatory(person.id.clone());
        let draft = draft.fact("signatory", person.id.as_str()).fact("fields", fields.clone());
        let draft = values.into_iter().fold(draft, |draft, (field, was, is)| {
            let draft = draft.personal(&owner, format!("{field}/is"), is);
            was.into_iter().fold(draft, |draft, was| draft.personal(&owner, format!("{field}/was"), was))
        });
        (draft, fields)
    }
}

impl Request<Open> {
    /// Records what a signatory corrects about themselves, where the integrator allows it. Codes that were
    /// sent die, since they prove control of what was before.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotEditable`] for a value that only the integrator may change;
    /// [`Refusal::SignatoryNotPending`], [`Refusal::NotYourTurn`], [`Refusal::SignatoryLocked`],
    /// [`Refusal::StepMissing`] before the signatory has told what only they know; [`Refusal::TooManyMoves`].
    pub fn edit(
        self,
        signatory: &SignatoryId,
        amendment: Amendment,
        cause: &mut Cause<'_>,
    ) -> Result<Transition<Self>, Refusal> {
        let Self { mut facts, state } = self;
        facts.before_deadline(cause.now)?;
        let asked = [
            ("name", amendment.given_name.is_some() || amendment.family_name.is_some()),
            ("email", amendment.email.is_some()),
            ("mobile", amendment.mobile.is_some()),
        ];
        for (field, changes) in asked {
            if changes && !facts.options.editable.get(field).copied().unwrap_or(false) {
                return Err(Refusal::NotEditable { field });
            }
        }
        let person = facts.signatory_mut(signatory)?;
        person.known(cause.now)?;
        let owner = Owner::Signatory(signatory.clone());
        let (draft, fields) = amendment.apply(person, Draft::new(EventKind::SignatoryEdited), cause.now);
        let mut changes = Changes::default();
        if fields.is_empty() {
            return Ok(Transition::new(Self { facts, state }, changes));
        }
        person.count_free_move()?;
        if fields.iter().any(|it| matches!(*it, "email" | "mobile")) {
            person.destination_from = DestinationFrom::Signatory;
            changes.challenges.push((signatory.clone(), None));
        }
        let draft = draft.fact("destination_source", person.destination_from.as_str());
        append(&mut facts, &mut changes, draft, &owner, cause);
        facts.plan_reminders(&mut changes, cause.now);
        Ok(Transition::new(Self { facts, state }, changes))
    }
}

impl AnyRequest {
    /// Corrects a signatory who has not acted. The old link dies and, where they were invited, a new
    /// invitation goes out; what they had done so far, and codes that were sent, count no more.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestNot`] once the request has ended; [`Refusal::SignatoryNotPending`].
    pub fn correct(
        mut self,
        signatory: &SignatoryId,
        (amendment, identity): (Amendment, Option<AssertedIdentity>),
        links: &LinkKey,
        cause: &mut Cause<'_>,
    ) -> Result<Transition<Self>, Refusal> {
        let state = self.state_name();
        if !matches!(self, Self::Received(_) | Self::Draft(_) | Self::Open(_)) {
            return Err(Refusal::RequestNot { state });
        }
        let is_open = matches!(self, Self::Open(_));
        let facts = self.facts_mut();
        facts.before_deadline(cause.now)?;
        let request = facts.id.clone();
        let person = facts.signatory_mut(signatory)?;
        let Progress::Pending(ceremony) = &person.progress else { return Err(Refusal::SignatoryNotPending) };
        // The budget of codes and guesses stays what it is: only unlocking gives a new one.
        let fresh = Ceremony { presented: None, knowledge_at: None, ..ceremony.clone() };
        person.progress = Progress::Pending(fresh);
        let owner = Owner::Signatory(signatory.clone());
        let (mut draft, fields) =
            amendment.apply(person, Draft::new(EventKind::SignatoryCorrected), cause.now);
        if let Some(identity) = identity {
            draft = identity_of(draft, &owner, "identity", &identity);
            person.identity = Some(identity);
        }
        let mut changes = Changes { challenges: vec![(signatory.clone(), None)], ..Changes::default() };
        if !fields.is_empty() {
            person.destination_from = DestinationFrom::Integrator;
            person.link_generation = person.link_generation.saturating_add(1);
            // Whoever used the old link up has nothing of the new one.
            person.free_moves = 0;
            person.link_digest =
                LinkToken::derive(links, &request, signatory, person.link_generation).digest();
        }
        let again = is_open && !fields.is_empty() && person.invited_at.is_some();
        if again {
            person.is_invited(cause.now);
        } else if !fields.is_empty() {
            // Their link is another: who was invited before the request became a draft again is invited anew.
            person.invited_at = None;
        }
        append(facts, &mut changes, draft, &owner, cause);
        if again {
            facts.tell(MessageKind::AddressCorrected, signatory, &mut changes, cause);
        }
        if is_open {
            // Whoever could not be reached may be reminded again.
            facts.plan_reminders(&mut changes, cause.now);
        }
        Ok(Transition::new(self, changes))
    }

    /// Gives a signatory who is locked, or whose link allows no move any more, new attempts.
    ///
    /// # Errors
    ///
    /// [`Refusal::SignatoryNotLocked`]; [`Refusal::SignatoryNotPending`]; [`Refusal::RequestNot`] unless
    /// the request is open.
    pub fn unlock(self, signatory: &SignatoryId, cause: &mut Cause<'_>) -> Result<Transition<Self>, Refusal> {
        let Request { mut facts, state } = self.open(cause.now)?;
        let person = facts.signatory_mut(signatory)?;
        let is_spent = person.free_moves >= MAX_FREE_MOVES;
        let Progress::Pending(ceremony) = &mut person.progress else {
            return Err(Refusal::SignatoryNotPending);
        };
        if !ceremony.locked && !is_spent {
            return Err(Refusal::SignatoryNotLocked);
        }
        person.free_moves = 0;
        let draft = Draft::new(EventKind::SignatoryUnlocked)
            .fact("signatory", signatory.as_str())
            .fact("codes", ceremony.codes)
            .fact("guesses", ceremony.guesses)
            .fact("knowledge_tries", ceremony.knowledge_tries);
        ceremony.locked = false;
        (ceremony.codes, ceremony.guesses, ceremony.knowledge_tries) = (0, 0, 0);
        let mut changes = Changes { challenges: vec![(signatory.clone(), None)], ..Changes::default() };
        facts.tell(MessageKind::Unlocked, signatory, &mut changes, cause);
        append(&mut facts, &mut changes, draft, &Owner::Signatory(signatory.clone()), cause);
        Ok(Transition::new(Self::Open(Request { facts, state }), changes))
    }
}

/// Notes who a signatory is, as the integrator found out elsewhere.
pub(super) fn identity_of(draft: Draft, owner: &Owner, field: &str, identity: &AssertedIdentity) -> Draft {
    draft.personal(owner, format!("{field}/provider"), identity.provider.as_str()).personal(
        owner,
        format!("{field}/reference"),
        identity.reference.as_str(),
    )
}

/// Whether codes can reach a signatory by every channel that is asked of them.
///
/// # Errors
///
/// [`Refusal::StepMissing`] when there is no number for text messages.
pub(super) fn check_reachable(person: &Signatory) -> Result<(), Refusal> {
    if person.channels.has(Channel::Sms) && person.mobile.is_none() {
        return Err(Refusal::StepMissing { missing: "a mobile number" });
    }
    Ok(())
}
