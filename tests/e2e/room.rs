//! What the signing room is held to whoever calls: for whom it acts, what loading does, what its answers forbid.

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, CONTRACT, Ceremony, Door, ada, grace};

/// A call of the page of somebody, in a browser with this session.
async fn call(door: &Door, asked: (Method, &str), cookie: &str, page_of: &str, body: &Value) -> Answer {
    let headers = [
        ("origin", "http://127.0.0.1:3000"),
        ("x-paraphe", "1"),
        ("x-paraphe-signer", page_of),
        ("cookie", cookie),
    ];
    door.call_with(None, asked.0, asked.1, &headers, body.to_string()).await
}

/// The cookie of a session that a link is exchanged for.
async fn session(door: &Door, token: &str) -> String {
    let token = json!({ "token": token });
    let session = door.browse(Method::POST, "/sign/session", None, Some(&token)).await.expect(200);
    session.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

async fn open(options: Value, attachments: Value) -> (Door, Ceremony) {
    render::use_program(env!("CARGO_BIN_EXE_story-renderer").into());
    let door = Door::open().await;
    let ceremony = door
        .request_with(&[ada(), grace()], |request| {
            request["options"] = options;
            request["signers"][1]["attachments"] = attachments;
        })
        .await;
    (door, ceremony)
}

#[tokio::test]
async fn no_call_of_one_signatorys_page_acts_as_another() {
    let options = json!({ "delegation": true, "userEditableData": { "name": true, "email": true } });
    let (door, ceremony) = open(options, json!([{ "name": "Identity card", "required": true }])).await;
    let page_of_ada = ceremony.view(ada()).await["signatory"]["id"].as_str().unwrap().to_owned();
    let view = ceremony.view(grace()).await;
    let page_of_grace = view["signatory"]["id"].as_str().unwrap().to_owned();
    let attachment = view["signatory"]["attachments"][0]["id"].as_str().unwrap().to_owned();
    // The browser's session is Grace's: her link was opened last.
    let cookie = session(&door, &ceremony.token(grace())).await;
    let document = view["document"]["sha256"].clone();
    let consent = view["consent"]["sha256"].clone();
    let codes = json!({ "code": "000000", "documentSha256": document });
    let with = |name: &str, value: Value| {
        let mut body = codes.clone();
        body[name] = value;
        body
    };
    let person = json!({ "name": "Mary", "surname": "Somerville", "email": "mary@example.net" });
    let posts = [
        ("/sign/session".to_owned(), json!({ "end": true })),
        ("/sign/session".to_owned(), json!({})),
        ("/sign/access".to_owned(), json!({ "answers": [] })),
        ("/sign/presented".to_owned(), json!({ "documentSha256": document })),
        ("/sign/otp".to_owned(), json!({ "documentSha256": document, "consentSha256": consent })),
        ("/sign/signature".to_owned(), with("mark", json!({ "mode": "typed", "name": "Ada" }))),
        ("/sign/approval".to_owned(), codes.clone()),
        ("/sign/delegation".to_owned(), with("delegate", person)),
        ("/sign/read".to_owned(), json!({ "documentSha256": document })),
        ("/sign/decline".to_owned(), json!({ "reason": null })),
        ("/sign/details".to_owned(), json!({ "email": "eve@example.com" })),
        (format!("/sign/attachments/{attachment}"), json!({ "payload": "JVBERi0xLjQK" })),
    ];
    let before = (ceremony.evidence().await, ceremony.detail().await.json());
    for (path, body) in &posts {
        let refused = call(&door, (Method::POST, path), &cookie, &page_of_ada, body).await;
        assert_eq!((refused.status, refused.text("/code")), (401, "session_other".to_owned()), "{path}");
        assert!(!refused.headers.contains_key("set-cookie"), "{path}: the session stays hers");
    }
    let sha256 = document.as_str().unwrap();
    for path in [
        "/sign/request".to_owned(),
        "/sign/document".to_owned(),
        format!("/sign/pages?sha256={sha256}"),
        format!("/sign/pages/1?sha256={sha256}"),
        format!("/sign/pages/1/text?sha256={sha256}"),
        "/sign/logo".to_owned(),
    ] {
        let refused = call(&door, (Method::GET, &path), &cookie, &page_of_ada, &Value::Null).await;
        assert_eq!((refused.status, refused.text("/code")), (401, "session_other".to_owned()), "{path}");
    }
    let linked = |whom: &str| format!("/sign/document?signer={whom}");
    let _refused = door.browse(Method::GET, &linked(&page_of_ada), Some(&cookie), None).await.expect(401);
    let _served = door.browse(Method::GET, &linked(&page_of_grace), Some(&cookie), None).await.expect(200);
    assert_eq!((ceremony.evidence().await, ceremony.detail().await.json()), before);
    let own = call(&door, (Method::GET, "/sign/request"), &cookie, &page_of_grace, &Value::Null).await;
    assert_eq!(own.expect(200).json()["signatory"]["id"], page_of_grace);
}

/// Every address that a signatory's browser GETs.
fn addresses(sha256: &str) -> Vec<String> {
    let mut paths: Vec<String> = [
        "/",
        "/sign",
        "/sign?language=de",
        "/sign/step",
        "/sign/step?at=agree",
        "/sign/request",
        "/sign/document",
        "/sign/document?which=signed",
        "/sign/logo",
        "/sign/assets/room.js",
        "/sign/assets/qr.js",
        "/sign/assets/look.css",
    ]
    .map(str::to_owned)
    .to_vec();
    paths.push(format!("/sign/document?sha256={sha256}"));
    for path in ["", "/1", "/2", "/1/text"] {
        paths.push(format!("/sign/pages{path}?sha256={sha256}"));
    }
    paths
}

#[tokio::test]
async fn no_address_changes_anything_by_being_read() {
    let (door, ceremony) = open(json!({}), json!([])).await;
    let cookie = session(&door, &ceremony.token(ada())).await;
    let sha256 = ceremony.view(ada()).await["document"]["sha256"].as_str().unwrap().to_owned();
    let before = (ceremony.evidence().await, ceremony.detail().await.json(), door.cloud.outbox().len());
    door.cloud.clear_calls();
    for path in addresses(&sha256) {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            for _ in 0..10 {
                let answer = door.browse(method.clone(), &path, Some(&cookie), None).await;
                assert!(answer.status < 500, "{method} {path}: {}", answer.status);
            }
        }
    }
    // Pictures of pages are kept for the next one; nothing else is written anywhere.
    let reads =
        ["BatchGetItem", "GetItem", "GetObject", "HeadObject", "Query", "GetSecretValue", "ListObjectsV2"];
    let writes: Vec<String> = door
        .cloud
        .calls()
        .into_iter()
        .map(|(call, _)| call)
        .filter(|it| it.function.is_some() && !reads.contains(&it.operation.as_str()))
        .map(|it| format!("{} {}", it.operation, it.resource))
        .filter(|it| !(it.starts_with("PutObject") && it.contains("pages")))
        .collect();
    assert!(writes.is_empty(), "{writes:?}");
    door.settle().await;
    let after = (ceremony.evidence().await, ceremony.detail().await.json(), door.cloud.outbox().len());
    assert_eq!(after, before);
}

