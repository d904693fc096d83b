//! `paraphe-verify`: whether an evidence bundle holds, told without a network.
#![expect(clippy::print_stderr, reason = "a program that talks to whoever runs it")]

use std::process::ExitCode;
use std::time::SystemTime;

fn main() -> ExitCode {
    let words = std::env::args().skip(1);
    match now().and_then(|now| trail::program::run(words, now, &mut std::io::stdout().lock())) {
        Ok(status) => ExitCode::from(status),
        Err(sentence) => {
            // A file's name can be anything.
            eprintln!("paraphe-verify: {}", sheet::clean(&sentence));
            ExitCode::from(2)
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the verifier judges by the clock of whoever runs it")]
fn now() -> Result<i64, String> {
    let since =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_err(|error| error.to_string())?;
    i64::try_from(since.as_secs()).map_err(|error| error.to_string())
}
