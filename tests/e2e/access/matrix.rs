//! Every operation of the template: without its scope, and upon another tenant's things.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::access::{OPERATIONS, Operation, Scope};
use http::Method;
use serde_json::{Value, json};
use tests::{CONTRACT, Ceremony, Door, Endpoint, ada};

/// The path of an operation with something in the place of each parameter.
fn path_of(operation: &Operation, value_of: impl Fn(&str) -> String) -> String {
    let parts = operation.path.split('/').map(|part| match part.strip_prefix('{') {
        Some(name) => value_of(name.trim_end_matches('}')),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_operation_is_refused_without_its_scope_and_reached_with_it() {
    let door = Door::open().await;
    for scope in Scope::ALL {
        let others: Vec<&str> = Scope::ALL.iter().filter(|it| **it != scope).map(|it| it.as_str()).collect();
        let (without, with) =
            (door.key(&others, &json!({})).await, door.key(&[scope.as_str()], &json!({})).await);
        for operation in OPERATIONS {
            let path = path_of(operation, |name| match name {
                "actionType" => "detail".to_owned(),
                _ => "0".repeat(24),
            });
            let method = Method::from_bytes(operation.method.as_bytes()).unwrap();
            let call = async |key: &str| door.call_as(key, method.clone(), &path, Some(&json!({}))).await;
            let (lacking, holding) = (call(&without).await, call(&with).await);
            let is_refused = |status: u16| status == 403;
            let name = format!("{} {}", operation.method, operation.path);
            assert_eq!(
                is_refused(lacking.status),
                operation.scope == scope,
                "{name} without {}",
                scope.as_str()
            );
            assert_eq!(
                is_refused(holding.status),
                operation.scope != scope,
                "{name} with {}",
                scope.as_str()
            );
            if is_refused(lacking.status) {
                assert_eq!(lacking.headers["content-type"], "application/problem+json", "{name}");
                assert_eq!(lacking.json()["code"], "forbidden", "{name}");
            }
        }
    }
}

#[tokio::test]
async fn every_operation_tells_what_is_left_and_every_post_may_have_a_name() {
    let door = Door::open().await;
    let key = door.cloud.api_key().unwrap();
    for operation in OPERATIONS {
        let path = path_of(operation, |name| match name {
            "actionType" => "detail".to_owned(),
            _ => "0".repeat(24),
        });
        let name = format!("{} {}", operation.method, operation.path);
        let method = operation.method.parse().unwrap();
        let answer =
            door.call_with(Some(&key), method, &path, &[("idempotency-key", "two words")], "{}").await;
        let policy = answer.headers.get("ratelimit-policy").map(|it| it.to_str().unwrap().to_owned());
        let policy = policy.unwrap_or_else(|| panic!("{name}: {}", answer.status));
        assert!(policy.starts_with("\"operation\";q=") && policy.ends_with(";w=60"), "{name}: {policy}");
        assert!(answer.headers["ratelimit"].to_str().unwrap().starts_with("\"operation\";r="), "{name}");
        let is_named = answer.status == 400 && answer.json()["code"] == "idempotency_key_malformed";
        assert_eq!(is_named, operation.method == "POST", "{name}");
    }
}

#[tokio::test]
async fn a_path_in_disguise_reaches_no_further() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let reader = door.key(&["signatures:read"], &json!({})).await;
    let id = &ceremony.id;
    for path in [
        format!("/signatures/{id}/audit"),
        format!("/signatures/{id}/%61udit"),
        format!("/signatures/{id}/audit/"),
        format!("/signatures/{id}/signedDocument"),
        format!("/signatures/{id}/%73ignedDocument"),
        format!("/signature/{id}/validatedDocument"),
        format!("/signature/{id}/validatedDocumen%74"),
        format!("/signatures/{id}/detail/../audit"),
        format!("//signatures/{id}/audit"),
    ] {
        let answer = door.call_as(&reader, Method::GET, &path, None).await;
        assert!(matches!(answer.status, 403 | 404), "{path}: {}", answer.status);
    }
    let _shown =
        door.call_as(&reader, Method::GET, &format!("/signatures/{id}/detail"), None).await.expect(200);
}

/// What belongs to a tenant, by the names of parameters.
struct Things {
    request: String,
    signer: String,
    theme: String,
    validation: String,
    key: String,
    app: String,
    webhook: String,
    event: String,
    callback: String,
    mailbox: String,
    attachment: String,
    image: String,
    connector: &'static str,
    run: &'static str,
}

/// A request with a file attached to it, and a callback that was called.
async fn asked(door: &Door) -> Ceremony {
    let receiver = Endpoint::willing().await;
    let ceremony = door
        .request_with(&[ada()], |wanted| {
            wanted["callback"] = json!({ "url": receiver.url() });
            wanted["signers"][0]["attachments"] = json!([{ "name": "Card" }]);
        })
        .await;
    let attachment =
        ceremony.view(ada()).await["signatory"]["attachments"][0]["id"].as_str().unwrap().to_owned();
    let (path, file) =
        (format!("/sign/attachments/{attachment}"), json!({ "payload": STANDARD.encode(CONTRACT) }));
    let _attached = ceremony.as_signatory(ada(), Method::POST, &path, Some(&file)).await.expect(200);
    ceremony
}

/// A campaign with its picture, and a connector with a run; the name of the picture.
async fn pushed(door: &Door) -> String {
    let picture = crate::email_signatures::picture(door, 300, 60).await;
    let campaign = json!({
        "name": "Spring", "banner": picture, "alt": "See the engine", "link": "https://engines.example/spring",
    });
    let connector = json!({ "serviceAccount": crate::connectors::service_account(), "baseUrl": "https://gmail.example.com" });
    for (path, body) in [("/campaigns/spring", campaign), ("/connectors/gmail", connector)] {
        let _saved = door.call(Method::PUT, path, Some(&body)).await.expect(200);
    }
    let _begun = door.post("/connectors/gmail/runs?dryRun=true", &json!({})).await.expect(202);
    picture["id"].as_str().unwrap().to_owned()
}

/// What e-mail signatures are made of, and a person.
async fn managed(door: &Door) {
    for (path, body) in [
        ("/brands/spring", json!({ "name": "Engines", "colors": { "primary": "#1f4fb4" } })),
        ("/signature-templates/spring", json!({ "copyOf": "card" })),
    ] {
        let _saved = door.call(Method::PUT, path, Some(&body)).await.expect(200);
    }
    let _written = door.post("/users", &json!([{ "email": "ada@example.com" }])).await.expect(200);
    let change = json!({ "title": "Countess" });
    let _proposed = door.post("/user-change-requests/ada@example.com", &change).await.expect(200);
}

impl Things {
    async fn of_demo(door: &Door) -> Self {
        let ceremony = asked(door).await;
        let view = door.get(&format!("/signatures/{}", ceremony.id)).await.expect(200);
        managed(door).await;
        let image = pushed(door).await;
        let body = json!({ "ui": {} });
        let _saved = door.call(Method::PUT, "/themes/spring", Some(&body)).await.expect(200);
        let new = json!({ "name": "Theirs", "scopes": ["verify"] });
        let key = door.post("/access/keys", &new).await.expect(201).text("/data/id");
        let app = door.post("/access/client-apps", &new).await.expect(201).text("/data/id");
        let endpoint = json!({ "url": "https://app.example.com/hook", "enabled": false });
        let webhook = door.post("/webhooks", &endpoint).await.expect(201).text("/data/id");
        let event = door.get("/events").await.expect(200).text("/data/0/id");
        let upload = door.upload(CONTRACT).await;
        let validation = door.post("/verify", &json!({ "inputDocument": upload })).await.expect(202);
        Self {
            request: ceremony.id.clone(),
            signer: view.text("/data/signers/0/id"),
            theme: "spring".to_owned(),
            validation: validation.text("/data/id"),
            key,
            app,
            webhook,
            event,
            callback: door.get("/callbacks").await.expect(200).text("/data/0/id"),
            mailbox: "ada@example.com".to_owned(),
            attachment: view.text("/data/signers/0/attachments/0/id"),
            image,
            connector: "gmail",
            run: "1",
        }
    }

    fn path(&self, operation: &Operation) -> String {
        path_of(operation, |name| match (operation.path.split('/').nth(1), name) {
            (_, "actionType") if operation.method == "GET" => "detail".to_owned(),
            (_, "actionType") => "remind".to_owned(),
            (_, "verdict") => "accept".to_owned(),
            (_, "signer") => self.signer.clone(),
            (_, "attachment") => self.attachment.clone(),
            (_, "kind") => self.connector.to_owned(),
            (_, "number") => self.run.to_owned(),
            (Some("signature-images"), "name") => self.image.clone(),
            (Some("brands" | "campaigns" | "signature-templates" | "themes"), "name") => self.theme.clone(),
            (_, "version") => "1".to_owned(),
            (_, "email") => self.mailbox.clone(),
            (_, "field") => "title".to_owned(),
            (_, "id") if operation.scope == Scope::EmailSignaturesRead => self.mailbox.clone(),
            (Some("verify"), _) => self.validation.clone(),
            (_, "delivery") => format!("1773306901250-{}", self.event),
            (Some("webhooks"), _) => self.webhook.clone(),
            (Some("events"), _) => self.event.clone(),
            (Some("callbacks"), _) => self.callback.clone(),
            (Some("access"), _) if operation.path.contains("client-apps") => self.app.clone(),
            (Some("access"), _) => self.key.clone(),
            _ => self.request.clone(),
        })
    }

    /// Things that are nobody's.
    fn unknown() -> Self {
        let id = || "f".repeat(24);
        Self {
            request: id(),
            signer: "11111111-1111-4111-8111-111111111111".to_owned(),
            theme: "autumn".to_owned(),
            validation: id(),
            key: id(),
            app: id(),
            webhook: id(),
            event: format!("evt_{}_1", id()),
            callback: format!("1773306901250-{}-2-0", id()),
            mailbox: "grace@example.com".to_owned(),
            attachment: "0".repeat(24),
            image: "f".repeat(24),
            connector: "google-directory",
            run: "7",
        }
    }
}

/// A body that the operation would take.
fn body_of(operation: &Operation) -> Value {
    match (operation.method, operation.path.split('/').nth(1)) {
        ("PATCH", Some("access")) => json!({ "name": "Mine" }),
        ("PATCH", Some("webhooks")) => json!({ "description": "Mine" }),
        ("PATCH", _) => json!({ "name": "Mallory" }),
        ("PUT", Some("users")) => json!({ "id": null }),
        ("POST", Some("user-change-requests")) => json!({ "title": "Countess" }),
        _ => json!({}),
    }
}

#[tokio::test]
async fn another_tenant_s_things_are_as_unknown_as_none() {
    let door = Door::open().await;
    let (theirs, none) = (Things::of_demo(&door).await, Things::unknown());
    let mallory = door.another_tenant("mallory").await;
    let with_ids = OPERATIONS.iter().filter(|it| it.path.contains('{'));
    let mut compared = 0;
    let mut nothing_there = BTreeSet::new();
    for operation in with_ids {
        // Whoever saves a look or a callback under this name saves their own.
        if (operation.method == "PUT" && operation.path.ends_with('}'))
            || operation.path.starts_with("/callback/")
        {
            continue;
        }
        let method = Method::from_bytes(operation.method.as_bytes()).unwrap();
        let body = body_of(operation);
        let answer = async |things: &Things| {
            let answer = door.call_as(&mallory, method.clone(), &things.path(operation), Some(&body)).await;
            let mut json = answer.json();
            json.as_object_mut().unwrap().remove("instance");
            let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
            names.sort();
            (answer.status, json, names)
        };
        let (foreign, unknown) = (answer(&theirs).await, answer(&none).await);
        let name = format!("{} {}", operation.method, operation.path);
        if operation.method == "GET" && door.get(&theirs.path(operation)).await.status >= 400 {
            nothing_there.insert(operation.path);
        }
        assert_eq!(foreign.0, 404, "{name}: {}", foreign.1);
        assert_eq!(foreign, unknown, "{name}");
        compared += 1;
    }
    assert!(compared > 30, "{compared}");
    let expected = [
        // Nobody has signed, and only one kind has a script.
        "/connectors/{kind}/script",
        "/signature/{id}/signedDocument",
        "/signatures/{id}/signedDocument",
    ];
    assert_eq!(nothing_there, expected.into(), "of all others there is something to be found");
    others_things_in_bodies(&door, &theirs, &mallory).await;
    for path in [
        "/signatures",
        "/themes",
        "/access/client-apps",
        "/webhooks",
        "/events",
        "/callbacks",
        "/brands",
        "/campaigns",
        "/signature-templates",
    ] {
        let list = door.call_as(&mallory, Method::GET, path, None).await.expect(200).json();
        assert_eq!(list["data"], json!([]), "{path}");
    }
}

/// What a body or a query names is looked for among the caller's own things as well.
async fn others_things_in_bodies(door: &Door, theirs: &Things, mallory: &str) {
    let upload = door.upload(CONTRACT).await;
    let with = |change: Value| {
        let mut wanted = tests::body(CONTRACT, &[ada()]);
        for (name, value) in change.as_object().unwrap() {
            wanted[name] = value.clone();
        }
        wanted
    };
    for (path, body, pointer) in [
        ("/EU-SES", with(json!({ "inputDocuments": [upload] })), "/inputDocuments/0"),
        ("/EU-SES", with(json!({ "options": { "theme": theirs.theme } })), "/options/theme"),
        ("/EU-SES", with(json!({ "options": { "brand": "spring" } })), "/options/brand"),
        ("/EU-SES", with(json!({ "options": { "sender": theirs.mailbox } })), "/options/sender"),
        ("/verify", json!({ "inputDocument": upload }), "/inputDocument"),
    ] {
        let refused = door.call_as(mallory, Method::POST, path, Some(&body)).await.expect(422);
        assert!(
            refused.text("/errors/0/pointer").starts_with(pointer),
            "{path} {pointer}: {}",
            refused.json()
        );
        let own = door.post(path, &body).await;
        assert!(own.status < 300, "{path} {pointer}: {}", own.json());
    }
    let sandbox = format!("/sandbox/messages?request={}", theirs.request);
    assert_eq!(door.call_as(mallory, Method::GET, &sandbox, None).await.status, 404);
}
