//! Logs: JSON, one event a line, readable alone, with the invocation that it belongs to.

use std::io::Write as _;

use tracing::field::Empty;
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
        .with_span_list(false)
        .with_target(false)
        .with_env_filter(filter)
        .finish();
    // A subscriber that is already there belongs to whoever runs this process.
    let _already_set = tracing::subscriber::set_global_default(subscriber);
}

/// What every line of an invocation carries: its name, that of its trace, and the tenant once it is known.
pub(super) fn invocation(id: &str, trace: Option<&str>) -> tracing::Span {
    tracing::info_span!("invocation", id, trace, tenant = Empty)
}

/// Notes whom the invocation under way works for.
pub(super) fn note_tenant(tenant: &str) {
    tracing::Span::current().record("tenant", tenant);
}

/// Writes a line that something else than a person reads, such as one of metrics.
pub(super) fn write(line: &str) {
    // Whoever closed the output does not want to know.
    let _unread = writeln!(std::io::stdout().lock(), "{line}");
}
