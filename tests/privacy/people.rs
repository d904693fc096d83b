//! Everyone and everything that a request knows besides its signatories' names: where they act from and by what, who
//! sends, whom they pass it on to, what they attach, why they decline; and persons of managed signatures. In the clear
//! it stands where it must, and nowhere once it is erased.

use std::collections::BTreeSet;
use std::net::IpAddr;

use http::{Method, Request};
use serde_json::{Value, json};
use tests::{Answer, CONTRACT, Ceremony, Door, Person, body};

use super::{assert_absent, contains, items, listen_to_the_log, stored};

const TEMPLE: Person = Person { name: "Temple", surname: "Featherstone", email: "temple.canary@example.org" };
const ZEB: Person = Person { name: "Zebedee", surname: "Wingfield", email: "zebedee.canary@example.net" };
const BROWSER: &str = "CanaryBrowser/77.7";
const ADDRESS: &str = "203.0.113.77";
const SENDER: &str = "Canary Traders";
/// The tenant's key says who it is of, whatever becomes of its requests.
const OF_THE_KEY: &str = "ONLY: the sender";

/// What must be erased with a request, by what it is.
fn secrets() -> Vec<(&'static str, String)> {
    let all = [
        ("the address of the network", ADDRESS),
        ("the browser", BROWSER),
        ("the sender", SENDER),
        ("the signatory's surname", TEMPLE.surname),
        ("the signatory's mailbox", TEMPLE.email),
        ("the delegate's given name", ZEB.name),
        ("the delegate's surname", ZEB.surname),
        ("the delegate's mailbox", ZEB.email),
        ("the name of an attachment", "Passport of a canary"),
        ("what is to be attached", "yellow feathers"),
        ("the reason for declining", "wings are clipped"),
    ];
    all.map(|(what, it)| (what, it.to_owned())).into()
}

/// Acts as somebody from another machine, by a browser that can be told.
async fn act(ceremony: &Ceremony, person: Person, (method, path): (Method, &str), body: &Value) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1:3000")
        .header("user-agent", BROWSER)
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {}", ceremony.token(person)))
        .extension(ADDRESS.parse::<IpAddr>().unwrap());
    let body = if body.is_null() { String::new() } else { body.to_string() };
    ceremony.door.send(request.body(body.into()).unwrap()).await
}

async fn read(ceremony: &Ceremony, person: Person) -> (Value, Value) {
    let view = act(ceremony, person, (Method::GET, "/sign/request"), &Value::Null).await.expect(200).json();
    let told = json!({ "documentSha256": view["document"]["sha256"] });
    let _read = act(ceremony, person, (Method::POST, "/sign/presented"), &told).await.expect(204);
    (view["document"]["sha256"].clone(), view["consent"]["sha256"].clone())
}

/// A signatory reads, attaches, asks for a code and passes it on; the delegate reads and declines.
async fn story(door: &Door, key: &str) -> Ceremony {
    let mut wanted = body(CONTRACT, &[TEMPLE]);
    let attachment = json!({ "name": "Passport of a canary", "description": "The one with yellow feathers" });
    wanted["signers"][0]["attachments"] = json!([attachment]);
    wanted["options"] = json!({ "delegation": true });
    let made = door.call_as(key, Method::POST, "/EU-SES", Some(&wanted)).await.expect(200);
    door.settle().await;
    let ceremony = Ceremony::new(door.clone(), made.text("/data/id"), &[TEMPLE, ZEB]);
    let (document, consent) = read(&ceremony, TEMPLE).await;
    let path = format!("/sign/attachments/{}", made.text("/data/signers/0/attachments/0/id"));
    let file = json!({ "payload": "JVBERi0xLjcKJf////8K" });
    let _attached = act(&ceremony, TEMPLE, (Method::POST, &path), &file).await.expect(200);
    let asked = json!({ "documentSha256": document, "consentSha256": consent });
    let _sent = act(&ceremony, TEMPLE, (Method::POST, "/sign/otp"), &asked).await.expect(202);
    let delegate = json!({ "name": ZEB.name, "surname": ZEB.surname, "email": ZEB.email });
    let to = json!({ "documentSha256": document, "code": ceremony.code(TEMPLE), "delegate": delegate });
    let _passed = act(&ceremony, TEMPLE, (Method::POST, "/sign/delegation"), &to).await.expect(200);
    door.settle().await;
    let _read = read(&ceremony, ZEB).await;
    let why = json!({ "reason": "My wings are clipped" });
    let _declined = act(&ceremony, ZEB, (Method::POST, "/sign/decline"), &why).await.expect(200);
    door.settle().await;
    ceremony
}

/// Which items of the tables, by the beginning of their keys, say something in the clear: each with what.
async fn told(door: &Door, secrets: &[(&str, String)]) -> BTreeSet<String> {
    let all = items(door).await;
    let told = all.iter().flat_map(|(name, text)| {
        let kind = name.rsplit_once("S(\"").unwrap().1.split(['#', '"']).next().unwrap();
        let said = secrets.iter().filter(|(_, it)| contains(text, it));
        said.map(move |(what, _)| format!("{kind}: {what}"))
    });
    told.collect()
}

