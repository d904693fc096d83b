//! Changes of bundles.

use domain::{Digest, RequestId};
use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use trail::Link;
use trail::bundle::{ACCEPTED, EVIDENCE, FileOf, HeadOf, SIGNED};

use crate::made::{ADA, Draft, GRACE, draft};

/// One change, by its number: of what is said, or of the archive's bytes. None where there is nothing to change that
/// way.
pub(crate) fn mutate(rng: &mut StdRng, draft: &Draft) -> Option<(usize, Vec<u8>)> {
    let said = [OF_CHAINS, OF_DISCLOSURES, OF_THE_REST].concat();
    let number = rng.random_range(0..said.len() + OF_BYTES.len());
    let Some(change) = said.get(number) else {
        return Some((number, OF_BYTES[number - said.len()](rng, draft)?));
    };
    let mut it = draft.clone();
    change(rng, &mut it)?;
    Some((number, it.archive()))
}

/// A change that can always be made, among those that cannot.
macro_rules! done {
    ($change:expr) => {{
        $change;
        Some(())
    }};
}

type Change = fn(&mut StdRng, &mut Draft) -> Option<()>;

const OF_CHAINS: &[Change] = &[
    |rng, it| done!(drop(it.evidence.events.remove(any(rng, it)))),
    |rng, it| done!(it.evidence.events.truncate(any(rng, it))),
    |rng, it| {
        let at = any(rng, it);
        done!(it.evidence.events.insert(at, it.evidence.events[at].clone()))
    },
    |rng, it| {
        let at = any(rng, it);
        (at + 1 < it.evidence.events.len()).then(|| it.evidence.events.swap(at, at + 1))
    },
    |rng, it| replace(rng, it, "\"about\":\"otp\"", "\"about\":\"otq\""),
    |rng, it| replace(rng, it, "2026-", "2025-"),
    |rng, it| replace(rng, it, "{", "{ "),
    |rng, it| replace(rng, it, "\"v\":1", "\"v\":2"),
    |rng, it| replace(rng, it, "}", ""),
    |rng, it| {
        let at = any(rng, it);
        done!(it.evidence.events[at].hash = Digest::of(b"other").to_hex())
    },
    |rng, it| {
        let at = any(rng, it);
        done!(it.evidence.events[at].hash = it.evidence.events[at].hash.to_uppercase() + "g")
    },
    |rng, it| {
        // Cut off, with what is disclosed of the rest, and the manifest says so.
        (it.manifest.state != "WAIT_SIGNER").then_some(())?;
        it.evidence.events.truncate(any(rng, it).max(1));
        it.keep_disclosed();
        done!(it.rehash())
    },
    |_, it| {
        done!(it.evidence.custody[0].event = it.evidence.custody[0].event.replacen("\"n\":", "\"n\":1", 1))
    },
    |_, it| done!(drop(it.evidence.custody.remove(0))),
];

const OF_DISCLOSURES: &[Change] = &[
    |_, it| {
        done!(it.evidence.disclosures.first_mut()?.fields.values_mut().next()?.value = json!("someone else"))
    },
    |_, it| {
        let salted = it.evidence.disclosures.last_mut()?.fields.values_mut().next()?;
        done!(salted.salt = hex::encode([7; 32]))
    },
    |_, it| {
        let twice = it.evidence.disclosures.first()?.clone();
        done!(it.evidence.disclosures.push(twice))
    },
    |_, it| done!(it.evidence.disclosures.first_mut()?.seq += 1000),
    |_, it| done!(drop(it.evidence.disclosures.pop()?)),
    |_, it| {
        (!it.evidence.disclosures.is_empty() && it.manifest.erased.is_empty()).then_some(())?;
        done!(it.evidence.disclosures.clear())
    },
    // Nobody's erasure excuses nothing, and a person's nobody else's values: not even in an event that names them.
    |_, it| {
        it.told_erased(&json!({ "scope": "signatory" }), &[])?;
        done!(it.evidence.disclosures.clear())
    },
    |_, it| {
        it.told_erased(&json!({ "scope": "signatory", "signatory": "" }), &[""])?;
        done!(it.evidence.disclosures.clear())
    },
    |_, it| {
        it.told_erased(&json!({ "scope": "signatory", "signatory": ADA }), &[ADA])?;
        done!(it.evidence.disclosures.retain(|it| it.seq != 0 || it.owner != GRACE))
    },
    |_, it| {
        it.told_erased(&json!({ "scope": "signatory", "signatory": ADA }), &[ADA])?;
        done!(it.evidence.disclosures.retain(|it| it.owner == ADA))
    },
];

