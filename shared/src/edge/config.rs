//! Configuration: names from the environment, read once, at start.
//!
//! **Invariant:** no secret comes from the environment; it holds names, numbers and addresses.

use std::fmt;
use std::sync::Arc;

use domain::value::{Country, SmsPolicy};

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

/// Whether text messages are sent, and where to.
#[derive(Clone, Debug)]
pub struct SmsDestinations {
    /// Whether any are. `SMS_ENABLED`, `true` or `false`; not if unset: they cost money, and an account has
    /// to be let out of the provider's sandbox first.
    pub is_enabled: bool,
    /// The countries whose mobile lines are written to, as [`SmsDestinations::countries`] reads them.
    pub policy: SmsPolicy,
}

/// How text messages are sent.
#[derive(Clone, Debug)]
pub struct SmsConfig {
    /// The name that phones show, where a country allows one. `SMS_SENDER_ID`, at most 11 letters and
    /// digits, none if unset.
    pub sender_id: Option<String>,
    /// The most that one message may cost, in thousandths of a US dollar. `SMS_MAX_PRICE_USD`, such as
    /// `0.12`; 0.100 if unset, 0.001 to 10.
    pub max_price_millis: u32,
    /// How many a tenant may have sent in a day, as [`SmsConfig::daily_budget`] reads it.
    pub daily_budget: u32,
}

impl SmsDestinations {
    /// Reads the variables.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Malformed`].
    pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let is_enabled = match env.optional("SMS_ENABLED").as_deref() {
            Some("true") => true,
            Some("false") | None => false,
            Some(_) => return Err(ConfigError::Malformed { name: "SMS_ENABLED", expected: "true or false" }),
        };
        Ok(Self { is_enabled, policy: Self::countries(env)? })
    }

    /// The countries whose mobile lines are written to. `SMS_COUNTRIES`, two letters each, separated by
    /// commas; the European Economic Area, the United Kingdom and Switzerland if unset.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Malformed`].
    pub fn countries(env: &Env) -> Result<SmsPolicy, ConfigError> {
        let Some(list) = env.optional("SMS_COUNTRIES") else { return Ok(SmsPolicy::default()) };
        let countries = list.split(',').map(Country::parse).collect::<Result<_, _>>();
        let expected = "a list of countries, two letters each";
        countries.map(SmsPolicy::new).map_err(|_| ConfigError::Malformed { name: "SMS_COUNTRIES", expected })
    }
}

impl SmsConfig {
    /// Reads the variables.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Malformed`].
    pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let malformed = |name, expected| ConfigError::Malformed { name, expected };
        let sender_id = env.optional("SMS_SENDER_ID");
        if !sender_id.as_deref().is_none_or(is_sender_id) {
            return Err(malformed("SMS_SENDER_ID", "1 to 11 letters and digits, one letter among them"));
        }
        let max_price_millis = match env.optional("SMS_MAX_PRICE_USD") {
            Some(price) => thousandths(&price)
                .filter(|it| (1..=10_000).contains(it))
                .ok_or(malformed("SMS_MAX_PRICE_USD", "a price from 0.001 to 10"))?,
            None => DEFAULT_SMS_PRICE_MILLIS,
        };
        Ok(Self { sender_id, max_price_millis, daily_budget: Self::daily_budget(env)? })
    }

    /// How many a tenant may have sent in a day. `SMS_DAILY_BUDGET`, 200 if unset, at most 1,000,000.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Malformed`].
    pub fn daily_budget(env: &Env) -> Result<u32, ConfigError> {
        let most = env.number("SMS_DAILY_BUDGET", DEFAULT_SMS_BUDGET, 0..=1_000_000)?;
        Ok(u32::try_from(most).unwrap_or(u32::MAX))
    }
}

fn is_sender_id(text: &str) -> bool {
    (1..=11).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// `1.25` as 1250: a decimal number with at most three digits after the point.
fn thousandths(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(whole) || !are_digits(part) || whole.len() > 4 || part.len() > 3 {
        return None;
    }
    let part: u32 = format!("{part:0<3}").parse().ok()?;
    whole.parse::<u32>().ok()?.checked_mul(1000)?.checked_add(part)
}

const DEFAULT_SMS_PRICE_MILLIS: u32 = 100;
const DEFAULT_SMS_BUDGET: u64 = 200;

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use domain::value::PhoneNumber;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<(SmsConfig, SmsDestinations), ConfigError> {
        let env = Env::from_pairs(pairs.iter().copied());
        Ok((SmsConfig::from_env(&env)?, SmsDestinations::from_env(&env)?))
    }

    #[test]
    fn text_messages_are_off_and_cheap_unless_the_operator_says_otherwise() {
        let (config, destinations) = read(&[]).unwrap();
        assert!(!destinations.is_enabled);
        assert_eq!((config.sender_id.as_deref(), config.max_price_millis), (None, 100));
        assert_eq!((config.daily_budget, destinations.policy), (200, SmsPolicy::default()));
        let (config, destinations) = read(&[
            ("SMS_ENABLED", "true"),
            ("SMS_MAX_PRICE_USD", "0.12"),
            ("SMS_SENDER_ID", "PARAPHE1"),
            ("SMS_COUNTRIES", "US, ca"),
        ])
        .unwrap();
        assert!(destinations.is_enabled);
        assert_eq!((config.sender_id.as_deref(), config.max_price_millis), (Some("PARAPHE1"), 120));
        assert_eq!(read(&[("SMS_MAX_PRICE_USD", "2")]).unwrap().0.max_price_millis, 2000);
        let policy = destinations.policy;
        assert_eq!(policy.check(&PhoneNumber::parse("+12015550123").unwrap()), Ok(()));
        assert!(policy.check(&PhoneNumber::parse("+33612345678").unwrap()).is_err());
    }

    #[test]
    fn a_value_that_is_not_understood_stops_the_start() {
        for (name, value) in [
            ("SMS_ENABLED", "yes"),
            ("SMS_SENDER_ID", "much too long a name"),
            ("SMS_SENDER_ID", "12345"),
            ("SMS_SENDER_ID", "Exämple"),
            ("SMS_MAX_PRICE_USD", "0"),
            ("SMS_MAX_PRICE_USD", "0.0001"),
            ("SMS_MAX_PRICE_USD", "-1"),
            ("SMS_MAX_PRICE_USD", "1e3"),
            ("SMS_MAX_PRICE_USD", "."),
            ("SMS_MAX_PRICE_USD", "99999999999"),
            ("SMS_COUNTRIES", "FR,XX"),
            ("SMS_COUNTRIES", "FR,,DE"),
            ("SMS_DAILY_BUDGET", "-1"),
        ] {
            assert!(read(&[(name, value)]).is_err(), "{name}={value}");
        }
    }
}
