//! Evidence: append-only facts, hash-chained per request, with personal values kept apart.

mod chain;
mod commitment;
mod event;

pub use chain::{ChainError, ChainHead, verify_chain};
pub use commitment::{Disclosed, Disclosure, Owner, commit_value};
pub use event::{Draft, EventKind, EvidenceEvent};
