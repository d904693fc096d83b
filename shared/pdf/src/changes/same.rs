//! Whether two values, or two objects, say the same.

use crate::{
    Document, PdfError,
    object::{Dictionary, Object, Value},
};

/// A value with the object and the document it stands in.
#[derive(Clone, Copy)]
pub(super) struct In<'a> {
    pub(super) document: &'a Document,
    pub(super) object: &'a Object,
    pub(super) value: &'a Value,
}

impl<'a> In<'a> {
    pub(super) fn whole(document: &'a Document, object: &'a Object) -> Self {
        Self { document, object, value: &object.value }
    }

    fn at(self, value: &'a Value) -> Self {
        Self { value, ..self }
    }

    pub(super) fn entry(self, key: &str) -> Option<Self> {
        self.value.as_dictionary().and_then(|dictionary| dictionary.get(key)).map(|value| self.at(value))
    }
}

/// Whether two values are the same as they stand: references by number, strings by what they decrypt to.
///
/// The depth of values is limited by the parser.
pub(super) fn same_value(old: In<'_>, new: In<'_>) -> bool {
    match (old.value, new.value) {
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same_value(old.at(&left.value), new.at(&right.value)))
        }
        (Value::Dictionary(left), Value::Dictionary(right)) => {
            changed_keys(old, left, new, right).is_empty() && !repeats(left) && !repeats(right)
        }
        (Value::String(left), Value::String(right)) => {
            old.document.string(old.object, left) == new.document.string(new.object, right)
        }
        (Value::Integer(_) | Value::Real(_), Value::Integer(_) | Value::Real(_)) => {
            old.value.as_number() == new.value.as_number()
        }
        (left, right) => left == right,
    }
}

/// Keys whose values differ, in order; the null object is as good as absent.
pub(super) fn changed_keys(old: In<'_>, left: &Dictionary, new: In<'_>, right: &Dictionary) -> Vec<String> {
    let mut keys: Vec<&[u8]> =
        left.entries.iter().chain(&right.entries).map(|entry| entry.key.as_slice()).collect();
    keys.sort_unstable();
    keys.dedup();
    let value = |dictionary: &'_ Dictionary, key: &[u8]| {
        let entry = dictionary.entries.iter().rposition(|entry| entry.key == key);
        entry.filter(|entry| dictionary.entries.get(*entry).is_some_and(|entry| entry.value != Value::Null))
    };
    let differs = |key: &&[u8]| {
        let left = value(left, key).and_then(|index| left.entries.get(index));
        let right = value(right, key).and_then(|index| right.entries.get(index));
        match (left, right) {
            (None, None) => false,
            (Some(left), Some(right)) => !same_value(old.at(&left.value), new.at(&right.value)),
            _ => true,
        }
    };
    keys.into_iter().filter(differs).map(|key| String::from_utf8_lossy(key).into_owned()).collect()
}

/// Whether a key stands in a dictionary twice: readers differ in which of them counts.
pub(super) fn repeats(dictionary: &Dictionary) -> bool {
    let mut keys: Vec<&[u8]> = dictionary.entries.iter().map(|entry| entry.key.as_slice()).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| matches!(pair, [left, right] if left == right))
}

/// Whether two objects are the same, stream data included.
pub(super) fn same_object(
    (old_document, old): (&Document, &Object),
    (new_document, new): (&Document, &Object),
) -> Result<bool, PdfError> {
    let (left, right) = (In::whole(old_document, old), In::whole(new_document, new));
    match (old.stream_at, new.stream_at) {
        (None, None) => Ok(same_value(left, right)),
        (Some(_), Some(_)) => {
            let (Some(left_entries), Some(right_entries)) = (old.dictionary(), new.dictionary()) else {
                return Ok(false);
            };
            let differing = changed_keys(left, left_entries, right, right_entries);
            Ok(differing.iter().all(|key| key == "Length")
                && !repeats(left_entries)
                && !repeats(right_entries)
                && old_document.stream_raw(old)? == new_document.stream_raw(new)?)
        }
        _ => Ok(false),
    }
}
