//! Which addresses on the network may be called: a URL is judged as text, and every address that its
//! host resolves to is judged again when a connection is made.
//!
//! **Invariant:** opens no connection and resolves no name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// How far calls may reach.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reach {
    /// Public addresses on any port, and this machine's own, the latter also by http. For a stage on
    /// one machine only.
    AllowLoopback,
    /// Public addresses only.
    PublicOnly,
}

/// How calls travel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Transport {
    /// By http too: for answers that prove themselves by their signature, as those of time-stamp authorities
    /// and of OCSP responders, certificates and CRLs do. Most of their servers have no https.
    Any,
    /// By https.
    Secure,
}

/// The address of a stranger's server that may be called.
#[derive(Clone, Eq, PartialEq)]
pub struct Target(Url);

impl Target {
    /// Reads an address: https, port 443 or 8443, a public host, no user name, at most
    /// [`MAX_URL_CHARS`] characters. A fragment is dropped, since no server sees it.
    ///
    /// A host name is judged again, by what it resolves to, whenever it is called.
    ///
    /// # Errors
    ///
    /// [`AddressRefusal`], which says what has to be changed and repeats nothing of the address.
    pub fn parse(text: &str, reach: Reach) -> Result<Self, AddressRefusal> {
        Self::parse_for(text, reach, Transport::Secure)
    }

    /// The same for a transport: [`Transport::Any`] also lets http through, on port 80.
    pub(super) fn parse_for(text: &str, reach: Reach, transport: Transport) -> Result<Self, AddressRefusal> {
        if text.len() > MAX_URL_CHARS {
            return Err(AddressRefusal::TooLong);
        }
        // URL parsers drop tabs and line breaks and read a backslash as a slash; another program that
        // reads the same text may not.
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
            return Err(AddressRefusal::Malformed);
        }
        let authority = authority(text).ok_or(AddressRefusal::Malformed)?;
        if authority.contains('@') {
            return Err(AddressRefusal::UserInfo);
        }
        let mut url = Url::parse(text).map_err(|_| AddressRefusal::Malformed)?;
        url.set_fragment(None);
        // What is stored is read again at every call: other letters are longer as they are sent.
        if url.as_str().len() > MAX_URL_CHARS {
            return Err(AddressRefusal::TooLong);
        }
        let kind = host_kind(&url, authority)?;
        match (kind, reach) {
            (HostKind::Loopback, Reach::AllowLoopback) if matches!(url.scheme(), "http" | "https") => {
                return Ok(Self(url));
            }
            (HostKind::Global, _) => {}
            (HostKind::Loopback | HostKind::NotGlobal, _) => return Err(AddressRefusal::NotPublic),
        }
        match (url.scheme(), transport) {
            ("https", _) | ("http", Transport::Any) => {}
            _ => return Err(AddressRefusal::Scheme),
        }
        // The usual port of a scheme is no part of the URL as it is read.
        let port_fits = url.port().is_none_or(|port| PORTS.contains(&port));
        if port_fits || reach == Reach::AllowLoopback { Ok(Self(url)) } else { Err(AddressRefusal::Port) }
    }

    /// The address, to be called and stored; its query may hold secrets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The host it names.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    pub(super) fn url(&self) -> &Url {
        &self.0
    }
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Target({}://{}, ***)", self.0.scheme(), self.host())
    }
}

/// Why an address is not called. It stays refused until its owner changes it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AddressRefusal {
    /// Not an absolute URL in its usual spelling.
    #[error("not an absolute URL in its usual spelling")]
    Malformed,
    /// The host is, or resolves to, an address that is not public.
    #[error("the host is not a public one")]
    NotPublic,
    /// The port is not one of those that https servers use.
    #[error("the port is neither 443 nor 8443")]
    Port,
    /// The scheme is not https.
    #[error("the scheme is not https")]
    Scheme,
    /// Longer than [`MAX_URL_CHARS`].
    #[error("longer than 2048 characters")]
    TooLong,
    /// A user name or password stands before the host.
    #[error("a user name or password stands before the host")]
    UserInfo,
}

/// Whether an address is one of the public internet: global unicast, and in none of the blocks that
/// the IANA special-purpose registries set apart ([RFC 6890]).
///
/// Blocks whose registry entry says "globally reachable" but which reach no ordinary server (192.0.0.0/24,
/// 192.31.196.0/24, 192.52.193.0/24, 192.88.99.0/24, 192.175.48.0/24, `2001::/23`, `2620:4f:8000::/48`) are not public
/// here.
///
/// [RFC 6890]: https://www.rfc-editor.org/rfc/rfc6890
#[must_use]
pub(super) fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            !SPECIAL_V4.iter().any(|(block, prefix)| shares_prefix_v4(address, *block, *prefix))
        }
        IpAddr::V6(address) => {
            shares_prefix_v6(address, GLOBAL_UNICAST_V6.0, GLOBAL_UNICAST_V6.1)
                && !SPECIAL_V6.iter().any(|(block, prefix)| shares_prefix_v6(address, *block, *prefix))
        }
    }
}

