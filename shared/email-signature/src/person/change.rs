//! Changes that a person proposes and an administrator decides on.

use domain::Timestamp;

use super::Person;
use super::patch::check;
use crate::attribute::Field;
use crate::refusal::Reason;
use crate::value::Line;

/// A change of one field that waits for a decision. There is one for each field at most.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChangeRequest {
    /// Which field.
    pub field: Field,
    /// What it was when the change was proposed.
    pub before: Option<Line>,
    /// What it shall be; none clears it.
    pub proposed: Option<Line>,
    /// When the change was proposed.
    pub at: Timestamp,
}

impl ChangeRequest {
    /// Adds a proposal to those that wait; an earlier one for the same field is replaced.
    ///
    /// # Errors
    ///
    /// [`Reason`], when the text does not have the field's form, nothing would change, or too many wait.
    pub fn propose(
        person: &Person,
        field: Field,
        text: &str,
        now: Timestamp,
        pending: &mut Vec<Self>,
    ) -> Result<(), Reason> {
        let text = text.trim();
        let proposed = if text.is_empty() { None } else { Some(check(field, text)?) };
        let before = person.value(field).cloned();
        if before == proposed {
            return Err(Reason::ChangeStale);
        }
        let others = pending.iter().filter(|it| it.field != field).count();
        if others >= MAX_PENDING_CHANGES {
            return Err(Reason::TooMany { max: MAX_PENDING_CHANGES, what: "changes that wait" });
        }
        pending.retain(|it| it.field != field);
        pending.push(Self { field, before, proposed, at: now });
        Ok(())
    }

    /// Carries out the proposal for a field and takes it from the list.
    ///
    /// # Errors
    ///
    /// [`Reason::ChangeStale`], when none waits, or the field has become another since: whoever proposed it
    /// did not see what it is now. The proposal stays, to be rejected.
    pub fn approve(person: &mut Person, field: Field, pending: &mut Vec<Self>) -> Result<(), Reason> {
        let found = pending.iter().find(|it| it.field == field).ok_or(Reason::ChangeStale)?;
        if person.value(field) != found.before.as_ref() {
            return Err(Reason::ChangeStale);
        }
        match found.proposed.clone() {
            Some(value) => person.values.insert(field, value),
            None => person.values.remove(&field),
        };
        pending.retain(|it| it.field != field);
        Ok(())
    }

    /// Takes the proposal for a field from the list.
    ///
    /// # Errors
    ///
    /// [`Reason::ChangeStale`], when none waits.
    pub fn reject(field: Field, pending: &mut Vec<Self>) -> Result<(), Reason> {
        let count = pending.len();
        pending.retain(|it| it.field != field);
        if pending.len() < count { Ok(()) } else { Err(Reason::ChangeStale) }
    }
}

/// Most changes of a person that wait: one for each field.
pub const MAX_PENDING_CHANGES: usize = 42;
