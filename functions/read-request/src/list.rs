//! The list of a tenant's requests: filters, and pages by number or by cursor.

use domain::request::AnyRequest;
use serde_json::{Value, json};
use shared::edge::{HttpRequest, Problem, Reply, view};

use crate::Deps;

/// `GET /signatures`.
///
/// # Errors
///
/// [`Problem`] 400 for a query that is not understood and a cursor of another list, 404 when a filter finds nothing.
pub(crate) async fn list(deps: &Deps, http: &HttpRequest) -> Result<Reply, Problem> {
    let tenant = http.tenant()?;
    let skip = number(http, "skip", 0, 0..=MAX_SKIP)?;
    let limit = number(http, "limit", MAX_LIMIT, 1..=MAX_LIMIT)?;
    let filter = Filter::of(http)?;
    let bound = filter.to_string();
    let after = match http.query("cursor") {
        Some(_) if http.query("skip").is_some() => {
            return Err(malformed("A page is named by a cursor or by skip, not by both."));
        }
        Some(cursor) => Some(deps.cursors.read(&tenant, &bound, cursor).ok_or_else(|| {
            let detail = "The cursor was not made by this list with this filter. Begin without one.";
            Problem::bad_request("cursor_invalid", detail)
        })?),
        None => None,
    };
    let found = if filter.is_of_ours {
        deps.requests.list(&tenant, |it| filter.keeps(it), after.as_deref(), (skip, limit)).await?
    } else {
        shared::store::Page::default()
    };
    if found.is_cut {
        return Err(malformed(
            "So few requests fit the filter that skip leads too far. Read by cursor, without skip.",
        ));
    }
    if found.requests.is_empty()
        && found.next.is_none()
        && after.is_none()
        && (filter.is_narrow() || skip > 0)
    {
        return Err(Problem::new(404, "none_found", "No request fits the filter."));
    }
    let rows: Vec<Value> = found.requests.iter().map(view::row).collect();
    let next = found.next.map(|position| deps.cursors.write(&tenant, &bound, &position));
    let mut body = view::envelope("", &Value::Array(rows));
    if let Some(body) = body.as_object_mut() {
        body.insert("nextCursor".to_owned(), json!(next));
    }
    let reply = Reply::json(200, &body);
    Ok(match next {
        Some(cursor) => reply.header("link", format!("<?{}>; rel=\"next\"", filter.query(&cursor, limit))),
        None => reply,
    })
}

/// Which requests are wanted.
struct Filter {
    states: Option<Vec<&'static str>>,
    archived: Option<bool>,
    trashed: Option<bool>,
    /// What was asked for of the other product's kinds, as it was spelled.
    kinds: Vec<(&'static str, &'static str)>,
    is_of_ours: bool,
}

impl Filter {
    fn of(http: &HttpRequest) -> Result<Self, Problem> {
        let mut kinds = Vec::new();
        let mut is_of_ours = true;
        for (name, words) in
            [("certificateType", &CERTIFICATE_TYPES[..]), ("signatureType", &SIGNATURE_TYPES[..])]
        {
            let Some(given) = http.query(name) else { continue };
            let word = words.iter().find(|it| **it == given);
            let word = word.ok_or_else(|| malformed(format!("{name} is one of {}.", words.join(", "))))?;
            // The first is the one that is made here.
            is_of_ours &= words.first() == Some(word);
            kinds.push((name, *word));
        }
        Ok(Self {
            states: http.query("state").map(states).transpose()?,
            archived: truth(http, "archived")?,
            trashed: truth(http, "trashed")?,
            kinds,
            is_of_ours,
        })
    }

    fn is_narrow(&self) -> bool {
        self.states.is_some() || self.archived.is_some() || self.trashed.is_some() || !self.kinds.is_empty()
    }

    fn keeps(&self, request: &AnyRequest) -> bool {
        let filing = request.facts().filing;
        self.states.as_ref().is_none_or(|states| states.contains(&request.state_name()))
            && self.archived.is_none_or(|it| it == filing.archived_at.is_some())
            && self.trashed.is_none_or(|it| it == filing.trashed_at.is_some())
    }

    /// The members of the query that narrow the list.
    fn members(&self) -> Vec<(&'static str, String)> {
        let mut members: Vec<(&str, String)> =
            self.kinds.iter().map(|(name, word)| (*name, (*word).to_owned())).collect();
        members.extend(self.states.as_ref().map(|it| ("state", it.join(","))));
        members.extend(self.archived.map(|it| ("archived", it.to_string())));
        members.extend(self.trashed.map(|it| ("trashed", it.to_string())));
        members
    }

    /// The query of the next page.
    fn query(&self, cursor: &str, limit: usize) -> String {
        let mut query = format!("cursor={cursor}&limit={limit}");
        for (name, word) in self.members() {
            query.extend([format!("&{name}={word}")]);
        }
        query
    }
}

/// The same filter has the same text, which a cursor is bound to.
impl std::fmt::Display for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.members().iter().try_for_each(|(name, word)| write!(f, "{name}={word};"))
    }
}

fn number(
    http: &HttpRequest,
    name: &str,
    default: usize,
    bounds: std::ops::RangeInclusive<usize>,
) -> Result<usize, Problem> {
    let Some(text) = http.query(name) else { return Ok(default) };
    let number = text.parse().ok().filter(|it| bounds.contains(it));
    number.ok_or_else(|| {
        malformed(format!("{name} is a whole number from {} to {}.", bounds.start(), bounds.end()))
    })
}

fn truth(http: &HttpRequest, name: &str) -> Result<Option<bool>, Problem> {
    let Some(text) = http.query(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| malformed(format!("{name} is true or false.")))
}

/// The states a filter names. The other product's sandbox answers `WAIT_SIGNERS`, so that is understood; in its
/// `WAIT_SIGN`, which is of qualified signatures, no request is.
fn states(filter: &str) -> Result<Vec<&'static str>, Problem> {
    let states: Option<Vec<_>> = filter
        .split(',')
        .map(|word| match word.trim() {
            "WAIT_SIGNERS" => Some("WAIT_SIGNER"),
            word => STATES.into_iter().find(|state| *state == word),
        })
        .collect();
    states.ok_or_else(|| malformed(format!("state is one of {}.", STATES.join(", "))))
}

fn malformed(detail: impl Into<String>) -> Problem {
    Problem::bad_request("query_malformed", detail)
}

const MAX_LIMIT: usize = 100;
const MAX_SKIP: usize = 10_000;
const STATES: [&str; 9] = [
    "WAIT_VALIDATION",
    "DRAFT",
    "WAIT_SIGN",
    "WAIT_SIGNER",
    "DONE",
    "ERROR",
    "DECLINED",
    "EXPIRED",
    "CANCELLED",
];
const CERTIFICATE_TYPES: [&str; 4] = ["EU-SES", "EU-QES_automatic", "EU-QES_otp", "EU-QES_eseal"];
const SIGNATURE_TYPES: [&str; 4] = ["pades", "cades", "xades", "pkcs1"];
