//! Endpoints that fail in every way, on a clock that is moved by hand.

use std::collections::BTreeSet;
use std::sync::Mutex;

use domain::Timestamp;
use serde_json::{Value, json};
use tests::{CONTRACT, Door, Endpoint, Manner, Received, ada};

use super::{deliveries, patch, subscribe};

/// Moves the clock by so many seconds, and lets what falls due happen.
async fn wait(door: &Door, seconds: i64) {
    door.cloud.clock().shift(seconds * 1000);
    door.settle().await;
    // The sweep looks at what is due, and the queue brings it.
    door.settle().await;
}

/// Seconds until the next attempt of a delivery.
fn seconds_left(door: &Door, delivery: &Value) -> i64 {
    let at = delivery["nextAttemptAt"].as_str().unwrap().replacen(' ', "T", 1);
    let left = Timestamp::parse_rfc3339(&at).unwrap().unix_ms() - door.cloud.clock().now().unix_ms();
    left.div_euclid(1000)
}

/// The attempts of a delivery: their statuses, and what stands in place of one.
fn attempts(delivery: &Value) -> Vec<Value> {
    let attempts = delivery["attempts"].as_array().unwrap().iter();
    attempts
        .map(|it| if it["status"].is_null() { it["error"].clone() } else { it["status"].clone() })
        .collect()
}

#[tokio::test]
async fn an_endpoint_that_fails_is_tried_ten_times_within_three_days_and_then_listed() {
    let door = Door::open().await;
    let endpoint = Endpoint::listen(|_, _| Manner::status(500)).await;
    let webhook = subscribe(&door, &endpoint, json!({ "events": ["request.created"] })).await;
    door.request(CONTRACT, &[ada()]).await;
    for (made, pause) in [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].into_iter().enumerate()
    {
        assert_eq!(endpoint.got().len(), made + 1);
        let delivery = deliveries(&door, &webhook, "").await[0].clone();
        let left = seconds_left(&door, &delivery);
        // What the stage took since the attempt is missing, what chance added is there.
        assert!((pause - 60..=pause + pause / 10 + 1).contains(&left), "attempt {made}: {left} s");
        if left > 10 {
            wait(&door, left - 4).await;
            assert_eq!(endpoint.got().len(), made + 1, "not before its time");
            wait(&door, 64).await;
        } else {
            wait(&door, left.max(0) + 2).await;
        }
    }
    assert_eq!(endpoint.got().len(), 10);
    let ids: BTreeSet<String> = endpoint.got().iter().map(|it| it.headers["webhook-id"].clone()).collect();
    assert_eq!(ids.len(), 1, "one message, whatever attempt it is");
    let failed = deliveries(&door, &webhook, "?failed=true").await;
    assert_eq!(failed.len(), 1);
    assert_eq!((failed[0]["state"].as_str(), attempts(&failed[0]).len()), (Some("failed"), 10));
    wait(&door, 200_000).await;
    assert_eq!(endpoint.got().len(), 10, "given up is given up");
}

#[tokio::test]
async fn whoever_keeps_an_endpoint_is_written_to_once_when_it_fails_for_days() {
    let door = Door::open().await;
    let endpoint = Endpoint::listen(|_, _| Manner::status(500)).await;
    let contact = json!({ "email": "ops@example.com", "language": "de" });
    let wanted = json!({ "events": ["request.created"], "contact": contact });
    let webhook = subscribe(&door, &endpoint, wanted).await;
    assert_eq!(webhook["contact"], contact);
    door.request(CONTRACT, &[ada()]).await;
    for _ in 0..3 {
        assert!(door.mails_to("ops@example.com").is_empty(), "not while it may come back");
        wait(&door, 2 * 24 * 3600).await;
        door.request(CONTRACT, &[ada()]).await;
    }
    wait(&door, 3600).await;
    let path = format!("/webhooks/{}", webhook["id"].as_str().unwrap());
    assert_eq!(door.get(&path).await.expect(200).text("/data/disabledBy"), "failures");
    let mails = door.mails_to("ops@example.com");
    assert_eq!(mails.len(), 1);
    assert!(mails[0].subject.starts_with("Webhooks an 127.0.0.1"), "{}", mails[0].subject);
    assert!(mails[0].text.contains("seit fünf Tagen") && mails[0].text.contains(&path), "{}", mails[0].text);
}

