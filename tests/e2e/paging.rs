//! Lists page by page, and changes that hold only for what was read.

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use tests::{Answer, CONTRACT, Ceremony, Door, ada};

fn ids(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

async fn requests(door: &Door, count: usize) -> Vec<String> {
    let mut made = Vec::new();
    for _ in 0..count {
        door.advance(std::time::Duration::from_secs(1)).await;
        let body = json!({
            "inputDocuments": "https://example.com/a.pdf", "draft": true,
            "signers": tests::signers(&[ada()]),
        });
        made.push(door.post("/EU-SES", &body).await.expect(200).text("/data/id"));
    }
    made.reverse();
    made
}

#[tokio::test]
async fn pages_by_cursor_are_the_whole_list_whatever_comes_in_between() {
    let door = Door::open().await;
    let made = requests(&door, 7).await;
    for limit in [1, 2, 3, 7, 100] {
        let mut query = format!("?limit={limit}");
        let mut seen = Vec::new();
        loop {
            let answer = door.get(&format!("/signatures{query}")).await.expect(200);
            let page = answer.json();
            assert!(ids(&page).len() <= limit);
            seen.extend(ids(&page));
            let link = answer.headers.get("link").map(|it| it.to_str().unwrap().to_owned());
            let Some(cursor) = page["nextCursor"].as_str() else {
                assert_eq!(link, None);
                break;
            };
            query = link.unwrap().split(['<', '>']).nth(1).unwrap().to_owned();
            assert!(query.contains(&format!("cursor={cursor}")) && query.contains(&format!("limit={limit}")));
            if limit == 2 {
                let _newer = requests(&door, 1).await;
            }
        }
        let old: Vec<&String> = seen.iter().filter(|it| made.contains(it)).collect();
        assert_eq!(old, made.iter().collect::<Vec<_>>(), "limit {limit}");
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "nothing comes twice");
    }
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_alone() {
    let door = Door::open().await;
    let _made = requests(&door, 3).await;
    let page = door.get("/signatures?limit=1&trashed=false").await.expect(200).json();
    let cursor = page["nextCursor"].as_str().unwrap();
    let _next = door.get(&format!("/signatures?trashed=false&cursor={cursor}")).await.expect(200);
    let mut tampered = cursor.to_owned();
    let last = tampered.pop().unwrap();
    tampered.push(if last == 'A' { 'B' } else { 'A' });
    for query in [
        format!("cursor={cursor}"),
        format!("trashed=true&cursor={cursor}"),
        format!("trashed=false&archived=false&cursor={cursor}"),
        format!("trashed=false&cursor={}", &cursor[1..]),
        format!("trashed=false&cursor=A{cursor}"),
        format!("trashed=false&cursor={}{}", if cursor.starts_with('A') { 'B' } else { 'A' }, &cursor[1..]),
        "cursor=".to_owned(),
    ] {
        let answer = door.get(&format!("/signatures?{query}")).await.expect(400).json();
        assert_eq!(answer["code"], "cursor_invalid", "{query}");
    }
    let both = door.get(&format!("/signatures?trashed=false&skip=1&cursor={cursor}")).await.expect(400);
    assert_eq!(both.text("/code"), "query_malformed");
}

#[tokio::test]
async fn what_is_filed_away_can_be_listed_apart() {
    let door = Door::open().await;
    let mut made = Vec::new();
    for _ in 0..2 {
        let mut draft = tests::body(CONTRACT, &[ada()]);
        draft["draft"] = true.into();
        made.insert(0, door.post("/EU-SES", &draft).await.expect(200).text("/data/id"));
        door.settle().await;
        door.advance(std::time::Duration::from_secs(1)).await;
    }
    let _trashed = door.post(&format!("/signatures/{}/trash", made[0]), &json!({})).await.expect(200);
    let list = async |query: &str| ids(&door.get(&format!("/signatures?{query}")).await.expect(200).json());
    assert_eq!(list("trashed=true").await, made[..1]);
    assert_eq!(list("trashed=false").await, made[1..]);
    assert_eq!(list("archived=false").await, made);
    assert_eq!(door.get("/signatures?archived=true").await.expect(404).text("/code"), "none_found");
    let _refused = door.get("/signatures?archived=perhaps").await.expect(400);
}

async fn with_if_match(ceremony: &Ceremony, method: Method, path: &str, etag: &str, body: &Value) -> Answer {
    let key = ceremony.door.cloud.api_key().unwrap();
    let request = Request::builder()
        .method(method)
        .uri(format!("/signatures/{}{path}", ceremony.id))
        .header("host", "127.0.0.1:3000")
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json")
        .header("if-match", etag);
    ceremony.door.send(request.body(Bytes::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn a_change_to_what_was_read_holds_and_one_to_what_has_changed_does_not() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let etag = |answer: &Answer| answer.headers["etag"].to_str().unwrap().to_owned();
    let first = etag(&ceremony.detail().await);
    assert_eq!(first, etag(&ceremony.detail().await), "reading changes nothing");
    let signer = ceremony.detail().await.text("/data/signers/0/id");
    let path = format!("/signers/{signer}");
    let change = json!({ "surname": "King" });
    let changed = with_if_match(&ceremony, Method::PATCH, &path, &first, &change).await.expect(200);
    assert_ne!(etag(&changed), first);
    assert_eq!(etag(&changed), etag(&ceremony.detail().await));
    for (method, path, body) in [
        (Method::PATCH, path.as_str(), change.clone()),
        (Method::POST, "/cancel", json!({})),
        (Method::DELETE, "", json!({})),
    ] {
        let refused = with_if_match(&ceremony, method, path, &first, &body).await.expect(412);
        assert_eq!(etag(&refused), etag(&changed));
        assert_eq!(refused.text("/code"), "precondition_failed");
    }
    assert_eq!(ceremony.state().await, "WAIT_SIGNER");
    let listed = format!("\"0\", {}", etag(&changed));
    let _cancelled = with_if_match(&ceremony, Method::POST, "/cancel", &listed, &json!({})).await.expect(200);
    let _deleted = with_if_match(&ceremony, Method::DELETE, "", "*", &json!({})).await.expect(200);
}

#[tokio::test]
async fn a_tenant_without_requests_has_an_empty_list_and_a_filter_that_fits_nothing_finds_none() {
    let door = Door::open().await;
    assert_eq!(door.get("/signatures").await.expect(200).json()["data"], json!([]));
    for query in ["?state=DONE", "?skip=1"] {
        let answer = door.get(&format!("/signatures{query}")).await;
        assert_eq!(answer.status, 404, "{query}");
        assert_eq!(answer.text("/code"), "none_found", "{query}");
    }
}
