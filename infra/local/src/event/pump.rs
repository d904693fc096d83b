//! Brings pending deliveries to the functions: all at once for a test, as they come for a service.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, Value, json};
use shared::edge::clock::Clock;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::bus::{Batch, Bus, Subscription};
use super::journal::Delivery;
use super::queue::{self, Message, Queues};
use super::schedule::{self, Schedules};
use super::{rfc3339, stream};
use crate::chance;
use crate::crash::Fate;
use crate::disk::DiskError;
use crate::invoke::{Functions, InvokeError};
use crate::template::{Queue, Source, function_arn, stream_arn};

/// Delivers what the bus, the queues and the schedules hold.
#[derive(Debug)]
pub(crate) struct Pump {
    pub(crate) bus: Arc<Bus>,
    pub(crate) queues: Arc<Queues>,
    pub(crate) functions: Arc<Functions>,
    pub(crate) fate: Arc<Fate>,
    pub(crate) schedules: Schedules,
    pub(crate) clock: Clock,
    /// How often each event reaches its function; at least once.
    pub(crate) duplicate: u32,
    /// Picks lanes out of order when set.
    pub(crate) shuffle: Option<Mutex<StdRng>>,
    /// Work that was taken and is not finished.
    pub(crate) in_flight: AtomicUsize,
}

/// One piece of work.
enum Work {
    Batch(Batch),
    Messages(Subscription, Vec<Message>),
    Schedule(Subscription),
}

/// How a batch ended.
enum Outcome {
    /// Every record was accepted.
    Done,
    /// Nothing is known of any record.
    Failed,
    /// Records before this position were accepted.
    FailedFrom(usize),
}

impl Pump {
    /// A source of lane choices that repeats for a seed.
    pub(crate) fn shuffled(seed: Option<u64>) -> Option<Mutex<StdRng>> {
        seed.map(|seed| Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// Delivers until nothing is pending, one after the other. Messages that wait or hide are not pending.
    pub(crate) async fn settle(&self) -> Result<(), DiskError> {
        while !self.fate.is_dead() {
            let changed = self.bus.changed();
            let work = self.take(None, Room { events: true, messages: true })?;
            if work.is_empty() {
                if self.bus.is_idle() && self.in_flight.load(Ordering::SeqCst) == 0 {
                    return Ok(());
                }
                // Someone else delivers: wait for them, and look again now and then.
                let _elapsed = tokio::time::timeout(LOOK_AGAIN, changed).await;
            }
            for piece in work {
                self.perform(piece).await?;
            }
        }
        Ok(())
    }

    /// Delivers as things come, until `stop` changes; then finishes what has begun.
    pub(crate) async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut tasks: JoinSet<Result<(), DiskError>> = JoinSet::new();
        // Those who work on messages may wait for strangers: they have a place of their own.
        let mut callers: JoinSet<Result<(), DiskError>> = JoinSet::new();
        while !*stop.borrow() {
            let changed = self.bus.changed();
            while let Some(ended) = tasks.try_join_next().or_else(|| callers.try_join_next()) {
                report(ended);
            }
            let room =
                Room { events: tasks.len() < CONCURRENCY, messages: callers.len() < MESSAGE_CONCURRENCY };
            let work = self.take(Some(Instant::now()), room);
            match work {
                Ok(work) if work.is_empty() => {}
                Ok(work) => {
                    for piece in work {
                        let pump = Arc::clone(&self);
                        let place =
                            if matches!(piece, Work::Messages(..)) { &mut callers } else { &mut tasks };
                        place.spawn(async move { pump.perform(piece).await });
                    }
                    continue;
                }
                Err(error) => tracing::error!(%error, "events cannot be read"),
            }
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep(self.pause()) => {}
                Some(ended) = tasks.join_next() => report(ended),
                Some(ended) = callers.join_next() => report(ended),
                ended = stop.changed() => if ended.is_err() { break },
            }
        }
        for mut left in [tasks, callers] {
            while let Some(ended) = left.join_next().await {
                report(ended);
            }
        }
    }

    /// How long nothing will fall due.
    fn pause(&self) -> Duration {
        let now_ms = self.clock.now().unix_ms();
        let queues = self.bus.subscriptions().iter().filter_map(|it| match &it.source {
            Source::Queue { queue, .. } => Some(queue.as_str()),
            _ => None,
        });
        let due_ms = [self.queues.next_visible_ms(queues), self.schedules.next_ms()];
        let retry = self.bus.next_retry().map(|at| at.saturating_duration_since(Instant::now()));
        due_ms
            .into_iter()
            .flatten()
            .map(|at| Duration::from_millis(u64::try_from(at - now_ms).unwrap_or(0)))
            .chain(retry)
            .fold(LONGEST_PAUSE, Duration::min)
            .max(SHORTEST_PAUSE)
    }

