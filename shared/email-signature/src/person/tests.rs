#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::refusal::Refusal;

fn patch(value: &Value) -> PersonPatch {
    PersonPatch::parse(value).unwrap()
}

fn refused(value: &Value) -> (String, u16) {
    let Refusal { pointer, reason } = PersonPatch::parse(value).unwrap_err();
    (pointer, reason.number())
}

fn ada() -> Person {
    let mut groups = Groups::default();
    let said =
        json!({"email": "Ada@example.com", "firstname": "Ada", "title": "Engineer", "group": "Analytics"});
    patch(&said).apply(None, &mut groups).0
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

#[test]
fn an_upsert_says_only_what_it_says() {
    let mut groups = Groups::default();
    let said = json!({"email": "ADA@example.com", "title": "", "city": "London", "group": "Engines"});
    let (person, outcome) = patch(&said).apply(Some(ada()), &mut groups);
    assert_eq!(outcome, Outcome::Changed);
    assert_eq!(person.value(Field::FIRSTNAME).unwrap().as_str(), "Ada");
    assert_eq!(person.value(Field::TITLE), None);
    assert_eq!(person.value(Field::CITY).unwrap().as_str(), "London");
    assert!(groups.find(person.group().unwrap()).is_some(), "a group that was not known is created");
    assert_eq!(patch(&said).apply(Some(person), &mut groups).1, Outcome::Unchanged);
}

#[test]
fn what_cannot_be_read_is_named() {
    for (value, pointer, number) in [
        (json!({"email": "ada"}), "/email", 101),
        (json!({"email": 7}), "/email", 101),
        (json!({"firstname": "Ada"}), "/email", 110),
        (json!({"email": "ada@example.com", "extra_21": "x"}), "/extra_21", 111),
        (json!({"email": "ada@example.com", "a/b": "x"}), "/a~1b", 111),
        (json!({"email": "ada@example.com", "title": "a\r\nBcc: x"}), "/title", 112),
        (json!({"email": "ada@example.com", "title": "x".repeat(301)}), "/title", 112),
        (json!({"email": "ada@example.com", "github_link": "javascript:alert(1)"}), "/github_link", 114),
        (json!({"email": "ada@example.com", "enabled": 3}), "/enabled", 117),
        (json!({"email": "ada@example.com", "title": ["x"]}), "/title", 103),
        (json!("ada@example.com"), "", 103),
    ] {
        assert_eq!(refused(&value), (pointer.to_owned(), number), "{value}");
    }
}

#[test]
fn a_batch_takes_what_it_can() {
    let body =
        json!([{"email": "ada@example.com"}, {"email": "x"}, {"email": "grace@example.com", "enabled": 2}]);
    let read = parse_batch(body.to_string().as_bytes()).unwrap();
    assert_eq!(read.iter().filter(|it| it.is_ok()).count(), 2);
    assert_eq!(read[1].as_ref().unwrap_err().pointer, "/1/email");
    let wrapped = json!({"users": body}).to_string();
    assert_eq!(parse_batch(wrapped.as_bytes()).unwrap()[1].as_ref().unwrap_err().pointer, "/users/1/email");
    for (body, number) in [(b"{".to_vec(), 103), (b"7".to_vec(), 103), (vec![b' '; MAX_BATCH_BYTES + 1], 104)]
    {
        assert_eq!(parse_batch(&body).unwrap_err().reason.number(), number);
    }
}

#[test]
fn a_deletion_takes_a_month_and_can_be_taken_back() {
    let mut person = ada();
    person.delete(at("2026-01-31T10:00:00Z"));
    person.delete(at("2026-02-15T10:00:00Z"));
    assert!(person.active(at("2026-02-28T09:59:59Z")).is_ok());
    assert_eq!(person.active(at("2026-02-28T10:00:00Z")).unwrap_err().number(), 102);
    let back = patch(&json!({"email": "ada@example.com"})).apply(Some(person), &mut Groups::default());
    assert_eq!((back.0.gone_at(), back.1), (None, Outcome::Changed));
}

#[test]
fn a_stored_person_comes_back_whole() {
    let mut person = ada();
    let id = crate::value::ImageId::parse("ada").unwrap();
    person.set_picture(Some(Image { id, width: 3, height: 4 }));
    person.delete(at("2026-01-31T10:00:00.125Z"));
    let off = patch(&json!({"email": "ada@example.com", "enabled": 2}));
    person = off.apply(Some(person), &mut Groups::default()).0;
    person.delete(at("2026-01-31T10:00:00.125Z"));
    assert_eq!(Person::restore(&Value::Object(person.members())), Ok(person));
    let strange = json!({"email": "ada@example.com", "shoe_size": 38});
    assert_eq!(Person::restore(&strange).unwrap_err().pointer, "/shoe_size");
}

#[test]
fn a_person_who_is_switched_off_has_no_signature() {
    let off = patch(&json!({"email": "ada@example.com", "enabled": 2}));
    let (person, _) = off.apply(Some(ada()), &mut Groups::default());
    assert_eq!(person.active(at("2026-01-01T00:00:00Z")).unwrap_err().number(), 106);
}

#[test]
fn a_change_is_carried_out_only_on_what_its_author_saw() {
    let (mut person, now, mut pending) = (ada(), at("2026-01-01T00:00:00Z"), Vec::new());
    ChangeRequest::propose(&person, Field::TITLE, "Notary", now, &mut pending).unwrap();
    ChangeRequest::propose(&person, Field::TITLE, "Countess", now, &mut pending).unwrap();
    assert_eq!(pending.len(), 1);
    let title = patch(&json!({"email": "ada@example.com", "title": "Director"}));
    person = title.apply(Some(person), &mut Groups::default()).0;
    assert_eq!(ChangeRequest::approve(&mut person, Field::TITLE, &mut pending), Err(Reason::ChangeStale));
    ChangeRequest::reject(Field::TITLE, &mut pending).unwrap();
    ChangeRequest::propose(&person, Field::TITLE, "Countess", now, &mut pending).unwrap();
    ChangeRequest::approve(&mut person, Field::TITLE, &mut pending).unwrap();
    assert_eq!(person.value(Field::TITLE).unwrap().as_str(), "Countess");
    assert_eq!(ChangeRequest::reject(Field::TITLE, &mut pending), Err(Reason::ChangeStale));
    assert!(ChangeRequest::propose(&person, Field::TITLE, "Countess", now, &mut pending).is_err());
}

fn any_patch() -> impl Strategy<Value = PersonPatch> {
    let member = (0..42_usize, proptest::option::of("[a-z]{1,6}"));
    (proptest::collection::vec(member, 0..8), proptest::option::of(any::<bool>())).prop_map(
        |(members, on)| {
            let mut patch = PersonPatch::new(EmailAddress::parse("ada@example.com").unwrap());
            patch.enabled = on;
            for (index, text) in members {
                let field = Field::all().nth(index).unwrap();
                patch.values.insert(field, text.map(|it| Line::parse(&it, 10).unwrap()));
            }
            patch
        },
    )
}

proptest! {
    #[test]
    fn applying_twice_is_applying_once(one in any_patch(), other in any_patch()) {
        let mut groups = Groups::default();
        let (person, _) = one.apply(None, &mut groups);
        let (once, _) = other.apply(Some(person), &mut groups);
        let (twice, outcome) = other.apply(Some(once.clone()), &mut groups);
        prop_assert_eq!(&once, &twice);
        prop_assert_eq!(outcome, Outcome::Unchanged);
    }

    #[test]
    fn patches_of_different_fields_can_come_in_any_order(one in any_patch(), other in any_patch()) {
        let fields = |it: &PersonPatch| it.values.keys().copied().collect::<Vec<_>>();
        let (left, right) = (fields(&one), fields(&other));
        prop_assume!(left.iter().all(|it| !right.contains(it)));
        prop_assume!(one.enabled.is_none() || other.enabled.is_none());
        let both = |first: &PersonPatch, second: &PersonPatch| {
            let mut groups = Groups::default();
            let person = first.apply(None, &mut groups).0;
            second.apply(Some(person), &mut groups).0
        };
        prop_assert_eq!(both(&one, &other), both(&other, &one));
    }
}
