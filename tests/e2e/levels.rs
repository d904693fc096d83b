//! Seals have the level that the operator wants, or say why not.

use std::sync::Arc;
use std::time::Duration;

use local::Options;
use pades::demo_ca::{self, DemoRevocation};
use pdf::{Document, Inspection, Limits, ReadAt, ValidationData, inspect};
use serde_json::{Value, json};
use tests::{Answers, Authority, CONTRACT, Ceremony, Door, ada, grace};

async fn door(authority: &Authority, level: &str, policy: &str) -> Door {
    let parameters = [("SealLevel", level), ("SealLevelPolicy", policy), ("TsaUrl", &authority.url())];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Door::open_with(Options { parameters, ..Options::default() }).await
}

/// Gives the stage a seal certificate that names a CRL of the authority's server, and the CRL.
async fn seal_with_a_crl(door: &Door, authority: &Authority) -> Vec<u8> {
    let now = door.cloud.clock().now().unix_seconds();
    let crl_url = authority.crl_url();
    let ca = demo_ca::create_with("Examples", now - 60, 30, DemoRevocation::CrlAt(&crl_url)).unwrap();
    let chain = format!("{}{}", ca.seal_certificate_pem, ca.ca_certificate_pem);
    tests::use_seal_secret(door, &json!({ "key_pem": ca.seal_key_pem, "certificate_pem": chain })).await;
    ca.crl(now - 60, 7, 1).unwrap()
}

/// The facts of the seals, in order: level, level wanted, reason.
async fn levels(ceremony: &Ceremony) -> Vec<[Option<String>; 3]> {
    let path = format!("/signatures/{}/audit", ceremony.id);
    let audit = ceremony.door.get(&path).await.expect(200).json();
    let events = audit.pointer("/data/evidence/events").unwrap().as_array().unwrap();
    let events =
        events.iter().map(|it| serde_json::from_str::<Value>(it["event"].as_str().unwrap()).unwrap());
    events
        .filter(|it| it["kind"] == "RevisionSealed" || it["kind"] == "RequestClosed")
        .map(|it| {
            ["level", "level_wanted", "reason"].map(|name| it["facts"][name].as_str().map(str::to_owned))
        })
        .collect()
}

async fn signed(ceremony: &Ceremony) -> (Inspection, ValidationData) {
    let bytes = ceremony.document("signedDocument").await.expect(200).body.to_vec();
    let source: Arc<dyn ReadAt> = Arc::new(bytes);
    let document = Document::open(source, None, &Limits::default()).unwrap();
    (inspect(&document).unwrap(), pdf::validation_data(&document).unwrap())
}

/// How many seals and document time-stamps there are; every seal must be time-stamped.
fn stamped(inspection: &Inspection) -> (usize, usize) {
    let (stamps, seals): (Vec<_>, Vec<_>) = inspection.signatures.iter().partition(|it| it.timestamp);
    assert!(seals.iter().all(|it| pades::seal_timestamp(&it.contents).unwrap().is_some()));
    (seals.len(), stamps.len())
}

fn reached(level: &str) -> [Option<String>; 3] {
    [Some(level.to_owned()), None, None]
}

#[tokio::test]
async fn every_seal_is_time_stamped_at_b_t() {
    let Some(authority) = Authority::listen().await else { return };
    // One lost answer is no reason for a lower level.
    authority.answer(Answers::Haltingly);
    let door = door(&authority, "B-T", "lower").await;
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    ceremony.sign_all().await;
    assert_eq!(levels(&ceremony).await, ["B-T"; 3].map(reached));
    let (inspection, data) = signed(&ceremony).await;
    assert_eq!(stamped(&inspection), (3, 0));
    assert_eq!(data, ValidationData::default());
    tests::judge_signed(&door.cloud, CONTRACT, &ceremony.document("signedDocument").await.body, 3).await;
}

#[tokio::test]
async fn the_closed_document_holds_what_validates_it_at_b_lt() {
    let Some(authority) = Authority::listen().await else { return };
    let door = door(&authority, "B-LT", "refuse").await;
    let crl = seal_with_a_crl(&door, &authority).await;
    authority.publish(crl);
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    ceremony.sign_all().await;
    assert_eq!(levels(&ceremony).await, ["B-T", "B-LT"].map(reached));
    let (inspection, data) = signed(&ceremony).await;
    assert_eq!(stamped(&inspection), (2, 0));
    assert_eq!((data.certificates.len(), data.crls.len()), (3, 1), "seal, its CA and the authority");
}

