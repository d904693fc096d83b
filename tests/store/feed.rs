//! How events get their places.

use domain::notification::{EventId, EventName};
use domain::{TenantId, Timestamp};
use serde_json::json;
use shared::edge::Supply;
use shared::store::{Feed, FeedPart, Outbox, OutboxEvent};
use tests::Door;
use tokio::task::JoinSet;

use super::{environment, id};

fn feed(door: &Door) -> Feed {
    let (env, aws) = (environment(door, "DeliverWebhookFunction"), door.cloud.aws());
    Supply::new(&env, &aws).feed().unwrap().0
}

fn tenant() -> TenantId {
    TenantId::parse("demo").unwrap()
}

fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-24T10:00:00Z").unwrap()
}

/// What a request has to tell at once, from a place among its notifications on.
fn outbox(request: u32, first: u64, texts: &[&str]) -> Outbox {
    let request = id(&format!("{request:024x}"));
    let event = |(sequence, text): (u64, &&str)| OutboxEvent {
        id: EventId { request: request.clone(), sequence },
        name: EventName::ALL[0],
        at: now(),
        payload: json!({ "text": text }),
    };
    Outbox { tenant: tenant(), events: (first..).zip(texts).map(event).collect() }
}

async fn texts(feed: &Feed) -> Vec<String> {
    let FeedPart::Events(events, _) = feed.after(&tenant(), None, 1000, now()).await.unwrap() else {
        panic!("it is kept");
    };
    assert!(events.iter().zip(1..).all(|(event, position)| event.position == position), "no gap");
    events.iter().map(|it| it.payload["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_several_requests_tell_takes_its_places_together_and_once() {
    let door = Door::open().await;
    let feed = feed(&door);
    let all = [outbox(1, 1, &["a", "b"]), outbox(2, 1, &["c"]), outbox(1, 3, &["d"])];
    let all: Vec<&Outbox> = all.iter().collect();
    assert_eq!(feed.append(&tenant(), &all, now()).await.unwrap(), [1, 3, 4]);
    assert_eq!(feed.append(&tenant(), &all, now()).await.unwrap(), [1, 3, 4], "again");
    let more = outbox(3, 1, &["e"]);
    let again = [all[2], &more, all[0]];
    assert_eq!(feed.append(&tenant(), &again, now()).await.unwrap(), [4], "what has its place, first");
    assert_eq!(feed.append(&tenant(), &again[1..], now()).await.unwrap(), [5], "up to what has one");
    let twice = outbox(4, 1, &["f"]);
    assert_eq!(feed.append(&tenant(), &[&twice, &twice], now()).await.unwrap(), [6], "each once");
    assert_eq!(texts(&feed).await, ["a", "b", "c", "d", "e", "f"]);
}

#[tokio::test]
async fn what_cannot_be_told_holds_up_nothing_before_it_and_more_than_a_transaction_holds_waits() {
    let door = Door::open().await;
    let feed = feed(&door);
    let too_large = "x".repeat(450_000);
    let (before, poison, after) =
        (outbox(1, 1, &["before"]), outbox(2, 1, &[&too_large]), outbox(3, 1, &["after"]));
    let all = [&before, &poison, &after];
    assert_eq!(feed.append(&tenant(), &all, now()).await.unwrap(), [1]);
    assert!(feed.append(&tenant(), &all[1..], now()).await.is_err());
    assert_eq!(feed.append(&tenant(), &all[2..], now()).await.unwrap(), [2]);
    let many: Vec<Outbox> = (10..70).map(|it| outbox(it, 1, &["many"])).collect();
    let many: Vec<&Outbox> = many.iter().collect();
    let places = feed.append(&tenant(), &many, now()).await.unwrap();
    assert_eq!(places, (3..52).collect::<Vec<u64>>(), "forty-nine at once");
    assert_eq!(feed.append(&tenant(), &many[49..], now()).await.unwrap().len(), 11);
    assert_eq!(texts(&feed).await.len(), 62);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_append_at_once_nobody_is_lost_or_told_twice() {
    let door = Door::open().await;
    let feed = feed(&door);
    let mut appending = JoinSet::new();
    for shard in 0..4 {
        let feed = feed.clone();
        appending.spawn(async move {
            for round in 0..5 {
                let outboxes: Vec<Outbox> =
                    (0..5).map(|it| outbox(shard * 100 + round * 10 + it, 1, &["a", "b"])).collect();
                let mut left: Vec<&Outbox> = outboxes.iter().collect();
                // Whoever gives up comes again, as a stream does.
                while !left.is_empty() {
                    if let Ok(places) = feed.append(&tenant(), &left, now()).await {
                        left.drain(..places.len());
                    }
                }
            }
        });
    }
    appending.join_all().await;
    let told = texts(&feed).await;
    assert_eq!(told.len(), 4 * 5 * 5 * 2);
    assert!(told.chunks(2).all(|pair| pair == ["a", "b"]), "what was told together stands together");
}
