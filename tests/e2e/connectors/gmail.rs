//! Signatures to Gmail.

use std::time::Duration;

use local::{Extent, Fault};
use serde_json::{Value, json};
use tests::{Door, Endpoint, Manner, Received};

use crate::admission::named;

use super::{answer, claims, line, lines, people, put, report, run, server, service_account, token};

async fn connect(door: &Door, google: &Endpoint, more: Value) {
    let mut settings = json!({
        "serviceAccount": service_account(), "baseUrl": google.base(), "tokenUrl": format!("{}/token", google.base()),
    });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let _saved = put(door, "/connectors/gmail", &settings).await.expect(200);
}

/// Gmail with a mailbox for Ada and Grace, as published: the resource comes back.
fn gmail(received: &Received) -> Manner {
    if let Some(token) = token(received, "1") {
        return token;
    }
    let signature =
        if received.method == "PATCH" { received.json()["signature"].clone() } else { json!("<b>old</b>") };
    answer(
        200,
        &json!({
            "sendAsEmail": "ada@example.com", "displayName": "", "isPrimary": true, "isDefault": true,
            "signature": signature,
        }),
    )
}

fn paths(google: &Endpoint, method: &str) -> Vec<String> {
    let got = google.got().into_iter().filter(|it| it.method == method && it.path != "/token");
    got.map(|it| it.path).collect()
}

const ADA: &str = "/gmail/v1/users/ada%40example.com/settings/sendAs/ada%40example.com";
const GRACE: &str = "/gmail/v1/users/grace%40example.com/settings/sendAs/grace%40example.com";

#[tokio::test]
async fn each_person_s_signature_goes_to_their_own_mailbox_in_their_own_name() {
    let door = Door::open().await;
    people(&door).await;
    let google = server(Vec::new(), gmail).await;
    connect(&door, &google, json!({})).await;
    let told = run(&door, "gmail", "").await;
    assert_eq!(
        (&told["state"], &told["counts"]),
        (&json!("done"), &json!({ "pushed": 2, "left_out": 1 })),
        "{told}"
    );
    assert_eq!(lines(&told)["alan@example.com"], line("left_out", "switched_off"));
    let got = google.got();
    let mut subjects: Vec<String> = Vec::new();
    for asked in got.iter().filter(|it| it.path == "/token") {
        let claims = claims(asked);
        assert_eq!(claims["iss"], "signatures@example.iam.gserviceaccount.com");
        assert_eq!(claims["scope"], "https://www.googleapis.com/auth/gmail.settings.basic");
        assert_eq!(claims["aud"], format!("{}/token", google.base()));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
        subjects.push(claims["sub"].as_str().unwrap().to_owned());
    }
    subjects.sort();
    assert_eq!(subjects, ["ada@example.com", "grace@example.com"]);
    let pushed = got.iter().find(|it| it.path == ADA && it.method == "PATCH").unwrap();
    assert_eq!(pushed.headers["authorization"], "Bearer token-1");
    let shown = door.get("/signatures/ada@example.com/html").await.expect(200);
    let html = String::from_utf8(shown.body.to_vec()).unwrap();
    assert_eq!(pushed.json(), json!({ "signature": html }));
}

#[tokio::test]
async fn a_dry_run_looks_and_pushes_nothing() {
    let door = Door::open().await;
    people(&door).await;
    let google = server(Vec::new(), gmail).await;
    connect(&door, &google, json!({})).await;
    let told = run(&door, "gmail", "?dryRun=true").await;
    assert_eq!(
        (&told["dryRun"], &told["counts"]),
        (&json!(true), &json!({ "changed": 2, "left_out": 1 })),
        "{told}"
    );
    assert_eq!(paths(&google, "GET").len(), 2);
    assert!(paths(&google, "PATCH").is_empty());
}