/// Longest address: what common servers and browsers accept.
pub const MAX_URL_CHARS: usize = 2048;

#[derive(Clone, Copy)]
enum HostKind {
    Global,
    Loopback,
    NotGlobal,
}

/// The text between the scheme's `://` and the path. A URL parser also takes fewer or more slashes.
fn authority(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let is_scheme = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if is_scheme && !authority.is_empty() { Some(authority) } else { None }
}

fn host_kind(url: &Url, authority: &str) -> Result<HostKind, AddressRefusal> {
    match url.host().ok_or(AddressRefusal::Malformed)? {
        Host::Domain(name) => name_kind(name, authority),
        Host::Ipv4(address) => ip_kind(IpAddr::V4(address), &address.to_string(), authority),
        Host::Ipv6(address) => ip_kind(IpAddr::V6(address), &format!("[{address}]"), authority),
    }
}

/// Octal, hexadecimal, shortened and percent-encoded spellings of an IP address are only ever used to
/// hide it.
fn ip_kind(address: IpAddr, spelling: &str, authority: &str) -> Result<HostKind, AddressRefusal> {
    let kind = if is_global(address) {
        HostKind::Global
    } else if address.is_loopback() {
        HostKind::Loopback
    } else {
        return Ok(HostKind::NotGlobal);
    };
    if spells(authority, spelling) { Ok(kind) } else { Err(AddressRefusal::Malformed) }
}

/// Whether a host, before its port, is written in this way.
fn spells(authority: &str, host: &str) -> bool {
    let (written, rest) = authority.split_at_checked(host.len()).unwrap_or_default();
    written.eq_ignore_ascii_case(host) && (rest.is_empty() || rest.starts_with(':'))
}

fn name_kind(name: &str, authority: &str) -> Result<HostKind, AddressRefusal> {
    // A name with other letters was translated (IDNA); an ASCII one has only one spelling.
    let is_usual = if authority.is_ascii() { spells(authority, name) } else { !authority.contains('%') };
    if !is_usual || name.len() > MAX_NAME_BYTES || !name.split('.').all(is_label) {
        return Err(AddressRefusal::Malformed);
    }
    let is_within =
        |domain: &str| name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    if is_within("localhost") {
        return Ok(HostKind::Loopback);
    }
    let is_special = !name.contains('.') || SPECIAL_NAMES.iter().any(|domain| is_within(domain));
    Ok(if is_special { HostKind::NotGlobal } else { HostKind::Global })
}

/// A label of a host name as servers have it; an underscore is not of the standard but in use.
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn shares_prefix_v4(address: Ipv4Addr, block: Ipv4Addr, prefix: u32) -> bool {
    let mask = u32::MAX.checked_shl(32 - prefix).unwrap_or(0);
    (address.to_bits() ^ block.to_bits()) & mask == 0
}

fn shares_prefix_v6(address: Ipv6Addr, block: Ipv6Addr, prefix: u32) -> bool {
    let mask = u128::MAX.checked_shl(128 - prefix).unwrap_or(0);
    (address.to_bits() ^ block.to_bits()) & mask == 0
}

const PORTS: [u16; 2] = [443, 8443];
/// Longest host name ([RFC 1035] section 2.3.4, without the final dot).
///
/// [RFC 1035]: https://www.rfc-editor.org/rfc/rfc1035
const MAX_NAME_BYTES: usize = 253;

/// Domains that name no public host (the IANA special-use registry, and ICANN's `internal`).
const SPECIAL_NAMES: [&str; 7] = ["alt", "home.arpa", "internal", "invalid", "local", "onion", "test"];

/// <https://www.iana.org/assignments/iana-ipv4-special-registry>, and multicast.
const SPECIAL_V4: [(Ipv4Addr, u32); 19] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(192, 175, 48, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
    (Ipv4Addr::BROADCAST, 32),
];

/// Everything outside is special or not assigned: loopback, IPv4-mapped, NAT64, unique local,
/// link-local, multicast and the rest.
const GLOBAL_UNICAST_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// <https://www.iana.org/assignments/iana-ipv6-special-registry>, as far as it lies in `2000::/3`.
const SPECIAL_V6: [(Ipv6Addr, u32); 5] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

#[cfg(test)]
mod tests;
