//! Bundles that were made up.

use std::collections::BTreeMap;

use domain::evidence::commit_value;
use domain::{Digest, RequestId};
use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use trail::bundle::{ACCEPTED, EVIDENCE, HeadOf, SIGNED, write};
use trail::{Disclosed, Evidence, Link, Manifest, Salted};

/// A bundle before it is an archive.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) manifest: Manifest,
    pub(crate) evidence: Evidence,
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

impl Draft {
    /// An archive whose manifest says what its files are.
    pub(crate) fn archive(&self) -> Vec<u8> {
        let evidence = serde_json::to_vec(&self.evidence).unwrap();
        let files = [vec![(EVIDENCE.to_owned(), evidence)], self.files.clone()].concat();
        write(self.manifest.clone(), files).unwrap()
    }
}

/// A person of every procedure.
pub(crate) const ADA: &str = "5a0c1f7e-0000-4000-8000-00000000000a";
/// Another one.
pub(crate) const GRACE: &str = "5a0c1f7e-0000-4000-8000-00000000000b";

/// What stands in the first events of a chain, and in the last one.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) first: Vec<(&'static str, Value)>,
    pub(crate) last: Option<(&'static str, Value)>,
    /// Whose values are disclosed no more: a person's, or everyone's.
    pub(crate) erased: Option<&'static str>,
}

impl Told {
    /// The kind and facts of an event in its place.
    fn event(&self, rng: &mut StdRng, (seq, length): (u64, u64)) -> (&'static str, Value) {
        let kinds = ["MessageSent", "DocumentPresented", "OtpIssued", "ConsentGiven"];
        match &self.last {
            Some(last) if seq + 1 == length => last.clone(),
            _ => match self.first.get(usize::try_from(seq).unwrap()) {
                Some(first) => first.clone(),
                None => (kinds[rng.random_range(0..kinds.len())], json!({})),
            },
        }
    }
}

/// A chain of events with this many, and what is disclosed of it.
pub(crate) fn chain(
    rng: &mut StdRng,
    (request, name, told): (&RequestId, &str, &Told),
    length: u64,
) -> (Vec<Link>, Vec<Disclosed>, HeadOf) {
    let (mut head, mut at) = (Digest::from_bytes([0; 32]), 1_790_000_000_000_i64);
    let (mut links, mut disclosures) = (Vec::new(), Vec::new());
    for seq in 0..length {
        at += rng.random_range(0..100_000_i64);
        let owner = ["integrator", ADA, GRACE][rng.random_range(0..3)];
        let mut facts = json!({ "about": "otp", "ends": true, "n": rng.random_range(0..1000_u32) });
        let mut actor = json!({ "type": "system" });
        let (kind, more) = told.event(rng, (seq, length));
        for (name, value) in more.as_object().unwrap() {
            facts[name] = value.clone();
        }
        let owner = if facts.get("signatory").is_some() { "integrator" } else { owner };
        // Whose values there are is told by their names, or by whom the event names, or by who did it.
        let several = of_several(kind);
        let own = || ["destination", "ip_address", "reason"].map(|it| (it, owner)).into_iter();
        let personal =
            if several.is_empty() { own().take(rng.random_range(0..4)).collect() } else { several };
        if personal.iter().all(|it| it.1 == owner) && owner != "integrator" {
            if rng.random() {
                facts["signatory"] = json!(owner);
            } else {
                actor = json!({ "type": "signatory", "id": owner });
            }
        }
        let mut commitments = BTreeMap::new();
        let mut disclosed: BTreeMap<&str, BTreeMap<String, Salted>> = BTreeMap::new();
        for (field, owner) in personal {
            let salt: [u8; 32] = rng.random();
            let values =
                [json!("Žofie <a@b.example> \u{1f58b}\n"), json!({"b": [1, true], "a": "é"}), json!(7)];
            let value = values[rng.random_range(0..values.len())].clone();
            commitments.insert(field, commit_value(request, seq, field, &salt, &value).to_hex());
            let salted = Salted { salt: hex::encode(salt), value };
            disclosed.entry(owner).or_default().insert(field.to_owned(), salted);
        }
        let event = json!({
            "v": 1,
            "request": request.as_str(),
            "seq": seq,
            "prev": head.to_hex(),
            "at": domain::Timestamp::from_unix_ms(at).to_rfc3339(),
            "kind": kind,
            "actor": actor,
            "facts": facts,
            "commitments": commitments,
        });
        let event = event.to_string();
        head = Digest::of_parts(&[b"paraphe/event/v1\0", head.as_bytes(), event.as_bytes()]);
        links.push(Link { hash: head.to_hex(), event });
        disclosed.retain(|owner, _| told.erased.is_none_or(|whose| whose != "request" && whose != *owner));
        disclosures.extend(disclosed.into_iter().map(|(owner, fields)| Disclosed {
            chain: name.to_owned(),
            seq,
            owner: owner.to_owned(),
            fields,
        }));
    }
    (links, disclosures, HeadOf { length, hash: head.to_hex() })
}

