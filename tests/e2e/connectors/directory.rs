//! Persons from Google's directory.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tests::{Door, Endpoint, Manner, Received};

use super::{
    answer, claims, line, lines, people, put, report, run, server, service_account, token, user, users,
};

async fn connect(door: &Door, google: &Endpoint, more: Value) {
    let mut settings = json!({
        "serviceAccount": service_account(), "subject": "admin@example.com", "baseUrl": google.base(),
        "tokenUrl": format!("{}/token", google.base()),
    });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let _saved = put(door, "/connectors/google-directory", &settings).await.expect(200);
}

fn entry(name: &str, title: &str) -> Value {
    json!({
        "kind": "admin#directory#user", "id": format!("id-{name}"), "primaryEmail": format!("{name}@example.com"),
        "name": { "givenName": name, "familyName": "X" }, "suspended": false, "archived": false,
        "organizations": [{ "title": title, "primary": true, "department": "Engines" }],
    })
}

type House = Arc<Mutex<Vec<Value>>>;

/// The Directory API, two entries a page, as published: `users` and `nextPageToken`.
fn google(house: &House, received: &Received) -> Manner {
    if let Some(token) = token(received, "1") {
        return token;
    }
    let url = url::Url::parse(&format!("http://host{}", received.path)).unwrap();
    let query = |name: &str| url.query_pairs().find(|(it, _)| it == name).map(|(_, it)| it.into_owned());
    let from: usize = query("pageToken").map_or(0, |it| it.parse().unwrap());
    let (list, all) = match url.path() {
        "/admin/directory/v1/users" => {
            assert_eq!(query("customer").as_deref(), Some("my_customer"));
            ("users", house.lock().unwrap().clone())
        }
        "/admin/directory/v1/groups/engines%40example.com/members" => {
            let member = |name: &str| json!({ "kind": "admin#directory#member", "email": name, "role": "MEMBER", "type": "USER" });
            (
                "members",
                ["ADA@example.com", "grace@example.com", "other@elsewhere.example"].map(member).to_vec(),
            )
        }
        _ => return answer(404, &json!({ "error": { "code": 404 } })),
    };
    let mut page = json!({ "kind": "admin#directory" });
    page[list] = all.iter().skip(from).take(2).cloned().collect();
    if from + 2 < all.len() {
        page["nextPageToken"] = json!((from + 2).to_string());
    }
    answer(200, &page)
}

async fn directory(house: &House) -> Endpoint {
    let house = Arc::clone(house);
    server(Vec::new(), move |it| google(&house, it)).await
}

fn house(entries: Vec<Value>) -> House {
    Arc::new(Mutex::new(entries))
}

#[tokio::test]
async fn persons_come_change_and_go_with_the_directory() {
    let door = Door::open().await;
    people(&door).await;
    let guest = json!({ "id": "id-none" });
    let mut away = entry("alan", "x");
    away["suspended"] = json!(true);
    let house =
        house(vec![entry("ada", "Analyst"), entry("emmy", "Algebraist"), guest, away, entry("mary", "Poet")]);
    let google = directory(&house).await;
    connect(&door, &google, json!({ "fields": { "group": "organizations.department", "unit": null } })).await;
    let would = run(&door, "google-directory", "?dryRun=true").await;
    assert_eq!(
        users(&door).await,
        ["ada@example.com", "alan@example.com", "grace@example.com"],
        "nothing changed"
    );
    assert_eq!(user(&door, "ada@example.com").await["lastname"], "Lovelace");
    let told = run(&door, "google-directory", "").await;
    assert_eq!(
        (&would["counts"], &would["lines"]),
        (&told["counts"], &told["lines"]),
        "what would be is what is"
    );
    assert_eq!(told["counts"], json!({ "created": 2, "changed": 1, "left_out": 2 }), "{told}");
    assert_eq!(lines(&told)["id-none"], line("left_out", "no_address"));
    assert_eq!(lines(&told)["alan@example.com"], line("left_out", "suspended"));
    let ada = user(&door, "ada@example.com").await;
    assert_eq!(
        (&ada["lastname"], &ada["title"], &ada["group"]),
        (&json!("X"), &json!("Analyst"), &json!("Engines"))
    );
    assert_eq!(google.got().iter().filter(|it| it.path.contains("pageToken=4")).count(), 2, "page by page");
    let asked = google.got().into_iter().find(|it| it.path == "/token").unwrap();
    assert_eq!(claims(&asked)["sub"], "admin@example.com");

    let again = run(&door, "google-directory", "").await;
    assert_eq!(again["counts"], json!({ "unchanged": 3, "left_out": 2 }), "{again}");

    house.lock().unwrap().retain(|it| it["primaryEmail"] != "emmy@example.com");
    let gone = run(&door, "google-directory", "").await;
    assert_eq!(lines(&gone)["emmy@example.com"], line("deleted", "not_in_directory"));
    assert!(!lines(&gone).contains_key("grace@example.com"), "who did not come from there stays");
    assert_ne!(user(&door, "emmy@example.com").await["gone_at"], Value::Null);
    door.advance(Duration::from_hours(24 * 32)).await;
    assert_eq!(users(&door).await.len(), 4);
    house.lock().unwrap().push(entry("emmy", "Algebraist"));
    let back = run(&door, "google-directory", "").await;
    assert_eq!(lines(&back)["emmy@example.com"], line("created", Value::Null));
    let changes = door.get("/signature-changes").await.expect(200).json();
    let noted =
        |it: &Value| it["kind"] == "people" && it["name"] == "google-directory" && it["action"] == "imported";
    assert!(changes["data"].as_array().unwrap().iter().any(noted), "{changes}");
}

