//! One request and everything that is stored with it, and what can happen to it.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use domain::evidence::EventKind;
use domain::message::{Delivery, Message, MessageKind};
use domain::otp::{Challenge, CodeLength, OneTimeCode};
use domain::request::{
    AfterAct, AfterAsking, AfterAttempt, Agreement, AnyRequest, Arrived, Attempt, InputSource, Intent, Mark,
    Mode, NewInput, NewRequest, NextSeal, Placed, Progress, Received, Request, Seen, SigningOptions, Stored,
};
use domain::transition::{ChainName, Transition};
use domain::value::{DocumentId, MessageId, Text};
use domain::{
    Actor, Cause, Channel, Digest, LinkKey, PersonName, Refusal, RequestId, SignatoryId, TenantId, Timestamp,
};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::people::{PLACE, file, peppers, person, policy, sealed};

pub(crate) const NOON: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);
pub(crate) const TICK: Duration = Duration::from_mins(1);
const TICK_MS: i64 = 60_000;

/// A code on its way: whether its sender has died before it could tell what became of it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Sending {
    Claimed,
    /// Its sender died between the provider's answer and telling of it.
    Sent,
    Settled,
}

/// Everything that is stored, and what the properties count.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) request: AnyRequest,
    pub(crate) challenges: BTreeMap<usize, (Challenge, String)>,
    pub(crate) sendings: Vec<(MessageId, usize, Sending)>,
    pub(crate) ticks: u8,
    pub(crate) right: [u8; 2],
    pub(crate) wrong: [u8; 2],
    pub(crate) events: u64,
    pub(crate) chain_holds: bool,
    /// Events of signatures, which are as many as signatures.
    pub(crate) signatures: usize,
    /// What integrators were told, and whether it was told in order and of what stands in the evidence.
    pub(crate) told: u64,
    pub(crate) told_in_order: bool,
    /// Whether the clock was set back, which it is once.
    pub(crate) set_back: bool,
    pub(crate) late_acts: u8,
    pub(crate) sends: BTreeMap<MessageId, u8>,
}

/// What can happen next.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Event {
    Answer(usize, Code),
    Ask(usize),
    Cancel,
    ClockBack,
    Close,
    Decline(usize),
    Expire,
    GiveUp(usize),
    Present(usize),
    Seal(Sealer),
    Send(usize),
    SendAndDie(usize),
    Tick,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Code {
    Right,
    Wrong,
}

/// One sealer, or two that were both told of the same act: the second loads again when it loses.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Sealer {
    One,
    Two,
}

impl World {
    fn now(&self) -> Timestamp {
        NOON.plus(TICK * u32::from(self.ticks))
    }

    /// Milliseconds since an instant; fewer than none since one to come, which a clock that was set back leaves.
    fn ago(&self, at: Timestamp) -> i64 {
        self.now().unix_ms() - at.unix_ms()
    }

    fn who(&self, index: usize) -> SignatoryId {
        self.request.facts().signatories[index].id.clone()
    }

    pub(crate) fn document() -> Digest {
        Digest::of(b"document")
    }

    /// Chance that depends on nothing but how much has happened: the same move gives the same bytes.
    fn rng(&self) -> StdRng {
        StdRng::seed_from_u64(self.events)
    }

