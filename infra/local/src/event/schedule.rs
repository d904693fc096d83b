//! Schedules: when they fall due by the shared clock, and the event of a firing.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::bus::{Bus, Subscription};
use super::rfc3339;
use crate::chance;
use crate::template::{ACCOUNT, REGION, Source};

/// When each schedule fires next.
#[derive(Debug)]
pub(crate) struct Schedules {
    next_ms: Mutex<BTreeMap<String, i64>>,
}

impl Schedules {
    /// Every schedule fires one period after the start, as it does after a deployment.
    pub(crate) fn start(bus: &Bus, now_ms: i64) -> Self {
        let next = periods(bus).map(|(it, every)| (it.id.clone(), now_ms + millis(every))).collect();
        Self { next_ms: Mutex::new(next) }
    }

    /// The subscriptions that are due, each once: what was missed while the clock jumped is not made up for.
    pub(crate) fn take_due<'a>(&self, bus: &'a Bus, now_ms: i64) -> Vec<&'a Subscription> {
        let mut next = self.lock();
        periods(bus)
            .filter(|(subscription, every)| {
                let Some(at) = next.get_mut(&subscription.id).filter(|at| **at <= now_ms) else {
                    return false;
                };
                let period = millis(*every);
                *at += ((now_ms - *at) / period + 1) * period;
                true
            })
            .map(|(subscription, _)| subscription)
            .collect()
    }

    /// The next instant at which one is due.
    pub(crate) fn next_ms(&self) -> Option<i64> {
        self.lock().values().min().copied()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, i64>> {
        self.next_ms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What `EventBridge` Scheduler sends to a function when the template gives no input.
pub(crate) fn event(subscription: &Subscription, at_ms: i64) -> Value {
    let name = match &subscription.source {
        Source::Schedule { name, .. } => format!("{}{name}", subscription.function),
        _ => subscription.function.clone(),
    };
    json!({
        "version": "0",
        "id": chance::uuid(),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": ACCOUNT,
        "time": rfc3339(at_ms - at_ms.rem_euclid(1000)).replace(".000Z", "Z"),
        "region": REGION,
        "resources": [format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{name}")],
        "detail": "{}",
    })
}

fn periods(bus: &Bus) -> impl Iterator<Item = (&Subscription, Duration)> {
    bus.subscriptions().iter().filter_map(|it| match &it.source {
        Source::Schedule { every, .. } => Some((it, *every)),
        _ => None,
    })
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).max(1)
}