#[tokio::test]
async fn who_has_no_mailbox_is_named_and_holds_nobody_up() {
    let door = Door::open().await;
    people(&door).await;
    let google = server(Vec::new(), |received| {
        if received.path == "/token" && claims(received)["sub"] == "ada@example.com" {
            return answer(
                400,
                &json!({ "error": "invalid_grant", "error_description": "Invalid email or User ID" }),
            );
        }
        if received.path == GRACE {
            return answer(404, &json!({ "error": { "code": 404, "status": "NOT_FOUND" } }));
        }
        gmail(received)
    })
    .await;
    connect(&door, &google, json!({})).await;
    let told = run(&door, "gmail", "").await;
    assert_eq!(told["state"], "done");
    let lines = lines(&told);
    assert_eq!(lines["ada@example.com"], line("failed", "no_such_mailbox"));
    assert_eq!(lines["grace@example.com"], line("failed", "no_such_address"));
}

#[tokio::test]
async fn only_persons_of_the_places_are_pushed() {
    let door = Door::open().await;
    people(&door).await;
    let google = server(Vec::new(), gmail).await;
    connect(&door, &google, json!({ "places": [{ "group": "Navy" }], "variant": "reply" })).await;
    let told = run(&door, "gmail", "").await;
    assert_eq!(paths(&google, "PATCH"), [GRACE]);
    assert_eq!(lines(&told)["ada@example.com"], line("left_out", "out_of_scope"));
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let door = Door::open().await;
    people(&door).await;
    let refused = || answer(401, &json!({ "error": { "code": 401, "status": "UNAUTHENTICATED" } }));
    let google = server(vec![(ADA, refused())], gmail).await;
    connect(&door, &google, json!({})).await;
    let told = run(&door, "gmail", "").await;
    assert_eq!((&told["state"], &told["counts"]["pushed"]), (&json!("done"), &json!(2)), "{told}");
    assert_eq!(google.got().iter().filter(|it| it.path == "/token").count(), 3, "a fresh one for Ada");
    let stubborn = server(Vec::new(), move |it| token(it, "1").unwrap_or_else(refused)).await;
    connect(&door, &stubborn, json!({})).await;
    let told = run(&door, "gmail", "").await;
    assert_eq!(
        (&told["state"], &told["problem"]),
        (&json!("failed"), &json!("credential_refused")),
        "{told}"
    );
    assert_eq!(stubborn.got().len(), 4, "two tokens and two calls, and no more");
}

#[tokio::test]
async fn a_busy_server_is_asked_again_when_it_wants_to_be() {
    let door = Door::open().await;
    people(&door).await;
    let busy = json!({ "error": { "code": 403, "errors": [{ "reason": "userRateLimitExceeded" }] } });
    let plan = vec![
        ("/gmail", Manner::Answer(429, "retry-after: 120\r\n", String::new())),
        ("/gmail", answer(503, &json!({}))),
        ("/gmail", answer(403, &busy)),
        ("/token", answer(200, &json!({ "access_token": "a", "expires_in": 3599 }))),
        ("/token", Manner::status(500)),
    ];
    let google = server(plan, gmail).await;
    connect(&door, &google, json!({})).await;
    let told = run(&door, "gmail", "").await;
    assert_eq!((&told["state"], google.got().len()), (&json!("running"), 2), "{told}");
    door.cloud.clock().shift(110_000);
    door.settle().await;
    assert_eq!(google.got().len(), 2, "not before it wants to be asked");
    door.advance(Duration::from_mins(30)).await;
    let told = report(&door, "gmail", 1).await;
    assert_eq!((&told["state"], &told["counts"]["pushed"]), (&json!("done"), &json!(2)), "{told}");
    assert_eq!(paths(&google, "PATCH").len(), 5, "three that came to nothing, and each person once");
}

