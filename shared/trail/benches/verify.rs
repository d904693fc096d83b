//! Deriving and recomputing evidence of 200 events, and the audit trail of 50 events on paper.
#![allow(missing_docs, clippy::unwrap_used, reason = "a bench")]

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use domain::evidence::commit_value;
use domain::value::Language;
use domain::{Digest, RequestId};
use serde_json::json;
use sheet::{Archived, Attachment, Code, Date, Print};
use trail::bundle::{EVIDENCE, write};
use trail::{About, Disclosed, Evidence, Knowledge, Link, Manifest, Salted, Trail, verify};
use wording::Wording;

fn evidence(events: u64) -> Evidence {
    let request = RequestId::parse("5f1d2c3b4a59687786950a1b").unwrap();
    let mut head = Digest::from_bytes([0; 32]);
    let (mut links, mut disclosures) = (Vec::new(), Vec::new());
    for seq in 0..events {
        let value = json!("ada@example.com");
        let commitment = commit_value(&request, seq, "destination", &[7; 32], &value).to_hex();
        let event = json!({
            "v": 1, "request": request.as_str(), "seq": seq, "prev": head.to_hex(),
            "at": "2026-11-22T08:00:00.000Z", "kind": "MessageSent", "actor": { "type": "system" },
            "facts": { "about": "otp", "channel": "email", "message": "5f1d2c3b4a59687786950a1b", "signatory": "s" },
            "commitments": { "destination": commitment },
        })
        .to_string();
        head = Digest::of_parts(&[b"paraphe/event/v1\0", head.as_bytes(), event.as_bytes()]);
        links.push(Link { hash: head.to_hex(), event });
        let fields =
            BTreeMap::from([("destination".to_owned(), Salted { salt: hex::encode([7; 32]), value })]);
        disclosures.push(Disclosed { chain: "event".into(), seq, owner: "s".into(), fields });
    }
    Evidence { version: 1, request: request.to_string(), events: links, custody: Vec::new(), disclosures }
}

fn verifying(c: &mut Criterion) {
    let evidence = evidence(200);
    let heads = evidence.check().heads.unwrap();
    let manifest = Manifest {
        version: 1,
        request: evidence.request.clone(),
        state: "WAIT_SIGNER".to_owned(),
        made_at: String::new(),
        software: String::new(),
        events: (&heads.events).into(),
        custody: (&heads.custody).into(),
        files: Vec::new(),
        left_out: Vec::new(),
        erased: Vec::new(),
    };
    let archive =
        write(manifest, vec![(EVIDENCE.to_owned(), serde_json::to_vec(&evidence).unwrap())]).unwrap();
    c.bench_function("verify a bundle of 200 events", |b| {
        b.iter(|| black_box(verify(&archive, &Knowledge::default()).commitments));
    });
}

fn printing(c: &mut Criterion) {
    let evidence = evidence(50);
    let heads = evidence.check().heads.unwrap();
    let attached = serde_json::to_vec(&evidence).unwrap();
    let trail = Trail::read(&evidence);
    c.bench_function("audit trail of 50 events as PDF/A-3", |b| {
        b.iter(|| {
            let mut wording = Wording::new(Language::En);
            let about = About { check_url: "https://sign.example.com/check", heads };
            let sheet = trail.sheet(&about, &mut wording).unwrap();
            let made = Date { year: 2026, month: 11, day: 22, hour: 8, minute: 0, second: 0 };
            let attachment = Attachment {
                name: "evidence.json",
                media_type: "application/json",
                description: "The evidence",
                bytes: &attached,
            };
            let print = Print {
                code: Some(Code { text: about.check_url, alternative: "QR code" }),
                archived: Some(Archived { made, attachment }),
                ..Print::new("en", "page {page} of {pages}")
            };
            black_box(sheet::pdf(&sheet, &print).unwrap().len())
        });
    });
}

criterion_group!(benches, verifying, printing);
criterion_main!(benches);
