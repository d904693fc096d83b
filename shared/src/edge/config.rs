//! Configuration: names from the environment, read once, at start.
//!
//! **Invariant:** no secret comes from the environment; it holds names, numbers and addresses.

use std::fmt;
use std::sync::Arc;

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Looks up variables. The process's own on Lambda, a list elsewhere.
#[derive(Clone)]
pub struct Env(Arc<Lookup>);

impl Env {
    /// The variables of this process.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the environment is read here and nowhere else")]
    pub fn process() -> Self {
        Self(Arc::new(|name| std::env::var(name).ok()))
    }

    /// The variables of a list.
    #[must_use]
    pub fn from_pairs<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let map: std::collections::HashMap<String, String> =
            pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self(Arc::new(move |name| map.get(name).cloned()))
    }

    /// What `lookup` finds.
    #[must_use]
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(lookup))
    }

    /// A variable that may be absent; an empty one counts as absent.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// A variable that must be there.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`] when it is absent or empty.
    pub fn required(&self, name: &'static str) -> Result<String, ConfigError> {
        self.optional(name).ok_or(ConfigError::Missing { name })
    }

    /// A number between two bounds, or `default` when the variable is absent.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Malformed`] when it is not a whole number within the bounds.
    pub fn number(
        &self,
        name: &'static str,
        default: u64,
        bounds: std::ops::RangeInclusive<u64>,
    ) -> Result<u64, ConfigError> {
        let Some(text) = self.optional(name) else { return Ok(default) };
        text.parse()
            .ok()
            .filter(|number| bounds.contains(number))
            .ok_or(ConfigError::Malformed { name, expected: "a whole number within its bounds" })
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Env")
    }
}

/// Why a function cannot start. The operator mends the template or the account.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A variable has a value that cannot be used.
    #[error("environment variable {name} is not {expected}")]
    Malformed {
        /// The variable.
        name: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A variable is not set.
    #[error("environment variable {name} is not set")]
    Missing {
        /// The variable.
        name: &'static str,
    },
    /// A start-up call failed, such as reading a secret.
    #[error("start-up failed: {what}")]
    Startup {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        #[source]
        source: crate::BoxError,
    },
}