const OF_THE_REST: &[Change] = &[
    |_, it| {
        let other = if it.manifest.state == "DONE" { "EXPIRED" } else { "DONE" };
        done!(other.clone_into(&mut it.manifest.state))
    },
    |_, it| done!(it.manifest.events.hash = Digest::of(b"other").to_hex()),
    |rng, it| done!(it.evidence.request = RequestId::new(rng).to_string()),
    |_, it| done!(it.manifest.custody.length += 1),
    |_, it| done!(it.manifest.erased = vec![GRACE.to_owned()]),
    |_, it| {
        // Another document, and the manifest says so; no event does.
        let mut documents = it.files.iter_mut().filter(|(name, _)| name.starts_with("documents/"));
        done!(documents.next_back()?.1.push(b'!'))
    },
    // Another document, and custody says that it was accepted or attached.
    |_, it| {
        let said = it.other_document(ACCEPTED)?;
        it.files.retain(|(name, _)| name != SIGNED);
        it.note_in_custody("DocumentAccepted", &said)
    },
    |_, it| {
        let name = "documents/attachment-00000000000000000000000a";
        let mut said = it.other_document(name)?;
        said["attachment"] = json!("00000000000000000000000a");
        it.note_in_custody("AttachmentProvided", &said)
    },
    |_, it| {
        let said = it.other_document(SIGNED)?;
        it.note_in_custody("RequestClosed", &said)
    },
];

type ChangeOfBytes = fn(&mut StdRng, &Draft) -> Option<Vec<u8>>;

const OF_BYTES: &[ChangeOfBytes] = &[
    |rng, it| {
        let archive = it.archive();
        Some(archive[..rng.random_range(0..archive.len())].to_vec())
    },
    |rng, it| {
        let mut archive = it.archive();
        let flip = rng.random_range(0..archive.len());
        archive[flip] ^= 1 << rng.random_range(0..8);
        Some(archive)
    },
    |rng, it| other_files(rng, &it.archive()),
    |rng, it| {
        let all: Vec<_> = structures(it).into_iter().flatten().collect();
        Some(all[rng.random_range(0..all.len())].clone())
    },
];

/// The place of some event.
fn any(rng: &mut StdRng, draft: &Draft) -> usize {
    rng.random_range(0..draft.evidence.events.len())
}

fn replace(rng: &mut StdRng, draft: &mut Draft, from: &str, to: &str) -> Option<()> {
    let at = any(rng, draft);
    let event = &mut draft.evidence.events[at].event;
    done!(*event = event.replacen(from, to, 1))
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

    /// Adds an event to custody, and makes every hash and the manifest anew.
    #[allow(clippy::unnecessary_wraps, reason = "as other changes")]
    fn note_in_custody(&mut self, kind: &str, facts: &Value) -> Option<()> {
        let last = self.evidence.custody.last().unwrap();
        let mut event: Value = serde_json::from_str(&last.event).unwrap();
        event["seq"] = json!(self.evidence.custody.len());
        event["kind"] = json!(kind);
        event["facts"] = facts.clone();
        event["commitments"] = json!({});
        self.evidence.custody.push(Link { hash: String::new(), event: event.to_string() });
        done!(self.rehash())
    }

    /// Says in custody, and in the manifest, that values were erased. None where some were.
    fn told_erased(&mut self, facts: &Value, whose: &[&str]) -> Option<()> {
        self.manifest.erased.is_empty().then_some(())?;
        self.manifest.erased = whose.iter().map(|it| (*it).to_owned()).collect();
        self.note_in_custody("EvidenceErased", facts)
    }

    /// Another file in the place of this one, and what an event would say of it.
    fn other_document(&mut self, name: &str) -> Option<Value> {
        let bytes = &mut self.files.iter_mut().find(|(it, _)| it == name)?.1;
        bytes.push(b'!');
        Some(json!({ "sha256": Digest::of(bytes).to_hex(), "size_bytes": bytes.len() }))
    }

    /// An archive of these two files and the others, whose manifest says what they are.
    fn archive_of(&self, manifest: &str, evidence: &str) -> Vec<u8> {
        let mut files = vec![(EVIDENCE.to_owned(), evidence.as_bytes().to_vec())];
        files.extend(self.files.clone());
        let listed: Vec<_> = files.iter().map(|(name, bytes)| FileOf::of(name, bytes)).collect();
        let listed = serde_json::to_string(&listed).unwrap();
        let manifest = manifest.replacen("\"files\":[]", &format!("\"files\":{listed}"), 1);
        files.insert(0, ("manifest.json".to_owned(), manifest.into_bytes()));
        trail::zip::write(&files).unwrap()
    }
}

