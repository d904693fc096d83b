//! Evidence as it is handed out.

use std::collections::{BTreeMap, BTreeSet};

use domain::evidence::{ChainHead, Disclosure, commit_value, verify_chain};
use domain::transition::ChainName;
use domain::{Digest, RequestId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::strict;

/// Both chains of a request, and what can be disclosed of them.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Evidence {
    /// Of this shape; 1.
    pub version: u32,
    /// The request.
    pub request: String,
    /// What happened until the request ended.
    pub events: Vec<Link>,
    /// What happened to the evidence, and to the request once it had ended.
    pub custody: Vec<Link>,
    /// Salts and values behind commitments: nothing of a person whose data were erased.
    pub disclosures: Vec<Disclosed>,
}

/// One event: its canonical JSON, and the hash of it and everything before.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// 64 hexadecimal digits.
    pub hash: String,
    /// Canonical JSON (RFC 8785), as it was hashed.
    pub event: String,
}

/// The salts and values behind the commitments of one event, for one owner.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosed {
    /// `event` or `custody`.
    pub chain: String,
    /// The event's place.
    pub seq: u64,
    /// Whose values they are.
    pub owner: String,
    /// By the name under `commitments` in the event.
    pub fields: BTreeMap<String, Salted>,
}

/// A value with the salt without which it cannot be guessed from its commitment.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Salted {
    /// 64 hexadecimal digits.
    pub salt: String,
    /// The value.
    pub value: Value,
}

/// Something that does not hold, and where.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Fault {
    /// The place: a chain and a number, or the name of a file.
    pub place: String,
    /// What is wrong with it.
    pub what: String,
}

/// The ends of both chains.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Heads {
    /// Of what happened until the request ended.
    pub events: ChainHead,
    /// Of what happened afterwards.
    pub custody: ChainHead,
}

/// Evidence that was checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Checked {
    /// The ends that the events give; none of a chain that breaks.
    pub heads: Option<Heads>,
    /// How many commitments were recomputed from their disclosures.
    pub commitments: usize,
    /// How many commitments have none: their values were erased, or are withheld.
    pub undisclosed: usize,
    /// Whose values the custody chain says were erased: signatories by id, or `request` for everyone.
    pub erased: Vec<String>,
    /// What does not hold.
    pub faults: Vec<Fault>,
}

impl Fault {
    pub(crate) fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

impl Evidence {
    /// The version of the shape.
    pub const VERSION: u32 = 1;

    /// Puts together what a store holds.
    #[must_use]
    pub fn new(
        request: &RequestId,
        events: Vec<Link>,
        custody: Vec<Link>,
        disclosures: impl IntoIterator<Item = (ChainName, Disclosure)>,
    ) -> Self {
        let disclosed = |(chain, it): (ChainName, Disclosure)| Disclosed {
            chain: chain_word(chain).to_owned(),
            seq: it.seq,
            owner: it.owner.as_str().to_owned(),
            fields: it
                .fields
                .into_iter()
                .map(|field| (field.field, Salted { salt: hex::encode(field.salt), value: field.value }))
                .collect(),
        };
        Self {
            version: Self::VERSION,
            request: request.to_string(),
            events,
            custody,
            disclosures: disclosures.into_iter().map(disclosed).collect(),
        }
    }

    /// The events of a chain.
    #[must_use]
    pub fn chain(&self, name: ChainName) -> &[Link] {
        match name {
            ChainName::Custody => &self.custody,
            ChainName::Event => &self.events,
        }
    }

    /// Derives both chains again, and recomputes every commitment whose value is disclosed.
    #[must_use]
    pub fn check(&self) -> Checked {
        let mut faults = Vec::new();
        let Ok(request) = RequestId::parse(&self.request) else {
            let faults = vec![Fault::new("evidence", "names no request")];
            return Checked { heads: None, commitments: 0, undisclosed: 0, erased: Vec::new(), faults };
        };
        if self.version != Self::VERSION {
            faults.push(Fault::new("evidence", "has an unknown version"));
        }
        let mut derive = |name: ChainName| self.derive(&request, name, &mut faults);
        let heads = derive(ChainName::Event).zip(derive(ChainName::Custody));
        let heads = heads.map(|(events, custody)| Heads { events, custody });
        let erased = self.erased(&mut faults);
        let (commitments, undisclosed) = self.recompute(&request, &erased, &mut faults);
        let erased = erased.into_iter().collect();
        Checked { heads, commitments, undisclosed, erased, faults }
    }

    /// Whose values were erased, as the custody chain tells.
    fn erased(&self, faults: &mut Vec<Fault>) -> BTreeSet<String> {
        let mut people = BTreeSet::new();
        for (seq, link) in (0_u64..).zip(&self.custody) {
            let body: Value = strict::parse(link.event.as_bytes()).unwrap_or_default();
            let text = |at: &str| body.pointer(at).and_then(Value::as_str).unwrap_or_default();
            match (text("/kind"), text("/facts/scope"), text("/facts/signatory")) {
                ("EvidenceErased", "request", _) => drop(people.insert(EVERYONE.to_owned())),
                ("EvidenceErased", "signatory", "") => {
                    faults.push(Fault::new(place(ChainName::Custody, seq), "says that nobody was erased"));
                }
                ("EvidenceErased", "signatory", id) => drop(people.insert(id.to_owned())),
                _ => {}
            }
        }
        if people.contains(EVERYONE) {
            people.retain(|it| it == EVERYONE);
        }
        people
    }