#[tokio::test]
async fn only_members_of_the_group_are_taken_in() {
    let door = Door::open().await;
    let house = house(vec![entry("ada", "Analyst"), entry("emmy", "Algebraist"), entry("grace", "Admiral")]);
    let google = directory(&house).await;
    connect(&door, &google, json!({ "group": "engines@example.com" })).await;
    let told = run(&door, "google-directory", "").await;
    assert_eq!(users(&door).await, ["ada@example.com", "grace@example.com"]);
    assert_eq!(lines(&told)["emmy@example.com"], line("left_out", "out_of_scope"));
    let asked = google.got().into_iter().find(|it| it.path == "/token").unwrap();
    assert!(claims(&asked)["scope"].as_str().unwrap().ends_with("admin.directory.group.member.readonly"));
    connect(&door, &google, json!({ "group": "nobody@example.com" })).await;
    assert_eq!(run(&door, "google-directory", "").await["problem"], "no_such_group");
}

#[tokio::test]
async fn a_directory_that_lost_most_of_its_persons_deletes_nobody() {
    let door = Door::open().await;
    let house = house(["ada", "emmy", "mary", "grace"].map(|it| entry(it, "x")).to_vec());
    let google = directory(&house).await;
    connect(&door, &google, json!({})).await;
    assert_eq!(run(&door, "google-directory", "").await["state"], "done");
    for left in [1, 0] {
        house.lock().unwrap().truncate(left);
        let told = run(&door, "google-directory", "").await;
        assert_eq!((&told["state"], &told["problem"]), (&json!("failed"), &json!("directory_shrank")));
    }
    assert_eq!(user(&door, "emmy@example.com").await["gone_at"], Value::Null);
    let told = run(&door, "google-directory", "?force=true").await;
    assert_eq!((&told["state"], &told["counts"]["deleted"]), (&json!("done"), &json!(4)), "{told}");
}

#[tokio::test]
async fn what_becomes_of_the_missing_is_chosen() {
    let door = Door::open().await;
    let house = house(["ada", "emmy", "mary"].map(|it| entry(it, "x")).to_vec());
    let google = directory(&house).await;
    connect(&door, &google, json!({ "missing": "keep" })).await;
    let _taken_in = run(&door, "google-directory", "").await;
    house.lock().unwrap().truncate(2);
    let kept = run(&door, "google-directory", "").await;
    assert_eq!(lines(&kept)["mary@example.com"], line("unchanged", "not_in_directory"));
    connect(&door, &google, json!({ "missing": "disable" })).await;
    let disabled = run(&door, "google-directory", "").await;
    assert_eq!(lines(&disabled)["mary@example.com"], line("disabled", "not_in_directory"));
    assert_eq!(user(&door, "mary@example.com").await["enabled"], 2);
    assert_eq!(run(&door, "google-directory", "").await["counts"]["unchanged"], 3, "and once only");
}

#[tokio::test]
async fn pages_that_lead_nowhere_end_the_run() {
    let door = Door::open().await;
    for (page, problem) in [
        (json!({ "users": [], "nextPageToken": "again" }), "unexpected_paging"),
        (json!({ "users": {} }), "unexpected_answer"),
        (json!({ "users": vec![entry("ada", "x"); 91] }), "too_many_entries"),
    ] {
        let google = server(Vec::new(), move |it| token(it, "1").unwrap_or_else(|| answer(200, &page))).await;
        connect(&door, &google, json!({})).await;
        assert_eq!(run(&door, "google-directory", "").await["problem"], problem);
    }
    assert!(users(&door).await.is_empty());
}

#[tokio::test]
async fn a_page_that_failed_comes_again_and_nobody_is_written_twice() {
    let door = Door::open().await;
    let entries = house(["ada", "emmy", "mary"].map(|it| entry(it, "x")).to_vec());
    let plan = vec![
        (
            "/admin/directory/v1/users?customer=my_customer&maxResults=90&orderBy=email&projection=full&pageToken=2",
            Manner::Torn,
        ),
        (
            "/admin/directory/v1/users?customer=my_customer&maxResults=90&orderBy=email&projection=full&pageToken=2",
            Manner::Reset,
        ),
    ];
    let google = {
        let house = Arc::clone(&entries);
        server(plan, move |it| google(&house, it)).await
    };
    connect(&door, &google, json!({})).await;
    let told = run(&door, "google-directory", "").await;
    assert_eq!((&told["state"], &told["counts"]), (&json!("running"), &json!({ "created": 2 })), "{told}");
    door.advance(Duration::from_mins(10)).await;
    let told = report(&door, "google-directory", 1).await;
    assert_eq!((&told["state"], &told["counts"]), (&json!("done"), &json!({ "created": 3 })), "{told}");
}

#[tokio::test]
async fn a_run_ends_when_its_connector_changes() {
    let door = Door::open().await;
    let entries = house(["ada", "emmy", "mary"].map(|it| entry(it, "x")).to_vec());
    let google = {
        let house = Arc::clone(&entries);
        server(vec![("/admin", Manner::status(503))], move |it| google(&house, it)).await
    };
    connect(&door, &google, json!({})).await;
    assert_eq!(run(&door, "google-directory", "").await["state"], "running");
    connect(&door, &google, json!({ "missing": "keep" })).await;
    door.advance(Duration::from_mins(10)).await;
    let told = report(&door, "google-directory", 1).await;
    assert_eq!((&told["state"], &told["problem"]), (&json!("failed"), &json!("connector_changed")));
    assert!(users(&door).await.is_empty());
}