    /// Stores a move as the store does: whoever decided upon an older version has lost.
    fn commit<T: Stored>(&mut self, transition: Transition<T>) -> T {
        let (mut next, changes) = transition.into_parts();
        assert_eq!(next.facts().version, self.request.facts().version, "decided upon what is stored");
        for event in &changes.evidence {
            self.chain_holds &= event.seq == self.events;
            self.signatures += usize::from(event.kind == EventKind::SignatureCreated);
            self.events += 1;
        }
        for it in &changes.notifications {
            let (chain, seq) = it.evidence;
            self.told += 1;
            self.told_in_order &= it.sequence == self.told;
            self.told_in_order &= chain != ChainName::Event || seq < self.events;
        }
        for (signatory, challenge) in changes.challenges {
            let index = self.request.facts().signatories.iter().position(|it| it.id == signatory).unwrap();
            match challenge {
                Some(challenge) => {
                    let code = self.challenges.get(&index).map(|(_, code)| code.clone()).unwrap_or_default();
                    self.challenges.insert(index, (challenge, code));
                }
                None => {
                    self.challenges.remove(&index);
                }
            }
        }
        for message in &changes.messages {
            if message.kind == MessageKind::Otp {
                let index =
                    self.request.facts().signatories.iter().position(|it| it.id == message.to).unwrap();
                self.sendings.push((message.id.clone(), index, Sending::Claimed));
            }
        }
        for settled in &changes.settled_messages {
            for sending in self.sendings.iter_mut().filter(|it| it.0 == *settled) {
                sending.2 = Sending::Settled;
            }
        }
        next.mark_stored();
        next
    }

    /// What tells two worlds apart for whatever happens next.
    fn key(&self) -> impl Hash + PartialEq {
        let facts = self.request.facts();
        let mut people: Vec<_> = facts
            .signatories
            .iter()
            .enumerate()
            .map(|(index, it)| {
                let ceremony = match &it.progress {
                    Progress::Pending(it) => Some((
                        it.presented.is_some(),
                        it.codes,
                        it.guesses,
                        it.locked,
                        it.last_code_at.map(|at| self.ago(at) < TICK_MS),
                    )),
                    _ => None,
                };
                let challenge = self.challenges.get(&index);
                let challenge = challenge.map(|(it, _)| (it.attempts, self.ago(it.issued_at)));
                let sealed = matches!(&it.progress, Progress::Signed(act) if act.sealed_as.is_some());
                let in_state = |wanted: Sending| {
                    let fits = |it: &&(MessageId, usize, Sending)| it.1 == index && it.2 == wanted;
                    self.sendings.iter().filter(fits).count()
                };
                let waiting = (in_state(Sending::Claimed), in_state(Sending::Sent));
                (it.state_name(), sealed, ceremony, challenge, waiting, self.right[index], self.wrong[index])
            })
            .collect();
        // Which of the two does what makes no difference.
        people.sort_unstable();
        let revisions = self.request.document().map(|it| it.revisions.len());
        let variant = std::mem::discriminant(&self.request);
        let holds = (self.chain_holds, self.told_in_order, self.late_acts);
        (variant, self.ticks, self.set_back, people, revisions, holds)
    }
}

impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let people: Vec<_> = self.request.facts().signatories.iter().map(|it| &it.progress).collect();
        write!(f, "{} at {}: {people:?}", self.request.state_name(), self.ticks)
    }
}

impl World {
    /// Lets something happen; false when it is refused and changes nothing.
    pub(crate) fn happen(&mut self, event: Event) -> bool {
        match event {
            Event::Answer(index, code) => self.answer(index, code).is_ok(),
            Event::Ask(index) => self.ask(index).is_ok(),
            Event::Cancel => self.end(|it, cause| it.cancel(None, cause)),
            Event::ClockBack => {
                self.set_back = true;
                self.ticks -= 1;
                true
            }
            Event::Close => self.close().is_ok(),
            Event::Decline(index) => self.decline(index).is_ok(),
            Event::Expire => self.end(AnyRequest::expire),
            Event::GiveUp(index) => self.tell(index, &Delivery::Ambiguous),
            Event::Present(index) => self.present(index).is_ok_and(|changed| changed),
            Event::Seal(Sealer::One) => self.seal().is_ok(),
            Event::Seal(Sealer::Two) => {
                // Both were told of the first act; the second one loads again and finds what is left.
                let first = self.seal().is_ok();
                let _second = self.seal();
                first
            }
            Event::Send(index) => {
                let id = self.sendings[index].0.clone();
                *self.sends.entry(id).or_default() += 1;
                self.tell(index, &Delivery::Accepted { provider_id: "1".to_owned() })
            }
            Event::SendAndDie(index) => {
                let (id, _, state) = &mut self.sendings[index];
                *self.sends.entry(id.clone()).or_default() += 1;
                *state = Sending::Sent;
                true
            }
            Event::Tick => {
                self.ticks += 1;
                true
            }
        }
    }

