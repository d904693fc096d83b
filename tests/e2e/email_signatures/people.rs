//! Persons: written, listed, deleted, and what they propose.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tests::Door;

use super::{house, put, send};

async fn user(door: &Door, email: &str) -> Value {
    door.get(&format!("/users/{email}")).await.expect(200).json()["user"].clone()
}

#[tokio::test]
async fn a_batch_writes_what_it_says_and_leaves_the_rest() {
    let door = Door::open().await;
    house(&door).await;
    let batch = json!({ "users": [
        { "email": "ADA@example.com", "title": "Countess", "phone": "" },
        { "email": "nobody" },
        { "email": "alan@example.com", "firstname": "Alan", "linkedin_link": "javascript:alert(1)" },
        { "email": "grace@example.com", "enabled": 2 },
        { "email": "alan@example.com", "firstname": "Alan" },
        { "email": "alan@example.com", "lastname": "Turing" },
    ] });
    let told = door.post("/users", &batch).await.expect(200).json();
    assert_eq!(
        [&told["success"], &told["created"], &told["updated"], &told["unchanged"]],
        [&json!(false), &json!(1), &json!(2), &json!(1)],
        "{told}"
    );
    let errors: Vec<_> =
        told["errors"].as_array().unwrap().iter().map(|it| (&it["error"], &it["pointer"])).collect();
    assert_eq!(
        errors,
        [(&json!(101), &json!("/users/1/email")), (&json!(114), &json!("/users/2/linkedin_link"))]
    );
    let ada = user(&door, "ada@example.com").await;
    assert_eq!(
        (&ada["title"], &ada["phone"], &ada["firstname"]),
        (&json!("Countess"), &Value::Null, &json!("Ada"))
    );
    let alan = user(&door, "alan@example.com").await;
    assert_eq!((&alan["firstname"], &alan["lastname"]), (&json!("Alan"), &json!("Turing")));
    let again = door.post("/users", &batch).await.expect(200).json();
    assert_eq!((&again["created"], &again["updated"]), (&json!(0), &json!(0)), "{again}");
}

#[tokio::test]
async fn signitics_key_header_and_numbers_are_known() {
    let door = Door::open().await;
    house(&door).await;
    let key = door.cloud.api_key().unwrap();
    let own = [("x-api-key", key.as_str())];
    let listed = send(&door, Method::GET, "/users", &own, b"").await.expect(200).json();
    let mut users: Vec<_> = listed["users"].as_array().unwrap().clone();
    users.sort_by_key(|it| it["email"].as_str().unwrap().to_owned());
    assert_eq!(
        users,
        [
            json!({ "email": "ada@example.com", "enabled": 1 }),
            json!({ "email": "grace@example.com", "enabled": 2 })
        ]
    );
    let shown = send(&door, Method::GET, "/signatures/ada@example.com/html", &own, b"").await.expect(200);
    assert!(String::from_utf8_lossy(&shown.body).contains("Lovelace"));
    let _wrong = send(&door, Method::GET, "/users", &[("x-api-key", "wrong")], b"").await.expect(401);
    let _none = send(&door, Method::GET, "/users", &[], b"").await.expect(401);
    let _elsewhere = send(&door, Method::GET, "/brands", &own, b"").await.expect(401);
    for (path, status, number) in [
        ("/signatures/nobody@example.com/html", 404, 102),
        ("/signatures/grace@example.com/json", 422, 106),
        ("/signatures/ada@example.com/json?variant=long", 422, 120),
        ("/signatures/ada@example.com/json?brand=nothing", 422, 111),
        ("/signatures/no-address/html", 404, 102),
        ("/users/nobody@example.com", 404, 102),
    ] {
        let refused = send(&door, Method::GET, path, &own, b"").await.expect(status);
        assert_eq!(refused.json()["error"], json!(number), "{path}");
    }
    let large = vec![b' '; 3 * 1024 * 1024 + 1];
    let headers = [("x-api-key", key.as_str()), ("content-type", "application/json")];
    let refused = send(&door, Method::POST, "/users", &headers, &large).await.expect(422);
    assert_eq!(refused.json()["error"], json!(104));
}

