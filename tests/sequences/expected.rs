//! The model: what is answered, and what everyone sees afterwards. It knows no signature, no hash and no store.

use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;

/// What happens next. The number names a signatory.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Move {
    Ask(usize),
    Cancel,
    Decline(usize),
    Present(usize),
    Right(usize),
    Unlock(usize),
    Wait { minutes: u32 },
    Wrong(usize),
}

/// One request of two signatories.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expected {
    now: u32,
    pub(crate) state: State,
    pub(crate) people: [Signatory; 2],
    /// Revisions of the document: one for each signature.
    revisions: u32,
}

/// How far the request has come.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum State {
    #[default]
    WaitSigner,
    Cancelled,
    Declined,
    Done,
    Expired,
}

/// How far a signatory has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signatory {
    pub(crate) progress: Progress,
    /// The revision they opened last.
    shown: Option<u32>,
    pub(crate) codes: u8,
    pub(crate) guesses: u8,
    asked_at: Option<u32>,
    challenge: Option<Challenge>,
    unlocked: bool,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Progress {
    #[default]
    New,
    Declined,
    Locked,
    Signed,
}

#[derive(Clone, Copy, Debug)]
struct Challenge {
    issued_at: u32,
    shown: u32,
    wrong: u8,
}

impl Expected {
    /// The status that answers a move now.
    pub(crate) fn answer(&self, next: Move) -> u16 {
        let over = match self.state {
            State::WaitSigner if self.now < DEADLINE => None,
            State::WaitSigner | State::Expired => Some(410),
            State::Cancelled | State::Declined | State::Done => Some(409),
        };
        match next {
            Move::Wait { .. } => 0,
            Move::Cancel => {
                if self.state == State::WaitSigner {
                    200
                } else {
                    409
                }
            }
            Move::Unlock(who) => over.unwrap_or_else(|| match self.people[who].progress {
                Progress::Locked => 200,
                _ => 409,
            }),
            Move::Decline(who) => over.unwrap_or_else(|| match self.people[who].progress {
                Progress::New | Progress::Locked => 200,
                Progress::Declined | Progress::Signed => 409,
            }),
            Move::Present(who) => over.unwrap_or_else(|| self.people[who].may_go_on().unwrap_or(204)),
            Move::Ask(who) => over.unwrap_or_else(|| self.people[who].asks(self.now)),
            Move::Wrong(who) => self.tries(who, over, false),
            Move::Right(who) => self.tries(who, over, true),
        }
    }

    fn tries(&self, who: usize, over: Option<u16>, right: bool) -> u16 {
        let person = &self.people[who];
        match (person.progress, over) {
            // What is wrong with a code is not told.
            (Progress::Signed | Progress::Declined, _) | (Progress::Locked, None) => 422,
            (_, Some(status)) => status,
            (Progress::New, None) if right && person.live(self.now).is_some() => 200,
            (Progress::New, None) => 422,
        }
    }

    fn make(&mut self, next: Move) {
        let now = self.now;
        match next {
            Move::Wait { minutes } => {
                self.now += minutes;
                if self.now >= DEADLINE && self.state == State::WaitSigner {
                    self.state = State::Expired;
                }
            }
            Move::Cancel => self.state = State::Cancelled,
            Move::Unlock(who) => {
                let person = &mut self.people[who];
                *person = Signatory {
                    progress: Progress::New,
                    shown: person.shown,
                    asked_at: person.asked_at,
                    unlocked: true,
                    ..Signatory::default()
                };
            }
            Move::Decline(who) => {
                self.people[who].progress = Progress::Declined;
                self.state = State::Declined;
            }
            Move::Present(who) => self.people[who].shown = Some(self.revisions),
            Move::Ask(who) => {
                let person = &mut self.people[who];
                person.codes += 1;
                person.asked_at = Some(now);
                let shown = person.shown.expect("asked for what was shown");
                person.challenge = Some(Challenge { issued_at: now, shown, wrong: 0 });
            }
            Move::Right(who) => {
                self.people[who].progress = Progress::Signed;
                self.people[who].challenge = None;
                self.revisions += 1;
                if self.people.iter().all(|it| it.progress == Progress::Signed) {
                    self.state = State::Done;
                }
            }
            Move::Wrong(_) => {}
        }
    }

    /// What a refusal changes: codes that are wrong or asked for too often are counted.
    fn refuse(&mut self, next: Move) {
        let now = self.now;
        match next {
            Move::Wrong(who) if self.answer(next) == 422 => {
                let person = &mut self.people[who];
                if person.progress != Progress::New || person.live(now).is_none() {
                    return;
                }
                let Some(challenge) = &mut person.challenge else { return };
                challenge.wrong += 1;
                let dead = challenge.wrong == 5;
                person.guesses += 1;
                if dead {
                    person.challenge = None;
                }
                if person.guesses == 25 || (dead && person.codes == 5) {
                    person.progress = Progress::Locked;
                }
            }
            Move::Ask(who) if self.answer(next) == 423 => self.people[who].progress = Progress::Locked,
            _ => {}
        }
    }
}

impl Signatory {
    /// The refusal of whoever cannot act.
    fn may_go_on(&self) -> Option<u16> {
        match self.progress {
            Progress::New => None,
            Progress::Locked => Some(423),
            Progress::Declined | Progress::Signed => Some(409),
        }
    }

    fn asks(&self, now: u32) -> u16 {
        if let Some(status) = self.may_go_on() {
            return status;
        }
        match (self.shown, self.asked_at) {
            (None, _) => 409,
            (_, Some(at)) if now == at => 429,
            _ if self.codes == 5 => 423,
            _ => 202,
        }
    }

    /// The challenge, if a right answer to it would count.
    fn live(&self, now: u32) -> Option<&Challenge> {
        let challenge = self.challenge.as_ref()?;
        (now < challenge.issued_at + 5 && self.shown == Some(challenge.shown)).then_some(challenge)
    }
}

impl ReferenceStateMachine for Expected {
    type State = Self;
    type Transition = Move;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Move> {
        let who = 0_usize..2;
        prop_oneof![
            4 => who.clone().prop_map(Move::Present),
            6 => who.clone().prop_map(Move::Ask),
            10 => who.clone().prop_map(Move::Wrong),
            3 => who.clone().prop_map(Move::Right),
            1 => who.clone().prop_map(Move::Decline),
            3 => who.prop_map(Move::Unlock),
            6 => (1_u32..=6).prop_map(|minutes| Move::Wait { minutes }),
            1 => Just(Move::Wait { minutes: 30 }),
            1 => Just(Move::Cancel),
        ]
        .boxed()
    }

    /// A mailbox gets ten codes a day: those of one unlocking.
    fn preconditions(state: &Self, next: &Move) -> bool {
        match next {
            Move::Unlock(who) => !state.people[*who].unlocked,
            _ => true,
        }
    }

    fn apply(mut state: Self, next: &Move) -> Self {
        if let 0 | 200..=299 = state.answer(*next) {
            state.make(*next);
        } else {
            state.refuse(*next);
        }
        state
    }
}

/// Minutes from the start.
pub(crate) const DEADLINE: u32 = 120;
