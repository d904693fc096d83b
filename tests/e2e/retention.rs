//! How long things are kept: by the tenant's wish, under a legal hold, and after somebody's erasure.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::Timestamp;
use http::Method;
use serde_json::{Value, json};
use tests::{A_WHILE, Answer, CONTRACT, Ceremony, Door, ada, body, grace};
use trail::Bundle;

async fn standing() -> Door {
    Door::open_at("2026-11-30T10:00:00Z").await
}

async fn signed_as(door: &Door, change: impl FnOnce(&mut Value)) -> Ceremony {
    let ceremony = door.request_with(&[ada(), grace()], change).await;
    ceremony.sign_all().await;
    assert_eq!(ceremony.state().await, "DONE");
    ceremony
}

async fn closed_at(ceremony: &Ceremony) -> Timestamp {
    let closed = ceremony.detail().await.text("/data/closedAt").replace(' ', "T");
    Timestamp::parse_rfc3339(&closed).unwrap()
}

/// The keys under which objects of a bucket lie.
async fn objects(door: &Door, bucket: &str, prefix: &str) -> BTreeSet<String> {
    let buckets = &door.cloud.template().buckets;
    let name = &buckets.iter().find(|it| it.name.contains(bucket)).unwrap().name;
    let listed = door.cloud.aws().s3().list_objects_v2().bucket(name).prefix(prefix).send().await.unwrap();
    listed.contents.unwrap_or_default().into_iter().filter_map(|it| it.key).collect()
}

async fn object(door: &Door, bucket: &str, key: &str) -> Vec<u8> {
    let buckets = &door.cloud.template().buckets;
    let name = &buckets.iter().find(|it| it.name.contains(bucket)).unwrap().name;
    let found = door.cloud.aws().s3().get_object().bucket(name).key(key).send().await.unwrap();
    found.body.collect().await.unwrap().to_vec()
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|it| it.eq_ignore_ascii_case(word.as_bytes()))
}

/// What tables hold of a request.
async fn items(
    door: &Door,
    id: &str,
) -> Vec<std::collections::HashMap<String, aws_sdk_dynamodb::types::AttributeValue>> {
    let client = door.cloud.aws().dynamodb();
    let mut found = Vec::new();
    for table in &door.cloud.template().tables {
        let all = client.scan().table_name(&table.name).send().await.unwrap().items.unwrap_or_default();
        found.extend(all.into_iter().filter(|it| it["pk"].as_s().unwrap().ends_with(id)));
    }
    found
}

async fn act(ceremony: &Ceremony, what: &str) -> Answer {
    ceremony.door.post(&format!("/signatures/{}/{what}", ceremony.id), &json!({})).await
}

fn events(audit: &Answer, chain: &str) -> Vec<Value> {
    let all = audit.json()["data"]["evidence"][chain].as_array().unwrap().clone();
    all.iter().map(|it| serde_json::from_str(it["event"].as_str().unwrap()).unwrap()).collect()
}

#[tokio::test]
async fn a_legal_hold_outlasts_the_months_and_its_release_ends_them_at_once() {
    let door = standing().await;
    let (held, free) = (signed_as(&door, |_| {}).await, signed_as(&door, |_| {}).await);
    let _held = act(&held, "legal-hold").await.expect(200);
    door.advance(A_WHILE).await;
    let of_held = objects(&door, "documents", "closed/held/").await;
    let tail = |name: &str| format!("{}/{name}", held.id);
    assert_eq!(of_held.len(), 2, "{of_held:?}");
    assert!(of_held.iter().any(|it| it.ends_with(&tail("signed.pdf"))), "{of_held:?}");
    assert!(of_held.iter().any(|it| it.ends_with(&tail("validated.pdf"))), "{of_held:?}");
    let over = closed_at(&held).await.plus_months(3);
    door.advance(over.since(door.cloud.clock().now())).await;
    // The lifecycle takes what lies at the usual place.
    for key in objects(&door, "documents", "closed/3m/").await {
        let bucket =
            &door.cloud.template().buckets.iter().find(|it| it.name.contains("documents")).unwrap().name;
        let _gone = door.cloud.aws().s3().delete_object().bucket(bucket).key(key).send().await.unwrap();
    }
    for document in ["signedDocument", "validatedDocument"] {
        let _kept = held.document(document).await.expect(200);
        let _gone = free.document(document).await.expect(410);
    }
    assert!(Bundle::open(&held.bundle().await).unwrap().0.files.contains_key("documents/signed.pdf"));
    // Placed too late, a hold brings nothing back.
    let _late = act(&free, "legal-hold").await.expect(200);
    let _gone = free.document("signedDocument").await.expect(410);
    let _free = act(&held, "release-hold").await.expect(200);
    let _gone = held.document("signedDocument").await.expect(410);
    door.advance(A_WHILE).await;
    assert_eq!(objects(&door, "documents", "closed/held/").await, BTreeSet::new());
}

