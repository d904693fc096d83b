//! The gallery, looked at whole: eight persons, and strings that try to be more than text.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod golden;
mod injection;
mod markup;
mod stage;
