//! What a caller may do.

use std::collections::BTreeSet;
use std::fmt;

use super::operation::{OPERATIONS, Operation};
use crate::Refusal;

/// A word for operations that belong together.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Scope {
    /// Keys and client apps, as far as the caller's own scopes go.
    AccessManage,
    /// Audit trails.
    AuditRead,
    /// Connectors of e-mail signatures: writing and running them.
    ConnectorsManage,
    /// Connectors of e-mail signatures, and what their runs did.
    ConnectorsRead,
    /// Documents and attachments of requests.
    DocumentsRead,
    /// What e-mail signatures are made of: writing it.
    EmailSignaturesManage,
    /// E-mail signatures, and what they are made of.
    EmailSignaturesRead,
    /// The feed of events.
    EventsRead,
    /// Persons who have an e-mail signature: writing them, and deciding on what they propose.
    PeopleManage,
    /// Persons who have an e-mail signature.
    PeopleRead,
    /// Messages of test requests, with their codes.
    SandboxRead,
    /// Requests.
    SignaturesRead,
    /// Creating requests and making their moves.
    SignaturesWrite,
    /// Saved looks.
    ThemesManage,
    /// Whom validations trust.
    TrustManage,
    /// Validations.
    Verify,
    /// Registered webhooks.
    WebhooksManage,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 17] = [
        Self::AccessManage,
        Self::AuditRead,
        Self::ConnectorsManage,
        Self::ConnectorsRead,
        Self::DocumentsRead,
        Self::EmailSignaturesManage,
        Self::EmailSignaturesRead,
        Self::EventsRead,
        Self::PeopleManage,
        Self::PeopleRead,
        Self::SandboxRead,
        Self::SignaturesRead,
        Self::SignaturesWrite,
        Self::ThemesManage,
        Self::TrustManage,
        Self::Verify,
        Self::WebhooksManage,
    ];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessManage => "access:manage",
            Self::AuditRead => "audit:read",
            Self::ConnectorsManage => "connectors:manage",
            Self::ConnectorsRead => "connectors:read",
            Self::DocumentsRead => "documents:read",
            Self::EmailSignaturesManage => "email-signatures:manage",
            Self::EmailSignaturesRead => "email-signatures:read",
            Self::EventsRead => "events:read",
            Self::PeopleManage => "people:manage",
            Self::PeopleRead => "people:read",
            Self::SandboxRead => "sandbox:read",
            Self::SignaturesRead => "signatures:read",
            Self::SignaturesWrite => "signatures:write",
            Self::ThemesManage => "themes:manage",
            Self::TrustManage => "trust:manage",
            Self::Verify => "verify",
            Self::WebhooksManage => "webhooks:manage",
        }
    }
}

/// A scope in Openapi's form, `METHOD:host/path`: this method of the path and of everything below it.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RouteScope {
    method: String,
    host: String,
    path: String,
}

impl RouteScope {
    fn parse(text: &str) -> Option<Self> {
        let (method, rest) = text.split_once(':')?;
        let (host, path) = rest.split_at(rest.find('/')?);
        let is_method = matches!(method, "GET" | "POST" | "PUT" | "PATCH" | "DELETE");
        let is_host = (1..=253).contains(&host.len())
            && host.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b':'));
        let path = path.strip_suffix('/').unwrap_or(path);
        let is_path = (2..=200).contains(&path.len()) && path.bytes().all(|it| it.is_ascii_graphic());
        let scope =
            Self { method: method.to_owned(), host: host.to_ascii_lowercase(), path: path.to_owned() };
        let names_something = || OPERATIONS.iter().any(|it| scope.covers(it));
        (is_method && is_host && is_path && names_something()).then_some(scope)
    }

    /// The host that it names.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it covers an operation: each of its parts is that part of the operation's path.
    fn covers(&self, operation: &Operation) -> bool {
        let mut parts = operation.path.split('/').map(plural);
        let is_front = self.path.split('/').map(plural).all(|own| {
            parts.next().is_some_and(|part| part == own || (is_parameter(part) && is_parameter(own)))
        });
        is_front && self.method == operation.method
    }
}

/// `/signature` is another spelling of `/signatures`.
fn plural(part: &str) -> &str {
    if part == "signature" { "signatures" } else { part }
}

