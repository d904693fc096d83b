//! Stories: in by the front door, out by the front door.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

mod access;
mod admission;
mod anchors;
mod appearance;
mod archive;
mod bounces;
mod callbacks;
mod connectors;
mod consent;
mod documents;
mod email_signatures;
mod endings;
mod erasure;
mod evidence;
mod examples;
mod large;
mod levels;
mod lifecycle;
mod mails;
mod mutants;
mod negotiation;
mod offline;
mod openapi;
mod otp;
mod pages;
mod paging;
mod paper;
mod people;
mod preview;
mod recovered;
mod refusals;
mod renewed;
mod repetition;
mod retention;
mod room;
mod sandbox;
mod seal_key;
mod signing;
mod stamped;
mod stored;
mod text_messages;
mod texts;
mod trusted_lists;
mod verify;
mod versions;
mod walk;
mod webhooks;
