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