    /// Everything that can be delivered now: one batch (any order between lanes is fair), the visible
    /// messages, and the schedules that are due.
    fn take(&self, now: Option<Instant>, room: Room) -> Result<Vec<Work>, DiskError> {
        let now_ms = self.clock.now().unix_ms();
        // Counted before anything is taken, so that nobody finds everything done in between.
        self.in_flight.fetch_add(1, Ordering::SeqCst);
        let work = self.take_all(now, now_ms, room);
        let taken = work.as_ref().map_or(0, Vec::len);
        self.in_flight.fetch_add(taken, Ordering::SeqCst);
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        work
    }

    fn take_all(&self, now: Option<Instant>, now_ms: i64, room: Room) -> Result<Vec<Work>, DiskError> {
        let mut work = Vec::new();
        let batch = match &self.shuffle {
            _ if !room.events => None,
            None => self.bus.take(now, None),
            Some(chance) => {
                let mut chance = chance.lock().unwrap_or_else(PoisonError::into_inner);
                self.bus.take(now, Some(&mut |ready| chance.random_range(0..ready)))
            }
        };
        work.extend(batch.map(Work::Batch));
        for subscription in self.bus.subscriptions() {
            if room.messages
                && let Source::Queue { queue, batch_size, .. } = &subscription.source
                && let Some(queue) = self.queues.queue(queue)
            {
                let messages = self.queues.receive(queue, *batch_size, None, now_ms)?;
                if !messages.is_empty() {
                    work.push(Work::Messages(subscription.clone(), messages));
                }
            }
        }
        if room.events {
            let due = self.schedules.take_due(&self.bus, now_ms);
            work.extend(due.into_iter().map(|it| Work::Schedule(it.clone())));
        }
        Ok(work)
    }

    async fn perform(&self, work: Work) -> Result<(), DiskError> {
        let outcome = match work {
            Work::Batch(batch) => self.deliver(batch).await,
            Work::Messages(subscription, messages) => self.consume(&subscription, &messages).await,
            Work::Schedule(subscription) => {
                self.fire(&subscription).await;
                Ok(())
            }
        };
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        self.bus.notify();
        outcome
    }

    /// Invokes a function as often as an event is to be delivered; the first failure counts.
    async fn invoke(&self, function: &str, event: &Value) -> Result<Value, InvokeError> {
        let mut reply = self.functions.invoke(function, event.clone()).await?;
        for _ in 1..self.duplicate {
            if failures(&reply).is_none_or(<[Value]>::is_empty) {
                reply = self.functions.invoke(function, event.clone()).await?;
            }
        }
        Ok(reply)
    }

    async fn deliver(&self, mut batch: Batch) -> Result<(), DiskError> {
        let Some(subscription) = self.bus.subscription(&batch.subscription) else {
            // The template no longer has this event source.
            return self.bus.finish(&batch, batch.deliveries.len(), None, None);
        };
        let records: Vec<&Value> = batch.deliveries.iter().map(|it| &it.record).collect();
        let event = stream::event(&records);
        if let Source::Stream { table, retries, bisect, partial, on_failure, .. } = &subscription.source {
            let reply = self.invoke(&subscription.function, &event).await;
            if let Err(InvokeError::Killed) = reply {
                return Ok(());
            }
            let outcome = stream_outcome(&batch, reply, *partial);
            let retries = retries.unwrap_or(ENDLESS);
            let length = batch.deliveries.len();
            let (failed, through) = match outcome {
                Outcome::Done => return self.bus.finish(&batch, length, None, None),
                Outcome::Failed if *bisect && length > 1 => {
                    return self.bus.finish(&batch, 0, Some(length / 2), None);
                }
                Outcome::Failed => (0, length),
                Outcome::FailedFrom(position) => (position, position + 1),
            };
            let Some(head) = batch.deliveries.get_mut(failed) else {
                return self.bus.finish(&batch, length, None, None);
            };
            head.attempts += 1;
            let attempts = head.attempts;
            if attempts <= retries {
                return self.bus.finish(&batch, failed, None, Some(backoff(attempts)));
            }
            let lost = batch.deliveries.get(failed..through).unwrap_or_default();
            self.give_up(subscription, table, on_failure.as_deref(), lost)?;
            return self.bus.finish(&batch, through, None, None);
        }
        // S3 and SNS invoke asynchronously, one record at a time; its copies already stand in the journal.
        match self.functions.invoke(&subscription.function, event).await {
            Ok(_) => self.bus.finish(&batch, batch.deliveries.len(), None, None),
            // A dead process concludes nothing: the journal still has the event.
            Err(InvokeError::Killed) => Ok(()),
            Err(_) => match batch.deliveries.first_mut() {
                Some(head) if head.attempts < ASYNCHRONOUS_RETRIES => {
                    head.attempts += 1;
                    let wait = backoff(head.attempts);
                    self.bus.finish(&batch, 0, None, Some(wait))
                }
                _ => {
                    tracing::error!(
                        function = subscription.function,
                        "an event was dropped after its retries"
                    );
                    self.bus.finish(&batch, batch.deliveries.len(), None, None)
                }
            },
        }
    }

