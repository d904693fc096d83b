//! Brands, templates, campaigns and rules.

use http::Method;
use serde_json::{Value, json};
use tests::Door;

use super::{house, put, send};

#[tokio::test]
async fn a_brand_is_saved_read_changed_and_deleted_under_its_version() {
    let door = Door::open().await;
    let body =
        json!({ "name": "Engines", "colors": { "primary": "#1f4fb4" }, "website": "https://example.com" });
    let saved = put(&door, "/brands/engines", body.clone()).await.expect(200);
    assert_eq!(saved.headers["etag"], "\"1\"");
    let shown = door.get("/brands/engines").await.expect(200).json();
    assert_eq!(
        (&shown["data"]["id"], &shown["data"]["version"], &shown["data"]["website"]),
        (&json!("engines"), &json!(1), &json!("https://example.com"))
    );
    let again = put(&door, "/brands/engines", body).await.expect(200);
    assert_eq!(again.headers["etag"], "\"2\"");
    let key = format!("Bearer {}", door.cloud.api_key().unwrap());
    let headers =
        |etag| [("authorization", key.as_str()), ("if-match", etag), ("content-type", "application/json")];
    let body = br##"{"name":"Other","colors":{"primary":"#000000"}}"##;
    let stale = send(&door, Method::PUT, "/brands/engines", &headers("\"1\""), body).await;
    assert_eq!(stale.expect(412).headers["etag"], "\"2\"");
    let _kept = send(&door, Method::DELETE, "/brands/engines", &headers("\"1\""), b"").await.expect(412);
    let _gone = send(&door, Method::DELETE, "/brands/engines", &headers("\"2\""), b"").await.expect(200);
    let _unknown = door.get("/brands/engines").await.expect(404);
    let changes = door.get("/signature-changes").await.expect(200).json();
    let said: Vec<_> =
        changes["data"].as_array().unwrap().iter().map(|it| (&it["kind"], &it["action"])).collect();
    let (brand, saved) = (json!("brand"), json!("saved"));
    assert_eq!(said, [(&brand, &json!("deleted")), (&brand, &saved), (&brand, &saved)]);
    assert!(changes["data"][0]["by"].as_str().unwrap().starts_with("key:"), "{changes}");
}

#[tokio::test]
async fn what_cannot_be_had_is_refused_where_it_stands() {
    let door = Door::open().await;
    house(&door).await;
    let blue = json!({ "primary": "#1f4fb4" });
    for (path, body, pointer, number) in [
        ("/brands/a", json!({ "colors": blue }), "/name", 110),
        ("/brands/a", json!({ "name": "A", "colors": { "primary": "blue" } }), "/colors/primary", 113),
        (
            "/brands/a",
            json!({ "name": "A", "colors": blue, "website": "javascript:alert(1)" }),
            "/website",
            114,
        ),
        ("/brands/a", json!({ "name": "A", "colors": blue, "legal": { "xx": "A" } }), "/legal/xx", 115),
        ("/brands/a", json!({ "name": "A", "colors": blue, "tenant": "b" }), "/tenant", 111),
        ("/brands/A", json!({ "name": "A", "colors": blue }), "/name", 118),
        ("/signature-templates/a", json!({ "name": "A", "html": "{{nobody}}", "text": "x" }), "/html", 133),
        ("/signature-templates/a", json!({ "name": "A", "html": "<p>{{title", "text": "x" }), "/html", 132),
        (
            "/signature-rules",
            json!({ "items": [{ "mail": "letter", "campaigns": [] }] }),
            "/items/0/mail",
            120,
        ),
    ] {
        let refused = put(&door, path, body).await.expect(422);
        assert_eq!(
            (refused.text("/errors/0/pointer").as_str(), &refused.json()["error"]),
            (pointer, &json!(number)),
            "{}",
            refused.text("/detail")
        );
    }
    for (path, body, pointer) in [
        ("/brands/a", json!({ "id": "b", "name": "A", "colors": blue }), "/id"),
        (
            "/brands/a",
            json!({ "name": "A", "colors": blue, "logo": { "id": "nothing", "width": 1, "height": 1 } }),
            "/logo/id",
        ),
        ("/signature-templates/a", json!({ "copyOf": "nothing" }), "/copyOf"),
        ("/signature-rules", json!({ "items": [{ "template": "nothing" }] }), "/items/0/template"),
        ("/signature-rules", json!({ "items": [{ "campaigns": ["nothing"] }] }), "/items/0/campaigns/0"),
        ("/signature-rules", json!({ "items": [{ "brand": "nothing", "campaigns": [] }] }), "/items/0/brand"),
    ] {
        assert_eq!(put(&door, path, body).await.expect(422).text("/errors/0/pointer"), pointer);
    }
}

