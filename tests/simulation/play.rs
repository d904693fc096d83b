//! What happens, as chance has it.

use std::time::Duration;

use domain::Timestamp;
use http::Method;
use local::{Crash, Extent, Fault, Options};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use shared::edge::clock::Clock;
use tests::{Answer, Harm, Pace, World};

use crate::cast::{Cast, Member, Role};
use crate::laws;

/// What a seed came to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) state: String,
    pub(crate) signatures: usize,
    pub(crate) seals: usize,
    pub(crate) messages: usize,
    pub(crate) deaths: usize,
    /// Calls that failed on purpose.
    pub(crate) failed: Vec<String>,
}

/// A world under the hands of chance.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) cast: Cast,
    pub(crate) id: String,
    /// The key of a tenant who has nothing to do with the request.
    pub(crate) stranger: String,
    /// From then on nobody can act.
    pub(crate) expires_at: Timestamp,
    /// What the service said that it took: the kind of the evidence, and whose act it is.
    pub(crate) promised: Vec<(&'static str, String)>,
    chance: StdRng,
}

/// What happens next; a number names a member.
#[derive(Clone, Copy, Debug)]
enum Move {
    Act(usize),
    ActTogether(usize, usize),
    Cancel,
    Decline(usize),
    Guess(usize),
    Harm,
    Remind,
    Restart,
    Unlock(usize),
    Wait,
    WaitLong,
}

/// Plays a seed to its end, and looks at it.
pub(crate) async fn play(seed: u64) -> Result<Outcome, String> {
    let mut chance = StdRng::seed_from_u64(seed);
    let options = Options {
        clock: Clock::standing(Timestamp::parse_rfc3339(START).unwrap()),
        duplicate: chance.random_range(1..=2),
        shuffle: chance.random_ratio(2, 3).then_some(seed),
        ..Options::default()
    };
    let world = World::open_with(options, Pace::InLeaps).await;
    let stranger = world.door().another_tenant("stranger").await;
    let cast = Cast::draw(&mut chance);
    let expires_at = world.door().cloud.clock().now().plus(cast.deadline);
    let (id, promised) = (String::new(), Vec::new());
    let mut stage = Stage { world, cast, id, stranger, expires_at, promised, chance };
    if stage.chance.random_ratio(1, 3) {
        stage.harm();
    }
    let body = stage.cast.body(stage.expires_at, &stage.world.callback);
    stage.id = stage.world.create(&body).await;
    for _ in 0..4 + 4 * stage.cast.members.len() {
        let next = stage.draw();
        stage.make(next).await;
        if stage.chance.random_ratio(3, 5) {
            stage.world.settle().await;
        }
    }
    stage.recover().await;
    laws::look(&mut stage).await
}

impl Stage {
    fn draw(&mut self) -> Move {
        let mut who = || self.chance.random_range(0..self.cast.members.len());
        let (one, other) = (who(), who());
        match self.chance.random_range(0..100) {
            0..40 => Move::Act(one),
            40..50 if one != other => Move::ActTogether(one, other),
            40..58 => Move::Guess(one),
            58..60 => Move::Decline(one),
            60 => Move::Cancel,
            61..65 => Move::Remind,
            65..68 => Move::Restart,
            68..71 => Move::Unlock(one),
            71..83 => Move::Wait,
            83 => Move::WaitLong,
            _ => Move::Harm,
        }
    }

    async fn make(&mut self, next: Move) {
        match next {
            Move::Act(who) => self.act(who).await,
            Move::ActTogether(one, other) => self.act_together(one, other).await,
            Move::Cancel => {
                let path = format!("/signatures/{}/cancel", self.id);
                let answer = self.world.call(None, Method::POST, &path, Some(&json!({}))).await;
                self.promise("RequestCancelled", None, answer.as_ref());
            }
            Move::Decline(who) => {
                let Some(link) = self.link(who) else { return };
                let answer = self.post(&link, "/sign/decline", &json!({})).await;
                self.promise("SignatureDeclined", Some(who), answer.as_ref());
            }
            Move::Guess(who) => self.guess(who).await,
            Move::Harm => self.harm(),
            Move::Remind => {
                let path = format!("/signatures/{}/remind", self.id);
                let _answer = self.world.call(None, Method::POST, &path, Some(&json!({}))).await;
            }
            Move::Restart => self.world.restart().await,
            Move::Unlock(who) => self.unlock(who).await,
            Move::Wait => {
                let minutes = self.chance.random_range(1..=90);
                self.world.leap(Duration::from_mins(minutes)).await;
            }
            Move::WaitLong => {
                let hours = self.chance.random_range(1..=18);
                for _ in 0..2 {
                    self.world.leap(Duration::from_hours(hours)).await;
                }
            }
        }
    }

    /// Something that goes wrong soon, instead of what was to.
    fn harm(&mut self) {
        let chance = &mut self.chance;
        let harm = if chance.random_ratio(2, 5) {
            let side = if chance.random_ratio(1, 2) { Crash::Before } else { Crash::After };
            Harm::Death(chance.random_range(1..=10), side)
        } else {
            let fault = Fault::ALL[chance.random_range(0..Fault::ALL.len())];
            let extent = if chance.random_ratio(1, 2) { Extent::Once } else { Extent::Outage };
            Harm::Failure(chance.random_range(1..=30), fault, extent)
        };
        self.world.harm(harm);
    }

