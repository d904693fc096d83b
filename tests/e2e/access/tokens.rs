//! Access tokens, in three dialects, and how soon they are nothing any more.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use tests::{Answer, Door};

/// A client app, by its id and secret.
struct App {
    id: String,
    secret: String,
    path: String,
}

async fn app(door: &Door, scopes: &[&str]) -> App {
    let body = json!({ "name": "An app", "scopes": scopes });
    let made = door.post("/access/client-apps", &body).await.expect(201);
    let id = made.text("/data/id");
    App { secret: made.text("/data/secret"), path: format!("/access/client-apps/{id}"), id }
}

async fn form(door: &Door, basic: Option<(&str, &str)>, body: &str) -> Answer {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri("/oauth/token")
        .header("host", "127.0.0.1:3000")
        .header("content-type", "application/x-www-form-urlencoded");
    if let Some((id, secret)) = basic {
        let shown = STANDARD.encode(format!("{id}:{secret}"));
        request = request.header("authorization", format!("Basic {shown}"));
    }
    door.send(request.body(Bytes::from(body.to_owned())).unwrap()).await
}

/// A token of the whole app.
async fn token(door: &Door, app: &App) -> String {
    let answer = form(door, Some((&app.id, &app.secret)), "grant_type=client_credentials").await.expect(200);
    answer.text("/access_token")
}

async fn list_as(door: &Door, token: &str) -> u16 {
    door.call_as(token, Method::GET, "/signatures", None).await.status
}

async fn openapi(door: &Door, name: &str, secret: &str, body: &Value) -> Answer {
    let shown = STANDARD.encode(format!("{name}:{secret}"));
    let request = Request::builder()
        .method(Method::POST)
        .uri("/token")
        .header("host", "127.0.0.1:3000")
        .header("content-type", "application/json")
        .header("authorization", format!("Basic {shown}"));
    door.send(request.body(Bytes::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn a_client_app_gets_tokens_that_live_for_half_an_hour() {
    let door = Door::open().await;
    let app = app(&door, &["signatures:read", "verify"]).await;
    let answer = form(&door, Some((&app.id, &app.secret)), "grant_type=client_credentials").await.expect(200);
    assert_eq!(answer.headers["cache-control"], "no-store");
    let body = answer.json();
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(1800)));
    assert_eq!(body["scope"], "signatures:read verify");
    let whole = answer.text("/access_token");
    let in_body = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope=verify",
        app.id, app.secret
    );
    let narrow = form(&door, None, &in_body).await.expect(200).text("/access_token");
    assert_eq!(list_as(&door, &whole).await, 200);
    assert_eq!(list_as(&door, &narrow).await, 403, "a token may have less than its app");
    door.advance(Duration::from_mins(29)).await;
    assert_eq!(list_as(&door, &whole).await, 200);
    // The rest of the half hour, and the minute for which the gateway remembers.
    door.advance(Duration::from_secs(121)).await;
    assert_eq!(list_as(&door, &whole).await, 401);
}

#[tokio::test]
async fn a_refused_token_is_refused_in_the_standard_s_words() {
    let door = Door::open().await;
    let app = app(&door, &["verify"]).await;
    let grant = "grant_type=client_credentials";
    let wrong = format!(
        "{}{}",
        &app.secret[..app.secret.len() - 1],
        if app.secret.ends_with('0') { '1' } else { '0' }
    );
    let other = super::tokens::app(&door, &["verify"]).await;
    let basic = Some((app.id.as_str(), app.secret.as_str()));
    let both = format!("{grant}&client_id={}&client_secret={}", app.id, app.secret);
    for (shown, body, status, error) in [
        (None, grant, 401, "invalid_client"),
        (Some((app.id.as_str(), wrong.as_str())), grant, 401, "invalid_client"),
        (Some((app.id.as_str(), other.secret.as_str())), grant, 401, "invalid_client"),
        (Some(("no-such-app", app.secret.as_str())), grant, 401, "invalid_client"),
        (basic, both.as_str(), 400, "invalid_request"),
        (basic, "", 400, "invalid_request"),
        (basic, "grant_type=", 400, "invalid_request"),
        (basic, "grant_type=client_credentials&grant_type=client_credentials", 400, "invalid_request"),
        (basic, "grant_type=password&username=a&password=b", 400, "unsupported_grant_type"),
        (basic, "grant_type=authorization_code", 400, "unsupported_grant_type"),
        (basic, "grant_type=client_credentials&scope=signatures%3Aread", 400, "invalid_scope"),
        (basic, "grant_type=client_credentials&scope=*", 400, "invalid_scope"),
        (basic, "grant_type=client_credentials&scope=nonsense", 400, "invalid_scope"),
    ] {
        let answer = form(&door, shown, body).await;
        assert_eq!((answer.status, answer.text("/error").as_str()), (status, error), "{body}");
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401);
    }
}

