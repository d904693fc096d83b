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

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use domain::evidence::commit_value;
use domain::{Digest, RequestId};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use tlog::{Checkpoint, Edge, Nodes, Proof, Signer, Tile, inclusion, leaf_hash};
use trail::bundle::{EVIDENCE, HeadOf, write};
use trail::{Disclosed, Evidence, Knowledge, Link, Manifest, Outcome, Salted, leaf, verify};

/// A bundle before it is an archive.
#[derive(Clone)]
struct Draft {
    manifest: Manifest,
    evidence: Evidence,
    files: Vec<(String, Vec<u8>)>,
}

impl Draft {
    /// An archive whose manifest says what its files are.
    fn archive(&self) -> Vec<u8> {
        let evidence = serde_json::to_vec(&self.evidence).unwrap();
        let files = [vec![(EVIDENCE.to_owned(), evidence)], self.files.clone()].concat();
        write(self.manifest.clone(), files).unwrap()
    }
}

/// A chain of events with this many, and what is disclosed of it.
fn chain(
    rng: &mut StdRng,
    (request, name, last): (&RequestId, &str, Option<&str>),
    length: u64,
) -> (Vec<Link>, Vec<Disclosed>, HeadOf) {
    let (mut head, mut at) = (Digest::from_bytes([0; 32]), 1_790_000_000_000_i64);
    let (mut links, mut disclosures) = (Vec::new(), Vec::new());
    for seq in 0..length {
        at += rng.random_range(0..100_000_i64);
        let kinds = ["MessageSent", "DocumentPresented", "OtpIssued", "ConsentGiven"];
        let kind = match last {
            Some(last) if seq + 1 == length => last,
            _ => kinds[rng.random_range(0..kinds.len())],
        };
        let (mut commitments, mut fields) = (BTreeMap::new(), BTreeMap::new());
        for field in ["destination", "ip_address", "reason"].into_iter().take(rng.random_range(0..4)) {
            let salt: [u8; 32] = rng.random();
            let values =
                [json!("Žofie <a@b.example> \u{1f58b}\n"), json!({"b": [1, true], "a": "é"}), json!(7)];
            let value = values[rng.random_range(0..values.len())].clone();
            commitments.insert(field, commit_value(request, seq, field, &salt, &value).to_hex());
            fields.insert(field.to_owned(), Salted { salt: hex::encode(salt), value });
        }
        let event = json!({
            "v": 1,
            "request": request.as_str(),
            "seq": seq,
            "prev": head.to_hex(),
            "at": domain::Timestamp::from_unix_ms(at).to_rfc3339(),
            "kind": kind,
            "actor": { "type": "system" },
            "facts": { "about": "otp", "ends": true, "n": rng.random_range(0..1000_u32) },
            "commitments": commitments,
        });
        let event = event.to_string();
        head = Digest::of_parts(&[b"paraphe/event/v1\0", head.as_bytes(), event.as_bytes()]);
        links.push(Link { hash: head.to_hex(), event });
        // Some values were erased.
        if !fields.is_empty() && rng.random_range(0..4) > 0 {
            disclosures.push(Disclosed { chain: name.to_owned(), seq, owner: "integrator".into(), fields });
        }
    }
    (links, disclosures, HeadOf { length, hash: head.to_hex() })
}

fn draft(rng: &mut StdRng) -> Draft {
    let request = RequestId::new(rng);
    let states = [
        ("DONE", Some("RequestClosed")),
        ("CANCELLED", Some("RequestCancelled")),
        ("DECLINED", Some("SignatureDeclined")),
        ("WAIT_SIGNER", None),
    ];
    let (state, last) = states[rng.random_range(0..states.len())];
    let lengths = (rng.random_range(3..40), rng.random_range(0..6));
    let (events, first, events_head) = chain(rng, (&request, "event", last), lengths.0);
    let (custody, second, custody_head) = chain(rng, (&request, "custody", None), lengths.1);
    let manifest = Manifest {
        version: 1,
        request: request.to_string(),
        state: state.to_owned(),
        made_at: "2026-11-22T08:00:00.000Z".to_owned(),
        software: "test".to_owned(),
        events: events_head,
        custody: custody_head,
        files: Vec::new(),
        left_out: Vec::new(),
        erased: Vec::new(),
    };
    let disclosures = [first, second].concat();
    let evidence = Evidence { version: 1, request: request.to_string(), events, custody, disclosures };
    Draft { manifest, evidence, files: vec![("README.txt".to_owned(), b"read me".to_vec())] }
}

