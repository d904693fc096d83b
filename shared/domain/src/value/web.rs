//! Addresses that a browser is sent to, and origins that may frame a page.
//!
//! Nothing here is called by this system: it is judged as text, by what a browser would do with it.

use url::{Host, Url};

/// An address that a browser may be sent to: https, or http on the browser's own machine. Kept exactly as it
/// was written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WebAddress(String);

impl WebAddress {
    /// Reads an address of at most [`MAX_WEB_ADDRESS_CHARS`] characters.
    ///
    /// # Errors
    ///
    /// [`WebFault`], which says what has to be changed and repeats nothing of the address.
    pub fn parse(text: &str) -> Result<Self, WebFault> {
        read(text).map(|_| Self(text.to_owned()))
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address with more parameters in its query. The names and values are written as they are: they
    /// have to be letters, digits and `-._~,`.
    #[must_use]
    pub fn with_query(&self, parameters: &[(&str, &str)]) -> String {
        let (address, fragment) = match self.0.split_once('#') {
            Some((address, fragment)) => (address, Some(fragment)),
            None => (self.0.as_str(), None),
        };
        let mut text = address.to_owned();
        for (name, value) in parameters {
            let sign = match text.split_once('?') {
                None => "?",
                Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
                Some(_) => "&",
            };
            text = format!("{text}{sign}{name}={value}");
        }
        fragment.map_or(text.clone(), |fragment| format!("{text}#{fragment}"))
    }

    /// Whether a parameter's name in the query begins so.
    #[must_use]
    pub fn has_parameter(&self, prefix: &str) -> bool {
        Url::parse(&self.0).is_ok_and(|url| url.query_pairs().any(|(name, _)| name.starts_with(prefix)))
    }
}

/// Scheme, host and port of a page that may frame another, as browsers write them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WebOrigin(String);

impl WebOrigin {
    /// Reads an origin; a slash may follow it.
    ///
    /// # Errors
    ///
    /// [`WebFault`]; a pattern with `*` is none.
    pub fn parse(text: &str) -> Result<Self, WebFault> {
        let url = read(text)?;
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(WebFault::NotOrigin);
        }
        Ok(Self(url.origin().ascii_serialization()))
    }

    /// The origin, as a browser tells it to scripts and policies.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why an address is not used. It stays refused until its owner changes it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WebFault {
    /// The host is no name of letters, digits, hyphens and dots, nor an IP address.
    #[error("the host is not a name of letters, digits, hyphens and dots, nor an IP address")]
    Host,
    /// Not an absolute URL in its usual spelling.
    #[error("not an absolute URL; other characters than those of URLs are to be percent-encoded")]
    Malformed,
    /// More than scheme, host and port.
    #[error("an origin is a scheme, a host and perhaps a port, such as https://app.example.com")]
    NotOrigin,
    /// Neither https, nor http on this machine.
    #[error("the scheme is not https")]
    Scheme,
    /// Longer than [`MAX_WEB_ADDRESS_CHARS`].
    #[error("longer than 2048 characters")]
    TooLong,
    /// A user name or password stands before the host.
    #[error("a user name or password stands before the host")]
    UserInfo,
}

fn read(text: &str) -> Result<Url, WebFault> {
    if text.len() > MAX_WEB_ADDRESS_CHARS {
        return Err(WebFault::TooLong);
    }
    // URL parsers drop tabs and line breaks and read a backslash as a slash; browsers and servers of others
    // may not. The quotation marks and brackets have no place in a URL (RFC 3986 section 2).
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&byte);
    if !text.bytes().all(is_plain) {
        return Err(WebFault::Malformed);
    }
    let (scheme, rest) = text.split_once("://").ok_or(WebFault::Malformed)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(WebFault::UserInfo);
    }
    let url = Url::parse(text).map_err(|_| WebFault::Malformed)?;
    // `https:///host` and the like: what is read has to be what is written.
    if authority.is_empty() || !scheme.eq_ignore_ascii_case(url.scheme()) {
        return Err(WebFault::Malformed);
    }
    let is_own = is_own_machine(&url)?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_own => Ok(url),
        _ => Err(WebFault::Scheme),
    }
}

