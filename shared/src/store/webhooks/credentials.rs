//! What opens endpoints, what signs what is sent to them, and who hears when they fail: encrypted before it is stored.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use domain::Timestamp;
use rand::{CryptoRng, RngExt as _};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::store::cipher::Cipher;
use crate::store::error::StoreError;

/// What opens an endpoint, what signs messages to it, and who hears when it fails. `Debug` hides it.
#[derive(Clone, Deserialize, Serialize)]
pub struct Credentials {
    /// What the endpoint asks for.
    pub auth: Auth,
    /// Headers that are sent as they are.
    pub headers: BTreeMap<String, String>,
    /// What signs, the newest first.
    pub keys: Vec<SigningKey>,
    /// Who is written to when the endpoint is called no more.
    #[serde(default)]
    pub contact: Option<Contact>,
}

/// Who is written to when an endpoint is called no more. `Debug` hides it.
#[derive(Clone, Deserialize, Serialize)]
pub struct Contact {
    /// Their address.
    pub email: String,
    /// The language of the mail.
    pub language: String,
    /// The address of this service, as they know it.
    pub public_url: String,
}

/// What an endpoint asks for.
#[derive(Clone, Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Auth {
    /// Nothing.
    None,
    /// `Authorization: Basic` and the key as it is, as OneSpan sends it.
    BasicKey {
        /// The key.
        key: String,
    },
    /// `Authorization: Basic` and both in base64 (RFC 7617).
    Basic {
        /// Who.
        username: String,
        /// What only they know.
        password: String,
    },
    /// A token of an authorization server (RFC 6749 section 4.4).
    OAuth2 {
        /// Where tokens are had.
        token_url: String,
        /// Who.
        client_id: String,
        /// What only they know.
        client_secret: String,
        /// What for, if anything.
        scope: Option<String>,
    },
}

/// What signs messages to an endpoint. `Debug` hides it.
#[derive(Clone, Deserialize, Serialize)]
pub struct SigningKey {
    /// The HMAC key, in hexadecimal.
    secret: String,
    /// The seed of the Ed25519 key, in hexadecimal, where one is wanted.
    seed: Option<String>,
    /// Until when it signs, once another took its place; in Unix milliseconds.
    until: Option<i64>,
}

impl SigningKey {
    /// A fresh one, of 256 random bits; with an Ed25519 key beside it if that is wanted.
    pub fn new(wants_ed25519: Ed25519, rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let secret = hex::encode(rng.random::<[u8; 32]>());
        let seed = match wants_ed25519 {
            Ed25519::Absent => None,
            Ed25519::Beside => Some(hex::encode(rng.random::<[u8; 32]>())),
        };
        Self { secret, seed, until: None }
    }

    /// The same key, which signs until `until` beside the one that took its place.
    #[must_use]
    pub fn replaced(self, until: Timestamp) -> Self {
        Self { until: Some(until.unix_ms()), ..self }
    }

    /// Whether it is the newest of these.
    #[must_use]
    pub fn is_first_of(&self, keys: &[Self]) -> bool {
        keys.first().is_some_and(|it| it.secret == self.secret)
    }

    /// Signs from now on, before the others; the one before signs beside it for a day, so that receivers have time to
    /// change, and so do those before it until their day is over, the newest four of all. Nothing changes if it
    /// does so already.
    pub fn take_over(self, keys: &mut Vec<Self>, now: Timestamp) {
        if self.is_first_of(keys) {
            return;
        }
        let ends = now.plus(ROTATION);
        let before = std::mem::take(keys).into_iter().filter(|it| it.signs_at(now));
        let before = before.map(|it| if it.until.is_none() { it.replaced(ends) } else { it });
        keys.extend(std::iter::once(self).chain(before).take(MAX_KEYS));
    }

    /// The HMAC key.
    #[must_use]
    pub fn secret(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(hex::decode(&self.secret).unwrap_or_default())
    }

