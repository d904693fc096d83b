//! The secrets that callers show: a prefix that people and scanners know, 256 random bits, and a checksum that
//! tells a mistyped or made-up one without a look into the table.

use std::fmt;

use rand::{CryptoRng, RngExt as _};
use zeroize::Zeroizing;

use crate::Digest;

/// Whether something is in earnest.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Mode {
    /// People are written to.
    Live,
    /// A sandbox: nobody is written to, and what is signed says that it is a test.
    Test,
}

impl Mode {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    /// Reads its word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Live, Self::Test].into_iter().find(|it| it.as_str() == text)
    }
}

/// An API key: `pk_live_` or `pk_test_`, 64 hexadecimal digits and 8 more of their checksum. Only its digest is
/// stored; `Debug` hides it.
///
/// Whoever runs a stage may choose a key of another form for the demo tenant.
#[derive(Clone)]
pub struct ApiKey(Zeroizing<String>);

impl ApiKey {
    /// What every key looks like, for scanners of leaked secrets.
    pub const PATTERN: &'static str = "^pk_(live|test)_[0-9a-f]{72}$";

    /// A fresh key.
    pub fn new(mode: Mode, rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        Self(fresh(KEY, mode, rng))
    }

    /// Reads a key that a caller sent: none if its form or checksum is wrong. What begins in another way may be
    /// a key that somebody chose, of 22 to 200 visible characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_chosen = !text.starts_with(KEY_BEGINNING)
            && (MIN_CHOSEN_CHARS..=MAX_CHOSEN_CHARS).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        (is_chosen || is_well_formed(KEY, text)).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The key in full: to be shown once.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it. It has 256 random bits, so that nothing slower is called for.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_parts(&[b"paraphe/api-key/v1\0", self.0.as_bytes()])
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(***)")
    }
}

/// The secret of a client app: `cs_live_` or `cs_test_`, then as an API key. Only its digest is stored; `Debug`
/// hides it.
#[derive(Clone)]
pub struct ClientSecret(Zeroizing<String>);

impl ClientSecret {
    /// What every secret looks like, for scanners of leaked secrets.
    pub const PATTERN: &'static str = "^cs_(live|test)_[0-9a-f]{72}$";

    /// A fresh secret.
    pub fn new(mode: Mode, rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        Self(fresh(SECRET, mode, rng))
    }

    /// Reads a secret that a caller sent: none if its form or checksum is wrong.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_well_formed(SECRET, text).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The secret in full: to be shown once.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_parts(&[b"paraphe/client-secret/v1\0", self.0.as_bytes()])
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(***)")
    }
}

fn fresh(kind: &str, mode: Mode, rng: &mut (impl CryptoRng + ?Sized)) -> Zeroizing<String> {
    let secret = Zeroizing::new(hex::encode(rng.random::<[u8; 32]>()));
    let text = Zeroizing::new(format!("{kind}_{}_{}", mode.as_str(), *secret));
    Zeroizing::new(format!("{}{}", *text, checksum(&text)))
}

fn is_well_formed(kind: &str, text: &str) -> bool {
    let rest = text.strip_prefix(kind).and_then(|it| it.strip_prefix('_'));
    let digits = rest.and_then(|it| it.strip_prefix("live_").or_else(|| it.strip_prefix("test_")));
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    digits.is_some_and(|it| it.len() == DIGITS && it.bytes().all(is_hex))
        && text
            .split_at_checked(text.len().saturating_sub(CHECKSUM_DIGITS))
            .is_some_and(|(front, sum)| checksum(front) == sum)
}

/// CRC-32 as in gzip (RFC 1952 section 8), over everything before it.
fn checksum(text: &str) -> String {
    format!("{:08x}", crc32fast::hash(text.as_bytes()))
}

const KEY: &str = "pk";
const SECRET: &str = "cs";
const KEY_BEGINNING: &str = "pk_";
/// 256 bits and the checksum.
const DIGITS: usize = 64 + CHECKSUM_DIGITS;
const CHECKSUM_DIGITS: usize = 8;
/// 128 bits in base64 take 22 characters: a shorter key can be guessed.
const MIN_CHOSEN_CHARS: usize = 22;
const MAX_CHOSEN_CHARS: usize = 200;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn a_fresh_secret_reads_back_and_no_digit_of_it_can_be_changed() {
        let mut rng = StdRng::seed_from_u64(5);
        for mode in [Mode::Live, Mode::Test] {
            let key = ApiKey::new(mode, &mut rng);
            let secret = ClientSecret::new(mode, &mut rng);
            assert!(key.expose().starts_with(&format!("pk_{}_", mode.as_str())));
            assert_eq!(key.expose().len(), 80);
            assert!(ApiKey::parse(key.expose()).is_some());
            assert!(ClientSecret::parse(secret.expose()).is_some());
            assert!(ClientSecret::parse(key.expose()).is_none());
            for at in 3..key.expose().len() {
                let mut bytes = key.expose().as_bytes().to_vec();
                let byte = bytes.get_mut(at).unwrap();
                *byte = if *byte == b'0' { b'1' } else { b'0' };
                let changed = String::from_utf8(bytes).unwrap();
                assert!(ApiKey::parse(&changed).is_none(), "{at}");
            }
        }
    }

    #[test]
    fn what_looks_like_a_key_has_to_be_one() {
        for text in [
            "pk_live_",
            "pk_live_0123456789abcdef0123456789abcdef",
            "pk_",
            "short",
            "with spaces in the middle of it",
        ] {
            assert!(ApiKey::parse(text).is_none(), "{text}");
        }
        assert!(ApiKey::parse("a-key-that-somebody-chose").is_some());
        // A known answer: CRC-32 of the text before it.
        let known = format!("pk_live_{}", "0".repeat(64));
        let sum = checksum(&known);
        assert!(ApiKey::parse(&format!("{known}{sum}")).is_some());
        assert_eq!(checksum("123456789"), "cbf43926");
    }

    #[test]
    fn secrets_do_not_print() {
        let mut rng = StdRng::seed_from_u64(6);
        let (key, secret) = (ApiKey::new(Mode::Live, &mut rng), ClientSecret::new(Mode::Live, &mut rng));
        assert_eq!(format!("{key:?} {secret:?}"), "ApiKey(***) ClientSecret(***)");
        assert_ne!(key.digest(), secret.digest());
    }
}