#[tokio::test]
async fn whoever_keeps_a_quiet_endpoint_is_told_what_was_given_up_once_a_day() {
    let door = Door::open().await;
    let endpoint = Endpoint::listen(|_, _| Manner::status(500)).await;
    let contact = json!({ "email": "ops@example.com", "language": "fr" });
    let wanted = json!({ "events": ["request.created"], "contact": contact });
    let webhook = subscribe(&door, &endpoint, wanted).await;
    for _ in 0..2 {
        door.request(CONTRACT, &[ada()]).await;
    }
    for pause in [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400] {
        assert!(door.mails_to("ops@example.com").is_empty(), "not before");
        wait(&door, pause + pause / 10 + 60).await;
    }
    assert_eq!(deliveries(&door, &webhook, "?failed=true").await.len(), 2);
    let path = format!("/webhooks/{}", webhook["id"].as_str().unwrap());
    let shown = door.get(&path).await.expect(200).json()["data"].clone();
    assert_eq!(shown["enabled"], true, "three days are not five");
    let mails = door.mails_to("ops@example.com");
    assert_eq!(mails.len(), 1, "one for both");
    assert!(mails[0].subject.starts_with("Un webhook vers 127.0.0.1"), "{}", mails[0].subject);
    assert!(mails[0].text.contains(&format!("{path}/deliveries?failed=true")), "{}", mails[0].text);
}

#[tokio::test]
async fn what_was_given_up_is_delivered_again_on_demand() {
    let door = Door::open().await;
    let endpoint = Endpoint::listen(|count, _| Manner::status(if count == 0 { 410 } else { 200 })).await;
    let contact = json!({ "email": "ops@example.com" });
    let wanted = json!({ "events": ["request.created"], "contact": contact });
    let webhook = subscribe(&door, &endpoint, wanted).await;
    door.request(CONTRACT, &[ada()]).await;
    assert!(door.mails_to("ops@example.com")[0].text.contains("answered that it is gone (410)"));
    let path = format!("/webhooks/{}", webhook["id"].as_str().unwrap());
    let shown = door.get(&path).await.expect(200).json()["data"].clone();
    assert_eq!((&shown["enabled"], &shown["disabledBy"]), (&json!(false), &json!("gone")));
    door.request(CONTRACT, &[ada()]).await;
    assert_eq!(endpoint.got().len(), 1, "an endpoint that is gone is called no more");
    let failed = deliveries(&door, &webhook, "?failed=true").await;
    let again = format!("{path}/deliveries/{}/redeliver", failed[0]["id"].as_str().unwrap());
    assert_eq!(door.post(&again, &json!({})).await.text("/code"), "webhook_disabled");
    let _taken = patch(&door, &webhook, &json!({ "enabled": true })).await.expect(200);
    let _taken = door.post(&again, &json!({})).await.expect(202);
    door.settle().await;
    let got = endpoint.got();
    assert_eq!(got[0].headers["webhook-id"], got[1].headers["webhook-id"]);
    assert_eq!(got[0].body, got[1].body);
    let delivery = deliveries(&door, &webhook, "").await[0].clone();
    assert_eq!(
        (delivery["state"].as_str(), attempts(&delivery)),
        (Some("delivered"), vec![json!(410), json!(200)])
    );
    assert_eq!(deliveries(&door, &webhook, "?failed=true").await, Vec::<Value>::new());
    for unknown in ["nothing", "1773306901250-evt_5f1d2c3b4a59687786950a1b_2"] {
        assert_eq!(
            door.post(&format!("{path}/deliveries/{unknown}/redeliver"), &json!({})).await.status,
            404
        );
    }
}

