//! What may change in the form as a whole: signature fields are added, nothing is taken away.

use super::{
    Change, ChangeKind, ModificationLevel,
    step::{Part, Step},
};
use crate::{
    PdfError, Rect,
    object::{Dictionary, Object, Value},
};

/// Entries that a new signature field may have.
const FIELD_ENTRIES: [&str; 29] = [
    "AP",
    "AS",
    "BS",
    "Border",
    "C",
    "Contents",
    "DA",
    "DR",
    "F",
    "FT",
    "Ff",
    "H",
    "Kids",
    "Lock",
    "M",
    "MK",
    "NM",
    "P",
    "Parent",
    "Q",
    "Rect",
    "StructParent",
    "Subtype",
    "SV",
    "T",
    "TM",
    "TU",
    "Type",
    "V",
];
/// Annotation flags of a widget that does not show: invisible, hidden, or not to be viewed.
const UNSEEN: i64 = 1 | 2 | 32;
/// `/SigFlags` that exist.
const SIGNATURE_FLAGS: i64 = 3;

impl Step<'_> {
    pub(super) fn form(&mut self) -> Result<(), PdfError> {
        let empty = Object::null(0);
        let old = self.old_fields.form.clone().unwrap_or_else(|| empty.clone());
        let new = self.new_fields.form.clone().unwrap_or(empty);
        let mut list = self.replaced_list(&old, &new);
        for key in self.differing(&old, &new) {
            match key.as_str() {
                "Fields" => list = true,
                "SigFlags" => self.signature_flags(&old, &new),
                "NeedAppearances" => self.need_appearances(&new)?,
                "DA" | "Q" if entry(&old, &key).is_none() => self.form_entry(key, &new),
                "DA" if is_default_appearance(&new) => self.form_entry(key, &new),
                "DR" => self.open_part(Part::Resources),
                _ => self.report(Change::forbidden(ChangeKind::FormEntry { key }).at(new.id.number)),
            }
        }
        if list {
            self.field_list(&old, &new)?;
        }
        Ok(())
    }

    /// An entry that only appearances use that are yet to be made.
    pub(super) fn form_entry(&mut self, key: String, form: &Object) {
        let change = Change::explained(ChangeKind::FormEntry { key }, ModificationLevel::LtaUpdates);
        self.report(change.at(form.id.number));
    }

    fn replaced_list(&self, old: &Object, new: &Object) -> bool {
        let list = |form: &Object| form.dictionary().and_then(|form| form.get("Fields")?.as_reference());
        let (old, new) = (list(old), list(new));
        old.is_some_and(|list| new == Some(list) && self.replaced.contains(&list.number))
    }

    fn signature_flags(&mut self, old: &Object, new: &Object) {
        let flags = |form: &Object| form.dictionary().and_then(|form| form.integer("SigFlags"));
        let (before, after) = (flags(old).unwrap_or_default(), flags(new));
        let raised = after.is_some_and(|after| after & before == before && after & !SIGNATURE_FLAGS == 0);
        if !raised {
            let key = "SigFlags".to_owned();
            self.report(Change::forbidden(ChangeKind::FormEntry { key }).at(new.id.number));
        }
    }

    /// Readers that make appearances anew must show what was shown before.
    fn need_appearances(&mut self, new: &Object) -> Result<(), PdfError> {
        let needed = match entry(new, "NeedAppearances") {
            None | Some(Value::Boolean(false)) => return Ok(()),
            Some(Value::Boolean(true)) => true,
            Some(_) => false,
        };
        let key = "NeedAppearances".to_owned();
        if !needed {
            self.report(Change::forbidden(ChangeKind::FormEntry { key }).at(new.id.number));
            return Ok(());
        }
        self.all_fields_show_their_values()?;
        let change = Change::explained(ChangeKind::FormEntry { key }, ModificationLevel::FormFilling);
        self.report(change.at(new.id.number));
        Ok(())
    }

    fn field_list(&mut self, old: &Object, new: &Object) -> Result<(), PdfError> {
        let list = |document: &crate::Document, form: &Object| -> Result<Vec<Value>, PdfError> {
            let list = match form.dictionary() {
                Some(form) => document.value(form, "Fields")?,
                None => Value::Null,
            };
            Ok(list.as_array().unwrap_or_default().iter().map(|item| item.value.clone()).collect())
        };
        let (before, after) = (list(self.old, old)?, list(self.new, new)?);
        let removed: Vec<u32> = before
            .iter()
            .filter(|item| !after.contains(item))
            .map(|item| item.as_reference().map_or(0, |id| id.number))
            .collect();
        for field in removed {
            let name = self.field_name(field);
            self.report(Change::forbidden(ChangeKind::FieldRemoved).at(field).of_field(&name));
        }
        let mut added: Vec<&Value> = after.iter().filter(|item| !before.contains(item)).collect();
        let count = added.len();
        added.sort_by_key(|item| item.as_reference());
        added.dedup();
        if count != added.len() || after.len() != before.len() + count {
            let key = "Fields".to_owned();
            self.report(Change::forbidden(ChangeKind::FormEntry { key }).at(new.id.number));
        }
        let added: Vec<Option<u32>> =
            added.into_iter().map(|item| item.as_reference().map(|id| id.number)).collect();
        for field in added {
            match field {
                Some(field) => self.field_added(field)?,
                None => self.report(Change::forbidden(ChangeKind::FieldAdded).at(new.id.number)),
            }
        }
        Ok(())
    }

    fn field_added(&mut self, number: u32) -> Result<(), PdfError> {
        let Some(field) = self.new_fields.terminal(number).cloned() else {
            self.report(Change::forbidden(ChangeKind::FieldAdded).at(number));
            return Ok(());
        };
        let object = self.new.object(number)?;
        let plain = field.kind == b"Sig"
            && !field.name.is_empty()
            && !self.old_fields.has_name(&field.name)
            && !self.new_fields.doubles().contains(&number)
            && self.is_plain_field(number, &field.widgets)?;
        if !plain {
            self.report(Change::forbidden(ChangeKind::FieldAdded).at(number).of_field(&field.name));
            return Ok(());
        }
        let (page, area) = self.visible_place(&field.widgets)?;
        let visible = area.is_some();
        let signature = match object.dictionary().and_then(|field| field.get("V")) {
            Some(value) => Some(self.signature_kind(value)?),
            None => None,
        };
        let kind = match signature {
            Some(None) => ChangeKind::FieldAdded,
            Some(Some(SignatureKind::Timestamp)) => ChangeKind::TimestampAdded,
            Some(Some(SignatureKind::Signature)) => ChangeKind::SignatureFieldAdded { signed: true, visible },
            // An empty field has nothing to say yet.
            None if !self.shows_nothing(&field.widgets)? => ChangeKind::FieldAdded,
            None => ChangeKind::SignatureFieldAdded { signed: false, visible },
        };
        let change = match kind {
            ChangeKind::FieldAdded => Change::forbidden(kind),
            ChangeKind::TimestampAdded if !visible => Change::explained(kind, ModificationLevel::LtaUpdates),
            kind => Change::explained(kind, ModificationLevel::FormFilling),
        };
        self.report(change.at(number).of_field(&field.name).on_page(page, area));
        if visible {
            self.covers_text(number, &field.name, &field.widgets, 0)?;
        }
        Ok(())
    }

    /// A field and its widgets, all new, with nothing but entries of a signature field.
    fn is_plain_field(&self, number: u32, widgets: &[u32]) -> Result<bool, PdfError> {
        let mut objects = vec![number];
        objects.extend(widgets.iter().filter(|widget| **widget != number));
        for widget in objects {
            let object = self.new.object(widget)?;
            let Some(dictionary) = object.dictionary().filter(|_| object.stream_at.is_none()) else {
                return Ok(false);
            };
            let known = |key: &[u8]| FIELD_ENTRIES.iter().any(|known| known.as_bytes() == key);
            let entries = dictionary.entries.iter().all(|entry| known(&entry.key));
            let parent = dictionary.get("Parent").and_then(Value::as_reference).map(|parent| parent.number);
            let placed = parent == (widget != number).then_some(number);
            if !entries || !placed || !self.is_new(widget)? || !self.is_appearance(Some(dictionary))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Where the first of these widgets shows: its page from 0, and its rectangle.
    pub(super) fn visible_place(&self, widgets: &[u32]) -> Result<(Option<usize>, Option<Rect>), PdfError> {
        let mut first = None;
        for number in widgets {
            let page = self.widget_page(*number)?;
            first = first.or(page);
            let widget = self.new.object(*number)?;
            if let Some(dictionary) = widget.dictionary()
                && dictionary.integer("F").unwrap_or_default() & UNSEEN == 0
                && let Some(area) = self.new.rect(dictionary, "Rect")?
            {
                return Ok((page, Some(area)));
            }
        }
        Ok((first, None))
    }

    /// The page that shows a widget, from 0.
    pub(super) fn widget_page(&self, widget: u32) -> Result<Option<usize>, PdfError> {
        if let Some(page) = self.placed.get(&widget) {
            return Ok(Some(*page));
        }
        let on_page = |number: u32, paths: [&str; 1]| {
            let found = self.incoming.of(number).find(|(referrer, path)| {
                self.pages.contains_key(referrer) && paths.contains(&self.graph.name(*path))
            });
            found.and_then(|(referrer, _)| self.pages.get(&referrer).copied())
        };
        if let Some(page) = on_page(widget, ["Annots[]"]) {
            return Ok(Some(page));
        }
        let arrays = self.incoming.of(widget).filter(|(_, path)| self.graph.name(*path) == "[]");
        for (array, _) in arrays {
            self.old.reader().spend(0)?;
            if let Some(page) = on_page(array, ["Annots"]) {
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    /// Whether the value of a signature field is a new signature; `None` when it is something else.
    pub(super) fn signature_kind(&self, value: &Value) -> Result<Option<SignatureKind>, PdfError> {
        let signature = self.new.resolve(value)?;
        let Some(dictionary) = signature.dictionary().filter(|_| signature.stream_at.is_none()) else {
            return Ok(None);
        };
        if signature.id.number != 0 && !self.is_new(signature.id.number)? {
            return Ok(None);
        }
        if dictionary.get("ByteRange").is_none() || dictionary.get("Contents").is_none() {
            return Ok(None);
        }
        let timestamp = dictionary.name("SubFilter") == Some(b"ETSI.RFC3161");
        Ok(match dictionary.name("Type") {
            Some(b"DocTimeStamp") => Some(SignatureKind::Timestamp),
            None if timestamp => Some(SignatureKind::Timestamp),
            None | Some(b"Sig") => Some(SignatureKind::Signature),
            Some(_) => None,
        })
    }

    /// Whether `/AP` is absent or of streams that are forms, in the places the standard gives them.
    pub(super) fn is_appearance(&self, widget: Option<&Dictionary>) -> Result<bool, PdfError> {
        let Some(value) = widget.and_then(|widget| widget.get("AP")) else { return Ok(true) };
        let appearance = self.new.resolve(value)?;
        let Some(dictionary) = appearance.dictionary().filter(|_| appearance.stream_at.is_none()) else {
            return Ok(false);
        };
        for entry in &dictionary.entries {
            if !matches!(entry.key.as_slice(), b"N" | b"R" | b"D") {
                return Ok(false);
            }
            let appearance = self.new.resolve(&entry.value)?;
            let states = match &appearance.value {
                Value::Dictionary(states) if appearance.stream_at.is_none() => states
                    .entries
                    .iter()
                    .map(|state| self.new.resolve(&state.value))
                    .collect::<Result<Vec<_>, _>>()?,
                _ => vec![appearance],
            };
            if !states.iter().all(is_form_stream) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The kinds of signatures in a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum SignatureKind {
    Signature,
    Timestamp,
}

/// A form that shows only what it holds itself. Nothing at all is shown for the null object.
fn is_form_stream(object: &Object) -> bool {
    if object.value == Value::Null {
        return true;
    }
    let outside = ["F", "OPI", "Ref", "PS"];
    object.stream_at.is_some()
        && object.dictionary().is_some_and(|form| {
            matches!(form.name("Subtype"), Some(b"Form") | None)
                && !outside.iter().any(|key| form.get(key).is_some())
        })
}

/// Whether another default appearance shows nowhere: what is filled in later is judged by its own appearance, and
/// nobody is asked to make those anew that are there.
fn is_default_appearance(form: &Object) -> bool {
    let makes_anew = !matches!(entry(form, "NeedAppearances"), None | Some(Value::Boolean(false)));
    !makes_anew && matches!(entry(form, "DA"), None | Some(Value::String(_)))
}

pub(super) fn entry<'a>(object: &'a Object, key: &str) -> Option<&'a Value> {
    object.dictionary().and_then(|dictionary| dictionary.get(key))
}
