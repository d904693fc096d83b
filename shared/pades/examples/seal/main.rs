//! Seals PDF files from the command line and prints one line of JSON for each.
//!
//! Run `cargo run --release -p pades --example seal -- --help` for its arguments.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

mod arguments;
mod http;
#[path = "../program/run.rs"]
mod program;
mod repair;
mod work;

use std::{path::Path, process::ExitCode};

use arguments::{Arguments, Input, USAGE};
use work::{Sealer, Sealing};

fn main() -> ExitCode {
    program::run(USAGE, Arguments::parse(std::env::args().skip(1)), |arguments| {
        let sealer = Sealer::load(arguments)?;
        match &arguments.input {
            Input::Batch => program::lines().for_each(|line| report(&seal_line(&sealer, &line))),
            Input::File { from, to } => report(&sealer.seal_file(from, to)),
        }
        Ok(())
    })
}

/// Seals what a line of a batch names.
fn seal_line(sealer: &Sealer<'_>, line: &str) -> Sealing {
    match line.split_once('\t') {
        Some((from, to)) => sealer.seal_file(Path::new(from), Path::new(to)),
        None => Sealing::refused("a line is IN, a tabulator and OUT"),
    }
}

fn report(sealing: &Sealing) {
    let mut line = serde_json::json!({
        "ok": sealing.error.is_none(),
        "times": sealing.times,
        "bytes_appended": sealing.bytes_appended,
        "error": sealing.error,
    });
    if let (false, Some(line)) = (sealing.repaired.is_empty(), line.as_object_mut()) {
        line.insert("repaired".to_owned(), serde_json::json!(sealing.repaired));
    }
    program::print(&line);
}
