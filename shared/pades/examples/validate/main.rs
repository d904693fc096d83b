//! Validates signed files from the command line and prints one line of JSON for each.
//!
//! Run `cargo run --release -p pades --example validate -- --help` for its arguments.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

mod arguments;
#[path = "../program/run.rs"]
mod program;
mod work;

use std::{path::Path, process::ExitCode};

use arguments::{Arguments, Input, USAGE};
use work::Validator;

fn main() -> ExitCode {
    // This program is also the child that draws pages.
    render::worker_main_if_asked();
    program::run(USAGE, Arguments::parse(std::env::args().skip(1)), |arguments| {
        let validator = Validator::load(arguments)?;
        let report = |path: &Path| program::print(&validator.validate_file(path));
        match &arguments.input {
            Input::Batch => program::lines().for_each(|line| report(Path::new(&line))),
            Input::File(path) => report(path),
        }
        Ok(())
    })
}
