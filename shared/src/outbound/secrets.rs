//! Secrets by name, from Secrets Manager.
//!
//! **Invariant:** no secret reaches a log, an error or a `Debug`.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use serde::Deserialize;
use tokio::sync::Mutex;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::BoxError;

/// Reads secrets, and remembers each for at most five minutes.
#[derive(Clone)]
pub struct Secrets {
    client: Client,
    kept: Arc<Mutex<HashMap<String, Arc<Slot>>>>,
}

impl Secrets {
    /// Secrets of the client's account and region.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client, kept: Arc::default() }
    }

    /// A secret that is text. Callers that come while it is being read wait for that one reading.
    ///
    /// # Errors
    ///
    /// [`SecretError`]: nothing is remembered of a failure, so the next call tries again.
    pub async fn text(&self, name: &str) -> Result<Zeroizing<String>, SecretError> {
        let slot = Arc::clone(self.kept.lock().await.entry(name.to_owned()).or_default());
        let mut kept = slot.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| kept.read_at.elapsed() < KEPT_FOR) {
            return Ok(kept.text.clone());
        }
        // An old secret does not outlive a failure to read it again.
        *kept = None;
        let read_at = Instant::now();
        let text = self.read(name).await?;
        *kept = Some(Kept { text: text.clone(), read_at });
        Ok(text)
    }

    /// A secret that holds keys, as [`Keyring`] describes.
    ///
    /// # Errors
    ///
    /// [`SecretError`], also when the secret does not have that form.
    pub async fn keyring(&self, name: &str) -> Result<Keyring, SecretError> {
        Keyring::parse(&self.text(name).await?)
            .map_err(|what| SecretError::Malformed { name: name.to_owned(), what })
    }

    /// The same, read again if what is remembered lacks a version that something was made with: it was added since.
    ///
    /// # Errors
    ///
    /// [`SecretError`].
    pub async fn keyring_having(&self, name: &str, version: u32) -> Result<Keyring, SecretError> {
        let keyring = self.keyring(name).await?;
        if keyring.of_version(version).is_some() {
            return Ok(keyring);
        }
        self.kept.lock().await.remove(name);
        self.keyring(name).await
    }

    async fn read(&self, name: &str) -> Result<Zeroizing<String>, SecretError> {
        let answer = self.client.get_secret_value().secret_id(name).send().await.map_err(|error| {
            let is_absent =
                error.as_service_error().is_some_and(GetSecretValueError::is_resource_not_found_exception);
            if is_absent {
                SecretError::Absent { name: name.to_owned() }
            } else {
                SecretError::Unavailable { name: name.to_owned(), source: Box::new(error) }
            }
        })?;
        let text = answer.secret_string.map(Zeroizing::new);
        text.filter(|text| !text.is_empty())
            .ok_or(SecretError::Malformed { name: name.to_owned(), what: "it has no text" })
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(***)")
    }
}

/// A key and the earlier ones that it replaced.
///
/// Written as the key itself, which is then version 1, or as
/// `{"version": 2, "key": "..", "previous": [{"version": 1, "key": ".."}]}`. A key's bytes are those of
/// its text in UTF-8.
#[derive(Clone)]
pub struct Keyring {
    current: Key,
    previous: Vec<Key>,
}

impl Keyring {
    /// The key to be used for what is new, and its version.
    #[must_use]
    pub fn current(&self) -> (u32, &[u8]) {
        (self.current.version, self.current.bytes())
    }

    /// The keys that were replaced, with their versions.
    pub fn earlier(&self) -> impl Iterator<Item = (u32, &[u8])> {
        self.previous.iter().map(|it| (it.version, it.bytes()))
    }

    /// All keys with their versions, the current one first.
    pub fn versions(&self) -> impl Iterator<Item = (u32, Vec<u8>)> {
        std::iter::once(self.current()).chain(self.earlier()).map(|(version, key)| (version, key.to_vec()))
    }

    /// The key of a version, for what was made with it.
    #[must_use]
    pub fn of_version(&self, version: u32) -> Option<&[u8]> {
        let mut keys = std::iter::once(&self.current).chain(&self.previous);
        keys.find(|key| key.version == version).map(Key::bytes)
    }

    fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let keyring = if text.starts_with('{') {
            // The parser's own words could repeat a part of the secret.
            let written: Written = serde_json::from_str(text).map_err(|_| "it is not a JSON keyring")?;
            Self { current: Key { version: written.version, text: written.key }, previous: written.previous }
        } else {
            Self { current: Key { version: 1, text: text.to_owned() }, previous: Vec::new() }
        };
        let keys: Vec<&Key> = std::iter::once(&keyring.current).chain(&keyring.previous).collect();
        if keys.iter().any(|key| key.text.is_empty()) {
            return Err("it has an empty key");
        }
        let mut versions: Vec<u32> = keys.iter().map(|key| key.version).collect();
        versions.sort_unstable();
        versions.dedup();
        if versions.len() < keys.len() { Err("two of its keys have the same version") } else { Ok(keyring) }
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring(version {}, ***)", self.current.version)
    }
}

/// Why a secret cannot be used. The operator mends the account; a later call may succeed.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is no secret of this name.
    #[error("there is no secret {name}")]
    Absent {
        /// The secret's name.
        name: String,
    },
    /// The secret is not written as it should be.
    #[error("secret {name} cannot be used: {what}")]
    Malformed {
        /// The secret's name.
        name: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Secrets Manager did not give the secret.
    #[error("secret {name} could not be read")]
    Unavailable {
        /// The secret's name.
        name: String,
        /// Why.
        #[source]
        source: BoxError,
    },
}

type Slot = Mutex<Option<Kept>>;

struct Kept {
    text: Zeroizing<String>,
    read_at: Instant,
}

#[derive(Clone, Deserialize, Zeroize, ZeroizeOnDrop)]
struct Key {
    version: u32,
    #[serde(rename = "key")]
    text: String,
}

impl Key {
    fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

#[derive(Deserialize)]
struct Written {
    version: u32,
    key: String,
    #[serde(default)]
    previous: Vec<Key>,
}

/// A rotated secret is in use everywhere after this.
const KEPT_FOR: Duration = Duration::from_mins(5);

#[cfg(test)]
mod tests;