#[tokio::test]
async fn a_server_that_stays_away_ends_the_run_and_another_goes_on_from_nothing() {
    let door = Door::open().await;
    people(&door).await;
    let google = server(Vec::new(), |it| token(it, "1").unwrap_or_else(|| Manner::status(502))).await;
    connect(&door, &google, json!({})).await;
    let told = run(&door, "gmail", "").await;
    assert_eq!(told["state"], "running");
    let _under_way = door.post("/connectors/gmail/runs", &json!({})).await.expect(409);
    door.advance(Duration::from_hours(2)).await;
    let told = report(&door, "gmail", 1).await;
    assert_eq!((&told["state"], &told["problem"]), (&json!("failed"), &json!("away")), "{told}");
    let back = server(Vec::new(), gmail).await;
    connect(&door, &back, json!({})).await;
    let told = run(&door, "gmail", "").await;
    assert_eq!((&told["number"], &told["state"]), (&json!(2), &json!("done")));
    let runs = door.get("/connectors/gmail/runs").await.expect(200).json();
    let numbers: Vec<_> =
        runs["data"].as_array().unwrap().iter().map(|it| it["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [2, 1]);
}

#[tokio::test]
async fn a_run_that_never_reached_the_queue_goes_on_when_it_is_asked_for_again() {
    let door = Door::open().await;
    people(&door).await;
    let google = server(Vec::new(), gmail).await;
    connect(&door, &google, json!({})).await;
    door.cloud.note_calls();
    let _first = run(&door, "gmail", "").await;
    let calls = door.cloud.noted_calls();
    let send = calls.iter().position(|it| it.contains("ManageConnectors") && it.contains("SendMessage"));
    let send = u64::try_from(send.unwrap()).unwrap() + 1;
    door.cloud.fail_at(send, Fault::Error, Extent::Outage);
    let _away = door.post("/connectors/gmail/runs", &json!({})).await.expect(503);
    door.settle().await;
    assert_eq!(report(&door, "gmail", 2).await["state"], "running");
    door.cloud.mend();
    let _other = door.post("/connectors/gmail/runs?dryRun=true", &json!({})).await.expect(409);
    let told = run(&door, "gmail", "").await;
    assert_eq!((&told["number"], &told["state"]), (&json!(2), &json!("done")), "{told}");
}

#[tokio::test]
async fn what_google_did_not_delegate_ends_the_run_with_its_reason() {
    let door = Door::open().await;
    people(&door).await;
    for (status, body, problem) in [
        (401, json!({ "error": "unauthorized_client" }), "not_delegated"),
        (401, json!({ "error": "invalid_client" }), "credential_refused"),
        (200, json!({ "access_token": "a b\r\nx: y" }), "unexpected_answer"),
        (200, json!({}), "unexpected_answer"),
    ] {
        let google = server(Vec::new(), move |_| answer(status, &body)).await;
        connect(&door, &google, json!({})).await;
        let told = run(&door, "gmail", "").await;
        assert_eq!((&told["state"], &told["problem"]), (&json!("failed"), &json!(problem)));
    }
    let google = server(Vec::new(), |it| token(it, "1").unwrap_or_else(|| answer(403, &json!({})))).await;
    connect(&door, &google, json!({})).await;
    assert_eq!(run(&door, "gmail", "").await["problem"], "not_allowed");
    // A redirect could lead anywhere, and is not followed.
    let elsewhere = Endpoint::willing().await;
    let to = Box::leak(format!("location: {}\r\n", elsewhere.url()).into_boxed_str());
    let to: &'static str = to;
    let google = server(Vec::new(), move |it| {
        token(it, "1").unwrap_or_else(|| Manner::Answer(302, to, String::new()))
    })
    .await;
    connect(&door, &google, json!({})).await;
    assert_eq!(run(&door, "gmail", "").await["problem"], "unexpected_answer");
    assert!(elsewhere.got().is_empty());
}

#[tokio::test]
async fn a_run_that_is_named_begins_once() {
    let door = Door::open().await;
    let key = door.cloud.api_key().unwrap();
    let begin = async || named(&door, &key, "/connectors/gmail/runs", "monday", &json!({})).await;
    assert_eq!(begin().await.status, 404, "there is no connector yet");
    let google = server(Vec::new(), gmail).await;
    connect(&door, &google, json!({})).await;
    let (first, again) = (begin().await.expect(202), begin().await.expect(202));
    assert_eq!(first.json()["data"]["number"], again.json()["data"]["number"]);
    let runs = door.get("/connectors/gmail/runs").await.expect(200).json();
    assert_eq!(runs["data"].as_array().map(Vec::len), Some(1), "{runs}");
}
