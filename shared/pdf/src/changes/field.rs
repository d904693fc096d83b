//! What may change in a field that was there: a value is filled in, and its appearance with it.

use super::{Change, ChangeKind, ModificationLevel, fields::Terminal, form::SignatureKind, step::Step};
use crate::{
    PdfError,
    object::{Dictionary, Object, Value},
};

/// Annotation flags that filling may change: printed, read-only, locked, locked contents.
const SETTABLE: i64 = 4 | 64 | 128 | 512;
/// Field flag: read-only.
const READ_ONLY: i64 = 1;

/// Characters that a mark may cover in a field that was there when the text below it was signed: marks lie over
/// captions, not over paragraphs.
const COVERED: usize = 50;

/// What changed in a field and its widgets.
#[derive(Debug, Default)]
struct Filled {
    value: bool,
    appearance: bool,
    state: bool,
    /// Entries that only matter along with a value.
    along: Vec<(u32, String)>,
    forbidden: Vec<(u32, String)>,
}

impl Filled {
    /// Whether something changed that shows.
    fn looks(&self) -> bool {
        self.appearance || self.state || !self.along.is_empty()
    }
}

impl Step<'_> {
    pub(super) fn field(&mut self, number: u32) -> Result<(), PdfError> {
        let Some(old) = self.old_fields.terminal(number).cloned() else { return Ok(()) };
        let Some(new) = self.new_fields.terminal(number).cloned() else {
            // Told of already if the form's list lost it.
            self.report(Change::forbidden(ChangeKind::FieldRemoved).at(number).of_field(&old.name));
            return Ok(());
        };
        let mut filled = Filled { appearance: self.open.appearances.contains(&number), ..Filled::default() };
        let mut objects = vec![number];
        objects.extend(old.widgets.iter().filter(|widget| **widget != number));
        for object in objects.into_iter().filter(|object| self.replaced.contains(object)) {
            self.sort_entries(object, number, &old, &mut filled)?;
        }
        for (key, differs) in
            [("FT", old.kind != new.kind), ("T", old.name != new.name), ("Kids", old.widgets != new.widgets)]
        {
            if differs {
                filled.forbidden.push((number, key.to_owned()));
            }
        }
        let area = self.visible_place(&old.widgets)?;
        for (object, key) in std::mem::take(&mut filled.forbidden) {
            let kind = if matches!(key.as_str(), "A" | "AA") {
                ChangeKind::ActiveContent
            } else {
                ChangeKind::FieldEntry { key }
            };
            let change = Change::forbidden(kind).at(object).of_field(&old.name);
            self.report(change.on_page(area.0, area.1));
        }
        if old.kind == b"Sig" {
            self.signature_field(number, &old, &filled)
        } else {
            self.other_field(number, &new, &filled)
        }
    }

    /// Sorts the entries that differ by what they do.
    fn sort_entries(
        &self,
        number: u32,
        field: u32,
        terminal: &Terminal,
        filled: &mut Filled,
    ) -> Result<(), PdfError> {
        let (old, new) = (self.old.object(number)?, self.new.object(number)?);
        let (Some(before), Some(after)) = (old.dictionary(), new.dictionary()) else {
            filled.forbidden.push((number, "Type".to_owned()));
            return Ok(());
        };
        if new.stream_at.is_some() {
            filled.forbidden.push((number, "Type".to_owned()));
        }
        for key in self.differing(&old, &new) {
            let signature = terminal.kind == b"Sig";
            match key.as_str() {
                "V" if number == field => filled.value = true,
                "AP" if self.is_appearance(Some(after))? => filled.appearance = true,
                "AS" if matches!(after.get("AS"), Some(Value::Name(_))) => filled.state = true,
                "I" if terminal.kind == b"Ch" => filled.along.push((number, key)),
                "DA" if matches!(after.get("DA"), Some(Value::String(_))) => filled.along.push((number, key)),
                "Q" if matches!(after.get("Q"), Some(Value::Integer(_))) => filled.along.push((number, key)),
                // With an appearance, nobody looks at it.
                "MK" if after.get("AP").is_some()
                    && matches!(after.get("MK"), None | Some(Value::Dictionary(_))) =>
                {
                    filled.along.push((number, key));
                }
                "F" if harmless_flags(before, after, "F", SETTABLE) => {}
                "Ff" if harmless_flags(before, after, "Ff", READ_ONLY) => {}
                "M" if matches!(after.get("M"), Some(Value::String(_))) => {}
                "Type" if after.name("Type") == Some(b"Annot") => {}
                "P" if before.get("P").is_none() && self.names_its_page(number, after)? => {}
                "Lock" if signature && before.get("Lock").is_none() => filled.along.push((number, key)),
                _ => filled.forbidden.push((number, key)),
            }
        }
        Ok(())
    }

    fn names_its_page(&self, widget: u32, dictionary: &Dictionary) -> Result<bool, PdfError> {
        let named = dictionary.get("P").and_then(Value::as_reference);
        let named = named.and_then(|page| self.pages.get(&page.number).copied());
        Ok(named.is_some() && named == self.widget_page(widget)?)
    }

    fn signature_field(&mut self, number: u32, field: &Terminal, filled: &Filled) -> Result<(), PdfError> {
        let value = |object: &Object| object.dictionary().and_then(|field| field.get("V").cloned());
        let (before, after) = (value(&self.old.object(number)?), value(&self.new.object(number)?));
        let (page, area) = self.visible_place(&field.widgets)?;
        let change = match (before, after) {
            (None, Some(value)) if filled.value => match self.signature_kind(&value)? {
                Some(SignatureKind::Timestamp) => {
                    let level = if area.is_some() {
                        ModificationLevel::FormFilling
                    } else {
                        ModificationLevel::LtaUpdates
                    };
                    Change::explained(ChangeKind::TimestampAdded, level)
                }
                Some(SignatureKind::Signature) => {
                    Change::explained(ChangeKind::Signed, ModificationLevel::FormFilling)
                }
                None => Change::forbidden(ChangeKind::FieldEntry { key: "V".to_owned() }),
            },
            (Some(_), _) if filled.value || filled.looks() => Change::forbidden(ChangeKind::SignatureAltered),
            (None, _) if filled.looks() => Change::forbidden(ChangeKind::AppearanceReplaced),
            _ => return Ok(()),
        };
        let allowed = change.allowed;
        self.report(change.at(number).of_field(&field.name).on_page(page, area));
        if allowed && filled.appearance {
            self.covers_text(number, &field.name, &field.widgets, COVERED)?;
        }
        Ok(())
    }

    fn other_field(&mut self, number: u32, field: &Terminal, filled: &Filled) -> Result<(), PdfError> {
        if !filled.value && !filled.looks() {
            return Ok(());
        }
        let (page, area) = self.visible_place(&field.widgets)?;
        // A picture may follow its value, not go to it by itself: what was signed is what was seen.
        let follows = filled.value || !filled.appearance || self.shows_as_before(field)?;
        let kind = if follows && self.shows_value(number, field, filled.appearance)? {
            ChangeKind::FieldFilled
        } else if filled.value {
            ChangeKind::ValueNotShown
        } else {
            ChangeKind::AppearanceReplaced
        };
        let change = match kind {
            ChangeKind::FieldFilled => Change::explained(kind, ModificationLevel::FormFilling),
            kind => Change::forbidden(kind),
        };
        let allowed = change.allowed;
        self.report(change.at(number).of_field(&field.name).on_page(page, area));
        if allowed && filled.appearance {
            self.covers_text(number, &field.name, &field.widgets, 0)?;
        }
        Ok(())
    }
}

/// Whether only these flags differ.
fn harmless_flags(before: &Dictionary, after: &Dictionary, key: &str, flags: i64) -> bool {
    let value = |dictionary: &Dictionary| match dictionary.get(key) {
        None => Some(0),
        Some(value) => value.as_integer(),
    };
    value(before).zip(value(after)).is_some_and(|(before, after)| (before ^ after) & !flags == 0)
}
