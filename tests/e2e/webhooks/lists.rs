//! The feed and the logs, page by page.

use http::Method;
use serde_json::{Value, json};
use tests::{CONTRACT, Door, Endpoint, ada};

use super::{deliveries, feed, subscribe};

#[tokio::test]
async fn a_cursor_of_the_feed_says_when_what_it_leads_to_is_forgotten() {
    let door = Door::open().await;
    let next = async |query: &str| feed(&door, query).await["next"].as_str().unwrap().to_owned();
    let begin = next("").await;
    assert_eq!(next(&format!("?after={begin}")).await, begin, "nothing was told yet");
    door.request(CONTRACT, &[ada()]).await;
    let first = next(&format!("?after={begin}&limit=1")).await;
    let last = next("").await;
    door.cloud.clock().shift(90 * 24 * 3600 * 1000);
    for cursor in [&begin, &first] {
        let gone = door.get(&format!("/events?after={cursor}")).await.expect(410).json();
        assert_eq!(gone["code"], "events_forgotten");
    }
    assert_eq!(next(&format!("?after={last}")).await, last, "whoever has read everything missed nothing");
    assert_eq!(next("").await, last, "whoever begins where nothing is kept goes on with what comes");
    door.request(CONTRACT, &[ada()]).await;
    let news = feed(&door, &format!("?after={last}")).await;
    assert_eq!(news["data"][0]["type"], "request.created");
    assert_eq!(door.get(&format!("/events?after={first}")).await.status, 410);
    assert_eq!(feed(&door, "").await["data"], news["data"], "from the oldest that is kept");
}

#[tokio::test]
async fn a_cursor_is_believed_where_it_was_made_alone() {
    let door = Door::open().await;
    let endpoint = Endpoint::willing().await;
    let webhooks =
        [subscribe(&door, &endpoint, json!({})).await, subscribe(&door, &endpoint, json!({})).await];
    let calling_back = |body: &mut Value| body["callback"] = json!({ "url": endpoint.url() });
    door.request_with(&[ada()], calling_back).await.sign_all().await;
    let logs = webhooks.map(|it| format!("/webhooks/{}/deliveries", it["id"].as_str().unwrap()));
    let next = async |path: &str| {
        let page = door.get(path).await.expect(200).json();
        page["next"].as_str().unwrap_or_else(|| panic!("{path}: {page}")).to_owned()
    };
    let of_feed = next("/events?limit=1").await;
    let of_log = next(&format!("{}?limit=1&state=delivered", logs[0])).await;
    let of_calls = next("/callbacks?limit=1").await;
    let _on = door.get(&format!("{}?state=delivered&after={of_log}", logs[0])).await.expect(200);
    let _on = door.get(&format!("/callbacks?after={of_calls}")).await.expect(200);
    let flipped = format!("{}{}", if of_feed.starts_with('A') { 'B' } else { 'A' }, &of_feed[1..]);
    for path in [
        format!("/events?after={flipped}"),
        format!("/events?after={}", &of_feed[1..]),
        format!("/events?after={of_calls}"),
        "/events?after=1".to_owned(),
        format!("{}?after={of_log}", logs[0]),
        format!("{}?state=delivered&after={of_log}", logs[1]),
        format!("{}?state=delivered&after=1773306901250-evt_5f1d2c3b4a59687786950a1b_2", logs[0]),
        format!("/callbacks?failed=true&after={of_calls}"),
        format!("/callbacks?after={of_feed}"),
    ] {
        let refused = door.get(&path).await.expect(400).json();
        assert_eq!(refused["code"], "cursor_invalid", "{path}");
    }
    let both = door.get(&format!("/callbacks?skip=1&after={of_calls}")).await.expect(400).json();
    assert_eq!(both["code"], "query_malformed");
    door.cloud.clock().shift(90 * 24 * 3600 * 1000);
    let late = door.get(&format!("/callbacks?after={of_calls}")).await.expect(200).json();
    assert_eq!((&late["data"], &late["next"]), (&json!([]), &Value::Null), "nothing is kept that is older");
    let other = door.another_tenant("other").await;
    let theirs = format!("/events?after={of_feed}");
    let refused = door.call_as(&other, Method::GET, &theirs, None).await.expect(400).json();
    assert_eq!(refused["code"], "cursor_invalid", "another tenant's");
}

#[tokio::test]
async fn the_log_of_a_subscription_shows_what_is_asked_for() {
    let door = Door::open().await;
    let endpoint = Endpoint::listen(|_, it| {
        tests::Manner::status(if it.event_type() == "request.completed" { 500 } else { 204 })
    })
    .await;
    let webhook = subscribe(&door, &endpoint, json!({})).await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let created = deliveries(&door, &webhook, "").await.len();
    door.cloud.clock().shift(3_600_000);
    let noon = door.cloud.clock().now().to_rfc3339();
    ceremony.sign_all().await;
    let all = deliveries(&door, &webhook, "").await;
    let counted = async |query: &str| deliveries(&door, &webhook, query).await.len();
    assert_eq!(counted("?state=waiting").await, 1);
    assert_eq!(counted("?state=delivered").await, all.len() - 1);
    assert_eq!(counted("?failed=true").await + counted("?state=failed&failed=true").await, 0);
    assert_eq!(counted(&format!("?since={noon}")).await, all.len() - created);
    assert_eq!(counted("?since=3000-01-01T00:00:00Z").await, 0, "years that have more digits");
    for name in ["request.created", "PACKAGE_CREATE"] {
        let found = deliveries(&door, &webhook, &format!("?type={name}")).await;
        assert_eq!((found.len(), &found[0]["type"]), (1, &json!("request.created")), "{name}");
    }
    assert_eq!(counted(&format!("?type=request.created&since={noon}")).await, 0);
    let path = format!("/webhooks/{}/deliveries", webhook["id"].as_str().unwrap());
    for query in
        ["state=lost", "type=request.done", "since=yesterday", "failed=yes", "failed=true&state=waiting"]
    {
        let refused = door.get(&format!("{path}?{query}")).await.expect(400).json();
        assert_eq!(refused["code"], "query_malformed", "{query}");
    }
}
