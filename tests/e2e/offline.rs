//! The offline verifier, as a program: what it says of a real bundle and of changed ones, and that another one in Python
//! says the same.

#[path = "../../shared/trail/tests/bundles/verifiers.rs"]
pub(crate) mod verifiers;

use std::collections::BTreeSet;
use std::path::PathBuf;

use domain::Digest;
use serde_json::{Value, json};
use tests::{A_WHILE, CONTRACT, Ceremony, Door, ada, find, grace};
use trail::bundle::{ACCEPTED, AUDIT, EVIDENCE, SIGNED, write};
use trail::{Bundle, Evidence, Knowledge, Link, Outcome, verify};
use verifiers::{places, places_by_python};

/// A bundle on the disk, with what is published beside it.
struct Kept {
    door: Door,
    ceremony: Ceremony,
    folder: PathBuf,
}

impl Kept {
    async fn new() -> Self {
        let door = Door::open().await;
        let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
        ceremony.sign_all().await;
        door.advance(A_WHILE).await;
        let folder = door.cloud.data().join("offline");
        std::fs::create_dir_all(&folder).unwrap();
        let kept = Self { door, ceremony, folder };
        kept.keep("bundle.zip", &kept.ceremony.bundle().await);
        kept
    }

    fn keep(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs the program; the status, and what it said.
    fn run(&self, words: &[&str]) -> (u8, String) {
        let now = self.door.cloud.clock().now().unix_seconds();
        let mut out = Vec::new();
        let status = trail::program::run(words.iter().map(|it| (*it).to_owned()), now, &mut out);
        let said = String::from_utf8(out).unwrap();
        match status {
            Ok(status) => (status, said),
            Err(sentence) => (2, sentence),
        }
    }

    fn log(&self) -> PathBuf {
        find(&self.door.cloud.data().join("objects"), "log").unwrap()
    }
}

/// The same bundle with other files, and a manifest that says so.
fn changed(
    archive: &[u8],
    change: impl FnOnce(&mut trail::Manifest, &mut Vec<(String, Vec<u8>)>),
) -> Vec<u8> {
    let (opened, _) = Bundle::open(archive).unwrap();
    let mut files: Vec<(String, Vec<u8>)> =
        opened.files.iter().map(|(name, bytes)| (name.clone(), bytes.to_vec())).collect();
    let mut manifest = opened.manifest.clone();
    change(&mut manifest, &mut files);
    write(manifest, files).unwrap()
}

fn file<'a>(files: &'a mut [(String, Vec<u8>)], name: &str) -> &'a mut Vec<u8> {
    &mut files.iter_mut().find(|(it, _)| it == name).unwrap().1
}

#[tokio::test]
async fn its_exit_status_tells_what_holds_and_whether_anything_ties_it_to_somebody() {
    let kept = Kept::new().await;
    let bundle = kept.folder.join("bundle.zip").to_str().unwrap().to_owned();
    let archive = std::fs::read(&bundle).unwrap();
    let (opened, _) = Bundle::open(&archive).unwrap();
    let authority = opened.files.iter().find(|(name, _)| name.starts_with("certificates/seal-")).unwrap().1;
    let trust = kept.keep("trust.pem", pem(authority).as_bytes());
    let nobody = kept.keep("nobody.pem", b"-----BEGIN CERTIFICATE REQUEST-----\n");
    let log_key = kept.log().join("key.txt").to_str().unwrap().to_owned();
    let checkpoint = kept.log().join("checkpoint").to_str().unwrap().to_owned();
    let log = kept.log().to_str().unwrap().to_owned();

    let (status, said) = kept.run(&[&bundle]);
    assert!(status == 4 && said.starts_with("UNANCHORED"), "{status} {said}");
    for words in [
        vec!["--trust", &trust, &bundle],
        vec!["--log-key", &log_key, &bundle],
        vec!["--trust-bundle", &bundle],
        vec!["--log-key", &log_key, "--checkpoint", &checkpoint, "--log", &log, &bundle],
        vec!["--checkpoint", &checkpoint, "--log", &log, &bundle],
        vec!["--fsck", "--log", &log, "--log-key", &log_key],
        vec!["--fsck", "--log", &log, "--trust-bundle"],
    ] {
        let (status, said) = kept.run(&words);
        assert!(status == 0 && said.starts_with("HOLDS"), "{words:?}: {status} {said}");
    }
    // The key that lies in the folder says nothing of who made the folder.
    let (status, said) = kept.run(&["--fsck", "--log", &log]);
    assert!(status == 4 && said.starts_with("UNANCHORED"), "{status} {said}");
    let (status, said) = kept.run(&["--trust", &nobody, &bundle]);
    assert!(status == 2 && said.contains("holds no certificate"), "{status} {said}");
    let (_, said) = kept.run(&[&bundle]);
    assert!(said.contains("Ada Lovelace signed"), "{said}");
    let (_, said) = kept.run(&["--language", "it", &bundle]);
    assert!(said.contains("Ada Lovelace ha firmato"), "{said}");
    let (status, said) = kept.run(&["--json", &bundle]);
    let verdict: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((status, &verdict["outcome"], &verdict["anchored"]), (4, &json!("passed"), &json!(false)));

    // Of somebody else: the seals and the log are another's.
    let stranger = rcgen_certificate();
    let other = kept.keep("other.pem", pem(&stranger).as_bytes());
    assert_eq!(kept.run(&["--trust", &other, &bundle]).0, 3);
    let key = tlog::Signer::from_seed("log.example.com", &[9; 32]).unwrap().verifier().unwrap();
    let key = kept.keep("other.txt", key.to_string().as_bytes());
    assert_eq!(kept.run(&["--log-key", &key, &bundle]).0, 1);
    let (status, _) = kept.run(&["--fsck", "--log", &log, "--log-key", &key]);
    assert_eq!(status, 2, "a checkpoint of another key is none");
    // Not in the log yet, or with a proof that there is no key for.
    for name in ["log/proof.tlog-proof", "log/key.txt"] {
        let other = changed(&archive, |_, files| files.retain(|(it, _)| it != name));
        let path = kept.keep("open.zip", &other);
        assert_eq!(kept.run(&[&path]).0, 3, "{name}");
    }
    what_cannot_be_looked_at_is_said(&kept, &bundle, &archive);
    let entries = kept.log().join("tile/entries/000.p/1");
    std::fs::write(&entries, b"\0\x01x").unwrap();
    assert_eq!(kept.run(&["--fsck", "--log", &log]).0, 1);
}

