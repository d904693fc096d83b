//! Work that waits for one of some workers.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::work::{Work, count};
use crate::{PATIENCE, PLAYED};

/// Workers who do one thing at a time, and what one request brings them.
#[derive(Debug)]
pub(crate) struct Workers {
    at_once: usize,
    jobs: usize,
    /// Seconds that a job takes.
    job: f64,
    /// The part of each minute in which they work.
    at_work: f64,
}

impl Workers {
    /// What the queue's `MaximumConcurrency` lets through to endpoints that answer within a tenth of a second.
    pub(crate) const fn deliveries(work: &Work) -> Self {
        Self { at_once: 50, jobs: work.told, job: ANSWER, at_work: 1.0 }
    }

    /// What one endpoint is called for at one time.
    pub(crate) const fn of_one_endpoint(work: &Work) -> Self {
        Self { at_once: 4, jobs: work.told, job: ANSWER, at_work: 1.0 }
    }

    /// The shards of the stream, each with what `ParallelizationFactor` allows; in each, requests wait beside each other
    /// and work one after the other.
    pub(crate) fn seals(work: &Work, rate: f64) -> Self {
        let job = (work.seal_waits + count(SEALS_AT_ONCE) * work.seal_works) / count(work.seals);
        Self { at_once: 10 * work.shards(rate) * SEALS_AT_ONCE, jobs: work.seals, job, at_work: 1.0 }
    }

    /// The schedule that works off what is due, eight owners at a time for half of each minute.
    pub(crate) const fn sweep() -> Self {
        Self { at_once: 8, jobs: 1, job: 0.1, at_work: 0.5 }
    }

    /// The longest that anything waits, in seconds, beyond the pause of those who do not always work.
    pub(crate) fn worst_wait(&self, rate: f64) -> f64 {
        let mut chance = StdRng::seed_from_u64(SEED);
        let mut free: BinaryHeap<Reverse<u64>> = (0..self.at_once).map(|_| Reverse(0)).collect();
        let (mut now, mut worst) = (0.0, 0.0_f64);
        // Time counts for workers while they work.
        let job = micros(self.job / self.at_work);
        while now < PLAYED && worst <= PATIENCE {
            now += gap(&mut chance, rate * count(self.jobs));
            let Reverse(at) = free.pop().unwrap();
            let begins = at.max(micros(now));
            worst = worst.max(seconds(begins) - now);
            free.push(Reverse(begins + job));
        }
        worst
    }
}

/// Seconds until the next of those who come at this rate, each for themselves.
pub(crate) fn gap(chance: &mut StdRng, rate: f64) -> f64 {
    -(1.0 - chance.random::<f64>()).ln() / rate
}

/// Instants are whole microseconds where they are put in order.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "minutes, from zero on")]
pub(crate) const fn micros(seconds: f64) -> u64 {
    (seconds * 1e6) as u64
}

#[allow(clippy::cast_precision_loss, reason = "minutes in microseconds")]
pub(crate) const fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}

pub(crate) const SEED: u64 = 20_261_124;
/// Requests that one call of the function works on at one time.
const SEALS_AT_ONCE: usize = 4;
/// Seconds in which an endpoint answers, with what a function does about it.
const ANSWER: f64 = 0.1;
