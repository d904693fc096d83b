//! What is told, and how all must stand in the end, whether or not the service died on the way.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};
use tests::{CONTRACT, Harm, Person, World, ada, alan, body, grace, judge_messages, judge_signed};

/// A story with its own cast.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Story {
    Cancelled,
    Corrected,
    Declined,
    Delegated,
    Expired,
    Signed,
    Vouched,
}

/// What a story came to.
#[derive(Debug)]
pub(crate) struct Played {
    /// Calls of the functions that may change something.
    pub(crate) effects: u64,
    /// All of their calls, where nothing was harmed.
    pub(crate) calls: Vec<String>,
    /// Those that failed on purpose.
    pub(crate) failed: Vec<String>,
}

impl Story {
    /// Plays it, with a harm counted from here, and looks at how it ended.
    pub(crate) async fn play(self, mut world: World, harm: Option<Harm>) -> Played {
        let cloud = &world.door().cloud;
        let effects = cloud.effects_made();
        match harm {
            Some(harm) => world.harm(harm),
            None => cloud.note_calls(),
        }
        let id = self.tell(&mut world).await;
        // Whatever was left behind is taken up: a message by the end of its invisibility, a delivery without a message
        // by the index of what is due; after an outage, both of them more than once.
        let time = if let Some(Harm::Failure(..)) = harm { 60 } else { 25 };
        world.advance(Duration::from_mins(time)).await;
        let cloud = &world.door().cloud;
        let played = Played {
            // A service that was started again counts from its start.
            effects: cloud.effects_made().saturating_sub(effects),
            calls: cloud.noted_calls(),
            failed: cloud.failures_made(),
        };
        let failed = played.failed.first();
        self.look(&mut world, &id)
            .await
            .unwrap_or_else(|what| panic!("{self:?}, {harm:?} ({failed:?}): {what}"));
        let deaths = u32::from(matches!(harm, Some(Harm::Death(..))));
        assert_eq!(world.deaths, deaths, "{self:?}, {harm:?}");
        played
    }

    /// What the story asks for.
    fn wanted(self, world: &World) -> Value {
        let mut wanted = body(CONTRACT, &PEOPLE);
        // Who wants no retries is called once, and a machine with many plays may be too slow for that one call.
        wanted["callback"] = json!({ "url": world.callback, "retry": 5 });
        if let Self::Delegated = self {
            wanted["signers"][0]["role"] = json!("approver");
            wanted["signers"][0]["authentication"] = json!(["email", "sms"]);
            wanted["signers"][0]["mobile"] = json!("+39 333 445 5666");
            wanted["options"]["delegation"] = json!(true);
            wanted["signers"][0].as_object_mut().unwrap().remove("signatures");
        }
        if let Self::Vouched = self {
            wanted["signers"][0]["accessCode"] = json!("blue 42");
            wanted["signers"][0]["attachments"] = json!([{ "name": "Passport" }]);
        }
        wanted
    }

