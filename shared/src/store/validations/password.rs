//! Encrypts the passwords of files while their validation waits.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf;
use zeroize::Zeroizing;

use crate::BoxError;
use crate::store::error::StoreError;

/// The service's key for them.
pub struct PasswordKey(Zeroizing<Vec<u8>>);

impl PasswordKey {
    /// Makes the key from secret material of any length.
    #[must_use]
    pub fn new(material: &[u8]) -> Self {
        Self(Zeroizing::new(material.to_vec()))
    }

    /// Encrypts a password for one place: nonce, ciphertext and tag, in hexadecimal.
    pub(super) fn seal(&self, password: &str, place: &str) -> Result<String, StoreError> {
        let failed =
            || StoreError::Unavailable { operation: "encrypt", source: BoxError::from("encryption failed") };
        let mut bytes = Zeroizing::new(password.as_bytes().to_vec());
        let nonce = self
            .key_of(place)
            .and_then(|key| key.seal_in_place_append_tag(Aad::from(place.as_bytes()), &mut *bytes).ok())
            .ok_or_else(failed)?;
        Ok(hex::encode([nonce.as_ref(), bytes.as_slice()].concat()))
    }

    /// Decrypts a password of this place.
    pub(super) fn open(&self, sealed: &str, place: &str) -> Result<Zeroizing<String>, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt(place, what);
        let sealed = hex::decode(sealed).map_err(|_| corrupt("not hexadecimal"))?;
        let (nonce, rest) = sealed.split_at_checked(NONCE_BYTES).ok_or_else(|| corrupt("too short"))?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| corrupt("nonce"))?;
        let mut rest = Zeroizing::new(rest.to_vec());
        let key = self.key_of(place).ok_or_else(|| corrupt("no key"))?;
        let bytes = key
            .open_in_place(nonce, Aad::from(place.as_bytes()), rest.as_mut_slice())
            .map_err(|_| corrupt("not authentic"))?;
        let text = std::str::from_utf8(bytes).map_err(|_| corrupt("not text"))?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    /// HKDF-SHA-256 (RFC 5869): a key for each place.
    fn key_of(&self, place: &str) -> Option<RandomizedNonceKey> {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, DOMAIN).extract(&self.0);
        let info = [place.as_bytes()];
        let mut bytes = Zeroizing::new([0_u8; 32]);
        prk.expand(&info, hkdf::HKDF_SHA256).ok()?.fill(bytes.as_mut_slice()).ok()?;
        RandomizedNonceKey::new(&AES_256_GCM, bytes.as_slice()).ok()
    }
}

impl fmt::Debug for PasswordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordKey(***)")
    }
}

const DOMAIN: &[u8] = b"paraphe/validation-password/v1\0";
const NONCE_BYTES: usize = 12;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_password_opens_only_with_its_own_key_and_place() {
        let key = PasswordKey::new(b"one");
        let sealed = key.seal("correct horse", "here").unwrap();
        assert!(!sealed.contains(&hex::encode("correct")));
        assert_ne!(sealed, key.seal("correct horse", "here").unwrap(), "a nonce of its own");
        assert_eq!(key.open(&sealed, "here").unwrap().as_str(), "correct horse");
        assert!(key.open(&sealed, "there").is_err());
        assert!(PasswordKey::new(b"two").open(&sealed, "here").is_err());
        for damaged in ["", "00", "zz", sealed.get(2..).unwrap()] {
            assert!(key.open(damaged, "here").is_err(), "{damaged}");
        }
    }
}
