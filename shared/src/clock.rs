//! The one place where the time of day is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::Timestamp;

/// Tells the time: the system's, shifted by what a stage asked for.
///
/// Clones share the shift, so that one call moves every function of a process.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    shift_ms: Arc<AtomicI64>,
    stands_at: Option<Timestamp>,
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that moves only when it is shifted.
    #[must_use]
    pub fn standing(at: Timestamp) -> Self {
        Self { stands_at: Some(at), ..Self::default() }
    }

    /// Moves this clock and its clones forward (or, with a negative number, back).
    pub fn shift(&self, by_ms: i64) {
        self.shift_ms.fetch_add(by_ms, Ordering::SeqCst);
    }

    /// How far this clock is ahead of what it was made from, in milliseconds.
    #[must_use]
    pub fn shift_ms(&self) -> i64 {
        self.shift_ms.load(Ordering::SeqCst)
    }

    /// The current instant.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the clock is read here and nowhere else")]
    pub fn now(&self) -> Timestamp {
        let unshifted_ms = self.stands_at.map_or_else(
            || {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            },
            Timestamp::unix_ms,
        );
        Timestamp::from_unix_ms(unshifted_ms.saturating_add(self.shift_ms()))
    }
}