/// Whether the host is the browser's own machine.
///
/// # Errors
///
/// [`WebFault::Host`]: the parser lets characters through that end a directive of a policy.
fn is_own_machine(url: &Url) -> Result<bool, WebFault> {
    match url.host() {
        Some(Host::Domain(name)) => {
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
            if name.is_empty() || !name.bytes().all(is_name) {
                return Err(WebFault::Host);
            }
            Ok(name == "localhost" || name.ends_with(".localhost"))
        }
        Some(Host::Ipv4(address)) => Ok(address.is_loopback()),
        Some(Host::Ipv6(address)) => Ok(address.is_loopback()),
        None => Err(WebFault::Host),
    }
}

/// Longest address: what browsers and servers take everywhere.
pub const MAX_WEB_ADDRESS_CHARS: usize = 2048;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn addresses_that_a_browser_may_be_sent_to() {
        for text in [
            "https://app.example.com",
            "https://app.example.com:8443/done?id=7#top",
            "HTTPS://example.com/%C3%A9",
            "http://localhost:3000/done",
            "http://127.0.0.1/",
            "http://[::1]:8080/",
        ] {
            assert_eq!(WebAddress::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn addresses_that_deceive_are_refused() {
        use WebFault::{Host, Malformed, Scheme, TooLong, UserInfo};
        let long = format!("https://example.com/{}", "a".repeat(2048));
        for (text, fault) in [
            ("", Malformed),
            ("example.com", Malformed),
            ("//example.com", Malformed),
            ("https:example.com", Malformed),
            ("https:///example.com", Malformed),
            ("https://example.com/é", Malformed),
            ("https://example.com/a b", Malformed),
            ("https://exam\nple.com/", Malformed),
            ("https://example.com\\@other.example", Malformed),
            ("javascript://example.com/%0aalert(1)", Scheme),
            ("javascript:alert(1)", Malformed),
            ("data:text/html,x", Malformed),
            ("http://example.com", Scheme),
            ("http://127.0.0.1.example.com", Scheme),
            ("ftp://example.com", Scheme),
            ("https://ada@example.com", UserInfo),
            ("https://example.com@other.example/", UserInfo),
            ("https://a;script-src", Host),
            ("https://a,b", Host),
            ("https://*.example.com", Host),
            (long.as_str(), TooLong),
        ] {
            assert_eq!(WebAddress::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (text, origin) in [
            ("https://App.Example.com", "https://app.example.com"),
            ("https://app.example.com:443/", "https://app.example.com"),
            ("https://app.example.com:8443", "https://app.example.com:8443"),
            ("http://localhost:5173", "http://localhost:5173"),
        ] {
            assert_eq!(WebOrigin::parse(text).unwrap().as_str(), origin);
        }
        for text in
            ["https://a.example/b", "https://a.example/?", "https://a.example/#", "https://a.example/.."]
        {
            let refused = WebOrigin::parse(text);
            let is_root = text.ends_with("..");
            assert_eq!(refused.is_ok(), is_root, "{text}");
        }
        assert_eq!(WebOrigin::parse("https://*.example.com"), Err(WebFault::Host));
        assert!(WebOrigin::parse("null").is_err());
    }

    #[test]
    fn parameters_join_a_query_before_the_fragment() {
        for (text, expected) in [
            ("https://a.example", "https://a.example?x=1&y=2"),
            ("https://a.example/b?c=d", "https://a.example/b?c=d&x=1&y=2"),
            ("https://a.example/b?", "https://a.example/b?x=1&y=2"),
            ("https://a.example/#/route?z", "https://a.example/?x=1&y=2#/route?z"),
        ] {
            assert_eq!(WebAddress::parse(text).unwrap().with_query(&[("x", "1"), ("y", "2")]), expected);
        }
        assert!(WebAddress::parse("https://a.example/?a=1&paraphe_x=2").unwrap().has_parameter("paraphe_"));
        assert!(!WebAddress::parse("https://a.example/paraphe_x").unwrap().has_parameter("paraphe_"));
    }
}
