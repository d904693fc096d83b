//! What evidence says: who did what, when, and by which means.

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::transition::ChainName;
use serde_json::{Map, Value};

use crate::evidence::{Evidence, Link, chain_word};
use crate::strict;

/// A procedure, as its evidence tells it.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    /// The request.
    pub request: String,
    /// The title of the document, unless it was erased.
    pub title: Option<String>,
    /// Who asked, unless that was erased.
    pub requester: Option<String>,
    /// Whose signature closes the mails, where the request names somebody and unless that was erased.
    pub sender: Option<String>,
    /// The brand in whose name it was asked, where the request names one.
    pub brand: Option<String>,
    /// When it was asked for.
    pub created_at: Option<Timestamp>,
    /// When the first invitation was taken by a provider.
    pub sent_at: Option<Timestamp>,
    /// The deadline, as it stands.
    pub expires_at: Option<Timestamp>,
    /// How it ended.
    pub ending: Ending,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    /// The place of the event that ended it.
    pub closed_by: Option<u64>,
    /// The kind of signature: SES.
    pub level: String,
    /// What recorded it.
    pub software: String,
    /// Where its times come from.
    pub time_source: String,
    /// The zone that its document is dated in.
    pub timezone: String,
    /// Calendar months for which its documents are given out after the end; empty where the evidence is older than that.
    pub document_months: String,
    /// Calendar years for which its evidence is kept after the end; empty as well.
    pub evidence_years: String,
    /// Digests of the documents as they were sent.
    pub inputs: Vec<String>,
    /// The accepted document.
    pub accepted: Option<Revision>,
    /// What was sealed upon it, in order; the closing seal is the last.
    pub revisions: Vec<Revision>,
    /// Everyone who has a part in it.
    pub people: Vec<Person>,
    /// Every event, in order; those of the custody chain come last.
    pub steps: Vec<Step>,
    /// Since when a legal hold keeps it.
    pub held_at: Option<Timestamp>,
    /// When everyone's personal values were erased.
    pub erased_at: Option<Timestamp>,
}

/// How a procedure ended.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Ending {
    /// It has not.
    #[default]
    Open,
    /// With the closing seal.
    Done,
    /// The document cannot be signed.
    Rejected,
    /// A signatory declined.
    Declined,
    /// The deadline passed.
    Expired,
    /// The integrator withdrew it.
    Cancelled,
}

/// A state of the document.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Revision {
    /// When it was accepted or sealed.
    pub at: Timestamp,
    /// From 1; none for the accepted document and the closing seal.
    pub number: Option<u64>,
    /// Whose act it seals.
    pub signatory: Option<String>,
    /// Of the whole file.
    pub sha256: String,
    /// Of the whole file, for a dialect.
    pub md5: String,
    /// Its length.
    pub size_bytes: u64,
    /// The head of the evidence that stands in the seal.
    pub evidence_head: Option<String>,
    /// SHA-256 of the seal's certificate.
    pub certificate_sha256: Option<String>,
    /// Its serial number.
    pub certificate_serial: Option<String>,
    /// The baseline level that was reached.
    pub level: Option<String>,
}

/// Someone with a part in it.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// The signatory's id.
    pub id: String,
    /// Given and family name, unless they were erased.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The phone number.
    pub mobile: Option<String>,
    /// The addresses that calls came from, each once.
    pub ip_addresses: Vec<String>,
    /// The programs that they came from, each once.
    pub user_agents: Vec<String>,
    /// When the document was opened, and the digest of what was shown.
    pub read: Vec<(Timestamp, String)>,
    /// What was agreed to.
    pub consents: Vec<Consent>,
    /// Codes that were made.
    pub authentications: Vec<Authentication>,
    /// Wrong answers.
    pub wrong_answers: usize,
    /// The last of their acts: the word of the event, and when.
    pub act: Option<(String, Timestamp)>,
    /// The mark that was typed, or the digest of the one that was drawn.
    pub mark: Option<String>,
    /// Why they declined.
    pub reason: Option<String>,
}

