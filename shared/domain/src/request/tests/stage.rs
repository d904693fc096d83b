//! A store in the small, and the people and files of the tests.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::Value;

use super::super::*;
use crate::cause::{Actor, Origin};
use crate::due::DueKind;
use crate::otp::{Challenge, CodeLength, Codes, OneTimeCode, Pepper, Peppers};
use crate::policy::OtpPolicy;
use crate::transition::{Changes, Transition};
use crate::value::{DocumentId, LinkKey, Text};
use crate::{Channel, Channels, Digest, EmailAddress, PersonName, RequestId, SignatoryId, TenantId};

pub(super) const NOON: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

/// A store in the small: keeps what transitions carry.
pub(super) struct Stage {
    pub(super) rng: StdRng,
    pub(super) now: Timestamp,
    pub(super) evidence: Vec<(Vec<u8>, Digest)>,
    pub(super) custody: usize,
    pub(super) challenges: BTreeMap<String, Option<Challenge>>,
    pub(super) messages: Vec<crate::message::Message>,
    /// What is to be looked at in each version of the request, and when.
    pub(super) due: BTreeMap<u64, HashMap<DueKind, Timestamp>>,
    pub(super) peppers: Peppers,
    pub(super) policy: OtpPolicy,
    /// What each move left behind, a line a thing.
    pub(super) record: Vec<String>,
    /// Where everyone stood after the last move.
    pub(super) standing: Vec<String>,
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
            due: BTreeMap::new(),
            peppers: Peppers::new(Pepper::new(3, b"pepper"), Vec::new()),
            policy: OtpPolicy::default(),
            record: Vec::new(),
            standing: Vec::new(),
        }
    }

    pub(super) fn commit<T: Stored>(&mut self, transition: Transition<T>) -> T {
        let (mut next, changes) = transition.into_parts();
        let actions = [
            changes.evidence.len() + changes.custody.len() + changes.disclosures.len(),
            changes.challenges.len() + changes.messages.len(),
            changes.sent_messages.len() + changes.settled_messages.len(),
            changes.due.len() + changes.done.len(),
        ];
        // With the request itself and a sealed file's digest.
        assert!(
            actions.iter().sum::<usize>() + 2 <= 100,
            "a transaction has room for 100 actions: {actions:?}"
        );
        self.record.extend(super::record::lines(next.facts(), &changes));
        // Of where everyone stands, what this move changed.
        let standing = super::record::standing(next.facts());
        let is_new = |at: usize, line: &String| self.standing.get(at) != Some(line);
        let moved = standing.iter().enumerate().filter(|(at, line)| is_new(*at, line));
        self.record.extend(moved.map(|(_, line)| format!("= {line}")));
        self.standing = standing;
        self.evidence.extend(changes.evidence.iter().map(|it| (it.bytes.clone(), it.hash)));
        self.custody += changes.custody.len();
        for (signatory, challenge) in changes.challenges {
            self.challenges.insert(signatory.to_string(), challenge);
        }
        self.messages.extend(changes.messages);
        let mut due = self.due.get(&next.facts().version).cloned().unwrap_or_default();
        due.retain(|what, _| !changes.done.contains(what));
        due.extend(changes.due.iter().map(|it| (it.what, it.at)));
        let restored = AnyRequest::restore(next.facts().clone(), next.state_record());
        if let Some(missing) = looked_at_by_nobody(&restored, &due) {
            panic!("a {} request is not due for {missing:?}", restored.state_name());
        }
        next.mark_stored();
        self.due.insert(next.facts().version, due);
        next
    }

    /// What a move would leave, without storing it.
    pub(super) fn looked_at<T: Stored>(transition: Transition<T>) -> (T, Changes) {
        let (mut next, changes) = transition.into_parts();
        next.mark_stored();
        (next, changes)
    }

    pub(super) fn kinds(&self) -> Vec<String> {
        let kind = |bytes: &[u8]| {
            let body: Value = serde_json::from_slice(bytes).unwrap();
            body.get("kind").and_then(Value::as_str).unwrap().to_owned()
        };
        self.evidence.iter().map(|(bytes, _)| kind(bytes)).collect()
    }

    pub(super) fn received(&mut self, signatories: usize) -> Request<Received> {
        self.received_of((0..signatories).map(person).collect(), |_| {})
    }

    /// A request of these people, with whatever else is wanted of it.
    pub(super) fn received_of(
        &mut self,
        people: Vec<NewSignatory>,
        want: impl FnOnce(&mut NewRequest),
    ) -> Request<Received> {
        let id = RequestId::new(&mut self.rng);
        let input = NewInput { id: DocumentId::new(&mut self.rng), source: InputSource::Base64 };
        let mut new = NewRequest {
            tenant: TenantId::parse("demo").unwrap(),
            requester: Text::parse("Analytical Engines", "requester", 100).unwrap(),
            public_url: "https://sign.example.com".to_owned(),
            title: None,
            description: None,
            inputs: vec![input],
            signatories: people,
            options: SigningOptions {
                modes: vec![Mode::Typed],
                editable: BTreeMap::new(),
                must_read: false,
                code_length: CodeLength::Six,
                timezone: "UTC".to_owned(),
                ui: Box::default(),
                consent_text: Text::parse("I agree.", "consent", 100).unwrap(),
                autocomplete: true,
                delegation: false,
                reminders: None,
                sender: None,
                brand: None,
            },
            callback: None,
            ttl: Duration::from_hours(24),
            draft: false,
            retention: Retention::default(),
        };
        want(&mut new);
        let origin = Origin { ip_address: "192.0.2.7".to_owned(), user_agent: "test".to_owned() };
        let mut cause = Cause {
            now: self.now,
            rng: &mut self.rng,
            actor: Actor::Integrator(TenantId::parse("demo").unwrap()),
            origin: Some(origin),
        };
        let links = LinkKey::new(b"links");
        let transition = Request::create(id, new, (&links, &self.peppers), &mut cause).unwrap();
        self.commit(transition)
    }

    pub(super) fn open(&mut self, signatories: usize) -> Request<Open> {
        let received = self.received(signatories);
        self.opened(received)
    }

    /// Accepts the document.
    pub(super) fn opened(&mut self, received: Request<Received>) -> Request<Open> {
        match self.accepted(received) {
            AnyRequest::Open(request) => request,
            other => panic!("{}", other.state_name()),
        }
    }

    /// Accepts the document of a request that may be a draft.
    pub(super) fn accepted(&mut self, received: Request<Received>) -> AnyRequest {
        let inputs = received.facts().inputs.iter().map(|it| Arrived {
            id: it.id.clone(),
            file: file(b"input"),
            repaired: false,
        });
        let inputs = inputs.collect();
        let holds_slot = |it: &Signatory| it.role == Role::Signatory && it.slot == it.id;
        let stands = |it: &Signatory| {
            let places = if holds_slot(it) { vec![PLACE] } else { Vec::new() };
            Placed { places, found: Vec::new() }
        };
        let all = received.facts().signatories.iter().map(stands).collect();
        let mut cause = Cause { now: self.now, rng: &mut self.rng, actor: Actor::System, origin: None };
        let transition = received.accept(inputs, file(b"document"), all, &mut cause).unwrap();
        self.commit(transition)
    }

    pub(super) fn presented(&mut self, request: Request<Open>, who: &SignatoryId) -> Request<Open> {
        let mut cause = Cause { now: self.now, rng: &mut self.rng, actor: Actor::System, origin: None };
        let transition =
            request.clone().present(who, Digest::of(b"document"), Seen::default(), &mut cause).unwrap();
        transition.map_or(request, |transition| self.commit(transition))
    }

    pub(super) fn ask(&mut self, request: Request<Open>, who: &SignatoryId) -> Result<AfterAsking, Refusal> {
        let agreed = Agreement {
            document: Digest::of(b"document"),
            consent: request.facts().options.consent_digest(),
        };
        let mut cause = Cause { now: self.now, rng: &mut self.rng, actor: Actor::System, origin: None };
        let asked = request.issue(who, agreed, (&self.peppers, &self.policy), &mut cause)?;
        Ok(self.commit(asked))
    }

    /// Asks for codes, of which there are some left.
    pub(super) fn issue(&mut self, request: Request<Open>, who: &SignatoryId) -> Result<Issued, Refusal> {
        match self.ask(request, who)? {
            AfterAsking::Issued(issued) => Ok(issued),
            AfterAsking::Refused(_, refusal) => Err(refusal),
        }
    }

    pub(super) fn sign(
        &mut self,
        request: Request<Open>,
        who: &SignatoryId,
        code: &str,
    ) -> Result<AfterAttempt, Refusal> {
        let mark = Mark::Typed(PersonName::parse("Ada Lovelace").unwrap());
        let codes = vec![(Channel::Email, OneTimeCode::parse(code, CodeLength::Six).unwrap())];
        self.act(request, who, &codes, Intent::Sign(mark))
    }

    pub(super) fn act(
        &mut self,
        request: Request<Open>,
        who: &SignatoryId,
        codes: &Codes,
        intent: Intent<'_>,
    ) -> Result<AfterAttempt, Refusal> {
        let attempt = Attempt {
            signatory: who.clone(),
            challenge: self.challenges.get(who.as_str()).cloned().flatten(),
            codes,
            document: Digest::of(b"document"),
            intent,
        };
        let mut cause = Cause { now: self.now, rng: &mut self.rng, actor: Actor::System, origin: None };
        let transition = request.act(attempt, (&self.peppers, &self.policy), &mut cause)?;
        Ok(self.commit(transition))
    }

    /// Presents, asks for codes and does what is meant with them.
    pub(super) fn acts(&mut self, request: Request<Open>, who: &SignatoryId, intent: Intent<'_>) -> AfterAct {
        let request = self.presented(request, who);
        let issued = self.issue(request, who).unwrap();
        let codes = issued.codes.into_iter().map(|it| (it.channel, it.code)).collect();
        match self.act(issued.request, who, &codes, intent).unwrap() {
            AfterAttempt::Acted(after) => after,
            AfterAttempt::Refused(_, refusal) => panic!("refused: {refusal}"),
        }
    }

    /// Presents, asks for codes and signs with them.
    pub(super) fn signs(&mut self, request: Request<Open>, who: &SignatoryId) -> AfterAct {
        let mark = Mark::Typed(PersonName::parse("Ada Lovelace").unwrap());
        self.acts(request, who, Intent::Sign(mark))
    }

    pub(super) fn cause(&mut self) -> Cause<'_> {
        Cause { now: self.now, rng: &mut self.rng, actor: Actor::System, origin: None }
    }
}

