//! The world beyond the tables: mail, text messages, secrets, keys, and other people's servers.
//!
//! **Invariant:** knows neither tables nor Lambda's events, and no address outside AWS is called but
//! through [`Outbound`].

mod guard;
mod http;
mod keys;
mod mail;
mod outcome;
mod seal_key;
mod secrets;
mod service_account;
mod sim_swap;
mod sms;
#[cfg(test)]
mod stranger;
mod timestamps;

pub use guard::{AddressRefusal, MAX_URL_CHARS, Reach, Target};
pub use http::{
    Answered, CallError, Exchanged, FetchError, Outbound, OutboundError, RetryAfter, is_foreign_header,
    is_own_header,
};
pub use keys::{KeyError, SigningKeys};
pub use mail::{Addressee, EndpointTrouble, FailingEndpoint, Letter, LetterError, Mail, MissingText};
pub use outcome::Outcome;
pub use seal_key::{RsaPadding, SealKey, SealKeyError, SealKeys, SealSecret};
pub use secrets::{Keyring, SecretError, Secrets};
pub use service_account::{ServiceAccount, ServiceAccountError};
pub use sim_swap::SimSwap;
pub use sms::Sms;
pub use timestamps::TimestampAuthority;
