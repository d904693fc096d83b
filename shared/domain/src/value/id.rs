//! Names of things. None of them is a secret.

use std::fmt;

use rand::{CryptoRng, RngExt as _};

use crate::Refusal;
use crate::access::Mode;
use crate::value::Digest;

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(String);

        impl $name {
            /// A fresh one, of 96 random bits.
            pub fn new(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
                Self(hex::encode(rng.random::<[u8; 12]>()))
            }

            /// Reads 24 lower-case hexadecimal digits.
            ///
            /// # Errors
            ///
            /// [`Refusal::IdMalformed`] for anything else.
            pub fn parse(text: &str) -> Result<Self, Refusal> {
                let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                if text.len() == 24 && text.bytes().all(is_hex) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(Refusal::IdMalformed { what: $what })
                }
            }

            /// The digits.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

hex_id! {
    /// Names a signature request: 24 hexadecimal digits, as Openapi's callers expect.
    RequestId, "request"
}
hex_id! {
    /// Names a document of a request.
    DocumentId, "document"
}
hex_id! {
    /// Names one message that was decided to be sent.
    MessageId, "message"
}

hex_id! {
    /// Names a subscription to events.
    WebhookId, "webhook"
}

hex_id! {
    /// Names a validation that is worked off later.
    ValidationId, "validation"
}

hex_id! {
    /// Names an API key or a client app.
    CredentialId, "credential"
}

impl CredentialId {
    /// The name of what has a secret of this digest: its first 96 bits.
    #[must_use]
    pub fn of_digest(digest: &Digest) -> Self {
        Self(digest.to_hex().chars().take(24).collect())
    }
}

/// Names a signatory of a request: a version 4 UUID in lower case.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SignatoryId(String);

impl SignatoryId {
    /// A fresh one.
    pub fn new(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let bits = (rng.random::<u128>() & !UUID_FIXED_BITS) | UUID_VERSION_4;
        Self(format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            bits >> 96,
            (bits >> 80) & 0xffff,
            (bits >> 64) & 0xffff,
            (bits >> 48) & 0xffff,
            bits & 0xffff_ffff_ffff
        ))
    }

    /// Reads a UUID in lower case, with its hyphens.
    ///
    /// # Errors
    ///
    /// [`Refusal::IdMalformed`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let fits = text.len() == 36
            && text.bytes().enumerate().all(|(index, byte)| match index {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            });
        if fits { Ok(Self(text.to_owned())) } else { Err(Refusal::IdMalformed { what: "signatory" }) }
    }

    /// The UUID.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SignatoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names a tenant: 1 to 32 lower-case letters, digits and hyphens; or the sandbox of a tenant, which is another
/// tenant to everything that is stored: its name, and `~test`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TenantId(String);

impl TenantId {
    /// Reads the name of a tenant or of its sandbox.
    ///
    /// # Errors
    ///
    /// [`Refusal::IdMalformed`] when it is empty, too long or has other characters.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let name = text.strip_suffix(SANDBOX).unwrap_or(text);
        let fits = (1..=32).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(Refusal::IdMalformed { what: "tenant" }) }
    }

    /// The tenant itself, or its sandbox.
    #[must_use]
    pub fn in_mode(&self, mode: Mode) -> Self {
        let name = self.0.strip_suffix(SANDBOX).unwrap_or(&self.0);
        Self(match mode {
            Mode::Live => name.to_owned(),
            Mode::Test => format!("{name}{SANDBOX}"),
        })
    }

    /// Whether it is a tenant in earnest or its sandbox.
    #[must_use]
    pub fn mode(&self) -> Mode {
        if self.0.ends_with(SANDBOX) { Mode::Test } else { Mode::Live }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names a theme of a tenant: 1 to 40 lower-case letters, digits, hyphens and underscores.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ThemeName(String);

impl ThemeName {
    /// Reads a theme's name.
    ///
    /// # Errors
    ///
    /// [`Refusal::IdMalformed`] when it is empty, too long or has other characters.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        let fits = (1..=40).contains(&text.len()) && text.bytes().all(is_plain);
        if fits { Ok(Self(text.to_owned())) } else { Err(Refusal::IdMalformed { what: "theme" }) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// No name of a tenant in earnest can end so.
const SANDBOX: &str = "~test";

/// The version and variant bits of a UUID (RFC 9562 section 4).
const UUID_FIXED_BITS: u128 = 0x0000_0000_0000_f000_c000_0000_0000_0000;
const UUID_VERSION_4: u128 = 0x0000_0000_0000_4000_8000_0000_0000_0000;

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::{RequestId, SignatoryId, TenantId, ThemeName};
    use crate::access::Mode;

    #[test]
    fn fresh_names_read_back() {
        let mut rng = StdRng::seed_from_u64(7);
        let request = RequestId::new(&mut rng);
        assert_eq!(RequestId::parse(request.as_str()), Ok(request));
        let signatory = SignatoryId::new(&mut rng);
        assert_eq!(signatory.as_str().as_bytes().get(14), Some(&b'4'));
        assert_eq!(SignatoryId::parse(signatory.as_str()), Ok(signatory));
    }

    #[test]
    fn a_sandbox_is_another_tenant_and_knows_whose_it_is() {
        let tenant = TenantId::parse("demo");
        let sandbox = tenant.as_ref().map(|it| it.in_mode(Mode::Test));
        assert_ne!(sandbox.as_ref().ok(), tenant.as_ref().ok());
        assert_eq!(sandbox.as_ref().map(|it| it.in_mode(Mode::Live)).ok().as_ref(), tenant.as_ref().ok());
        assert!(sandbox.is_ok_and(|it| {
            it.mode() == Mode::Test && it.in_mode(Mode::Test) == it && TenantId::parse(it.as_str()).is_ok()
        }));
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in
            ["", "123", "6564a1b2c3d4e5f60718293A", "6564a1b2c3d4e5f60718293g", "../../etc/passwd-000000"]
        {
            assert!(RequestId::parse(text).is_err(), "{text}");
        }
        for text in ["Demo", "", "~test", "demo~", "demo~live", "demo~test~test", &"a".repeat(33)] {
            assert!(TenantId::parse(text).is_err(), "{text}");
        }
        for text in ["", "Spring", "a/b", "a#b", "..", &"a".repeat(41)] {
            assert!(ThemeName::parse(text).is_err(), "{text}");
        }
        assert!(ThemeName::parse("spring_2027-b").is_ok_and(|it| it.as_str() == "spring_2027-b"));
        assert!(SignatoryId::parse("6564a1b2-c3d4-4567-8901-23456789ABCD").is_err());
    }
}
