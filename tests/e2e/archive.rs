//! Copies of fixed chains, their place in the transparency log, and tables that are made from the copies again.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use tests::{CONTRACT, Ceremony, Door, ada, body, grace};
use trail::{Bundle, Knowledge, Outcome, verify};

/// Longer than the pause before a chain is archived and the time between two runs.
const A_WHILE: Duration = Duration::from_mins(11);

async fn signed(door: &Door) -> Ceremony {
    let answer = door.post("/EU-SES", &body(CONTRACT, &[ada(), grace()])).await.expect(200);
    door.settle().await;
    let ceremony = Ceremony::new(door.clone(), answer.text("/data/id"), &[ada(), grace()]);
    ceremony.sign_all().await;
    ceremony
}

async fn bundle(ceremony: &Ceremony) -> Vec<u8> {
    let path = format!("/signatures/{}/evidence", ceremony.id);
    ceremony.door.get(&path).await.expect(200).body.to_vec()
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
    let client: Client = door.cloud.aws().dynamodb();
    let mut lost = 0;
    for table in &door.cloud.template().tables {
        let found = client.scan().table_name(&table.name).send().await.unwrap().items.unwrap_or_default();
        for item in found {
            let pk = item["pk"].as_s().unwrap();
            if !pk.starts_with("REQUEST#") {
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
        let archive = bundle(ceremony).await;
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
    let before = Bundle::open(&bundle(&first).await).unwrap().0.files["log/proof.tlog-proof"].to_vec();
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
        let verdict = verify(&bundle(ceremony).await, &knowledge);
        assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.checks);
        assert!(verdict.checks.iter().any(|it| it.detail.contains("only grew")), "{:#?}", verdict.checks);
    }
    let key = tlog::Verifier::parse(&String::from_utf8(read("key.txt").unwrap()).unwrap()).unwrap();
    let note = String::from_utf8(read("checkpoint").unwrap()).unwrap();
    let checkpoint = tlog::Checkpoint::open(&note, &key).unwrap();
    assert_eq!(tlog::fsck(&checkpoint, read).unwrap().entries, 3);
}

/// A folder of this name somewhere below.
fn find(folder: &std::path::Path, name: &str) -> Option<std::path::PathBuf> {
    for entry in std::fs::read_dir(folder).ok()? {
        let path = entry.ok()?.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|it| it == name) {
                return Some(path);
            }
            if let Some(found) = find(&path, name) {
                return Some(found);
            }
        }
    }
    None
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

#[tokio::test]
async fn a_request_that_can_be_brought_back_is_archived_only_when_it_cannot_any_more() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    door.advance(Duration::from_hours(30 * 24)).await;
    assert_eq!(ceremony.state().await, "EXPIRED");
    let has_proof =
        |archive: &[u8]| Bundle::open(archive).unwrap().0.files.contains_key("log/proof.tlog-proof");
    assert!(!has_proof(&bundle(&ceremony).await));
    door.advance(Duration::from_hours(30 * 24 + 1)).await;
    assert!(has_proof(&bundle(&ceremony).await));
}