#[tokio::test]
async fn an_app_that_is_disabled_narrowed_or_rotated_stops_its_tokens_within_a_minute() {
    let door = Door::open().await;
    let minute = Duration::from_secs(61);
    let [disabled, narrowed, rotated, revoked] = [
        app(&door, &["signatures:read"]).await,
        app(&door, &["signatures:read", "verify"]).await,
        app(&door, &["signatures:read"]).await,
        app(&door, &["signatures:read"]).await,
    ];
    let mut tokens = Vec::new();
    for app in [&disabled, &narrowed, &rotated, &revoked] {
        let token = token(&door, app).await;
        assert_eq!(list_as(&door, &token).await, 200);
        tokens.push(token);
    }
    door.advance(Duration::from_secs(5)).await;
    let change =
        async |app: &App, body: Value| door.call(Method::PATCH, &app.path, Some(&body)).await.expect(200);
    let _changed = change(&disabled, json!({ "enabled": false })).await;
    let _changed = change(&narrowed, json!({ "scopes": ["verify"] })).await;
    let again = door.post(&format!("{}/rotate-secret", rotated.path), &json!({})).await.expect(200);
    let _gone = door.call(Method::DELETE, &revoked.path, None).await.expect(200);
    door.advance(minute).await;
    let mut answers = Vec::new();
    for token in &tokens {
        answers.push(list_as(&door, token).await);
    }
    assert_eq!(answers, [401, 403, 401, 401]);
    assert_eq!(
        form(&door, Some((&disabled.id, &disabled.secret)), "grant_type=client_credentials").await.status,
        401
    );
    assert_eq!(
        form(&door, Some((&rotated.id, &rotated.secret)), "grant_type=client_credentials").await.status,
        401
    );
    let renewed = App { secret: again.text("/data/secret"), ..rotated };
    assert_eq!(list_as(&door, &token(&door, &renewed).await).await, 200);
}

#[tokio::test]
async fn a_token_of_the_second_in_which_its_secret_was_replaced_is_nothing() {
    let door = Door::open_at("2026-11-30T10:00:00Z").await;
    let app = app(&door, &["signatures:read"]).await;
    let before = token(&door, &app).await;
    let again = door.post(&format!("{}/rotate-secret", app.path), &json!({})).await.expect(200);
    assert_eq!(list_as(&door, &before).await, 401);
    let renewed = App { secret: again.text("/data/secret"), ..app };
    let after = token(&door, &renewed).await;
    assert_eq!(list_as(&door, &after).await, 200, "the new secret's token of that second");
}

#[tokio::test]
async fn scopes_of_another_host_are_no_token_s() {
    let door = Door::open().await;
    let key = door.cloud.api_key().unwrap();
    let stranger = json!({ "scopes": ["verify", "POST:attacker.example/EU-SES"] });
    let refused = openapi(&door, "ada@example.com", &key, &stranger).await.expect(422);
    assert_eq!(refused.text("/errors/0/pointer"), "/scopes/1");
    let app = app(&door, &["*"]).await;
    for (scope, status) in [
        ("POST:attacker.example/EU-SES", 400),
        ("POST:esignature.openapi.com/EU-SES", 200),
        ("POST:127.0.0.1:3000/EU-SES", 200),
    ] {
        let body = format!("grant_type=client_credentials&scope={scope}");
        let answer = form(&door, Some((&app.id, &app.secret)), &body).await;
        assert_eq!(answer.status, status, "{scope}");
        if status == 400 {
            assert_eq!(answer.json()["error"], "invalid_scope");
        }
    }
}

#[tokio::test]
async fn one_span_s_integrators_get_what_they_know() {
    let door = Door::open().await;
    let app = app(&door, &["signatures:read"]).await;
    let now = door.cloud.clock().now().unix_ms();
    let ask = async |body: Value| {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/apitoken/clientApp/accessToken")
            .header("host", "127.0.0.1:3000")
            .header("content-type", "application/json");
        door.send(request.body(Bytes::from(body.to_string())).unwrap()).await
    };
    let owner = json!({ "clientId": app.id, "secret": app.secret, "type": "OWNER" });
    let sender =
        json!({ "clientId": app.id, "secret": app.secret, "type": "SENDER", "email": "ada@example.com" });
    for body in [owner, sender] {
        let answer = ask(body).await.expect(200);
        let members: Vec<String> = answer.json().as_object().unwrap().keys().cloned().collect();
        assert_eq!(members, ["accessToken", "expiresAt"]);
        let end = answer.json()["expiresAt"].as_i64().unwrap();
        assert!((now + 1_799_000..=now + 1_860_000).contains(&end), "milliseconds: {end}");
        assert_eq!(list_as(&door, &answer.text("/accessToken")).await, 200);
    }
    for (body, status) in [
        (json!({ "clientId": app.id, "secret": "wrong", "type": "OWNER" }), 401),
        (json!({ "clientId": app.id, "secret": app.secret, "type": "SENDER" }), 422),
        (json!({ "clientId": app.id, "secret": app.secret, "type": "ADMIN" }), 422),
        (json!({ "clientId": app.id }), 422),
    ] {
        assert_eq!(ask(body.clone()).await.status, status, "{body}");
    }
}

