//! The common crate of Paraphe's functions: everything that touches AWS or Lambda.
//!
//! - [`store`]: DynamoDB and S3.
//! - [`outbound`]: mail, secrets, and calls to strangers.
//! - [`acceptance`]: whether a document can be signed.
//! - [`closing`]: the managed signatures that close mails.
//! - [`courier`]: sends the messages that committed moves have decided.
//! - [`erasure`]: deletes what of a request must be gone.
//! - [`sealing`]: how a request's seals are laid out in its document.
//! - [`texts`]: where text messages may go.
//! - [`wording`]: what is said to people, in each language.
//! - [`intake`]: what an integrator asks for.
//! - [`metrics`]: what is counted, for `CloudWatch`.
//! - [`edge`]: Lambda's face: events, requests, answers, problems, configuration, the clock.
//!
//! **Invariant:** `store` and `outbound` do not know each other, and neither knows `edge`.

// Linked into every function for what it defines, and called by name only.
use old_glibc as _;

pub mod acceptance;
mod chance;
pub mod clock;
pub mod closing;
pub mod courier;
pub mod edge;
pub mod erasure;
pub mod failed_call;
pub mod intake;
pub mod metrics;
pub mod outbound;
pub mod sealing;
pub mod store;
pub mod texts;

pub use wording;

/// An error of any kind, for the layers that only pass it on.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