    /// Tells the failure destination which records were given up.
    fn give_up(
        &self,
        subscription: &Subscription,
        table: &str,
        on_failure: Option<&str>,
        lost: &[Delivery],
    ) -> Result<(), DiskError> {
        tracing::error!(function = subscription.function, records = lost.len(), "records were given up");
        let Some(queue) = on_failure.and_then(|name| self.queues.queue(name)) else { return Ok(()) };
        let number = |delivery: Option<&Delivery>| {
            delivery.and_then(|it| stream::sequence_number(&it.record)).unwrap_or_default().to_owned()
        };
        let now_ms = self.clock.now().unix_ms();
        let body = json!({
            "requestContext": {
                "requestId": chance::uuid(),
                "functionArn": function_arn(&subscription.function),
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": lost.first().map_or(0, |it| it.attempts),
            },
            "responseContext": { "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled" },
            "version": "1.0",
            "timestamp": rfc3339(now_ms),
            "DDBStreamBatchInfo": {
                "shardId": "shardId-00000000000000000001-local",
                "startSequenceNumber": number(lost.first()),
                "endSequenceNumber": number(lost.last()),
                "approximateArrivalOfFirstRecord": rfc3339(now_ms),
                "approximateArrivalOfLastRecord": rfc3339(now_ms),
                "batchSize": lost.len(),
                "streamArn": stream_arn(table),
            },
        });
        self.queues.send(queue, body.to_string(), Map::new(), None, now_ms).map(drop)
    }

    async fn consume(&self, subscription: &Subscription, messages: &[Message]) -> Result<(), DiskError> {
        let Source::Queue { queue: name, partial, .. } = &subscription.source else { return Ok(()) };
        let Some(declared) = self.queues.queue(name) else { return Ok(()) };
        let reply = self.invoke(&subscription.function, &queue::event(name, messages)).await;
        let Ok(reply) = reply else { return Ok(()) };
        let failed = if *partial { failures(&reply).unwrap_or_default() } else { &[] };
        let failed: Vec<&str> = failed.iter().filter_map(|it| it.get("itemIdentifier")?.as_str()).collect();
        if failed.iter().any(|id| !messages.iter().any(|it| it.id == *id)) {
            // A function that names what it never got is taken to have failed altogether.
            return Ok(());
        }
        self.remove(declared, messages.iter().filter(|it| !failed.contains(&it.id.as_str())))
    }

    fn remove<'a>(
        &self,
        queue: &Queue,
        mut messages: impl Iterator<Item = &'a Message>,
    ) -> Result<(), DiskError> {
        messages.try_for_each(|it| self.queues.delete(queue, &it.receipt).map(drop))
    }

    async fn fire(&self, subscription: &Subscription) {
        let Source::Schedule { retries, .. } = &subscription.source else { return };
        let event = schedule::event(subscription, self.clock.now().unix_ms());
        for _ in 0..=*retries {
            if let Ok(_) | Err(InvokeError::Killed) = self.invoke(&subscription.function, &event).await {
                return;
            }
        }
        tracing::error!(function = subscription.function, "a schedule was given up after its retries");
    }
}

/// For what there is room.
#[derive(Clone, Copy)]
struct Room {
    events: bool,
    messages: bool,
}

fn stream_outcome(batch: &Batch, reply: Result<Value, InvokeError>, partial: bool) -> Outcome {
    let Ok(reply) = reply else { return Outcome::Failed };
    let failed = if partial { failures(&reply).unwrap_or_default() } else { &[] };
    let positions: Option<Vec<usize>> = failed
        .iter()
        .map(|failure| {
            let number = failure.get("itemIdentifier")?.as_str()?;
            batch.deliveries.iter().position(|it| stream::sequence_number(&it.record) == Some(number))
        })
        .collect();
    match positions.map(|it| it.into_iter().min()) {
        None => Outcome::Failed,
        Some(None) => Outcome::Done,
        Some(Some(first)) => Outcome::FailedFrom(first),
    }
}

/// The single failures that a function reports.
fn failures(reply: &Value) -> Option<&[Value]> {
    reply.get("batchItemFailures")?.as_array().map(Vec::as_slice)
}

fn backoff(attempts: u32) -> Duration {
    FIRST_RETRY.saturating_mul(1 << attempts.min(6))
}

fn report(ended: Result<Result<(), DiskError>, tokio::task::JoinError>) {
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "an event could not be concluded"),
        Err(error) => tracing::error!(%error, "a delivery crashed"),
    }
}

/// Invocations at one time in a service: enough to overlap waiting, few enough for a laptop.
const CONCURRENCY: usize = 8;
/// The same of those who work on messages of queues, and mostly wait.
const MESSAGE_CONCURRENCY: usize = 32;
/// What AWS retries without end, until the stream forgets: a trial must end.
const ENDLESS: u32 = 100;
/// Lambda's retries of an asynchronous invocation, when nothing else is said.
const ASYNCHRONOUS_RETRIES: u32 = 2;
const FIRST_RETRY: Duration = Duration::from_millis(50);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