#[tokio::test]
async fn a_hold_that_is_released_in_time_leaves_the_documents_where_they_were() {
    let door = standing().await;
    let ceremony = signed_as(&door, |_| {}).await;
    for action in ["legal-hold", "release-hold"] {
        let _done = act(&ceremony, action).await.expect(200);
        door.advance(A_WHILE).await;
    }
    assert_eq!(objects(&door, "documents", "closed/held/").await, BTreeSet::new());
    let _kept = ceremony.document("signedDocument").await.expect(200);
}

#[tokio::test]
async fn deleting_an_open_request_under_a_hold_changes_nothing() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let _held = act(&ceremony, "legal-hold").await.expect(200);
    let (before, mails) = (ceremony.evidence().await, door.cloud.outbox().len());
    let path = format!("/signatures/{}", ceremony.id);
    let refused = door.call(Method::DELETE, &path, None).await.expect(409);
    assert_eq!(refused.text("/code"), "legal_hold");
    door.settle().await;
    assert_eq!(ceremony.state().await, "WAIT_SIGNER");
    assert_eq!((ceremony.evidence().await, door.cloud.outbox().len()), (before, mails));
}

#[tokio::test]
async fn a_tenant_says_how_long_and_a_request_keeps_what_held_when_it_was_made() {
    let door = standing().await;
    let usual = json!({ "documentMonths": 3, "evidenceYears": 10 });
    assert_eq!(door.get("/retention").await.expect(200).json()["data"], usual);
    let put = async |months: Value, years: Value| {
        let body = json!({ "documentMonths": months, "evidenceYears": years });
        door.call(Method::PUT, "/retention", Some(&body)).await
    };
    for (months, years, pointer) in [
        (0, 10, "/documentMonths"),
        (4, 10, "/documentMonths"),
        (3, 9, "/evidenceYears"),
        (3, 31, "/evidenceYears"),
    ] {
        let refused = put(json!(months), json!(years)).await.expect(422);
        assert_eq!(refused.text("/errors/0/pointer"), pointer, "{}", refused.json());
    }
    assert_eq!(put(json!(null), json!(10)).await.status, 422);
    let before = signed_as(&door, |_| {}).await;
    let _set = put(json!(1), json!(30)).await.expect(200);
    let after = signed_as(&door, |_| {}).await;
    door.advance(A_WHILE).await;
    let shown = |it: &Answer| it.json()["data"]["retention"].clone();
    assert_eq!(shown(&before.detail().await), usual);
    assert_eq!(shown(&after.detail().await), json!({ "documentMonths": 1, "evidenceYears": 30 }));
    for (ceremony, months, years) in [(&before, 3, 10), (&after, 1, 30)] {
        let audit = door.get(&format!("/signatures/{}/audit", ceremony.id)).await.expect(200);
        let facts = &events(&audit, "events")[0]["facts"];
        assert_eq!((&facts["document_months"], &facts["evidence_years"]), (&json!(months), &json!(years)));
        let words = audit.json()["data"]["report"].to_string();
        assert!(words.contains("Years that evidence is kept"), "{words}");
        for (bucket, prefix) in [
            ("documents", format!("closed/{months}m/demo/{}/", ceremony.id)),
            ("documents", format!("keys/{years}y/demo/{}.json", ceremony.id)),
            ("evidence", format!("requests/{years}y/demo/{}/", ceremony.id)),
        ] {
            assert!(!objects(&door, bucket, &prefix).await.is_empty(), "{prefix}");
        }
        // The year that a request can be open, the years of its evidence, and a month.
        let created = ceremony.detail().await.text("/data/createdAt").replace(' ', "T");
        let purged = Timestamp::parse_rfc3339(&created).unwrap().plus_years(years + 1).unix_seconds();
        let of_evidence = items(&door, &ceremony.id).await;
        let of_evidence = of_evidence.iter().filter(|it| {
            let sk = it["sk"].as_s().unwrap();
            ["EVENT#", "CUSTODY#", "REQUEST", "DISCLOSURE#"].iter().any(|name| sk.starts_with(name))
        });
        let mut count = 0;
        for item in of_evidence {
            let at: i64 = item["purge_at"].as_n().unwrap().parse().unwrap();
            assert_eq!(at / 60, (purged + 31 * 86_400) / 60, "{:?}", item["sk"]);
            count += 1;
        }
        assert!(count > 20, "{count}");
    }
    let over = closed_at(&after).await.plus_months(1);
    door.advance(over.since(door.cloud.clock().now())).await;
    let _gone = after.document("signedDocument").await.expect(410);
    let _kept = before.document("signedDocument").await.expect(200);
}