/// An agreement to sign electronically.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Consent {
    /// When.
    pub at: Timestamp,
    /// The text.
    pub text: String,
    /// Its digest.
    pub sha256: String,
}

/// A one-time password.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Authentication {
    /// The channel.
    pub channel: String,
    /// Where it went; masked.
    pub destination: Option<String>,
    /// The message's id.
    pub message: String,
    /// The provider's name for it.
    pub provider_id: Option<String>,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When the provider took it.
    pub sent_at: Option<Timestamp>,
    /// Until when it was valid.
    pub expires_at: Option<Timestamp>,
    /// When it was answered rightly.
    pub validated_at: Option<Timestamp>,
}

/// One event.
#[derive(Clone, Debug)]
pub struct Step {
    /// Which chain it stands in.
    pub chain: ChainName,
    /// Its place.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub kind: String,
    /// Who did it: `integrator`, `signatory` or `system`.
    pub actor: String,
    /// The signatory whom it is about.
    pub signatory: Option<String>,
    /// Everything else: facts, and values that are disclosed.
    pub details: Vec<(String, String)>,
    /// Its hash.
    pub hash: String,
}

impl Trail {
    /// Reads evidence. What cannot be read is passed over: whether the evidence holds is another question.
    #[must_use]
    pub fn read(evidence: &Evidence) -> Self {
        let mut trail = Self { request: evidence.request.clone(), ..Self::default() };
        for name in [ChainName::Event, ChainName::Custody] {
            for (seq, link) in (0..).zip(evidence.chain(name)) {
                trail.take(&Event::read(evidence, name, seq, link));
            }
        }
        trail
    }

    /// Someone's name; none when it was erased.
    #[must_use]
    pub fn name_of(&self, id: &str) -> Option<&str> {
        self.people.iter().find(|it| it.id == id)?.name.as_deref()
    }

    /// Each chain is asked only what it tells: nothing that is added to custody afterwards becomes part of the procedure.
    fn take(&mut self, event: &Event) {
        match event.chain {
            ChainName::Event => {
                self.note_person(event);
                self.proceed(event);
            }
            ChainName::Custody => self.note_custody(event),
        }
        self.steps.push(event.step());
    }

    fn proceed(&mut self, event: &Event) {
        match event.kind.as_str() {
            "RequestReceived" => self.received(event),
            "DocumentAccepted" => {
                self.accepted = Some(event.revision());
                self.inputs = event.texts("input_sha256");
            }
            "MessageSent" => self.sent(event),
            "DeadlineMoved" => self.expires_at = event.time("expires_at"),
            "RequestReactivated" => {
                self.expires_at = event.time("expires_at");
                (self.ending, self.closed_at, self.closed_by) = (Ending::Open, None, None);
            }
            "RevisionSealed" => self.revisions.push(event.revision()),
            "RequestClosed" => {
                self.revisions.push(event.revision());
                self.end(Ending::Done, event);
            }
            "DocumentRejected" => self.end(Ending::Rejected, event),
            // Where another of the same group can still act, a refusal ends nothing.
            "SignatureDeclined" if event.facts.get("ends") == Some(&Value::Bool(true)) => {
                self.end(Ending::Declined, event);
            }
            "RequestExpired" => self.end(Ending::Expired, event),
            "RequestCancelled" => self.end(Ending::Cancelled, event),
            _ => self.note_hold(event),
        }
    }

    fn note_custody(&mut self, event: &Event) {
        match event.kind.as_str() {
            "EvidenceErased" if event.text("scope").as_deref() == Some("request") => {
                self.erased_at = Some(event.at);
            }
            // A provider may take a message when the procedure has ended meanwhile.
            "MessageSent" => self.sent(event),
            _ => self.note_hold(event),
        }
    }

    /// A hold is placed and released in either chain.
    fn note_hold(&mut self, event: &Event) {
        match event.kind.as_str() {
            "LegalHoldPlaced" => self.held_at = Some(event.at),
            "LegalHoldReleased" => self.held_at = None,
            _ => {}
        }
    }

    const fn end(&mut self, ending: Ending, event: &Event) {
        (self.ending, self.closed_at, self.closed_by) = (ending, Some(event.at), Some(event.seq));
    }

