//! Methods, media types and bodies: what is not in the contract is refused in its words.

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use tests::{Answer, CONTRACT, Door, ada, body};

async fn send(door: &Door, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let key = door.cloud.api_key().unwrap();
    let mut request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:3000");
    request = request.header("authorization", format!("Bearer {key}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    door.send(request.body(Bytes::copy_from_slice(body.as_bytes())).unwrap()).await
}

/// A path with something in each of its parameters.
fn filled(path: &str) -> String {
    path.replace("{id}", "0123456789abcdef01234567").replace(['{', '}'], "")
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_405_with_those_that_it_has() {
    let door = Door::open().await;
    for (path, operations) in contract::paths() {
        let has: Vec<&str> = operations.iter().map(|it| it.method).collect();
        for method in ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"] {
            if has.contains(&method) {
                continue;
            }
            let answer = send(&door, method, &filled(path), &[], "").await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.headers["allow"], has.join(", "), "{method} {path}");
            assert_eq!(answer.headers["content-type"], "application/problem+json");
        }
    }
}

#[tokio::test]
async fn a_name_in_a_path_may_be_as_long_as_it_likes_and_is_known_to_nobody() {
    let door = Door::open().await;
    for (path, operations) in contract::paths().filter(|(path, _)| path.contains('{')) {
        for name in ["a".repeat(1100), "0-1".repeat(400), "%E2%82%AC".repeat(120)] {
            let parts = path.split('/').map(|part| if part.starts_with('{') { name.as_str() } else { part });
            let path = parts.collect::<Vec<_>>().join("/");
            for method in operations.iter().map(|it| it.method) {
                let body = if matches!(method, "GET" | "DELETE") { "" } else { "{}" };
                let answer = send(&door, method, &path, &[("content-type", "application/json")], body).await;
                assert!(answer.status < 500, "{method} {path}: {answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_form_of_answer_that_there_is_not_is_406() {
    let door = Door::open().await;
    for (path, accept, status) in [
        ("/signatures", "text/html", 406),
        ("/signatures", "application/xml, image/*;q=0.5", 406),
        ("/signatures", "application/json;q=0", 406),
        ("/signatures", "application/*", 200),
        ("/signatures", "text/html, */*;q=0.1", 200),
        ("/openapi.json", "text/plain", 406),
        ("/sign", "application/json", 406),
    ] {
        let answer = send(&door, "GET", path, &[("accept", accept)], "").await;
        assert_eq!(answer.status, status, "{path} {accept}");
        if status == 406 {
            assert_eq!(answer.json()["code"], "not_acceptable");
        }
    }
}

#[tokio::test]
async fn a_body_of_another_type_or_charset_is_415() {
    let door = Door::open().await;
    let upload = json!({ "sizeBytes": 1, "sha256": "0".repeat(64) }).to_string();
    for (content_type, status) in [
        ("application/json", 200),
        ("Application/JSON; charset=UTF-8", 200),
        ("application/json; charset=\"utf-8\"", 200),
        ("application/json; charset=iso-8859-1", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
    ] {
        let answer = send(&door, "POST", "/uploads", &[("content-type", content_type)], &upload).await;
        assert_eq!(answer.status, status, "{content_type}");
        if status == 415 {
            assert_eq!(answer.headers["accept-post"], "application/json");
        }
    }
}

#[tokio::test]
async fn a_body_with_a_name_twice_or_too_deep_is_refused_with_a_pointer() {
    let door = Door::open().await;
    let deep = format!(r#"{{"callback":{{"custom":{}{}}}}}"#, "[".repeat(31), "]".repeat(31));
    for (body, pointer) in [
        (r#"{"title":"a","signers":[{"name":"a","name":"b"}]}"#.to_owned(), "/signers/0/name".to_owned()),
        (deep, format!("/callback/custom{}", "/0".repeat(30))),
    ] {
        let answer = send(&door, "POST", "/EU-SES", &[("content-type", "application/json")], &body).await;
        let answer = answer.expect(400).json();
        assert_eq!(
            (&answer["code"], &answer["errors"][0]["pointer"]),
            (&json!("json_malformed"), &json!(pointer))
        );
    }
}

#[tokio::test]
async fn a_list_of_the_members_of_an_object_is_not_the_object() {
    let door = Door::open().await;
    let document = json!({ "documentSha256": "0".repeat(64), "code": "123456", "mark": ["typed", "Ada"] });
    for (method, path, pointer, body) in [
        (Method::PUT, "/text-messages", "", json!([null, null])),
        (Method::PUT, "/retention", "", json!([3, 10])),
        (Method::POST, "/EU-SES", "/signers/0", json!({ "title": "a", "signers": [["Ada", "Lovelace"]] })),
        (Method::POST, "/EU-SES", "/options", json!({ "title": "a", "options": [] })),
        (Method::POST, "/verify", "", json!(["AAAA"])),
    ] {
        let refused = door.call(method, path, Some(&body)).await.expect(422);
        assert_eq!(refused.text("/errors/0/pointer"), pointer, "{path} {body}");
        assert!(refused.text("/errors/0/detail").contains("expected an object"), "{refused:?}");
    }
    let mut inputs = body(CONTRACT, &[ada()]);
    inputs["inputDocuments"] = json!([["base64", null, "AAAA", null]]);
    assert_eq!(
        door.post("/EU-SES", &inputs).await.expect(422).text("/errors/0/pointer"),
        "/inputDocuments/0"
    );
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let refused = ceremony.as_signatory(ada(), Method::POST, "/sign/signature", Some(&document)).await;
    assert_eq!(refused.expect(422).text("/errors/0/pointer"), "/mark");
}

#[tokio::test]
async fn a_move_that_needs_a_deadline_names_it_where_there_is_no_body() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    for action in ["extend", "reactivate"] {
        let path = format!("/signatures/{}/{action}", ceremony.id);
        let refused = door.call(Method::POST, &path, None).await.expect(422);
        assert_eq!(refused.text("/errors/0/pointer"), "/expiresAt");
    }
}

#[tokio::test]
async fn a_member_that_is_not_in_the_contract_is_refused_where_it_stands() {
    let door = Door::open().await;
    for (pointer, change) in [
        ("/state", json!({ "state": "DONE" })),
        ("/tenant", json!({ "tenant": "another" })),
        ("/options/colour", json!({ "options": { "colour": "red" } })),
    ] {
        let mut request = body(CONTRACT, &[ada()]);
        request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = door.post("/EU-SES", &request).await.expect(422).json();
        assert_eq!(answer["errors"][0]["pointer"], pointer);
        assert_eq!(answer["error"], 625);
    }
}

#[tokio::test]
async fn every_value_that_is_wrong_is_named_at_once() {
    let door = Door::open().await;
    let mut request = body(CONTRACT, &[ada()]);
    request["title"] = "x".repeat(201).into();
    request["callback"] = json!({ "url": "http://10.0.0.1/" });
    request["signers"][0]["email"] = json!("nobody");
    request["options"]["timezone"] = json!("Mars/Olympus");
    let refused = door.post("/EU-SES", &request).await.expect(422).json();
    let errors = refused["errors"].as_array().unwrap().iter();
    let pointers: Vec<&str> = errors.map(|it| it["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/signers/0/email", "/title", "/options/timezone", "/callback/url"]);
    assert!(refused["errors"].as_array().unwrap().iter().all(|it| it["detail"].is_string()), "{refused}");
}

#[tokio::test]
async fn limits_hold_on_both_sides() {
    let door = Door::open().await;
    let signer = body(CONTRACT, &[ada()])["signers"][0].clone();
    let people = |count: usize| {
        let mut request = body(CONTRACT, &[]);
        request["signers"] = (0..count).map(|_| signer.clone()).collect();
        request
    };
    let places = |count: usize| {
        let mut request = body(CONTRACT, &[ada()]);
        let place = |index: usize| json!({ "page": 1, "x": index, "y": 700 });
        request["signers"][0]["signatures"] = (0..count).map(place).collect();
        request
    };
    let text = |field: &str, count: usize| {
        let mut request = body(CONTRACT, &[ada()]);
        request[field] = "x".repeat(count).into();
        request
    };
    let inputs = |count: usize| {
        let mut request = body(CONTRACT, &[ada()]);
        request["inputDocuments"] = (0..count).map(|_| Value::from("https://example.com/a.pdf")).collect();
        request
    };
    let field = |name: &str| {
        let mut request = body(CONTRACT, &[ada()]);
        request["callback"] = json!({ "url": "https://example.com/hook", "method": "POST", "field": name });
        request
    };
    for (what, within, beyond) in [
        ("/callback/field", field(&"x".repeat(100)), field(&"x".repeat(101))),
        ("/callback/field", field("x"), field("")),
        ("/callback/field", field("custom_"), field("custom")),
        ("/callback/field", field("a[b]"), field("a b")),
        ("/signers", people(50), people(51)),
        ("/signers", places(200), places(201)),
        ("/title", text("title", 200), text("title", 201)),
        ("/description", text("description", 2000), text("description", 2001)),
        ("/inputDocuments", inputs(20), inputs(21)),
    ] {
        let taken = door.post("/EU-SES", &within).await;
        assert_eq!(taken.status, 200, "{what}: {}", String::from_utf8_lossy(&taken.body));
        let refused = door.post("/EU-SES", &beyond).await.expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], what);
    }
}

/// A list of so many texts, each with its number.
fn many(count: usize, text: impl Fn(usize) -> String) -> Value {
    (0..count).map(|it| Value::from(text(it))).collect()
}

/// A map of so many names, each with this value.
fn headers(count: usize, value: &str) -> Value {
    (0..count).map(|it| (format!("x-{it:02}"), Value::from(value))).collect::<serde_json::Map<_, _>>().into()
}

/// An address of so many characters.
fn url(length: usize) -> String {
    let start = "https://example.com/";
    format!("{start}{}", "x".repeat(length - start.len()))
}

/// A body with another member.
fn with(body: &Value, name: &str, value: Value) -> Value {
    let mut body = body.clone();
    body[name] = value;
    body
}

/// What is within is taken, and what is beyond is refused where it stands.
async fn hold(path: &str, wrap: impl Fn(&str, Value) -> Value, limits: Vec<(&str, &str, Value, Value)>) {
    let door = Door::open().await;
    for (member, pointer, within, beyond) in limits {
        let taken = door.post(path, &wrap(member, within)).await;
        assert!(taken.status < 300, "{path} {pointer}: {}", taken.json());
        let refused = door.post(path, &wrap(member, beyond)).await.expect(422);
        assert_eq!(refused.text("/errors/0/pointer"), pointer, "{path}");
    }
}

#[tokio::test]
async fn limits_of_callbacks_hold_on_both_sides() {
    let wrap = |member: &str, value: Value| {
        let callback = with(&json!({ "url": "https://example.com/hook" }), member, value);
        with(&body(CONTRACT, &[ada()]), "callback", callback)
    };
    let text = |count: usize| Value::from("c".repeat(count));
    // A header's name has four characters here; custom is JSON, and its quotes count.
    let long = |count: usize| headers(16, &"v".repeat(count));
    let limits = vec![
        ("url", "/callback/url", url(2048).into(), url(2049).into()),
        ("retry", "/callback/retry", 5.into(), 6.into()),
        ("headers", "/callback/headers", headers(20, "v"), headers(21, "v")),
        ("headers", "/callback/headers", long(508), long(509)),
        ("custom", "/callback/custom", text(8190), text(8191)),
    ];
    hold("/EU-SES", wrap, limits).await;
}

#[tokio::test]
async fn limits_of_keys_hold_on_both_sides() {
    let wrap =
        |member: &str, value: Value| with(&json!({ "name": "A key", "scopes": ["verify"] }), member, value);
    let text = |count: usize| Value::from("n".repeat(count));
    let scopes = |count: usize| many(count, |_| "verify".to_owned());
    let ranges = |count: usize| many(count, |it| format!("203.0.113.{it}/32"));
    let limits = vec![
        ("name", "/name", text(100), text(101)),
        ("scopes", "/scopes", scopes(50), scopes(51)),
        ("sourceRanges", "/sourceRanges", ranges(50), ranges(51)),
        ("callsPerMinute", "/callsPerMinute", 60_000.into(), 60_001.into()),
        ("callsPerMinute", "/callsPerMinute", 1.into(), 0.into()),
    ];
    hold("/access/keys", wrap, limits).await;
}

#[tokio::test]
async fn limits_of_subscriptions_hold_on_both_sides() {
    let wrap =
        |member: &str, value: Value| with(&json!({ "url": "https://example.com/hook" }), member, value);
    let events = |count: usize| many(count, |_| "request.created".to_owned());
    let basic = |count: usize| json!({ "type": "basic", "key": "k".repeat(count) });
    let long = |count: usize| headers(1, &"v".repeat(count));
    let text = |count: usize| Value::from("d".repeat(count));
    let limits = vec![
        ("url", "/url", url(2048).into(), url(2049).into()),
        ("events", "/events", events(100), events(101)),
        ("headers", "/headers", headers(5, "v"), headers(6, "v")),
        ("headers", "/headers/x-00", long(100), long(101)),
        ("auth", "/auth/key", basic(1000), basic(1001)),
        ("description", "/description", text(200), text(201)),
    ];
    hold("/webhooks", wrap, limits).await;
}

/// As much as a request may say: what it becomes of it is one item of the table.
#[tokio::test]
async fn a_request_that_says_all_it_may_fits_and_one_that_says_more_is_refused_where_it_does() {
    let door = Door::open().await;
    let long = |count: usize| "\u{1f58b}".repeat(count);
    let saying = |attachments: usize| {
        let mut request = body(CONTRACT, &[]);
        let attachment = json!({ "name": long(200), "description": long(500) });
        let mut left = attachments;
        let signer = |number: usize| {
            let mine = left.min(5);
            left -= mine;
            json!({
                "name": "Ada", "surname": "Lovelace", "email": format!("ada{number}@example.com"),
                "authentication": ["email"], "attachments": vec![attachment.clone(); mine],
                "signatures": vec![json!({ "page": 1, "x": 20, "y": 20, "width": 30, "height": 20 }); 4],
            })
        };
        request["signers"] = (0..50).map(signer).collect();
        request["description"] = long(2000).into();
        request["options"]["consentText"] = long(4000).into();
        let headers: serde_json::Map<String, Value> =
            (0..20).map(|it| (format!("x-header-{it:02}"), "v".repeat(398).into())).collect();
        request["callback"] = json!({
            "url": format!("https://example.com/{}", "x".repeat(1900)),
            "headers": headers,
            "custom": "c".repeat(8000),
        });
        request
    };
    // 2,800 bytes each: 45 of them, with names and addresses, are just within 128 kB.
    let taken = door.post("/EU-SES", &saying(45)).await.expect(200);
    door.settle().await;
    let id = taken.text("/data/id");
    assert_eq!(door.get(&format!("/signatures/{id}")).await.text("/data/state"), "WAIT_SIGNER");
    let refused = door.post("/EU-SES", &saying(60)).await.expect(422).json();
    let pointer = refused["errors"][0]["pointer"].as_str().unwrap();
    let signer: usize = pointer.strip_prefix("/signers/").unwrap().parse().unwrap();
    assert!((9..12).contains(&signer), "{pointer}");
    let previewed = door.post("/signatures/preview", &saying(60)).await.expect(200).json();
    assert!(previewed.to_string().contains(pointer), "the dry run tells it as well");
}

#[tokio::test]
async fn the_contract_is_served_to_anyone() {
    let door = Door::open().await;
    let request =
        Request::builder().method(Method::GET).uri("/openapi.json").header("host", "127.0.0.1:3000");
    let answer = door.send(request.body(Bytes::new()).unwrap()).await.expect(200);
    assert_eq!(answer.json()["openapi"], "3.1.1");
    assert_eq!(answer.headers["content-type"], "application/json");
}
