//! JSON as strangers send it: read with limits, and without names that could be read in two ways.

mod shape;

use std::cell::RefCell;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

pub(super) use self::shape::Shaped;
pub use self::shape::{object, shaped};
use super::problem::{Problem, pointer_token};

/// A truth value, or the word for it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged, expecting = "true or false")]
pub enum Flag {
    /// A truth value.
    Bool(bool),
    /// The word for it.
    Word(FlagWord),
}

/// The word for a truth value.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlagWord {
    /// `false`.
    False,
    /// `true`.
    True,
}

impl Flag {
    /// Whether it is true.
    #[must_use]
    pub const fn is_set(self) -> bool {
        matches!(self, Self::Bool(true) | Self::Word(FlagWord::True))
    }
}

/// Reads a member that may be left out, of which null says the same: for
/// `#[serde(default, deserialize_with = "or_default")]`.
///
/// # Errors
///
/// `D::Error` for another shape.
pub fn or_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Reads a body.
///
/// # Errors
///
/// [`Problem`] 400 for what is no JSON in UTF-8, is nested more than [`MAX_DEPTH`] deep, or has a name twice in an
/// object ([RFC 8259] section 4 leaves open which one counts), with a pointer to it.
///
/// [RFC 8259]: https://www.rfc-editor.org/rfc/rfc8259
pub fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let fault = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let strict = Strict { depth: 0, at: String::new(), fault: &fault };
    let read = strict.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| {
        let problem = |detail: String| Problem::bad_request("json_malformed", detail);
        match fault.take() {
            Some((pointer, detail)) => problem(detail.clone()).with_error(pointer, detail),
            None => problem(format!("The body is not JSON: {error}.")),
        }
    })
}

/// What was found that is JSON and still not taken: where, and what.
type Fault = RefCell<Option<(String, String)>>;

struct Strict<'a> {
    depth: usize,
    at: String,
    fault: &'a Fault,
}

impl Strict<'_> {
    fn below(&self, name: &str) -> Self {
        let at = format!("{}/{}", self.at, pointer_token(name));
        Self { depth: self.depth + 1, at, fault: self.fault }
    }

    fn enter<E: serde::de::Error>(&self) -> Result<(), E> {
        if self.depth >= MAX_DEPTH {
            return Err(self.refuse(&self.at, format!("JSON is nested at most {MAX_DEPTH} deep.")));
        }
        Ok(())
    }

    fn refuse<E: serde::de::Error>(&self, at: &str, detail: String) -> E {
        self.fault.replace(Some((at.to_owned(), detail)));
        E::custom("refused")
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        self.enter()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self.below(&items.len().to_string()))? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        self.enter()?;
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let below = self.below(&name);
            if members.contains_key(&name) {
                return Err(self.refuse(&below.at, "The name stands here twice.".to_owned()));
            }
            let value = map.next_value_seed(below)?;
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

/// Objects and lists within each other. The deepest body of the contract has 7.
pub const MAX_DEPTH: usize = 32;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn refusal(body: &str) -> String {
        let event = parse(body.as_bytes()).unwrap_err().into_reply("1").into_event();
        event.get("body").unwrap().as_str().unwrap().to_owned()
    }

    #[test]
    fn what_is_sound_reads_as_serde_json_reads_it() {
        let body = r#"{"a":[1,-2,3.5,1e3,"x\u00e9",null,true,{"b":{}}],"A":18446744073709551615,"":[]}"#;
        assert_eq!(parse(body.as_bytes()).unwrap(), serde_json::from_str::<Value>(body).unwrap());
    }

    #[test]
    fn a_name_that_stands_twice_is_refused_at_any_depth() {
        for (body, pointer) in [
            (r#"{"a":1,"a":1}"#, "/a"),
            (r#"{"a":{"b/c":[0,{"x":1,"y":2,"x":1}]}}"#, "/a/b~1c/1/x"),
            (r#"{"a":1,"\u0061":2}"#, "/a"),
        ] {
            let answer = refusal(body);
            assert!(answer.contains(&format!("\"pointer\":\"{pointer}\"")), "{answer}");
        }
    }

    #[test]
    fn depth_ends_at_its_limit() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(refusal(&nested(MAX_DEPTH + 1)).contains("at most 32 deep"));
        assert!(refusal(&"[".repeat(1_000_000)).contains("at most 32 deep"));
        let objects = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
        assert!(parse(objects(MAX_DEPTH).as_bytes()).is_ok());
        assert!(refusal(&objects(MAX_DEPTH + 1)).contains("at most 32 deep"));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for body in ["", " ", "{", "{}x", "{}{}", "nul", "[1,]", "{'a':1}", "\u{feff}{}", "NaN", "1e999"] {
            assert!(refusal(body).contains("json_malformed"), "{body}");
        }
        assert!(parse(b"\xff").is_err() && parse(b"\"\xc3\"").is_err());
    }
}