    fn ended(&self) -> bool {
        self.request.facts().closed_at.is_some() || self.now() >= self.request.facts().expires_at
    }

    pub(crate) fn present(&mut self, index: usize) -> Result<bool, Refusal> {
        let (now, mut rng, who) = (self.now(), self.rng(), self.who(index));
        let mut cause = Cause { now, rng: &mut rng, actor: Actor::Signatory(who.clone()), origin: None };
        let presented =
            self.request.clone().open(now)?.present(&who, Self::document(), Seen::default(), &mut cause)?;
        let Some(presented) = presented else { return Ok(false) };
        self.request = AnyRequest::Open(self.commit(presented));
        Ok(true)
    }

    fn ask(&mut self, index: usize) -> Result<(), Refusal> {
        let (now, mut rng, who) = (self.now(), self.rng(), self.who(index));
        let mut cause = Cause { now, rng: &mut rng, actor: Actor::Signatory(who.clone()), origin: None };
        let consent = self.request.facts().options.consent_digest();
        let agreed = Agreement { document: Self::document(), consent };
        let open = self.request.clone().open(now)?;
        let asked = open.issue(&who, agreed, (&peppers(), &policy()), &mut cause)?;
        self.request = match self.commit(asked) {
            AfterAsking::Issued(issued) => {
                let code = issued.codes[0].code.expose().to_owned();
                self.challenges.get_mut(&index).unwrap().1 = code;
                AnyRequest::Open(issued.request)
            }
            AfterAsking::Refused(request, _) => AnyRequest::Open(request),
        };
        Ok(())
    }

    fn answer(&mut self, index: usize, code: Code) -> Result<(), Refusal> {
        let (now, mut rng, who) = (self.now(), self.rng(), self.who(index));
        let mut cause = Cause { now, rng: &mut rng, actor: Actor::Signatory(who.clone()), origin: None };
        let (challenge, right) = self.challenges.get(&index).cloned().unzip();
        let right: u32 = right.unwrap_or_default().parse().unwrap_or_default();
        let number = if code == Code::Right { right } else { (right + 1) % 1_000_000 };
        let codes =
            vec![(Channel::Email, OneTimeCode::parse(&format!("{number:06}"), CodeLength::Six).unwrap())];
        let attempt = Attempt {
            signatory: who,
            challenge,
            codes: &codes,
            document: Self::document(),
            intent: Intent::Sign(Mark::Typed(PersonName::parse("Ada Lovelace").unwrap())),
        };
        let attempted = self.request.clone().open(now)?.act(attempt, (&peppers(), &policy()), &mut cause)?;
        let late = self.ended();
        self.request = match self.commit(attempted) {
            AfterAttempt::Acted(after) => {
                self.right[index] += 1;
                self.late_acts += u8::from(late);
                match after {
                    AfterAct::Open(request) => AnyRequest::Open(request),
                    AfterAct::Signed(request) => AnyRequest::Signed(request),
                }
            }
            AfterAttempt::Refused(request, _) => {
                self.wrong[index] += 1;
                AnyRequest::Open(request)
            }
        };
        Ok(())
    }

    fn decline(&mut self, index: usize) -> Result<(), Refusal> {
        let (now, mut rng, who) = (self.now(), self.rng(), self.who(index));
        let mut cause = Cause { now, rng: &mut rng, actor: Actor::Signatory(who.clone()), origin: None };
        let declined = self.request.clone().open(now)?.decline(&who, None, &mut cause)?;
        self.request = self.commit(declined);
        Ok(())
    }

