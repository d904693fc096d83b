//! Changes of bundles.

use domain::{Digest, RequestId};
use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::json;
use trail::bundle::{EVIDENCE, FileOf, HeadOf};

use crate::made::{Draft, GRACE};

/// One change: of what is said, or of the archive's bytes. None where there is nothing to change that way.
#[allow(clippy::too_many_lines, reason = "a table: one line a change")]
pub(crate) fn mutate(rng: &mut StdRng, draft: &Draft) -> Option<Vec<u8>> {
    let mut it = draft.clone();
    let count = it.evidence.events.len();
    let at = rng.random_range(0..count);
    let link = |it: &mut Draft, change: &dyn Fn(&str) -> String| {
        let event = change(&it.evidence.events[at].event);
        it.evidence.events[at].event = event;
    };
    match rng.random_range(0..30) {
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
        22 => drop(it.evidence.disclosures.pop()?),
        23 if !it.evidence.disclosures.is_empty() && it.manifest.erased.is_empty() => {
            it.evidence.disclosures.clear();
        }
        24 if it.manifest.state != "WAIT_SIGNER" => {
            // Cut off, with what is disclosed of the rest, and the manifest says so.
            it.evidence.events.truncate(at.max(1));
            it.keep_disclosed();
            it.rehash();
        }
        25 => it.evidence.custody[0].event = it.evidence.custody[0].event.replacen("\"n\":", "\"n\":1", 1),
        26 => drop(it.evidence.custody.remove(0)),
        27 => {
            // Another document, and the manifest says so; no event does.
            let mut documents = it.files.iter_mut().filter(|(name, _)| name.starts_with("documents/"));
            documents.next_back()?.1.push(b'!');
        }
        28 => it.manifest.erased = vec![GRACE.to_owned()],
        29 => return Some(structure(rng, &it)),
        _ => return None,
    }
    Some(it.archive())
}

impl Draft {
    /// Gives every event the hash that follows from those before it, and the manifest the new ends.
    fn rehash(&mut self) {
        for (links, head) in [
            (&mut self.evidence.events, &mut self.manifest.events),
            (&mut self.evidence.custody, &mut self.manifest.custody),
        ] {
            let mut last = Digest::from_bytes([0; 32]);
            for link in links.iter_mut() {
                let place = link.event.find("\"prev\":\"").unwrap() + 8;
                link.event.replace_range(place..place + 64, &last.to_hex());
                last = Digest::of_parts(&[b"paraphe/event/v1\0", last.as_bytes(), link.event.as_bytes()]);
                link.hash = last.to_hex();
            }
            *head = HeadOf { length: links.len() as u64, hash: last.to_hex() };
        }
    }

    /// Leaves out what is disclosed of events that are not there.
    fn keep_disclosed(&mut self) {
        let (events, custody) = (self.evidence.events.len() as u64, self.evidence.custody.len() as u64);
        let disclosures = &mut self.evidence.disclosures;
        disclosures.retain(|it| it.seq < if it.chain == "event" { events } else { custody });
    }

    /// An archive of these two files and the others, whose manifest says what they are.
    pub(crate) fn archive_of(&self, manifest: &str, evidence: &str) -> Vec<u8> {
        let mut files = vec![(EVIDENCE.to_owned(), evidence.as_bytes().to_vec())];
        files.extend(self.files.clone());
        let listed: Vec<_> = files.iter().map(|(name, bytes)| FileOf::of(name, bytes)).collect();
        let listed = serde_json::to_string(&listed).unwrap();
        let manifest = manifest.replacen("\"files\":[]", &format!("\"files\":{listed}"), 1);
        files.insert(0, ("manifest.json".to_owned(), manifest.into_bytes()));
        trail::zip::write(&files).unwrap()
    }
}

/// One change of how JSON is built, such as one reader takes and another does not.
fn structure(rng: &mut StdRng, draft: &Draft) -> Vec<u8> {
    let manifest = serde_json::to_string(&draft.manifest).unwrap();
    let evidence = serde_json::to_string(&draft.evidence).unwrap();
    let all = structures(&manifest, &evidence);
    let (manifest, evidence) = &all[rng.random_range(0..all.len())];
    draft.archive_of(manifest, evidence)
}

