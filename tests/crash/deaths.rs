//! The process dies before and after every side effect of every story.

use local::Crash;
use tests::Harm;

use crate::stories::Story;
use crate::world;

/// Plays a story with a death at each chosen call, on both sides of it.
async fn die_everywhere(story: Story) {
    let unharmed = world().await;
    let effects = story.play(unharmed, None).await.effects;
    assert!(effects > 8, "{story:?} had {effects} effects");
    let every = if std::env::var_os("PARAPHE_FULL").is_some() { 1 } else { effects.div_ceil(SAMPLE) };
    let step = usize::try_from(every).unwrap();
    let deaths: Vec<(u64, Crash)> =
        (1..=effects).step_by(step).flat_map(|it| [(it, Crash::Before), (it, Crash::After)]).collect();
    let count = deaths.len();
    for (died, (effect, side)) in deaths.into_iter().enumerate() {
        let world = world().await;
        story.play(world, Some(Harm::Death(effect, side))).await;
        if (died + 1) % PROGRESS == 0 {
            eprintln!("{story:?}: {} of {count} deaths", died + 1);
        }
    }
    eprintln!("{story:?}: {count} deaths at {effects} effects, none told from the undisturbed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_sign() {
    die_everywhere(Story::Signed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_signs_and_the_other_declines() {
    die_everywhere(Story::Declined).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_integrator_cancels() {
    die_everywhere(Story::Cancelled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_acts_until_the_deadline() {
    die_everywhere(Story::Expired).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_task_is_passed_on_and_approved_with_codes_by_mail_and_text_message() {
    die_everywhere(Story::Delegated).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_else_is_asked_in_the_place_of_the_second() {
    die_everywhere(Story::Corrected).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_is_locked_and_unlocked_and_attaches_what_is_accepted() {
    die_everywhere(Story::Vouched).await;
}

/// Effects of each story at which the process dies, when not at all of them.
const SAMPLE: u64 = 2;
/// So many deaths are told of at a time.
const PROGRESS: usize = 20;
