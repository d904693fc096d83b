//! Judges what is left in the end: a signed document, in which every seal holds over its revision and every revision
//! is an append; messages, of which one intent has one.

use std::collections::BTreeMap;
use std::sync::Arc;

use local::Cloud;
use pades::SealCertificate;
use pdf::{Document, Limits, ReadAt, inspect};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::World;

/// Fails unless `signed` begins with `accepted` and carries exactly `seals` seals of the stage, each over
/// all bytes of its revision but its own `/Contents`, the last over the whole file.
pub async fn judge_signed(cloud: &Cloud, accepted: &[u8], signed: &[u8], seals: usize) {
    assert!(signed.starts_with(accepted), "the accepted document is a prefix");
    let source: Arc<dyn ReadAt> = Arc::new(signed.to_vec());
    let document = Document::open(source, None, &Limits::default()).expect("the document opens");
    let inspection = inspect(&document).expect("the document can be inspected");
    assert_eq!(inspection.signatures.len(), seals);
    let certificate = seal_certificate(cloud).await;
    let mut ends = Vec::new();
    for signature in &inspection.signatures {
        let range: Vec<usize> = signature.byte_range.iter().map(|it| usize::try_from(*it).unwrap()).collect();
        let [start, first, second, rest] = range[..] else { panic!("a ByteRange has four numbers") };
        assert_eq!(start, 0);
        // Between the two ranges stands the hexadecimal string of the CMS, and nothing else.
        assert_eq!((signed[first], signed[second - 1]), (b'<', b'>'));
        assert!(signed[first + 1..second - 1].iter().all(u8::is_ascii_hexdigit));
        let end = second + rest;
        let mut hasher = Sha256::new();
        hasher.update(&signed[..first]);
        hasher.update(&signed[second..end]);
        let digest: [u8; 32] = hasher.finalize().into();
        pades::check_own_seal(&signature.contents, digest, &certificate).expect("the seal holds");
        assert!(signature.evidence_head.is_some(), "the evidence stands in the seal");
        ends.push(end);
    }
    ends.sort_unstable();
    ends.dedup();
    assert_eq!(ends.len(), seals, "each seal ends a revision of its own");
    assert_eq!(ends.last(), Some(&signed.len()), "the last seal covers the file");
    assert!(ends.iter().all(|end| signed[..*end].trim_ascii_end().ends_with(b"%%EOF")));
}

/// One intent, at most one message; of each message the evidence says one thing, and what it says is so.
///
/// # Errors
///
/// What is otherwise.
pub fn judge_messages(world: &World, evidence: &[Value]) -> Result<(), String> {
    let outbox = world.door().cloud.outbox();
    let mut ends: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for event in evidence {
        if let Some("MessageSent" | "MessageAmbiguous" | "MessageRefused") = event["kind"].as_str() {
            ends.entry(event["facts"]["message"].as_str().unwrap()).or_default().push(event);
        }
    }
    if let Some((id, more)) = ends.iter().find(|(_, ends)| ends.len() > 1) {
        return Err(format!("of message {id} the evidence says {} things", more.len()));
    }
    let ends: Vec<&Value> = ends.into_values().flatten().collect();
    let of = |kind: &str| ends.iter().filter(|it| it["kind"] == kind).count();
    let sent: Vec<&str> = ends.iter().filter_map(|it| it["facts"]["provider_id"].as_str()).collect();
    if let Some(missing) = sent.iter().find(|id| !outbox.iter().any(|it| it.id == **id)) {
        return Err(format!("message {missing} was never sent"));
    }
    let unexplained = outbox.iter().filter(|it| !sent.contains(&it.id.as_str())).count();
    let ambiguous = of("MessageAmbiguous");
    // What a provider did not take cannot be told again where it was a code. What was left to the next sweep may not be
    // needed any more by then.
    let not_taken = world.failures_made().iter().filter(|it| is_of_messages(it)).count();
    let refused =
        ends.iter().filter(|it| it["kind"] == "MessageRefused" && it["facts"]["reason"] != NOT_NEEDED);
    if unexplained > ambiguous || refused.count() > not_taken {
        let subjects: Vec<&str> = outbox.iter().map(|it| it.subject.as_str()).collect();
        return Err(format!(
            "{unexplained} messages of {subjects:?} are not in the evidence, {ambiguous} are in doubt"
        ));
    }
    Ok(())
}

/// The reason of a message that had nothing to tell any more when it was taken up.
const NOT_NEEDED: &str = "not needed any more";

/// Whether a call that failed was one of a message.
fn is_of_messages(call: &str) -> bool {
    call.ends_with(" SendEmail") || call.ends_with(" Publish")
}

/// Replaces the stage's seal key and certificates, as an operator does.
pub async fn use_seal_secret(door: &crate::Door, secret: &Value) {
    let secrets = aws_sdk_secretsmanager::Client::new(&door.cloud.aws().sdk);
    let put = secrets.put_secret_value().secret_id("paraphe/seal").secret_string(secret.to_string());
    put.send().await.expect("the secret is replaced");
}

async fn seal_certificate(cloud: &Cloud) -> SealCertificate {
    let secrets = aws_sdk_secretsmanager::Client::new(&cloud.aws().sdk);
    let secret = secrets.get_secret_value().secret_id("paraphe/seal").send().await;
    let text = secret.expect("the stage has a seal key").secret_string.unwrap();
    let secret: Value = serde_json::from_str(&text).unwrap();
    SealCertificate::from_pem(secret["certificate_pem"].as_str().unwrap()).unwrap()
}
