//! Persons from Microsoft Graph.

use serde_json::{Value, json};
use tests::{Door, Endpoint, Manner};

use super::{answer, line, lines, put, run, server, token, user, users};

async fn connect(door: &Door, graph: &Endpoint, more: Value) {
    let mut settings = json!({
        "organization": "example.com", "clientId": "0a1b-2c", "clientSecret": "s3cret~value", "baseUrl": graph.base(),
        "tokenUrl": format!("{}/token", graph.base()),
    });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let _saved = put(door, "/connectors/microsoft-graph", &settings).await.expect(200);
}

fn entry(name: &str) -> Value {
    json!({
        "id": format!("id-{name}"), "accountEnabled": true, "mail": format!("{name}@example.com"), "userType": "Member",
        "userPrincipalName": format!("{name}@example.onmicrosoft.com"), "givenName": name, "surname": "X",
        "jobTitle": "Engineer", "businessPhones": ["+44 20 7946 0000"], "mobilePhone": null,
        "onPremisesExtensionAttributes": { "extensionAttribute1": "Room 12" },
    })
}

#[tokio::test]
async fn users_come_page_by_page_with_what_is_asked_for() {
    let door = Door::open().await;
    let graph = server(Vec::new(), |received| {
        if let Some(token) = token(received, "1") {
            return token;
        }
        let host = &received.headers["host"];
        let mut guest = entry("guest");
        guest["userType"] = json!("Guest");
        let page = if received.path.contains("$skiptoken=") {
            json!({ "@odata.context": "x", "value": [entry("grace"), guest] })
        } else {
            let next = format!("http://{host}/v1.0/users?$select=id&$top=90&$skiptoken=RFNwdAI%3d");
            json!({ "@odata.context": "x", "@odata.nextLink": next, "value": [entry("ada")] })
        };
        answer(200, &page)
    })
    .await;
    connect(
        &door,
        &graph,
        json!({ "fields": { "extra_1": "onPremisesExtensionAttributes.extensionAttribute1" } }),
    )
    .await;
    let told = run(&door, "microsoft-graph", "").await;
    assert_eq!(told["counts"], json!({ "created": 2, "left_out": 1 }), "{told}");
    assert_eq!(lines(&told)["guest@example.com"], line("left_out", "guest"));
    let ada = user(&door, "ada@example.com").await;
    assert_eq!(
        (&ada["title"], &ada["extra_1"], &ada["phone"]),
        (&json!("Engineer"), &json!("Room 12"), &json!("+44 20 7946 0000"))
    );
    let got = graph.got();
    assert_eq!(
        got[0].body,
        "grant_type=client_credentials&client_id=0a1b-2c&client_secret=s3cret%7Evalue\
         &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
    );
    assert!(got[1].path.starts_with("/v1.0/users?$select=id,accountEnabled,"), "{}", got[1].path);
    assert!(got[1].path.contains("onPremisesExtensionAttributes") && got[1].path.ends_with("&$top=90"));
    assert!(got[2].path.ends_with("$skiptoken=RFNwdAI%3d"), "the link as it is: {}", got[2].path);
    assert_eq!(got[2].headers["authorization"], "Bearer token-1");
}

#[tokio::test]
async fn members_of_a_group_are_asked_for_by_its_name() {
    let door = Door::open().await;
    let graph = server(Vec::new(), |received| {
        let page = json!({ "value": [entry("ada")] });
        token(received, "1").unwrap_or_else(|| answer(200, &page))
    })
    .await;
    connect(&door, &graph, json!({ "group": "6f7a-01" })).await;
    assert_eq!(run(&door, "microsoft-graph", "").await["state"], "done");
    let asked = &graph.got()[1];
    assert!(asked.path.starts_with("/v1.0/groups/6f7a-01/members/microsoft.graph.user?$count=true&$select="));
    assert_eq!(
        asked.headers["consistencylevel"], "eventual",
        "without it the members are not narrowed to users"
    );
}

#[tokio::test]
async fn a_link_that_leads_elsewhere_is_not_followed() {
    let door = Door::open().await;
    let elsewhere = Endpoint::willing().await;
    for next in [
        format!("{}/v1.0/users?$skiptoken=1", elsewhere.base()),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "/v1.0/users".to_owned(),
    ] {
        let graph = server(Vec::new(), move |it| {
            let page = json!({ "value": [entry("ada")], "@odata.nextLink": next });
            token(it, "1").unwrap_or_else(|| answer(200, &page))
        })
        .await;
        connect(&door, &graph, json!({})).await;
        let told = run(&door, "microsoft-graph", "").await;
        assert_eq!((&told["state"], &told["problem"]), (&json!("failed"), &json!("unexpected_paging")));
    }
    // A base that only begins like ours is another host.
    let graph = server(Vec::new(), |it| {
        let next = format!("http://{}.elsewhere.example/v1.0/users", it.headers["host"]);
        let page = json!({ "value": [], "@odata.nextLink": next });
        token(it, "1").unwrap_or_else(|| answer(200, &page))
    })
    .await;
    connect(&door, &graph, json!({})).await;
    assert_eq!(run(&door, "microsoft-graph", "").await["problem"], "unexpected_paging");
    assert!(elsewhere.got().is_empty() && users(&door).await.is_empty());
}

#[tokio::test]
async fn a_secret_that_is_over_ends_the_run() {
    let door = Door::open().await;
    let graph = server(Vec::new(), |_| {
        answer(401, &json!({ "error": "invalid_client", "error_description": "AADSTS7000222: expired" }))
    })
    .await;
    connect(&door, &graph, json!({})).await;
    let told = run(&door, "microsoft-graph", "").await;
    assert_eq!((&told["state"], &told["problem"]), (&json!("failed"), &json!("credential_refused")));
    let away = server(vec![("/v1.0", Manner::status(401))], |it| {
        token(it, "1").unwrap_or_else(|| answer(200, &json!({ "value": [entry("ada")] })))
    })
    .await;
    connect(&door, &away, json!({})).await;
    assert_eq!(run(&door, "microsoft-graph", "").await["state"], "done", "a fresh token is tried");
}
