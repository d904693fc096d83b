//! Validates signed files from the command line and prints one line of JSON for each.
//!
//! Run `cargo run --release -p pades --example validate -- --help` for its arguments.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

mod arguments;
mod work;

use std::{
    io::{BufRead, Write},
    path::Path,
    process::ExitCode,
};

use arguments::{Arguments, Input, USAGE};
use work::Validator;

fn main() -> ExitCode {
    // This program is also the child that draws pages.
    render::worker_main_if_asked();
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(wrong) => {
            eprintln!("{wrong}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let validator = match Validator::load(&arguments) {
        Ok(validator) => validator,
        Err(wrong) => {
            eprintln!("{wrong}");
            return ExitCode::from(2);
        }
    };
    match &arguments.input {
        Input::Batch => {
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                report(&validator, Path::new(&line));
            }
        }
        Input::File(path) => report(&validator, path),
    }
    ExitCode::SUCCESS
}

/// One line, flushed at once so that a reader of a long batch sees each file as it is done.
fn report(validator: &Validator<'_>, path: &Path) {
    println!("{}", validator.validate_file(path));
    let _ = std::io::stdout().flush();
}
