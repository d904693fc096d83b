//! The process dies before and after every side effect of every story, starts again, and all ends as it would have
//! ([`deaths`]); every call of AWS fails in every way, once and until its callers have given up, and so it does
//! ([`failures`]).
//!
//! A sample of them; all with `PARAPHE_FULL`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

mod deaths;
mod failures;
mod receiver;
mod stories;
mod world;
