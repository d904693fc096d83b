//! A place in a JSON document, as an administrator writes it: `name.givenName`, `phones[work].value`.

use serde_json::Value;

/// A place. Of a list, the element of the type in brackets is meant; without brackets the primary one, else the first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Path {
    text: String,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Step {
    member: String,
    kind: Option<String>,
}

impl Path {
    /// Reads a path; none when it is no such thing.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let steps = text.split('.').map(Step::parse).collect::<Option<Vec<_>>>()?;
        (steps.len() <= MOST_STEPS).then(|| Self { text: text.to_owned(), steps })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The member of the entry that it begins with.
    pub(super) fn first(&self) -> &str {
        self.steps.first().map_or("", |it| &it.member)
    }

    /// The text that stands there.
    pub(super) fn find(&self, entry: &Value) -> Option<String> {
        let mut place = entry;
        for step in &self.steps {
            place = step.find(place)?;
        }
        match place {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

impl Step {
    fn parse(text: &str) -> Option<Self> {
        let (member, kind) = match text.split_once('[') {
            None => (text, None),
            Some((member, rest)) => (member, Some(rest.strip_suffix(']')?)),
        };
        let is_name = |it: &str| {
            (1..=MOST_CHARS).contains(&it.len())
                && it.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        };
        (is_name(member) && kind.is_none_or(is_name))
            .then(|| Self { member: member.to_owned(), kind: kind.map(str::to_owned) })
    }

    fn find<'a>(&self, place: &'a Value) -> Option<&'a Value> {
        let found = place.get(&self.member)?;
        let Some(list) = found.as_array() else {
            return if self.kind.is_none() { Some(found) } else { None };
        };
        let is = |element: &Value, name: &str, word: &str| {
            element.get(name).and_then(Value::as_str).is_some_and(|it| it.eq_ignore_ascii_case(word))
        };
        if let Some(kind) = &self.kind {
            return list.iter().find(|it| is(it, "type", kind) || is(it, "customType", kind));
        }
        let primary = list.iter().find(|it| it.get("primary") == Some(&Value::Bool(true)));
        primary.or_else(|| list.first())
    }
}

const MOST_STEPS: usize = 5;
const MOST_CHARS: usize = 64;
