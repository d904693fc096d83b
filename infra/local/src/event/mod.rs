//! What happens because something was written: S3 notifications, stream records, queue messages, schedules.
//!
//! **Invariant:** a write is acknowledged only after everything it causes stands in the journal.

pub(crate) mod bus;
pub(crate) mod journal;
pub(crate) mod pattern;
pub(crate) mod pump;
pub(crate) mod queue;
pub(crate) mod s3;
pub(crate) mod schedule;
pub(crate) mod stream;
pub(crate) mod topic;

/// An instant as AWS writes it into events: RFC 3339, UTC, milliseconds.
pub(crate) fn rfc3339(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms).map_or_else(|_| String::new(), |at| format!("{at:.3}"))
}
