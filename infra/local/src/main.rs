//! The service on this machine: see `paraphe --help`. It is also the child that renders pages.

use std::io::Write as _;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    render::worker_main_if_asked();
    match local::cli::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Without a terminal there is nobody to tell.
            let _written = writeln!(std::io::stderr(), "paraphe: {}", local::cli::sentence(&*error));
            ExitCode::FAILURE
        }
    }
}
