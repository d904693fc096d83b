//! People and an integrator who go on after the service died under their hands, with what they can see.

use std::time::Duration;

use http::Method;
use local::{Crash, Extent, Fault, Options};
use serde_json::{Map, Value, json};
use tokio::task::JoinHandle;

use crate::receiver::Receiver;
use crate::{Answer, Ceremony, Door, Person};

/// What goes wrong, once.
#[derive(Clone, Copy, Debug)]
pub enum Harm {
    /// The process dies at an effect.
    Death(u64, Crash),
    /// A call of AWS fails.
    Failure(u64, Fault, Extent),
}

/// A stage that is started again whenever it dies, and an integrator's endpoint.
#[derive(Debug)]
pub struct World {
    // Taken out only while it is started again.
    door: Option<Door>,
    /// What the integrator was told.
    pub receiver: Receiver,
    /// The address for callbacks.
    pub callback: String,
    /// How often the stage died.
    pub deaths: u32,
    pace: Pace,
    /// The calls that failed on purpose before the last death.
    failed: Vec<String>,
    endpoint: JoinHandle<()>,
}

/// How time passes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Pace {
    /// Minute by minute where it is an hour or less, as [`Door::advance`] does.
    ByTheMinute,
    /// In a few leaps: what falls due meanwhile is found late, and a day costs what a minute does.
    InLeaps,
}

impl Drop for World {
    fn drop(&mut self) {
        self.endpoint.abort();
    }
}

impl World {
    /// A fresh world with these options.
    pub async fn open_with(options: Options, pace: Pace) -> Self {
        let door = Door::open_with(options).await;
        let (receiver, url, endpoint) = Receiver::listen().await;
        let subscription = json!({ "url": format!("{url}/events") });
        let _taken = door.post("/webhooks", &subscription).await.expect(201);
        let callback = format!("{url}/hook");
        let door = Some(door);
        Self { door, receiver, callback, deaths: 0, pace, failed: Vec::new(), endpoint }
    }

    /// Plans what goes wrong from here.
    pub fn harm(&self, harm: Harm) {
        match harm {
            Harm::Death(effect, side) => self.door().cloud.crash_at(effect, side),
            Harm::Failure(call, fault, extent) => self.door().cloud.fail_at(call, fault, extent),
        }
    }

    /// The stage as it is now.
    #[must_use]
    pub fn door(&self) -> &Door {
        self.door.as_ref().expect("the stage runs")
    }

    /// A request of it.
    #[must_use]
    pub fn ceremony(&self, id: &str, people: &[Person]) -> Ceremony {
        Ceremony::new(self.door().clone(), id.to_owned(), people)
    }

    /// Delivers what is pending, over a death if need be. An outage goes on meanwhile.
    pub async fn settle(&mut self) {
        self.door().settle().await;
        if self.revive().await {
            self.door().settle().await;
        }
    }

    /// Lets time pass, over a death if need be.
    pub async fn advance(&mut self, time: Duration) {
        // No outage lasts for minutes.
        self.door().cloud.mend();
        match self.pace {
            Pace::ByTheMinute => {
                self.door().advance(time).await;
                if self.revive().await {
                    self.door().advance(time).await;
                }
            }
            Pace::InLeaps => {
                for _ in 0..LEAPS {
                    self.leap(time / LEAPS).await;
                }
            }
        }
    }

    /// Lets time pass at once, and delivers what fell due meanwhile, over a death if need be.
    pub async fn leap(&mut self, time: Duration) {
        self.door().cloud.mend();
        self.door().cloud.clock().shift(i64::try_from(time.as_millis()).unwrap());
        self.settle().await;
    }

    /// The calls that failed as planned: function, service and operation.
    #[must_use]
    pub fn failures_made(&self) -> Vec<String> {
        [self.failed.clone(), self.door().cloud.failures_made()].concat()
    }