    async fn tell(self, world: &mut World) -> String {
        let id = world.create(&self.wanted(world)).await;
        let sign = |person: Person| json!({ "mark": { "mode": "typed", "name": format!("{} {}", person.name, person.surname) } });
        match self {
            Self::Cancelled => self.until(world, &id, None, &format!("/signatures/{id}/cancel")).await,
            Self::Corrected => {
                while world.state(&id).await == "WAIT_SIGNER" {
                    let _answer =
                        world.insist(None, &format!("/signatures/{id}/deactivate"), &json!({})).await;
                }
                correct(world, &id).await;
                while world.state(&id).await != "WAIT_SIGNER" {
                    let _answer = world.insist(None, &format!("/signatures/{id}/activate"), &json!({})).await;
                }
                world.settle().await;
                for person in [ada(), alan()] {
                    world.act(&id, person, "/sign/signature", &sign(person)).await;
                }
            }
            Self::Declined => {
                world.act(&id, ada(), "/sign/signature", &sign(ada())).await;
                world.settle().await;
                let link = world.link(&id, grace()).await;
                self.until(world, &id, Some(&link), "/sign/decline").await;
            }
            Self::Delegated => {
                let to = json!({
                    "name": "Alan", "surname": "Turing", "email": alan().email, "mobile": "+39 333 112 2333"
                });
                world.act(&id, ada(), "/sign/delegation", &json!({ "delegate": to })).await;
                world.settle().await;
                world.act(&id, grace(), "/sign/signature", &sign(grace())).await;
                world.settle().await;
                // The last act is none that is sealed.
                world.act(&id, alan(), "/sign/approval", &json!({})).await;
            }
            Self::Expired => world.advance(Duration::from_hours(24 * 40)).await,
            Self::Signed => {
                world.act(&id, ada(), "/sign/signature", &sign(ada())).await;
                world.act(&id, grace(), "/sign/signature", &sign(grace())).await;
            }
            Self::Vouched => {
                vouch(world, &id).await;
                world.act(&id, ada(), "/sign/signature", &sign(ada())).await;
                world.act(&id, grace(), "/sign/signature", &sign(grace())).await;
            }
        }
        id
    }

    /// Posts until the request is in the state that the story ends in.
    async fn until(self, world: &mut World, id: &str, bearer: Option<&str>, path: &str) {
        while world.state(id).await != self.state() {
            let _answer = world.insist(bearer, path, &json!({})).await;
        }
    }

    const fn state(self) -> &'static str {
        match self {
            Self::Cancelled => "CANCELLED",
            Self::Declined => "DECLINED",
            Self::Corrected | Self::Delegated | Self::Signed | Self::Vouched => "DONE",
            Self::Expired => "EXPIRED",
        }
    }

    /// What must have happened, and how often: no more, no less.
    fn happened(self) -> &'static [(&'static str, usize)] {
        match self {
            Self::Cancelled => &[("SignatureCreated", 0), ("RequestCancelled", 1)],
            Self::Corrected => &[
                ("RequestDeactivated", 1),
                ("SignatoryCorrected", 1),
                ("RequestActivated", 1),
                ("SignatureCreated", 2),
                ("RevisionSealed", 2),
                ("RequestClosed", 1),
            ],
            Self::Declined => &[("SignatureCreated", 1), ("RevisionSealed", 1), ("SignatureDeclined", 1)],
            Self::Delegated => &[
                ("SignatureDelegated", 1),
                ("DocumentApproved", 1),
                ("SignatureCreated", 1),
                ("RevisionSealed", 1),
                ("RequestClosed", 1),
            ],
            Self::Expired => &[("SignatureCreated", 0), ("RequestExpired", 1)],
            Self::Signed => &[("SignatureCreated", 2), ("RevisionSealed", 2), ("RequestClosed", 1)],
            Self::Vouched => &[
                ("KnowledgeRejected", 5),
                ("SignatoryLocked", 1),
                ("SignatoryUnlocked", 1),
                ("KnowledgeConfirmed", 1),
                ("AttachmentProvided", 1),
                ("AttachmentAccepted", 1),
                ("SignatureCreated", 2),
                ("RevisionSealed", 2),
                ("RequestClosed", 1),
            ],
        }
    }

    /// What the integrator must have been told, each once for each event.
    fn told(self) -> &'static [&'static str] {
        match self {
            Self::Cancelled => &["DocumentAccepted", "RequestCancelled"],
            Self::Corrected => &[
                "DocumentAccepted",
                "RequestActivated",
                "RequestClosed",
                "RequestDeactivated",
                "SignatoryCorrected",
                "SignatureCreated",
                "SignatureCreated",
            ],
            Self::Declined => &["DocumentAccepted", "SignatureCreated", "SignatureDeclined"],
            Self::Delegated => &[
                "DocumentAccepted",
                "DocumentApproved",
                "RequestClosed",
                "SignatureCreated",
                "SignatureDelegated",
            ],
            Self::Expired => &["DocumentAccepted", "RequestExpired"],
            Self::Signed => &["DocumentAccepted", "RequestClosed", "SignatureCreated", "SignatureCreated"],
            Self::Vouched => &[
                "AttachmentAccepted",
                "AttachmentProvided",
                "DocumentAccepted",
                "RequestClosed",
                "SignatoryLocked",
                "SignatoryUnlocked",
                "SignatureCreated",
                "SignatureCreated",
            ],
        }
    }

    async fn look(self, world: &mut World, id: &str) -> Result<(), String> {
        let state = world.state(id).await;
        if state != self.state() {
            return Err(format!("the request is {state}"));
        }
        let evidence = world.evidence(id).await;
        for (kind, times) in self.happened() {
            let found = evidence.iter().filter(|it| it["kind"] == *kind).count();
            if found != *times {
                return Err(format!("{kind} stands {found} times in the evidence"));
            }
        }
        judge_messages(world, &evidence)?;
        let told = world.receiver.called_back(id);
        if told != self.told() {
            return Err(format!("the integrator was told {told:?}"));
        }
        let _events = world.judge_feed(id).await?;
        if self.state() == "DONE" {
            let seals =
                self.happened().iter().find(|(kind, _)| *kind == "RevisionSealed").map_or(0, |it| it.1);
            let signed = world.ceremony(id, &PEOPLE).document("signedDocument").await.expect(200).body;
            judge_signed(&world.door().cloud, CONTRACT, &signed, seals + 1).await;
        }
        Ok(())
    }
}