#[tokio::test]
async fn whoever_has_to_do_with_a_request_stands_in_it_alone_and_nowhere_once_it_is_erased() {
    let log = listen_to_the_log();
    let door = Door::open().await;
    let asked = json!({ "tenant": "canaries", "displayName": SENDER });
    let first = door.cloud.invoke("ManageAccessFunction", asked).await.unwrap();
    let key = first["key"].as_str().unwrap();
    let ceremony = story(&door, key).await;
    let path = format!("/signatures/{}", ceremony.id);
    let shown = door.call_as(key, Method::GET, &path, None).await.expect(200);
    assert_eq!(shown.text("/data/state"), "DECLINED");
    let secrets = secrets();
    // All of it is known, and told to whoever may ask.
    let audit = door.call_as(key, Method::GET, &format!("{path}/audit"), None).await.expect(200);
    let (audit, shown) = (audit.body.to_vec(), shown.body.to_vec());
    for (what, it) in &secrets {
        assert!(contains(&audit, it) || contains(&shown, it), "{what} is told to nobody");
    }
    door.advance(std::time::Duration::from_mins(11)).await;
    let everywhere = stored(door.cloud.data());
    let copies: Vec<_> = everywhere.into_iter().filter(|(name, _)| name.starts_with("objects")).collect();
    assert!(copies.iter().any(|(name, _)| name.contains("evidence") && name.contains(&ceremony.id)));
    assert_absent(&copies, &secrets, contains);
    assert_absent(&[("the log".to_owned(), log.text())], &secrets, contains);
    let must: BTreeSet<String> = secrets
        .iter()
        .filter(|(what, _)| !["the address of the network", "the browser"].contains(what))
        .map(|(what, _)| format!("REQUEST: {what}"))
        .chain([OF_THE_KEY.to_owned()])
        .collect();
    assert_eq!(told(&door, &secrets).await, must);
    let _erased =
        door.call_as(key, Method::POST, &format!("{path}/erase"), Some(&json!({}))).await.expect(200);
    door.advance(std::time::Duration::from_mins(11)).await;
    let left = told(&door, &secrets).await;
    assert_eq!(left, BTreeSet::from([OF_THE_KEY.to_owned()]));
    let objects = stored(door.cloud.data()).into_iter().filter(|(name, _)| name.starts_with("objects"));
    assert_absent(&objects.collect::<Vec<_>>(), &secrets, contains);
}

#[tokio::test]
async fn a_person_of_managed_signatures_stands_in_one_item_with_an_end_and_by_mailbox_in_what_was_changed() {
    let log = listen_to_the_log();
    let door = Door::open().await;
    let email = "nest.canary@example.com";
    let person = json!({
        "email": email, "firstname": "Plume", "lastname": "Quillfeather", "title": "Keeper of Nests",
        "phone": "+39 333 777 1777",
    });
    let mailbox = ("the mailbox", email.to_owned());
    let rest = [
        ("the surname", "Quillfeather".to_owned()),
        ("the given name", "Plume".to_owned()),
        ("the office", "Keeper of Nests".to_owned()),
        ("the phone", "333 777 1777".to_owned()),
    ];
    let written = door.post("/users", &json!({ "users": [person] })).await.expect(200);
    assert_eq!(written.json()["created"], 1, "{}", written.json());
    door.settle().await;
    let own = |(what, _): &(&str, String)| format!("PERSON: {what}");
    assert_eq!(told(&door, &rest).await, rest.iter().map(own).collect());
    let _leaving = door.call(Method::DELETE, &format!("/users/{email}"), None).await.expect(200);
    door.advance(std::time::Duration::from_hours(32 * 24)).await;
    let _gone = door.get(&format!("/users/{email}")).await.expect(404);
    // What a deletion is told of later is who, not what they were.
    let said: BTreeSet<String> = rest.iter().chain([&mailbox]).map(own).collect();
    let changed = BTreeSet::from(["CHANGED: the mailbox".to_owned()]);
    let left = told(&door, &[&rest[..], &[mailbox]].concat()).await;
    assert!(left.is_subset(&said.union(&changed).cloned().collect()), "{left:?}");
    // The table deletes the item by itself from then on.
    let now = door.cloud.clock().now().unix_seconds();
    for (name, text) in items(&door).await.iter().filter(|(_, text)| contains(text, "Quillfeather")) {
        let text = String::from_utf8_lossy(text);
        let end = text.split_once("\"purge_at\": N(\"").and_then(|(_, it)| it.split_once('"'));
        let end: i64 = end.unwrap_or_else(|| panic!("{name} has no end")).0.parse().unwrap();
        assert!(end <= now, "{name} has an end to come");
    }
    let objects = stored(door.cloud.data()).into_iter().filter(|(name, _)| name.starts_with("objects"));
    assert_absent(&objects.collect::<Vec<_>>(), &rest, contains);
    assert_absent(&[("the log".to_owned(), log.text())], &rest, contains);
}
