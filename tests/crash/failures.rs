//! Every call of AWS that every story makes fails in every way, once and until its callers have given up.

use std::collections::{BTreeMap, HashMap};

use local::{Extent, Fault};
use tests::Harm;
use tokio::task::JoinSet;

use crate::stories::{Played, Story};
use crate::world;

/// Plays a story with each failure at each chosen call.
async fn fail_everywhere(story: Story) {
    let Played { calls, effects, .. } = story.play(world().await, None).await;
    assert!(calls.len() > usize::try_from(effects).unwrap() && effects > 8, "{story:?} made {calls:?}");
    let numbers = numbers(&calls);
    let kinds = Fault::ALL.into_iter().flat_map(|fault| [(fault, Extent::Once), (fault, Extent::Outage)]);
    let mut failures: Vec<Harm> = Vec::new();
    for (kind, (fault, extent)) in kinds.enumerate() {
        let (first, every) = if let Some(every) = every() {
            (kind % every, every)
        } else if kind % SAMPLED_KINDS == story as usize % SAMPLED_KINDS {
            ((kind * 29 + story as usize * 7) % numbers.len(), numbers.len())
        } else {
            continue;
        };
        let chosen = numbers.iter().skip(first).step_by(every);
        failures.extend(chosen.map(|number| Harm::Failure(*number, fault, extent)));
    }
    // One again, as a panic named it: `PARAPHE_FAULT='104 Conflict Outage'`.
    if let Some(wanted) = std::env::var_os("PARAPHE_FAULT") {
        let wanted = wanted.into_string().expect("UTF-8");
        let words: Vec<&str> = wanted.split(' ').collect();
        let kinds = Fault::ALL.into_iter().flat_map(|fault| [(fault, Extent::Once), (fault, Extent::Outage)]);
        let (fault, extent) = kinds
            .into_iter()
            .find(|(fault, extent)| words[1..] == [format!("{fault:?}"), format!("{extent:?}")])
            .expect("NUMBER FAULT EXTENT");
        failures = vec![Harm::Failure(words[0].parse().expect("a number"), fault, extent)];
    }
    let planned = failures.len();
    let (mut fired, mut running, mut names, mut broken) = (0, JoinSet::new(), HashMap::new(), Vec::new());
    let mut left = failures.into_iter();
    loop {
        while running.len() < AT_ONCE
            && let Some(harm) = left.next()
        {
            let task = running.spawn(async move { story.play(world().await, Some(harm)).await });
            names.insert(task.id(), harm);
        }
        match running.join_next().await {
            Some(Ok(played)) => fired += usize::from(!played.failed.is_empty()),
            Some(Err(error)) => broken.push(names[&error.id()]),
            None => break,
        }
    }
    eprintln!(
        "{story:?}: {planned} failures planned at {} of {} calls, {fired} came, {} plays told from the undisturbed",
        numbers.len(),
        calls.len(),
        broken.len()
    );
    assert!(broken.is_empty(), "{story:?} ended otherwise at {broken:?}");
    // A conflict planned behind the last write finds nothing to meet.
    assert!(fired * 10 >= planned * 7, "{fired} of {planned}");
}

/// Each call, each of so many by `PARAPHE_FAULTS_EVERY`, or a handful.
fn every() -> Option<usize> {
    let each = std::env::var_os("PARAPHE_FULL").map(|_| 1);
    let chosen = std::env::var_os("PARAPHE_FAULTS_EVERY").and_then(|it| it.to_str()?.parse().ok());
    each.or(chosen).filter(|it| *it > 0)
}

/// The calls that fail, counted from 1: all, but of what a function asks the same service again and again, as the
/// schedule does for weeks, only the first.
fn numbers(calls: &[String]) -> Vec<u64> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut numbers = Vec::new();
    for (call, number) in calls.iter().zip(1..) {
        let count = seen.entry(call.as_str()).or_default();
        *count += 1;
        if *count <= SAME_CALLS {
            numbers.push(number);
        }
    }
    numbers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_sign() {
    fail_everywhere(Story::Signed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_signs_and_the_other_declines() {
    fail_everywhere(Story::Declined).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_integrator_cancels() {
    fail_everywhere(Story::Cancelled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_acts_until_the_deadline() {
    fail_everywhere(Story::Expired).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_task_is_passed_on_and_approved_with_codes_by_mail_and_text_message() {
    fail_everywhere(Story::Delegated).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_else_is_asked_in_the_place_of_the_second() {
    fail_everywhere(Story::Corrected).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_is_locked_and_unlocked_and_attaches_what_is_accepted() {
    fail_everywhere(Story::Vouched).await;
}

/// Of a sample, each story meets one way of failing in so many.
const SAMPLED_KINDS: usize = 5;
/// Of the same operation of the same function, so many calls fail.
const SAME_CALLS: usize = 24;
/// Plays at one time: most of each is waiting.
const AT_ONCE: usize = 4;