    fn received(&mut self, event: &Event) {
        self.created_at = Some(event.at);
        self.expires_at = event.time("expires_at");
        self.title = event.disclosed("title");
        self.requester = event.disclosed("requester");
        self.sender = event.disclosed("sender");
        self.brand = event.text("brand");
        self.level = event.text("evidence_level").unwrap_or_default();
        self.software = event.text("software").unwrap_or_default();
        self.time_source = event.text("time_source").unwrap_or_default();
        self.timezone = event.text("timezone").unwrap_or_default();
        self.document_months = event.text("document_months").unwrap_or_default();
        self.evidence_years = event.text("evidence_years").unwrap_or_default();
        for (index, id) in event.texts("signatories").into_iter().enumerate() {
            let of = |field: &str| event.disclosed(&format!("signatories/{index}/{field}"));
            let (name, email, mobile) = (of("name"), of("email"), of("mobile"));
            self.people.push(Person { id, name, email, mobile, ..Person::default() });
        }
    }

    fn sent(&mut self, event: &Event) {
        if event.text("about").as_deref() == Some("invitation") && self.sent_at.is_none() {
            self.sent_at = Some(event.at);
        }
        let (message, provider_id) = (event.text("message"), event.text("provider_id"));
        let of_people = self.people.iter_mut().flat_map(|it| &mut it.authentications);
        for it in of_people.filter(|it| Some(&it.message) == message.as_ref()) {
            it.sent_at = Some(event.at);
            it.provider_id.clone_from(&provider_id);
        }
    }

    fn note_person(&mut self, event: &Event) {
        if event.kind == "SignatureDelegated"
            && let Some(id) = event.text("delegate")
        {
            let of = |field: &str| event.disclosed(&format!("delegate/{field}"));
            let (name, email, mobile) = (of("name"), of("email"), of("mobile"));
            self.people.push(Person { id, name, email, mobile, ..Person::default() });
        }
        let Some(person) = self.people.iter_mut().find(|it| Some(&it.id) == event.signatory.as_ref()) else {
            return;
        };
        if event.actor == "signatory" {
            keep(&mut person.ip_addresses, event.disclosed("ip_address"));
            keep(&mut person.user_agents, event.disclosed("user_agent"));
        }
        person.note(event);
    }
}

impl Person {
    fn note(&mut self, event: &Event) {
        let act = |it: &Event| Some((it.kind.clone(), it.at));
        match event.kind.as_str() {
            "SignatoryCorrected" | "SignatoryEdited" => self.correct(event),
            "DocumentPresented" => {
                self.read.push((event.at, event.text("sha256").unwrap_or_default()));
            }
            "ConsentGiven" => {
                let (text, sha256) = (event.text("text"), event.text("text_sha256"));
                let (text, sha256) = (text.unwrap_or_default(), sha256.unwrap_or_default());
                self.consents.push(Consent { at: event.at, text, sha256 });
            }
            "OtpIssued" => self.authentications.push(Authentication {
                channel: event.text("channel").unwrap_or_default(),
                destination: event.disclosed("destination"),
                message: event.text("message").unwrap_or_default(),
                issued_at: event.at,
                expires_at: event.time("expires_at"),
                ..Authentication::default()
            }),
            "OtpRejected" => self.wrong_answers += 1,
            "SignatureCreated" | "DocumentApproved" | "SignatureDelegated" => {
                self.act = act(event);
                self.mark = event.disclosed("mark").or_else(|| event.text("mark_sha256"));
                let channels = event.texts("channels");
                let validated = event.time("otp_validated_at");
                for channel in channels {
                    let last = self.authentications.iter_mut().rev().find(|it| it.channel == channel);
                    if let Some(last) = last {
                        last.validated_at = validated;
                    }
                }
            }
            "DocumentRead" => self.act = act(event),
            "SignatureDeclined" => {
                self.act = act(event);
                self.reason = event.disclosed("reason");
            }
            _ => {}
        }
    }

