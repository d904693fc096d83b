//! What an erasure and a deletion leave: nothing, whoever dies on the way.

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request};
use local::Crash;
use serde_json::{Value, json};
use tests::{Answer, CONTRACT, Ceremony, Door, XREF_STREAM, ada, body, grace};

/// Longer than the pause before documents follow, and the time between two runs.
const A_WHILE: Duration = Duration::from_mins(11);
/// Calls with an effect before an erasure is committed, and that one: the caller's counter goes before it.
const COMMITTED: u64 = 2;

/// A request that asks Ada for two documents: one that she replaced, and one that was rejected.
async fn attached(door: &Door) -> (Ceremony, String) {
    let mut asked = body(CONTRACT, &[ada(), grace()]);
    let optional = |name: &str| json!({ "name": name, "required": false });
    asked["signers"][0]["attachments"] = json!([optional("Passport"), optional("Licence")]);
    let made = door.post("/EU-SES", &asked).await.expect(200);
    door.settle().await;
    let ceremony = Ceremony::new(door.clone(), made.text("/data/id"), &[ada(), grace()]);
    let asked = |index: usize| made.text(&format!("/data/signers/0/attachments/{index}/id"));
    let send = async |index: usize, document: &[u8]| {
        let path = format!("/sign/attachments/{}", asked(index));
        let sent = json!({ "payload": STANDARD.encode(document) });
        let _sent = ceremony.as_signatory(ada(), Method::POST, &path, Some(&sent)).await.expect(200);
    };
    send(0, CONTRACT).await;
    send(0, XREF_STREAM).await;
    send(1, CONTRACT).await;
    let signer = format!("/signatures/{}/signers/{}", ceremony.id, made.text("/data/signers/0/id"));
    let reject = format!("{signer}/attachments/{}/reject", asked(1));
    let _rejected = door.post(&reject, &json!({ "reason": "It is not legible." })).await.expect(200);
    door.settle().await;
    (ceremony, signer)
}

/// The keys of a request's objects in the bucket of documents.
async fn objects(door: &Door, ceremony: &Ceremony) -> BTreeSet<String> {
    let buckets = &door.cloud.template().buckets;
    let name = &buckets.iter().find(|it| it.name.contains("documents")).unwrap().name;
    let listed = door.cloud.aws().s3().list_objects_v2().bucket(name).send().await.unwrap();
    let keys = listed.contents.unwrap_or_default().into_iter().filter_map(|it| it.key);
    keys.filter(|it| it.contains(&ceremony.id)).collect()
}

async fn attachments(door: &Door, ceremony: &Ceremony) -> Vec<String> {
    objects(door, ceremony).await.into_iter().filter(|it| it.contains("attachment-")).collect()
}

async fn if_match(door: &Door, method: Method, path: &str, etag: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1:3000")
        .header("if-match", etag)
        .header("authorization", format!("Bearer {}", door.cloud.api_key().unwrap()));
    door.send(request.body(bytes::Bytes::new()).unwrap()).await
}

