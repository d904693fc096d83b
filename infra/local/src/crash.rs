//! The process dies on purpose, at a call that is chosen beforehand.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

/// On which side of a call the process dies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Crash {
    /// The call took effect, and nobody hears of it.
    After,
    /// The call never left.
    Before,
}

/// Counts the calls of the functions that may change something, and ends everything at the one that was chosen.
#[derive(Debug)]
pub(crate) struct Fate {
    calls: AtomicU64,
    planned: Mutex<Option<(u64, Crash)>>,
    dead: watch::Sender<bool>,
}

impl Default for Fate {
    fn default() -> Self {
        Self { calls: AtomicU64::new(0), planned: Mutex::default(), dead: watch::Sender::new(false) }
    }
}

impl Fate {
    /// Plans the end at the `number`th call from now, counted from 1.
    pub(crate) fn plan(&self, number: u64, side: Crash) {
        let at = self.calls().saturating_add(number);
        *self.planned.lock().unwrap_or_else(PoisonError::into_inner) = Some((at, side));
    }

    /// How many there were.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    pub(crate) fn is_dead(&self) -> bool {
        *self.dead.borrow()
    }

    /// Returns when the process is dead.
    pub(crate) async fn death(&self) {
        let mut dead = self.dead.subscribe();
        // The sender lives as long as this value.
        let _dead = dead.wait_for(|dead| *dead).await;
    }

    /// Counts a call. It goes on only in a process that lives; whoever goes on says [`Fate::answer`] before
    /// looking at what came back.
    pub(crate) async fn call(&self) -> u64 {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        self.meet(number, Crash::Before).await;
        number
    }

    /// Lets the answer to call `number` come back, if the process lives.
    pub(crate) async fn answer(&self, number: u64) {
        self.meet(number, Crash::After).await;
    }

    /// Returns in a process that lives, and never in one that is dead: nobody is left to be told.
    pub(crate) async fn live(&self) {
        if self.is_dead() {
            std::future::pending::<()>().await;
        }
    }

    async fn meet(&self, number: u64, side: Crash) {
        if *self.planned.lock().unwrap_or_else(PoisonError::into_inner) == Some((number, side)) {
            self.dead.send_replace(true);
        }
        self.live().await;
    }
}
