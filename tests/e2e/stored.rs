//! What happens to evidence behind the back of the service: bits that flip in what is stored, and somebody who has every
//! table, every bucket and every key, and writes history anew.

use std::collections::HashMap;
use std::path::PathBuf;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Digest;
use http::Method;
use serde_json::{Value, json};
use tests::{A_WHILE, CONTRACT, Ceremony, Door, ada, find};
use trail::{Knowledge, Outcome, verify};

type Item = HashMap<String, AttributeValue>;

/// The items of a partition in both tables, each with the table that it is in, in the order of their keys.
async fn items(door: &Door, pk: &str) -> Vec<(String, Item)> {
    let client = door.cloud.aws().dynamodb();
    let mut found = Vec::new();
    for table in &door.cloud.template().tables {
        let query = client.query().table_name(&table.name).key_condition_expression("pk = :pk");
        let query = query.expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()));
        let all = query.send().await.unwrap().items.unwrap_or_default();
        found.extend(all.into_iter().map(|it| (table.name.clone(), it)));
    }
    found
}

async fn put(door: &Door, (table, item): &(String, Item)) {
    let put = door.cloud.aws().dynamodb().put_item().table_name(table);
    let _put = put.set_item(Some(item.clone())).send().await.unwrap();
}

async fn delete(door: &Door, (table, item): &(String, Item)) {
    let delete = door.cloud.aws().dynamodb().delete_item().table_name(table);
    let _gone = delete.key("pk", item["pk"].clone()).key("sk", item["sk"].clone()).send().await.unwrap();
}

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item[name].as_s().unwrap()
}

/// The last bit of one letter of a text, the other way round.
fn flip(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] ^= 1;
    String::from_utf8(bytes).unwrap()
}

/// The items of the chain of events.
async fn events(door: &Door, id: &str) -> Vec<(String, Item)> {
    let all = items(door, &format!("REQUEST#{id}")).await;
    all.into_iter().filter(|(_, it)| text(it, "sk").starts_with("EVENT#")).collect()
}

fn log(door: &Door) -> Option<PathBuf> {
    find(&door.cloud.data().join("objects"), "log")
}

fn checkpoint(door: &Door) -> Option<String> {
    std::fs::read_to_string(log(door)?.join("checkpoint")).ok()
}

async fn archive(door: &Door) -> Result<Value, String> {
    door.cloud.invoke("ArchiveEvidenceFunction", json!({})).await
}

/// A request that ended, which is due to be copied and logged and was not yet.
async fn due(door: &Door) -> Ceremony {
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    ceremony.sign_all().await;
    door.cloud.clock().shift(i64::try_from(A_WHILE.as_millis()).unwrap());
    ceremony
}

#[tokio::test]
async fn a_bit_that_flips_in_a_stored_chain_is_in_no_checkpoint() {
    let door = Door::open().await;
    let ceremony = due(&door).await;
    let chain = events(&door, &ceremony.id).await;
    assert!(chain.len() > 8, "{} events", chain.len());
    for (number, event) in chain.iter().enumerate() {
        for name in ["event", "hash"] {
            let whole = text(&event.1, name);
            let at = (number * 37) % whole.len();
            let mut broken = event.clone();
            let _was = broken.1.insert(name.to_owned(), AttributeValue::S(flip(whole, at)));
            put(&door, &broken).await;
            assert!(archive(&door).await.is_err(), "letter {at} of {name} of event {number}");
            assert_eq!(checkpoint(&door), None);
            put(&door, event).await;
        }
    }
    let _copied = archive(&door).await.unwrap();
    assert!(checkpoint(&door).is_some());
}

#[tokio::test]
async fn a_bit_that_flips_in_an_entry_or_in_the_tree_is_in_no_checkpoint() {
    let door = Door::open().await;
    let _first = due(&door).await;
    let _copied = archive(&door).await.unwrap();
    let before = checkpoint(&door).unwrap();
    let _second = due(&door).await;
    let folder = log(&door).unwrap();
    // The tile that the tree is continued from: while it is broken, the second one has a place and is not in the tree.
    let tile = folder.join("tile/0/000.p/1");
    let whole = std::fs::read(&tile).unwrap();
    for at in 0..whole.len() {
        let mut broken = whole.clone();
        broken[at] ^= 1;
        std::fs::write(&tile, broken).unwrap();
        assert!(archive(&door).await.is_err(), "byte {at} of the tile");
        assert_eq!(checkpoint(&door).as_deref(), Some(before.as_str()));
    }
    std::fs::write(&tile, whole).unwrap();
    // Entries that have a place: that of before, which is in the tree, and that of now.
    let entries = items(&door, "LOG").await;
    let entries: Vec<_> = entries.into_iter().filter(|(_, it)| it.contains_key("entry")).collect();
    assert_eq!(entries.len(), 2);
    for entry in &entries {
        let whole = text(&entry.1, "entry");
        for at in 0..whole.len() {
            let mut broken = entry.clone();
            let _was = broken.1.insert("entry".to_owned(), AttributeValue::S(flip(whole, at)));
            put(&door, &broken).await;
            assert!(archive(&door).await.is_err(), "letter {at} of {whole}");
            assert_eq!(checkpoint(&door).as_deref(), Some(before.as_str()));
        }
        put(&door, entry).await;
    }
    let _logged = archive(&door).await.unwrap();
    let (note, key) = (checkpoint(&door).unwrap(), std::fs::read_to_string(folder.join("key.txt")).unwrap());
    let now = tlog::Checkpoint::open(&note, &tlog::Verifier::parse(&key).unwrap()).unwrap();
    assert_eq!(tlog::fsck(&now, |path| std::fs::read(folder.join(path)).ok()).unwrap().entries, 2);
}