/// One change: of what is said, or of the archive's bytes. None where there is nothing to change that way.
fn mutate(rng: &mut StdRng, draft: &Draft) -> Option<Vec<u8>> {
    let mut it = draft.clone();
    let count = it.evidence.events.len();
    let at = rng.random_range(0..count);
    let link = |it: &mut Draft, change: &dyn Fn(&str) -> String| {
        let event = change(&it.evidence.events[at].event);
        it.evidence.events[at].event = event;
    };
    match rng.random_range(0..22) {
        0 => drop(it.evidence.events.remove(at)),
        1 => it.evidence.events.truncate(at),
        2 => it.evidence.events.insert(at, it.evidence.events[at].clone()),
        3 if at + 1 < count => it.evidence.events.swap(at, at + 1),
        4 => link(&mut it, &|event| event.replacen("\"about\":\"otp\"", "\"about\":\"otq\"", 1)),
        5 => link(&mut it, &|event| event.replacen("2026-", "2025-", 1)),
        6 => link(&mut it, &|event| event.replacen('{', "{ ", 1)),
        7 => link(&mut it, &|event| event.replacen("\"v\":1", "\"v\":2", 1)),
        8 => link(&mut it, &|event| event.replacen('}', "", 1)),
        9 => it.evidence.events[at].hash = Digest::of(b"other").to_hex(),
        10 => it.evidence.events[at].hash = it.evidence.events[at].hash.to_uppercase() + "g",
        11 => it.evidence.disclosures.first_mut()?.fields.values_mut().next()?.value = json!("someone else"),
        12 => {
            let salted = it.evidence.disclosures.last_mut()?.fields.values_mut().next()?;
            salted.salt = hex::encode([7; 32]);
        }
        13 => {
            let twice = it.evidence.disclosures.first()?.clone();
            it.evidence.disclosures.push(twice);
        }
        14 => it.evidence.disclosures.first_mut()?.seq += 1000,
        15 => {
            let other = if it.manifest.state == "DONE" { "EXPIRED" } else { "DONE" };
            other.clone_into(&mut it.manifest.state);
        }
        16 => it.manifest.events.hash = Digest::of(b"other").to_hex(),
        17 => it.evidence.request = RequestId::new(rng).to_string(),
        18 => it.manifest.custody.length += 1,
        19 => {
            let archive = it.archive();
            let cut = rng.random_range(0..archive.len());
            return Some(archive[..cut].to_vec());
        }
        20 => {
            let mut archive = it.archive();
            let flip = rng.random_range(0..archive.len());
            archive[flip] ^= 1 << rng.random_range(0..8);
            return Some(archive);
        }
        21 => return other_files(rng, &it.archive()),
        _ => return None,
    }
    Some(it.archive())
}

/// An archive whose files are not those of its manifest.
fn other_files(rng: &mut StdRng, archive: &[u8]) -> Option<Vec<u8>> {
    let files = trail::zip::read(archive).unwrap().into_iter();
    let mut files: Vec<(String, Vec<u8>)> = files.map(|(name, bytes)| (name, bytes.to_vec())).collect();
    match rng.random_range(0..3) {
        0 => drop(files.pop()),
        1 => files.push(("added.txt".to_owned(), Vec::new())),
        _ => files.last_mut()?.1.push(b'!'),
    }
    Some(trail::zip::write(&files).unwrap())
}

/// The places that do not hold, as this verifier sees them; seals and documents are looked at by it alone.
fn places(archive: &[u8]) -> BTreeSet<String> {
    let verdict = verify(archive, &Knowledge::default());
    let both = ["files", "evidence", "heads", "ending"];
    let failed =
        verdict.checks.into_iter().filter(|it| it.outcome == Outcome::Failed && both.contains(&it.name));
    failed.map(|it| it.place).collect()
}

/// The same by the other verifier, for many archives at once. None without Python.
fn places_by_python(archives: &[Vec<u8>]) -> Option<Vec<BTreeSet<String>>> {
    let folder = std::env::temp_dir().join(format!("paraphe-bundles-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let paths: Vec<PathBuf> = (0..archives.len()).map(|it| folder.join(format!("{it}.zip"))).collect();
    for (path, archive) in paths.iter().zip(archives) {
        std::fs::write(path, archive).unwrap();
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/conformance/chain.py");
    let output = Command::new("python3").arg(script).args(&paths).output();
    std::fs::remove_dir_all(&folder).unwrap();
    let output = output.ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let places = |line: &str| -> BTreeSet<String> {
        let found: Value = serde_json::from_str(line).unwrap();
        found["faults"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["place"].as_str().unwrap().to_owned())
            .collect()
    };
    Some(said.lines().map(places).collect())
}

#[test]
fn two_verifiers_agree_on_bundles_and_on_mutants() {
    let full = std::env::var_os("PARAPHE_FULL").is_some();
    let wanted = if full { 1000 } else { 60 };
    let mut rng = StdRng::seed_from_u64(20_261_122);
    let (mut whole, mut mutants) = (Vec::new(), Vec::new());
    while mutants.len() < wanted {
        let draft = draft(&mut rng);
        let original = draft.archive();
        let mutant = mutate(&mut rng, &draft).filter(|it| *it != original);
        if whole.len() < wanted {
            whole.push(original);
        }
        mutants.extend(mutant);
    }
    for archive in &whole {
        assert_eq!(places(archive), BTreeSet::new());
    }
    let found: Vec<BTreeSet<String>> = mutants.iter().map(|it| places(it)).collect();
    assert!(found.iter().all(|it| !it.is_empty()), "a mutant was not found out");
    let Some(by_python) = places_by_python(&whole) else {
        eprintln!("skipped: there is no python3");
        return;
    };
    assert!(by_python.iter().all(BTreeSet::is_empty), "{by_python:?}");
    let by_python = places_by_python(&mutants).unwrap();
    assert_eq!(by_python.len(), mutants.len());
    for (number, (ours, theirs)) in found.iter().zip(&by_python).enumerate() {
        assert_eq!(ours, theirs, "mutant {number}");
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
    (forged.evidence.events, forged.evidence.disclosures, forged.manifest.events) =
        chain(&mut StdRng::seed_from_u64(8), (&request, "event", Some("RequestClosed")), length);
    forged.evidence.custody.clear();
    forged.manifest.custody = HeadOf { length: 0, hash: "0".repeat(64) };
    for (draft, outcome) in [(&closed, Outcome::Passed), (&forged, Outcome::Failed)] {
        let (tiles, proof) = log(&signer, &entries(draft, 600), 5);
        let mut bundle = draft.clone();
        bundle.files.push(("log/proof.tlog-proof".to_owned(), proof.to_text().into_bytes()));
        bundle.files.push(("log/key.txt".to_owned(), key.to_string().into_bytes()));
        let archive = bundle.archive();
        assert_eq!(places(&archive), BTreeSet::new(), "by itself it holds");
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
