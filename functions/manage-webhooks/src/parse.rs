//! What subscriptions may say.

use std::collections::BTreeMap;

use domain::EmailAddress;
use domain::notification::EventName;
use domain::value::{Language, Text};
use shared::edge::{HttpRequest, Problem, pointer_token};
use shared::outbound::{AddressRefusal, Reach, Target, is_own_header};
use shared::store::{Auth, Contact};

use crate::wire::{AuthBody, ContactBody};

/// Reads the address of an endpoint or of an authorization server.
pub(crate) fn url(text: String, pointer: &str, reach: Reach) -> Result<String, Problem> {
    Target::parse(&text, reach).map_err(|refusal| refused(pointer, refusal))?;
    Ok(text)
}

fn refused(pointer: &str, refusal: AddressRefusal) -> Problem {
    let detail = match refusal {
        AddressRefusal::Malformed => "Not an absolute URL in its usual spelling.",
        AddressRefusal::NotPublic => "The host is not a public one.",
        AddressRefusal::Port => "The port is neither 443 nor 8443.",
        AddressRefusal::Scheme => "The scheme is not https.",
        AddressRefusal::TooLong => "Longer than 2048 characters.",
        AddressRefusal::UserInfo => "A user name or password stands before the host; use auth.",
    };
    Problem::invalid(pointer, detail).numbered(BAD_URL)
}

/// Reads what a subscription is for; an empty text takes it away.
pub(crate) fn description(text: &str) -> Result<Option<String>, Problem> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    Text::parse(text, "description", MAX_DESCRIPTION_CHARS)
        .map(|it| Some(it.as_str().to_owned()))
        .map_err(|refusal| Problem::refused("/description", &refusal))
}

/// Reads the names of events.
pub(crate) fn events(names: Vec<String>) -> Result<Vec<String>, Problem> {
    if names.len() > MAX_EVENTS {
        return Err(Problem::invalid("/events", format!("At most {MAX_EVENTS} names.")));
    }
    let unknown = names.iter().position(|it| it != "*" && !EventName::is_known(it));
    match unknown {
        Some(index) => {
            let detail = "Not the name of an event, such as request.completed or PACKAGE_COMPLETE; * is all.";
            Err(Problem::invalid(format!("/events/{index}"), detail))
        }
        None => Ok(names),
    }
}