/// Writes the chain of a request anew, as if another text had been consented to: every later event and hash, and the
/// head that the request names.
async fn rewrite(door: &Door, id: &str) {
    let (mut last, mut is_changed) = (Digest::from_bytes([0; 32]), false);
    for (table, mut item) in events(door, id).await {
        let mut event = text(&item, "event").replace(
            &format!("\"prev\":\"{}\"", previous(text(&item, "event"))),
            &format!("\"prev\":\"{}\"", last.to_hex()),
        );
        if text(&item, "kind") == "ConsentGiven" {
            event = event.replacen("\"text\":\"", "\"text\":\"Not ", 1);
            is_changed = true;
        }
        last = Digest::of_parts(&[b"paraphe/event/v1\0", last.as_bytes(), event.as_bytes()]);
        let _was = item.insert("event".to_owned(), AttributeValue::S(event));
        let _was = item.insert("hash".to_owned(), AttributeValue::S(last.to_hex()));
        put(door, &(table, item)).await;
    }
    assert!(is_changed);
    let all = items(door, &format!("REQUEST#{id}")).await;
    let (table, mut request) = all.into_iter().find(|(_, it)| text(it, "sk") == "REQUEST").unwrap();
    let AttributeValue::M(head) = request.get_mut("chain").unwrap() else { panic!("the head is an object") };
    let _was = head.insert("hash".to_owned(), AttributeValue::S(last.to_hex()));
    put(door, &(table, request)).await;
}

fn previous(event: &str) -> String {
    serde_json::from_str::<Value>(event).unwrap()["prev"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn whoever_has_every_table_bucket_and_key_is_found_out_by_a_checkpoint_that_was_kept_elsewhere() {
    let door = Door::open().await;
    let mut all = Vec::new();
    for _ in 0..2 {
        let ceremony = door.request(CONTRACT, &[ada()]).await;
        ceremony.sign_all().await;
        all.push(ceremony);
    }
    door.advance(A_WHILE).await;
    let kept = checkpoint(&door).unwrap();

    // No document is left to show seals, and nothing of the log. Then all of it is made anew by the service itself,
    // with its own keys: copies, entries, tiles, checkpoints.
    rewrite(&door, &all[0].id).await;
    let mut forgotten = items(&door, "LOG").await;
    for ceremony in &all {
        let own = items(&door, &format!("REQUEST#{}", ceremony.id)).await;
        forgotten.extend(own.into_iter().filter(|(_, it)| text(it, "sk") == "LOG-PLACE"));
    }
    assert!(forgotten.len() > 4);
    for item in &forgotten {
        delete(&door, item).await;
    }
    std::fs::remove_dir_all(log(&door).unwrap()).unwrap();
    let copies = find(&door.cloud.data().join("objects"), "requests").unwrap();
    std::fs::remove_dir_all(copies).unwrap();
    for ceremony in &all {
        let path = format!("/signatures/{}", ceremony.id);
        let deleted = door.call(Method::DELETE, &path, None).await;
        assert!(deleted.status < 300, "{}", deleted.status);
    }
    door.advance(A_WHILE).await;

    let folder = log(&door).unwrap();
    let read = |path: &str| std::fs::read(folder.join(path)).ok();
    let (note, key) = (checkpoint(&door).unwrap(), std::fs::read_to_string(folder.join("key.txt")).unwrap());
    let key = tlog::Verifier::parse(&key).unwrap();
    let now = tlog::Checkpoint::open(&note, &key).unwrap();
    assert_eq!(tlog::fsck(&now, read).unwrap().entries, 2, "by itself the log holds");
    let archive = all[0].bundle().await;
    let by = |earlier: Option<String>| {
        let at = door.cloud.clock().now().unix_seconds();
        let knowledge = Knowledge {
            now: at,
            log_key: Some(key.clone()),
            earlier_checkpoint: earlier,
            log: Some(&read),
            ..Knowledge::default()
        };
        verify(&archive, &knowledge)
    };
    let verdict = by(None);
    assert_eq!(verdict.outcome, Outcome::Passed, "by itself the bundle holds: {:#?}", verdict.checks);
    let verdict = by(Some(kept));
    let failed: Vec<_> = verdict.checks.iter().filter(|it| it.outcome == Outcome::Failed).collect();
    assert!(failed.len() == 1 && failed[0].detail.contains("was rewritten"), "{failed:#?}");
}
