//! What may change in the form's default resources (ISO 32000-1 section 12.7.2): names are added.
//!
//! They are for appearances that are yet to be made, and other programs add the fonts that they need for
//! theirs, so a further name shows nowhere. Other validators take any change of resources as a form being filled in. Here what
//! has a name keeps it, to the last object: a reader that makes appearances anew shows them as they were signed.

use super::{
    Change, ChangeKind,
    form::entry,
    same::{repeats, same_object},
    step::Step,
};
use crate::{
    Document, PdfError,
    object::{Dictionary, Object, Value},
};

/// Categories of resources that may be objects of their own to which names are added (ISO 32000-1 section 7.8.3).
pub(super) const CATEGORIES: [&str; 7] =
    ["ColorSpace", "Encoding", "ExtGState", "Font", "Pattern", "Properties", "Shading"];
/// Those that no appearance of a value is made of: old signatures took over their drawings, and procedure sets
/// are obsolete.
const UNUSED: [&[u8]; 2] = [b"ProcSet", b"XObject"];

impl Step<'_> {
    pub(super) fn resources(&mut self) -> Result<(), PdfError> {
        let form = self.new_fields.form.clone().unwrap_or_else(|| Object::null(0));
        let key = "DR".to_owned();
        if self.keeps_resources(&form)? {
            self.form_entry(key, &form);
        } else {
            self.report(Change::forbidden(ChangeKind::FormEntry { key }).at(form.id.number));
        }
        Ok(())
    }

    fn keeps_resources(&self, form: &Object) -> Result<bool, PdfError> {
        let resources = |document: &Document, form: Option<&Object>| {
            document.resolve(form.and_then(|form| entry(form, "DR")).unwrap_or(&Value::Null))
        };
        let old = resources(self.old, self.old_fields.form.as_ref())?;
        let new = resources(self.new, Some(form))?;
        let empty = Dictionary::default();
        let (before, after) = (old.dictionary().unwrap_or(&empty), new.dictionary().unwrap_or(&empty));
        if new.stream_at.is_some() || repeats(after) {
            return Ok(false);
        }
        for category in before.entries.iter().filter(|category| !UNUSED.contains(&category.key.as_slice())) {
            if !self.keeps_category((&old, &category.value), (&new, get(after, &category.key)))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether all names of a category of resources still stand for the same.
    fn keeps_category(
        &self,
        (old_holder, old): (&Object, &Value),
        (new_holder, new): (&Object, &Value),
    ) -> Result<bool, PdfError> {
        let left = held(self.old, old_holder, old)?;
        let right = held(self.new, new_holder, new)?;
        let (Value::Dictionary(before), None) = (&left.value, left.stream_at) else {
            return Ok(left.value == Value::Null || same_object((self.old, &left), (self.new, &right))?);
        };
        let (Value::Dictionary(after), None) = (&right.value, right.stream_at) else { return Ok(false) };
        if repeats(after) {
            return Ok(false);
        }
        for name in &before.entries {
            let (was, is) =
                (held(self.old, &left, &name.value)?, held(self.new, &right, get(after, &name.key))?);
            if !same_object((self.old, &was), (self.new, &is))? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn get<'a>(dictionary: &'a Dictionary, key: &[u8]) -> &'a Value {
    dictionary.entries.iter().rev().find(|entry| entry.key == key).map_or(&Value::Null, |entry| &entry.value)
}

/// What a value stands for. A direct one is encrypted as a part of the object that holds it.
fn held(document: &Document, holder: &Object, value: &Value) -> Result<Object, PdfError> {
    match value {
        Value::Reference(_) => document.resolve(value),
        direct => Ok(Object { value: direct.clone(), stream_at: None, ..holder.clone() }),
    }
}
