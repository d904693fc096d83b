//! Tables that point-in-time recovery brought back are behind the transparency log, which nobody can take back.

use std::path::PathBuf;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use tests::{CONTRACT, Ceremony, Door, ada};
use tlog::{Checkpoint, Verifier, fsck};
use trail::{Knowledge, Outcome, verify};

/// Longer than the pause before a chain is logged and the time between two runs.
const A_WHILE: Duration = Duration::from_mins(11);

async fn signed(door: &Door) -> Ceremony {
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    ceremony.sign_all().await;
    ceremony
}

type Item = std::collections::HashMap<String, AttributeValue>;

/// What the table of requests holds about the log.
async fn of_the_log(door: &Door) -> Vec<Item> {
    let scan = door.cloud.aws().dynamodb().scan().table_name(requests(door));
    let items = scan.send().await.unwrap().items.unwrap_or_default();
    items.into_iter().filter(|it| it["pk"].as_s().unwrap() == "LOG" || it.contains_key("place")).collect()
}

/// Brings the log's items back to what they were.
async fn recover(door: &Door, earlier: Vec<Item>) {
    let client = door.cloud.aws().dynamodb();
    for item in of_the_log(door).await {
        let delete = client.delete_item().table_name(requests(door));
        delete.key("pk", item["pk"].clone()).key("sk", item["sk"].clone()).send().await.unwrap();
    }
    for item in earlier {
        client.put_item().table_name(requests(door)).set_item(Some(item)).send().await.unwrap();
    }
}

fn requests(door: &Door) -> String {
    let tables = &door.cloud.template().tables;
    tables.iter().find(|it| it.name.contains("equests")).expect("a table of requests").name.clone()
}

/// The folder of the log's files.
fn log_of(door: &Door) -> PathBuf {
    let mut folders = vec![door.cloud.data().join("objects")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).filter(|it| it.is_dir()) {
            if path.file_name().is_some_and(|it| it == "log") {
                return path;
            }
            folders.push(path);
        }
    }
    panic!("the log is on the disk");
}

#[tokio::test]
async fn a_table_that_is_behind_the_log_gives_nobody_a_place_until_it_is_restored() {
    let door = Door::open().await;
    let first = signed(&door).await;
    door.advance(A_WHILE).await;
    let earlier = of_the_log(&door).await;
    assert!(earlier.len() >= 3, "state, entry and place");
    let second = signed(&door).await;
    door.advance(A_WHILE).await;
    let log = log_of(&door);
    let checkpoint = || std::fs::read_to_string(log.join("checkpoint")).unwrap();
    let published = checkpoint();
    recover(&door, earlier).await;
    let third = signed(&door).await;
    // The runs in between say that the tables are behind.
    let _told = door.cloud.advance(A_WHILE).await;
    assert_eq!(checkpoint(), published);
    let places = of_the_log(&door).await.into_iter().filter(|it| it.contains_key("place")).count();
    assert_eq!(places, 1, "only the first one has the place that it had");
    let done = door.cloud.invoke("RestoreEvidenceFunction", json!({})).await.unwrap();
    assert_eq!((&done["broken"], &done["after"]), (&json!([]), &json!(null)));
    door.advance(A_WHILE).await;
    let read = |path: &str| std::fs::read(log.join(path)).ok();
    for ceremony in [&first, &second, &third] {
        let path = format!("/signatures/{}/evidence", ceremony.id);
        let bundle = door.get(&path).await.expect(200).body.to_vec();
        let now = door.cloud.clock().now().unix_seconds();
        let earlier_checkpoint = Some(published.clone());
        let knowledge = Knowledge { now, earlier_checkpoint, log: Some(&read), ..Knowledge::default() };
        let verdict = verify(&bundle, &knowledge);
        let wrong: Vec<_> = verdict.checks.iter().filter(|it| it.outcome == Outcome::Failed).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(verdict.checks.iter().any(|it| it.name == "log" && it.outcome == Outcome::Passed));
    }
    let key = Verifier::parse(&std::fs::read_to_string(log.join("key.txt")).unwrap()).unwrap();
    let now = Checkpoint::open(&checkpoint(), &key).unwrap();
    assert_eq!(fsck(&now, read).unwrap().entries, 3);
}

#[tokio::test]
async fn entries_that_the_checkpoint_is_not_over_are_not_restored() {
    let door = Door::open().await;
    let _first = signed(&door).await;
    door.advance(A_WHILE).await;
    let log = log_of(&door);
    let mut bytes = std::fs::read(log.join("tile/entries/000.p/1")).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    let bucket = log.parent().unwrap().file_name().unwrap().to_str().unwrap();
    let put = door.cloud.aws().s3().put_object().bucket(bucket).key("log/tile/entries/000.p/1");
    put.body(bytes.into()).send().await.unwrap();
    let done = door.cloud.invoke("RestoreEvidenceFunction", json!({})).await.unwrap();
    assert_eq!(done["broken"].as_array().unwrap().len(), 1, "{done}");
}
