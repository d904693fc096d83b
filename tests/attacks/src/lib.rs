//! Attacks on signed PDFs, and chains of signatures that are in order.
//!
//! Every attack takes a file whose signatures are valid and makes one that no validator may call valid, without any
//! key but those of a stranger or, for the malicious signer, the signer's own. The kinds are those of the published
//! attacks on PDF signatures (forgery, incremental saving, wrapping, shadow, certification) and what lies beside
//! them. [`carrier::CARRIERS`] are the files, [`attack::all`] the attacks.
//!
//! **Invariant:** writes and reads attacked files with code of its own and `lopdf`, never with the engine under test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    clippy::format_collect,
    clippy::format_push_string,
    reason = "tests"
)]

pub mod attack;
pub mod authority;
pub mod base;
pub mod carrier;
pub mod chain;
pub mod cms;
pub mod der;
pub mod judge;
pub mod ocsp;
pub mod sign;
pub mod update;
pub mod view;