#[tokio::test]
async fn a_template_keeps_its_versions_and_shows_what_it_makes() {
    let door = Door::open().await;
    let gallery = door.get("/signature-gallery").await.expect(200).json();
    assert_eq!(gallery["data"].as_array().unwrap().len(), 5);
    let _copy = put(&door, "/signature-templates/ours", json!({ "copyOf": "card", "name": "Ours" }))
        .await
        .expect(200);
    let plain = json!({ "name": "Plain", "html": "<p>{{fullname}}</p><p>{{title}}</p>", "text": "{{fullname}}\n{{title}}" });
    let _plain = put(&door, "/signature-templates/ours", plain).await.expect(200);
    let versions = door.get("/signature-templates/ours/versions").await.expect(200).json();
    let names: Vec<_> =
        versions["data"].as_array().unwrap().iter().map(|it| (&it["version"], &it["name"])).collect();
    assert_eq!(names, [(&json!(2), &json!("Plain")), (&json!(1), &json!("Ours"))]);
    let first = door.get("/signature-templates/ours/versions/1").await.expect(200).json();
    assert_eq!(first["data"]["name"], "Ours");

    let preview = door.post("/signature-templates/ours/preview", &json!({})).await.expect(200).json();
    let shown = preview["data"].as_array().unwrap();
    assert_eq!(shown.len(), 4);
    assert_eq!(shown[0]["text"], "Ada Lovelace\nAnalyst");
    assert_eq!(shown[1]["text"], "Grace Hopper", "a line of which nothing is known disappears");
    let sent = json!({ "template": { "copyOf": "compact" }, "variant": "reply" });
    for name in ["ours", "not-there"] {
        let tried =
            door.post(&format!("/signature-templates/{name}/preview"), &sent).await.expect(200).json();
        assert!(tried["data"][0]["html"].as_str().unwrap().contains("Ada"), "{tried}");
    }
    let _unknown = door.post("/signature-templates/not-there/preview", &json!({})).await.expect(404);
}

#[tokio::test]
async fn what_a_rule_names_stays() {
    let door = Door::open().await;
    house(&door).await;
    let _saved = put(&door, "/signature-templates/ours", json!({ "copyOf": "card" })).await.expect(200);
    let rules = json!({ "items": [{ "brand": "house", "template": "ours" }] });
    let _rules = put(&door, "/signature-rules", rules).await.expect(200);
    for path in ["/signature-templates/ours", "/brands/house"] {
        let refused = door.call(Method::DELETE, path, None).await.expect(409);
        assert_eq!(refused.text("/code"), "thing_in_use");
    }
    let _none = put(&door, "/signature-rules", json!({ "items": [] })).await.expect(200);
    for path in ["/signature-templates/ours", "/brands/house"] {
        let _gone = door.call(Method::DELETE, path, None).await.expect(200);
    }
}

#[tokio::test]
async fn changes_are_listed_page_by_page_and_to_nobody_else() {
    let door = Door::open().await;
    for name in ["a", "b", "c"] {
        let body = json!({ "name": name, "colors": { "primary": "#1f4fb4" } });
        let _saved = put(&door, &format!("/brands/{name}"), body).await.expect(200);
        door.advance(std::time::Duration::from_secs(1)).await;
    }
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = door.get(&format!("/signature-changes?limit=1{cursor}")).await.expect(200).json();
        names.extend(
            page["data"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()),
        );
        match &page["nextCursor"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => break,
        }
    }
    assert_eq!(names, ["c", "b", "a"]);
    let stranger = door.another_tenant("mallory").await;
    let theirs = door.call_as(&stranger, Method::GET, "/signature-changes", None).await.expect(200).json();
    assert_eq!(theirs["data"], json!([]));
    let path = format!("/signature-changes?limit=1{cursor}");
    let _foreign = door.call_as(&stranger, Method::GET, &path, None).await.expect(400);
}
