//! Logs: JSON, one event a line, readable alone, with the invocation that it belongs to.

use std::io::Write as _;

use tracing::Subscriber;
use tracing::field::Empty;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Sends logs to standard output as JSON. `RUST_LOG` filters them, `info` if unset.
///
/// A second call changes nothing.
pub fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = subscriber(filter, std::io::stdout);
    // A subscriber that is already there belongs to whoever runs this process.
    let _already_set = tracing::subscriber::set_global_default(subscriber);
}

fn subscriber(
    filter: EnvFilter,
    output: impl for<'a> MakeWriter<'a> + Send + Sync + 'static,
) -> impl Subscriber + Send + Sync {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false)
        .with_env_filter(filter)
        .with_writer(output)
        .finish()
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_json_and_names_its_invocation_trace_and_tenant() {
        let lines = Lines::default();
        let output = lines.clone();
        let subscriber = subscriber(EnvFilter::new("info"), move || output.clone());
        tracing::subscriber::with_default(subscriber, || {
            invocation("call-1", Some("Root=1-5e1b4151")).in_scope(|| {
                note_tenant("acme");
                tracing::debug!("not told");
                tracing::warn!(request.id = "0123456789abcdef01234567", count = 3, "it comes again");
            });
        });
        let written = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let mut line: Value = serde_json::from_str(&written).unwrap();
        let at = line.as_object_mut().unwrap().remove("timestamp").unwrap();
        assert!(domain::Timestamp::parse_rfc3339(at.as_str().unwrap()).is_some(), "{at}");
        let span =
            json!({ "name": "invocation", "id": "call-1", "trace": "Root=1-5e1b4151", "tenant": "acme" });
        let expected = json!({
            "level": "WARN", "message": "it comes again", "count": 3, "request.id": "0123456789abcdef01234567",
            "span": span,
        });
        assert_eq!(line, expected);
        assert_eq!(written.matches('\n').count(), 1, "one line");
    }
}
