//! A walk over every object that can be reached from the catalog.

use std::collections::HashSet;

use super::ActiveContent;
use crate::{
    Document, PdfError,
    object::{Dictionary, Object, Value},
};

#[derive(Default)]
pub(super) struct Reached {
    pub(super) active_content: Vec<ActiveContent>,
    pub(super) embedded_files: usize,
    pub(super) unreadable_objects: Vec<u32>,
    waiting: Vec<u32>,
    seen: HashSet<u32>,
}

pub(super) fn walk(document: &Document) -> Result<Reached, PdfError> {
    let mut reached = Reached::default();
    reached.meet(document.catalog()?.id.number);
    while let Some(number) = reached.waiting.pop() {
        let object = match document.object(number) {
            Ok(object) => object,
            Err(PdfError::Broken { .. } | PdfError::UnsupportedFilter { .. }) => {
                reached.unreadable_objects.push(number);
                continue;
            }
            Err(error) => return Err(error),
        };
        reached.visit(number, &object.value);
        reached.visit_stream(&object);
    }
    reached.unreadable_objects.sort_unstable();
    Ok(reached)
}

impl Reached {
    fn meet(&mut self, number: u32) {
        if self.seen.insert(number) {
            self.waiting.push(number);
        }
    }

    /// The depth of values is limited by the parser.
    fn visit(&mut self, number: u32, value: &Value) {
        match value {
            Value::Reference(id) => self.meet(id.number),
            Value::Array(items) => items.iter().for_each(|item| self.visit(number, &item.value)),
            Value::Dictionary(dictionary) => {
                self.judge(number, dictionary);
                dictionary.entries.iter().for_each(|entry| self.visit(number, &entry.value));
            }
            _ => {}
        }
    }

    /// Judges by the entries that make a reader act, whatever `/Type` says: readers do not look at it either.
    fn judge(&mut self, object: u32, dictionary: &Dictionary) {
        self.embedded_files += usize::from(dictionary.get("EF").is_some());
        let script = matches!(dictionary.get("JS"), Some(Value::String(_) | Value::Reference(_)));
        let action = match dictionary.name("S") {
            Some(b"Hide") => Some(ActiveContent::Hide { object }),
            Some(b"ImportData") => Some(ActiveContent::ImportData { object }),
            Some(b"JavaScript") => Some(ActiveContent::JavaScript { object }),
            Some(b"Launch") => Some(ActiveContent::Launch { object }),
            Some(b"Movie" | b"Rendition" | b"Sound") => Some(ActiveContent::Multimedia { object }),
            Some(b"ResetForm") => Some(ActiveContent::ResetForm { object }),
            Some(b"RichMediaExecute") => Some(ActiveContent::RichMedia { object }),
            Some(b"SetOCGState") => Some(ActiveContent::SetLayers { object }),
            Some(b"SubmitForm") => Some(ActiveContent::SubmitForm { object }),
            _ => None,
        };
        let annotation = match dictionary.name("Subtype") {
            Some(b"3D" | b"RichMedia") => Some(ActiveContent::RichMedia { object }),
            Some(b"Movie" | b"Screen" | b"Sound") => Some(ActiveContent::Multimedia { object }),
            _ => None,
        };
        let script = script.then_some(ActiveContent::JavaScript { object });
        for content in [script, action, annotation].into_iter().flatten() {
            self.report(content);
        }
    }

    fn visit_stream(&mut self, object: &Object) {
        let Some(dictionary) = object.dictionary().filter(|_| object.stream_at.is_some()) else { return };
        if dictionary.get("F").is_some() {
            self.report(ActiveContent::ExternalStream { object: object.id.number });
        }
        if dictionary.name("Subtype") == Some(b"Form") && dictionary.get("Ref").is_some() {
            self.report(ActiveContent::ReferenceXObject { object: object.id.number });
        }
    }

    fn report(&mut self, content: ActiveContent) {
        if !self.active_content.contains(&content) {
            self.active_content.push(content);
        }
    }
}