#[tokio::test]
async fn nothing_is_lost_at_an_endpoint_that_fails_in_every_way() {
    let door = Door::open().await;
    // Each message fails in its own way first; a redirect leads nowhere, an unfinished answer counts by its status.
    let seen: Mutex<BTreeSet<u64>> = Mutex::default();
    let endpoint = Endpoint::listen(move |_, received| {
        let sequence = received.json()["sequence"].as_u64().unwrap();
        if !seen.lock().unwrap().insert(sequence) {
            return Manner::status(204);
        }
        match sequence {
            1 => Manner::status(500),
            2 => Manner::Reset,
            3 => Manner::Answer(302, "location: http://127.0.0.1:1/\r\n", String::new()),
            4 => Manner::Torn,
            5 => Manner::Answer(503, "retry-after: 120\r\n", String::new()),
            6 => Manner::status(404),
            7 => Manner::status(429),
            8 => Manner::Answer(200, "", "x".repeat(1 << 20)),
            9 => Manner::Hang,
            10 => Manner::Late(std::time::Duration::from_secs(3)),
            _ => Manner::status(204),
        }
    })
    .await;
    let webhook = subscribe(&door, &endpoint, json!({})).await;
    door.request(CONTRACT, &[ada()]).await.sign_all().await;
    for _ in 0..6 {
        wait(&door, 400).await;
    }
    let got = endpoint.got();
    let told: BTreeSet<u64> = got.iter().map(|it| it.json()["sequence"].as_u64().unwrap()).collect();
    let feed = super::feed(&door, "").await["data"].as_array().unwrap().len();
    assert_eq!(told.len(), feed, "everything came");
    assert_eq!(told.last(), Some(&u64::try_from(feed).unwrap()), "and its order can be restored");
    let log = deliveries(&door, &webhook, "").await;
    assert!(log.iter().all(|it| it["state"] == "delivered"), "{log:#?}");
    let firsts: Vec<Value> = log.iter().rev().map(|it| attempts(it)[0].clone()).collect();
    for outcome in [json!(500), json!(302), json!(503), json!(404), json!(429)] {
        assert!(firsts.contains(&outcome), "{firsts:?}");
    }
    let slow = log.iter().find(|it| it["event"].as_str().unwrap().ends_with("_10")).unwrap();
    assert_eq!(attempts(slow).len(), 1, "late, and in time");
    assert!(slow["attempts"][0]["durationMs"].as_u64().unwrap() >= 3000, "{slow}");
    let words: Vec<&str> = firsts.iter().filter_map(Value::as_str).collect();
    assert!(words.contains(&"the exchange with the server broke off"), "{words:?}");
    assert!(words.contains(&"the server did not answer in time"), "{words:?}");
    let throttled = log.iter().find(|it| attempts(it)[0] == json!(503)).unwrap();
    let at = |index: usize| {
        let at = throttled["attempts"][index]["at"].as_str().unwrap().replacen(' ', "T", 1);
        Timestamp::parse_rfc3339(&at).unwrap().unix_ms()
    };
    assert!(at(1) - at(0) >= 120_000, "an endpoint that asks for time gets it");
}

#[tokio::test]
async fn an_endpoint_that_took_nothing_for_five_days_is_called_no_more() {
    let door = Door::open().await;
    let endpoint = Endpoint::listen(|_, _| Manner::Reset).await;
    let webhook = subscribe(&door, &endpoint, json!({ "events": ["request.created"] })).await;
    let path = format!("/webhooks/{}", webhook["id"].as_str().unwrap());
    door.request(CONTRACT, &[ada()]).await;
    let shown = door.get(&path).await.expect(200).json()["data"].clone();
    assert!(shown["failingSince"].is_string() && shown["enabled"] == true, "{shown}");
    wait(&door, 4 * 24 * 3600).await;
    door.request(CONTRACT, &[ada()]).await;
    assert_eq!(door.get(&path).await.expect(200).json()["data"]["enabled"], true);
    wait(&door, 24 * 3600 + 60).await;
    door.request(CONTRACT, &[ada()]).await;
    let shown = door.get(&path).await.expect(200).json()["data"].clone();
    assert_eq!((&shown["enabled"], &shown["disabledBy"]), (&json!(false), &json!("failures")));
    let calls = endpoint.got().len();
    door.request(CONTRACT, &[ada()]).await;
    assert_eq!(endpoint.got().len(), calls);
}