#[tokio::test]
async fn a_deletion_takes_effect_a_month_later_unless_the_person_is_written_again() {
    let door = Door::open().await;
    house(&door).await;
    for email in ["ada@example.com", "grace@example.com"] {
        let _leaving = door.call(Method::DELETE, &format!("/users/{email}"), None).await.expect(200);
    }
    let _still = door.get("/signatures/ada@example.com/html").await.expect(200);
    let _back = door.post("/users", &json!([{ "email": "grace@example.com" }])).await.expect(200);
    door.advance(Duration::from_hours(24 * 32)).await;
    let _gone = door.get("/users/ada@example.com").await.expect(404);
    let _gone = door.get("/signatures/ada@example.com/html").await.expect(404);
    let _gone = door.call(Method::DELETE, "/users/ada@example.com", None).await.expect(404);
    assert_eq!(user(&door, "grace@example.com").await["gone_at"], Value::Null);
    let told =
        door.post("/users", &json!([{ "email": "ada@example.com", "title": "x" }])).await.expect(200).json();
    assert_eq!(told["created"], 1);
    assert_eq!(user(&door, "ada@example.com").await["firstname"], Value::Null, "nothing of before is left");
    let several =
        door.call(Method::DELETE, "/users", Some(&json!(["grace@example.com", "x@example.com"]))).await;
    let several = several.expect(200).json();
    assert_eq!((&several["deleted"], &several["errors"][0]["error"]), (&json!(1), &json!(102)));
}

#[tokio::test]
async fn a_spreadsheet_is_read_line_by_line() {
    let door = Door::open().await;
    let key = format!("Bearer {}", door.cloud.api_key().unwrap());
    let headers = [("authorization", key.as_str()), ("content-type", "text/csv")];
    let file = "E-mail;Vorname;Nachname;Shoe size\nada@example.com;Ada;Lovelace;38\nnobody;;;\n";
    let told = send(&door, Method::POST, "/users/import", &headers, file.as_bytes()).await.expect(200).json();
    assert_eq!((&told["created"], &told["ignoredColumns"]), (&json!(1), &json!(["Shoe size"])));
    assert_eq!((&told["errors"][0]["line"], &told["errors"][0]["error"]), (&json!(3), &json!(101)));
    assert_eq!(user(&door, "ada@example.com").await["lastname"], "Lovelace");
    let _unread = send(&door, Method::POST, "/users/import", &headers, b"title\nx\n").await.expect(422);
}

#[tokio::test]
async fn groups_that_are_named_are_created_and_stand_where_they_are_put() {
    let door = Door::open().await;
    house(&door).await;
    let groups = door.get("/user-groups").await.expect(200).json();
    assert_eq!(groups["data"]["items"][0]["group"], "Engines");
    let placed = json!({ "items": [{ "group": "Engines", "entity": "London", "parent_entity": "Europe" }] });
    let _placed = put(&door, "/user-groups", placed).await.expect(200);
    let ada = user(&door, "ada@example.com").await;
    assert_eq!(ada["path"], json!({ "parent_entity": "Europe", "entity": "London", "group": "Engines" }));
    let twice = json!({ "items": [{ "group": "A" }, { "group": "A" }] });
    assert_eq!(
        put(&door, "/user-groups", twice).await.expect(422).text("/errors/0/pointer"),
        "/items/1/group"
    );
}

