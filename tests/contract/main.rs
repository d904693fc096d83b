//! Agreement of files: template, crates, events, environment, layers and the rules of the house.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

mod access;
mod clients;
mod environment;
mod events;
mod functions;
mod house;
mod layers;
mod lint;
mod metrics;
mod openapi;
mod problems;
mod release;
mod repository;
mod secrets;
mod source;
mod wires;
mod words;