    fn correct(&mut self, event: &Event) {
        let is = |field: &str| event.disclosed(&format!("{field}/is"));
        self.email = is("email").or(self.email.take());
        self.mobile = is("mobile").or(self.mobile.take());
        let was = |field: &str| event.disclosed(&format!("{field}/was"));
        let given = was("name").zip(is("name"));
        if let (Some(name), Some((was, is))) = (&mut self.name, given)
            && let Some(rest) = name.strip_prefix(&was)
        {
            *name = format!("{is}{rest}");
        }
        let family = was("surname").zip(is("surname"));
        if let (Some(name), Some((was, is))) = (&mut self.name, family)
            && let Some(rest) = name.strip_suffix(&was)
        {
            *name = format!("{rest}{is}");
        }
    }
}

fn keep(all: &mut Vec<String>, one: Option<String>) {
    if let Some(one) = one.filter(|it| !it.is_empty() && !all.contains(it)) {
        all.push(one);
    }
}

/// An event with what is disclosed of it.
struct Event {
    chain: ChainName,
    seq: u64,
    at: Timestamp,
    kind: String,
    actor: String,
    signatory: Option<String>,
    facts: Map<String, Value>,
    disclosed: BTreeMap<String, Value>,
    hash: String,
}

impl Event {
    fn read(evidence: &Evidence, chain: ChainName, seq: u64, link: &Link) -> Self {
        let body = strict::parse(link.event.as_bytes()).unwrap_or_default();
        let text = |at: &str| body.pointer(at).and_then(Value::as_str).map(str::to_owned);
        let facts = body.get("facts").and_then(Value::as_object).cloned().unwrap_or_default();
        let of_signatory = facts.get("signatory").and_then(Value::as_str).map(str::to_owned);
        let actor = text("/actor/type").unwrap_or_default();
        let own = text("/actor/id").filter(|_| actor == "signatory");
        let records = evidence.disclosures.iter().filter(|it| it.chain == chain_word(chain) && it.seq == seq);
        let disclosed = records.flat_map(|it| &it.fields).map(|(name, it)| (name.clone(), it.value.clone()));
        Self {
            chain,
            seq,
            at: text("/at").and_then(|it| Timestamp::parse_rfc3339(&it)).unwrap_or_default(),
            kind: text("/kind").unwrap_or_default(),
            signatory: of_signatory.or(own),
            actor,
            facts,
            disclosed: disclosed.collect(),
            hash: link.hash.clone(),
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        self.facts.get(name).map(plain)
    }

    fn texts(&self, name: &str) -> Vec<String> {
        self.facts.get(name).and_then(Value::as_array).into_iter().flatten().map(plain).collect()
    }

    fn time(&self, name: &str) -> Option<Timestamp> {
        self.text(name).and_then(|it| Timestamp::parse_rfc3339(&it))
    }

    fn disclosed(&self, name: &str) -> Option<String> {
        self.disclosed.get(name).map(plain)
    }

    fn revision(&self) -> Revision {
        let text = |name: &str| self.text(name).unwrap_or_default();
        Revision {
            at: self.at,
            number: self.facts.get("revision").and_then(Value::as_u64),
            signatory: self.text("signatory"),
            sha256: text("sha256"),
            md5: text("md5"),
            size_bytes: self.facts.get("size_bytes").and_then(Value::as_u64).unwrap_or_default(),
            evidence_head: self.text("evidence_head"),
            certificate_sha256: self.text("certificate_sha256"),
            certificate_serial: self.text("certificate_serial"),
            level: self.text("level"),
        }
    }

    fn step(&self) -> Step {
        let facts = self.facts.iter().filter(|(name, _)| *name != "signatory");
        let facts = facts.map(|(name, value)| (name.clone(), plain(value)));
        let disclosed = self.disclosed.iter().map(|(name, value)| (name.clone(), plain(value)));
        Step {
            chain: self.chain,
            seq: self.seq,
            at: self.at,
            kind: self.kind.clone(),
            actor: self.actor.clone(),
            signatory: self.signatory.clone(),
            details: facts.chain(disclosed).collect(),
            hash: self.hash.clone(),
        }
    }
}

/// A value for people.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
