//! The service, driven by the moves of the model.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use local::Options;
use proptest_state_machine::StateMachineTest;
use serde_json::{Value, json};
use shared::edge::clock::Clock;
use tests::{CONTRACT, Ceremony, Door, Person, ada, body, grace};
use tokio::runtime::Runtime;

use crate::expected::{DEADLINE, Expected, Move, Progress, State};

/// A stage with one request.
#[derive(Debug)]
pub(crate) struct Service {
    runtime: Arc<Runtime>,
    ceremony: Ceremony,
    before: Expected,
    /// What each signatory opened last.
    shown: [Option<String>; 2],
}

impl Service {
    async fn make(&mut self, next: Move) -> u16 {
        match next {
            Move::Wait { minutes } => {
                // At once, not minute by minute: what falls due meanwhile is found late, as after an outage.
                self.ceremony.door.cloud.clock().shift(i64::from(minutes) * 60_000);
                0
            }
            Move::Cancel => self.integrator("cancel").await,
            Move::Unlock(who) => {
                let detail = self.ceremony.detail().await.json();
                let id = detail["data"]["signers"][who]["id"].as_str().unwrap().to_owned();
                self.integrator(&format!("signers/{id}/unlock")).await
            }
            Move::Decline(who) => self.signatory(who, "/sign/decline", json!({})).await,
            Move::Present(who) => self.present(who).await,
            Move::Ask(who) => {
                let consent = self.ceremony.view(PEOPLE[who]).await["consent"]["sha256"].clone();
                let body = json!({ "documentSha256": self.shown(who).await, "consentSha256": consent });
                self.signatory(who, "/sign/otp", body).await
            }
            Move::Right(who) => {
                let code = self.newest_code(who).unwrap_or_else(|| "000000".to_owned());
                self.answer(who, &code).await
            }
            Move::Wrong(who) => {
                let right: u32 = self.newest_code(who).map_or(0, |it| it.parse().unwrap());
                self.answer(who, &format!("{:06}", (right + 1) % 1_000_000)).await
            }
        }
    }

    async fn present(&mut self, who: usize) -> u16 {
        let view = self.ceremony.view(PEOPLE[who]).await;
        let sha256 = view["document"]["sha256"].as_str().unwrap_or(NEVER_SHOWN).to_owned();
        let status = self.signatory(who, "/sign/presented", json!({ "documentSha256": sha256 })).await;
        if status == 204 {
            self.shown[who] = Some(sha256);
        }
        status
    }

    /// The digest of what a signatory opened last; of what they could open, when they have not.
    async fn shown(&self, who: usize) -> String {
        if let Some(sha256) = &self.shown[who] {
            return sha256.clone();
        }
        let view = self.ceremony.view(PEOPLE[who]).await;
        view["document"]["sha256"].as_str().unwrap_or(NEVER_SHOWN).to_owned()
    }

    async fn answer(&self, who: usize, code: &str) -> u16 {
        let name = format!("{} {}", PEOPLE[who].name, PEOPLE[who].surname);
        let mark = json!({ "mode": "typed", "name": name });
        let body = json!({ "documentSha256": self.shown(who).await, "code": code, "mark": mark });
        self.signatory(who, "/sign/signature", body).await
    }

    async fn signatory(&self, who: usize, path: &str, body: Value) -> u16 {
        self.ceremony.as_signatory(PEOPLE[who], Method::POST, path, Some(&body)).await.status
    }

    async fn integrator(&self, action: &str) -> u16 {
        let path = format!("/signatures/{}/{action}", self.ceremony.id);
        self.ceremony.door.post(&path, &json!({})).await.status
    }

    fn newest_code(&self, who: usize) -> Option<String> {
        let mails = self.ceremony.door.mails_to(PEOPLE[who].email);
        mails.iter().any(|it| it.subject.starts_with("Your code")).then(|| self.ceremony.code(PEOPLE[who]))
    }

    /// Everyone sees what the model says.
    async fn look(&self, expected: &Expected) {
        let detail = self.ceremony.detail().await.json();
        let state = match expected.state {
            State::Cancelled => "CANCELLED",
            State::Declined => "DECLINED",
            State::Done => "DONE",
            State::Expired => "EXPIRED",
            State::WaitSigner => "WAIT_SIGNER",
        };
        assert_eq!(detail["data"]["state"], state);
        for (who, person) in expected.people.iter().enumerate() {
            let view = self.ceremony.view(PEOPLE[who]).await;
            let progress = match person.progress {
                Progress::Declined => "DECLINED",
                Progress::Locked => "LOCKED",
                Progress::New => "NEW",
                Progress::Signed => "SIGNED",
            };
            assert_eq!(view["signatory"]["state"], progress);
            if let Progress::New | Progress::Locked = person.progress {
                let left = json!([5 - person.codes, 25 - person.guesses]);
                let signatory = &view["signatory"];
                assert_eq!(json!([signatory["codesLeft"], signatory["guessesLeft"]]), left);
            }
        }
    }
}

impl StateMachineTest for Service {
    type SystemUnderTest = Self;
    type Reference = Expected;

    fn init_test(start: &Expected) -> Self {
        let runtime = Runtime::new().unwrap();
        let ceremony = runtime.block_on(async {
            let clock = Clock::standing(Clock::system().now());
            let door = Door::open_with(Options { clock, ..Options::default() }).await;
            let mut wanted = body(CONTRACT, &PEOPLE);
            let now = door.cloud.clock().now();
            let deadline = now.plus(Duration::from_mins(u64::from(DEADLINE)));
            wanted["expiresAt"] = json!(deadline.to_rfc3339());
            let answer = door.post("/EU-SES", &wanted).await.expect(200);
            door.settle().await;
            Ceremony::new(door, answer.text("/data/id"), &PEOPLE)
        });
        Self { runtime: Arc::new(runtime), ceremony, before: start.clone(), shown: [None, None] }
    }

    fn apply(mut service: Self, after: &Expected, next: Move) -> Self {
        let runtime = Arc::clone(&service.runtime);
        runtime.block_on(async {
            let expected = service.before.answer(next);
            let status = service.make(next).await;
            assert_eq!(status, expected, "{next:?} after {:?}", service.before);
            service.ceremony.door.settle().await;
            service.look(after).await;
        });
        service.before = after.clone();
        service
    }
}

const PEOPLE: [Person; 2] = [ada(), grace()];
/// A digest of nothing that was ever shown.
const NEVER_SHOWN: &str = "0000000000000000000000000000000000000000000000000000000000000000";
