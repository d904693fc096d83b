//! Persons from a directory: entries of Google's Directory API and of Microsoft Graph, read by a mapping.
//!
//! **Invariant:** of what a directory says, only what the mapping names is taken, and only what fits its field.

mod path;

use std::collections::{BTreeMap, BTreeSet};

use domain::EmailAddress;
use serde_json::{Map, Value, json};

use crate::attribute::Field;
use crate::members::pointer;
use crate::person::{Person, PersonPatch};
use crate::refusal::{Reason, Refusal};
use path::Path;

/// Whose directory.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Directory {
    /// Users of Google's Directory API.
    Google,
    /// Users of Microsoft Graph.
    Microsoft,
}

/// Where in an entry each field of a person stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mapping(BTreeMap<String, Path>);

/// What an entry says of a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// It, as an update of that person.
    pub patch: PersonPatch,
    /// Fields whose text does not fit. They stay as they are.
    pub unfit: Vec<String>,
}

/// Why an entry is nobody here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LeftOut {
    /// A guest of another house.
    Guest,
    /// It has no address, or what stands there is none.
    NoAddress,
    /// Not of the group that is asked for.
    OutOfScope,
    /// Switched off, suspended or archived.
    Suspended,
}

impl LeftOut {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::NoAddress => "no_address",
            Self::OutOfScope => "out_of_scope",
            Self::Suspended => "suspended",
        }
    }
}

impl Mapping {
    /// What most houses keep where the directory has its place for it.
    #[must_use]
    pub fn usual(directory: Directory) -> Self {
        let fields: &[(&str, &str)] = match directory {
            Directory::Google => &GOOGLE,
            Directory::Microsoft => &MICROSOFT,
        };
        let read = |(field, path): &(&str, &str)| Some(((*field).to_owned(), Path::parse(path)?));
        Self(fields.iter().filter_map(read).collect())
    }

    /// The usual one with these changes: a path for a field or for `group`, or null to leave the field alone.
    ///
    /// # Errors
    ///
    /// [`Refusal`], with the member that has to be changed.
    pub fn parse(directory: Directory, value: &Value) -> Result<Self, Refusal> {
        let changes = value.as_object();
        let changes = changes.ok_or_else(|| Refusal::at("", Reason::Shape { expected: "an object" }))?;
        let mut mapping = Self::usual(directory);
        for (name, path) in changes {
            let at = |reason| Refusal::at(pointer(name), reason);
            if name != GROUP && Field::parse(name).is_none() {
                return Err(at(Reason::Unknown));
            }
            match path {
                Value::Null => {
                    mapping.0.remove(name);
                }
                Value::String(text) => {
                    let path = Path::parse(text).ok_or_else(|| at(PATH))?;
                    mapping.0.insert(name.clone(), path);
                }
                _ => return Err(at(PATH)),
            }
        }
        Ok(mapping)
    }

    /// What it is, as it is written.
    #[must_use]
    pub fn members(&self) -> Map<String, Value> {
        self.0.iter().map(|(name, path)| (name.clone(), json!(path.as_str()))).collect()
    }

    /// The members of an entry that are read, for a directory that has to be asked for each.
    #[must_use]
    pub fn selected(&self, directory: Directory) -> BTreeSet<&str> {
        let own: &[&str] = match directory {
            Directory::Google => &["archived", "primaryEmail", "suspended"],
            Directory::Microsoft => &["accountEnabled", "mail", "userPrincipalName", "userType"],
        };
        self.0.values().map(Path::first).chain(own.iter().copied()).collect()
    }

    /// Reads an entry. A field that the directory leaves empty is cleared, since it is kept there.
    ///
    /// # Errors
    ///
    /// [`LeftOut`], when nobody here is meant.
    pub fn read(&self, directory: Directory, entry: &Value) -> Result<Entry, LeftOut> {
        let email = address(directory, entry)?;
        let mut patch = PersonPatch::new(email);
        let mut unfit = Vec::new();
        for (name, path) in &self.0 {
            let text = path.find(entry).unwrap_or_default();
            if patch.set(name, &text).is_err() {
                unfit.push(name.clone());
            }
        }
        Ok(Entry { patch, unfit })
    }
}

/// The address of an entry, by which members of a group are told from others.
#[must_use]
pub fn member_address(member: &Value) -> Option<EmailAddress> {
    EmailAddress::parse(member.get("email")?.as_str()?.trim()).ok()
}

/// The fields in which two states of a person differ; `enabled`, `group` and `gone_at` among them.
#[must_use]
pub fn differences(before: Option<&Person>, after: &Person) -> Vec<String> {
    let before = before.map(Person::members).unwrap_or_default();
    let after = after.members();
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|it| before.get(*it) != after.get(*it)).cloned().collect()
}

fn address(directory: Directory, entry: &Value) -> Result<EmailAddress, LeftOut> {
    let text =
        |name: &str| entry.get(name).and_then(Value::as_str).map(str::trim).filter(|it| !it.is_empty());
    let is = |name: &str, wanted: bool| entry.get(name).and_then(Value::as_bool) == Some(wanted);
    let written = match directory {
        Directory::Google => {
            if is("suspended", true) || is("archived", true) {
                return Err(LeftOut::Suspended);
            }
            text("primaryEmail")
        }
        Directory::Microsoft => {
            if is("accountEnabled", false) {
                return Err(LeftOut::Suspended);
            }
            if text("userType").is_some_and(|it| it.eq_ignore_ascii_case("guest")) {
                return Err(LeftOut::Guest);
            }
            text("mail").or_else(|| text("userPrincipalName"))
        }
    };
    written.and_then(|it| EmailAddress::parse(it).ok()).ok_or(LeftOut::NoAddress)
}

/// A person's group, beside the fields.
const GROUP: &str = "group";
const PATH: Reason = Reason::Form { expected: "a path such as name.givenName or phones[work].value" };

/// Google's names: <https://developers.google.com/workspace/admin/directory/reference/rest/v1/users>.
const GOOGLE: [(&str, &str); 9] = [
    ("address", "addresses[work].streetAddress"),
    ("city", "addresses[work].locality"),
    ("firstname", "name.givenName"),
    ("lastname", "name.familyName"),
    ("mobile", "phones[mobile].value"),
    ("phone", "phones[work].value"),
    ("postal_code", "addresses[work].postalCode"),
    ("title", "organizations.title"),
    ("unit", "organizations.department"),
];

/// Graph's names: <https://learn.microsoft.com/en-us/graph/api/resources/user>.
const MICROSOFT: [(&str, &str); 9] = [
    ("address", "streetAddress"),
    ("city", "city"),
    ("firstname", "givenName"),
    ("lastname", "surname"),
    ("mobile", "mobilePhone"),
    ("phone", "businessPhones"),
    ("postal_code", "postalCode"),
    ("title", "jobTitle"),
    ("unit", "department"),
];

#[cfg(test)]
mod tests;
