//! Bits that flip in real bundles, with their seals, their audit trail on paper and their proof of the log: whoever hands
//! them on says in the manifest what is there.

use std::collections::BTreeMap;
use std::ops::Range;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tests::{A_WHILE, CONTRACT, Door, ada, grace};
use trail::bundle::{ACCEPTED, AUDIT, EVIDENCE, SIGNED, write};
use trail::{Bundle, Knowledge, Outcome, verify};

use crate::offline::verifiers::{places, places_by_python};

/// What shows nothing by itself: words for people, and certificates that whoever made the bundle put into it.
fn is_looked_at(name: &str) -> bool {
    name != "README.txt" && !name.starts_with("certificates/")
}

/// Where the digits of the only seal of a file stand: between what it covers.
fn seal(file: &[u8]) -> Range<usize> {
    let source = std::sync::Arc::new(file.to_vec());
    let document = pdf::Document::open(source, None, &pdf::Limits::default()).unwrap();
    let inspection = pdf::inspect(&document).unwrap();
    assert_eq!(inspection.signatures.len(), 1);
    let at = |index: usize| usize::try_from(inspection.signatures[0].byte_range[index]).unwrap();
    at(1)..at(2)
}

#[tokio::test]
async fn a_bit_that_flips_in_any_file_of_a_real_bundle_is_found_and_both_verifiers_name_its_place() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    ceremony.sign_all().await;
    door.advance(A_WHILE).await;
    let archive = ceremony.bundle().await;
    let (opened, _) = Bundle::open(&archive).unwrap();
    let files: BTreeMap<&str, &[u8]> = opened
        .files
        .iter()
        .map(|(name, bytes)| (name.as_str(), *bytes))
        .filter(|it| is_looked_at(it.0))
        .collect();
    for wanted in [ACCEPTED, AUDIT, EVIDENCE, SIGNED, "log/key.txt", "log/proof.tlog-proof"] {
        assert!(files.contains_key(wanted), "{wanted} is missing: {:?}", files.keys());
    }
    let each = if shared::edge::Env::process().optional("PARAPHE_FULL").is_some() { 170 } else { 8 };
    let now = door.cloud.clock().now().unix_seconds();
    let mut rng = StdRng::seed_from_u64(20_261_123);
    let mut mutants = Vec::new();
    for (name, bytes) in &files {
        // A seal does not cover itself: of that of the signed document its event tells, of this one nothing does.
        let own = if *name == AUDIT { seal(bytes) } else { 0..0 };
        // Nor do the blanks at the end of the key's line say anything.
        let end = if *name == "log/key.txt" { bytes.trim_ascii_end().len() } else { bytes.len() };
        for _ in 0..each {
            let at = loop {
                let at = rng.random_range(0..end);
                if !own.contains(&at) {
                    break at;
                }
            };
            // The sixth bit of a letter tells small from capital, which hexadecimal digits mean nothing by.
            let bit = [0, 1, 2, 3, 4, 6][rng.random_range(0..6)];
            let mut other = bytes.to_vec();
            other[at] ^= 1 << bit;
            let other = opened
                .files
                .iter()
                .map(|(it, bytes)| (it.clone(), if it == name { other.clone() } else { bytes.to_vec() }));
            mutants.push((*name, at, bit, write(opened.manifest.clone(), other.collect()).unwrap()));
        }
    }
    for (name, at, bit, mutant) in &mutants {
        let verdict = verify(mutant, &Knowledge { now, ..Knowledge::default() });
        assert_ne!(verdict.outcome, Outcome::Passed, "bit {bit} of byte {at} of {name}");
        let wrong = verdict.checks.iter().find(|it| it.outcome != Outcome::Passed).unwrap();
        let place: &[&str] = match *name {
            // Where in it, in words that may be the ones with the bit; of whom a value is said to be, its copy on paper
            // tells. That both verifiers name the same is seen below.
            EVIDENCE => &[""],
            "log/key.txt" => &["log/key.txt", "log/proof.tlog-proof"],
            other => &[other],
        };
        assert!(place.iter().any(|it| wrong.place.starts_with(it)), "{name}: {wrong:?}");
    }
    by_both(&mutants, now);
}

/// Both verifiers name the same places of mutants: (file, byte, bit, bundle).
fn by_both(mutants: &[(&str, usize, usize, Vec<u8>)], now: i64) {
    let archives: Vec<Vec<u8>> = mutants.iter().map(|it| it.3.clone()).collect();
    let Some(by_python) = places_by_python(&archives) else {
        return eprintln!("skipped: there is no python3");
    };
    for ((name, at, bit, mutant), theirs) in mutants.iter().zip(by_python) {
        assert_eq!(places(mutant, now), theirs, "bit {bit} of byte {at} of {name}");
        if *name != EVIDENCE {
            let found = [ACCEPTED, SIGNED].contains(name);
            assert_eq!(!theirs.is_empty(), found, "bit {bit} of byte {at} of {name}: {theirs:?}");
        }
    }
}
