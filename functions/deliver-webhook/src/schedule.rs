//! When a delivery is tried again.

use std::time::Duration;

use domain::Timestamp;
use rand::RngExt as _;
use shared::outbound::RetryAfter;

/// What an attempt leads to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// Not before this instant.
    Again(Timestamp),
    /// The endpoint took it.
    Delivered,
    /// The endpoint says that it is gone for good.
    Gone,
    /// There were as many attempts as there are.
    GivenUp,
}

/// What follows an attempt made at `now`, of which `earlier` went before. `share` is what chance adds to the
/// pause, from 0 to 1, so that what failed together does not come back together.
pub(crate) fn step(
    status: Option<u16>,
    retry_after: Option<RetryAfter>,
    earlier: u8,
    now: Timestamp,
    share: f64,
) -> Step {
    match status {
        Some(200..=299) => return Step::Delivered,
        Some(410) => return Step::Gone,
        _ => {}
    }
    let Some(pause) = PAUSES.get(usize::from(earlier)) else { return Step::GivenUp };
    let pause = if matches!(status, Some(429 | 502 | 504)) { (*pause).max(THROTTLED) } else { *pause };
    let asked = match retry_after {
        Some(RetryAfter::At(at)) => at.since(now),
        Some(RetryAfter::In(time)) => time,
        None => Duration::ZERO,
    };
    let pause = pause.max(asked.min(LONGEST)).mul_f64(1.0 + MOST_ADDED * share.clamp(0.0, 1.0));
    Step::Again(now.plus(pause))
}

/// Until an endpoint is looked at again that has had enough to do so often in a row: longer each time, and by chance up
/// to half as long, so that those who wait for the same one do not come back together.
pub(crate) fn busy_pause(waits: u8, share: f64) -> Duration {
    let pause = BUSY_PAUSE.saturating_mul(1 << u32::from(waits.min(8))).min(LONGEST_BUSY_PAUSE);
    pause.mul_f64(1.0 - share.clamp(0.0, 1.0) / 2.0)
}

/// What chance adds to a pause.
pub(crate) fn chance() -> f64 {
    shared::edge::system_rng().random::<f64>()
}

/// Ten attempts within 75 hours and 35 minutes, as [Standard Webhooks] proposes.
///
/// [Standard Webhooks]: https://www.standardwebhooks.com
const PAUSES: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];
/// An endpoint may ask for as long a pause as the longest of ours.
const LONGEST: Duration = Duration::from_hours(24);
/// The least pause for an endpoint that has too much to do.
const THROTTLED: Duration = Duration::from_mins(1);
/// The first pause of who waits for an endpoint that has enough to do, before chance shortens it.
const BUSY_PAUSE: Duration = Duration::from_secs(10);
/// As long as a call that died holds its place.
const LONGEST_BUSY_PAUSE: Duration = Duration::from_mins(2);
/// What chance adds at most.
const MOST_ADDED: f64 = 0.1;

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]

    use super::*;

    const NOW: i64 = 1_790_000_000_000;

    fn pause(status: Option<u16>, retry_after: Option<RetryAfter>, earlier: u8, share: f64) -> Duration {
        let now = Timestamp::from_unix_ms(NOW);
        match step(status, retry_after, earlier, now, share) {
            Step::Again(at) => at.since(now),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_pauses_are_those_of_the_standard() {
        let all: Vec<u64> = (0..9).map(|it| pause(Some(500), None, it, 0.0).as_secs()).collect();
        assert_eq!(all, [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
        assert_eq!(all.iter().sum::<u64>(), 75 * 3600 + 35 * 60 + 5);
        assert_eq!(pause(None, None, 2, 1.0).as_secs(), 1980, "a tenth is added at most");
        let now = Timestamp::from_unix_ms(NOW);
        assert_eq!(step(Some(500), None, 9, now, 0.0), Step::GivenUp);
    }

    #[test]
    fn an_endpoint_may_ask_for_more_time_and_not_for_less() {
        let asked = |seconds| Some(RetryAfter::In(Duration::from_secs(seconds)));
        assert_eq!(pause(Some(503), asked(120), 0, 0.0).as_secs(), 120);
        assert_eq!(pause(Some(503), asked(1), 1, 0.0).as_secs(), 300);
        assert_eq!(pause(Some(503), asked(1 << 40), 0, 0.0).as_secs(), 86_400);
        assert_eq!(pause(Some(429), None, 0, 0.0).as_secs(), 60);
        let at = Some(RetryAfter::At(Timestamp::from_unix_ms(NOW + 90_000)));
        assert_eq!(pause(Some(503), at, 0, 0.0).as_secs(), 90);
    }

    #[test]
    fn who_waits_for_a_busy_endpoint_looks_less_and_less_often_and_not_together() {
        let seconds = |waits, share| busy_pause(waits, share).as_secs();
        let longest: Vec<u64> = (0..6).map(|it| seconds(it, 0.0)).collect();
        assert_eq!(longest, [10, 20, 40, 80, 120, 120]);
        assert_eq!((seconds(0, 1.0), seconds(4, 1.0), seconds(u8::MAX, 0.5)), (5, 60, 90));
    }

    #[test]
    fn only_2xx_is_success_and_only_410_is_gone() {
        let now = Timestamp::from_unix_ms(NOW);
        for status in [200, 202, 204, 299] {
            assert_eq!(step(Some(status), None, 0, now, 0.0), Step::Delivered);
        }
        assert_eq!(step(Some(410), None, 0, now, 0.0), Step::Gone);
        for status in [100, 301, 307, 400, 401, 404, 500] {
            assert!(matches!(step(Some(status), None, 0, now, 0.0), Step::Again(_)), "{status}");
        }
    }
}