    /// Reads, agrees, asks for codes and answers them.
    async fn act(&mut self, who: usize) {
        if let Some((link, kind, path, body)) = self.ready(who).await {
            let answer = self.post(&link, path, &body).await;
            self.promise(kind, Some(who), answer.as_ref());
        }
    }

    /// Two people answer at the same time.
    async fn act_together(&mut self, one: usize, other: usize) {
        let (Some(first), Some(second)) = (self.ready(one).await, self.ready(other).await) else { return };
        let door = self.world.door().clone();
        let (a, b) = tokio::join!(
            door.call_as(&first.0, Method::POST, first.2, Some(&first.3)),
            door.call_as(&second.0, Method::POST, second.2, Some(&second.3)),
        );
        drop(door);
        if a.status >= 500 || b.status >= 500 {
            self.world.door().cloud.mend();
        }
        self.world.revive().await;
        self.promise(first.1, Some(one), Some(&a));
        self.promise(second.1, Some(other), Some(&b));
    }

    /// Everything up to the act itself: the link, the evidence it makes, where and what is posted.
    async fn ready(&mut self, who: usize) -> Option<(String, &'static str, &'static str, Value)> {
        let member = self.cast.members[who];
        let link = self.link(who)?;
        let view = self.view(&link).await?;
        let shown = view["document"]["sha256"].as_str()?.to_owned();
        let read = json!({ "documentSha256": shown });
        let _presented = self.post(&link, "/sign/presented", &read).await?;
        let (kind, path) = match member.role {
            Role::Approver => ("DocumentApproved", "/sign/approval"),
            Role::Copy => return None,
            Role::Signatory => ("SignatureCreated", "/sign/signature"),
            Role::Viewer => return Some((link, "DocumentRead", "/sign/read", read)),
        };
        let asked = json!({ "documentSha256": shown, "consentSha256": view["consent"]["sha256"] });
        if self.post(&link, "/sign/otp", &asked).await.is_none_or(|it| it.status != 202) {
            // They wait, and answer what came before.
            self.world.leap(Duration::from_mins(1)).await;
        }
        let mut body = answer(member, &self.world)?;
        body["documentSha256"] = json!(shown);
        if member.role == Role::Signatory {
            let name = format!("{} {}", member.person.name, member.person.surname);
            body["mark"] = json!({ "mode": "typed", "name": name });
        }
        Some((link, kind, path, body))
    }

    /// Answers with wrong codes, a few times.
    async fn guess(&mut self, who: usize) {
        let Some((link, _, path, mut body)) = self.ready(who).await else { return };
        for _ in 0..self.chance.random_range(1..=6) {
            for pointer in ["/code", "/codes/email", "/codes/sms"] {
                if let Some(code) = body.pointer_mut(pointer) {
                    let right: u32 = code.as_str().unwrap().parse().unwrap();
                    *code = json!(format!("{:06}", (right + 7) % 1_000_000));
                }
            }
            let _refused = self.post(&link, path, &body).await;
        }
    }

    async fn unlock(&mut self, who: usize) {
        let path = format!("/signatures/{}/detail", self.id);
        let Some(detail) = self.world.call(None, Method::GET, &path, None).await else { return };
        let Some(signer) = detail.json()["data"]["signers"][who]["id"].as_str().map(str::to_owned) else {
            return;
        };
        let path = format!("/signatures/{}/signers/{signer}/unlock", self.id);
        let _answer = self.world.call(None, Method::POST, &path, Some(&json!({}))).await;
    }

    /// What the signatory is told, where they can act.
    async fn view(&mut self, link: &str) -> Option<Value> {
        let answer = self.world.call(Some(link), Method::GET, "/sign/request", None).await?;
        let view = (answer.status == 200).then(|| answer.json())?;
        (view["signatory"]["state"] == "NEW").then_some(view)
    }

    /// The token of the newest link that a member was sent.
    fn link(&self, who: usize) -> Option<String> {
        let mails = self.world.door().mails_to(self.cast.members[who].person.email);
        let text = mails.iter().rev().find_map(|it| it.text.split_once("/sign#"))?.1;
        text.split_whitespace().next().map(str::to_owned)
    }

    async fn post(&mut self, link: &str, path: &str, body: &Value) -> Option<Answer> {
        self.world.call(Some(link), Method::POST, path, Some(body)).await
    }

    fn promise(&mut self, kind: &'static str, who: Option<usize>, answer: Option<&Answer>) {
        if answer.is_some_and(|it| it.status == 200) {
            let whose = who.map(|it| self.cast.members[it].person.email.to_owned()).unwrap_or_default();
            self.promised.push((kind, whose));
        }
    }

    /// Lets whatever was left behind be taken up: until nothing has gone wrong for some time.
    async fn recover(&mut self) {
        let harmed = |world: &World| (world.deaths, world.failures_made().len());
        let (mut quiet, mut before) = (0, harmed(&self.world));
        while quiet < QUIET_LEAPS {
            self.world.leap(Duration::from_mins(15)).await;
            let now = harmed(&self.world);
            quiet = if now == before { quiet + 1 } else { 0 };
            before = now;
        }
    }
}

/// The codes that came, as they are posted.
fn answer(member: Member, world: &World) -> Option<Value> {
    let codes = member.codes(world)?;
    let only = codes.as_object().filter(|it| it.len() == 1).and_then(|it| it.values().next());
    Some(only.map_or_else(|| json!({ "codes": codes }), |code| json!({ "code": code })))
}

/// When every world begins.
const START: &str = "2026-03-02T09:00:00Z";
/// A quarter of an hour each: as long as any pause before another try.
const QUIET_LEAPS: usize = 5;