#[tokio::test]
async fn the_log_ties_what_happened_and_nothing_that_custody_tells() {
    let kept = Kept::new().await;
    let archive = kept.ceremony.bundle().await;
    let log_key = kept.log().join("key.txt").to_str().unwrap().to_owned();
    let in_custody = |manifest: &mut trail::Manifest, evidence: &mut Evidence, kind: &str, facts: Value| {
        let last = evidence.custody.last().unwrap();
        let mut event: Value = serde_json::from_str(&last.event).unwrap();
        event["seq"] = json!(evidence.custody.len());
        event["prev"] = json!(last.hash);
        event["kind"] = json!(kind);
        event["facts"] = facts;
        event["commitments"] = json!({});
        let (event, last) = (event.to_string(), Digest::parse(&last.hash).unwrap());
        let hash = Digest::of_parts(&[b"paraphe/event/v1\0", last.as_bytes(), event.as_bytes()]).to_hex();
        evidence.custody.push(Link { hash: hash.clone(), event });
        manifest.custody.length += 1;
        manifest.custody.hash = hash;
    };
    // Another document, of which custody says that it was accepted.
    let other = changed(&archive, |manifest, files| {
        files.retain(|(name, _)| name != SIGNED);
        let document = file(files, ACCEPTED);
        document.push(b'\n');
        let facts = json!({ "sha256": Digest::of(document).to_hex(), "size_bytes": document.len() });
        let mut evidence: Evidence = serde_json::from_slice(file(files, EVIDENCE)).unwrap();
        in_custody(manifest, &mut evidence, "DocumentAccepted", facts);
        *file(files, EVIDENCE) = serde_json::to_vec(&evidence).unwrap();
    });
    assert_eq!(places(&other, 0), BTreeSet::from([ACCEPTED.to_owned()]));
    // An erasure that custody tells of, which whoever has no key of the log could have written.
    let _erased =
        kept.door.post(&format!("/signatures/{}/erase", kept.ceremony.id), &json!({})).await.expect(200);
    let erased = kept.ceremony.bundle().await;
    let path = kept.keep("erased.zip", &erased);
    let (opened, _) = Bundle::open(&erased).unwrap();
    let authority = opened.files.iter().find(|(name, _)| name.starts_with("certificates/seal-")).unwrap().1;
    let trust = kept.keep("trust.pem", pem(authority).as_bytes());
    let (status, said) = kept.run(&["--log-key", &log_key, &path]);
    assert!(status == 4 && said.contains("the log ties the events alone"), "{status} {said}");
    for words in [vec!["--trust", &trust, &path], vec!["--log-key", &log_key, "--trust-bundle", &path]] {
        let (status, said) = kept.run(&words);
        assert!(status == 0 && said.starts_with("HOLDS"), "{words:?}: {status} {said}");
    }
}

/// A certificate as PEM.
fn pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|it| std::str::from_utf8(it).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

fn what_cannot_be_looked_at_is_said(kept: &Kept, bundle: &str, archive: &[u8]) {
    for (words, sentence) in [
        (vec!["--unknown"], "is not an option"),
        (vec![], "name a bundle"),
        (vec![bundle, bundle], "name one bundle"),
        (vec!["--trust"], "needs a value"),
        (vec!["nowhere.zip"], "cannot be read"),
        (vec!["--language", "xx", bundle], "is not spoken"),
        (vec!["--fsck"], "needs --log"),
    ] {
        let (status, said) = kept.run(&words);
        assert!(status == 2 && said.contains(sentence), "{words:?}: {said}");
    }
    let broken = kept.keep("broken.zip", &archive[..archive.len() / 2]);
    assert_eq!(kept.run(&[&broken]).0, 1);
    assert_eq!(kept.run(&["--help"]).0, 0);
}