/// What would go no further if whoever is told of a move at once were told nothing.
fn looked_at_by_nobody(request: &AnyRequest, due: &HashMap<DueKind, Timestamp>) -> Option<DueKind> {
    let mut wanted = match request {
        AnyRequest::Received(_) => vec![DueKind::Expiry, DueKind::Intake],
        AnyRequest::Draft(_) | AnyRequest::Open(_) => vec![DueKind::Expiry],
        AnyRequest::Signed(_) => vec![],
        _ => vec![DueKind::Archive],
    };
    wanted.extend(request.next_seal().map(|_| DueKind::Seal));
    wanted.into_iter().find(|it| !due.contains_key(it))
}

/// Somewhere on the first page.
pub(super) const PLACE: Place =
    Place { page: 1, x_points: 50.0, y_points: 50.0, width_points: None, height_points: None, field: None };

pub(super) fn person(index: usize) -> NewSignatory {
    NewSignatory {
        role: Role::Signatory,
        stage: 1,
        group: None,
        given_name: PersonName::parse("Ada").unwrap(),
        family_name: PersonName::parse("Lovelace").unwrap(),
        email: Some(EmailAddress::parse(&format!("ada{index}@example.com")).unwrap()),
        mobile: None,
        channels: Channels::Email,
        questions: Vec::new(),
        identity: None,
        attachments: Vec::new(),
        language: None,
        timezone: None,
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
    let certificate = SealedBy { sha256: Digest::of(b"certificate"), serial: "01".to_owned() };
    SealFacts { file: file(bytes), evidence_head, certificate, level }
}

pub(super) fn who(request: &Request<Open>, index: usize) -> SignatoryId {
    request.facts().signatories.get(index).unwrap().id.clone()
}

pub(super) fn wrong(code: &OneTimeCode) -> String {
    let number: u32 = code.expose().parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}
