//! Connectors: what is pushed to, and what persons are taken from. Their settings, without what opens them.

use domain::EmailAddress;
use serde_json::Value;

use crate::directory::{Directory, Mapping};
use crate::members::{Members, line, text};
use crate::person::Place;
use crate::refusal::{Reason, Refusal};
use crate::render::Variant;
use crate::value::Line;

/// What a connector connects to. A tenant has one of each at most.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A script that an administrator of Exchange Online runs.
    Exchange,
    /// Signatures of Gmail.
    Gmail,
    /// Users of Google's directory.
    GoogleDirectory,
    /// Users of Microsoft's directory.
    MicrosoftGraph,
}

/// What becomes of a person who came from a directory and is there no more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Missing {
    /// The person is deleted, which takes effect a month later.
    Delete,
    /// The signature is switched off.
    Disable,
    /// Nothing.
    Keep,
}

/// The settings of a connector.
#[derive(Clone, Debug, PartialEq)]
pub struct Connector {
    kind: Kind,
    /// Who of the persons here; everybody, if nothing is said.
    pub places: Vec<Place>,
    /// Which variant is pushed.
    pub variant: Variant,
    /// The name of the transport rule.
    pub rule: Option<Line>,
    /// In whose name a directory is read: an administrator.
    pub subject: Option<EmailAddress>,
    /// Microsoft's name of the organisation.
    pub organization: Option<Line>,
    /// Microsoft's name of the app.
    pub client: Option<Line>,
    /// The directory's group of which persons are taken.
    pub group: Option<Line>,
    /// Where fields stand in an entry.
    pub mapping: Option<Mapping>,
    /// What becomes of whoever is there no more.
    pub missing: Missing,
    base_url: Option<Line>,
    token_url: Option<Line>,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Exchange, Self::Gmail, Self::GoogleDirectory, Self::MicrosoftGraph];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exchange => "exchange",
            Self::Gmail => "gmail",
            Self::GoogleDirectory => "google-directory",
            Self::MicrosoftGraph => "microsoft-graph",
        }
    }

    /// Reads its word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }

    /// The directory that persons are taken from.
    #[must_use]
    pub const fn directory(self) -> Option<Directory> {
        match self {
            Self::Exchange | Self::Gmail => None,
            Self::GoogleDirectory => Some(Directory::Google),
            Self::MicrosoftGraph => Some(Directory::Microsoft),
        }
    }

    /// The member of the settings that opens what it connects to.
    #[must_use]
    pub const fn credential(self) -> Option<&'static str> {
        match self {
            Self::Exchange => None,
            Self::Gmail | Self::GoogleDirectory => Some("serviceAccount"),
            Self::MicrosoftGraph => Some("clientSecret"),
        }
    }
}

impl Connector {
    /// Reads settings.
    ///
    /// # Errors
    ///
    /// [`Refusal`], with the member that has to be changed.
    pub fn parse(kind: Kind, value: &Value) -> Result<Self, Refusal> {
        let members = Members::of(value)?;
        let mut connector = Self::of(kind);
        match kind {
            Kind::Exchange => {
                connector.rule = members.parsed("rule", line(MAX_RULE_CHARS))?;
                connector.read_push(&members)?;
            }
            Kind::Gmail => {
                connector.read_push(&members)?;
                connector.read_urls(&members)?;
            }
            Kind::GoogleDirectory => {
                connector.subject = Some(members.needed("subject", text(address))?);
                connector.read_directory(&members, Directory::Google)?;
                connector.read_urls(&members)?;
            }
            Kind::MicrosoftGraph => {
                connector.organization = Some(members.needed("organization", text(name))?);
                connector.client = Some(members.needed("clientId", text(name))?);
                connector.read_directory(&members, Directory::Microsoft)?;
                connector.read_urls(&members)?;
            }
        }
        members.finish()?;
        Ok(connector)
    }

    const fn of(kind: Kind) -> Self {
        Self {
            kind,
            places: Vec::new(),
            variant: Variant::Normal,
            rule: None,
            subject: None,
            organization: None,
            client: None,
            group: None,
            mapping: None,
            missing: Missing::Delete,
            base_url: None,
            token_url: None,
        }
    }

    fn read_push(&mut self, members: &Members<'_>) -> Result<(), Refusal> {
        self.places = members.list("places", MAX_PLACES, Place::parse)?;
        self.variant = members.parsed("variant", text(Variant::parse))?.unwrap_or_default();
        Ok(())
    }

    fn read_directory(&mut self, members: &Members<'_>, directory: Directory) -> Result<(), Refusal> {
        self.group = members.parsed("group", text(name))?;
        let mapping = members.parsed("fields", |it| Mapping::parse(directory, it))?;
        self.mapping = Some(mapping.unwrap_or_else(|| Mapping::usual(directory)));
        self.missing = members.parsed("missing", text(missing))?.unwrap_or(Missing::Delete);
        Ok(())
    }

    fn read_urls(&mut self, members: &Members<'_>) -> Result<(), Refusal> {
        self.base_url = members.parsed("baseUrl", text(base))?;
        self.token_url = members.parsed("tokenUrl", text(base))?;
        Ok(())
    }

