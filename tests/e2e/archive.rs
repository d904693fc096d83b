//! Copies of fixed chains, their place in the transparency log, and tables that are made from the copies again.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use tests::{A_WHILE, CONTRACT, Ceremony, Door, ada, find, grace};
use trail::{Bundle, Knowledge, Outcome, verify};

async fn signed(door: &Door) -> Ceremony {
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    ceremony.sign_all().await;
    ceremony
}

async fn evidence(ceremony: &Ceremony) -> Value {
    let path = format!("/signatures/{}/audit", ceremony.id);
    let mut data = ceremony.door.get(&path).await.expect(200).json()["data"]["evidence"].take();
    // Reading it is noted there, once; that is what two readings differ in.
    let is_reading = |it: &Value| it["event"].as_str().unwrap().contains("EvidenceRead");
    let custody = data["custody"].as_array_mut().unwrap();
    let told = custody.iter().filter(|it| !is_reading(it)).count();
    custody.retain(|it| !is_reading(it));
    data["disclosures"].as_array_mut().unwrap().retain(|it| {
        it["chain"] != "custody" || it["owner"] != "integrator" || it["seq"].as_u64() < Some(told as u64)
    });
    data
}

/// Deletes everything about requests from both tables, and leaves the rest.
async fn lose_tables(door: &Door) -> usize {
    lose(door, &["REQUEST#"]).await
}

/// Deletes what lies in partitions that begin like this from both tables.
async fn lose(door: &Door, prefixes: &[&str]) -> usize {
    let client: Client = door.cloud.aws().dynamodb();
    let mut lost = 0;
    for table in &door.cloud.template().tables {
        let found = client.scan().table_name(&table.name).send().await.unwrap().items.unwrap_or_default();
        for item in found {
            let pk = item["pk"].as_s().unwrap();
            if !prefixes.iter().any(|it| pk.starts_with(it)) {
                continue;
            }
            let delete = client.delete_item().table_name(&table.name);
            let delete = delete.key("pk", AttributeValue::S(pk.clone())).key("sk", item["sk"].clone());
            delete.send().await.unwrap();
            lost += 1;
        }
    }
    lost
}

#[tokio::test]
async fn a_closed_chain_is_copied_and_logged_and_its_bundle_proves_it() {
    let door = Door::open().await;
    let (first, second) = (signed(&door).await, signed(&door).await);
    door.advance(A_WHILE).await;
    let now = door.cloud.clock().now().unix_seconds();
    let mut sizes = Vec::new();
    for ceremony in [&first, &second] {
        let archive = ceremony.bundle().await;
        let verdict = verify(&archive, &Knowledge { now, ..Knowledge::default() });
        assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.checks);
        let (opened, _) = Bundle::open(&archive).unwrap();
        let proof = std::str::from_utf8(opened.files["log/proof.tlog-proof"]).unwrap();
        sizes.push(tlog::Proof::parse(proof).unwrap().index);
    }
    sizes.sort_unstable();
    assert_eq!(sizes, [0, 1]);
    // A third one makes the log grow; what was proven before is proven by the new checkpoint as well.
    let third = signed(&door).await;
    let before = Bundle::open(&first.bundle().await).unwrap().0.files["log/proof.tlog-proof"].to_vec();
    door.advance(A_WHILE).await;
    let now = door.cloud.clock().now().unix_seconds();
    let earlier = tlog::Proof::parse(std::str::from_utf8(&before).unwrap()).unwrap().checkpoint;
    let files = door.cloud.data().join("objects");
    let log = find(&files, "log").expect("the log is on the disk");
    let read = |path: &str| std::fs::read(log.join(path)).ok();
    for ceremony in [&first, &third] {
        let knowledge = Knowledge {
            now,
            earlier_checkpoint: Some(earlier.clone()),
            log: Some(&read),
            ..Knowledge::default()
        };
        let verdict = verify(&ceremony.bundle().await, &knowledge);
        assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.checks);
        assert!(verdict.checks.iter().any(|it| it.detail.contains("only grew")), "{:#?}", verdict.checks);
    }
    let key = tlog::Verifier::parse(&String::from_utf8(read("key.txt").unwrap()).unwrap()).unwrap();
    let note = String::from_utf8(read("checkpoint").unwrap()).unwrap();
    let checkpoint = tlog::Checkpoint::open(&note, &key).unwrap();
    assert_eq!(tlog::fsck(&checkpoint, read).unwrap().entries, 3);
}

#[tokio::test]
async fn tables_that_were_lost_are_made_again_and_every_chain_holds() {
    let door = Door::open().await;
    let (whole, erased) = (signed(&door).await, signed(&door).await);
    door.advance(A_WHILE).await;
    let signer = erased.detail().await.text("/data/signers/1/id");
    let path = format!("/signatures/{}/signers/{signer}/erase", erased.id);
    let _erased = door.post(&path, &json!({})).await.expect(200);
    let before = [evidence(&whole).await, evidence(&erased).await];
    let detail = whole.detail().await.json();
    door.advance(A_WHILE).await;
    assert!(lose_tables(&door).await > 40);
    assert_eq!(door.get(&format!("/signatures/{}", whole.id)).await.status, 404);
    let done = door.cloud.invoke("RestoreEvidenceFunction", json!({})).await.unwrap();
    assert_eq!(done, json!({ "restored": 2, "broken": [], "after": null }));
    assert_eq!([evidence(&whole).await, evidence(&erased).await], before);
    assert_eq!(whole.detail().await.json()["data"]["signers"], detail["data"]["signers"]);
    assert!(!erased.detail().await.json().to_string().contains("Hopper"));
    let again = door.cloud.invoke("RestoreEvidenceFunction", json!({})).await.unwrap();
    assert_eq!(again["restored"], 2, "doing it again changes nothing");
}