#[tokio::test]
async fn whoever_mends_an_endpoint_begins_anew() {
    let door = Door::open().await;
    let endpoint = Endpoint::listen(|_, _| Manner::status(503)).await;
    let contact = json!({ "email": "ops@example.com" });
    let wanted = json!({ "events": ["request.created"], "contact": contact });
    let webhook = subscribe(&door, &endpoint, wanted).await;
    let path = format!("/webhooks/{}", webhook["id"].as_str().unwrap());
    let shown = async || door.get(&path).await.expect(200).json()["data"].clone();
    for change in
        [json!({ "enabled": true }), json!({ "enabled": true, "url": format!("{}/b", endpoint.url()) })]
    {
        door.request(CONTRACT, &[ada()]).await;
        wait(&door, 5 * 24 * 3600 + 60).await;
        door.request(CONTRACT, &[ada()]).await;
        assert_eq!(shown().await["disabledBy"], "failures");
        let mails = door.mails_to("ops@example.com").len();
        let changed = patch(&door, &webhook, &change).await.expect(200).json()["data"].clone();
        assert!(changed["enabled"] == true && changed["failingSince"].is_null(), "{changed}");
        door.request(CONTRACT, &[ada()]).await;
        let after = shown().await;
        assert!(after["enabled"] == true && after["failingSince"].is_string(), "one failure is one: {after}");
        assert_eq!(door.mails_to("ops@example.com").len(), mails, "nobody is written to for it");
    }
    let moved = json!({ "url": format!("{}/c", endpoint.url()) });
    let changed = patch(&door, &webhook, &moved).await.expect(200).json()["data"].clone();
    assert!(changed["failingSince"].is_null(), "another address has not failed yet");
    door.request(CONTRACT, &[ada()]).await;
    assert!(shown().await["failingSince"].is_string(), "it fails there as well");
    let name = patch(&door, &webhook, &json!({ "description": "Orders" })).await.expect(200);
    assert!(name.json()["data"]["failingSince"].is_string(), "another name mends nothing");
    let body = json!({ "url": endpoint.url(), "events": ["PACKAGE_CREATE"] });
    let _registered = door.post("/callback", &body).await.expect(200);
    door.request(CONTRACT, &[ada()]).await;
    let callback = async || {
        let list = door.get("/webhooks").await.expect(200).json();
        list["data"].as_array().unwrap().iter().find(|it| it["origin"] == "").unwrap().clone()
    };
    assert!(callback().await["failingSince"].is_string());
    let _again = door.post("/callback", &body).await.expect(200);
    assert!(callback().await["failingSince"].is_null(), "registered again");
}

#[tokio::test]
async fn one_success_ends_the_time_of_failing() {
    let door = Door::open().await;
    let endpoint = Endpoint::listen(|count, _| Manner::status(if count == 0 { 500 } else { 200 })).await;
    let webhook = subscribe(&door, &endpoint, json!({ "events": ["request.created"] })).await;
    let path = format!("/webhooks/{}", webhook["id"].as_str().unwrap());
    door.request(CONTRACT, &[ada()]).await;
    assert!(door.get(&path).await.json()["data"]["failingSince"].is_string());
    wait(&door, 10).await;
    assert!(door.get(&path).await.json()["data"]["failingSince"].is_null());
    assert_eq!(endpoint.got().iter().map(Received::event_type).collect::<BTreeSet<_>>().len(), 1);
}
