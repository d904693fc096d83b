//! Calls that are repeated, and calls that are too many.

mod again;

use std::time::Duration;

use base64::Engine as _;
use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use tests::{Answer, CONTRACT, Door, ada, body};

/// POSTs under a name.
pub(crate) async fn named(door: &Door, key: &str, path: &str, name: &str, body: &Value) -> Answer {
    door.call_with(Some(key), Method::POST, path, &[("idempotency-key", name)], body.to_string()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_two_racers_make_one_request_and_one_mail() {
    let door = Door::open().await;
    let key = door.cloud.api_key().unwrap();
    let create = body(CONTRACT, &[ada()]);
    let mut racers = Vec::new();
    for _ in 0..32 {
        let (door, key, create) = (door.clone(), key.clone(), create.clone());
        racers.push(tokio::spawn(async move { named(&door, &key, "/EU-SES", "order-42", &create).await }));
    }
    let mut ids = Vec::new();
    for racer in racers {
        let answer = racer.await.unwrap();
        match answer.status {
            200 => ids.push(answer.text("/data/id")),
            409 => {
                assert_eq!(answer.json()["code"], "idempotency_in_flight");
                let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
                assert!((1..=30).contains(&seconds), "{seconds}");
            }
            other => panic!("{other}: {}", answer.json()),
        }
    }
    assert!(!ids.is_empty());
    let again = named(&door, &key, "/EU-SES", "order-42", &create).await.expect(200);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    ids.push(again.text("/data/id"));
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    door.settle().await;
    assert_eq!(door.get("/signatures").await.json()["data"].as_array().unwrap().len(), 1);
    assert_eq!(door.cloud.outbox().len(), 1);
}

#[tokio::test]
async fn a_name_belongs_to_its_tenant_operation_and_body_for_a_day() {
    let door = Door::open().await;
    let key = door.cloud.api_key().unwrap();
    let create = body(CONTRACT, &[ada()]);
    let first = named(&door, &key, "/EU-SES", "order-42", &create).await.expect(200);
    let again = named(&door, &key, "/EU-SES", "order-42", &create).await.expect(200);
    assert_eq!(first.json(), again.json(), "links and all");
    assert!(!first.headers.contains_key("idempotency-replayed"));
    let mut other = create.clone();
    other["title"] = json!("Another contract");
    let refused = named(&door, &key, "/EU-SES", "order-42", &other).await.expect(422);
    assert_eq!(refused.json()["code"], "idempotency_key_reused");
    let stranger = door.another_tenant("another").await;
    let theirs = named(&door, &stranger, "/EU-SES", "order-42", &create).await.expect(200);
    assert_ne!(theirs.text("/data/id"), first.text("/data/id"));
    let size = json!({ "sizeBytes": 1000, "sha256": "0".repeat(64) });
    let _upload = named(&door, &key, "/uploads", "order-42", &size).await.expect(200);
    door.advance(Duration::from_hours(23)).await;
    let late = named(&door, &key, "/EU-SES", "order-42", &create).await.expect(200);
    assert_eq!(late.text("/data/id"), first.text("/data/id"));
    door.advance(Duration::from_secs(3601)).await;
    let new = named(&door, &key, "/EU-SES", "order-42", &create).await.expect(200);
    assert_ne!(new.text("/data/id"), first.text("/data/id"), "a day and a second later");
}

#[tokio::test]
async fn nobody_is_given_the_answer_to_another_s_call() {
    let door = Door::open().await;
    let owner = door.cloud.api_key().unwrap();
    let new = json!({ "name": "A key", "scopes": ["*"] });
    let made = named(&door, &owner, "/access/keys", "key-1", &new).await.expect(201);
    let clerk = door.key(&["access:manage"], &json!({})).await;
    let refused = named(&door, &clerk, "/access/keys", "key-1", &new).await.expect(422);
    assert_eq!(refused.json()["code"], "idempotency_key_reused");
    let secret = made.text("/data/key");
    assert!(!String::from_utf8_lossy(&refused.body).contains(&secret), "what it made is not told");
    assert_eq!(named(&door, &clerk, "/access/keys", "key-2", &new).await.text("/code"), "scope_not_held");
    let again = named(&door, &owner, "/access/keys", "key-1", &new).await.expect(201);
    assert_eq!(again.text("/data/key"), secret);
    // The same key through a token that may do less is somebody else as well.
    let asked = |scopes: &str| json!({ "scopes": [scopes] });
    let basic = |secret: &str| {
        let credentials = base64::engine::general_purpose::STANDARD.encode(format!("ada:{secret}"));
        Request::builder()
            .method(Method::POST)
            .uri("/token")
            .header("host", "127.0.0.1:3000")
            .header("authorization", format!("Basic {credentials}"))
            .header("content-type", "application/json")
    };
    let token = basic(&owner).body(Bytes::from(asked("access:manage").to_string())).unwrap();
    let token = door.send(token).await.expect(200).text("/token");
    let refused = named(&door, &token, "/access/keys", "key-1", &new).await.expect(422);
    assert_eq!(refused.json()["code"], "idempotency_key_reused");
}

#[tokio::test]
async fn a_call_is_the_same_by_its_meaning_and_another_by_its_query() {
    let door = Door::open().await;
    let key = door.cloud.api_key().unwrap();
    let sent = async |path: &str, name: &str, body: &str| {
        let headers = [("content-type", "application/json; charset=utf-8"), ("idempotency-key", name)];
        door.call_with(Some(&key), Method::POST, path, &headers, body.to_owned()).await
    };
    let first = sent("/access/keys", "key-1", r#"{"name":"A key","scopes":["verify"],"callsPerMinute":30}"#);
    let first = first.await.expect(201);
    for same in [
        r#"{ "scopes": [ "verify" ], "callsPerMinute": 30,
             "name": "A key" }"#,
        r#"{"name":"\u0041 key","scopes":["verify"],"callsPerMinute":30}"#,
    ] {
        let again = sent("/access/keys", "key-1", same).await.expect(201);
        assert_eq!(
            (again.text("/data/key"), again.headers["idempotency-replayed"].as_bytes()),
            (first.text("/data/key"), b"true".as_slice())
        );
    }
    let other = sent("/access/keys", "key-1", r#"{"name":"A key","scopes":["verify"],"callsPerMinute":31}"#);
    assert_eq!(other.await.expect(422).text("/code"), "idempotency_key_reused");
    let other =
        sent("/access/keys?x=1", "key-1", r#"{"name":"A key","scopes":["verify"],"callsPerMinute":30}"#);
    assert_eq!(other.await.expect(422).text("/code"), "idempotency_key_reused");
}

#[tokio::test]
async fn the_two_spellings_of_a_path_are_one_operation() {
    let door = Door::open().await;
    let key = door.key(&["signatures:read"], &json!({ "callsPerMinute": 4 })).await;
    let seconds = u64::try_from(door.cloud.clock().now().unix_seconds().rem_euclid(60)).unwrap();
    door.advance(Duration::from_secs(61 - seconds)).await;
    let mut left = Vec::new();
    for path in ["/signatures", "/signature", "/signatures", "/signature"] {
        let path = format!("{path}/ffffffffffffffffffffffff/detail");
        let answer = door.call_as(&key, Method::GET, &path, None).await.expect(404);
        left.push(answer.headers["ratelimit"].to_str().unwrap().split(';').nth(1).unwrap().to_owned());
    }
    assert_eq!(left, ["r=3", "r=2", "r=1", "r=0"]);
    let one_more = door.call_as(&key, Method::GET, "/signature/ffffffffffffffffffffffff/detail", None).await;
    assert_eq!(one_more.status, 429);
}

#[tokio::test]
async fn what_failed_may_be_tried_again_and_a_name_has_a_form() {
    let door = Door::open().await;
    let key = door.cloud.api_key().unwrap();
    let wrong = named(&door, &key, "/EU-SES", "order-43", &json!({ "signers": [] })).await;
    assert_eq!(wrong.status, 422);
    let _created = named(&door, &key, "/EU-SES", "order-43", &body(CONTRACT, &[ada()])).await.expect(200);
    let longest = "k".repeat(255);
    let _created = named(&door, &key, "/EU-SES", &longest, &body(CONTRACT, &[ada()])).await.expect(200);
    for name in ["", "two words", "k\u{e9}y", &"k".repeat(256)] {
        let answer = named(&door, &key, "/EU-SES", name, &body(CONTRACT, &[ada()])).await.expect(400);
        assert_eq!(answer.json()["code"], "idempotency_key_malformed", "{name}");
    }
    let request = Request::builder()
        .method(Method::POST)
        .uri("/EU-SES")
        .header("host", "127.0.0.1:3000")
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json")
        .header("idempotency-key", "one")
        .header("idempotency-key", "two");
    let twice = door.send(request.body(Bytes::from(body(CONTRACT, &[ada()]).to_string())).unwrap()).await;
    assert_eq!(twice.status, 400);
}

#[tokio::test]
async fn a_secret_that_is_shown_again_is_not_stored_in_the_clear() {
    let door = Door::open().await;
    let key = door.cloud.api_key().unwrap();
    let new = json!({ "name": "An app", "scopes": ["verify"] });
    let made = named(&door, &key, "/access/client-apps", "app-1", &new).await.expect(201);
    let again = named(&door, &key, "/access/client-apps", "app-1", &new).await.expect(201);
    let secret = made.text("/data/secret");
    assert_eq!(again.text("/data/secret"), secret);
    assert_eq!(door.get("/access/client-apps").await.json()["data"].as_array().unwrap().len(), 1);
    let mut looked_at = 0;
    for entry in std::fs::read_dir(door.cloud.data()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let digits = secret.rsplit('_').next().unwrap().as_bytes();
            assert!(!bytes.windows(digits.len()).any(|it| it == digits), "{}", path.display());
            looked_at += 1;
        }
    }
    assert!(looked_at > 1, "the tables and the journal");
}

#[tokio::test]
async fn a_call_that_died_is_worked_on_again_after_its_deadline() {
    let door = Door::open().await;
    let key = door.cloud.api_key().unwrap();
    let new = json!({ "name": "A key", "scopes": ["verify"] });
    // The use of the key, the counter, the claim; the new key itself would be the fourth.
    door.cloud.crash_at(4, local::Crash::Before);
    let died = named(&door, &key, "/access/keys", "key-1", &new).await;
    assert!(door.cloud.has_crashed() && died.status >= 500, "{}", died.status);
    let door = door.restart().await;
    let early = named(&door, &key, "/access/keys", "key-1", &new).await.expect(409);
    assert!(early.headers.contains_key("retry-after"));
    door.advance(Duration::from_secs(26)).await;
    let made = named(&door, &key, "/access/keys", "key-1", &new).await.expect(201);
    let again = named(&door, &key, "/access/keys", "key-1", &new).await.expect(201);
    assert_eq!(made.json(), again.json());
    assert_eq!(
        door.get("/access/keys").await.json()["data"].as_array().unwrap().len(),
        2,
        "the demo's and one"
    );
}

#[tokio::test]
async fn a_request_that_died_halfway_is_made_once_wherever_it_died() {
    let mut deaths = 0;
    for (number, side) in (1..10).flat_map(|it| [(it, local::Crash::Before), (it, local::Crash::After)]) {
        let door = Door::open().await;
        let key = door.cloud.api_key().unwrap();
        let create = body(CONTRACT, &[ada()]);
        door.cloud.crash_at(number, side);
        let first = named(&door, &key, "/EU-SES", "order-42", &create).await;
        if !door.cloud.has_crashed() {
            assert_eq!(first.status, 200);
            break;
        }
        deaths += 1;
        let door = door.restart().await;
        door.advance(Duration::from_secs(26)).await;
        let again = named(&door, &key, "/EU-SES", "order-42", &create).await.expect(200);
        assert!(again.headers.contains_key("etag"), "call {number}, {side:?}");
        door.settle().await;
        let list = door.get("/signatures").await.expect(200).json();
        let rows = list["data"].as_array().unwrap();
        assert_eq!(rows.len(), 1, "call {number}, {side:?}: {list}");
        assert_eq!((&rows[0]["id"], &rows[0]["state"]), (&again.json()["data"]["id"], &json!("WAIT_SIGNER")));
        assert_eq!(door.cloud.outbox().len(), 1, "call {number}, {side:?}");
    }
    assert!(deaths >= 8, "the use of the key, the counter, the claim, the request, its document: {deaths}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_racers_get_no_more_than_their_quota() {
    let door = Door::open().await;
    let key = door.key(&["signatures:read", "verify"], &json!({ "callsPerMinute": 30 })).await;
    // To the beginning of a minute, so that none ends among the racers.
    let seconds = u64::try_from(door.cloud.clock().now().unix_seconds().rem_euclid(60)).unwrap();
    door.advance(Duration::from_secs(61 - seconds)).await;
    let racers: Vec<_> = (0..100)
        .map(|_| {
            let (door, key) = (door.clone(), key.clone());
            tokio::spawn(async move { door.call_as(&key, Method::GET, "/signatures", None).await })
        })
        .collect();
    let mut left = Vec::new();
    let mut refused = 0;
    for racer in racers {
        let answer = racer.await.unwrap();
        let policy = answer.headers["ratelimit-policy"].to_str().unwrap();
        assert_eq!(policy, "\"operation\";q=30;w=60");
        let limit = answer.headers["ratelimit"].to_str().unwrap().to_owned();
        match answer.status {
            200 => left.push(limit.split(';').nth(1).unwrap().to_owned()),
            429 => {
                refused += 1;
                let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
                assert!((1..=60).contains(&seconds));
                assert_eq!(answer.json()["code"], "rate_limited");
                assert!(limit.contains(";r=0;"), "{limit}");
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!((left.len(), refused), (30, 70));
    left.sort();
    left.dedup();
    assert_eq!(left.len(), 30, "each was told another number: {left:?}");
    let other = door.call_as(&key, Method::GET, "/signatures/ffffffffffffffffffffffff", None).await;
    assert_eq!(other.status, 404, "another operation has a count of its own");
    assert_eq!(door.get("/signatures").await.status, 200, "and so has another key");
    door.advance(Duration::from_mins(1)).await;
    assert_eq!(door.call_as(&key, Method::GET, "/signatures", None).await.status, 200);
}
