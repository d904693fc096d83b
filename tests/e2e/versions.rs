//! Versions of what a tenant keeps: a change that was meant for another version is none, and what has not changed is not
//! sent again.

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, CONTRACT, Door, ada};

async fn call(door: &Door, method: Method, path: &str, header: (&str, &str), body: &Value) -> Answer {
    let key = door.cloud.api_key().unwrap();
    door.call_with(Some(&key), method, path, &[header], body.to_string()).await
}

fn etag(answer: &Answer) -> String {
    answer.headers["etag"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_was_changed_meanwhile_is_not_changed_by_who_has_not_seen_that() {
    let door = Door::open().await;
    let new = json!({ "name": "A name", "scopes": ["verify"] });
    let made = async |path: &str, body: &Value| {
        let id = door.post(path, body).await.expect(201).text("/data/id");
        format!("{path}/{id}")
    };
    let key = made("/access/keys", &new).await;
    let app = made("/access/client-apps", &new).await;
    let webhook = made("/webhooks", &json!({ "url": "https://example.com/hook" })).await;
    let look = |colour: &str| json!({ "ui": { "headerBackgroundColor": colour } });
    let _saved = door.call(Method::PUT, "/themes/winter", Some(&look("#16336f"))).await.expect(200);
    let trust = |lists: bool| json!({ "roots": [], "trustedLists": lists, "onlineRevocation": false });
    let _saved = door.call(Method::PUT, "/trust", Some(&trust(false))).await.expect(200);
    let rotate_app = format!("{app}/rotate-secret");
    let rotate_webhook = format!("{webhook}/rotate-secret");
    for (thing, method, path, body) in [
        (key.as_str(), Method::PATCH, key.as_str(), json!({ "name": "Another" })),
        (&app, Method::PATCH, &app, json!({ "name": "Another" })),
        (&app, Method::POST, &rotate_app, json!({})),
        (&webhook, Method::PATCH, &webhook, json!({ "description": "Orders" })),
        (&webhook, Method::POST, &rotate_webhook, json!({})),
        ("/themes/winter", Method::PUT, "/themes/winter", look("#000000")),
        ("/trust", Method::PUT, "/trust", trust(true)),
        ("/retention", Method::PUT, "/retention", json!({ "documentMonths": 1, "evidenceYears": 11 })),
        ("/callbacks/signing", Method::POST, "/callbacks/signing", json!({})),
    ] {
        let at = format!("{method} {path}");
        let before = etag(&door.get(thing).await.expect(200));
        let other = call(&door, method.clone(), path, ("if-match", "\"another\""), &body).await.expect(412);
        assert_eq!(
            (other.text("/code").as_str(), etag(&other)),
            ("precondition_failed", before.clone()),
            "{at}"
        );
        assert_eq!(etag(&door.get(thing).await), before, "{at}: nothing changed");
        let changed = call(&door, method.clone(), path, ("if-match", &before), &body).await.expect(200);
        let after = etag(&door.get(thing).await);
        assert_eq!(etag(&changed), after, "{at}");
        assert_ne!(after, before, "{at}");
        let late = call(&door, method.clone(), path, ("if-match", &before), &body).await;
        assert_eq!(late.status, 412, "{at}");
    }
    for thing in [&key, &app, &webhook, "/themes/winter", "/callbacks/signing"] {
        let before = etag(&door.get(thing).await.expect(200));
        let other = call(&door, Method::DELETE, thing, ("if-match", "\"another\""), &json!({})).await;
        assert_eq!(other.status, 412, "{thing}");
        let _gone = call(&door, Method::DELETE, thing, ("if-match", &before), &json!({})).await.expect(200);
    }
}

#[tokio::test]
async fn what_a_caller_has_is_not_sent_again() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let accepted = format!("/signatures/{}/validatedDocument", ceremony.id);
    ceremony.sign_all().await;
    let signed = format!("/signature/{}/signedDocument", ceremony.id);
    for path in ["/openapi.json", &accepted, &signed] {
        let first = door.get(path).await.expect(200);
        let etag = etag(&first);
        for seen in [etag.clone(), format!("\"0\", W/{etag}"), "*".to_owned()] {
            let again =
                call(&door, Method::GET, path, ("if-none-match", &seen), &json!({})).await.expect(304);
            assert!(again.body.is_empty() && again.headers["etag"] == etag.as_str(), "{path}");
        }
        let other = call(&door, Method::GET, path, ("if-none-match", "\"0\""), &json!({})).await.expect(200);
        assert_eq!(other.body, first.body, "{path}");
    }
    let stranger = door.another_tenant("stranger").await;
    let headers = [("if-none-match", "*")];
    assert_eq!(door.call_with(Some(&stranger), Method::GET, &accepted, &headers, "").await.status, 404);
}

#[tokio::test]
async fn where_nothing_is_no_version_fits() {
    let door = Door::open().await;
    let look = json!({ "ui": { "headerBackgroundColor": "#16336f" } });
    for wanted in ["*", "\"1\""] {
        let refused =
            call(&door, Method::PUT, "/themes/winter", ("if-match", wanted), &look).await.expect(412);
        assert!(!refused.headers.contains_key("etag"), "{wanted}");
        assert!(!refused.text("/detail").contains("request"), "{}", refused.text("/detail"));
        assert_eq!(door.get("/themes/winter").await.status, 404, "{wanted}");
    }
    let settings = json!({ "baseUrl": "https://gmail.example.com" });
    let refused = call(&door, Method::PUT, "/connectors/gmail", ("if-match", "*"), &settings).await;
    assert_eq!(refused.status, 412);
    let rules = json!({ "items": [] });
    let _saved = call(&door, Method::PUT, "/signature-rules", ("if-match", "*"), &rules).await.expect(200);
}

/// A body that is another for each caller.
type Body<'a> = &'a dyn Fn(usize) -> Value;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_change_the_same_version_at_once_one_does() {
    let door = Door::open().await;
    let new = json!({ "name": "A name", "scopes": ["verify"] });
    let key = format!("/access/keys/{}", door.post("/access/keys", &new).await.expect(201).text("/data/id"));
    let hook = json!({ "url": "https://example.com/hook" });
    let hook = format!("/webhooks/{}", door.post("/webhooks", &hook).await.expect(201).text("/data/id"));
    let look = |number: usize| json!({ "ui": { "headerBackgroundColor": format!("#16336{number}") } });
    let _saved = door.call(Method::PUT, "/themes/winter", Some(&look(9))).await.expect(200);
    let trust = |number: usize| json!({ "roots": [], "trustedLists": number.is_multiple_of(2), "onlineRevocation": true });
    let years = |number: usize| json!({ "documentMonths": 2, "evidenceYears": 11 + number });
    let things: [(Method, &str, Body<'_>); 5] = [
        (Method::PATCH, &key, &|number| json!({ "name": format!("Name {number}") })),
        (Method::PATCH, &hook, &|number| json!({ "description": format!("Orders {number}") })),
        (Method::PUT, "/themes/winter", &look),
        (Method::PUT, "/trust", &trust),
        (Method::PUT, "/retention", &years),
    ];
    for (method, path, body) in things {
        let before = etag(&door.get(path).await.expect(200));
        let racers: Vec<_> = (0..8)
            .map(|number| {
                let (door, method, path) = (door.clone(), method.clone(), path.to_owned());
                let (before, body) = (before.clone(), body(number));
                tokio::spawn(
                    async move { call(&door, method, &path, ("if-match", &before), &body).await.status },
                )
            })
            .collect();
        let mut statuses = Vec::new();
        for racer in racers {
            statuses.push(racer.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412], "{path}");
    }
}
