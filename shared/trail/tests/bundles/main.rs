//! Bundles that were made up, and mutants of them: this verifier and another one, in Python, that shares nothing with
//! it, say the same of each and name the same places. 1,000 of each with `PARAPHE_FULL=1`, else a sample.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod made;
mod mutants;
mod verifiers;

use std::collections::{BTreeMap, BTreeSet};

use domain::RequestId;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::json;
use tlog::{Checkpoint, Edge, Nodes, Proof, Signer, Tile, inclusion, leaf_hash};
use trail::bundle::{EVIDENCE, HeadOf, write};
use trail::{Knowledge, Outcome, leaf, verify};

use made::{Draft, Told, chain, draft};
use mutants::{REWRITINGS, mutate, rewritten, structures};
use verifiers::{places, places_by_python, script};

#[test]
fn two_verifiers_agree_on_bundles_and_on_mutants() {
    let full = std::env::var_os("PARAPHE_FULL").is_some();
    let wanted = if full { 1000 } else { 60 };
    let mut rng = StdRng::seed_from_u64(20_261_122);
    let (mut whole, mut mutants, mut anew) = (Vec::new(), Vec::new(), Vec::new());
    let mut of_mutants = Vec::new();
    while mutants.len() < wanted {
        let draft = draft(&mut rng);
        let original = draft.archive();
        let mutant = mutate(&mut rng, &draft).filter(|it| it.1 != original);
        if whole.len() < wanted {
            whole.push(original);
        }
        if let Some((change, archive)) = mutant {
            of_mutants.push(change);
            mutants.push(archive);
        }
    }
    assert!(wanted > REWRITINGS.len(), "each way at least once");
    anew.extend((0..wanted).map(|number| rewritten(&mut rng, number)));
    // Each way of building JSON that readers could take differently.
    let all = std::iter::repeat_with(|| structures(&draft(&mut rng))).take(1000);
    let all: Option<Vec<Vec<u8>>> = all.map(|it| it.into_iter().collect()).find(Option::is_some).flatten();
    anew.extend(all.expect("a bundle that every way finds something in"));
    for archive in &whole {
        assert_eq!(places(archive, 0), BTreeSet::new());
    }
    let found: Vec<BTreeSet<String>> = mutants.iter().map(|it| places(it, 0)).collect();
    for (number, found) in found.iter().enumerate() {
        assert_ne!(*found, BTreeSet::new(), "mutant {number} of {} was not found out", of_mutants[number]);
    }
    let Some(by_python) = places_by_python(&whole) else {
        eprintln!("skipped: there is no python3");
        return;
    };
    assert!(by_python.iter().all(BTreeSet::is_empty), "{by_python:?}");
    let by_python = places_by_python(&mutants).unwrap();
    for (number, (ours, theirs)) in found.iter().zip(&by_python).enumerate() {
        assert_eq!(ours, theirs, "mutant {number} of {}", of_mutants[number]);
    }
    let by_python = places_by_python(&anew).unwrap();
    for (number, (archive, theirs)) in anew.iter().zip(&by_python).enumerate() {
        assert_eq!(
            &places(archive, 0),
            theirs,
            "rewritten {number}: {:?}",
            verify(archive, &Knowledge::default()).checks
        );
    }
}

#[test]
fn the_other_verifier_is_short_enough_to_be_read_in_one_sitting() {
    let lines = std::fs::read_to_string(script()).unwrap().lines().count();
    assert!(lines < 300, "{lines} lines");
}

#[test]
fn a_bit_that_flips_anywhere_in_the_chains_is_found_by_both_verifiers() {
    let full = std::env::var_os("PARAPHE_FULL").is_some();
    let mut rng = StdRng::seed_from_u64(11);
    let few = |it: &Draft| it.evidence.events.len() < 12 && it.evidence.custody.len() > 1;
    let draft = std::iter::repeat_with(|| draft(&mut rng)).find(few).unwrap();
    let evidence = serde_json::to_vec(&draft.evidence).unwrap();
    let disclosed = b"\"disclosures\":";
    let end = evidence.windows(disclosed.len()).position(|it| it == disclosed).unwrap();
    // The manifest is made after the bit has flipped: it says what is there.
    let flipped = |(at, bit): (usize, usize)| {
        let mut other = evidence.clone();
        other[at] ^= 1 << bit;
        write(draft.manifest.clone(), [vec![(EVIDENCE.to_owned(), other)], draft.files.clone()].concat())
            .unwrap()
    };
    // Any bit of any byte, or one bit of every third byte.
    let bits: Vec<(usize, usize)> = if full {
        (0..end).flat_map(|at| (0..8).map(move |bit| (at, bit))).collect()
    } else {
        (0..end).step_by(3).map(|at| (at, (at / 3) % 8)).collect()
    };
    for some in bits.chunks(2000) {
        let archives: Vec<Vec<u8>> = some.iter().copied().map(flipped).collect();
        let found: Vec<BTreeSet<String>> = archives.iter().map(|it| places(it, 0)).collect();
        for ((at, bit), found) in some.iter().zip(&found) {
            let near = String::from_utf8_lossy(&evidence[at.saturating_sub(30)..(at + 30).min(end)]);
            assert_ne!(*found, BTreeSet::new(), "bit {bit} of byte {at}: {near}");
        }
        let Some(by_python) = places_by_python(&archives) else {
            eprintln!("skipped: there is no python3");
            return;
        };
        for (number, (ours, theirs)) in found.iter().zip(&by_python).enumerate() {
            assert_eq!(ours, theirs, "{:?}", some[number]);
        }
    }
}