#[tokio::test]
async fn the_closed_document_is_time_stamped_as_a_whole_at_b_lta() {
    let Some(authority) = Authority::listen().await else { return };
    let door = door(&authority, "B-LTA", "lower").await;
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    ceremony.sign_all().await;
    assert_eq!(levels(&ceremony).await, ["B-T", "B-T", "B-LTA"].map(reached));
    let (inspection, data) = signed(&ceremony).await;
    assert_eq!(stamped(&inspection), (3, 1));
    assert_eq!(data.certificates.len(), 3);
    let last = inspection.signatures.iter().find(|it| it.timestamp).unwrap();
    let bytes = ceremony.document("signedDocument").await.body;
    assert_eq!(last.byte_range[2] + last.byte_range[3], bytes.len() as u64, "it covers the file");
    let token = pades::TimestampToken::from_der(&last.contents).unwrap();
    let covered: Vec<u8> = [0, 2]
        .map(|at| {
            let start = usize::try_from(last.byte_range[at]).unwrap();
            let length = usize::try_from(last.byte_range[at + 1]).unwrap();
            bytes[start..start + length].to_vec()
        })
        .concat();
    assert!(token.covers(&covered));
}

#[tokio::test]
async fn an_authority_that_fails_lowers_the_level_and_the_evidence_says_so() {
    for answers in [Answers::Away, Answers::Falsely] {
        let Some(authority) = Authority::listen().await else { return };
        authority.answer(answers);
        let door = door(&authority, "B-LTA", "lower").await;
        let ceremony = door.request(CONTRACT, &[ada()]).await;
        ceremony.sign_all().await;
        assert_eq!(ceremony.state().await, "DONE");
        let levels = levels(&ceremony).await;
        let expected = match answers {
            Answers::Away => "the time-stamp authority gave no answer: the server answered with status 503",
            _ => "the time-stamp is not taken: the time-stamp is over another digest",
        };
        for (level, wanted) in levels.iter().zip(["B-T", "B-LTA"]) {
            assert_eq!(*level, ["B-B", wanted, expected].map(|it| Some(it.to_owned())));
        }
        assert_eq!(levels.len(), 2);
        let signed = ceremony.document("signedDocument").await.expect(200).body;
        tests::judge_signed(&door.cloud, CONTRACT, &signed, 2).await;
        let (inspection, data) = self::signed(&ceremony).await;
        let mut seals = inspection.signatures.iter();
        assert!(seals.all(|it| pades::seal_timestamp(&it.contents).unwrap().is_none()), "no false token");
        assert_eq!(data, ValidationData::default());
    }
}

#[tokio::test]
async fn a_seal_waits_for_its_authority_where_the_operator_refuses_less() {
    let Some(authority) = Authority::listen().await else { return };
    authority.answer(Answers::Away);
    let door = door(&authority, "B-T", "refuse").await;
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    ceremony.sign_all().await;
    door.advance(Duration::from_mins(5)).await;
    assert_eq!(ceremony.state().await, "WAIT_SIGNER");
    assert!(levels(&ceremony).await.is_empty());
    assert!(door.cloud.messages("SealDeadLetters").is_empty(), "waiting is no failure");
    authority.answer(Answers::Well);
    door.advance(Duration::from_mins(5)).await;
    assert_eq!(ceremony.state().await, "DONE");
    assert_eq!(levels(&ceremony).await, ["B-T"; 3].map(reached));
}

#[tokio::test]
async fn validation_data_that_is_missing_leaves_the_seal_at_b_t() {
    let Some(authority) = Authority::listen().await else { return };
    let door = door(&authority, "B-LTA", "lower").await;
    let _unpublished = seal_with_a_crl(&door, &authority).await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    ceremony.sign_all().await;
    let closed = levels(&ceremony).await.pop().unwrap();
    assert_eq!((closed[0].as_deref(), closed[1].as_deref()), (Some("B-T"), Some("B-LTA")));
    assert!(closed[2].as_deref().unwrap().starts_with("validation material is incomplete:"), "{closed:?}");
    assert_eq!(stamped(&signed(&ceremony).await.0), (2, 0));
}
