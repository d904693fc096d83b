//! One request, from the invitations to the signed document.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use crate::door::{Answer, Door};

/// Someone who signs.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// Given name.
    pub name: &'static str,
    /// Family name.
    pub surname: &'static str,
    /// Mailbox.
    pub email: &'static str,
}

/// The first signatory of most stories.
#[must_use]
pub const fn ada() -> Person {
    Person { name: "Ada", surname: "Lovelace", email: "ada@example.com" }
}

/// The second one.
#[must_use]
pub const fn grace() -> Person {
    Person { name: "Grace", surname: "Hopper", email: "grace@example.org" }
}

/// The third one.
#[must_use]
pub const fn alan() -> Person {
    Person { name: "Alan", surname: "Turing", email: "alan@example.net" }
}

/// A request on its way.
#[derive(Clone, Debug)]
pub struct Ceremony {
    /// Where it happens.
    pub door: Door,
    /// The request.
    pub id: String,
    people: Vec<Person>,
}

impl Ceremony {
    /// A request that was created.
    #[must_use]
    pub fn new(door: Door, id: String, people: &[Person]) -> Self {
        Self { door, id, people: people.to_vec() }
    }

    /// The same request on a stage that was started again.
    #[must_use]
    pub fn at(self, door: Door) -> Self {
        Self { door, ..self }
    }

    /// The integrator's view.
    pub async fn detail(&self) -> Answer {
        self.door.get(&format!("/signatures/{}/detail", self.id)).await.expect(200)
    }

    /// The state in the integrator's view.
    pub async fn state(&self) -> String {
        self.detail().await.text("/data/state")
    }

    /// The kinds of the evidence events, in order; those of the custody chain come last. Reading them is evidence
    /// as well, which is left out here.
    pub async fn evidence(&self) -> Vec<String> {
        let audit = self.door.get(&format!("/signatures/{}/audit", self.id)).await.expect(200).json();
        let kinds = |name: &str| {
            let events =
                audit.pointer(&format!("/data/evidence/{name}")).unwrap().as_array().unwrap().clone();
            events.into_iter().map(|event| {
                let body: Value = serde_json::from_str(event["event"].as_str().unwrap()).unwrap();
                body["kind"].as_str().unwrap().to_owned()
            })
        };
        kinds("events").chain(kinds("custody")).filter(|it| it != "EvidenceRead").collect()
    }

    /// The evidence bundle.
    pub async fn bundle(&self) -> Vec<u8> {
        let answer = self.door.get(&format!("/signatures/{}/evidence", self.id)).await.expect(200);
        assert_eq!(answer.headers["content-type"], "application/zip");
        answer.body.to_vec()
    }

    /// The token of a person's link, out of the invitation.
    #[must_use]
    pub fn token(&self, person: Person) -> String {
        let mails = self.door.mails_to(person.email);
        let invitation = mails.iter().rev().find(|mail| mail.text.contains("/sign#")).expect("an invitation");
        let after = invitation.text.split("/sign#").nth(1).unwrap();
        after.split_whitespace().next().unwrap().to_owned()
    }

    /// The newest code that was mailed to a person.
    #[must_use]
    pub fn code(&self, person: Person) -> String {
        let mails = self.door.mails_to(person.email);
        let last = mails.iter().rev().find_map(|mail| mail.text.lines().rev().find_map(code_of_line));
        last.expect("a code was mailed")
    }

    /// Calls as a signatory, with the link's token.
    pub async fn as_signatory(
        &self,
        person: Person,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        self.door.call_as(&self.token(person), method, path, body).await
    }

    /// What the signatory is told.
    pub async fn view(&self, person: Person) -> Value {
        self.as_signatory(person, Method::GET, "/sign/request", None).await.expect(200).json()
    }

    /// Opens the document: reads it, says so, and gives its digest.
    pub async fn read(&self, person: Person) -> String {
        let view = self.view(person).await;
        let sha256 = view.pointer("/document/sha256").and_then(Value::as_str).unwrap().to_owned();
        let body = json!({ "documentSha256": sha256 });
        let answer = self.as_signatory(person, Method::POST, "/sign/presented", Some(&body)).await;
        let _presented = answer.expect(204);
        sha256
    }

    /// Agrees and asks for a code.
    pub async fn ask(&self, person: Person, sha256: &str) -> Answer {
        let view = self.view(person).await;
        let consent = view.pointer("/consent/sha256").unwrap();
        let body = json!({ "documentSha256": sha256, "consentSha256": consent });
        self.as_signatory(person, Method::POST, "/sign/otp", Some(&body)).await
    }

    /// Answers with a code, typing the own name.
    pub async fn answer(&self, person: Person, sha256: &str, code: &str) -> Answer {
        let mark = json!({ "mode": "typed", "name": format!("{} {}", person.name, person.surname) });
        let body = json!({ "documentSha256": sha256, "code": code, "mark": mark });
        self.as_signatory(person, Method::POST, "/sign/signature", Some(&body)).await
    }

    /// Reads, agrees, asks, answers.
    pub async fn sign(&self, person: Person) -> Answer {
        let sha256 = self.read(person).await;
        let _sent = self.ask(person, &sha256).await.expect(202);
        self.answer(person, &sha256, &self.code(person)).await
    }

    /// Everyone signs, one after the other, and the stage settles.
    pub async fn sign_all(&self) {
        for person in self.people.clone() {
            let _signed = self.sign(person).await.expect(200);
        }
        self.door.settle().await;
    }

    /// A document of the request.
    pub async fn document(&self, action: &str) -> Answer {
        let answer = self.door.get(&format!("/signatures/{}/{action}", self.id)).await;
        if answer.status != 303 {
            return answer;
        }
        let location = answer.headers["location"].to_str().unwrap().to_owned();
        let path = location.split_once("://").unwrap().1;
        let path = &path[path.find('/').unwrap()..];
        let request = http::Request::builder().uri(path).header("host", "127.0.0.1:3000");
        self.door.send(request.body(bytes::Bytes::new()).unwrap()).await
    }
}

/// A line of an OTP mail that is nothing but the code.
fn code_of_line(line: &str) -> Option<String> {
    let line = line.trim();
    let is_code = [6, 8].contains(&line.len()) && line.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then(|| line.to_owned())
}

/// Longer than the pause before a chain is archived and the time between two runs.
pub const A_WHILE: Duration = Duration::from_mins(11);
