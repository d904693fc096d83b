//! A store in the small, and the people and files of the tests.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::Value;

use super::super::*;
use crate::cause::{Actor, Origin};
use crate::otp::{Challenge, OneTimeCode, Pepper};
use crate::policy::OtpPolicy;
use crate::transition::Transition;
use crate::value::{DocumentId, LinkKey, Text};
use crate::{Digest, EmailAddress, PersonName, RequestId, SignatoryId, TenantId};

pub(super) const NOON: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

/// A store in the small: keeps what transitions carry.
pub(super) struct Stage {
    pub(super) rng: StdRng,
    pub(super) now: Timestamp,
    pub(super) evidence: Vec<(Vec<u8>, Digest)>,
    pub(super) custody: usize,
    pub(super) challenges: BTreeMap<String, Option<Challenge>>,
    pub(super) messages: Vec<crate::message::Message>,
    pub(super) pepper: Pepper,
    pub(super) policy: OtpPolicy,
}

impl Stage {
    pub(super) fn new() -> Self {
        Self {
            rng: StdRng::seed_from_u64(42),
            now: NOON,
            evidence: Vec::new(),
            custody: 0,
            challenges: BTreeMap::new(),
            messages: Vec::new(),
            pepper: Pepper::new(b"pepper"),
            policy: OtpPolicy::default(),
        }
    }

    pub(super) fn commit<T: Stored>(&mut self, transition: Transition<T>) -> T {
        let (mut next, changes) = transition.into_parts();
        self.evidence.extend(changes.evidence.iter().map(|it| (it.bytes.clone(), it.hash)));
        self.custody += changes.custody.len();
        for (signatory, challenge) in changes.challenges {
            self.challenges.insert(signatory.to_string(), challenge);
        }
        self.messages.extend(changes.messages);
        next.mark_stored();
        next
    }

    pub(super) fn kinds(&self) -> Vec<String> {
        let kind = |bytes: &[u8]| {
            let body: Value = serde_json::from_slice(bytes).unwrap();
            body.get("kind").and_then(Value::as_str).unwrap().to_owned()
        };
        self.evidence.iter().map(|(bytes, _)| kind(bytes)).collect()
    }

    pub(super) fn received(&mut self, signatories: usize) -> Request<Received> {
        let id = RequestId::new(&mut self.rng);
        let input = NewInput { id: DocumentId::new(&mut self.rng), source: InputSource::Base64 };
        let new = NewRequest {
            tenant: TenantId::parse("demo").unwrap(),
            requester: Text::parse("Analytical Engines", "requester", 100).unwrap(),
            public_url: "https://sign.example.com".to_owned(),
            title: None,
            description: None,
            inputs: vec![input],
            signatories: (0..signatories).map(person).collect(),
            options: SigningOptions {
                modes: vec![Mode::Typed],
                editable: BTreeMap::new(),
                must_read: false,
                timezone: "UTC".to_owned(),
                ui: Value::Null,
                consent_text: Text::parse("I agree.", "consent", 100).unwrap(),
            },
            callback: None,
            ttl: Duration::from_hours(24),
        };
        let origin = Origin { ip_address: "192.0.2.7".to_owned(), user_agent: "test".to_owned() };
        let mut cause = Cause {
            now: self.now,
            rng: &mut self.rng,
            actor: Actor::Integrator(TenantId::parse("demo").unwrap()),
            origin: Some(origin),
        };
        let links = LinkKey::new(b"links");
        let transition = Request::create(id, new, &links, &mut cause).unwrap();
        self.commit(transition)
    }

    pub(super) fn open(&mut self, signatories: usize) -> Request<Open> {
        let received = self.received(signatories);
        let inputs = received.facts().inputs.iter().map(|it| Arrived {
            id: it.id.clone(),
            file: file(b"input"),
            repaired: false,
        });
        let inputs = inputs.collect();
        let placed = vec![Placed { places: vec![PLACE], found: Vec::new() }; signatories];
        let mut cause = Cause { now: self.now, rng: &mut self.rng, actor: Actor::System, origin: None };
        let transition = received.accept(inputs, file(b"document"), placed, &mut cause).unwrap();
        self.commit(transition)
    }