#[tokio::test]
async fn what_an_integrator_named_goes_with_everyone_and_is_in_no_copy() {
    let door = Door::open().await;
    let brand = json!({ "name": "Analytical Engines", "colors": { "primary": "#7a1f5c" } });
    let _brand = door.call(Method::PUT, "/brands/house", Some(&brand)).await.expect(200);
    let people = json!([{ "email": "augusta@engines.example", "firstname": "Augusta", "lastname": "King" }]);
    let _written = door.post("/users", &people).await.expect(200);
    let ceremony = signed_as(&door, |asked| {
        asked["options"]["sender"] = json!("augusta@engines.example");
        asked["options"]["ui"] = json!({ "completeUrl": "https://engines.example/augusta-king" });
    })
    .await;
    door.advance(A_WHILE).await;
    let copies = objects(&door, "evidence", "requests/").await;
    assert_ne!(copies, BTreeSet::new(), "there are copies");
    for key in &copies {
        let copy = object(&door, "evidence", key).await;
        assert!(contains(&copy, &ceremony.id) && !contains(&copy, "augusta"), "{key}");
    }
    assert!(ceremony.detail().await.json().to_string().contains("augusta@"));
    let _erased = act(&ceremony, "erase").await.expect(200);
    let audit = door.get(&format!("/signatures/{}/audit", ceremony.id)).await.expect(200);
    for answer in [ceremony.detail().await, audit] {
        assert!(!answer.json().to_string().contains("augusta"), "{}", answer.json());
    }
}

#[tokio::test]
async fn what_somebody_attached_goes_with_them() {
    let door = Door::open().await;
    let wanted = |asked: &mut Value| asked["signers"][0]["attachments"] = json!([{ "name": "Passport" }]);
    let ceremony = door.request_with(&[ada(), grace()], wanted).await;
    let made = ceremony.detail().await;
    let signer = made.text("/data/signers/0/id");
    let attachment = made.text("/data/signers/0/attachments/0/id");
    let payload = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(CONTRACT)
    };
    let path = format!("/sign/attachments/{attachment}");
    let sent = json!({ "payload": payload });
    let _sent = ceremony.as_signatory(ada(), Method::POST, &path, Some(&sent)).await.expect(200);
    ceremony.sign_all().await;
    let path = format!("/signatures/{}/signers/{signer}", ceremony.id);
    let file = format!("{path}/attachments/{attachment}");
    let _kept = door.get(&file).await.expect(200);
    let bundle = async || {
        let archive = ceremony.bundle().await;
        let (opened, _) = Bundle::open(&archive).unwrap();
        opened.files.keys().any(|it| it.starts_with("documents/attachment-"))
    };
    assert!(bundle().await);
    let _erased = door.post(&format!("{path}/erase"), &json!({})).await.expect(200);
    assert_eq!(door.get(&file).await.status, 410);
    assert!(!bundle().await);
    door.advance(A_WHILE).await;
    for prefix in ["open/", "closed/"] {
        let left = objects(&door, "documents", prefix).await;
        assert!(left.iter().all(|it| !it.contains("attachment-")), "{left:?}");
    }
}

