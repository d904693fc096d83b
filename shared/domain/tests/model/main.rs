//! The real moves, explored exhaustively: two signatories who read, ask, answer rightly and wrongly, decline;
//! an integrator who cancels; a clock that goes on and is set back once; senders and sealers that die and come twice.
//!
//! Two states count as one when nothing that a later move looks at tells them apart.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

mod people;
mod world;

use domain::request::{AnyRequest, Progress};
use stateright::{Checker as _, Model, Property};

use people::policy;
use world::{Code, Event, Sealer, Sending, World, opened};

/// How far the exploration goes: whole with `PARAPHE_FULL`, which takes minutes; else with a nearer deadline,
/// and from where both have read the document.
#[derive(Clone, Copy)]
struct Bounds {
    /// Ticks until the deadline; one more shows what is refused after it.
    deadline: u8,
    begins_read: bool,
    /// Whether the clock is set back by a tick, once, and senders die after the provider took a code.
    is_harsh: bool,
}

fn bounds() -> Bounds {
    match std::env::var_os("PARAPHE_FULL") {
        Some(_) => Bounds { deadline: 4, begins_read: false, is_harsh: true },
        None => Bounds { deadline: 3, begins_read: true, is_harsh: false },
    }
}

struct Signing(Bounds);

impl Model for Signing {
    type State = World;
    type Action = Event;

    fn init_states(&self) -> Vec<World> {
        let mut world = opened(self.0.deadline);
        if self.0.begins_read {
            for index in 0..2 {
                world.present(index).unwrap();
            }
        }
        vec![world]
    }

    fn actions(&self, world: &World, events: &mut Vec<Event>) {
        for index in 0..2 {
            events.extend([Event::Present(index), Event::Ask(index), Event::Decline(index)]);
            events.extend([Event::Answer(index, Code::Right), Event::Answer(index, Code::Wrong)]);
        }
        for (index, (_, _, state)) in world.sendings.iter().enumerate() {
            match state {
                Sending::Claimed => {
                    events.extend([Event::Send(index), Event::GiveUp(index)]);
                    if self.0.is_harsh {
                        events.push(Event::SendAndDie(index));
                    }
                }
                Sending::Sent => events.push(Event::GiveUp(index)),
                Sending::Settled => {}
            }
        }
        events.extend([Event::Cancel, Event::Close, Event::Expire]);
        events.extend([Event::Seal(Sealer::One), Event::Seal(Sealer::Two)]);
        if world.ticks <= self.0.deadline {
            events.push(Event::Tick);
        }
        if self.0.is_harsh && world.ticks > 0 && !world.set_back {
            events.push(Event::ClockBack);
        }
    }

    fn next_state(&self, world: &World, event: Event) -> Option<World> {
        let mut world = world.clone();
        world.happen(event).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(
                "I1 a signature has one right answer, bound to the document",
                |_, world: &World| {
                    world.request.facts().signatories.iter().zip(world.right).all(|(it, right)| {
                        match &it.progress {
                            Progress::Signed(act) => right == 1 && act.document == World::document(),
                            _ => right == 0,
                        }
                    })
                },
            ),
            Property::always("I2 one seal an act, one closing seal", |_, world: &World| {
                let revisions = world.request.document().map_or(0, |it| it.revisions.len());
                let done = matches!(world.request, AnyRequest::Done(_));
                revisions <= world.request.facts().signed_count() && (!done || revisions == 2)
            }),
            Property::always("I3 wrong answers are bounded", |_, world: &World| {
                world.wrong.iter().all(|wrong| *wrong <= policy().max_guesses)
            }),
            Property::always("I4 the chain has no gap, and an event for each act", |_, world: &World| {
                let facts = world.request.facts();
                world.chain_holds
                    && facts.chain.length == world.events
                    && world.signatures == facts.signed_count()
            }),
            Property::always("I5 what is told is told in order, of what stands there", |_, world: &World| {
                world.told_in_order
            }),
            Property::always("I6 nobody signs after the end", |_, world: &World| world.late_acts == 0),
            Property::always("I7 a message is sent at most once", |_, world: &World| {
                world.sends.values().all(|sent| *sent <= 1)
            }),
            Property::sometimes("a request is done", |_, world: &World| {
                matches!(world.request, AnyRequest::Done(_))
            }),
            Property::sometimes("a signatory is locked", |_, world: &World| {
                world.request.facts().signatories.iter().any(|it| it.state_name() == "LOCKED")
            }),
            Property::sometimes("a request expires with one signature", |_, world: &World| {
                matches!(world.request, AnyRequest::Expired(_)) && world.request.facts().signed_count() == 1
            }),
            Property::sometimes("a code is lost and another one signs", |_, world: &World| {
                world.sendings.len() == 2 && world.right != [0, 0] && world.sends.len() == 1
            }),
        ]
    }
}

#[test]
fn no_order_of_events_breaks_an_invariant() {
    let checker = Signing(bounds()).checker().threads(2).spawn_dfs().join();
    eprintln!("{} states, {} of them different", checker.state_count(), checker.unique_state_count());
    checker.assert_properties();
}
