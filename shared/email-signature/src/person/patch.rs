//! Partial updates of persons: what is left out stays, what is empty goes.

use std::collections::BTreeMap;

use domain::EmailAddress;
use serde_json::Value;

use super::group::MAX_GROUP_CHARS;
use super::{Groups, MAX_FIELD_CHARS, Person};
use crate::attribute::{Field, Form};
use crate::members::pointer;
use crate::refusal::{Reason, Refusal};
use crate::value::{Line, Link};

/// What is said of a person, by e-mail address. Whatever is not said stays as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonPatch {
    email: EmailAddress,
    pub(super) enabled: Option<bool>,
    group: GroupChange,
    pub(super) values: BTreeMap<Field, Option<Line>>,
}

/// What is said of the group.
#[derive(Clone, Debug, PartialEq)]
enum GroupChange {
    Join(Line),
    Leave,
    Stay,
}

/// What an upsert came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// Something is another than before.
    Changed,
    /// There was nobody of this address.
    Created,
    /// All was so already.
    Unchanged,
}

impl PersonPatch {
    /// A patch that says nothing yet.
    #[must_use]
    pub const fn new(email: EmailAddress) -> Self {
        Self { email, enabled: None, group: GroupChange::Stay, values: BTreeMap::new() }
    }

    /// Reads a person as Signitic's callers write one: `email`, and any of `enabled` (1, 2 or a truth value),
    /// `group` and the fields. A field that is null or empty is cleared.
    ///
    /// # Errors
    ///
    /// [`Refusal`], with the member that has to be changed.
    pub fn parse(value: &Value) -> Result<Self, Refusal> {
        let map =
            value.as_object().ok_or_else(|| Refusal::at("", Reason::Shape { expected: "an object" }))?;
        let email = match map.get("email") {
            Some(Value::String(text)) => {
                EmailAddress::parse(text).map_err(|_| Refusal::at("/email", Reason::Email))?
            }
            Some(_) => return Err(Refusal::at("/email", Reason::Email)),
            None => return Err(Refusal::at("/email", Reason::Missing)),
        };
        let mut patch = Self::new(email);
        for (name, value) in map.iter().filter(|(name, _)| *name != "email") {
            patch.read(name, value).map_err(|reason| Refusal::at(pointer(name), reason))?;
        }
        Ok(patch)
    }

    fn read(&mut self, name: &str, value: &Value) -> Result<(), Reason> {
        match (name, value) {
            ("enabled", Value::Null) => return Ok(()),
            ("enabled", Value::Bool(on)) => self.enabled = Some(*on),
            ("enabled", value) => self.enabled = Some(switch(value)?),
            (name, Value::Null) => self.set(name, "")?,
            (name, Value::String(text)) => self.set(name, text)?,
            // Numbers are what spreadsheets make of phone numbers and postal codes.
            (name, Value::Number(number)) => self.set(name, &number.to_string())?,
            _ => return Err(Reason::Shape { expected: "a text" }),
        }
        Ok(())
    }

    /// Says something of a field or of the group; an empty text clears it.
    ///
    /// # Errors
    ///
    /// [`Reason`], when there is no such field, or the text does not have its form.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), Reason> {
        let text = text.trim();
        if name == "group" {
            let name = optional(text, |it| Line::parse(it, MAX_GROUP_CHARS))?;
            self.group = name.map_or(GroupChange::Leave, GroupChange::Join);
            return Ok(());
        }
        let field = Field::parse(name).ok_or(Reason::Unknown)?;
        self.values.insert(field, optional(text, |it| check(field, it))?);
        Ok(())
    }

    /// Switches the signature on or off.
    pub fn set_enabled(&mut self, on: bool) {
        self.enabled = Some(on);
    }

    /// Of whom.
    #[must_use]
    pub const fn email(&self) -> &EmailAddress {
        &self.email
    }

    /// The same person with what is said here; a deletion that is still to come is taken back. Groups that
    /// are not known are created. Applying a patch twice is applying it once.
    #[must_use]
    pub fn apply(&self, existing: Option<Person>, groups: &mut Groups) -> (Person, Outcome) {
        let before = existing.clone();
        let mut person = existing.unwrap_or_else(|| Person::new(self.email.clone()));
        person.gone_at = None;
        if let Some(on) = self.enabled {
            person.enabled = on;
        }
        match &self.group {
            GroupChange::Join(name) => {
                groups.ensure(name);
                person.group = Some(name.clone());
            }
            GroupChange::Leave => person.group = None,
            GroupChange::Stay => {}
        }
        for (field, value) in &self.values {
            match value {
                Some(value) => person.values.insert(*field, value.clone()),
                None => person.values.remove(field),
            };
        }
        let outcome = match before {
            None => Outcome::Created,
            Some(before) if before == person => Outcome::Unchanged,
            Some(_) => Outcome::Changed,
        };
        (person, outcome)
    }
}

/// Checks the text of a field.
///
/// # Errors
///
/// [`Reason`], when the text does not have the field's form.
pub(super) fn check(field: Field, text: &str) -> Result<Line, Reason> {
    if field.form() == Form::Link {
        return Line::parse(Link::parse(text)?.as_str(), crate::value::MAX_LINK_CHARS);
    }
    Line::parse(text, MAX_FIELD_CHARS)
}

fn optional<T>(text: &str, parse: impl FnOnce(&str) -> Result<T, Reason>) -> Result<Option<T>, Reason> {
    if text.is_empty() { Ok(None) } else { parse(text).map(Some) }
}

/// Signitic's switch: 1 is on, 2 is off.
fn switch(value: &Value) -> Result<bool, Reason> {
    let number = value.as_u64().or_else(|| value.as_str().and_then(|it| it.trim().parse().ok()));
    match number {
        Some(1) => Ok(true),
        Some(2) => Ok(false),
        _ => Err(Reason::Number { least: 1, most: 2 }),
    }
}

/// Reads a batch: a list of persons, or an object with the list as `users`. A person that cannot be read does
/// not hold up the others.
///
/// # Errors
///
/// [`Refusal`] of the whole: too large, no JSON, or another shape.
pub fn parse_batch(body: &[u8]) -> Result<Vec<Result<PersonPatch, Refusal>>, Refusal> {
    if body.len() > MAX_BATCH_BYTES {
        return Err(Refusal::at("", Reason::TooLarge { max_bytes: MAX_BATCH_BYTES }));
    }
    let shape = || Refusal::at("", Reason::Shape { expected: "JSON: a list of persons" });
    let value: Value = serde_json::from_slice(body).map_err(|_| shape())?;
    let (people, prefix) = match &value {
        Value::Array(people) => (people, ""),
        Value::Object(map) => (map.get("users").and_then(Value::as_array).ok_or_else(shape)?, "/users"),
        _ => return Err(shape()),
    };
    if people.len() > MAX_BATCH_PEOPLE {
        return Err(Refusal::at(prefix, Reason::TooMany { max: MAX_BATCH_PEOPLE, what: "persons" }));
    }
    let read =
        |(index, value)| PersonPatch::parse(value).map_err(|it| it.under(&format!("{prefix}/{index}")));
    Ok(people.iter().enumerate().map(read).collect())
}

/// Largest body of a batch, as Signitic has it.
pub const MAX_BATCH_BYTES: usize = 3 * 1024 * 1024;
/// Most persons in a batch: more do not fit its bytes, unless nothing is said of them.
pub const MAX_BATCH_PEOPLE: usize = 50_000;