    /// Calls with a bearer; without one as the integrator. None when the service died before the answer, or has
    /// none to give: then it is mended.
    pub async fn call(
        &mut self,
        bearer: Option<&str>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Option<Answer> {
        let key = self.door().cloud.api_key().expect("the demo tenant has a key");
        let answer = self.door().call_as(bearer.unwrap_or(&key), method, path, body).await;
        if answer.status >= 500 {
            self.door().cloud.mend();
        }
        if self.revive().await || answer.status >= 500 { None } else { Some(answer) }
    }

    /// Posts until the service lives long enough to answer.
    pub async fn insist(&mut self, bearer: Option<&str>, path: &str, body: &Value) -> Answer {
        loop {
            if let Some(answer) = self.call(bearer, Method::POST, path, Some(body)).await {
                return answer;
            }
        }
    }

    /// Reads until the service lives long enough to answer.
    pub async fn get(&mut self, bearer: Option<&str>, path: &str) -> Answer {
        loop {
            if let Some(answer) = self.call(bearer, Method::GET, path, None).await {
                return answer;
            }
        }
    }

    /// Starts the service again if it died. Says whether it did.
    pub async fn revive(&mut self) -> bool {
        if !self.door().cloud.has_crashed() {
            return false;
        }
        self.restart().await;
        self.deaths += 1;
        true
    }

    /// Ends the service between two of its steps, and starts it again.
    pub async fn restart(&mut self) {
        self.failed = self.failures_made();
        let door = self.door.take().expect("the stage ran");
        self.door = Some(door.restart().await);
    }

    /// Creates a request and sees it open. An integrator who got no answer looks whether it is there, and
    /// makes it again when it is not, or when its document never came.
    pub async fn create(&mut self, body: &Value) -> String {
        loop {
            let known = self.ids().await;
            let answer = self.call(None, Method::POST, "/EU-SES", Some(body)).await;
            let made = match answer {
                Some(answer) => Some(answer.expect(200).text("/data/id")),
                None => self.ids().await.into_iter().find(|id| !known.contains(id)),
            };
            let Some(id) = made else { continue };
            self.settle().await;
            if self.state(&id).await == "WAIT_VALIDATION" {
                self.advance(Duration::from_mins(65)).await;
            }
            match self.state(&id).await.as_str() {
                "WAIT_SIGNER" => return id,
                "ERROR" => {}
                other => panic!("the new request is {other}"),
            }
        }
    }

    async fn ids(&mut self) -> Vec<String> {
        let list = self.get(None, "/signatures").await.expect(200).json();
        let list = list["data"].as_array().unwrap();
        list.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    }

    /// The events of a request in the feed, which has no gap, and of which the subscription was told all and no more.
    ///
    /// # Errors
    ///
    /// What is otherwise.
    pub async fn judge_feed(&mut self, request: &str) -> Result<Vec<Value>, String> {
        let (mut feed, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.get(None, &format!("/events?after={after}")).await.expect(200).json();
            let events = page["data"].as_array().unwrap();
            if events.is_empty() {
                break;
            }
            feed.extend(events.iter().filter(|it| it["data"]["request"]["id"] == request).cloned());
            page["next"].as_str().unwrap().clone_into(&mut after);
        }
        let sequences: Vec<u64> = feed.iter().map(|it| it["sequence"].as_u64().unwrap()).collect();
        let all: Vec<u64> = (1..=u64::try_from(feed.len()).unwrap()).collect();
        if sequences != all {
            return Err(format!("the feed has {sequences:?}"));
        }
        let told = self.receiver.told(request);
        match feed.iter().find(|event| !told.contains(event)) {
            Some(event) => Err(format!("the subscription was not told of {event}")),
            None if told.len() != feed.len() => {
                Err(format!("the subscription was told {} events", told.len()))
            }
            None => Ok(feed),
        }
    }

    /// The state in the integrator's eyes.
    pub async fn state(&mut self, id: &str) -> String {
        self.get(None, &format!("/signatures/{id}/detail")).await.expect(200).text("/data/state")
    }

    /// The link of a person, out of their mail. Nobody can know whether a mail left whose sender died, so an
    /// integrator who hears that nothing came sends a reminder.
    pub async fn link(&mut self, id: &str, person: Person) -> String {
        if !self.door().mails_to(person.email).iter().any(|mail| mail.text.contains("/sign#")) {
            self.advance(Duration::from_hours(2)).await;
            let _reminded = self.insist(None, &format!("/signatures/{id}/remind"), &json!({})).await;
            self.settle().await;
        }
        self.ceremony(id, &[person]).token(person)
    }

    /// Reads, agrees, asks for a code and answers it with `act`, again from where the view says, until it
    /// stands.
    pub async fn act(&mut self, id: &str, person: Person, path: &str, act: &Value) {
        let mut last = None;
        for _ in 0..MOST_TRIES {
            let link = self.link(id, person).await;
            let view = self.get(Some(&link), "/sign/request").await.expect(200).json();
            if view["signatory"]["state"] != "NEW" {
                return;
            }
            let (shown, consent) = (view["document"]["sha256"].clone(), view["consent"]["sha256"].clone());
            let read = json!({ "documentSha256": shown });
            let _presented = self.call(Some(&link), Method::POST, "/sign/presented", Some(&read)).await;
            let channels = view["signatory"]["channels"].as_array().unwrap();
            let channels: Vec<&str> = channels.iter().map(|it| it["channel"].as_str().unwrap()).collect();
            let before = self.codes(person, &channels);
            let asked = json!({ "documentSha256": shown, "consentSha256": consent });
            let answer = self.call(Some(&link), Method::POST, "/sign/otp", Some(&asked)).await;
            let codes = self.codes(person, &channels);
            let has_come = before.iter().zip(&codes).all(|(before, now)| now.len() > before.len());
            if answer.is_none_or(|it| it.status != 202) || !has_come {
                // A code did not come: they wait, and ask for another.
                self.advance(Duration::from_mins(2)).await;
                continue;
            }
            let mut body = act.clone();
            body["documentSha256"] = shown;
            let newest = channels
                .iter()
                .zip(&codes)
                .map(|(channel, codes)| ((*channel).to_owned(), json!(codes.last())));
            body["codes"] = newest.collect::<Map<_, _>>().into();
            last = self.call(Some(&link), Method::POST, path, Some(&body)).await;
        }
        panic!("{} could not act: {last:?}", person.name);
    }

    /// The codes that came to a person, for each channel. Nobody else is asked by text message meanwhile.
    fn codes(&self, person: Person, channels: &[&str]) -> Vec<Vec<String>> {
        let outbox = self.door().cloud.outbox();
        let of_channel = |channel: &&str| {
            let theirs = outbox.iter().filter(|it| it.channel == **channel);
            let theirs = theirs.filter(|it| it.to == person.email || it.channel == "sms");
            theirs.filter_map(|it| it.text.split_whitespace().find_map(code_of_word)).collect()
        };
        channels.iter().map(of_channel).collect()
    }

    /// The events of a request's evidence, and after them those of its custody.
    pub async fn evidence(&mut self, id: &str) -> Vec<Value> {
        let audit = self.get(None, &format!("/signatures/{id}/audit")).await.expect(200).json();
        let chain = |name: &str| audit.pointer(name).unwrap().as_array().unwrap().clone();
        let events = [chain("/data/evidence/events"), chain("/data/evidence/custody")].concat();
        events.iter().map(|it| serde_json::from_str(it["event"].as_str().unwrap()).unwrap()).collect()
    }
}

/// A word that is the code, with the marks around it.
fn code_of_word(word: &str) -> Option<String> {
    let word = word.trim_matches(|it: char| it.is_ascii_punctuation());
    (word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit())).then(|| word.to_owned())
}

/// Leaps of a long time.
const LEAPS: u32 = 6;
/// One death costs one try, the pause between codes another.
const MOST_TRIES: usize = 6;
