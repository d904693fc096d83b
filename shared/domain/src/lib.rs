//! The domain of signing: values, rules, the state machine and the evidence chain.
//!
//! A [`Request`](request::Request) has its state in its type; every move takes the request and gives a
//! [`Transition`]: the next state together with the evidence, the messages and
//! the deadlines that must be stored with it, in one transaction.
//!
//! **Invariant:** knows no network, no clock, no random source of its own, no byte of PDF, and is not
//! asynchronous. Time, chance and policy are arguments.

pub mod access;
pub mod cause;
pub mod channel;
pub mod due;
pub mod evidence;
pub mod message;
pub mod notification;
pub mod otp;
pub mod policy;
pub mod refusal;
pub mod request;
pub mod transition;
pub mod value;

pub use cause::{Actor, Cause, Origin};
pub use channel::{Channel, Channels};
pub use refusal::Refusal;
pub use transition::Transition;
pub use value::{
    Digest, EmailAddress, LinkKey, LinkToken, PersonName, RequestId, SignatoryId, TenantId, Text, Timestamp,
};
