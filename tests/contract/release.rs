//! The contract grows by additions only: what callers already rely on still holds.

use contract::Node;

use crate::openapi::document;
use crate::repository::read;

#[test]
fn what_callers_rely_on_still_holds() {
    let now = document();
    let then: Node = serde_json::from_str(&read(RELEASED)).unwrap();
    let broken = broken(&then, &now);
    let renewed = std::env::var_os("PARAPHE_RELEASE");
    assert!(broken.is_empty() || renewed.as_deref().is_some_and(|it| it == "broken"), "{broken:#?}");
    if renewed.is_some() {
        let path = crate::repository::root().join(RELEASED);
        std::fs::write(path, now.to_pretty_json() + "\n").unwrap();
    }
}

#[test]
fn what_is_added_breaks_nothing() {
    let then: Node = serde_json::from_str(THEN).unwrap();
    // Another word to be sent, a member, an answer, a bound that is wider.
    for (old, new) in [
        (r#"["dark","light"]"#, r#"["dark","light","grey"]"#),
        (r#""mode":"#, r#""size":{},"mode":"#),
        (r#""404":{}"#, r#""404":{},"409":{}"#),
        (r#""maxLength":9"#, r#""maxLength":10"#),
        (r#""required":["name"]"#, r#""required":["name","again"]"#),
    ] {
        assert!(THEN.contains(old), "{old}");
        let now: Node = serde_json::from_str(&THEN.replace(old, new)).unwrap();
        assert_eq!(broken(&then, &now), [""; 0], "{new}");
    }
}

#[test]
fn what_a_change_would_break_is_named() {
    let then: Node = serde_json::from_str(THEN).unwrap();
    assert_eq!(broken(&then, &then), [""; 0]);
    let (at, told) = ("post /themes", "post /themes 200");
    let changes = [
        (r#""/themes""#, r#""/looks""#, format!("{at} is gone")),
        (r#""saveTheme""#, r#""themes""#, format!("{at}: its operationId is another")),
        (r#""404""#, r#""409""#, format!("{at}: 404 is gone")),
        (
            r#""in":"query","required":false"#,
            r#""in":"query","required":true"#,
            format!("{at}: limit is asked for"),
        ),
        (r#""name":"limit""#, r#""name":"most""#, format!("{at}: limit is gone")),
        (r#""maximum":100"#, r#""maximum":50"#, format!("{at} limit: maximum is less")),
        (
            r#""requestBody":{"required":false"#,
            r#""requestBody":{"required":true"#,
            format!("{at}: the body is asked for"),
        ),
        (
            r#"{"200":{"content":{"application/json"#,
            r#"{"200":{"content":{"text/plain"#,
            format!("{told}: application/json is gone"),
        ),
        (
            r#""name":{"type":"string"}"#,
            r#""name":{"type":["string","null"]}"#,
            format!("{told}/name: its type is string or null"),
        ),
        (r#"["name"]"#, "[]", format!("{told}: name may be missing")),
        (r#""ui":{"#, r#""look":{"#, format!("{told}/again: ui is gone")),
        (r#"["ui"]"#, "[]", format!("{told}/again: ui may be missing")),
        (r#"["url"]"#, r#"["url","mode"]"#, format!("{at}: mode has to be there")),
        (
            r#"{"type":"object","required":["url"]"#,
            r#"{"type":"object","additionalProperties":false,"required":["url"]"#,
            format!("{at}: other members are refused"),
        ),
        (
            r#""url":{"type":["string","null"]"#,
            r#""url":{"type":"string""#,
            format!("{at}/url: its type is string"),
        ),
        (r#""maxLength":9"#, r#""maxLength":8"#, format!("{at}/url: maxLength is less")),
        (r#"["dark","light"]"#, r#"["dark"]"#, format!("{at}/mode: \"light\" is not taken any more")),
        (r#"{"minLength":1}"#, r#"{"minLength":2}"#, format!("{at}/tags/items: minLength is more")),
        (r#",{"type":"integer"}]"#, "]", format!("{at}/tags/items: one of oneOf is gone")),
        (r#""mode":{"#, r#""mode":{"allOf":[{}],"#, format!("{at}/mode: one more of allOf is asked for")),
        (r#""allOf":[{}]"#, r#""allOf":[{},{}]"#, format!("{at}/weight: one more of allOf is asked for")),
        (r#""mode":{"#, r#""mode":{"oneOf":[{}],"#, format!("{at}/mode: oneOf is new")),
        (r#""mode":{"#, r#""mode":{"anyOf":[{"const":1}],"#, format!("{at}/mode: anyOf is new")),
        (r#""mode":{"#, r#""mode":{"items":{"minLength":1},"#, format!("{at}/mode: items is new")),
    ];
    for (old, new, said) in changes {
        assert!(THEN.contains(old), "{old}");
        let now: Node = serde_json::from_str(&THEN.replace(old, new)).unwrap();
        assert_eq!(broken(&then, &now), [said.as_str()], "{new}");
    }
}

/// What held in one document and does not in another.
fn broken(then: &Node, now: &Node) -> Vec<String> {
    let mut look = Look { then, now, broken: Vec::new(), open: Vec::new() };
    for (path, item) in then.get("paths").map(Node::members).unwrap_or_default() {
        for (method, operation) in item.members().iter().filter(|(it, _)| it != "parameters") {
            let at = format!("{method} {path}");
            match now.at(&["paths", path, method]) {
                Some(it) => look.operation(&at, operation, it),
                None => look.broken.push(format!("{at} is gone")),
            }
        }
    }
    look.broken.sort();
    look.broken.dedup();
    look.broken
}

/// Who writes what a schema describes.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Way {
    /// Callers: what they may say must not become less.
    Sent,
    /// The service: what they are told must not become less.
    Told,
}

/// A look at two documents.
struct Look<'a> {
    then: &'a Node,
    now: &'a Node,
    broken: Vec<String>,
    /// The schemas that are being compared: they may name themselves.
    open: Vec<(*const Node, Way)>,
}

impl<'a> Look<'a> {
    fn say(&mut self, at: &str, what: impl std::fmt::Display) {
        self.broken.push(format!("{at}: {what}"));
    }

    fn operation(&mut self, at: &str, then: &'a Node, now: &'a Node) {
        if then.word("operationId") != now.word("operationId") {
            self.say(at, "its operationId is another");
        }
        self.parameters(at, then, now);
        let of = |it: &'a Node, root: &'a Node| it.get("requestBody").and_then(|it| it.resolve(root));
        match (of(then, self.then), of(now, self.now)) {
            (Some(then), Some(now)) => {
                if !is_required(then) && is_required(now) {
                    self.say(at, "the body is asked for");
                }
                self.content(at, then, now, Way::Sent);
            }
            (Some(_), None) => self.say(at, "the body is gone"),
            (None, Some(now)) if is_required(now) => self.say(at, "the body is asked for"),
            (None, _) => {}
        }
        for (status, then) in then.get("responses").map(Node::members).unwrap_or_default() {
            let now = now.at(&["responses", status]).and_then(|it| it.resolve(self.now));
            match (then.resolve(self.then), now) {
                (Some(then), Some(now)) => self.content(&format!("{at} {status}"), then, now, Way::Told),
                _ => self.say(at, format!("{status} is gone")),
            }
        }
    }

    fn parameters(&mut self, at: &str, then: &'a Node, now: &'a Node) {
        let all = |it: &'a Node, root: &'a Node| -> Vec<&'a Node> {
            let all = it.get("parameters").map(Node::items).unwrap_or_default();
            all.iter().filter_map(|it| it.resolve(root)).collect()
        };
        let (before, after) = (all(then, self.then), all(now, self.now));
        let is_same = |one: &Node, other: &Node| {
            (one.word("name"), one.word("in")) == (other.word("name"), other.word("in"))
        };
        for then in &before {
            let name = then.word("name");
            let Some(now) = after.iter().find(|it| is_same(it, then)) else {
                self.say(at, format!("{name} is gone"));
                continue;
            };
            if !is_required(then) && is_required(now) {
                self.say(at, format!("{name} is asked for"));
            }
            if let (Some(then), Some(now)) = (then.get("schema"), now.get("schema")) {
                self.schema(&format!("{at} {name}"), then, now, Way::Sent);
            }
        }
        for new in after.iter().filter(|it| is_required(it) && !before.iter().any(|then| is_same(then, it))) {
            self.say(at, format!("{} is asked for", new.word("name")));
        }
    }

    fn content(&mut self, at: &str, then: &'a Node, now: &'a Node, way: Way) {
        for (kind, then) in then.get("content").map(Node::members).unwrap_or_default() {
            match (then.get("schema"), now.at(&["content", kind])) {
                (_, None) => self.say(at, format!("{kind} is gone")),
                (Some(then), Some(now)) => {
                    if let Some(now) = now.get("schema") {
                        self.schema(at, then, now, way);
                    }
                }
                (None, Some(_)) => {}
            }
        }
    }

    fn schema(&mut self, at: &str, then: &'a Node, now: &'a Node, way: Way) {
        let (Some(then), Some(now)) = (then.resolve(self.then), now.resolve(self.now)) else {
            return self.say(at, "a schema is gone");
        };
        let here = (std::ptr::from_ref(then), way);
        if self.open.contains(&here) {
            return;
        }
        self.open.push(here);
        self.values(at, then, now, way);
        self.members(at, then, now, way);
        for name in ["items", "additionalProperties"] {
            match (then.get(name), now.get(name)) {
                (Some(then @ Node::Map(_)), Some(now @ Node::Map(_))) => {
                    self.schema(&format!("{at}/{name}"), then, now, way);
                }
                (_, Some(Node::Map(_))) if way == Way::Sent => self.say(at, format!("{name} is new")),
                _ => {}
            }
        }
        for name in ["allOf", "oneOf", "anyOf"] {
            let parts = |it: &'a Node| it.get(name).map(Node::items).unwrap_or_default();
            // Words stand in any order; the others are what they were by their place.
            let is_word = |it: &&Node| it.get("const").is_some();
            let is_there = |word: &Node| parts(now).iter().any(|it| it.get("const") == word.get("const"));
            for word in parts(then).iter().filter(is_word).filter(|it| !is_there(it)) {
                self.say(
                    at,
                    format!("{} of {name} is gone", word.get("const").map(Node::to_json).unwrap_or_default()),
                );
            }
            let others = |it: &'a Node| parts(it).iter().filter(|it| !is_word(it)).collect::<Vec<_>>();
            let (before, after) = (others(then), others(now));
            if before.len() > after.len() {
                self.say(at, format!("one of {name} is gone"));
            }
            if way == Way::Sent && name == "allOf" && before.len() < after.len() {
                self.say(at, "one more of allOf is asked for");
            }
            if way == Way::Sent && name != "allOf" && parts(then).is_empty() && !parts(now).is_empty() {
                self.say(at, format!("{name} is new"));
            }
            for (then, now) in before.into_iter().zip(after) {
                self.schema(at, then, now, way);
            }
        }
        self.open.pop();
    }

    /// Types, words and bounds: callers may say no less, and are told of no other type.
    fn values(&mut self, at: &str, then: &Node, now: &Node, way: Way) {
        let types = |it: &Node| match it.get("type") {
            Some(Node::Text(one)) => vec![one.clone()],
            Some(many) => many.items().iter().filter_map(Node::text).map(str::to_owned).collect(),
            None => Vec::new(),
        };
        let (narrow, wide) = match way {
            Way::Sent => (types(then), types(now)),
            Way::Told => (types(now), types(then)),
        };
        if !wide.is_empty() && (narrow.is_empty() || narrow.iter().any(|it| !wide.contains(it))) {
            self.say(at, format!("its type is {}", types(now).join(" or ")));
        }
        if way == Way::Told {
            return;
        }
        let words = |it: &Node| -> Option<Vec<String>> {
            let list = it.get("enum").map(|it| it.items().iter().map(Node::to_json).collect());
            list.or_else(|| it.get("const").map(|it| vec![it.to_json()]))
        };
        if let Some(after) = words(now) {
            match words(then) {
                None => self.say(at, "only some words are taken"),
                Some(before) => {
                    for word in before.iter().filter(|it| !after.contains(it)) {
                        self.say(at, format!("{word} is not taken any more"));
                    }
                }
            }
        }
        let number = |it: &Node, name: &str| match it.get(name) {
            Some(Node::Number(text)) => text.parse::<f64>().ok(),
            _ => None,
        };
        for name in ["maximum", "maxLength", "maxItems", "maxProperties"] {
            if number(now, name).is_some_and(|now| number(then, name).is_none_or(|then| now < then)) {
                self.say(at, format!("{name} is less"));
            }
        }
        for name in ["minimum", "minLength", "minItems", "minProperties"] {
            if number(now, name).is_some_and(|now| number(then, name).is_none_or(|then| now > then)) {
                self.say(at, format!("{name} is more"));
            }
        }
        if now.get("pattern").is_some() && now.get("pattern") != then.get("pattern") {
            self.say(at, "its pattern is another");
        }
    }

    /// Every member is still there; callers have to say no more of them, and are told no fewer.
    fn members(&mut self, at: &str, then: &'a Node, now: &'a Node, way: Way) {
        for (member, then) in then.get("properties").map(Node::members).unwrap_or_default() {
            match now.at(&["properties", member]) {
                Some(now) => self.schema(&format!("{at}/{member}"), then, now, way),
                None => self.say(at, format!("{member} is gone")),
            }
        }
        let required = |it: &Node| -> Vec<String> {
            let all = it.get("required").map(Node::items).unwrap_or_default();
            all.iter().filter_map(Node::text).map(str::to_owned).collect()
        };
        let (before, after) = (required(then), required(now));
        match way {
            Way::Sent => {
                for name in after.iter().filter(|it| !before.contains(it)) {
                    self.say(at, format!("{name} has to be there"));
                }
                let is_closed = |it: &Node| it.get("additionalProperties") == Some(&Node::Bool(false));
                if is_closed(now) && !is_closed(then) {
                    self.say(at, "other members are refused");
                }
            }
            Way::Told => {
                for name in before.iter().filter(|it| !after.contains(it)) {
                    self.say(at, format!("{name} may be missing"));
                }
            }
        }
    }
}

fn is_required(node: &Node) -> bool {
    node.get("required") == Some(&Node::Bool(true))
}

/// A small document with one of everything that is compared.
const THEN: &str = r##"{"paths":{"/themes":{"parameters":[],"post":{"operationId":"saveTheme",
    "parameters":[{"name":"limit","in":"query","required":false,"schema":{"type":"integer","maximum":100}}],
    "requestBody":{"required":false,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/New"}}}},
    "responses":{"200":{"content":{"application/json":{"schema":{"type":"object","required":["name"],
        "properties":{"name":{"type":"string"},"again":{"$ref":"#/components/schemas/Theme"}}}}}},"404":{}}}}},
    "components":{"schemas":{
        "Theme":{"required":["ui"],"properties":{"ui":{"type":["string","null"]},
            "next":{"$ref":"#/components/schemas/Theme"}}},
        "New":{"type":"object","required":["url"],"properties":{"url":{"type":["string","null"],"maxLength":9},
            "mode":{"enum":["dark","light"]},"weight":{"allOf":[{}]},"tags":{"items":{"oneOf":[{"minLength":1},{"type":"integer"}]}}}}}}}"##;
/// The contract that callers already rely on. `PARAPHE_RELEASE=1` adds to it what came since, and is the only thing that
/// does; what breaks it is written by `PARAPHE_RELEASE=broken` alone.
const RELEASED: &str = "tests/contract/released.json";