    fn derive(&self, request: &RequestId, name: ChainName, faults: &mut Vec<Fault>) -> Option<ChainHead> {
        let mut stored = Vec::with_capacity(self.chain(name).len());
        let mut unclear = None;
        for (seq, link) in (0_u64..).zip(self.chain(name)) {
            if !is_clear(link) {
                unclear = Some(Fault::new(place(name, seq), "could be read in different ways"));
                break;
            }
            // What is no hash is none that an event can have.
            let hash = digest(&link.hash).unwrap_or(Digest::from_bytes([0; 32]));
            stored.push((link.event.as_bytes(), hash));
        }
        // The first event that does not hold is named, for whichever reason.
        let derived = verify_chain(request, stored).map_err(|it| Fault::new(place(name, it.seq), it.what));
        match (derived, unclear) {
            (Ok(head), None) => Some(head),
            (Err(fault), _) | (Ok(_), Some(fault)) => {
                faults.push(fault);
                None
            }
        }
    }

    fn recompute(
        &self,
        request: &RequestId,
        erased: &BTreeSet<String>,
        faults: &mut Vec<Fault>,
    ) -> (usize, usize) {
        let mut open = self.commitments();
        let mut seen = BTreeSet::new();
        let mut recomputed = 0;
        for disclosed in &self.disclosures {
            for (field, salted) in &disclosed.fields {
                let key = (disclosed.chain.clone(), disclosed.seq, field.clone());
                let fault =
                    |what: &str| Fault::new(format!("{} {} {field}", disclosed.chain, disclosed.seq), what);
                if !seen.insert(key.clone()) {
                    faults.push(fault("is disclosed twice"));
                    continue;
                }
                let Some(Commitment { digest, .. }) = open.remove(&key) else {
                    faults.push(fault("is disclosed but was never committed to"));
                    continue;
                };
                let mut salt = [0; 32];
                let is_hex = salted.salt.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
                let known = is_hex && hex::decode_to_slice(&salted.salt, &mut salt).is_ok();
                if known
                    && commit_value(request, disclosed.seq, field, &salt, &salted.value).to_hex() == digest
                {
                    recomputed += 1;
                } else {
                    faults.push(fault("is not what was committed to"));
                }
            }
        }
        // A value is missing only where the custody chain says that it was erased: everyone's, or that of its owner.
        for ((chain, seq, field), Commitment { owner, .. }) in &open {
            let is_erased = |it: &String| erased.contains(it);
            if !(erased.contains(EVERYONE) || owner.as_ref().is_some_and(is_erased)) {
                faults.push(Fault::new(
                    format!("{chain} {seq} {field}"),
                    "is withheld, and nothing says it was erased",
                ));
            }
        }
        (recomputed, open.len())
    }

    /// Every commitment, by chain, place and field.
    fn commitments(&self) -> BTreeMap<(String, u64, String), Commitment> {
        let mut all = BTreeMap::new();
        for name in [ChainName::Event, ChainName::Custody] {
            for (seq, link) in (0..).zip(self.chain(name)) {
                let body: Value = strict::parse(link.event.as_bytes()).unwrap_or_default();
                let fields = body.get("commitments").and_then(Value::as_object);
                for (field, commitment) in fields.into_iter().flatten() {
                    let key = (chain_word(name).to_owned(), seq, field.clone());
                    let digest = commitment.as_str().unwrap_or_default().to_owned();
                    let owner = owner_of(&body, field).map(str::to_owned);
                    all.insert(key, Commitment { digest, owner });
                }
            }
        }
        all
    }
}

/// A commitment to a personal value.
struct Commitment {
    /// 64 hexadecimal digits.
    digest: String,
    /// Whose value it is, as far as the event tells; none where it is nobody's but the integrator's.
    owner: Option<String>,
}

/// Whose value stands behind a commitment: the person's whom its name counts among several, or else that of whom the
/// event is about, or of who did it.
fn owner_of<'a>(body: &'a Value, field: &str) -> Option<&'a str> {
    if body.pointer("/kind").and_then(Value::as_str).is_some_and(|it| OF_THE_INTEGRATOR.contains(&it)) {
        return None;
    }
    let mut parts = field.split('/');
    let folder = parts.next();
    if folder == Some("signatories") {
        let written = parts.next()?;
        let index = written.parse::<usize>().ok().filter(|it| it.to_string() == written)?;
        return body.pointer("/facts/signatories")?.as_array()?.get(index)?.as_str();
    }
    let named = if folder == Some("delegate") { "/facts/delegate" } else { "/facts/signatory" };
    let is_own = body.pointer("/actor/type").and_then(Value::as_str) == Some("signatory");
    let own = || body.pointer("/actor/id").filter(|_| is_own);
    body.pointer(named).or_else(own)?.as_str()
}

/// Whether every reader takes an event the same way, its date included.
fn is_clear(link: &Link) -> bool {
    let Some(body) = strict::parse(link.event.as_bytes()) else { return false };
    let at = body.get("at").and_then(Value::as_str).unwrap_or_default();
    Timestamp::parse_rfc3339(at).is_some_and(|it| it.to_rfc3339() == at)
}

/// A digest that is written as it should be: 64 lower-case hexadecimal digits.
pub(crate) fn digest(text: &str) -> Option<Digest> {
    Digest::parse(text).ok().filter(|it| it.to_hex() == text)
}

pub(crate) const fn chain_word(name: ChainName) -> &'static str {
    match name {
        ChainName::Custody => "custody",
        ChainName::Event => "event",
    }
}

/// Events that name somebody, with values that are the integrator's own.
const OF_THE_INTEGRATOR: [&str; 3] = ["AttachmentAccepted", "AttachmentRejected", "EvidenceErased"];
/// The word that stands for everyone where those are told whose values were erased.
const EVERYONE: &str = "request";

fn place(name: ChainName, seq: impl std::fmt::Display) -> String {
    format!("{} {seq}", chain_word(name))
}