    fn end(
        &mut self,
        end: impl FnOnce(AnyRequest, &mut Cause<'_>) -> Result<Transition<AnyRequest>, Refusal>,
    ) -> bool {
        let (now, mut rng) = (self.now(), self.rng());
        let mut cause = Cause { now, rng: &mut rng, actor: Actor::System, origin: None };
        match end(self.request.clone(), &mut cause) {
            Ok(ended) => {
                self.request = self.commit(ended);
                true
            }
            Err(_) => false,
        }
    }

    fn seal(&mut self) -> Result<(), Refusal> {
        let (now, mut rng) = (self.now(), self.rng());
        let mut cause = Cause { now, rng: &mut rng, actor: Actor::System, origin: None };
        let seal = sealed(self.request.facts().chain.hash);
        let sealed = self.request.clone().record_seal(seal, &mut cause)?;
        self.request = self.commit(sealed);
        Ok(())
    }

    fn close(&mut self) -> Result<(), Refusal> {
        let (now, mut rng) = (self.now(), self.rng());
        let mut cause = Cause { now, rng: &mut rng, actor: Actor::System, origin: None };
        let state = self.request.state_name();
        let AnyRequest::Signed(request) = self.request.clone() else {
            return Err(Refusal::RequestNot { state });
        };
        if !matches!(self.request.next_seal(), Some(NextSeal::Closing(_))) {
            return Err(Refusal::RequestNot { state });
        }
        let head = request.facts().chain.hash;
        let closed = request.close(sealed(head), &mut cause)?;
        self.request = AnyRequest::Done(self.commit(closed));
        Ok(())
    }

    /// Records what became of a code; a second record of the same one is never made, as its item is gone.
    fn tell(&mut self, index: usize, delivery: &Delivery) -> bool {
        let (now, mut rng) = (self.now(), self.rng());
        let mut cause = Cause { now, rng: &mut rng, actor: Actor::System, origin: None };
        let (id, who, _) = self.sendings[index].clone();
        let message = Message {
            id,
            kind: MessageKind::Otp,
            to: self.who(who),
            channel: Channel::Email,
            decided_at: now,
        };
        let told = self.request.clone().record_delivery(&message, (delivery, None), &mut cause);
        self.request = self.commit(told);
        true
    }
}

/// A request of two signatories, invited.
pub(crate) fn opened(deadline: u8) -> World {
    let mut rng = StdRng::seed_from_u64(1);
    let input = DocumentId::new(&mut rng);
    let new = NewRequest {
        tenant: TenantId::parse("demo").unwrap(),
        requester: Text::parse("Analytical Engines", "requester", 100).unwrap(),
        public_url: "https://sign.example.com".to_owned(),
        title: None,
        description: None,
        inputs: vec![NewInput { id: input.clone(), source: InputSource::Base64 }],
        signatories: vec![person(0), person(1)],
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
        ttl: TICK * u32::from(deadline),
        draft: false,
        retention: domain::request::Retention::default(),
    };
    let id = RequestId::new(&mut rng);
    let mut cause = Cause { now: NOON, rng: &mut rng, actor: Actor::System, origin: None };
    let keys = (&LinkKey::new(b"links"), &peppers());
    let created = Request::<Received>::create(id, new, keys, &mut cause).unwrap();
    let (mut received, created) = created.into_parts();
    received.mark_stored();
    let placed = vec![Placed { places: vec![PLACE], found: Vec::new() }; 2];
    let arrived = vec![Arrived { id: input, file: file(b"input"), repaired: false }];
    let accepted = received.accept(arrived, file(b"document"), placed, &mut cause).unwrap();
    let (mut request, accepted) = accepted.into_parts();
    request.mark_stored();
    World {
        request,
        challenges: BTreeMap::new(),
        sendings: Vec::new(),
        ticks: 0,
        right: [0; 2],
        wrong: [0; 2],
        events: u64::try_from(created.evidence.len() + accepted.evidence.len()).unwrap(),
        chain_holds: true,
        signatures: 0,
        told: u64::try_from(created.notifications.len() + accepted.notifications.len()).unwrap(),
        told_in_order: true,
        set_back: false,
        late_acts: 0,
        sends: BTreeMap::new(),
    }
}
