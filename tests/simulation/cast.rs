//! Who takes part, and what is asked of them.

use std::time::Duration;

use domain::Timestamp;
use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tests::{Person, World, ada, alan, body, grace, pdf_with_catalog};

/// Someone whom the integrator asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) person: Person,
    pub(crate) role: Role,
    stage: u8,
    channels: &'static [&'static str],
    mobile: &'static str,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    Approver,
    Copy,
    Signatory,
    Viewer,
}

/// Everyone, and how the request is made.
#[derive(Clone, Debug)]
pub(crate) struct Cast {
    pub(crate) members: Vec<Member>,
    /// From its creation.
    pub(crate) deadline: Duration,
    with_reminders: bool,
}

impl Cast {
    pub(crate) fn draw(chance: &mut StdRng) -> Self {
        let count = chance.random_range(1..=PEOPLE.len());
        let member = |(index, (person, mobile)): (usize, &(Person, &'static str))| {
            let role = match chance.random_range(0..10) {
                // Somebody has to sign.
                _ if index == 0 => Role::Signatory,
                0 => Role::Copy,
                1 => Role::Viewer,
                2 | 3 => Role::Approver,
                _ => Role::Signatory,
            };
            let channels: [&[&str]; 4] = [&["email"], &["email"], &["sms"], &["email", "sms"]];
            Member {
                person: *person,
                role,
                stage: if index == 0 { 1 } else { chance.random_range(1..=2) },
                channels: channels[chance.random_range(0..channels.len())],
                mobile,
            }
        };
        let members = PEOPLE.iter().enumerate().take(count).map(member).collect();
        let hours = if chance.random_ratio(1, 4) { 24 * 5 } else { chance.random_range(4..=30) };
        Self { members, deadline: Duration::from_hours(hours), with_reminders: chance.random_ratio(1, 2) }
    }

    /// The body of the request.
    pub(crate) fn body(&self, expires_at: Timestamp, callback: &str) -> Value {
        let people: Vec<Person> = self.members.iter().map(|it| it.person).collect();
        let mut body = body(&document(), &people);
        for (signer, member) in body["signers"].as_array_mut().unwrap().iter_mut().zip(&self.members) {
            signer["authentication"] = json!(member.channels);
            signer["mobile"] = json!(member.mobile);
            signer["role"] = json!(member.role.word());
            if member.role != Role::Copy {
                signer["stage"] = json!(member.stage);
            }
            if member.role != Role::Signatory {
                signer.as_object_mut().unwrap().remove("signatures");
            }
        }
        body["expiresAt"] = json!(expires_at.to_rfc3339());
        body["callback"] = json!({ "url": callback, "retry": 5 });
        if self.with_reminders {
            body["options"]["reminders"] = json!({ "firstAfterDays": 1, "everyDays": 1, "count": 2 });
        }
        body
    }
}

impl Member {
    /// The newest codes that came to them, as they are told to the service; none where one is missing.
    pub(crate) fn codes(&self, world: &World) -> Option<Value> {
        let mut codes = serde_json::Map::new();
        for channel in self.channels {
            let number: String = self.mobile.split(' ').collect();
            let address = if *channel == "sms" { number.as_str() } else { self.person.email };
            let mails = world.door().mails_to(address);
            let code = mails.iter().rev().find_map(|it| it.text.split_whitespace().find_map(code_of_word))?;
            codes.insert((*channel).to_owned(), json!(code));
        }
        Some(codes.into())
    }
}

impl Role {
    const fn word(self) -> &'static str {
        match self {
            Self::Approver => "approver",
            Self::Copy => "cc",
            Self::Signatory => "signatory",
            Self::Viewer => "viewer",
        }
    }
}

/// The smallest document: what is done with larger ones is the same.
pub(crate) fn document() -> Vec<u8> {
    pdf_with_catalog("", &[])
}

/// A word that is nothing but the code; text messages mark it by a `#`.
fn code_of_word(word: &str) -> Option<&str> {
    let word = word.trim_start_matches('#');
    (word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit())).then_some(word)
}

const PEOPLE: [(Person, &str); 4] = [
    (ada(), "+39 333 112 2331"),
    (grace(), "+39 333 112 2332"),
    (alan(), "+39 333 112 2333"),
    (Person { name: "Emmy", surname: "Noether", email: "emmy@example.com" }, "+39 333 112 2334"),
];