/// A log of these entries, with its checkpoint and the proof of the one at `index`.
fn log(signer: &Signer, entries: &[Vec<u8>], index: u64) -> (BTreeMap<String, Vec<u8>>, Proof) {
    let mut edge = Edge::default();
    let tiles = edge.append(entries.iter().map(|it| leaf_hash(it)));
    let nodes = Nodes::new(edge.size(), tiles.iter().map(|Tile { id, bytes }| (*id, bytes.clone())));
    let checkpoint = Checkpoint { origin: signer.name().to_owned(), size: edge.size(), root: edge.root() };
    let proof = Proof {
        index,
        hashes: inclusion(&nodes, index, edge.size()).unwrap(),
        checkpoint: checkpoint.sign(signer).unwrap(),
    };
    (tiles.into_iter().map(|it| (it.id.path(), it.bytes)).collect(), proof)
}

#[test]
fn a_history_that_was_rewritten_with_the_keys_is_found_out_by_an_old_checkpoint() {
    let mut rng = StdRng::seed_from_u64(7);
    let signer = Signer::from_seed("log.example.com", &[9; 32]).unwrap();
    let key = signer.verifier().unwrap();
    let entry = |draft: &Draft| {
        leaf(&draft.manifest.request, draft.manifest.events.length, &draft.manifest.events.hash)
    };
    let closed = std::iter::repeat_with(|| draft(&mut rng)).find(|it| it.manifest.state == "DONE").unwrap();
    let others: Vec<Vec<u8>> = (0..600_u32).map(|it| it.to_be_bytes().to_vec()).collect();
    let entries = |draft: &Draft, count: usize| -> Vec<Vec<u8>> {
        let mut all = others[..count].to_vec();
        all[5] = entry(draft);
        all
    };
    let (_, old) = log(&signer, &entries(&closed, 300), 5);

    // Whoever has the tables and the log's key writes the history anew: every hash, the manifest, the log.
    let mut forged = closed.clone();
    let request = RequestId::parse(&forged.manifest.request).unwrap();
    let length = forged.manifest.events.length;
    let told = Told { last: Some(("RequestClosed", json!({}))), ..Told::default() };
    (forged.evidence.events, forged.evidence.disclosures, forged.manifest.events) =
        chain(&mut StdRng::seed_from_u64(8), (&request, "event", &told), length);
    forged.files.clear();
    forged.manifest.erased.clear();
    forged.evidence.custody.clear();
    forged.manifest.custody = HeadOf { length: 0, hash: "0".repeat(64) };
    for (draft, outcome) in [(&closed, Outcome::Passed), (&forged, Outcome::Failed)] {
        let (tiles, proof) = log(&signer, &entries(draft, 600), 5);
        let mut bundle = draft.clone();
        bundle.files.push(("log/proof.tlog-proof".to_owned(), proof.to_text().into_bytes()));
        bundle.files.push(("log/key.txt".to_owned(), key.to_string().into_bytes()));
        let archive = bundle.archive();
        assert_eq!(places(&archive, 0), BTreeSet::new(), "by itself it holds");
        let of_log = |knowledge: &Knowledge<'_>| {
            let checks = verify(&archive, knowledge).checks;
            checks.into_iter().filter(|it| it.name == "log").map(|it| it.outcome).max().unwrap()
        };
        assert_eq!(of_log(&Knowledge::default()), Outcome::Passed);
        let read = |path: &str| tiles.get(path).cloned();
        let knowledge = Knowledge {
            log_key: Some(key.clone()),
            earlier_checkpoint: Some(old.checkpoint.clone()),
            log: Some(&read),
            ..Knowledge::default()
        };
        assert_eq!(of_log(&knowledge), outcome);
        // Without the log's files nobody can compare: that is said, and taken for nothing else.
        let knowledge = Knowledge { log: None, ..knowledge };
        assert_eq!(of_log(&knowledge), Outcome::Open);
        let other = Signer::from_seed("log.example.com", &[10; 32]).unwrap().verifier().unwrap();
        let stolen = Knowledge { log_key: Some(other), ..Knowledge::default() };
        assert_eq!(of_log(&stolen), Outcome::Failed);
    }
}
