//! Addresses of mailboxes.

use std::fmt;

use crate::Refusal;

/// An e-mail address we are willing to write to.
///
/// Compares and stores lower-cased. `Debug` shows only the domain, and there is no `Display`: an
/// address must not reach a log by accident.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads an address of the plain form `local@domain` (RFC 5321 section 4.1.2 without quoted local
    /// parts, comments or address literals).
    ///
    /// # Errors
    ///
    /// [`Refusal::EmailMalformed`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim().to_ascii_lowercase();
        let Some((local, domain)) = text.split_once('@') else { return Err(Refusal::EmailMalformed) };
        if text.len() <= MAX_BYTES && is_local_part(local) && is_domain(domain) {
            Ok(Self(text))
        } else {
            Err(Refusal::EmailMalformed)
        }
    }

    /// The address in full: for the envelope of a mail, for storage, and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The part after the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }

    /// `a***@example.com`: enough for its owner to know it, too little for anyone else.
    #[must_use]
    pub fn masked(&self) -> String {
        let first = self.0.chars().next().map_or(String::new(), String::from);
        format!("{first}***@{}", self.domain())
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmailAddress(***@{})", self.domain())
    }
}

/// A path of 256 octets with its angle brackets (RFC 5321 section 4.5.3.1.3).
const MAX_BYTES: usize = 254;

fn is_local_part(local: &str) -> bool {
    let is_atom = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    (1..=64).contains(&local.len())
        && local.bytes().all(is_atom)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.len() <= 253 && domain.contains('.') && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::EmailAddress;

    #[test]
    fn addresses_are_kept_in_lower_case_and_shown_masked() {
        let address = EmailAddress::parse(" Ada.Lovelace+x@Example.COM ");
        assert_eq!(address.as_ref().map(EmailAddress::expose), Ok("ada.lovelace+x@example.com"));
        assert_eq!(address.as_ref().map(EmailAddress::masked), Ok("a***@example.com".to_owned()));
        assert!(!format!("{address:?}").contains("lovelace"));
    }

    #[test]
    fn an_address_has_at_most_254_bytes() {
        let labels = "a.".repeat(94) + "b";
        let longest = format!("{}@{labels}", "x".repeat(64));
        assert_eq!(longest.len(), 254);
        assert!(EmailAddress::parse(&longest).is_ok() && EmailAddress::parse(&(longest + "b")).is_err());
    }

    #[test]
    fn what_no_mail_server_takes_is_refused() {
        let line_break = "ada@example.com\r\nBcc: x@example.com";
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@localhost",
            "a b@example.com",
            "a@b@example.com",
            "a..b@example.com",
            ".a@example.com",
            "ada@-example.com",
            "ada@exa_mple.com",
            line_break,
            "é@example.com",
        ] {
            assert!(EmailAddress::parse(text).is_err(), "{text:?}");
        }
    }
}
