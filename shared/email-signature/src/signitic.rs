//! What callers of Signitic read: its answers, its numbers, its names.

use serde_json::{Map, Value, json};

use crate::attribute::Field;
use crate::person::{ChangeRequest, Group, Outcome, Person};
use crate::refusal::{Reason, Refusal};
use crate::value::{Line, Link};

/// An answer that says no: its status and its body.
#[derive(Clone, Debug, PartialEq)]
pub struct Denial {
    /// The status of HTTP.
    pub status: u16,
    /// The body.
    pub body: Value,
}

/// Addresses of a person's own things.
#[derive(Clone, Copy, Debug, Default)]
pub struct Places<'a> {
    /// The picture.
    pub picture: Option<&'a Link>,
    /// The vCard.
    pub vcard: Option<&'a Link>,
}

impl Denial {
    /// The key is missing or wrong.
    #[must_use]
    pub fn of_key() -> Self {
        Self::new(401, KEY, "the API key is missing or not known", "")
    }

    /// A refusal.
    #[must_use]
    pub fn of(refusal: &Refusal) -> Self {
        let status = match refusal.reason {
            Reason::Email | Reason::Shape { .. } => 400,
            Reason::UnknownPerson => 404,
            Reason::ChangeStale => 409,
            _ => 422,
        };
        Self::new(status, refusal.reason.number(), &refusal.to_string(), &refusal.pointer)
    }

    fn new(status: u16, number: u16, message: &str, pointer: &str) -> Self {
        let mut body = json!({ "success": false, "error": number, "message": message });
        if let (false, Some(members)) = (pointer.is_empty(), body.as_object_mut()) {
            members.insert("pointer".to_owned(), json!(pointer));
        }
        Self { status, body }
    }
}

/// `GET /signatures/:email/json`.
#[must_use]
pub fn signature(html: &str) -> Value {
    json!({ "success": true, "html": html })
}

/// `GET /users`.
#[must_use]
pub fn users<'a>(people: impl IntoIterator<Item = &'a Person>) -> Value {
    let user = |it: &Person| json!({ "email": it.email().expose(), "enabled": enabled(it) });
    json!({ "success": true, "users": people.into_iter().map(user).collect::<Vec<_>>() })
}

/// `GET /users/:email`: every field, null where nothing is known.
#[must_use]
pub fn user(person: &Person, group: Option<&Group>, pending: &[ChangeRequest], places: Places<'_>) -> Value {
    let mut user = Map::new();
    user.insert("id".to_owned(), json!(person.email().expose()));
    user.insert("email".to_owned(), json!(person.email().expose()));
    user.insert("enabled".to_owned(), json!(enabled(person)));
    user.insert("group".to_owned(), json!(person.group().map(Line::as_str)));
    user.insert("picture".to_owned(), json!(places.picture.map(Link::as_str)));
    for field in Field::all() {
        let value = person.value(field).map(Line::as_str);
        let value =
            if field.as_str() == "vcard_url" { value.or(places.vcard.map(Link::as_str)) } else { value };
        user.insert(field.as_str().to_owned(), json!(value));
    }
    let name = |it: Option<&Line>| json!(it.map(Line::as_str));
    user.insert(
        "path".to_owned(),
        json!({
            "parent_entity": name(group.and_then(|it| it.parent_entity.as_ref())),
            "entity": name(group.and_then(|it| it.entity.as_ref())),
            "group": name(person.group()),
        }),
    );
    user.insert("pending_change_requests".to_owned(), changes(pending));
    json!({ "success": true, "user": user })
}

/// `GET /user-change-requests/:email`.
#[must_use]
pub fn change_requests(pending: &[ChangeRequest]) -> Value {
    json!({ "success": true, "requests": changes(pending) })
}

/// `POST /users`: what came of each person, in the order of the request.
#[must_use]
pub fn upserted(outcomes: &[Result<Outcome, Refusal>]) -> Value {
    let count = |wanted: Outcome| outcomes.iter().filter(|it| it.as_ref() == Ok(&wanted)).count();
    let errors = outcomes.iter().filter_map(|it| it.as_ref().err()).map(|it| Denial::of(it).body);
    json!({
        "success": outcomes.iter().all(Result::is_ok),
        "created": count(Outcome::Created),
        "updated": count(Outcome::Changed),
        "unchanged": count(Outcome::Unchanged),
        "errors": errors.collect::<Vec<_>>(),
    })
}