#[tokio::test]
async fn every_answer_of_the_room_forbids_what_it_does_not_need() {
    let (door, ceremony) = open(json!({}), json!([])).await;
    let cookie = session(&door, &ceremony.token(ada())).await;
    let sha256 = ceremony.view(ada()).await["document"]["sha256"].as_str().unwrap().to_owned();
    for path in addresses(&sha256) {
        let answer = door.browse(Method::GET, &path, Some(&cookie), None).await;
        let header = |name: &str| answer.headers.get(name).map_or("", |it| it.to_str().unwrap()).to_owned();
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header("strict-transport-security"), "max-age=31536000; includeSubDomains", "{path}");
        let kept =
            if path.starts_with("/sign/assets/") && !path.contains("look") { "no-cache" } else { "no-store" };
        assert_eq!(header("cache-control"), kept, "{path}");
        if !header("content-type").starts_with("text/html") {
            continue;
        }
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(header("x-robots-tag"), "noindex", "{path}");
        let permissions = header("permissions-policy");
        for sensor in ["camera", "geolocation", "microphone", "payment"] {
            assert!(permissions.contains(&format!("{sensor}=()")), "{path}: {permissions}");
        }
        let policy = header("content-security-policy");
        let directives: Vec<&str> = policy.split(';').map(str::trim).collect();
        for wanted in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(directives.contains(&wanted), "{path}: {policy}");
        }
        for loose in ["unsafe", "*", "data:", "http"] {
            assert!(!policy.contains(loose), "{path}: {policy}");
        }
    }
}

#[tokio::test]
async fn a_page_in_a_frame_can_ask_where_a_file_lies() {
    let door = Door::open().await;
    let small = door.request(CONTRACT, &[ada()]).await;
    let asks = async |ceremony: &Ceremony| {
        let (link, headers) = (ceremony.token(ada()), [("accept", "application/json")]);
        let answer = door.call_with(Some(&link), Method::GET, "/sign/document", &headers, "").await;
        answer.expect(200).json()
    };
    assert_eq!(asks(&small).await, json!({ "url": null }));
    let input = door.upload(&tests::large_pdf(5_000_000)).await;
    let large = door.request_with(&[ada()], |it| it["inputDocuments"] = json!([input])).await;
    let found = asks(&large).await;
    assert!(found["url"].as_str().unwrap().contains("X-Amz-Signature="), "{found}");
    let led = large.as_signatory(ada(), Method::GET, "/sign/document", None).await;
    assert_eq!(led.status, 303);
}
