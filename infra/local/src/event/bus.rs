//! Deliveries in memory: who gets a record, in which order, and what is still to be made.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::Notify;

use super::journal::{Delivery, Journal, Unsettled, Write};
use crate::disk::DiskError;
use crate::template::{Source, Template};

/// One event source of one function.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    /// Names it in the journal.
    pub(crate) id: String,
    /// The function's logical id.
    pub(crate) function: String,
    /// What it listens to.
    pub(crate) source: Source,
}

/// Deliveries of one lane, ready for one invocation.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) subscription: String,
    pub(crate) lane: String,
    pub(crate) deliveries: Vec<Delivery>,
}

/// A record for one lane of some subscriptions.
pub(crate) struct Record {
    pub(crate) to: Vec<String>,
    pub(crate) lane: String,
    pub(crate) value: Value,
}

#[derive(Debug)]
pub(crate) struct Bus {
    state: Mutex<State>,
    changed: Notify,
    subscriptions: Vec<Subscription>,
}

#[derive(Debug)]
struct State {
    journal: Journal,
    lanes: BTreeMap<(String, String), Lane>,
    open_tickets: usize,
}

#[derive(Debug, Default)]
struct Lane {
    deliveries: VecDeque<Delivery>,
    busy: bool,
    /// A smaller batch than the source's, while a failed one is being halved.
    limit: Option<usize>,
    not_before: Option<Instant>,
}

impl Bus {
    pub(crate) fn open(template: &Template, path: &Path) -> Result<(Self, Unsettled), DiskError> {
        let subscriptions = template
            .functions
            .iter()
            .flat_map(|function| {
                function.sources.iter().map(|source| Subscription {
                    id: format!("{}/{}", function.logical_id, source_name(source)),
                    function: function.logical_id.clone(),
                    source: source.clone(),
                })
            })
            .collect();
        let (journal, pending, unsettled) = Journal::open(path)?;
        let mut state = State { journal, lanes: BTreeMap::new(), open_tickets: unsettled.len() };
        for delivery in pending {
            state.enqueue(delivery);
        }
        Ok((Self { state: Mutex::new(state), changed: Notify::new(), subscriptions }, unsettled))
    }

    pub(crate) fn subscriptions(&self) -> &[Subscription] {
        &self.subscriptions
    }

    pub(crate) fn subscription(&self, id: &str) -> Option<&Subscription> {
        self.subscriptions.iter().find(|it| it.id == id)
    }

    /// Wakes whoever waits for work.
    pub(crate) fn notify(&self) {
        self.changed.notify_waiters();
    }