#[tokio::test]
async fn a_person_proposes_and_an_administrator_decides() {
    let door = Door::open().await;
    house(&door).await;
    let path = "/user-change-requests/ada@example.com";
    let proposed = json!({ "title": "Countess", "phone": "", "city": "London" });
    let waiting = door.post(path, &proposed).await.expect(200).json();
    assert_eq!(waiting["requests"].as_array().unwrap().len(), 3);
    assert_eq!(user(&door, "ada@example.com").await["title"], "Analyst", "nothing has changed yet");
    let all = door.get("/user-change-requests").await.expect(200).json();
    assert_eq!(
        (all["users"].as_array().unwrap().len(), &all["users"][0]["email"]),
        (1, &json!("ada@example.com"))
    );
    let _approved = door.call(Method::PATCH, &format!("{path}/title"), None).await.expect(200);
    let _rejected = door.call(Method::DELETE, &format!("{path}/phone"), None).await.expect(200);
    // What was not seen is not overwritten.
    let _moved =
        door.post("/users", &json!([{ "email": "ada@example.com", "city": "Paris" }])).await.expect(200);
    let stale = door.call(Method::PATCH, &format!("{path}/city"), None).await.expect(409);
    assert_eq!(stale.json()["error"], 122);
    let _rest = door.call(Method::DELETE, path, None).await.expect(200);
    let ada = user(&door, "ada@example.com").await;
    assert_eq!(
        [&ada["title"], &ada["phone"], &ada["city"], &ada["pending_change_requests"]],
        [&json!("Countess"), &json!("+44 20 7946 0000"), &json!("Paris"), &json!([])]
    );
    let _none = door.call(Method::DELETE, path, None).await.expect(409);
    let changes = door.get("/signature-changes").await.expect(200).json();
    let actions: Vec<_> =
        changes["data"].as_array().unwrap().iter().map(|it| it["action"].as_str().unwrap()).collect();
    for action in ["proposed", "approved", "rejected", "saved"] {
        assert!(actions.contains(&action), "{action} in {actions:?}");
    }
}

#[tokio::test]
async fn two_who_write_one_person_at_the_same_moment_leave_a_whole_one() {
    let door = Door::open().await;
    let side = |name: &str| json!([{ "email": "ada@example.com", "firstname": name, "lastname": name, "title": name, "city": name }]);
    let bodies = ["A", "B", "C", "D", "E", "F", "G", "H"].map(side);
    let posts = bodies.iter().map(|body| {
        let (door, body) = (door.clone(), body.clone());
        tokio::spawn(async move { door.post("/users", &body).await.expect(200) })
    });
    for post in posts.collect::<Vec<_>>() {
        let told = post.await.unwrap().json();
        assert_eq!(told["success"], true, "{told}");
    }
    let ada = user(&door, "ada@example.com").await;
    for field in ["lastname", "title", "city"] {
        assert_eq!(ada[field], ada["firstname"], "{ada}");
    }
}

#[tokio::test]
async fn a_batch_of_three_megabytes_is_written() {
    let door = Door::open().await;
    let title = "x".repeat(280);
    let person = |index: usize| {
        json!({ "email": format!("person-{index}@example.com"), "firstname": "Ada", "title": title, "unit": title,
                "address": title, "formula": title, "city": title, "extra_1": title, "extra_2": title })
    };
    let people: Vec<Value> = (0..1450).map(person).collect();
    let size = json!(people).to_string().len();
    assert!((2_900_000..=3 * 1024 * 1024).contains(&size), "{size}");
    let told = door.post("/users", &json!(people)).await.expect(200).json();
    assert_eq!((&told["success"], &told["created"]), (&json!(true), &json!(1450)));
    let (mut found, mut cursor) = (0, String::new());
    loop {
        let page = door.get(&format!("/users?limit=500{cursor}")).await.expect(200).json();
        found += page["users"].as_array().unwrap().len();
        match &page["nextCursor"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => break,
        }
    }
    assert_eq!(found, 1450);
}

#[tokio::test]
async fn two_who_write_one_person_at_once_leave_what_both_said() {
    let door = Door::open().await;
    house(&door).await;
    for round in 0..10 {
        let (title, city) = (format!("Title {round}"), format!("City {round}"));
        let one = json!([{ "email": "ada@example.com", "title": title }]);
        let (first, second) = (door.clone(), door.clone());
        let one = tokio::spawn(async move { first.post("/users", &one).await });
        let two = json!([{ "email": "ada@example.com", "city": city }, { "email": "new@example.com", "city": city }]);
        let two = tokio::spawn(async move { second.post("/users", &two).await });
        for told in [one.await.unwrap(), two.await.unwrap()] {
            assert_eq!(told.expect(200).json()["success"], true);
        }
        let ada = user(&door, "ada@example.com").await;
        assert_eq!((&ada["title"], &ada["city"]), (&json!(title), &json!(city)));
        assert_eq!(ada["lastname"], "Lovelace");
    }
}