fn is_parameter(part: &str) -> bool {
    part.starts_with('{') && part.ends_with('}')
}

impl fmt::Display for RouteScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}{}", self.method, self.host, self.path)
    }
}

/// Everything that a caller may do. Displayed, the scopes are separated by spaces, as OAuth writes them
/// (RFC 6749 section 3.3).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scopes {
    everything: bool,
    words: BTreeSet<Scope>,
    routes: BTreeSet<RouteScope>,
}

impl Scopes {
    /// Everything, also what will be added later: written `*`.
    #[must_use]
    pub fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// One word.
    #[must_use]
    pub fn of(scope: Scope) -> Self {
        Self { words: BTreeSet::from([scope]), ..Self::default() }
    }

    /// Reads scopes: words, routes in Openapi's form, or `*`.
    ///
    /// # Errors
    ///
    /// [`Refusal::ScopeUnknown`] for a scope that names nothing here, with its position.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, Refusal> {
        let mut scopes = Self::default();
        for (position, text) in texts.into_iter().enumerate() {
            let word = Scope::ALL.into_iter().find(|it| it.as_str() == text);
            match (text, word) {
                ("*", _) => scopes.everything = true,
                (_, Some(word)) => {
                    scopes.words.insert(word);
                }
                (_, None) => {
                    let route = RouteScope::parse(text).ok_or(Refusal::ScopeUnknown { position })?;
                    scopes.routes.insert(route);
                }
            }
        }
        Ok(scopes)
    }

    /// Reads scopes that are separated by spaces.
    ///
    /// # Errors
    ///
    /// As [`Scopes::parse`].
    pub fn parse_list(text: &str) -> Result<Self, Refusal> {
        Self::parse(text.split(' ').filter(|it| !it.is_empty()))
    }

    /// Reads scopes that were stored: those that are known here no longer are left out.
    #[must_use]
    pub fn restore(text: &str) -> Self {
        let known = text.split(' ').filter(|it| Self::parse([*it]).is_ok());
        Self::parse(known).unwrap_or_default()
    }

    /// Each scope as it is written.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        if self.everything {
            return vec!["*".to_owned()];
        }
        let words = self.words.iter().map(|it| it.as_str().to_owned());
        words.chain(self.routes.iter().map(ToString::to_string)).collect()
    }

    /// The scopes in Openapi's form.
    pub fn routes(&self) -> impl Iterator<Item = &RouteScope> {
        self.routes.iter()
    }

    /// Whether they allow nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.everything && self.words.is_empty() && self.routes.is_empty()
    }

    /// Whether they allow an operation.
    #[must_use]
    pub fn allow(&self, operation: &Operation) -> bool {
        self.everything
            || self.words.contains(&operation.scope)
            || self.routes.iter().any(|it| it.covers(operation))
    }

    /// Whether whoever holds these may pass those on.
    #[must_use]
    pub fn include(&self, those: &Self) -> bool {
        self.everything
            || (!those.everything
                && those.words.iter().all(|it| self.include_word(*it))
                && those.routes.iter().all(|it| self.include_route(it)))
    }

    /// What both of them allow.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        if self.everything {
            return other.clone();
        }
        if other.everything {
            return self.clone();
        }
        let words = self.words.union(&other.words).copied();
        let routes = self.routes.union(&other.routes);
        Self {
            everything: false,
            words: words.filter(|it| self.include_word(*it) && other.include_word(*it)).collect(),
            routes: routes.filter(|it| self.include_route(it) && other.include_route(it)).cloned().collect(),
        }
    }

    /// A word that covers nothing yet may get operations later, so only its holder has it.
    fn include_word(&self, scope: Scope) -> bool {
        let mut operations = OPERATIONS.iter().filter(|it| it.scope == scope).peekable();
        self.everything
            || self.words.contains(&scope)
            || (operations.peek().is_some() && operations.all(|it| self.allow(it)))
    }

    fn include_route(&self, route: &RouteScope) -> bool {
        self.everything || OPERATIONS.iter().filter(|it| route.covers(it)).all(|it| self.allow(it))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.texts().join(" "))
    }
}

#[cfg(test)]
mod tests;
