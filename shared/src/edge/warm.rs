//! Connections that stand before the first call needs them.
//!
//! Looking a name up, TCP and TLS take longer than most calls. A process does that while it starts, for every service it
//! has a client of: it asks each for something in nobody's name, which is refused, and the connection stays.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;

/// What is asked while the process starts, by where that is.
#[derive(Clone, Default)]
pub(super) struct Warm(Arc<Mutex<BTreeMap<String, Ask>>>);

type Ask = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Warm {
    /// Has something asked of a place, once however many clients it has.
    pub(super) fn note(&self, place: &str, ask: impl Future<Output = ()> + Send + 'static) {
        self.lock().entry(place.to_owned()).or_insert_with(|| Box::pin(ask));
    }

    /// Asks all of it at once. Whoever does not answer in time is met by the first call.
    pub(super) async fn all(&self) {
        let mut asked: JoinSet<()> = std::mem::take(&mut *self.lock()).into_values().collect();
        let answered = async { while asked.join_next().await.is_some() {} };
        let _late = tokio::time::timeout(LONGEST, answered).await;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Ask>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Warm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.lock().keys()).finish()
    }
}

/// A start may take ten seconds in all.
const LONGEST: Duration = Duration::from_secs(2);
