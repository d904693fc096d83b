//! Logs: JSON, one event a line, readable alone.

use tracing_subscriber::EnvFilter;

/// Sends logs to standard output as JSON. `RUST_LOG` filters them, `info` if unset.
///
/// A second call changes nothing.
pub fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_target(false)
        .with_env_filter(filter)
        .finish();
    // A subscriber that is already there belongs to whoever runs this process.
    let _already_set = tracing::subscriber::set_global_default(subscriber);
}