    pub(super) fn presented(&mut self, request: Request<Open>, who: &SignatoryId) -> Request<Open> {
        let mut cause = Cause { now: self.now, rng: &mut self.rng, actor: Actor::System, origin: None };
        let transition = request.clone().present(who, Digest::of(b"document"), &mut cause).unwrap();
        transition.map_or(request, |transition| self.commit(transition))
    }

    pub(super) fn issue(&mut self, request: Request<Open>, who: &SignatoryId) -> Result<Issued, Refusal> {
        let agreed = Agreement {
            document: Digest::of(b"document"),
            consent: request.facts().options.consent_digest(),
        };
        let mut cause = Cause { now: self.now, rng: &mut self.rng, actor: Actor::System, origin: None };
        let issued = request.issue(who, agreed, (&self.pepper, &self.policy), &mut cause)?;
        Ok(self.commit(issued))
    }

    pub(super) fn sign(
        &mut self,
        request: Request<Open>,
        who: &SignatoryId,
        code: &str,
    ) -> Result<AfterAttempt, Refusal> {
        let attempt = Attempt {
            signatory: who.clone(),
            challenge: self.challenges.get(who.as_str()).cloned().flatten(),
            code: OneTimeCode::parse(code).unwrap(),
            document: Digest::of(b"document"),
            mark: Mark::Typed(PersonName::parse("Ada Lovelace").unwrap()),
        };
        let mut cause = Cause { now: self.now, rng: &mut self.rng, actor: Actor::System, origin: None };
        let transition = request.sign(attempt, (&self.pepper, &self.policy), &mut cause)?;
        Ok(self.commit(transition))
    }

    /// Presents, asks for a code and signs with it.
    pub(super) fn signs(&mut self, request: Request<Open>, who: &SignatoryId) -> AfterSignature {
        let request = self.presented(request, who);
        let issued = self.issue(request, who).unwrap();
        match self.sign(issued.request, who, issued.code.expose()).unwrap() {
            AfterAttempt::Signed(after) => after,
            AfterAttempt::Refused(_, refusal) => panic!("refused: {refusal}"),
        }
    }

    pub(super) fn cause(&mut self) -> Cause<'_> {
        Cause { now: self.now, rng: &mut self.rng, actor: Actor::System, origin: None }
    }
}

/// Somewhere on the first page.
const PLACE: Place =
    Place { page: 1, x_points: 50.0, y_points: 50.0, width_points: None, height_points: None, field: None };

pub(super) fn person(index: usize) -> NewSignatory {
    NewSignatory {
        given_name: PersonName::parse("Ada").unwrap(),
        family_name: PersonName::parse("Lovelace").unwrap(),
        email: EmailAddress::parse(&format!("ada{index}@example.com")).unwrap(),
        mobile: None,
        channel: Channel::Email,
        language: None,
        otp_text: None,
        places: Vec::new(),
        anchors: Vec::new(),
    }
}

pub(super) fn file(bytes: &[u8]) -> FileFacts {
    FileFacts {
        id: DocumentId::parse("0123456789abcdef01234567").unwrap(),
        created_at: NOON,
        size_bytes: 5,
        sha256: Digest::of(bytes),
        md5: "0".repeat(32),
        midstate: None,
    }
}

pub(super) fn seal(bytes: &[u8], evidence_head: Digest) -> SealFacts {
    let level = SealLevel { reached: "B-B".to_owned(), lowered: None };
    SealFacts { file: file(bytes), evidence_head, level }
}

pub(super) fn who(request: &Request<Open>, index: usize) -> SignatoryId {
    request.facts().signatories.get(index).unwrap().id.clone()
}

pub(super) fn wrong(code: &OneTimeCode) -> String {
    let number: u32 = code.expose().parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}
