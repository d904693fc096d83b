//! Where load would stop first: what a request makes is counted on the stage, then a seeded model plays thousands of them
//! against what is ours and not the account's to raise. ARCHITECTURE.md tells the limits, and has to tell these.
//!
//! Calls take as long as `../cost/prices.json` assumes; what waits longer than [`PATIENCE`] is more
//! than there is room for.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod feed;
mod queue;
mod work;

use feed::Relay;
use queue::Workers;
use work::Work;

/// Seconds that something may wait.
const PATIENCE: f64 = 10.0;
/// Requests a second that there should be room for.
const WANTED: f64 = 1000.0;
/// Seconds that are played.
const PLAYED: f64 = 120.0;
/// Two plays of chance agree so far, and so do the document and a play.
const NEAR: f64 = 0.2;

#[tokio::test]
async fn architecture_tells_where_load_would_stop_first() {
    let work = Work::of_one_request().await;
    eprintln!("{work:?}");
    let limits = [
        ("the feed, one tenant", limit(|rate| Relay::new(&work, rate, 1).worst_wait())),
        ("the feed, a thousand tenants", limit(|rate| Relay::new(&work, rate, 1000).worst_wait())),
        ("deliveries", limit(|rate| Workers::deliveries(&work).worst_wait(rate))),
        ("deliveries, one endpoint", limit(|rate| Workers::of_one_endpoint(&work).worst_wait(rate))),
        ("sealing", limit(|rate| Workers::seals(&work, rate).worst_wait(rate))),
        ("the sweep", limit(|rate| Workers::sweep().worst_wait(rate / 5.0))),
    ];
    let told = include_str!("../../ARCHITECTURE.md");
    let mut wrong = Vec::new();
    for (what, limit) in limits {
        let row = told.lines().find_map(|it| it.strip_prefix(&format!("| {what} | ")));
        let told: Option<f64> = row.and_then(|it| it.split(' ').next()?.replace(',', "").parse().ok());
        eprintln!("{what}: {limit:.0} requests a second; told: {told:?}");
        if !told.is_some_and(|told| (told - limit).abs() <= NEAR * limit) {
            wrong.push(format!("{what}: {limit:.0}"));
        }
    }
    assert!(wrong.is_empty(), "ARCHITECTURE.md tells other limits than these: {wrong:#?}");
}

/// The most requests a second with which nobody waits too long, up to what is asked for: 1,000.
fn limit(worst_wait: impl Fn(f64) -> f64) -> f64 {
    if worst_wait(WANTED) <= PATIENCE {
        return WANTED;
    }
    let (mut holds, mut fails) = (0.1_f64, WANTED);
    while fails / holds > 1.03 {
        let rate = (holds * fails).sqrt();
        *(if worst_wait(rate) <= PATIENCE { &mut holds } else { &mut fails }) = rate;
    }
    holds
}
