//! Endpoints that hang, and those that do not.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{CONTRACT, Door, Endpoint, ada};

use super::subscribe;

/// Requests are made, of which 20 healthy endpoints hear; how long it takes until they have heard of the last of them.
async fn told(door: &Door, healthy: &[Endpoint], create: &Value) -> Duration {
    let before = healthy[0].got().len();
    let began = std::time::Instant::now();
    let _taken = door.post("/EU-SES", create).await.expect(200);
    until("everyone was told", || healthy.iter().all(|it| it.got().len() > before)).await;
    began.elapsed()
}

/// Waits until something is so, and fails rather than for ever.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    let waited = tokio::time::timeout(Duration::from_mins(2), async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("waited in vain: {what}"));
}

#[tokio::test]
async fn endpoints_and_callbacks_that_hang_hold_up_no_others() {
    let door = Door::open().await;
    let created = json!({ "events": ["request.created"] });
    let mut healthy = Vec::new();
    for _ in 0..20 {
        let endpoint = Endpoint::willing().await;
        subscribe(&door, &endpoint, created.clone()).await;
        healthy.push(endpoint);
    }
    let (cloud, listener) = (door.cloud.clone(), tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let service = tokio::spawn(local::serve(cloud, listener, async {
        let _stopped = stopped.await;
    }));
    let create = tests::body(CONTRACT, &[ada()]);
    let usual = told(&door, &healthy, &create).await;
    let mut hanging = Vec::new();
    for _ in 0..3 {
        hanging.push(Endpoint::listen(|_, _| tests::Manner::Hang).await);
    }
    for endpoint in &hanging[..2] {
        subscribe(&door, endpoint, created.clone()).await;
    }
    let mut calling_back = create.clone();
    calling_back["callback"] = json!({ "url": hanging[2].url() });
    for _ in 0..8 {
        told(&door, &healthy, &calling_back).await;
    }
    until("four calls are under way at each", || hanging.iter().all(|it| it.got().len() >= 4)).await;
    // Those that hang would cost 15 s. A machine that is busy with something else is slow without them as well.
    let limit = Duration::from_secs(2).max(usual * 3);
    let mut rounds = Vec::new();
    while rounds.len() < 5 && rounds.iter().all(|it| *it >= limit) {
        rounds.push(told(&door, &healthy, &create).await);
    }
    assert!(rounds.iter().any(|it| *it < limit), "{rounds:?}, and {usual:?} when nobody hung");
    for endpoint in &hanging {
        assert!((1..=4).contains(&endpoint.most_at_once()), "calls under way at one time are few");
        endpoint.release();
    }
    until("every callback came", || hanging[2].got().len() >= 8).await;
    stop.send(()).unwrap();
    service.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_tenant_whose_endpoints_all_fail_has_few_calls_under_way() {
    let door = Door::open().await;
    let hanging = Endpoint::listen(|count, _| match count {
        0..6 => tests::Manner::status(500),
        _ => tests::Manner::Hang,
    })
    .await;
    let mut failing = Vec::new();
    for _ in 0..6 {
        let webhook = subscribe(&door, &hanging, json!({ "events": ["request.created"] })).await;
        failing.push(format!("/webhooks/{}", webhook["id"].as_str().unwrap()));
    }
    let create = tests::body(CONTRACT, &[ada()]);
    let _taken = door.post("/EU-SES", &create).await.expect(200);
    let (cloud, listener) = (door.cloud.clone(), tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let service = tokio::spawn(local::serve(cloud, listener, async {
        let _stopped = stopped.await;
    }));
    let all_fail = tokio::time::timeout(Duration::from_mins(2), async {
        for path in &failing {
            while door.get(path).await.expect(200).json()["data"]["failingSince"].is_null() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    });
    all_fail.await.expect("each fails, and that is known");
    let healthy = Endpoint::willing().await;
    subscribe(&door, &healthy, json!({ "events": ["request.created"] })).await;
    for _ in 0..8 {
        let _taken = door.post("/EU-SES", &create).await.expect(200);
    }
    until("as many calls are under way as may be", || hanging.most_at_once() >= 10).await;
    until("who does not fail is told", || healthy.got().len() == 8).await;
    assert_eq!(hanging.most_at_once(), 10, "six endpoints might have 24");
    hanging.release();
    stop.send(()).unwrap();
    service.await.unwrap().unwrap();
}
