//! Managed e-mail signatures at the edge: refusals with Signitic's numbers, versions as tags, who makes a change.

use domain::EmailAddress;
use email_signature::signitic::Denial;
use email_signature::{Reason, Refusal};
use serde_json::{Map, Value, json};

use super::http::{HttpRequest, Reply};
use super::problem::{Problem, sentence};
use super::serve::Invocation;
use super::view;
use crate::closing::Unclosed;
use crate::store::{Author, Kept};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let (status, number) = (Denial::of(&refusal).status, refusal.reason.number());
        let detail = sentence(&refusal.to_string());
        let problem = match refusal.reason {
            Reason::UnknownPerson => Self::not_found(),
            _ => Self::new(status, INVALID, detail.clone()).with_error(refusal.pointer, detail),
        };
        problem.numbered(number)
    }
}

impl From<Unclosed> for Problem {
    fn from(unclosed: Unclosed) -> Self {
        match unclosed {
            Unclosed::Refused(refusal) => refusal.into(),
            Unclosed::Store(error) => error.into(),
        }
    }
}

/// Who makes the change that a call asks for.
///
/// # Errors
///
/// [`Problem`] 401 without a tenant.
pub fn author(http: &HttpRequest, cx: &Invocation) -> Result<Author, Problem> {
    let tenant = http.tenant()?;
    let by = http.authorized("credential").unwrap_or(tenant.as_str()).to_owned();
    Ok(Author { by, at: cx.now })
}

/// The mailbox that the path names.
///
/// # Errors
///
/// [`Problem`] 404 for what is no address: there is nothing there.
pub fn mailbox(http: &HttpRequest, name: &str) -> Result<EmailAddress, Problem> {
    EmailAddress::parse(http.path_parameter(name)?)
        .map_err(|_| Problem::not_found().numbered(Reason::UnknownPerson.number()))
}

/// The tag of a version (RFC 9110 section 8.8.3).
#[must_use]
pub fn etag(version: u32) -> String {
    format!("\"{version}\"")
}

/// A thing as it is shown: what was read, and when, by whom and how often it was written.
#[must_use]
pub fn shown(kept: &Kept) -> Value {
    let mut members = match &kept.body {
        Value::Object(members) => members.clone(),
        list => Map::from_iter([(ITEMS.to_owned(), list.clone())]),
    };
    members.insert("version".to_owned(), kept.version.into());
    members.insert("updatedAt".to_owned(), kept.updated_at.to_openapi().into());
    members.insert("updatedBy".to_owned(), kept.updated_by.as_str().into());
    Value::Object(members)
}

/// An answer with a thing.
#[must_use]
pub fn reply(message: &str, kept: &Kept) -> Reply {
    Reply::json(200, &view::envelope(message, &shown(kept))).header("etag", etag(kept.version))
}

/// An answer with a list that there is one of: empty, if it was never saved.
#[must_use]
pub fn list(kept: Option<&Kept>) -> Reply {
    let never_saved = || {
        let none = json!({ ITEMS: [], "version": 0, "updatedAt": null, "updatedBy": null });
        Reply::json(200, &view::envelope("", &none)).header("etag", etag(0))
    };
    kept.map_or_else(never_saved, |kept| reply("", kept))
}

/// The only member that a body may have.
///
/// # Errors
///
/// [`Problem`] 422 with a pointer to another member, and as [`HttpRequest::json`].
pub fn only_member(http: &HttpRequest, name: &str) -> Result<Option<Value>, Problem> {
    let mut body: Map<String, Value> = http.json()?;
    let member = body.remove(name);
    match body.keys().next() {
        Some(other) => Err(Problem::invalid(format!("/{other}"), "There is no such member.")),
        None => Ok(member),
    }
}

/// An answer to a change that came too late: read again and decide anew.
#[must_use]
pub fn changed_meanwhile() -> Problem {
    Problem::new(409, "conflict", "Someone changed it at the same moment. Read it again and retry.")
}

/// The word that names what was deleted.
#[must_use]
pub fn deleted(name: &str) -> Reply {
    Reply::json(200, &view::envelope("Deleted", &json!({ "name": name })))
}

const INVALID: &str = "invalid";
/// Where the list of a thing stands that is one.
pub const ITEMS: &str = "items";
