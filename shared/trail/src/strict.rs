//! JSON that every reader takes the same way: each name once in its object, whole numbers that a double holds exactly
//! (RFC 7493), and no deeper than anybody's stack.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reads a text; none when it is not such JSON.
pub(crate) fn parse(text: &[u8]) -> Option<Value> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = Depth(0).deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(value)
}

/// How many lists and objects are around a value.
#[derive(Clone, Copy)]
struct Depth(usize);

impl Depth {
    fn below<E: Error>(self) -> Result<Self, E> {
        if self.0 < MAX_DEPTH { Ok(Self(self.0 + 1)) } else { Err(E::custom("too deep")) }
    }
}

impl<'de> DeserializeSeed<'de> for Depth {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Depth {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON with each name once and whole numbers")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        if value.unsigned_abs() <= MAX_WHOLE { Ok(value.into()) } else { Err(E::custom("too large")) }
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        if value <= MAX_WHOLE { Ok(value.into()) } else { Err(E::custom("too large")) }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let (below, mut all) = (self.below()?, Vec::new());
        while let Some(item) = items.next_element_seed(below)? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let (below, mut all) = (self.below()?, Map::new());
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(below)?;
            if all.insert(name, value).is_some() {
                return Err(A::Error::custom("a name stands there twice"));
            }
        }
        Ok(Value::Object(all))
    }
}

/// The largest number such that it and its neighbours are whole in a double.
const MAX_WHOLE: u64 = (1 << 53) - 1;
/// Far more than evidence has.
const MAX_DEPTH: usize = 64;

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_readers_could_take_differently_is_not_taken() {
        for text in [
            r#"{"a":1,"a":1}"#,
            "1.0",
            "1e2",
            "-0",
            "9007199254740992",
            "18446744073709551616",
            r#""\ud800""#,
            "[1] 2",
            "NaN",
            "\u{feff}{}",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(parse(&[b"[".repeat(65), b"]".repeat(65)].concat()), None);
        assert!(parse(&[b"[".repeat(64), b"]".repeat(64)].concat()).is_some());
        assert!(parse(r#"{"a":[-9007199254740991,null,true,"\ud83d\ude00"]}"#.as_bytes()).is_some());
    }
}
