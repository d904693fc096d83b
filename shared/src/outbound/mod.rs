//! The world beyond the tables: mail, secrets, keys, and other people's servers.
//!
//! **Invariant:** knows neither tables nor Lambda's events, and no address outside AWS is called but
//! through [`Outbound`].

mod guard;
mod http;
mod keys;
mod mail;
mod secrets;
#[cfg(test)]
mod stranger;

pub use guard::{AddressRefusal, MAX_URL_CHARS, Reach, Target};
pub use http::{CallError, FetchError, Outbound, OutboundError};
pub use keys::{KeyError, SigningKeys};
pub use mail::{Letter, LetterError, Mail, Outcome};
pub use secrets::{Keyring, SecretError, Secrets};
