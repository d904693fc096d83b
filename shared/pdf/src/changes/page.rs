//! What may change on a page: annotations, and they only by being added.

use super::{
    Change, ChangeKind, ModificationLevel,
    same::{In, same_value},
    step::{Step, readable},
};
use crate::{
    PdfError,
    object::{Item, Object, Value},
};

/// Annotations that mark what is on a page, or comment on it, and cannot be taken for its content.
///
/// Not among them: those that show text or pictures of their own (`FreeText`, `Stamp`, `Redact`, `Watermark` and
/// such), and shapes, which can be filled.
const MARKUP: [&str; 8] =
    ["Caret", "Highlight", "Ink", "Popup", "Squiggly", "StrikeOut", "Text", "Underline"];
/// Entries by which an annotation acts, or is something else.
const NEVER: [&str; 6] = ["A", "AA", "FT", "OC", "PA", "Subtype"];

impl Step<'_> {
    pub(super) fn page(&mut self, number: u32) -> Result<(), PdfError> {
        let (old, new) = (self.old.object(number)?, self.new.object(number)?);
        let index = self.pages.get(&number).copied();
        let mut annotations = self.arrays_differ(&old, &new);
        for key in self.differing(&old, &new) {
            match key.as_str() {
                "Annots" => annotations = true,
                "AA" => {
                    self.report(Change::forbidden(ChangeKind::ActiveContent).at(number).on_page(index, None));
                }
                _ => {
                    let change = Change::forbidden(ChangeKind::PageEntry { key });
                    self.report(change.at(number).on_page(index, None));
                }
            }
        }
        if annotations {
            self.annotations(&old, &new)?;
        }
        Ok(())
    }

    /// Whether the array of annotations, an object by itself, was replaced.
    fn arrays_differ(&self, old: &Object, new: &Object) -> bool {
        let array = |page: &Object| page.dictionary().and_then(|page| page.get("Annots")?.as_reference());
        let before = array(old);
        before.is_some_and(|before| array(new) == Some(before) && self.replaced.contains(&before.number))
    }

    fn annotations(&mut self, old: &Object, new: &Object) -> Result<(), PdfError> {
        let page = old.id.number;
        let index = self.pages.get(&page).copied();
        let array = |document: &crate::Document, page: &Object| -> Result<(Object, Vec<Item>), PdfError> {
            let value = page.dictionary().and_then(|page| page.get("Annots").cloned()).unwrap_or(Value::Null);
            let resolved = document.resolve(&value)?;
            let items = resolved.value.as_array().map(<[Item]>::to_vec).unwrap_or_default();
            Ok((if resolved.id.number == 0 { page.clone() } else { resolved }, items))
        };
        let ((old_holder, before), (new_holder, after)) = (array(self.old, old)?, array(self.new, new)?);
        let mut kept = before.iter().peekable();
        let mut added = Vec::new();
        for item in &after {
            let same = kept.peek().is_some_and(|old| {
                let old = In { document: self.old, object: &old_holder, value: &old.value };
                same_value(old, In { document: self.new, object: &new_holder, value: &item.value })
            });
            if same {
                kept.next();
            } else {
                added.push(item);
            }
        }
        if kept.next().is_some() {
            let change = Change::forbidden(ChangeKind::AnnotationRemoved);
            self.report(change.at(page).on_page(index, None));
        }
        for item in added {
            self.annotation_added(page, &new_holder, &item.value)?;
        }
        Ok(())
    }

    fn annotation_added(&mut self, page: u32, holder: &Object, value: &Value) -> Result<(), PdfError> {
        let index = self.pages.get(&page).copied();
        let Some(annotation) = readable(self.new.resolve(value))? else {
            self.report(Change::forbidden(ChangeKind::Unreadable).at(page).on_page(index, None));
            return Ok(());
        };
        let number = annotation.id.number;
        if let Some(field) = self.new_fields.owner(number) {
            let name = self.new_fields.terminal(field).map(|field| field.name.clone()).unwrap_or_default();
            if self.old_fields.has_name(&name) {
                let change = Change::forbidden(ChangeKind::FieldEntry { key: "Kids".to_owned() });
                self.report(change.at(number).of_field(&name).on_page(index, None));
            } else if let Some(index) = index
                && self.placed.insert(number, index).is_some()
            {
                // One widget on two pages.
                let change = Change::forbidden(ChangeKind::FieldAdded);
                self.report(change.at(number).of_field(&name).on_page(Some(index), None));
            }
            return Ok(());
        }
        let dictionary = annotation.dictionary();
        let subtype = dictionary.and_then(|annotation| annotation.name("Subtype")).unwrap_or_default();
        let subtype = String::from_utf8_lossy(subtype).into_owned();
        let area = dictionary.map(|annotation| self.new.rect(annotation, "Rect")).transpose()?.flatten();
        let is_new = number == 0 || self.is_new(number)?;
        let holder = if number == 0 { holder.id.number } else { number };
        let harmless = dictionary.is_some_and(|annotation| {
            is_markup(&subtype) && !NEVER.iter().any(|key| *key != "Subtype" && annotation.get(key).is_some())
        });
        let kind = ChangeKind::AnnotationAdded { subtype };
        let change = if harmless && is_new && self.is_appearance(annotation.dictionary())? {
            Change::explained(kind, ModificationLevel::Annotations)
        } else {
            Change::forbidden(kind)
        };
        let allowed = change.allowed;
        self.report(change.at(holder).on_page(index, area));
        if allowed {
            self.annotation_covers(holder, page, &annotation)?;
        }
        Ok(())
    }

    /// An annotation that is no field was replaced.
    pub(super) fn annotation_changed(&mut self, number: u32, page: u32) -> Result<(), PdfError> {
        let index = self.pages.get(&page).copied();
        let (old, new) = (self.old.object(number)?, self.new.object(number)?);
        let subtype = old.dictionary().and_then(|old| old.name("Subtype")).unwrap_or_default();
        let subtype = String::from_utf8_lossy(subtype).into_owned();
        let keys = self.differing(&old, &new);
        let harmless = is_markup(&subtype)
            && new.stream_at.is_none()
            && !keys.iter().any(|key| NEVER.contains(&key.as_str()))
            && self.is_appearance(new.dictionary())?;
        let area = new.dictionary().map(|new| self.new.rect(new, "Rect")).transpose()?.flatten();
        let kind = ChangeKind::AnnotationChanged { subtype };
        let change = if harmless {
            Change::explained(kind, ModificationLevel::Annotations)
        } else {
            Change::forbidden(kind)
        };
        self.report(change.at(number).on_page(index, area));
        if harmless {
            self.annotation_covers(number, page, &new)?;
        }
        Ok(())
    }
}

fn is_markup(subtype: &str) -> bool {
    MARKUP.contains(&subtype)
}