/// Values of an event that are of several people.
fn of_several(kind: &str) -> Vec<(&'static str, &'static str)> {
    match kind {
        "RequestReceived" => {
            vec![("requester", "integrator"), ("signatories/0/email", ADA), ("signatories/1/email", GRACE)]
        }
        "SignatureDelegated" => vec![("ip_address", ADA), ("delegate/email", GRACE)],
        _ => Vec::new(),
    }
}

pub(crate) fn draft(rng: &mut StdRng) -> Draft {
    let request = RequestId::new(rng);
    let states = [
        ("DONE", Some("RequestClosed")),
        ("CANCELLED", Some("RequestCancelled")),
        ("DECLINED", Some("SignatureDeclined")),
        ("WAIT_SIGNER", None),
    ];
    let (state, last) = states[rng.random_range(0..states.len())];
    let erased = [None, None, Some("request"), Some(ADA)][rng.random_range(0..4)];
    let erasing = erased.map(|whose| match whose {
        "request" => ("EvidenceErased", json!({ "scope": "request" })),
        person => ("EvidenceErased", json!({ "scope": "signatory", "signatory": person })),
    });
    let (files, first, closing) = documents(rng, state == "DONE");
    let last = last.map(|it| (it, closing));
    let lengths = (rng.random_range(8..40), rng.random_range(1..6));
    let told = Told { first, last, erased };
    let (events, first, events_head) = chain(rng, (&request, "event", &told), lengths.0);
    let told = Told { last: erasing, erased, ..Told::default() };
    let (custody, second, custody_head) = chain(rng, (&request, "custody", &told), lengths.1);
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
        erased: erased.into_iter().map(str::to_owned).collect(),
    };
    let disclosures = [first, second].concat();
    let evidence = Evidence { version: 1, request: request.to_string(), events, custody, disclosures };
    let readme = ("README.txt".to_owned(), b"read me".to_vec());
    Draft { manifest, evidence, files: [vec![readme], files].concat() }
}

/// Files, the events that speak of them, and what the last one says.
type Documents = (Vec<(String, Vec<u8>)>, Vec<(&'static str, Value)>, Value);

/// Documents of a procedure, in some: accepted, attached, and with two seals, each upon what was before.
fn documents(rng: &mut StdRng, is_done: bool) -> Documents {
    let facts = |bytes: &[u8]| json!({ "sha256": Digest::of(bytes).to_hex(), "size_bytes": bytes.len() });
    let mut bytes: Vec<u8> = (0..rng.random_range(1..200_u32)).map(|_| rng.random()).collect();
    let mut events = vec![
        ("RequestReceived", json!({ "signatories": [ADA, GRACE] })),
        ("DocumentAccepted", facts(&bytes)),
        ("SignatureDelegated", json!({ "signatory": ADA, "delegate": GRACE })),
    ];
    let mut files = vec![(ACCEPTED.to_owned(), bytes.clone())];
    let passport: [u8; 16] = rng.random();
    let mut attached = facts(&passport);
    attached["attachment"] = json!("00000000000000000000000a");
    events.push(("AttachmentProvided", attached));
    files.push(("documents/attachment-00000000000000000000000a".to_owned(), passport.to_vec()));
    let mut closing = json!({});
    if is_done {
        bytes.extend([1; 40]);
        let mut sealed = facts(&bytes);
        sealed["revision"] = json!(1);
        events.push(("RevisionSealed", sealed));
        bytes.extend([2; 30]);
        closing = facts(&bytes);
        files.push((SIGNED.to_owned(), bytes));
    }
    // Documents are kept for three months.
    if rng.random_range(0..4) == 0 {
        files.clear();
    }
    (files, events, closing)
}
