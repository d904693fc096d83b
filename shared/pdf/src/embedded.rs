//! Files inside a document.

use std::collections::{BTreeSet, HashSet};

use crate::{Document, ObjectId, PdfError, object::Value};

/// The streams of the files that a document embeds, by name or by annotation, in the order of their numbers.
///
/// Every object that can be reached from the catalog is looked at, as readers find files in several ways.
///
/// # Errors
///
/// [`PdfError`] when the catalog cannot be read, or a limit is reached. Objects that cannot be read hold no files.
pub fn embedded_files(document: &Document) -> Result<Vec<ObjectId>, PdfError> {
    let mut walk = Walk::default();
    walk.meet(document.catalog()?.id);
    while let Some(id) = walk.waiting.pop() {
        match document.object(id.number) {
            Ok(object) => walk.visit(document, &object.value),
            Err(PdfError::Broken { .. } | PdfError::UnsupportedFilter { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(walk.files.into_iter().collect())
}

/// The bytes of an embedded file, decrypted and decoded.
///
/// # Errors
///
/// [`PdfError`] when it is no stream, cannot be decoded, or is larger than the limits of the document allow.
pub fn embedded_file(document: &Document, file: ObjectId) -> Result<Vec<u8>, PdfError> {
    document.stream_data(&document.object(file.number)?)
}

#[derive(Default)]
struct Walk {
    files: BTreeSet<ObjectId>,
    seen: HashSet<u32>,
    waiting: Vec<ObjectId>,
}

impl Walk {
    fn meet(&mut self, id: ObjectId) {
        if self.seen.insert(id.number) {
            self.waiting.push(id);
        }
    }

    /// The depth of values is limited by the parser.
    fn visit(&mut self, document: &Document, value: &Value) {
        match value {
            Value::Reference(id) => self.meet(*id),
            Value::Array(items) => items.iter().for_each(|item| self.visit(document, &item.value)),
            Value::Dictionary(dictionary) => {
                // One file may stand there once for each system it is meant for (ISO 32000-1 table 44).
                if let Ok(Value::Dictionary(streams)) = document.value(dictionary, "EF") {
                    self.files.extend(streams.entries.iter().filter_map(|entry| match entry.value {
                        Value::Reference(id) => Some(id),
                        _ => None,
                    }));
                }
                dictionary.entries.iter().for_each(|entry| self.visit(document, &entry.value));
            }
            _ => {}
        }
    }
}
