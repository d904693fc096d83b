//! Seals PDF files from the command line and prints one line of JSON for each.
//!
//! Run `cargo run --release -p pades --example seal -- --help` for its arguments.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

mod arguments;
mod http;
mod repair;
mod work;

use std::{
    io::{BufRead, Write},
    path::Path,
    process::ExitCode,
};

use arguments::{Arguments, Input, USAGE};
use work::{Sealer, Sealing};

fn main() -> ExitCode {
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
    let sealer = match Sealer::load(&arguments) {
        Ok(sealer) => sealer,
        Err(wrong) => {
            eprintln!("{wrong}");
            return ExitCode::from(2);
        }
    };
    match &arguments.input {
        Input::Batch => batch(&sealer),
        Input::File { from, to } => report(&sealer.seal_file(from, to)),
    }
    ExitCode::SUCCESS
}

/// Seals what the lines of standard input name, going on after refusals.
fn batch(sealer: &Sealer) {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let sealing = match line.split_once('\t') {
            Some((from, to)) => sealer.seal_file(Path::new(from), Path::new(to)),
            None => Sealing::refused("a line is IN, a tabulator and OUT"),
        };
        report(&sealing);
    }
}

/// One line, flushed at once so that a reader of a long batch sees each file as it is done.
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
    println!("{line}");
    let _ = std::io::stdout().flush();
}
