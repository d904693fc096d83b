//! Name constraints (RFC 5280 section 4.2.1.10).

use der::Encode;
use x509_cert::ext::pkix::{
    NameConstraints, SubjectAltName, constraints::name::GeneralSubtree, name::GeneralName,
};

use crate::{
    directory_name::{CanonicalName, attribute_values},
    oid,
    x509::X509,
};

/// What the certificates of a path so far allow the names of the next ones to be.
#[derive(Default)]
pub(super) struct NameLimits {
    excluded: Vec<GeneralSubtree>,
    /// One set for each certificate that has any: a name has to be in a tree of each.
    permitted: Vec<Vec<GeneralSubtree>>,
}

impl NameLimits {
    /// Adds the constraints of one more CA.
    pub(super) fn add(&mut self, constraints: NameConstraints) -> Result<(), &'static str> {
        let permitted = constraints.permitted_subtrees.unwrap_or_default();
        let excluded = constraints.excluded_subtrees.unwrap_or_default();
        if permitted.iter().chain(&excluded).any(|tree| tree.minimum != 0 || tree.maximum.is_some()) {
            return Err("a CA's name constraints use distances, which RFC 5280 forbids");
        }
        let count = self.excluded.len() + self.permitted.iter().map(Vec::len).sum::<usize>();
        if count + permitted.len() + excluded.len() > MAX_TREES {
            return Err("the name constraints of the chain are too many");
        }
        if !permitted.is_empty() {
            self.permitted.push(permitted);
        }
        self.excluded.extend(excluded);
        Ok(())
    }

    /// Checks every name of a certificate.
    pub(super) fn check(&self, certificate: &X509<'_>) -> Result<(), &'static str> {
        if self.excluded.is_empty() && self.permitted.is_empty() {
            return Ok(());
        }
        let subject = CanonicalName::read(certificate.tbs.subject).map_err(|_| UNREADABLE)?;
        if !subject.is_empty() {
            self.check_name(&Constrained::Directory(subject))?;
        }
        for address in
            attribute_values(certificate.tbs.subject, oid::EMAIL_ADDRESS).map_err(|_| UNREADABLE)?
        {
            self.check_name(&Constrained::Email(address))?;
        }
        let alternatives = certificate
            .required::<SubjectAltName>(oid::ID_CE_SUBJECT_ALT_NAME)
            .map_err(|_| UNREADABLE)?
            .map_or(Vec::new(), |names| names.0);
        if alternatives.len() > MAX_NAMES {
            return Err("a certificate has too many names to check against name constraints");
        }
        alternatives.iter().try_for_each(|name| self.check_name(&Constrained::of(name)?))
    }

    fn check_name(&self, name: &Constrained) -> Result<(), &'static str> {
        for tree in &self.excluded {
            if name.is_within(&tree.base)? == Some(true) {
                return Err("a name is excluded by a CA's name constraints");
            }
        }
        for trees in &self.permitted {
            let mut of_this_kind = false;
            let mut permitted = false;
            for tree in trees {
                let within = name.is_within(&tree.base)?;
                of_this_kind |= within.is_some();
                permitted |= within == Some(true);
            }
            if of_this_kind && !permitted {
                return Err("a name is not among those a CA's name constraints permit");
            }
        }
        Ok(())
    }
}

/// A name as constraints look at it.
enum Constrained {
    Directory(CanonicalName),
    Dns(String),
    Email(String),
    Ip(Vec<u8>),
    /// Of a kind whose constraints are not known here.
    Other,
    Uri(String),
}

impl Constrained {
    fn of(name: &GeneralName) -> Result<Self, &'static str> {
        Ok(match name {
            GeneralName::DirectoryName(name) => {
                let der = name.to_der().map_err(|_| UNREADABLE)?;
                Self::Directory(CanonicalName::from_der(&der).map_err(|_| UNREADABLE)?)
            }
            GeneralName::DnsName(name) => Self::Dns(name.as_str().to_lowercase()),
            GeneralName::Rfc822Name(name) => Self::Email(name.as_str().to_owned()),
            GeneralName::IpAddress(address) => Self::Ip(address.as_bytes().to_vec()),
            GeneralName::UniformResourceIdentifier(uri) => Self::Uri(uri.as_str().to_owned()),
            _ => Self::Other,
        })
    }

    /// Whether it lies in a tree; `None` if the tree is for names of another kind.
    fn is_within(&self, tree: &GeneralName) -> Result<Option<bool>, &'static str> {
        Ok(match (self, Self::of(tree)?) {
            (Self::Directory(name), Self::Directory(tree)) => Some(name.is_within(&tree)),
            (Self::Dns(name), Self::Dns(tree)) => Some(is_host_within(name, &tree)),
            (Self::Email(address), Self::Email(tree)) => Some(is_email_within(address, &tree)?),
            (Self::Ip(address), Self::Ip(tree)) => Some(is_address_within(address, &tree)),
            (Self::Uri(uri), Self::Uri(tree)) => Some(is_uri_within(uri, &tree.to_lowercase())?),
            (Self::Other, Self::Other) => {
                return Err("names of a kind that is not known here are constrained");
            }
            _ => None,
        })
    }
}