fn changes(pending: &[ChangeRequest]) -> Value {
    let change = |it: &ChangeRequest| {
        json!({
            "field": it.field.as_str(),
            "current": it.before.as_ref().map(Line::as_str),
            "requested": it.proposed.as_ref().map(Line::as_str),
            "date": it.at.to_rfc3339(),
        })
    };
    pending.iter().map(change).collect()
}

/// Signitic's switch: 1 is on, 2 is off.
const fn enabled(person: &Person) -> u8 {
    if person.is_enabled() { 1 } else { 2 }
}

const KEY: u16 = 99;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use domain::Timestamp;

    use super::*;
    use crate::person::{Groups, PersonPatch, parse_batch};

    fn person(value: &Value) -> Person {
        PersonPatch::parse(value).unwrap().apply(None, &mut Groups::default()).0
    }

    #[test]
    fn refusals_have_signitics_status_and_number() {
        for (reason, status, number) in [
            (Reason::Email, 400, 101),
            (Reason::UnknownPerson, 404, 102),
            (Reason::Shape { expected: "JSON" }, 400, 103),
            (Reason::TooLarge { max_bytes: 3 }, 422, 104),
            (Reason::Inactive, 422, 106),
            (Reason::Color, 422, 113),
        ] {
            let denial = Denial::of(&Refusal::at("/x", reason));
            assert_eq!((denial.status, &denial.body["error"]), (status, &json!(number)));
            assert_eq!(denial.body["success"], json!(false));
            assert_eq!(denial.body["pointer"], json!("/x"));
        }
        let denial = Denial::of_key();
        assert_eq!((denial.status, &denial.body["error"]), (401, &json!(99)));
    }

    #[test]
    fn a_person_is_shown_whole() {
        let mut ada = person(&json!({"email": "ada@example.com", "enabled": 2, "group": "A", "title": "x"}));
        let mut pending = Vec::new();
        let at = Timestamp::parse_rfc3339("2026-01-01T00:00:00Z").unwrap();
        ChangeRequest::propose(&ada, Field::TITLE, "y", at, &mut pending).unwrap();
        let name = |text: &str| Line::parse(text, 100).unwrap();
        let group = Group { entity: Some(name("E")), ..Group::new(name("A")) };
        let vcard = Link::parse("https://sign.example/ada.vcf").unwrap();
        let places = Places { vcard: Some(&vcard), picture: None };
        let shown = user(&ada, Some(&group), &pending, places);
        let shown = &shown["user"];
        assert_eq!(shown.as_object().unwrap().len(), 5 + 42 + 2);
        assert_eq!(shown["path"], json!({"parent_entity": null, "entity": "E", "group": "A"}));
        assert_eq!(shown["vcard_url"], json!(vcard.as_str()));
        assert_eq!(shown["extra_20"], Value::Null);
        assert_eq!(
            shown["pending_change_requests"],
            json!([{"field": "title", "current": "x", "requested": "y", "date": "2026-01-01T00:00:00.000Z"}])
        );
        ada = PersonPatch::parse(&json!({"email": "ada@example.com", "enabled": true}))
            .unwrap()
            .apply(Some(ada), &mut Groups::default())
            .0;
        assert_eq!(
            users([&ada]),
            json!({"success": true, "users": [{"email": "ada@example.com", "enabled": 1}]})
        );
    }

    #[test]
    fn a_batch_tells_what_came_of_it() {
        let body = json!([{"email": "ada@example.com"}, {"email": "x"}]).to_string();
        let mut groups = Groups::default();
        let outcomes: Vec<Result<Outcome, Refusal>> = parse_batch(body.as_bytes())
            .unwrap()
            .into_iter()
            .map(|it| it.map(|patch| patch.apply(None, &mut groups).1))
            .collect();
        let told = upserted(&outcomes);
        assert_eq!((&told["success"], &told["created"]), (&json!(false), &json!(1)));
        assert_eq!(told["errors"][0]["pointer"], json!("/1/email"));
        assert_eq!(signature("<b>"), json!({"success": true, "html": "<b>"}));
    }
}
