//! Encrypts the passwords of files while their validation waits.

use std::fmt;

use zeroize::Zeroizing;

use crate::store::cipher::Cipher;
use crate::store::error::StoreError;

/// The service's key for them.
pub struct PasswordKey(Cipher);

impl PasswordKey {
    /// Makes the key from secret material of any length.
    #[must_use]
    pub fn new(material: &[u8]) -> Self {
        Self(Cipher::new(PURPOSE, [(VERSION, material.to_vec())]))
    }

    /// Encrypts a password for one place, in hexadecimal.
    pub(super) fn seal(&self, password: &str, place: &str) -> Result<String, StoreError> {
        let (_, sealed) = self.0.seal(password.as_bytes().to_vec(), place)?;
        Ok(hex::encode(sealed))
    }

    /// Decrypts a password of this place.
    pub(super) fn open(&self, sealed: &str, place: &str) -> Result<Zeroizing<String>, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt(place, what);
        let sealed = hex::decode(sealed).map_err(|_| corrupt("not hexadecimal"))?;
        let bytes = self.0.open(VERSION, &sealed, place)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| corrupt("not text"))?;
        Ok(Zeroizing::new(text.to_owned()))
    }
}

impl fmt::Debug for PasswordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordKey(***)")
    }
}

const PURPOSE: &[u8] = b"paraphe/validation-password/v1\0";
/// A password waits for minutes, so there is only the current key.
const VERSION: u32 = 1;

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