/// Zero or more labels added on the left.
fn is_host_within(host: &str, tree: &str) -> bool {
    let tree = tree.strip_prefix('.').unwrap_or(tree);
    match host.strip_suffix(tree) {
        Some(labels) => tree.is_empty() || labels.is_empty() || labels.ends_with('.'),
        None => false,
    }
}

/// A mailbox, a host, or with a leading period every host of a domain.
fn is_email_within(address: &str, tree: &str) -> Result<bool, &'static str> {
    let (mailbox, host) = address.rsplit_once('@').ok_or(UNREADABLE)?;
    let host = host.to_lowercase();
    Ok(match tree.rsplit_once('@') {
        Some((tree_mailbox, tree_host)) => mailbox == tree_mailbox && host == tree_host.to_lowercase(),
        None => is_host_or_below(&host, &tree.to_lowercase()),
    })
}

fn is_uri_within(uri: &str, tree: &str) -> Result<bool, &'static str> {
    let authority = uri.split_once("://").ok_or(UNREADABLE)?.1;
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.starts_with('[') || host.split(':').next().is_none_or(str::is_empty) {
        // Constraints are for names of hosts; an address, or nothing, cannot satisfy one.
        return Err("a URI without a host name is constrained");
    }
    let host = host.split(':').next().unwrap_or_default().to_lowercase();
    if host.split('.').all(|label| label.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err("a URI without a host name is constrained");
    }
    Ok(is_host_or_below(&host, tree))
}

/// A host itself, or with a leading period whatever is below it.
fn is_host_or_below(host: &str, tree: &str) -> bool {
    if tree.starts_with('.') { host.len() > tree.len() && host.ends_with(tree) } else { host == tree }
}

/// A network is an address and a mask, each as long as the address.
fn is_address_within(address: &[u8], tree: &[u8]) -> bool {
    let Some((network, mask)) = tree.split_at_checked(tree.len() / 2) else { return false };
    network.len() == address.len()
        && mask.len() == address.len()
        && address.iter().zip(network).zip(mask).all(|((byte, network), mask)| byte & mask == network & mask)
}

const UNREADABLE: &str = "a name under name constraints cannot be read";

/// Trees along one path, and alternative names of one certificate: far beyond real ones.
const MAX_TREES: usize = 512;
const MAX_NAMES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_match_whole_labels() {
        assert!(is_host_within("a.example.org", "example.org"));
        assert!(is_host_within("example.org", "example.org"));
        assert!(!is_host_within("badexample.org", "example.org"));
        assert!(is_host_within("anything", ""));
        assert!(is_host_or_below("a.example.org", ".example.org"));
        assert!(!is_host_or_below("example.org", ".example.org"));
        assert!(!is_host_or_below("a.example.org", "example.org"));
    }

    #[test]
    fn mailboxes_are_exact_and_hosts_are_not_case_sensitive() {
        assert_eq!(is_email_within("Ada@Example.org", "Ada@example.ORG"), Ok(true));
        assert_eq!(is_email_within("ada@example.org", "Ada@example.org"), Ok(false));
        assert_eq!(is_email_within("ada@example.org", "example.org"), Ok(true));
        assert_eq!(is_email_within("ada@mail.example.org", ".example.org"), Ok(true));
        assert!(is_email_within("nobody", "example.org").is_err());
    }

    #[test]
    fn uris_are_matched_by_their_host() {
        assert_eq!(is_uri_within("https://ada@Example.org:8443/x?y@z", "example.org"), Ok(true));
        assert_eq!(is_uri_within("http://a.example.org", ".example.org"), Ok(true));
        assert_eq!(is_uri_within("http://example.org.evil.net/", "example.org"), Ok(false));
        assert!(is_uri_within("http://192.0.2.1/", "example.org").is_err());
        assert!(is_uri_within("http://[2001:db8::1]/", "example.org").is_err());
        assert!(is_uri_within("urn:example", "example.org").is_err());
    }

    #[test]
    fn addresses_match_under_their_mask() {
        assert!(is_address_within(&[192, 0, 2, 7], &[192, 0, 2, 0, 255, 255, 255, 0]));
        assert!(!is_address_within(&[192, 0, 3, 7], &[192, 0, 2, 0, 255, 255, 255, 0]));
        assert!(!is_address_within(&[0; 16], &[0; 8]));
    }
}