    /// Completes at the next change.
    pub(crate) fn changed(&self) -> tokio::sync::futures::Notified<'_> {
        self.changed.notified()
    }

    /// Announces writes, before they happen.
    pub(crate) fn announce(&self, writes: &[Write]) -> Result<u64, DiskError> {
        let mut state = self.lock();
        let ticket = state.journal.announce(writes)?;
        state.open_tickets += 1;
        Ok(ticket)
    }

    /// A number larger than all before, for records to be ordered by.
    pub(crate) fn number(&self) -> u64 {
        self.lock().journal.number()
    }

    /// Says what a write caused. With no records it did not happen, or nobody listens.
    pub(crate) fn settle(&self, ticket: u64, records: Vec<Record>) -> Result<(), DiskError> {
        let mut state = self.lock();
        let mut deliveries = Vec::new();
        for record in records {
            for to in record.to {
                let id = state.journal.number();
                let (lane, record) = (record.lane.clone(), record.value.clone());
                deliveries.push(Delivery { id, to, lane, record, attempts: 0 });
            }
        }
        state.journal.settle(ticket, &deliveries)?;
        state.open_tickets = state.open_tickets.saturating_sub(1);
        for delivery in deliveries {
            state.enqueue(delivery);
        }
        state.shrink()?;
        drop(state);
        self.changed.notify_waiters();
        Ok(())
    }

    /// Takes the next batch: the oldest, or the one that `choose` picks among the lanes that are ready.
    /// With `now`, lanes that wait before a retry are left alone.
    pub(crate) fn take(
        &self,
        now: Option<Instant>,
        choose: Option<&mut dyn FnMut(usize) -> usize>,
    ) -> Option<Batch> {
        let mut state = self.lock();
        let mut ready: Vec<(u64, &(String, String))> = state
            .lanes
            .iter()
            .filter(|(_, lane)| {
                let waits = now.is_some_and(|now| lane.not_before.is_some_and(|at| at > now));
                !lane.busy && !waits
            })
            .filter_map(|(key, lane)| Some((lane.deliveries.front()?.id, key)))
            .collect();
        ready.sort_unstable();
        let index = choose.map_or(0, |choose| if ready.is_empty() { 0 } else { choose(ready.len()) });
        let key = ready.get(index).map(|(_, key)| (*key).clone())?;
        let (subscription, lane_name) = key.clone();
        let most = self.subscription(&subscription).map_or(1, |it| match it.source {
            Source::Stream { batch_size, .. } => batch_size,
            _ => 1,
        });
        let lane = state.lanes.get_mut(&key)?;
        lane.busy = true;
        lane.not_before = None;
        let most = lane.limit.unwrap_or(most).max(1);
        let deliveries = lane.deliveries.iter().take(most).cloned().collect();
        Some(Batch { subscription, lane: lane_name, deliveries })
    }

    /// When the next waiting lane is ready, if one waits.
    pub(crate) fn next_retry(&self) -> Option<Instant> {
        self.lock().lanes.values().filter_map(|lane| lane.not_before).min()
    }

    /// Whether nothing is pending and nothing is being delivered.
    pub(crate) fn is_idle(&self) -> bool {
        self.lock().lanes.is_empty()
    }

    /// Ends a batch: the first `done` deliveries are made. What is left waits and is tried again, at most
    /// `limit` at a time.
    pub(crate) fn finish(
        &self,
        batch: &Batch,
        done: usize,
        limit: Option<usize>,
        wait: Option<Duration>,
    ) -> Result<(), DiskError> {
        let mut state = self.lock();
        let key = (batch.subscription.clone(), batch.lane.clone());
        let ids: Vec<u64> = batch.deliveries.iter().take(done).map(|it| it.id).collect();
        if !ids.is_empty() {
            state.journal.done(&ids)?;
        }
        if let Some(lane) = state.lanes.get_mut(&key) {
            lane.deliveries.drain(..done.min(lane.deliveries.len()));
            lane.busy = false;
            lane.limit = limit;
            // A clock that cannot be added to means no wait.
            lane.not_before = wait.and_then(|wait| Instant::now().checked_add(wait));
            if let (Some(head), true) = (lane.deliveries.front_mut(), done < batch.deliveries.len()) {
                head.attempts = batch.deliveries.get(done).map_or(0, |it| it.attempts);
            }
            if lane.deliveries.is_empty() {
                state.lanes.remove(&key);
            }
        }
        state.shrink()?;
        drop(state);
        self.changed.notify_waiters();
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enqueue(&mut self, delivery: Delivery) {
        let key = (delivery.to.clone(), delivery.lane.clone());
        self.lanes.entry(key).or_default().deliveries.push_back(delivery);
    }

    fn shrink(&mut self) -> Result<(), DiskError> {
        if self.lanes.is_empty() && self.open_tickets == 0 { self.journal.shrink() } else { Ok(()) }
    }
}

/// Names an event source inside its function, the same after every restart.
fn source_name(source: &Source) -> String {
    match source {
        Source::Bucket { bucket, prefix, .. } => format!("s3:{bucket}/{prefix}"),
        Source::Queue { queue, .. } => format!("sqs:{queue}"),
        Source::Schedule { name, .. } => format!("schedule:{name}"),
        Source::Stream { table, .. } => format!("stream:{table}"),
        Source::Topic { topic } => format!("sns:{topic}"),
    }
}
