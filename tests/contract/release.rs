//! The contract grows by additions only: what the last release promised still holds.

use contract::Node;

use crate::openapi::document;
use crate::repository::read;

#[test]
fn what_the_last_release_promised_still_holds() {
    let now = document();
    let then: Node = serde_json::from_str(&read(RELEASED)).unwrap();
    if std::env::var_os("PARAPHE_RELEASE").is_some() {
        let path = crate::repository::root().join(RELEASED);
        std::fs::write(path, now.to_pretty_json() + "\n").unwrap();
    }
    let broken = broken(&then, &now);
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn what_a_release_would_break_is_named() {
    let then: Node = serde_json::from_str(THEN).unwrap();
    assert_eq!(broken(&then, &then), [""; 0]);
    let changes = [
        (r#""/themes""#, r#""/looks""#, "get /themes is gone"),
        (r#""listThemes""#, r#""themes""#, "get /themes: its operationId is another"),
        (r#""200""#, r#""202""#, "get /themes: 200 is gone"),
        (r#""required":false"#, r#""required":true"#, "get /themes: limit is asked for"),
        (r#""Theme":"#, r#""Look":"#, "the schema Theme is gone"),
        (r#""ui":{"#, r#""look":{"#, "Theme: ui is gone"),
        (r#"["name"]"#, "[]", "Theme: name may be missing"),
        (r#"["url"]"#, r#"["url","secret"]"#, "NewHook: secret has to be there"),
    ];
    for (old, new, said) in changes {
        assert!(THEN.contains(old), "{old}");
        let now: Node = serde_json::from_str(&THEN.replace(old, new)).unwrap();
        assert_eq!(broken(&then, &now), [said]);
    }
}

/// What held in one document and does not in another.
fn broken(then: &Node, now: &Node) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, item) in then.get("paths").map(Node::members).unwrap_or_default() {
        for (method, operation) in item.members() {
            let at = format!("{method} {path}");
            match now.at(&["paths", path, method]) {
                Some(it) => compare(&at, operation, it, now, &mut broken),
                None => broken.push(format!("{at} is gone")),
            }
        }
    }
    let schemas = then.at(&["components", "schemas"]).map(Node::members).unwrap_or_default();
    for (name, schema) in schemas {
        match now.at(&["components", "schemas", name]) {
            Some(it) => members(name, schema, it, &mut broken),
            None => broken.push(format!("the schema {name} is gone")),
        }
    }
    broken
}

/// The same name and answers, and no parameter that was not asked for before.
fn compare(at: &str, then: &Node, now: &Node, root: &Node, broken: &mut Vec<String>) {
    if then.word("operationId") != now.word("operationId") {
        broken.push(format!("{at}: its operationId is another"));
    }
    for (status, _) in then.get("responses").map(Node::members).unwrap_or_default() {
        if status.starts_with('2') && now.at(&["responses", status]).is_none() {
            broken.push(format!("{at}: {status} is gone"));
        }
    }
    let names = |it: &Node| -> Vec<String> {
        let all = it.get("parameters").map(Node::items).unwrap_or_default();
        let required = |it: &&Node| it.get("required") == Some(&Node::Bool(true));
        all.iter()
            .filter_map(|it| it.resolve(root))
            .filter(required)
            .map(|it| it.word("name").to_owned())
            .collect()
    };
    let before = names(then);
    broken.extend(
        names(now).into_iter().filter(|it| !before.contains(it)).map(|it| format!("{at}: {it} is asked for")),
    );
}

/// Every member is still there; of what callers send, none that was left to them has to be there now.
fn members(name: &str, then: &Node, now: &Node, broken: &mut Vec<String>) {
    for (member, _) in then.get("properties").map(Node::members).unwrap_or_default() {
        if now.at(&["properties", member]).is_none() {
            broken.push(format!("{name}: {member} is gone"));
        }
    }
    let required = |it: &Node| -> Vec<String> {
        let all = it.get("required").map(Node::items).unwrap_or_default();
        all.iter().filter_map(Node::text).map(str::to_owned).collect()
    };
    let (before, is_sent) = (required(then), now.get("additionalProperties") == Some(&Node::Bool(false)));
    if is_sent {
        let added = required(now).into_iter().filter(|it| !before.contains(it));
        broken.extend(added.map(|it| format!("{name}: {it} has to be there")));
    } else {
        let lost = before.into_iter().filter(|it| !required(now).contains(it));
        broken.extend(lost.map(|it| format!("{name}: {it} may be missing")));
    }
}

/// A small document with one of everything that is compared.
const THEN: &str = r#"{"paths":{"/themes":{"get":{"operationId":"listThemes",
    "parameters":[{"name":"limit","in":"query","required":false}],"responses":{"200":{},"400":{}}}}},
    "components":{"schemas":{
        "Theme":{"required":["name"],"properties":{"name":{},"ui":{}}},
        "NewHook":{"additionalProperties":false,"required":["url"],"properties":{"url":{},"secret":{}}}}}}"#;
/// The document of the last release; `PARAPHE_RELEASE=1` writes it anew when one is made.
const RELEASED: &str = "tests/contract/released.json";