/// Reads headers that are sent as they are.
pub(crate) fn headers(headers: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Problem> {
    if headers.len() > MAX_HEADERS {
        return Err(Problem::invalid("/headers", format!("At most {MAX_HEADERS} headers.")));
    }
    for (name, value) in &headers {
        let pointer = format!("/headers/{}", pointer_token(name));
        let invalid = |detail: &str| Err(Problem::invalid(pointer.clone(), detail));
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || name.len() > MAX_HEADER_NAME || !name.bytes().all(is_token) {
            return invalid("A name is a token of 1 to 50 characters.");
        }
        let lower = name.to_ascii_lowercase();
        let is_ours = is_own_header(&lower)
            || FORBIDDEN.contains(&lower.as_str())
            || FORBIDDEN_BEGINNINGS.iter().any(|it| lower.starts_with(it));
        if is_ours {
            return invalid("This header is written by this system; for authorization use auth.");
        }
        let is_plain = value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        if value.len() > MAX_HEADER_VALUE || !is_plain {
            return invalid("A value is of at most 100 printable ASCII characters.");
        }
    }
    Ok(headers)
}

/// None.
pub(crate) const fn no_headers() -> BTreeMap<String, String> {
    BTreeMap::new()
}

/// Reads who is written to when the endpoint is called no more; an empty address takes them away.
pub(crate) fn contact(body: &ContactBody, http: &HttpRequest) -> Result<Option<Contact>, Problem> {
    let language = match body.language.as_deref() {
        Some(tag) => Language::parse(tag)
            .ok_or_else(|| Problem::invalid("/contact/language", "de, en, es, fr, it, nl, pl or pt."))?,
        None => Language::default(),
    };
    if body.email.is_empty() {
        return Ok(None);
    }
    let email =
        EmailAddress::parse(&body.email).map_err(|refusal| Problem::refused("/contact/email", &refusal))?;
    Ok(Some(Contact {
        email: email.expose().to_owned(),
        language: language.as_str().to_owned(),
        public_url: http.api_url(),
    }))
}

/// Reads what an endpoint asks for.
pub(crate) fn auth(body: AuthBody, reach: Reach) -> Result<Auth, Problem> {
    let AuthBody { kind, key, username, password, token_url, client_id, client_secret, scope } = body;
    let has_basic = key.is_some() || username.is_some() || password.is_some();
    let has_client = token_url.is_some() || client_id.is_some() || client_secret.is_some() || scope.is_some();
    match (kind.as_str(), has_basic, has_client) {
        ("none", false, false) => Ok(Auth::None),
        ("basic", _, false) => basic(key, username, password),
        ("oauth2", false, _) => Ok(Auth::OAuth2 {
            token_url: url(needed(token_url, "/auth/tokenUrl")?, "/auth/tokenUrl", reach)?,
            client_id: secret(needed(client_id, "/auth/clientId")?, "/auth/clientId")?,
            client_secret: secret(needed(client_secret, "/auth/clientSecret")?, "/auth/clientSecret")?,
            scope: scope.map(|it| secret(it, "/auth/scope")).transpose()?,
        }),
        ("none" | "basic" | "oauth2", ..) => {
            Err(Problem::invalid("/auth", "A member belongs to another type of authorization."))
        }
        _ => Err(Problem::invalid("/auth/type", "none, basic or oauth2.")),
    }
}

fn basic(key: Option<String>, username: Option<String>, password: Option<String>) -> Result<Auth, Problem> {
    match (key, username, password) {
        (Some(key), None, None) => Ok(Auth::BasicKey { key: secret(key, "/auth/key")? }),
        (None, Some(username), Some(password)) => {
            let username = secret(username, "/auth/username")?;
            if username.contains(':') {
                return Err(Problem::invalid("/auth/username", "A user name has no colon (RFC 7617)."));
            }
            Ok(Auth::Basic { username, password: secret(password, "/auth/password")? })
        }
        _ => Err(Problem::invalid("/auth", "Either a key, or a username and a password.")),
    }
}

fn needed(value: Option<String>, pointer: &str) -> Result<String, Problem> {
    value.ok_or_else(|| Problem::invalid(pointer, "This type of authorization needs it."))
}

/// Reads a word that goes into a header: printable ASCII.
pub(crate) fn secret(text: String, pointer: &str) -> Result<String, Problem> {
    let is_plain = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if (1..=MAX_SECRET_CHARS).contains(&text.len()) && is_plain {
        return Ok(text);
    }
    let detail = format!("1 to {MAX_SECRET_CHARS} printable ASCII characters.");
    Err(Problem::invalid(pointer, detail))
}

const MAX_DESCRIPTION_CHARS: usize = 200;
const MAX_EVENTS: usize = 100;
/// As OneSpan takes them.
const MAX_HEADERS: usize = 5;
const MAX_HEADER_NAME: usize = 50;
const MAX_HEADER_VALUE: usize = 100;
const MAX_SECRET_CHARS: usize = 1000;
const FORBIDDEN: [&str; 7] = [
    "accept-encoding",
    "authorization",
    "content-encoding",
    "content-type",
    "cookie",
    "forwarded",
    "user-agent",
];
const FORBIDDEN_BEGINNINGS: [&str; 3] = ["content-", "proxy-", "webhook-"];
/// Openapi's number of an address that is none.
const BAD_URL: u16 = 704;

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, value: &str) -> bool {
        headers(BTreeMap::from([(name.to_owned(), value.to_owned())])).is_ok()
    }

    #[test]
    fn headers_that_are_ours_or_break_a_message_are_refused() {
        assert!(one("X-Tenant", "acme") && one(&"x".repeat(50), &"y".repeat(100)));
        assert!(!one(&"x".repeat(51), "y") && !one("x", &"y".repeat(101)));
        for name in
            ["Host", "Content-Length", "Authorization", "Webhook-Id", "webhook-x", "Cookie", "a b", "", "a:b"]
        {
            assert!(!one(name, "1"), "{name}");
        }
        assert!(!one("X-A", "b\r\nX-C: d") && !one("X-A", "é"));
        let six = (0..6).map(|it| (format!("x-{it}"), String::new())).collect();
        assert!(headers(six).is_err());
    }

    #[test]
    fn names_of_events_are_ours_or_onespan_s() {
        let names = |names: &[&str]| events(names.iter().map(|it| (*it).to_owned()).collect()).is_ok();
        assert!(names(&["*"]) && names(&[]) && names(&["request.completed", "RECORDINGS_READY"]));
        assert!(!names(&["request.done"]));
    }
}