/// Each way, of a manifest and of evidence.
pub(crate) fn structures(manifest: &str, evidence: &str) -> Vec<(String, String)> {
    let once = |text: &str, from: &str, to: &str| text.replacen(from, to, 1);
    let of_evidence = [
        once(evidence, "\"owner\":", "\"whose\":"),
        once(evidence, "{\"version\":1", "{\"version\":1,\"version\":1"),
        once(evidence, "\"version\":1", "\"version\":true"),
        once(evidence, "\"version\":1", "\"version\":1.0"),
        once(evidence, "\"version\":1", "\"version\":2"),
        once(evidence, "\"version\":1", "\"version\":4294967296"),
        once(evidence, "\"events\":[", "\"events\":null,\"others\":["),
        once(evidence, "\"custody\":", "\"custodian\":"),
        once(evidence, "{\"hash\":", "{\"hashes\":"),
        once(evidence, "\"seq\":", "\"seq\":-"),
        once(evidence, "\"value\":7", "\"value\":7.0"),
        once(evidence, "\"value\":", "\"value\":18446744073709551616,\"other\":"),
        once(evidence, "\"value\":", &format!("\"value\":{}1{},\"other\":", "[".repeat(70), "]".repeat(70))),
        once(evidence, "\"disclosures\":[", &format!("\"disclosures\":{}", "[".repeat(5000))),
        once(evidence, "\\\"about\\\":\\\"otp\\\"", "\\\"about\\\":\\\"\\\\ud800\\\""),
        once(evidence, "\"request\":\"", "\"request\":\"x"),
        once(evidence, "\"salt\":\"", "\"salt\":\"0"),
        format!("\u{feff}{evidence}"),
        format!("{evidence} x"),
        once(evidence, ":", "\u{a0}:"),
    ];
    let of_manifest = [
        once(manifest, "\"leftOut\":[]", "\"left\":[]"),
        once(manifest, "\"leftOut\":[],", ""),
        once(manifest, "\"length\":", "\"length\":0"),
        once(manifest, "\"state\":", "\"state\":7,\"was\":"),
        once(manifest, "\"version\":1", "\"version\":\"1\""),
        once(manifest, "\"events\":{", "\"events\":{\"length\":1,"),
        format!("[{manifest}]"),
        manifest.replacen("\"length\":", "\"length\":1e", 1),
    ];
    let of_evidence = of_evidence.into_iter().map(|it| (manifest.to_owned(), it));
    of_evidence.chain(of_manifest.into_iter().map(|it| (it, evidence.to_owned()))).collect()
}

/// A change by somebody who makes every later hash and the manifest anew: only a seal or the log can tell.
pub(crate) fn rewritten(rng: &mut StdRng, draft: &Draft) -> Vec<u8> {
    let mut it = draft.clone();
    let at = rng.random_range(0..it.evidence.events.len());
    let event = &mut it.evidence.events[at].event;
    let changes = [
        ("\"about\":\"otp\"", "\"about\":\"otq\""),
        ("\"about\":\"otp\"", "\"about\":9007199254740993"),
        ("\"about\":\"otp\"", "\"about\":9007199254740994"),
        ("\"about\":\"otp\"", "\"about\":1.5"),
        ("\"about\":\"otp\"", "\"about\":\"otp\",\"about\":\"otp\""),
        ("\"about\":\"otp\"", "\"about\":\"\\ud800\""),
        ("\"about\":\"otp\"", "\"about\":\"\u{7f}\u{1f58b}\""),
        ("\"ends\":true", "\"ends\":\"true\""),
        ("\"ends\":true", "\"ends\":false"),
        ("\"kind\":\"", "\"kind\":\"Request"),
        ("\"kind\":\"OtpIssued\"", "\"kind\":\"RequestExpired\""),
        ("\"kind\":\"MessageSent\"", "\"kind\":\"RequestReactivated\""),
        ("\"kind\":", "\"kind\":[],\"kinds\":"),
        ("\"facts\":{", "\"facts\":[],\"fact\":{"),
        ("\"commitments\":{", "\"commitments\":[],\"commits\":{"),
        ("\"at\":\"2026-09", "\"at\":\"1969-09"),
        ("Z\",\"commitments", "+00:00\",\"commitments"),
        ("Z\",\"commitments", "000Z\",\"commitments"),
        ("\"size_bytes\":", "\"size_bytes\":-"),
        ("\"revision\":1", "\"revision\":\"1\""),
    ];
    let (from, to) = changes[rng.random_range(0..changes.len())];
    *event = event.replacen(from, to, 1);
    it.rehash();
    it.archive()
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