/// The integrator puts somebody else in the place of the second signatory, once.
async fn correct(world: &mut World, id: &str) {
    let people = signers(world, id).await;
    let path = format!("/signatures/{id}/signers/{}", people[1]["id"].as_str().unwrap());
    let other = json!({ "name": alan().name, "surname": alan().surname, "email": alan().email });
    while signers(world, id).await[1]["email"] != alan().email {
        let _answer = world.call(None, Method::PATCH, &path, Some(&other)).await;
    }
}

/// The first signatory guesses at the access code until nothing is left, is unlocked, tells it, and attaches what the
/// integrator then accepts.
async fn vouch(world: &mut World, id: &str) {
    let of_signer =
        format!("/signatures/{id}/signers/{}", signers(world, id).await[0]["id"].as_str().unwrap());
    let link = world.link(id, ada()).await;
    let tell = |answer: &str| json!({ "answers": [answer] });
    while signers(world, id).await[0]["state"] != "LOCKED" {
        let _wrong = world.insist(Some(&link), "/sign/access", &tell("green 43")).await;
    }
    while signers(world, id).await[0]["state"] == "LOCKED" {
        let _answer = world.insist(None, &format!("{of_signer}/unlock"), &json!({})).await;
    }
    while world.get(Some(&link), "/sign/request").await.expect(200).json()["document"].is_null() {
        let _answer = world.insist(Some(&link), "/sign/access", &tell("blue 42")).await;
    }
    let asked = signers(world, id).await[0]["attachments"][0]["id"].as_str().unwrap().to_owned();
    let payload = json!({ "payload": STANDARD.encode(CONTRACT) });
    for (state, bearer, path, body) in [
        ("AWAITED", Some(&*link), format!("/sign/attachments/{asked}"), payload),
        ("PROVIDED", None, format!("{of_signer}/attachments/{asked}/accept"), json!({})),
    ] {
        while signers(world, id).await[0]["attachments"][0]["state"] == state {
            let _answer = world.insist(bearer, &path, &body).await;
        }
    }
}

async fn signers(world: &mut World, id: &str) -> Value {
    world.get(None, &format!("/signatures/{id}/detail")).await.expect(200).json()["data"]["signers"].clone()
}

/// Whom the integrator asks.
const PEOPLE: [Person; 2] = [ada(), grace()];
