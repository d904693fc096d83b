//! What counts come to: rates with their doubt, and whether one campaign does better than another.

use std::ops::AddAssign;

/// What happened with a campaign or a person in some time. Nothing of it tells who it was.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// How often a signature was made with it.
    pub shown: u64,
    /// Opens, where the tenant counts them.
    pub opens: u64,
    /// Clicks.
    pub clicks: u64,
    /// Downloads of the vCard.
    pub vcards: u64,
    /// Scans of the QR code.
    pub scans: u64,
}

/// A share between 0 and 1, and between which bounds it lies with the confidence asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// What was counted.
    pub observed: f64,
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

/// Which of two campaigns does better.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Comparison {
    /// The first.
    First,
    /// The second.
    Second,
    /// It cannot be told yet.
    Undecided,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        for (count, more) in [
            (&mut self.shown, other.shown),
            (&mut self.opens, other.opens),
            (&mut self.clicks, other.clicks),
            (&mut self.vcards, other.vcards),
            (&mut self.scans, other.scans),
        ] {
            *count = count.saturating_add(more);
        }
    }
}

impl Tally {
    /// Clicks among signatures shown.
    #[must_use]
    pub fn click_rate(&self) -> Option<Share> {
        wilson(self.clicks, self.shown, Z_95)
    }

    /// Opens among signatures shown.
    #[must_use]
    pub fn open_rate(&self) -> Option<Share> {
        wilson(self.opens, self.shown, Z_95)
    }
}

/// The score interval of Wilson (1927) for a share of which `hits` of `total` were counted; none of nothing.
/// More hits than there were tries count as all of them: one mail can be clicked twice.
#[must_use]
pub fn wilson(hits: u64, total: u64, z: f64) -> Option<Share> {
    if total == 0 {
        return None;
    }
    let (n, observed) = (number(total), number(hits.min(total)) / number(total));
    let z2 = z * z;
    let middle = (observed + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = z / (1.0 + z2 / n) * (observed * (1.0 - observed) / n + z2 / (4.0 * n * n)).sqrt();
    let low = if hits == 0 { 0.0 } else { (middle - half).max(0.0) };
    let high = if hits >= total { 1.0 } else { (middle + half).min(1.0) };
    Some(Share { observed, low, high })
}

/// How much more the first share is than the second: the interval of Newcombe (1998, method 10), made of the
/// two Wilson intervals.
#[must_use]
pub fn difference(first: Share, second: Share) -> Share {
    let observed = first.observed - second.observed;
    // Not `f64::hypot`: its symbol is of a newer C library than some hosts of functions have.
    let root = |one: f64, other: f64| (one * one + other * other).sqrt();
    let below = root(first.observed - first.low, second.high - second.observed);
    let above = root(first.high - first.observed, second.observed - second.low);
    Share { observed, low: observed - below, high: observed + above }
}

/// Which of two campaigns has the greater rate of clicks, with 95 % confidence.
#[must_use]
pub fn compare(first: &Tally, second: &Tally) -> Comparison {
    let Some((first, second)) = first.click_rate().zip(second.click_rate()) else {
        return Comparison::Undecided;
    };
    let difference = difference(first, second);
    if difference.low > 0.0 {
        Comparison::First
    } else if difference.high < 0.0 {
        Comparison::Second
    } else {
        Comparison::Undecided
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
const fn number(count: u64) -> f64 {
    count as f64
}

/// The two-sided quantile of the normal distribution for 95 %.
pub const Z_95: f64 = 1.959_963_984_540_054;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    fn near(share: Share, expected: (f64, f64)) {
        let is_near = |one: f64, other: f64| (one - other).abs() < 0.0001;
        assert!(is_near(share.low, expected.0) && is_near(share.high, expected.1), "{share:?}");
    }

    #[test]
    fn intervals_are_those_of_newcombes_examples() {
        // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
        near(wilson(81, 263, Z_95).unwrap(), (0.2553, 0.3662));
        near(wilson(15, 148, Z_95).unwrap(), (0.0624, 0.1605));
        near(wilson(0, 20, Z_95).unwrap(), (0.0, 0.1611));
        near(wilson(1, 29, Z_95).unwrap(), (0.0061, 0.1718));
        // Newcombe 1998, "Interval estimation for the difference", table II, method 10: 56/70 and 48/80.
        let of = |hits, total| wilson(hits, total, Z_95).unwrap();
        near(difference(of(56, 70), of(48, 80)), (0.0524, 0.3339));
        near(difference(of(9, 10), of(3, 10)), (0.1705, 0.8090));
    }

    #[test]
    fn a_better_campaign_is_told_from_luck() {
        let tally = |clicks, shown| Tally { shown, clicks, ..Tally::default() };
        assert_eq!(compare(&tally(120, 1000), &tally(60, 1000)), Comparison::First);
        assert_eq!(compare(&tally(60, 1000), &tally(120, 1000)), Comparison::Second);
        assert_eq!(compare(&tally(12, 100), &tally(6, 100)), Comparison::Undecided);
        assert_eq!(compare(&tally(0, 0), &tally(6, 100)), Comparison::Undecided);
    }

    proptest! {
        #[test]
        fn bounds_hold_what_was_counted(total in 1_u64..1_000_000, hits in 0_u64..1_100_000) {
            let share = wilson(hits, total, Z_95).unwrap();
            prop_assert!(0.0 <= share.low && share.low <= share.observed);
            prop_assert!(share.observed <= share.high && share.high <= 1.0);
        }

        #[test]
        fn tallies_add_up(one in any::<[u32; 2]>(), other in any::<[u32; 2]>()) {
            let tally = |it: [u32; 2]| Tally { shown: it[0].into(), clicks: it[1].into(), ..Tally::default() };
            let mut sum = tally(one);
            sum += tally(other);
            prop_assert_eq!(sum.shown, u64::from(one[0]) + u64::from(other[0]));
            prop_assert_eq!(sum.clicks, u64::from(one[1]) + u64::from(other[1]));
        }
    }
}
