//! PDF objects, with the place of each value in the bytes it was read from.

use std::ops::Range;

/// Name of an indirect object.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ObjectId {
    /// Object number, from 1.
    pub number: u32,
    /// Generation number.
    pub generation: u16,
}

/// A value of one of the basic types (ISO 32000-1 section 7.3).
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Array(Vec<Item>),
    Boolean(bool),
    Dictionary(Dictionary),
    Integer(i64),
    Name(Vec<u8>),
    Null,
    /// Only for reading: what is written again keeps its spelling.
    Real(f64),
    Reference(ObjectId),
    /// As it stands in the file: encrypted, if the file is.
    String(Vec<u8>),
}

/// A value and where it stands in its object's raw bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) value: Value,
    pub(crate) span: Range<usize>,
}

/// One entry of a dictionary.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: Vec<u8>,
    pub(crate) value: Value,
    pub(crate) span: Range<usize>,
}

/// A dictionary in the order of the file. Of a repeated key, the last entry counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Dictionary {
    pub(crate) entries: Vec<Entry>,
}

/// An indirect object.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) id: ObjectId,
    pub(crate) value: Value,
    /// The bytes of the value, which the spans refer to. A stream's data is not among them.
    pub(crate) raw: Vec<u8>,
    /// Where the stream's data begins in the file, if it is a stream.
    pub(crate) stream_at: Option<u64>,
    /// Read from an object stream: its strings are not encrypted by themselves.
    pub(crate) compressed: bool,
}

impl Dictionary {
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.key == key.as_bytes())
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.entry(key).map(|entry| &entry.value).filter(|value| **value != Value::Null)
    }

    pub(crate) fn name(&self, key: &str) -> Option<&[u8]> {
        self.get(key).and_then(Value::as_name)
    }

    pub(crate) fn integer(&self, key: &str) -> Option<i64> {
        self.get(key).and_then(Value::as_integer)
    }
}

impl Value {
    pub(crate) fn as_array(&self) -> Option<&[Item]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    pub(crate) fn as_dictionary(&self) -> Option<&Dictionary> {
        if let Self::Dictionary(dictionary) = self { Some(dictionary) } else { None }
    }

    /// An integer, also one that is written as a real without a fraction.
    pub(crate) fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "checked to be a whole number well inside i64"
            )]
            Self::Real(value) if value.fract() == 0.0 && value.abs() < 9e15 => Some(*value as i64),
            _ => None,
        }
    }

    pub(crate) fn as_name(&self) -> Option<&[u8]> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    pub(crate) fn as_number(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "coordinates are far below 2^52")]
            Self::Integer(value) => Some(*value as f64),
            Self::Real(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn as_reference(&self) -> Option<ObjectId> {
        if let Self::Reference(id) = self { Some(*id) } else { None }
    }

    pub(crate) fn as_string(&self) -> Option<&[u8]> {
        if let Self::String(string) = self { Some(string) } else { None }
    }
}

impl Object {
    pub(crate) fn null(number: u32) -> Self {
        let id = ObjectId { number, generation: 0 };
        Self { id, value: Value::Null, raw: Vec::new(), stream_at: None, compressed: false }
    }

    pub(crate) fn dictionary(&self) -> Option<&Dictionary> {
        self.value.as_dictionary()
    }

    /// The bytes of a value at this span.
    pub(crate) fn raw(&self, span: &Range<usize>) -> &[u8] {
        self.raw.get(span.clone()).unwrap_or_default()
    }
}