#[tokio::test]
async fn what_changes_a_person_is_noted_with_it() {
    let door = Door::open().await;
    house(&door).await;
    let changes = async || {
        let listed = door.get("/signature-changes").await.expect(200).json();
        let listed = listed["data"].as_array().unwrap().clone();
        listed
            .iter()
            .map(|it| format!("{} {} {}", it["action"], it["kind"], it["name"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    let before = changes().await.len();
    let same = json!([{ "email": "ada@example.com", "title": "Analyst" }]);
    let _nothing = door.post("/users", &same).await.expect(200);
    assert_eq!(changes().await.len(), before, "what changes nothing is not noted");
    let one = json!([{ "email": "ada@example.com", "title": "Countess" }, { "email": "grace@example.com" }]);
    let _one = door.post("/users", &one).await.expect(200);
    let _proposed =
        door.post("/user-change-requests/ada@example.com", &json!({ "city": "London" })).await.expect(200);
    let _approved =
        door.call(Method::PATCH, "/user-change-requests/ada@example.com/city", None).await.expect(200);
    let _gone = door.call(Method::DELETE, "/users/ada@example.com", None).await.expect(200);
    let many: Vec<Value> = (0..200).map(|it| json!({ "email": format!("p{it}@example.com") })).collect();
    let _many = door.post("/users", &json!(many)).await.expect(200);
    let noted = changes().await;
    let mut noted: Vec<&str> = noted.iter().take(noted.len() - before).map(String::as_str).collect();
    noted.sort_unstable();
    assert_eq!(
        noted,
        [
            "approved person ada@example.com",
            "deleted person ada@example.com",
            "imported people null",
            "imported people null",
            "imported people null",
            "proposed person ada@example.com",
            "saved person ada@example.com",
        ]
    );
}

#[tokio::test]
async fn three_megabytes_of_persons_come_in_one_call() {
    let door = Door::open().await;
    // As much as is said of a person: the machine of a test is no measure of ten thousand.
    let note = "Augusta Ada, Countess of Lovelace; ".repeat(8);
    let person = |it: usize| {
        json!({
            "email": format!("person{it}@example.com"), "firstname": "Augusta Ada", "lastname": format!("Lovelace {it}"),
            "extra_1": note.trim(), "extra_2": note.trim(), "extra_3": note.trim(), "extra_4": note.trim(),
            "extra_5": note.trim(), "extra_6": note.trim(), "extra_7": note.trim(), "extra_8": note.trim(),
        })
    };
    let one = person(10_000).to_string().len() + 1;
    let count = (3 * 1024 * 1024 - 2) / one;
    let people: Vec<Value> = (0..count).map(person).collect();
    let body = json!(people);
    let bytes = body.to_string().len();
    assert!((3_000_000..=3 * 1024 * 1024).contains(&bytes), "{bytes}");
    door.cloud.note_calls();
    let told = door.post("/users", &body).await.expect(200).json();
    assert_eq!((&told["created"], &told["success"]), (&json!(count), &json!(true)));
    // Ninety in a transaction: what a call may take, whatever the machine.
    let calls = door.cloud.noted_calls();
    let transactions = calls.iter().filter(|it| it.ends_with("TransactWriteItems")).count();
    assert_eq!(transactions, count.div_ceil(90), "{:?}", calls.first());
    // The stage answers a look at ninety in two parts.
    assert!(calls.len() < transactions * 3 + 8, "{} calls", calls.len());
    let last = user(&door, &format!("person{}@example.com", count - 1)).await;
    assert_eq!(last["lastname"], format!("Lovelace {}", count - 1));
}