    /// What it connects to.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Where the API is, without a final slash.
    #[must_use]
    pub fn base_url(&self) -> &str {
        let own = match self.kind {
            Kind::Exchange => "",
            Kind::Gmail => "https://gmail.googleapis.com",
            Kind::GoogleDirectory => "https://admin.googleapis.com",
            Kind::MicrosoftGraph => "https://graph.microsoft.com",
        };
        self.base_url.as_ref().map_or(own, Line::as_str).trim_end_matches('/')
    }

    /// Where tokens are had.
    #[must_use]
    pub fn token_url(&self) -> String {
        if let Some(url) = &self.token_url {
            return url.as_str().to_owned();
        }
        match self.kind {
            Kind::Exchange => String::new(),
            Kind::Gmail | Kind::GoogleDirectory => "https://oauth2.googleapis.com/token".to_owned(),
            Kind::MicrosoftGraph => {
                let organization = self.organization.as_ref().map_or("", Line::as_str);
                format!("https://login.microsoftonline.com/{organization}/oauth2/v2.0/token")
            }
        }
    }

    /// Whether a credential that was given for `other` may be used with these settings: whoever may change where it is
    /// sent, or in whose name, has to know it.
    #[must_use]
    pub fn trusts_as(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.base_url() == other.base_url()
            && self.token_url() == other.token_url()
            && self.subject == other.subject
            && self.client == other.client
    }
}

fn address(text: &str) -> Result<EmailAddress, Reason> {
    EmailAddress::parse(text).map_err(|_| Reason::Email)
}

/// What a provider calls something: it stands in an address.
fn name(text: &str) -> Result<Line, Reason> {
    let is_name = text.bytes().all(|it| it.is_ascii_alphanumeric() || b"-._@+".contains(&it));
    if is_name && !text.starts_with('.') {
        Line::parse(text, MAX_NAME_CHARS)
    } else {
        Err(Reason::Form { expected: "a name of letters, digits and -._@+" })
    }
}

fn base(text: &str) -> Result<Line, Reason> {
    if text.contains(['?', '#']) {
        return Err(Reason::Link { why: "it has a query or a fragment" });
    }
    Line::parse(text, MAX_URL_CHARS)
}

fn missing(word: &str) -> Result<Missing, Reason> {
    match word {
        "delete" => Ok(Missing::Delete),
        "disable" => Ok(Missing::Disable),
        "keep" => Ok(Missing::Keep),
        _ => Err(Reason::OneOf { words: "delete, disable, keep" }),
    }
}

const MAX_NAME_CHARS: usize = 128;
const MAX_PLACES: usize = 50;
/// As Exchange has it.
const MAX_RULE_CHARS: usize = 64;
const MAX_URL_CHARS: usize = 500;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_read_by_kind() {
        let gmail = Connector::parse(Kind::Gmail, &json!({ "places": [{ "group": "Engines" }] })).unwrap();
        assert_eq!((gmail.base_url(), gmail.places.len()), ("https://gmail.googleapis.com", 1));
        let graph = json!({ "organization": "example.com", "clientId": "0-1", "missing": "keep", "baseUrl": "https://x.example/" });
        let graph = Connector::parse(Kind::MicrosoftGraph, &graph).unwrap();
        assert_eq!(graph.token_url(), "https://login.microsoftonline.com/example.com/oauth2/v2.0/token");
        assert_eq!((graph.base_url(), graph.missing), ("https://x.example", Missing::Keep));
        for (kind, settings, place) in [
            (Kind::GoogleDirectory, json!({}), "/subject"),
            (Kind::GoogleDirectory, json!({ "subject": "nobody" }), "/subject"),
            (Kind::MicrosoftGraph, json!({ "organization": "a/b", "clientId": "x" }), "/organization"),
            (Kind::MicrosoftGraph, json!({ "organization": "..", "clientId": "x" }), "/organization"),
            (Kind::Gmail, json!({ "tokenUrl": "https://x.example/?a" }), "/tokenUrl"),
            (Kind::Gmail, json!({ "fields": {} }), "/fields"),
            (Kind::Exchange, json!({ "baseUrl": "https://x.example" }), "/baseUrl"),
        ] {
            assert_eq!(Connector::parse(kind, &settings).unwrap_err().pointer, place, "{settings}");
        }
    }

    #[test]
    fn a_credential_goes_only_where_it_was_meant_to_go() {
        let of = |settings: Value| Connector::parse(Kind::GoogleDirectory, &settings).unwrap();
        let before = of(json!({ "subject": "admin@example.com" }));
        assert!(of(json!({ "subject": "admin@example.com", "missing": "keep" })).trusts_as(&before));
        for other in [
            json!({ "subject": "root@example.com" }),
            json!({ "subject": "admin@example.com", "baseUrl": "https://elsewhere.example" }),
            json!({ "subject": "admin@example.com", "tokenUrl": "https://elsewhere.example" }),
        ] {
            assert!(!of(other).trusts_as(&before));
        }
    }
}
