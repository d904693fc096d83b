#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::json;

use super::*;
use crate::person::Groups;

fn google() -> Value {
    json!({
        "kind": "admin#directory#user", "id": "1", "primaryEmail": "Ada@Example.com", "suspended": false,
        "archived": false,
        "name": { "givenName": "Ada", "familyName": "Lovelace", "fullName": "Ada Lovelace" },
        "organizations": [
            { "title": "Guest", "department": "Elsewhere" },
            { "title": "Analyst", "department": "Engines", "primary": true },
        ],
        "phones": [
            { "value": "+44 20 7946 0000", "type": "work" }, { "value": "+44 7700 900000", "type": "mobile" },
        ],
        "addresses": [{ "type": "home", "locality": "Ockham" }, { "type": "work", "locality": "London" }],
        "customSchemas": { "Office": { "Room": 12 } },
    })
}

fn person(entry: &Entry) -> Person {
    entry.patch.apply(None, &mut Groups::default()).0
}

fn said(person: &Person, name: &str) -> Option<String> {
    person.value(Field::parse(name).unwrap()).map(|it| it.as_str().to_owned())
}

#[test]
fn an_entry_of_google_says_what_it_says_in_its_usual_places() {
    let entry = Mapping::usual(Directory::Google).read(Directory::Google, &google()).unwrap();
    let ada = person(&entry);
    assert_eq!(ada.email().expose(), "ada@example.com");
    let read: Vec<_> = ["firstname", "lastname", "title", "unit", "phone", "mobile", "city", "postal_code"]
        .into_iter()
        .map(|it| said(&ada, it).unwrap_or_default())
        .collect();
    assert_eq!(
        read,
        ["Ada", "Lovelace", "Analyst", "Engines", "+44 20 7946 0000", "+44 7700 900000", "London", ""]
    );
    assert!(entry.unfit.is_empty());
}

#[test]
fn an_entry_of_graph_says_what_it_says_in_its_usual_places() {
    let entry = json!({
        "mail": null, "userPrincipalName": "grace@example.com", "accountEnabled": true, "userType": "Member",
        "givenName": "Grace", "surname": "Hopper", "jobTitle": "Rear admiral", "businessPhones": ["+1 202 555 0100", "2"],
        "mobilePhone": null,
    });
    let grace = person(&Mapping::usual(Directory::Microsoft).read(Directory::Microsoft, &entry).unwrap());
    assert_eq!(said(&grace, "phone").unwrap(), "+1 202 555 0100");
    assert_eq!((grace.email().expose(), said(&grace, "mobile")), ("grace@example.com", None));
}

#[test]
fn who_is_nobody_here_is_left_out_with_a_reason() {
    let usual = Mapping::usual(Directory::Google);
    let of_google = |change: Value| {
        let mut entry = google();
        entry.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        usual.read(Directory::Google, &entry).unwrap_err()
    };
    assert_eq!(of_google(json!({ "suspended": true })), LeftOut::Suspended);
    assert_eq!(of_google(json!({ "archived": true })), LeftOut::Suspended);
    assert_eq!(of_google(json!({ "primaryEmail": "nobody" })), LeftOut::NoAddress);
    let usual = Mapping::usual(Directory::Microsoft);
    let of_graph = |entry: Value| usual.read(Directory::Microsoft, &entry).unwrap_err();
    assert_eq!(of_graph(json!({ "mail": "a@example.com", "accountEnabled": false })), LeftOut::Suspended);
    assert_eq!(of_graph(json!({ "mail": "a@example.com", "userType": "Guest" })), LeftOut::Guest);
    assert_eq!(of_graph(json!({})), LeftOut::NoAddress);
    for odd in [json!(null), json!([]), json!("x"), json!({ "mail": ["a@example.com"] })] {
        assert_eq!(of_graph(odd), LeftOut::NoAddress);
    }
}

#[test]
fn a_mapping_changes_the_usual_one() {
    let changes =
        json!({ "extra_1": "customSchemas.Office.Room", "title": null, "group": "organizations.department" });
    let mapping = Mapping::parse(Directory::Google, &changes).unwrap();
    let before = Person::new(EmailAddress::parse("ada@example.com").unwrap());
    let mut kept = PersonPatch::new(before.email().clone());
    kept.set("title", "Countess").unwrap();
    let (before, _) = kept.apply(Some(before), &mut Groups::default());
    let entry = mapping.read(Directory::Google, &google()).unwrap();
    let (after, _) = entry.patch.apply(Some(before.clone()), &mut Groups::default());
    assert_eq!(said(&after, "title").unwrap(), "Countess", "what is not mapped stays");
    assert_eq!(
        (said(&after, "extra_1").unwrap().as_str(), after.group().unwrap().as_str()),
        ("12", "Engines")
    );
    assert!(differences(Some(&before), &after).contains(&"extra_1".to_owned()));
    assert!(!differences(Some(&before), &after).contains(&"title".to_owned()));
    assert!(mapping.selected(Directory::Google).contains("customSchemas"));
    let shown = Value::Object(mapping.members());
    assert_eq!((&shown["extra_1"], shown.get("title")), (&json!("customSchemas.Office.Room"), None));
}

#[test]
fn a_mapping_that_cannot_be_read_is_refused_with_its_place() {
    for (changes, place) in [
        (json!({ "shoe_size": "x" }), "/shoe_size"),
        (json!({ "title": "" }), "/title"),
        (json!({ "title": "a..b" }), "/title"),
        (json!({ "title": "a[b" }), "/title"),
        (json!({ "title": "a[b]c" }), "/title"),
        (json!({ "title": "a.b.c.d.e.f" }), "/title"),
        (json!({ "title": "$expand=x" }), "/title"),
        (json!({ "title": "a,b" }), "/title"),
        (json!({ "title": 1 }), "/title"),
        (json!([]), ""),
    ] {
        assert_eq!(Mapping::parse(Directory::Microsoft, &changes).unwrap_err().pointer, place, "{changes}");
    }
}

#[test]
fn what_does_not_fit_is_said_and_what_is_empty_is_cleared() {
    let mut entry = google();
    entry["name"] = json!({ "givenName": "A".repeat(301), "familyName": "Love\u{202e}lace" });
    let read = Mapping::usual(Directory::Google).read(Directory::Google, &entry).unwrap();
    assert_eq!(read.unfit, ["firstname", "lastname"]);
    let mut kept = PersonPatch::new(EmailAddress::parse("ada@example.com").unwrap());
    kept.set("firstname", "Augusta").unwrap();
    kept.set("postal_code", "W1").unwrap();
    let (before, _) = kept.apply(None, &mut Groups::default());
    let (after, _) = read.patch.apply(Some(before), &mut Groups::default());
    assert_eq!((said(&after, "firstname").unwrap().as_str(), said(&after, "postal_code")), ("Augusta", None));
}
