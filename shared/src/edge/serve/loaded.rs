//! A function with what it needs, loaded anew as that grows old.

use std::time::Duration;

use domain::Timestamp;
use tokio::sync::Mutex;

use super::Handler;
use crate::clock::Clock;
use crate::edge::ConfigError;

/// A function, and how it is loaded. Secrets that were rotated count everywhere after [`OLDEST`].
pub(super) struct Loaded<L> {
    load: L,
    clock: Clock,
    held: Mutex<(Handler, Timestamp)>,
}

impl<L, F> Loaded<L>
where
    L: Fn() -> F,
    F: Future<Output = Result<Handler, ConfigError>>,
{
    /// Loads it for the first time.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when it cannot be loaded.
    pub(super) async fn new(load: L, clock: Clock) -> Result<Self, ConfigError> {
        let held = Mutex::new((load().await?, clock.now()));
        Ok(Self { load, clock, held })
    }

    /// The function, young enough. Where it cannot be loaded now, the one before serves on, and loading is tried again.
    pub(super) async fn handler(&self) -> Handler {
        let mut held = self.held.lock().await;
        let now = self.clock.now();
        if now.since(held.1) >= OLDEST {
            match (self.load)().await {
                Ok(handler) => *held = (handler, now),
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "a function was not loaded anew"
                    );
                }
            }
        }
        held.0.clone()
    }
}

/// Secrets are kept for so long at most.
const OLDEST: Duration = Duration::from_mins(5);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::future::ready;
    use std::sync::atomic::{AtomicU32, Ordering};

    use serde_json::{Value, json};

    use super::*;
    use crate::edge::Invocation;

    async fn answer(handler: &Handler, clock: &Clock) -> Value {
        let now = clock.now();
        let request_id = "1".to_owned();
        let invocation = Invocation { now, begun_at: now, deadline: now, request_id, seed: None };
        handler.invoke(json!({}), invocation).await.unwrap()
    }

    /// Answers with which it is; the third cannot be loaded.
    fn load(count: &AtomicU32) -> Result<Handler, ConfigError> {
        let number = count.fetch_add(1, Ordering::Relaxed);
        if number == 2 {
            return Err(ConfigError::Missing { name: "SECRET" });
        }
        Ok(Handler::of_events(number, |number, _event: Value, _cx| {
            Box::pin(async { Ok::<_, ConfigError>(*number) })
        }))
    }

    #[tokio::test]
    async fn a_function_is_loaded_anew_when_it_is_five_minutes_old_and_serves_on_where_it_cannot() {
        let (clock, count) = (Clock::standing(Timestamp::from_unix_ms(1_790_000_000_000)), AtomicU32::new(0));
        let loaded = Loaded::new(|| ready(load(&count)), clock.clone()).await.unwrap();
        let mut answers = Vec::new();
        for milliseconds in [0, 299_999, 1, 299_999, 1, 1] {
            clock.shift(milliseconds);
            answers.push(answer(&loaded.handler().await, &clock).await);
        }
        assert_eq!(answers, [0, 0, 1, 1, 1, 3]);
    }
}