#[tokio::test]
async fn the_messages_of_a_test_go_with_whom_they_were_to() {
    let door = Door::open().await;
    let key = door.key(&["*"], &json!({ "environment": "test" })).await;
    let made = door
        .call_as(&key, Method::POST, "/EU-SES", Some(&body(CONTRACT, &[ada(), grace()])))
        .await
        .expect(200);
    door.settle().await;
    let id = made.text("/data/id");
    let _cancelled = door
        .call_as(&key, Method::POST, &format!("/signatures/{id}/cancel"), Some(&json!({})))
        .await
        .expect(200);
    door.settle().await;
    let messages = async || {
        let path = format!("/sandbox/messages?request={id}");
        let told = door.call_as(&key, Method::GET, &path, None).await.expect(200).json().to_string();
        (told.contains("ada@example.com"), told.contains("grace@example.org"))
    };
    assert_eq!(messages().await, (true, true));
    let path = format!("/signatures/{id}/signers/{}/erase", made.text("/data/signers/0/id"));
    let _erased = door.call_as(&key, Method::POST, &path, Some(&json!({}))).await.expect(200);
    assert_eq!(messages().await, (false, true));
}

#[tokio::test]
async fn who_reads_evidence_changes_no_etag_and_an_erasure_asks_for_it() {
    let door = Door::open().await;
    let ceremony = signed_as(&door, |_| {}).await;
    let path = format!("/signatures/{}", ceremony.id);
    let etag = async || door.get(&path).await.expect(200).headers["etag"].clone();
    let before = etag().await;
    let _read = door.get(&format!("{path}/audit")).await.expect(200);
    assert_eq!(etag().await, before);
    let key = door.cloud.api_key().unwrap();
    let erase = async |tag: &str| {
        door.call_with(Some(&key), Method::POST, &format!("{path}/erase"), &[("if-match", tag)], "").await
    };
    assert_eq!(erase("\"1\"").await.status, 412);
    let erased = erase(before.to_str().unwrap()).await.expect(200);
    assert_eq!(erased.headers["etag"], etag().await);
    assert_ne!(etag().await, before);
}

#[tokio::test]
async fn each_caller_is_on_record_and_readings_alone_make_one_copy_a_day() {
    let door = Door::open().await;
    let ceremony = signed_as(&door, |_| {}).await;
    door.advance(A_WHILE).await;
    let path = format!("/signatures/{}/audit", ceremony.id);
    let other = door.key(&["audit:read"], &json!({})).await;
    let _first = door.get(&path).await.expect(200);
    for _ in 0..2 {
        let _second = door.call_as(&other, Method::GET, &path, None).await.expect(200);
    }
    let callers = |audit: &Answer| -> Vec<String> {
        let read = events(audit, "custody").into_iter().filter(|it| it["kind"] == "EvidenceRead");
        read.map(|it| it["facts"]["caller"].as_str().unwrap().to_owned()).collect()
    };
    let told = callers(&door.get(&path).await.expect(200));
    assert_eq!(told.len(), 2);
    assert_ne!(told[0], told[1]);
    let copies = async || objects(&door, "evidence", "requests/").await.len();
    for _ in 0..12 {
        door.advance(A_WHILE).await;
        let _read = door.get(&path).await.expect(200);
    }
    let few = copies().await;
    assert!(few <= 3, "{few} copies of two hours");
    door.advance(Duration::from_hours(25)).await;
    assert_eq!(copies().await, few + 1, "what was read is in a copy in the end");
}
