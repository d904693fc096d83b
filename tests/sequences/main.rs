//! The service beside a model of what its answers must be: random steps of two signatories and an integrator, each
//! answer and each view compared.
//!
//! A sample of the sequences; 2,000 of 50 steps with `PARAPHE_FULL`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

mod expected;
mod service;

use proptest::test_runner::{Config, TestRunner};
use proptest_state_machine::{ReferenceStateMachine as _, StateMachineTest as _};

use expected::Expected;
use service::Service;

#[test]
fn the_service_answers_as_the_model_says() {
    let (cases, steps) = if std::env::var_os("PARAPHE_FULL").is_some() { (2_000, 50) } else { (8, 40) };
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| play(cases / SIDE_BY_SIDE, steps));
        }
    });
    eprintln!("{cases} sequences of {steps} steps went as the model says");
}

/// Plays so many sequences; one that fails is printed, shrunk, and becomes a story.
fn play(cases: u32, steps: usize) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config.clone());
    let sequences = Expected::sequential_strategy(steps);
    let outcome = runner.run(&sequences, |(start, moves, seen)| {
        Service::test_sequential(config.clone(), start, moves, seen);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// Most of a step is waiting: a refusal comes no sooner than after its time.
const SIDE_BY_SIDE: u32 = 8;