/// Each way of building JSON that readers could take differently, of evidence and of a manifest. None for a way that
/// finds nothing to change.
pub(crate) fn structures(draft: &Draft) -> Vec<Option<Vec<u8>>> {
    let manifest = serde_json::to_string(&draft.manifest).unwrap();
    let evidence = serde_json::to_string(&draft.evidence).unwrap();
    let deep = format!("\"value\":{}1{},\"other\":", "[".repeat(70), "]".repeat(70));
    let deeper = format!("\"disclosures\":{}", "[".repeat(5000));
    let of_evidence = [
        ("\"owner\":", "\"whose\":"),
        ("{\"version\":1", "{\"version\":1,\"version\":1"),
        ("\"version\":1", "\"version\":true"),
        ("\"version\":1", "\"version\":1.0"),
        ("\"version\":1", "\"version\":2"),
        ("\"version\":1", "\"version\":4294967296"),
        ("\"events\":[", "\"events\":null,\"others\":["),
        ("\"custody\":", "\"custodian\":"),
        ("{\"hash\":", "{\"hashes\":"),
        ("\"seq\":", "\"seq\":-"),
        ("\"value\":7", "\"value\":7.0"),
        ("\"value\":", "\"value\":18446744073709551616,\"other\":"),
        ("\"value\":", &deep),
        ("\"disclosures\":[", &deeper),
        ("\\\"about\\\":\\\"otp\\\"", "\\\"about\\\":\\\"\\\\ud800\\\""),
        ("\"request\":\"", "\"request\":\"x"),
        ("\"salt\":\"", "\"salt\":\"0"),
        ("{\"version\":", "\u{feff}{\"version\":"),
        ("{\"version\":", "x {\"version\":"),
        (":", "\u{a0}:"),
    ];
    let of_manifest = [
        ("\"leftOut\":[]", "\"left\":[]"),
        ("\"leftOut\":[],", ""),
        ("\"length\":", "\"length\":0"),
        ("\"state\":", "\"state\":7,\"was\":"),
        ("\"version\":1", "\"version\":\"1\""),
        ("\"events\":{", "\"events\":{\"length\":1,"),
        ("\"length\":", "\"length\":1e"),
    ];
    let once =
        |text: &str, (from, to): &(&str, &str)| Some(text.replacen(from, to, 1)).filter(|it| it != text);
    let of_evidence = of_evidence.iter().map(|it| once(&evidence, it));
    let of_evidence = of_evidence.chain([Some(format!("{evidence} x"))]);
    let of_manifest = of_manifest.iter().map(|it| once(&manifest, it));
    let of_manifest = of_manifest.chain([Some(format!("[{manifest}]"))]);
    let of_evidence = of_evidence.map(|it| Some(draft.archive_of(&manifest, &it?)));
    of_evidence.chain(of_manifest.map(|it| Some(draft.archive_of(&it?, &evidence)))).collect()
}

/// A change by somebody who makes every later hash and the manifest anew: only a seal or the log can tell. Each number
/// is another change, from the first again after the last.
pub(crate) fn rewritten(rng: &mut StdRng, number: usize) -> Vec<u8> {
    let (from, to) = REWRITINGS[number % REWRITINGS.len()];
    for _ in 0..1000 {
        let mut it = draft(rng);
        let events: Vec<&mut Link> =
            it.evidence.events.iter_mut().filter(|it| it.event.contains(from)).collect();
        if events.is_empty() {
            continue;
        }
        let at = rng.random_range(0..events.len());
        let event = &mut events.into_iter().nth(at).unwrap().event;
        let before = event.clone();
        *event = event.replacen(from, to, 1);
        assert_ne!(*event, before, "{from} becomes {to}");
        it.rehash();
        return it.archive();
    }
    panic!("{from} stands in no event");
}

/// As many as there are ways to rewrite.
pub(crate) const REWRITINGS: [(&str, &str); 20] = [
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