async fn etag(door: &Door, ceremony: &Ceremony) -> String {
    let shown = door.get(&format!("/signatures/{}", ceremony.id)).await.expect(200);
    shown.headers["etag"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_was_rejected_or_replaced_is_kept_nowhere_once_a_request_has_ended() {
    let door = Door::open().await;
    let (ceremony, _) = attached(&door).await;
    assert_eq!(attachments(&door, &ceremony).await.len(), 3);
    let cancel = format!("/signatures/{}/cancel", ceremony.id);
    let _cancelled = door.post(&cancel, &json!({})).await.expect(200);
    door.advance(A_WHILE).await;
    let left = attachments(&door, &ceremony).await;
    assert!(left.len() == 1 && left[0].starts_with("closed/"), "{left:?}");
}

#[tokio::test]
async fn what_was_rejected_or_replaced_goes_with_whom_it_was_of_while_the_others_documents_wait() {
    let door = Door::open().await;
    let (ceremony, signer) = attached(&door).await;
    door.advance(Duration::from_hours(24 * 40)).await;
    assert_eq!(ceremony.state().await, "EXPIRED");
    assert_eq!(attachments(&door, &ceremony).await.len(), 3, "it may be brought back for a while");
    let _erased = door.post(&format!("{signer}/erase"), &json!({})).await.expect(200);
    assert_eq!(attachments(&door, &ceremony).await, Vec::<String>::new());
    let is_first = |it: &String| it.starts_with("open/") && it.ends_with("/0000.pdf");
    door.advance(A_WHILE).await;
    assert!(objects(&door, &ceremony).await.iter().any(is_first), "grace's document still waits");
    door.advance(Duration::from_hours(24 * 31)).await;
    let left = objects(&door, &ceremony).await;
    assert!(!left.iter().any(|it| it.starts_with("open/")), "and moves in its time: {left:?}");
}

/// A request that ended, that was held and is released, and whose copies wait to be taken away.
async fn released(door: &Door) -> (Ceremony, String) {
    let (ceremony, signer) = attached(door).await;
    ceremony.sign_all().await;
    for action in ["legal-hold", "release-hold"] {
        let path = format!("/signatures/{}/{action}", ceremony.id);
        let _done = door.post(&path, &json!({})).await.expect(200);
        if action == "legal-hold" {
            door.advance(A_WHILE).await;
        }
    }
    let held = attachments(door, &ceremony).await;
    assert!(held.iter().any(|it| it.starts_with("closed/held/")), "{held:?}");
    (ceremony, signer)
}

#[tokio::test]
async fn an_erasure_that_died_is_finished_by_itself_and_by_who_repeats_it() {
    for is_repeated in [false, true] {
        let door = Door::open().await;
        let (ceremony, signer) = released(&door).await;
        let seen = etag(&door, &ceremony).await;
        let erase = format!("{signer}/erase");
        door.cloud.crash_at(COMMITTED, Crash::After);
        let died = if_match(&door, Method::POST, &erase, &seen).await;
        assert!(door.cloud.has_crashed() && died.status >= 500, "{}", died.status);
        let people = [ada(), grace()];
        let id = ceremony.id.clone();
        drop(ceremony);
        let door = door.restart().await;
        let ceremony = Ceremony::new(door.clone(), id, &people);
        assert!(!attachments(&door, &ceremony).await.is_empty(), "it died before they went");
        if is_repeated {
            let _again = if_match(&door, Method::POST, &erase, &seen).await.expect(200);
            assert_eq!(attachments(&door, &ceremony).await, Vec::<String>::new());
        }
        door.advance(A_WHILE).await;
        assert_eq!(attachments(&door, &ceremony).await, Vec::<String>::new());
        let shown: Value = ceremony.detail().await.json();
        assert_eq!(shown["data"]["signers"][0]["name"], "erased");
        let _kept = ceremony.document("signedDocument").await.expect(200);
    }
}

#[tokio::test]
async fn an_erasure_of_everyone_and_a_deletion_that_died_leave_nothing() {
    for (method, action) in [(Method::POST, "/erase"), (Method::DELETE, "")] {
        for is_repeated in [false, true] {
            let door = Door::open().await;
            let (ceremony, _) = attached(&door).await;
            ceremony.sign_all().await;
            let path = format!("/signatures/{}{action}", ceremony.id);
            let seen = etag(&door, &ceremony).await;
            door.cloud.crash_at(COMMITTED, Crash::After);
            let died = if_match(&door, method.clone(), &path, &seen).await;
            assert!(door.cloud.has_crashed() && died.status >= 500, "{}", died.status);
            let id = ceremony.id.clone();
            drop(ceremony);
            let door = door.restart().await;
            let ceremony = Ceremony::new(door.clone(), id, &[ada(), grace()]);
            let is_document = |it: &String| !it.starts_with("keys/");
            assert!(objects(&door, &ceremony).await.iter().any(is_document), "{method}");
            if is_repeated {
                let _again = if_match(&door, method.clone(), &path, &seen).await.expect(200);
            } else {
                door.advance(A_WHILE).await;
            }
            let left: Vec<String> = objects(&door, &ceremony).await.into_iter().filter(is_document).collect();
            assert_eq!(left, Vec::<String>::new(), "{method}");
        }
    }
}
