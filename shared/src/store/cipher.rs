//! Encrypts what is secret under keys of the service, one for each place.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::error::StoreError;
use crate::BoxError;

/// Keys for one purpose, by version; the first one encrypts.
pub(super) struct Cipher {
    purpose: &'static [u8],
    versions: Vec<(u32, Zeroizing<Vec<u8>>)>,
}

impl Cipher {
    /// Keys made from secret material, the current version first.
    pub(super) fn new(purpose: &'static [u8], versions: impl IntoIterator<Item = (u32, Vec<u8>)>) -> Self {
        let versions = versions.into_iter().map(|(version, key)| (version, Zeroizing::new(key))).collect();
        Self { purpose, versions }
    }

    /// Encrypts for one place: nonce, ciphertext and tag, with the version of the key.
    pub(super) fn seal(&self, mut bytes: Vec<u8>, place: &str) -> Result<(u32, Vec<u8>), StoreError> {
        let failed =
            || StoreError::Unavailable { operation: "encrypt", source: BoxError::from("encryption failed") };
        let (version, material) = self.versions.first().ok_or_else(failed)?;
        let key = self.key_of(material, place).ok_or_else(failed)?;
        let nonce =
            key.seal_in_place_append_tag(Aad::from(place.as_bytes()), &mut bytes).map_err(|_| failed())?;
        Ok((*version, [nonce.as_ref(), bytes.as_slice()].concat()))
    }

    /// Decrypts what a version of the key sealed for this place.
    pub(super) fn open(
        &self,
        version: u32,
        sealed: &[u8],
        place: &str,
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt(place, what);
        let material = self.versions.iter().find(|(it, _)| *it == version);
        let (_, material) = material.ok_or_else(|| corrupt("unknown key version"))?;
        let (nonce, rest) = sealed.split_at_checked(NONCE_BYTES).ok_or_else(|| corrupt("too short"))?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| corrupt("nonce"))?;
        let mut rest = Zeroizing::new(rest.to_vec());
        let key = self.key_of(material, place).ok_or_else(|| corrupt("no key"))?;
        let length = key
            .open_in_place(nonce, Aad::from(place.as_bytes()), rest.as_mut_slice())
            .map_err(|_| corrupt("not authentic"))?
            .len();
        rest.truncate(length);
        Ok(rest)
    }

    /// Encrypts a value as text: the key's version, then the rest in hexadecimal.
    pub(super) fn seal_json(&self, value: &impl Serialize, place: &str) -> Result<String, StoreError> {
        let bytes = serde_json::to_vec(value).map_err(|error| StoreError::corrupt(place, error))?;
        let (version, sealed) = self.seal(bytes, place)?;
        Ok(format!("{version}:{}", hex::encode(sealed)))
    }

    /// Decrypts such a text of this place.
    pub(super) fn open_json<T: DeserializeOwned>(&self, sealed: &str, place: &str) -> Result<T, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt(place, what);
        let (version, sealed) = sealed.split_once(':').ok_or_else(|| corrupt("no version"))?;
        let version = version.parse().map_err(|_| corrupt("no version"))?;
        let sealed = hex::decode(sealed).map_err(|_| corrupt("not hexadecimal"))?;
        let bytes = self.open(version, &sealed, place)?;
        serde_json::from_slice(&bytes).map_err(|_| corrupt("not JSON"))
    }

    /// HKDF-SHA-256 (RFC 5869).
    fn key_of(&self, material: &[u8], place: &str) -> Option<RandomizedNonceKey> {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, self.purpose).extract(material);
        let info = [place.as_bytes()];
        let mut bytes = Zeroizing::new([0_u8; 32]);
        prk.expand(&info, hkdf::HKDF_SHA256).ok()?.fill(bytes.as_mut_slice()).ok()?;
        RandomizedNonceKey::new(&AES_256_GCM, bytes.as_slice()).ok()
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher(***)")
    }
}

const NONCE_BYTES: usize = 12;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn cipher(versions: &[(u32, &str)]) -> Cipher {
        Cipher::new(b"test\0", versions.iter().map(|(version, key)| (*version, key.as_bytes().to_vec())))
    }

    #[test]
    fn what_was_sealed_opens_only_with_its_own_key_purpose_and_place() {
        let old = cipher(&[(1, "one")]);
        let (version, sealed) = old.seal(b"correct horse".to_vec(), "here").unwrap();
        assert_eq!(version, 1);
        assert!(!sealed.windows(7).any(|it| it == b"correct"));
        assert_ne!(sealed, old.seal(b"correct horse".to_vec(), "here").unwrap().1, "a nonce of its own");
        let new = cipher(&[(2, "two"), (1, "one")]);
        assert_eq!(new.open(1, &sealed, "here").unwrap().as_slice(), b"correct horse");
        assert_eq!(new.seal(Vec::new(), "here").unwrap().0, 2);
        assert!(old.open(1, &sealed, "there").is_err() && old.open(2, &sealed, "here").is_err());
        assert!(cipher(&[(1, "two")]).open(1, &sealed, "here").is_err());
        assert!(Cipher::new(b"other\0", [(1, b"one".to_vec())]).open(1, &sealed, "here").is_err());
        for damaged in [&[][..], &sealed[..11], &sealed[..20], &sealed[1..]] {
            assert!(old.open(1, damaged, "here").is_err(), "{damaged:?}");
        }
    }
}