    /// The seed of the Ed25519 key.
    #[must_use]
    pub fn seed(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.seed.as_ref().and_then(|it| hex::decode(it).ok()).map(Zeroizing::new)
    }

    /// Whether it signs at this instant.
    #[must_use]
    pub fn signs_at(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now.unix_ms() < until)
    }

    /// Until when it signs, once another took its place.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        self.until.map(Timestamp::from_unix_ms)
    }
}

/// Whether a signing key has an Ed25519 key beside it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ed25519 {
    /// None.
    Absent,
    /// One.
    Beside,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(***)")
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contact(***)")
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Auth(***)")
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(***)")
    }
}

/// The service's keys for credentials.
#[derive(Debug)]
pub struct CredentialKey(Cipher);

impl CredentialKey {
    /// Makes the keys from secret material of any length, the current version first.
    #[must_use]
    pub fn new(versions: impl IntoIterator<Item = (u32, Vec<u8>)>) -> Self {
        Self(Cipher::new(PURPOSE, versions))
    }

    /// Encrypts secrets for one place.
    pub(super) fn seal(&self, secrets: &impl Serialize, place: &str) -> Result<String, StoreError> {
        self.0.seal_json(secrets, place)
    }

    /// Decrypts secrets of this place.
    pub(super) fn open<T: DeserializeOwned>(&self, sealed: &str, place: &str) -> Result<T, StoreError> {
        self.0.open_json(sealed, place)
    }
}

const PURPOSE: &[u8] = b"paraphe/webhook-credentials/v1\0";
/// How long two keys sign.
const ROTATION: Duration = Duration::from_hours(24);
/// Keys that sign at a time: each costs the messages a signature.
const MAX_KEYS: usize = 4;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    fn credentials() -> Credentials {
        let auth = Auth::Basic { username: "ada".to_owned(), password: "correct horse".to_owned() };
        let mut rng = StdRng::seed_from_u64(1);
        let keys = vec![SigningKey::new(Ed25519::Beside, &mut rng)];
        Credentials { auth, headers: BTreeMap::new(), keys, contact: None }
    }

    #[test]
    fn credentials_open_only_with_their_own_key_and_place() {
        let key = CredentialKey::new([(2, b"new".to_vec()), (1, b"old".to_vec())]);
        let sealed = key.seal(&credentials(), "here").unwrap();
        assert!(!sealed.contains(&hex::encode("correct")));
        let open = |key: &CredentialKey, sealed: &str, place| key.open::<Credentials>(sealed, place);
        let Auth::Basic { password, .. } = open(&key, &sealed, "here").unwrap().auth else {
            unreachable!("another kind came back")
        };
        assert_eq!(password, "correct horse");
        assert!(open(&key, &sealed, "there").is_err());
        let old = CredentialKey::new([(1, b"old".to_vec())]);
        assert!(open(&old, &sealed, "here").is_err());
        let by_old = old.seal(&credentials(), "here").unwrap();
        assert!(open(&key, &by_old, "here").is_ok(), "what an earlier key sealed still opens");
        for damaged in ["", "2:", "2:zz", "9:00", sealed.get(..sealed.len() - 2).unwrap()] {
            assert!(open(&key, damaged, "here").is_err(), "{damaged}");
        }
    }

    #[test]
    fn nothing_shows_in_debug() {
        let shown = format!("{:?} {:?}", credentials(), credentials().auth);
        assert_eq!(shown, "Credentials(***) Auth(***)");
    }

    #[test]
    fn a_replaced_key_signs_until_its_term() {
        let at = Timestamp::from_unix_ms;
        let key = SigningKey::new(Ed25519::Absent, &mut StdRng::seed_from_u64(2));
        assert!(key.signs_at(at(i64::MAX)) && key.seed().is_none() && key.secret().len() == 32);
        let replaced = key.replaced(at(1000));
        assert!(replaced.signs_at(at(999)) && !replaced.signs_at(at(1000)));
    }
}
