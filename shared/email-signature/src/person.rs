//! Persons who have a signature, and how what is known of them changes.

mod change;
mod group;
mod patch;

use std::collections::BTreeMap;

use domain::{EmailAddress, Timestamp};

use crate::attribute::Field;
use crate::refusal::Reason;
use crate::value::{Image, Line};

pub use change::{ChangeRequest, MAX_PENDING_CHANGES};
pub use group::{Group, Groups, Place};
pub use patch::{MAX_BATCH_BYTES, MAX_BATCH_PEOPLE, Outcome, PersonPatch, parse_batch};

/// A person with a mailbox.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    email: EmailAddress,
    enabled: bool,
    group: Option<Line>,
    picture: Option<Image>,
    values: BTreeMap<Field, Line>,
    gone_at: Option<Timestamp>,
}

impl Person {
    /// A person of whom nothing is known yet.
    #[must_use]
    pub const fn new(email: EmailAddress) -> Self {
        Self { email, enabled: true, group: None, picture: None, values: BTreeMap::new(), gone_at: None }
    }

    /// Deletes the person a calendar month from now; until then nothing changes, and an upsert takes the
    /// deletion back. A second deletion does not put it off.
    pub fn delete(&mut self, now: Timestamp) {
        self.gone_at.get_or_insert(now.plus_months(1));
    }

    /// Sets the picture, or takes it away.
    pub fn set_picture(&mut self, picture: Option<Image>) {
        self.picture = picture;
    }

    /// The mailbox, which is the person's name among others.
    #[must_use]
    pub const fn email(&self) -> &EmailAddress {
        &self.email
    }

    /// Whether an administrator leaves the signature switched on.
    #[must_use]
    pub const fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// The group's name.
    #[must_use]
    pub const fn group(&self) -> Option<&Line> {
        self.group.as_ref()
    }

    /// The picture.
    #[must_use]
    pub const fn picture(&self) -> Option<&Image> {
        self.picture.as_ref()
    }

    /// What is known of a field.
    #[must_use]
    pub fn value(&self, field: Field) -> Option<&Line> {
        self.values.get(&field)
    }

    /// All that is known, in the order of the fields.
    pub fn values(&self) -> impl Iterator<Item = (Field, &Line)> {
        self.values.iter().map(|(field, value)| (*field, value))
    }

    /// When the person is deleted.
    #[must_use]
    pub const fn gone_at(&self) -> Option<Timestamp> {
        self.gone_at
    }

    /// Whether the person is deleted by now.
    #[must_use]
    pub fn is_gone(&self, now: Timestamp) -> bool {
        self.gone_at.is_some_and(|at| at <= now)
    }

    /// Lets a signature be made now.
    ///
    /// # Errors
    ///
    /// [`Reason::UnknownPerson`] after the deletion, [`Reason::Inactive`] when switched off.
    pub fn active(&self, now: Timestamp) -> Result<&Self, Reason> {
        if self.is_gone(now) {
            return Err(Reason::UnknownPerson);
        }
        if self.enabled { Ok(self) } else { Err(Reason::Inactive) }
    }

    /// Given name and family name, as far as they are known.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        let names = [Field::FIRSTNAME, Field::LASTNAME].into_iter().filter_map(|it| self.value(it));
        let names: Vec<&str> = names.map(Line::as_str).collect();
        (!names.is_empty()).then(|| names.join(" "))
    }
}

/// Longest text of a field.
pub const MAX_FIELD_CHARS: usize = 300;

#[cfg(test)]
mod tests;
