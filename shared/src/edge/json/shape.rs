//! The shape of a body: what the contract calls an object is given by the names of its members, never by their order.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Map, Value};

/// A value to read a shape from. Derived structs would take a list of their members' values too, in the order in which
/// they happen to be written in the code; here they do not.
pub(in crate::edge) struct Shaped(pub(in crate::edge) Value);

/// Reads a value that was read before its shape was known.
///
/// # Errors
///
/// [`Error`] for another shape.
pub fn shaped<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(Shaped(value))
}

/// Reads an object of one of several shapes, told apart by a member, which derived enums would take from a list too:
/// for `#[serde(deserialize_with = "...")]`.
///
/// # Errors
///
/// `D::Error` for what is no object, and for another shape.
pub fn object<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let members = Map::deserialize(deserializer)?;
    shaped(Value::Object(members)).map_err(D::Error::custom)
}

impl Shaped {
    /// What stands here, in the words of an error; of texts and numbers not more than that.
    const fn unexpected(&self) -> Unexpected<'static> {
        match self.0 {
            Value::Null => Unexpected::Unit,
            Value::Bool(truth) => Unexpected::Bool(truth),
            Value::Number(_) => Unexpected::Other("number"),
            Value::String(_) => Unexpected::Other("string"),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        }
    }
}

impl IntoDeserializer<'_, Error> for Shaped {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Shaped {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => {
                let mut items = SeqDeserializer::new(items.into_iter().map(Self));
                let read = visitor.visit_seq(&mut items)?;
                items.end().map(|()| read)
            }
            Value::Object(members) => {
                let members = members.into_iter().map(|(name, value)| (name, Self(value)));
                let mut members = MapDeserializer::new(members);
                let read = visitor.visit_map(&mut members)?;
                members.end().map(|()| read)
            }
            scalar => scalar.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_object() {
            return self.deserialize_any(visitor);
        }
        Err(Error::invalid_type(self.unexpected(), &"an object"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Outer {
        #[serde(default)]
        inner: Option<Inner>,
        #[serde(default)]
        list: Vec<Inner>,
        #[serde(default)]
        point: Option<(f64, i8)>,
        #[serde(default, deserialize_with = "object_or_none")]
        mark: Option<Mark>,
        #[serde(default)]
        members: Map<String, Value>,
        #[serde(default)]
        custom: Value,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Inner {
        a: Option<u8>,
        b: Option<String>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(tag = "mode", rename_all = "lowercase")]
    enum Mark {
        Typed { name: String },
    }

    fn object_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Mark>, D::Error> {
        object(deserializer).map(Some)
    }

    fn read(value: &Value) -> Result<Outer, String> {
        serde_path_to_error::deserialize(Shaped(value.clone()))
            .map_err(|error| format!("{}: {}", error.path(), error.inner()))
    }

    #[test]
    fn what_has_the_shape_reads_as_serde_json_reads_it() {
        for value in [
            json!({}),
            json!({ "inner": { "a": 255, "b": "x" }, "point": [1, -128], "custom": [[1], { "a": [null, 1.5, true] }] }),
            json!({ "members": { "a": [], "b": null }, "custom": null }),
            json!({ "inner": null, "list": [{}, { "a": null, "c": [[]] }], "mark": { "mode": "typed", "name": "Ada" } }),
        ] {
            assert_eq!(read(&value).unwrap(), serde_json::from_value::<Outer>(value).unwrap());
        }
    }

    #[test]
    fn a_list_is_no_object_at_any_depth() {
        for (value, refusal) in [
            (json!([]), ".: invalid type: sequence, expected an object"),
            (json!([null, [], null, null, {}, null]), ".: invalid type: sequence, expected an object"),
            (json!({ "inner": [1, "x"] }), "inner: invalid type: sequence, expected an object"),
            (json!({ "list": [{}, [1, "x"]] }), "list[1]: invalid type: sequence, expected an object"),
            (json!({ "members": [] }), "members: invalid type: sequence, expected an object"),
            (
                json!({ "mark": ["typed", { "name": "Ada" }] }),
                "mark: invalid type: sequence, expected an object",
            ),
        ] {
            assert_eq!(read(&value).unwrap_err(), refusal);
        }
    }

    #[test]
    fn what_stands_instead_of_an_object_is_named_and_not_repeated() {
        for (value, found) in [
            (json!(null), "null"),
            (json!(true), "boolean `true`"),
            (json!(7), "number"),
            (json!("ada@example.com"), "string"),
        ] {
            assert_eq!(read(&value).unwrap_err(), format!(".: invalid type: {found}, expected an object"));
            let within = format!("members: invalid type: {found}, expected an object");
            assert_eq!(read(&json!({ "members": value })).unwrap_err(), within);
        }
    }

    #[test]
    fn values_of_another_kind_or_number_are_refused_where_they_stand() {
        for (value, place) in [
            (json!({ "inner": { "a": 256 } }), "inner.a: "),
            (json!({ "inner": { "b": 1 } }), "inner.b: "),
            (json!({ "point": [1, 2, 3] }), "point: "),
            (json!({ "point": [1] }), "point: "),
            (json!({ "list": {} }), "list: "),
        ] {
            let refusal = read(&value).unwrap_err();
            assert!(refusal.starts_with(place), "{refusal}");
        }
    }
}
