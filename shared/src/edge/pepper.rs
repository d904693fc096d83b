//! The peppers of one-time passwords, as their secret has them now.

use std::fmt;

use domain::otp::{Pepper, Peppers};

use crate::outbound::{Keyring, SecretError, Secrets};

/// Reads the peppers: a process outlives the replacement of one.
pub struct PepperKeys {
    secrets: Secrets,
    name: String,
}

impl PepperKeys {
    /// Peppers that are made from the keyring in this secret.
    #[must_use]
    pub fn new(secrets: Secrets, name: String) -> Self {
        Self { secrets, name }
    }

    /// The peppers, as they were at most five minutes ago.
    ///
    /// # Errors
    ///
    /// [`SecretError`].
    pub async fn read(&self) -> Result<Peppers, SecretError> {
        Ok(peppers(&self.secrets.keyring(&self.name).await?))
    }

    /// The peppers, with that of a version if it is there by now.
    ///
    /// # Errors
    ///
    /// [`SecretError`].
    pub async fn read_having(&self, version: u32) -> Result<Peppers, SecretError> {
        Ok(peppers(&self.secrets.keyring_having(&self.name, version).await?))
    }
}

impl fmt::Debug for PepperKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PepperKeys(***)")
    }
}

fn peppers(keyring: &Keyring) -> Peppers {
    let (version, material) = keyring.current();
    let earlier = keyring.earlier().map(|(version, material)| Pepper::new(version, material)).collect();
    Peppers::new(Pepper::new(version, material), earlier)
}
