//! Campaigns: who sees which, where a click leads, and what is counted.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tests::Door;

use super::pictures::picture;
use super::{house, put, send};

const SIGNATURE: &str = "/signatures/ada@example.com/json";

async fn campaign(door: &Door, name: &str, others: Value) {
    let mut body = json!({
        "name": name, "banner": picture(door, 300, 60 + u32::try_from(name.len()).unwrap()).await, "alt": "See the engine",
        "link": format!("https://engines.example/{name}"), "utm": { "source": "mail" },
    });
    for (member, value) in others.as_object().unwrap() {
        body[member] = value.clone();
    }
    let _saved = put(door, &format!("/campaigns/{name}"), body).await.expect(200);
}

/// The path of the link around the banner.
fn banner_link(html: &str) -> String {
    let (_, rest) = html.split_once("/l/").unwrap_or_else(|| panic!("no link in {html}"));
    let token = rest.split('"').next().unwrap();
    format!("/l/{token}")
}

async fn banner_template(door: &Door) {
    let template = json!({ "name": "Banner", "text": "{{fullname}}",
        "html": "<p>{{fullname}}</p><p><a href=\"{{campaign_link}}\"><img src=\"image:banner\" width=\"300\" height=\"80\" alt=\"{{campaign_alt}}\"></a></p>" });
    let _saved = put(door, "/signature-templates/default", template).await.expect(200);
}

#[tokio::test]
async fn a_click_leads_to_the_campaign_and_to_nothing_else() {
    let door = Door::open().await;
    house(&door).await;
    banner_template(&door).await;
    campaign(&door, "spring", json!({})).await;
    let whole = door.get(SIGNATURE).await.expect(200).json();
    assert_eq!(whole["campaign"], "spring");
    let html = whole["html"].as_str().unwrap();
    assert!(!html.contains("engines.example/spring"), "the link is counted: {html}");
    let link = banner_link(html);
    let led = send(&door, Method::GET, &link, &[], b"").await.expect(303);
    assert_eq!(led.headers["location"], "https://engines.example/spring?utm_source=mail");
    // Neither the query nor a header has a say.
    for (path, headers) in [
        (format!("{link}?url=https://evil.example"), vec![]),
        (format!("{link}?to=//evil.example&next=https:evil.example"), vec![]),
        (link.clone(), vec![("x-forwarded-host", "evil.example"), ("referer", "https://evil.example")]),
        (link.clone(), vec![("host", "evil.example")]),
    ] {
        let led = send(&door, Method::GET, &path, &headers, b"").await.expect(303);
        assert_eq!(led.headers["location"], "https://engines.example/spring?utm_source=mail", "{path}");
    }
    for token in [
        "https://evil.example",
        "https%3A%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "aHR0cHM6Ly9ldmlsLmV4YW1wbGU",
        "..%2F..%2Fevil",
        "x",
    ] {
        let refused = send(&door, Method::GET, &format!("/l/{token}"), &[], b"").await;
        assert!(refused.status == 404 && !refused.headers.contains_key("location"), "{token}");
    }
    // Mails that were sent lead to where the campaign leads now, and nowhere when it is gone.
    campaign(&door, "spring", json!({ "link": "https://engines.example/later" })).await;
    let led = send(&door, Method::GET, &link, &[], b"").await.expect(303);
    assert_eq!(led.headers["location"], "https://engines.example/later?utm_source=mail");
    let _gone = door.call(Method::DELETE, "/campaigns/spring", None).await.expect(200);
    let _nowhere = send(&door, Method::GET, &link, &[], b"").await.expect(404);
}

#[tokio::test]
async fn a_reader_sees_the_same_of_two_and_readers_see_both() {
    let door = Door::open().await;
    house(&door).await;
    banner_template(&door).await;
    for name in ["one", "other"] {
        campaign(&door, name, json!({})).await;
    }
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for reader in 0..40 {
        let path = format!("{SIGNATURE}?recipient=reader-{reader}@example.com");
        let first = door.get(&path).await.expect(200).text("/campaign");
        let again = door.get(&path).await.expect(200).text("/campaign");
        assert_eq!(first, again);
        *seen.entry(first).or_default() += 1;
    }
    assert_eq!(seen.len(), 2, "{seen:?}");
    let chosen = door.get(&format!("{SIGNATURE}?campaign=other")).await.expect(200).text("/campaign");
    assert_eq!(chosen, "other");
    let _unknown = door.get(&format!("{SIGNATURE}?campaign=none")).await.expect(422);
}

#[tokio::test]
async fn what_happens_is_counted_by_day_campaign_variant_and_sender() {
    let door = Door::open().await;
    house(&door).await;
    banner_template(&door).await;
    campaign(&door, "spring", json!({})).await;
    let day = door.cloud.clock().now().to_rfc3339()[..10].to_owned();
    let html = door.get(SIGNATURE).await.expect(200).text("/html");
    let _reply = door.get(&format!("{SIGNATURE}?variant=reply")).await.expect(200);
    assert!(!html.contains("width=\"1\""), "no pixel unless it is switched on");
    for _ in 0..3 {
        let _led = send(&door, Method::GET, &banner_link(&html), &[], b"").await.expect(303);
    }
    door.advance(Duration::from_hours(24)).await;
    let _opens = put(&door, "/signature-settings", json!({ "opens": true })).await.expect(200);
    let html = door.get(SIGNATURE).await.expect(200).text("/html");
    let (before, _) = html.split_once("width=\"1\"").expect("a pixel");
    let pixel = banner_link(&before[before.rfind("<img").unwrap()..]);
    let shown = send(&door, Method::GET, &pixel, &[], b"").await.expect(200);
    assert_eq!(shown.headers["content-type"], "image/gif");

    let read =
        async |query: &str| door.get(&format!("/signature-statistics{query}")).await.expect(200).json();
    let by_campaign = read("").await;
    let row = &by_campaign["data"]["rows"][0];
    assert_eq!(
        [&row["key"], &row["shown"], &row["clicks"], &row["opens"]],
        [&json!("spring"), &json!(3), &json!(3), &json!(1)]
    );
    assert!(row["clickRate"]["low"].as_f64().unwrap() < 1.0);
    let by_day = read("?by=day").await;
    assert_eq!(by_day["data"]["rows"].as_array().unwrap().len(), 2);
    let first = read(&format!("?by=variant&from={day}&to={day}")).await;
    let rows: Vec<_> =
        first["data"]["rows"].as_array().unwrap().iter().map(|it| (&it["key"], &it["shown"])).collect();
    assert_eq!(rows, [(&json!("normal"), &json!(1)), (&json!("reply"), &json!(1))]);
    assert_eq!(read("?by=person").await["data"]["rows"][0]["key"], "ada@example.com");
    for query in ["?by=reader", "?from=yesterday", "?to=2026-13-01"] {
        let _refused = door.get(&format!("/signature-statistics{query}")).await.expect(400);
    }
    let stranger = door.another_tenant("mallory").await;
    let theirs = door.call_as(&stranger, Method::GET, "/signature-statistics", None).await.expect(200).json();
    assert_eq!(theirs["data"]["rows"], json!([]));
}
