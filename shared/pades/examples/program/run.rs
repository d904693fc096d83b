//! How the programs among the examples start, read their batches and print.

use std::{
    error::Error,
    io::{BufRead, Write},
    process::ExitCode,
};

/// Does the work that the arguments ask for, or tells how to use the program when there are none. Exit status 2 is
/// for arguments that are wrong, or name files that cannot be used.
pub(crate) fn run<A>(
    usage: &str,
    arguments: Result<Option<A>, String>,
    work: impl FnOnce(&A) -> Result<(), Box<dyn Error>>,
) -> ExitCode {
    let wrong = match arguments {
        Ok(Some(arguments)) => match work(&arguments) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(wrong) => wrong.to_string(),
        },
        Ok(None) => {
            println!("{usage}");
            return ExitCode::SUCCESS;
        }
        Err(wrong) => format!("{wrong}\n\n{usage}"),
    };
    eprintln!("{wrong}");
    ExitCode::from(2)
}

/// The lines of standard input.
pub(crate) fn lines() -> impl Iterator<Item = String> {
    std::io::stdin().lock().lines().map_while(Result::ok)
}

/// One line, flushed at once so that a reader of a long batch sees each file as it is done.
pub(crate) fn print(line: &serde_json::Value) {
    println!("{line}");
    let _ = std::io::stdout().flush();
}