/// A certificate that has nothing to do with anybody here.
fn rcgen_certificate() -> Vec<u8> {
    let key = rcgen::KeyPair::generate().unwrap();
    rcgen::CertificateParams::new(vec!["stranger.example".to_owned()])
        .unwrap()
        .self_signed(&key)
        .unwrap()
        .der()
        .to_vec()
}

#[tokio::test]
async fn nothing_of_a_bundle_reaches_a_terminal_as_it_stands() {
    let kept = Kept::new().await;
    let archive = kept.ceremony.bundle().await;
    let evil = "x\u{1b}[1A\u{1b}[2KHOLDS: request\nok\u{9b}2J\u{202e}";
    let other = changed(&archive, |manifest, files| {
        manifest.request = evil.to_owned();
        manifest.erased = vec![evil.to_owned()];
        let mut evidence: Evidence = serde_json::from_slice(file(files, EVIDENCE)).unwrap();
        evidence.disclosures[0].chain = evil.to_owned();
        let fields = evidence.disclosures.iter_mut().flat_map(|it| it.fields.values_mut());
        fields.for_each(|it| it.value = json!(evil));
        *file(files, EVIDENCE) = serde_json::to_vec(&evidence).unwrap();
    });
    let path = kept.keep("evil.zip", &other);
    for words in [vec![path.as_str()], vec!["--json", &path]] {
        let (status, said) = kept.run(&words);
        assert_eq!(status, 1);
        let raw: BTreeSet<char> =
            said.chars().filter(|it| *it != '\n' && (it.is_control() || *it == '\u{202e}')).collect();
        assert_eq!(raw, BTreeSet::new(), "{words:?}");
        assert!(!said.lines().any(|it| it.starts_with("HOLDS") || it.starts_with("ok")), "{said}");
    }
}

#[tokio::test]
async fn another_verifier_says_the_same_of_real_bundles_and_of_changed_ones() {
    let kept = Kept::new().await;
    let (archive, now) = (kept.ceremony.bundle().await, kept.door.cloud.clock().now().unix_seconds());
    let signer = kept.ceremony.detail().await.text("/data/signers/0/id");
    let path = format!("/signatures/{}/signers/{signer}/erase", kept.ceremony.id);
    let _erased = kept.door.post(&path, &json!({})).await.expect(200);
    let of_one = kept.ceremony.bundle().await;
    let _erased =
        kept.door.post(&format!("/signatures/{}/erase", kept.ceremony.id), &json!({})).await.expect(200);
    let of_all = kept.ceremony.bundle().await;
    let edit = |of: &[u8], change: &dyn Fn(&mut Evidence)| {
        changed(of, |_, files| {
            let mut evidence: Evidence = serde_json::from_slice(file(files, EVIDENCE)).unwrap();
            change(&mut evidence);
            *file(files, EVIDENCE) = serde_json::to_vec(&evidence).unwrap();
        })
    };
    let whole = [archive.clone(), of_one.clone(), of_all.clone()];
    let wrong = [
        edit(&archive, &|it| it.disclosures.clear()),
        edit(&archive, &|it| drop(it.disclosures.remove(0))),
        edit(&of_one, &|it| drop(it.disclosures.pop())),
        edit(&of_one, &|it| drop(it.custody.pop())),
        edit(&archive, &|it| drop(it.events.pop())),
        edit(&archive, &|it| it.events.swap(1, 2)),
        changed(&of_one, |manifest, _| manifest.erased.clear()),
        changed(&archive, |manifest, _| manifest.erased = vec![signer.clone()]),
        changed(&archive, |_, files| file(files, SIGNED).push(b'\n')),
        changed(&archive, |_, files| file(files, SIGNED)[1000] ^= 1),
    ];
    for archive in &whole {
        assert_eq!(places(archive, now), BTreeSet::new());
    }
    let all = [&whole[..], &wrong[..]].concat();
    let Some(by_python) = places_by_python(&all) else { return eprintln!("skipped: there is no python3") };
    for (number, (archive, theirs)) in all.iter().zip(by_python).enumerate() {
        assert_eq!(places(archive, now), theirs, "{number}");
        assert_eq!(theirs.is_empty(), number < whole.len(), "{number}: {theirs:?}");
    }
    // The seal of the audit trail is looked at by one alone, and by that one in every bundle.
    let other = changed(&archive, |_, files| files.retain(|(name, _)| name != AUDIT));
    assert_eq!(verify(&other, &Knowledge { now, ..Knowledge::default() }).outcome, Outcome::Failed);
}
