//! Persons who have a signature, and how what is known of them changes.

mod change;
mod group;
mod patch;

use std::collections::BTreeMap;

use domain::{EmailAddress, Timestamp};
use serde_json::{Map, Value, json};

use crate::attribute::Field;
use crate::members;
use crate::refusal::{Reason, Refusal};
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

    /// Reads what [`Person::members`] wrote.
    ///
    /// # Errors
    ///
    /// [`Refusal`], when it is of another form.
    pub fn restore(value: &Value) -> Result<Self, Refusal> {
        let mut said = value.clone();
        let mut take = |name| said.as_object_mut().and_then(|it| it.remove(name));
        let (picture, gone_at) = (take(PICTURE), take(GONE_AT));
        let (mut person, _) = PersonPatch::parse(&said)?.apply(None, &mut Groups::default());
        person.picture = picture.map(|it| members::image(&it)).transpose()?;
        person.gone_at = gone_at.map(|it| members::instant(&it)).transpose()?;
        Ok(person)
    }

    /// All that is known, for a store.
    #[must_use]
    pub fn members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        members.insert("email".to_owned(), json!(self.email.expose()));
        members.insert("enabled".to_owned(), json!(self.enabled));
        for (field, value) in &self.values {
            members.insert(field.as_str().to_owned(), json!(value.as_str()));
        }
        if let Some(group) = &self.group {
            members.insert("group".to_owned(), json!(group.as_str()));
        }
        if let Some(Image { id, width, height }) = &self.picture {
            let picture = json!({ "id": id.as_str(), "width": width, "height": height });
            members.insert(PICTURE.to_owned(), picture);
        }
        if let Some(at) = self.gone_at {
            members.insert(GONE_AT.to_owned(), json!(at.to_rfc3339()));
        }
        members
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

const GONE_AT: &str = "gone_at";
const PICTURE: &str = "picture";
/// Longest text of a field.
pub const MAX_FIELD_CHARS: usize = 300;

#[cfg(test)]
mod tests;