/// What the verifier finds in a bundle, with a checkpoint that was kept from earlier.
async fn judged(ceremony: &Ceremony, earlier: Option<String>) -> trail::Verdict {
    let files = ceremony.door.cloud.data().join("objects");
    let log = find(&files, "log").expect("the log is on the disk");
    let read = |path: &str| std::fs::read(log.join(path)).ok();
    let now = ceremony.door.cloud.clock().now().unix_seconds();
    let knowledge = Knowledge { now, earlier_checkpoint: earlier, log: Some(&read), ..Knowledge::default() };
    verify(&ceremony.bundle().await, &knowledge)
}

fn holds(verdict: &trail::Verdict) {
    let wrong: Vec<_> = verdict.checks.iter().filter(|it| it.outcome == Outcome::Failed).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(verdict.checks.iter().any(|it| it.name == "log" && it.outcome == Outcome::Passed));
}

#[tokio::test]
async fn a_log_whose_items_were_lost_signs_nothing_until_it_is_restored_and_then_only_grows() {
    let door = Door::open().await;
    let (first, second) = (signed(&door).await, signed(&door).await);
    door.advance(A_WHILE).await;
    let log = find(&door.cloud.data().join("objects"), "log").unwrap();
    let checkpoint = || std::fs::read_to_string(log.join("checkpoint")).unwrap();
    let before = checkpoint();
    assert!(lose(&door, &["REQUEST#", "LOG"]).await > 40);
    // What ends now takes no place that another one had.
    let third = signed(&door).await;
    door.advance(A_WHILE).await;
    assert_eq!(checkpoint(), before, "nothing is signed over a log that was forgotten");
    let done = door.cloud.invoke("RestoreEvidenceFunction", json!({})).await.unwrap();
    assert_eq!(done, json!({ "restored": 3, "broken": [], "after": null }), "the third one was copied");
    door.advance(A_WHILE).await;
    assert_ne!(checkpoint(), before);
    for ceremony in [&first, &second, &third] {
        holds(&judged(ceremony, Some(before.clone())).await);
    }
    // What is noted in custody after that is no second entry.
    let path = format!("/signatures/{}/legal-hold", first.id);
    let _held = door.post(&path, &json!({})).await.expect(200);
    door.advance(A_WHILE).await;
    let key = std::fs::read_to_string(log.join("key.txt")).unwrap();
    let key = tlog::Verifier::parse(&key).unwrap();
    let now = tlog::Checkpoint::open(&checkpoint(), &key).unwrap();
    assert_eq!(tlog::fsck(&now, |path| std::fs::read(log.join(path)).ok()).unwrap().entries, 3);
}

#[tokio::test]
async fn a_checkpoint_that_was_signed_and_not_published_is_published_by_the_next_run() {
    let door = Door::open().await;
    let ceremony = signed(&door).await;
    door.advance(A_WHILE).await;
    let log = find(&door.cloud.data().join("objects"), "log").unwrap();
    for name in ["checkpoint", "key.txt"] {
        std::fs::remove_file(log.join(name)).unwrap();
    }
    door.advance(A_WHILE).await;
    assert!(log.join("checkpoint").exists() && log.join("key.txt").exists());
    holds(&judged(&ceremony, None).await);
}

#[tokio::test]
async fn of_a_request_with_many_copies_the_newest_is_restored() {
    let door = Door::open().await;
    let ceremony = signed(&door).await;
    let path = format!("/signatures/{}", ceremony.id);
    for number in 0..102 {
        let action = if number % 2 == 0 { "legal-hold" } else { "release-hold" };
        let _done = door.post(&format!("{path}/{action}"), &json!({})).await.expect(200);
        door.advance(Duration::from_mins(6)).await;
    }
    let before = evidence(&ceremony).await;
    door.advance(Duration::from_hours(25)).await;
    let requests = find(&door.cloud.data().join("objects"), "requests").unwrap();
    let copies = std::fs::read_dir(find(&requests, &ceremony.id).unwrap()).unwrap().count();
    assert!(copies > 100, "{copies} copies");
    let _lost = lose_tables(&door).await;
    let done = door.cloud.invoke("RestoreEvidenceFunction", json!({})).await.unwrap();
    assert_eq!((&done["restored"], &done["broken"]), (&json!(1), &json!([])));
    assert!(done["after"].is_string(), "{done}");
    let next = door.cloud.invoke("RestoreEvidenceFunction", json!({ "after": done["after"] })).await.unwrap();
    assert!(next["after"].is_null(), "{next}");
    assert_eq!(evidence(&ceremony).await, before);
    // What follows in custody finds its place.
    let _held = door.post(&format!("{path}/legal-hold"), &json!({})).await.expect(200);
}

#[tokio::test]
async fn a_request_that_can_be_brought_back_is_archived_only_when_it_cannot_any_more() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    door.advance(Duration::from_hours(30 * 24)).await;
    assert_eq!(ceremony.state().await, "EXPIRED");
    let has_proof =
        |archive: &[u8]| Bundle::open(archive).unwrap().0.files.contains_key("log/proof.tlog-proof");
    assert!(!has_proof(&ceremony.bundle().await));
    door.advance(Duration::from_hours(30 * 24 + 1)).await;
    assert!(has_proof(&ceremony.bundle().await));
}
