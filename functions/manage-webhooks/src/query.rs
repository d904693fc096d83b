//! What the queries of lists say, and how a list goes on.

use domain::{TenantId, Timestamp};
use serde_json::{Value, json};
use shared::edge::cursor::CursorKey;
use shared::edge::{HttpRequest, Problem, Reply, view};

use crate::Deps;

/// The pages of one list: of this tenant, with this filter.
pub(crate) struct Pages<'a> {
    cursors: &'a CursorKey,
    tenant: &'a TenantId,
    filter: String,
}

impl<'a> Pages<'a> {
    pub(crate) fn of(deps: &'a Deps, tenant: &'a TenantId, filter: impl Into<String>) -> Self {
        Self { cursors: &deps.cursors, tenant, filter: filter.into() }
    }

    /// Where the list goes on, if it does not begin.
    pub(crate) fn after(&self, http: &HttpRequest) -> Result<Option<String>, Problem> {
        let cursor = http.query("after").filter(|it| !it.is_empty());
        let read = |it| self.cursors.read(self.tenant, &self.filter, it).ok_or_else(Self::foreign);
        cursor.map(read).transpose()
    }

    /// The refusal of a cursor that was made elsewhere, or by nobody.
    pub(crate) fn foreign() -> Problem {
        let detail = "The cursor was not made by this list with this filter. Begin without one.";
        Problem::bad_request("cursor_invalid", detail)
    }

    /// A part of the list, with the cursor to the next one.
    pub(crate) fn reply(&self, data: &Value, next: Option<&str>) -> Reply {
        let mut envelope = view::envelope("", data);
        if let Some(members) = envelope.as_object_mut() {
            let next = next.map(|it| self.cursors.write(self.tenant, &self.filter, it));
            members.insert("next".to_owned(), json!(next));
        }
        Reply::json(200, &envelope)
    }
}

/// A number of the query within its bounds.
pub(crate) fn number(
    http: &HttpRequest,
    name: &'static str,
    default: usize,
    most: usize,
) -> Result<usize, Problem> {
    let Some(text) = http.query(name) else { return Ok(default) };
    let number = text.parse().ok().filter(|it| *it <= most);
    number.ok_or_else(|| malformed(format!("{name} is a whole number of at most {most}.")))
}

/// The limit of a list.
pub(crate) fn limit(http: &HttpRequest) -> Result<usize, Problem> {
    match number(http, "limit", MOST_LISTED, MOST_LISTED)? {
        0 => Err(malformed(format!("limit is from 1 to {MOST_LISTED}."))),
        limit => Ok(limit),
    }
}

/// Whether only what failed is wanted.
pub(crate) fn failed(http: &HttpRequest) -> Result<bool, Problem> {
    match http.query("failed") {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(malformed("failed is true or false.")),
    }
}

/// One of these words.
pub(crate) fn word(
    http: &HttpRequest,
    name: &str,
    words: &[&'static str],
) -> Result<Option<&'static str>, Problem> {
    let Some(text) = http.query(name) else { return Ok(None) };
    let word = words.iter().find(|it| **it == text);
    word.map(|it| Some(*it)).ok_or_else(|| malformed(format!("{name} is one of {}.", words.join(", "))))
}

/// From when on.
pub(crate) fn since(http: &HttpRequest) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = http.query("since") else { return Ok(None) };
    let instant = Timestamp::parse_rfc3339(text);
    instant.map(Some).ok_or_else(|| malformed("since is an instant such as 2026-11-21T18:36:05Z (RFC 3339)."))
}

/// The refusal of a query.
pub(crate) fn malformed(detail: impl Into<String>) -> Problem {
    Problem::bad_request("query_malformed", detail)
}

const MOST_LISTED: usize = 100;
