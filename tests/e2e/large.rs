//! Revisions count as they stand in S3, and large ones pass no function's memory.

use std::path::Path;
use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use local::{Call, Cloud, Options};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tests::{CONTRACT, Ceremony, Door, ada, grace, judge_signed, large_pdf};

const INGEST: &str = "IngestDocumentFunction";
const SEAL: &str = "SealDocumentFunction";

/// How often a function did this to S3.
fn count(cloud: &Cloud, function: &str, operation: &str) -> u64 {
    let is_it = |call: &Call| {
        call.function.as_deref() == Some(function) && call.service == "s3" && call.operation == operation
    };
    cloud.calls().iter().filter(|(call, _)| is_it(call)).map(|(_, count)| count).sum()
}

#[tokio::test]
async fn a_large_document_is_sealed_by_copying_it_within_s3() {
    let document = large_pdf(20_000_000);
    let door = Door::open().await;
    let input = door.upload(&document).await;
    let people = [ada(), grace()];
    let body = json!({ "inputDocuments": [input], "signers": tests::signers(&people), "title": "Large" });
    let answer = door.post("/EU-SES", &body).await.expect(200);
    door.settle().await;
    let ceremony = Ceremony::new(door.clone(), answer.text("/data/id"), &people);
    door.cloud.clear_calls();
    ceremony.sign_all().await;
    assert_eq!(ceremony.state().await, "DONE");
    for (operation, times) in [
        ("PutObject", 0),
        ("CreateMultipartUpload", 3),
        ("UploadPartCopy", 3),
        ("UploadPart", 3),
        ("CompleteMultipartUpload", 3),
        ("AbortMultipartUpload", 0),
    ] {
        assert_eq!(count(&door.cloud, SEAL, operation), times, "{operation}");
    }
    // Each revision is read back once; the rest are the ranges that the engine looked at.
    assert!(count(&door.cloud, SEAL, "GetObject") <= 3 + 3 * 4);
    let signed = ceremony.document("signedDocument").await.expect(200).body;
    judge_signed(&door.cloud, &document, &signed, 3).await;
    let detail = ceremony.detail().await;
    assert_eq!(detail.json()["data"]["document"]["signedDocument"]["size"], signed.len());
}

#[tokio::test]
async fn a_large_document_is_taken_in_by_ranges_and_copied_within_s3() {
    let document = large_pdf(20_000_000);
    let door = Door::open().await;
    let input = door.upload(&document).await;
    let body = json!({ "inputDocuments": [input], "signers": tests::signers(&[ada()]), "title": "Large" });
    door.cloud.clear_calls();
    let answer = door.post("/EU-SES", &body).await.expect(200);
    door.settle().await;
    let ceremony = Ceremony::new(door.clone(), answer.text("/data/id"), &[ada()]);
    assert_eq!(ceremony.state().await, "WAIT_SIGNER");
    for (operation, times) in [
        ("PutObject", 0),
        ("CreateMultipartUpload", 1),
        ("UploadPartCopy", 1),
        ("UploadPart", 0),
        ("CompleteMultipartUpload", 1),
        ("AbortMultipartUpload", 0),
    ] {
        assert_eq!(count(&door.cloud, INGEST, operation), times, "{operation}");
    }
    // The copy is read back once; the rest are the ranges that the engine looked at.
    let ranges = count(&door.cloud, INGEST, "GetObject") - 1;
    assert!((1..=4).contains(&ranges), "{ranges}");
    let detail = ceremony.detail().await;
    let document_facts = &detail.json()["data"]["document"];
    assert_eq!(document_facts["inputDocuments"][0]["size"], document.len());
    let shown = ceremony.view(ada()).await;
    assert_eq!(shown["document"]["sha256"], hex::encode(Sha256::digest(&document)));
}

#[tokio::test]
async fn a_large_document_that_is_broken_is_repaired_in_memory() {
    let mut broken = large_pdf(20_000_000);
    let at = broken.windows(9).rposition(|window| window == b"startxref").unwrap();
    broken.truncate(at);
    let door = Door::open().await;
    let input = door.upload(&broken).await;
    let body = json!({ "inputDocuments": [input], "signers": tests::signers(&[ada()]), "title": "Large" });
    door.cloud.clear_calls();
    let answer = door.post("/EU-SES", &body).await.expect(200);
    door.settle().await;
    let ceremony = Ceremony::new(door.clone(), answer.text("/data/id"), &[ada()]);
    assert_eq!(ceremony.state().await, "WAIT_SIGNER");
    assert_eq!(count(&door.cloud, INGEST, "PutObject"), 1);
    let detail = ceremony.detail().await;
    assert_eq!(detail.json()["data"]["document"]["inputDocuments"][0]["repaired"], true);
}

#[tokio::test]
async fn a_revision_that_was_written_and_not_recorded_is_taken_over_as_it_stands() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at = |data: &Path| Options { data: Some(data.to_owned()), ..Options::default() };
    let people = [ada(), grace()];
    let door = Door::open_with(at(here.path())).await;
    let ceremony = door.request(CONTRACT, &people).await;
    let _signed = ceremony.sign(ada()).await.expect(200);
    let id = ceremony.id.clone();
    drop((ceremony, door));
    copy_all(here.path(), there.path());

    // One stage seals the act. The other has only its object, as if it had died before the commit.
    let key = format!("open/demo/{id}/0001.pdf");
    let door = Door::open_with(at(here.path())).await;
    door.settle().await;
    let bucket = door.cloud.template().buckets[0].name.clone();
    let written = door.cloud.aws().s3().get_object().bucket(&bucket).key(&key).send().await.unwrap();
    let (note, bytes) = (written.metadata, written.body.collect().await.unwrap().into_bytes());
    drop(door);
    let door = Door::open_with(at(there.path())).await;
    let s3 = door.cloud.aws().s3();
    let again = s3.put_object().bucket(&bucket).key(&key).set_metadata(note).body(bytes.clone().into());
    again.send().await.unwrap();
    let ceremony = Ceremony::new(door.clone(), id, &people);
    door.settle().await;
    let shown = ceremony.view(grace()).await;
    assert_eq!(shown["document"]["sha256"], hex::encode(Sha256::digest(&bytes)));
    let _signed = ceremony.sign(grace()).await.expect(200);
    door.settle().await;
    assert_eq!(ceremony.state().await, "DONE");
    let signed = ceremony.document("signedDocument").await.expect(200).body;
    assert!(signed.starts_with(&bytes), "the seal that was there is the one that counts");
    judge_signed(&door.cloud, CONTRACT, &signed, 3).await;
}

fn copy_all(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy_all(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn a_revision_that_is_not_ours_is_never_taken_over() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let s3 = door.cloud.aws().s3();
    let bucket = door.cloud.template().buckets[0].name.clone();
    let key = format!("open/demo/{}/0001.pdf", ceremony.id);
    let foreign = ByteStream::from([CONTRACT, b"% something else\n"].concat());
    s3.put_object().bucket(&bucket).key(&key).body(foreign).send().await.unwrap();
    ceremony.sign_all().await;
    door.advance(Duration::from_mins(3)).await;
    assert_eq!(ceremony.state().await, "WAIT_SIGNER");
    assert!(!ceremony.evidence().await.contains(&"RevisionSealed".to_owned()));

    s3.delete_object().bucket(&bucket).key(&key).send().await.unwrap();
    door.advance(Duration::from_mins(10)).await;
    assert_eq!(ceremony.state().await, "DONE");
}
