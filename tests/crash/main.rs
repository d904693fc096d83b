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
mod stories;

use local::Options;
use tests::{Pace, World};

/// A fresh world, in which minutes pass one by one where all is played, and in leaps in a sample.
async fn world() -> World {
    let is_all = std::env::var_os("PARAPHE_FULL").is_some();
    let pace = if is_all { Pace::ByTheMinute } else { Pace::InLeaps };
    World::open_with(Options::default(), pace).await
}