#[tokio::test]
async fn openapi_s_integrators_get_what_they_know() {
    let door = Door::open().await;
    let key = door.key(&["signatures:read", "signatures:write"], &json!({})).await;
    let scopes = json!({ "scopes": ["POST:esignature.openapi.com/EU-SES"], "ttl": 86400 });
    let answer = openapi(&door, "ada@example.com", &key, &scopes).await.expect(200);
    let body = answer.json();
    assert_eq!(body["success"], true);
    let left = body["expire"].as_i64().unwrap() - door.cloud.clock().now().unix_seconds();
    assert!((1795..=1800).contains(&left), "half an hour in seconds, whatever was asked: {left}");
    let token = answer.text("/token");
    assert_eq!(list_as(&door, &token).await, 403);
    let created = door.call_as(&token, Method::POST, "/EU-SES", Some(&json!({}))).await;
    assert_eq!(created.status, 422, "it may create, had it something to create");
    let app = app(&door, &["verify"]).await;
    let verify = |host: &str| json!({ "scopes": [format!("POST:{host}/verify")] });
    let _token = openapi(&door, &app.id, &app.secret, &verify("esignature.openapi.com")).await.expect(200);
    let sandbox = verify("test.esignature.openapi.com");
    let foreign = openapi(&door, &app.id, &app.secret, &sandbox).await.expect(422);
    assert_eq!(foreign.text("/errors/0/pointer"), "/scopes/0", "what is for tests is never done in earnest");
    let test = door.key(&["verify"], &json!({ "environment": "test" })).await;
    let _token = openapi(&door, "ada@example.com", &test, &sandbox).await.expect(200);
    let short = json!({ "scopes": ["POST:esignature.openapi.com/EU-SES"], "ttl": 60 });
    let short = openapi(&door, "ada@example.com", &key, &short).await.expect(200).text("/token");
    door.advance(Duration::from_mins(1)).await;
    assert_eq!(door.call_as(&short, Method::POST, "/EU-SES", Some(&json!({}))).await.status, 401);
    for (secret, body, status) in [
        ("pk_live_wrong", &scopes, 401),
        (key.as_str(), &json!({ "scopes": [] }), 422),
        (key.as_str(), &json!({ "scopes": ["GET:esignature.openapi.com/certificates"] }), 422),
        (key.as_str(), &json!({ "scopes": ["verify"] }), 403),
        (key.as_str(), &json!({ "scopes": ["signatures:read"], "ttl": 0 }), 422),
        (key.as_str(), &json!({}), 422),
    ] {
        assert_eq!(openapi(&door, "ada@example.com", secret, body).await.status, status, "{body}");
    }
}

#[tokio::test]
async fn a_token_that_somebody_made_or_changed_is_refused_at_the_front_door() {
    let door = Door::open().await;
    let app = app(&door, &["signatures:read"]).await;
    let genuine = token(&door, &app).await;
    let parts: Vec<&str> = genuine.split('.').collect();
    let json =
        |part: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let (mut header, mut claims) = (json(parts[0]), json(parts[1]));
    claims["scope"] = json!("*");
    let widened = format!("{}.{}.{}", parts[0], part(&claims), parts[2]);
    header["alg"] = json!("none");
    let unsigned = format!("{}.{}.", part(&header), parts[1]);
    let cut = genuine[..genuine.len() - 3].to_owned();
    for forged in [widened, unsigned, cut, format!("{}.{}", parts[0], parts[1]), genuine.replace('.', "")] {
        let answer = door.call_as(&forged, Method::GET, "/signatures", None).await;
        assert_eq!(answer.status, 401, "{forged}");
        assert_eq!(answer.json()["success"], false);
    }
    assert_eq!(list_as(&door, &genuine).await, 200);
    let elsewhere = Door::open().await;
    assert_eq!(list_as(&elsewhere, &genuine).await, 401, "another deployment has other keys");
}
