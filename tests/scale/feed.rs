//! The stream of evidence on its way to the feeds: who loses the race for a tenant's counter tries again.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::queue::{SEED, gap, micros, seconds};
use crate::work::{Work, count};
use crate::{PATIENCE, PLAYED};

/// What the model knows of the function and its stream.
pub(crate) struct Relay<'a> {
    work: &'a Work,
    /// Requests a second.
    rate: f64,
    tenants: usize,
    lanes: usize,
}

/// Works on one batch at a time; a shard has as many as its `ParallelizationFactor`.
#[derive(Default)]
struct Lane {
    /// Tenants, and since when their events wait.
    waiting: VecDeque<(usize, f64)>,
    /// The batch in hand: tenants who have no places yet, each with the rounds that it lost.
    batch: BTreeMap<usize, u32>,
    /// How many events it is.
    taken: usize,
}

/// What a lane has just done.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Step {
    /// Read how long the feed of a tenant is.
    Read(usize),
    /// Written, upon a feed of this length, the places of a tenant's events.
    Wrote(usize, u64),
    /// Told all of the batch.
    Told,
}

impl<'a> Relay<'a> {
    /// So many requests a second, of so many tenants alike.
    pub(crate) fn new(work: &'a Work, rate: f64, tenants: usize) -> Self {
        Self { work, rate, tenants, lanes: work.shards(rate) * FACTOR }
    }

    /// The longest that an event waits for being told, in seconds.
    pub(crate) fn worst_wait(&self) -> f64 {
        let mut chance = StdRng::seed_from_u64(SEED);
        let mut lanes: Vec<Lane> = std::iter::repeat_with(Lane::default).take(self.lanes).collect();
        let mut lengths = vec![0_u64; self.tenants];
        let mut steps: BinaryHeap<Reverse<(u64, usize, Step)>> = BinaryHeap::new();
        let (mut arrival, mut worst) = (0.0, 0.0_f64);
        while arrival < PLAYED && worst <= PATIENCE {
            if steps.peek().is_none_or(|Reverse((at, ..))| micros(arrival) <= *at) {
                let index = chance.random_range(0..self.lanes);
                lanes[index].waiting.push_back((chance.random_range(0..self.tenants), arrival));
                if lanes[index].taken == 0 {
                    self.take(&mut lanes[index], (index, arrival), &mut steps, &mut chance);
                }
                arrival += gap(&mut chance, self.rate * count(self.work.told));
                continue;
            }
            let Some(Reverse((at, index, step))) = steps.pop() else { continue };
            let (now, lane) = (seconds(at), &mut lanes[index]);
            let (then, step) = match step {
                Step::Read(tenant) => (self.writing(&mut chance), Step::Wrote(tenant, lengths[tenant])),
                Step::Wrote(tenant, length) if length != lengths[tenant] => {
                    // Who loses too often gives the batch back, and gets it again.
                    let lost = lane.batch.entry(tenant).or_default();
                    *lost = if *lost < ROUNDS { *lost + 1 } else { 0 };
                    (f64::from(*lost) * PAUSE + self.reading(&mut chance), Step::Read(tenant))
                }
                Step::Wrote(tenant, _) => {
                    lengths[tenant] += 1;
                    lane.batch.remove(&tenant);
                    if !lane.batch.is_empty() {
                        continue;
                    }
                    (self.sending(), Step::Told)
                }
                Step::Told => {
                    let told = lane.waiting.drain(..lane.taken).map(|(_, since)| now - since);
                    worst = told.fold(worst, f64::max);
                    lane.taken = 0;
                    self.take(lane, (index, now), &mut steps, &mut chance);
                    continue;
                }
            };
            steps.push(Reverse((micros(now + then), index, step)));
        }
        // Whoever waits still has waited so long at least.
        let waiting = lanes.iter().filter_map(|it| it.waiting.front()).map(|(_, since)| arrival - since);
        waiting.fold(worst, f64::max)
    }

    /// The next batch of a lane, if something waits: its tenants beside each other.
    fn take(
        &self,
        lane: &mut Lane,
        (index, now): (usize, f64),
        steps: &mut BinaryHeap<Reverse<(u64, usize, Step)>>,
        chance: &mut StdRng,
    ) {
        lane.taken = lane.waiting.len().min(BATCH);
        lane.batch = lane.waiting.iter().take(lane.taken).map(|(tenant, _)| (*tenant, 0)).collect();
        for tenant in lane.batch.keys() {
            steps.push(Reverse((micros(now + self.reading(chance)), index, Step::Read(*tenant))));
        }
    }

    /// Which have their places, and how long the feed is.
    fn reading(&self, chance: &mut StdRng) -> f64 {
        2.0 * self.work.table_call * chance.random_range(0.5..1.5)
    }

    fn writing(&self, chance: &mut StdRng) -> f64 {
        self.work.table_call * chance.random_range(0.5..1.5)
    }

    /// Who hears it is read, deliveries are noted beside each other, and enqueued together.
    fn sending(&self) -> f64 {
        2.0 * self.work.table_call + self.work.queue_call
    }
}

/// Of the template.
const BATCH: usize = 25;
const FACTOR: usize = 10;
/// Of the store.
const ROUNDS: u32 = 12;
const PAUSE: f64 = 0.007;
