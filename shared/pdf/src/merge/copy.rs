//! Copying objects from one document into the merged one.

use std::collections::{HashMap, HashSet};

use super::{CATALOG, Merged, PAGES, destination, destination::Destinations, outline};
use crate::{
    Document, PdfError,
    form::Form,
    object::{Dictionary, Entry, Object, Value},
    text,
    write::write_name,
};

/// Attributes of pages that their ancestors hand down (ISO 32000-1 table 30).
const INHERITED: [&str; 4] = ["Resources", "MediaBox", "CropBox", "Rotate"];

/// Copies from one document.
pub(super) struct Copier<'a> {
    document: &'a Document,
    merged: &'a mut Merged,
    /// The merged node of this document's pages.
    node: u32,
    /// From old numbers to new ones.
    numbers: HashMap<u32, u32>,
    /// Old numbers of objects that have a new number and are still to be copied.
    waiting: Vec<u32>,
    /// Old numbers of objects that are not copied but written by hand.
    by_hand: HashSet<u32>,
    destinations: Destinations,
}

impl<'a> Copier<'a> {
    pub(super) fn new(document: &'a Document, merged: &'a mut Merged, node: u32) -> Result<Self, PdfError> {
        let numbers = HashMap::from([(document.catalog()?.id.number, CATALOG)]);
        let destinations = destination::read(document)?;
        Ok(Self {
            document,
            merged,
            node,
            numbers,
            waiting: Vec::new(),
            by_hand: HashSet::new(),
            destinations,
        })
    }

    /// The new number of an object that will be copied.
    fn number(&mut self, old: u32) -> u32 {
        if let Some(number) = self.numbers.get(&old) {
            return *number;
        }
        let number = self.merged.allocate();
        self.numbers.insert(old, number);
        self.waiting.push(old);
        number
    }

    /// The new number of an object that is written by hand.
    fn own_number(&mut self, old: u32) -> u32 {
        self.by_hand.insert(old);
        if let Some(number) = self.numbers.get(&old) {
            return *number;
        }
        let number = self.merged.allocate();
        self.numbers.insert(old, number);
        number
    }

    pub(super) fn copy_waiting(&mut self) -> Result<(), PdfError> {
        while let Some(old) = self.waiting.pop() {
            if self.by_hand.contains(&old) {
                continue;
            }
            let object = match self.document.object(old) {
                Ok(object) => object,
                // Readers take what cannot be read as absent.
                Err(PdfError::Broken { .. } | PdfError::UnsupportedFilter { .. }) => continue,
                Err(error) => return Err(error),
            };
            let mut body = Vec::with_capacity(object.raw.len());
            if object.stream_at.is_some() {
                self.write_stream(&mut body, &object)?;
            } else {
                self.write(&mut body, &object, &object.value, 0..object.raw.len());
            }
            let number = self.number(old);
            self.merged.put(number, body);
        }
        Ok(())
    }

    fn write_stream(&mut self, body: &mut Vec<u8>, object: &Object) -> Result<(), PdfError> {
        let Some(dictionary) = object.dictionary() else { return Ok(()) };
        let data = self.document.stream_raw(object)?;
        body.extend_from_slice(b"<<");
        for entry in dictionary.entries.iter().filter(|entry| entry.key != b"Length") {
            self.write_entry(body, object, entry);
        }
        body.extend_from_slice(format!("/Length {}>>\nstream\n", data.len()).as_bytes());
        body.extend_from_slice(&data);
        body.extend_from_slice(b"\nendstream");
        Ok(())
    }

    fn write_entry(&mut self, body: &mut Vec<u8>, object: &Object, entry: &Entry) {
        write_name(body, &entry.key);
        body.push(b' ');
        self.write(body, object, &entry.value, entry.span.clone());
    }

    /// Writes a value of an object with new numbers; the rest keeps its spelling.
    fn write(&mut self, body: &mut Vec<u8>, object: &Object, value: &Value, span: std::ops::Range<usize>) {
        match value {
            Value::Reference(id) => {
                let number = self.number(id.number);
                body.extend_from_slice(format!("{number} 0 R").as_bytes());
            }
            Value::Array(items) => {
                body.push(b'[');
                for item in items {
                    self.write(body, object, &item.value, item.span.clone());
                    body.push(b' ');
                }
                body.push(b']');
            }
            Value::Dictionary(dictionary) => {
                body.extend_from_slice(b"<<");
                for entry in &dictionary.entries {
                    if !self.write_destination(body, dictionary, entry, object) {
                        self.write_entry(body, object, entry);
                    }
                }
                body.extend_from_slice(b">>");
            }
            Value::String(string) => text::write_string(body, &self.document.string(object, string)),
            _ => body.extend_from_slice(object.raw(&span)),
        }
    }

    /// Replaces a named destination by the place it names: names of different documents may clash.
    fn write_destination(
        &mut self,
        body: &mut Vec<u8>,
        holder: &Dictionary,
        entry: &Entry,
        object: &Object,
    ) -> bool {
        let target = entry.key == b"Dest" || (entry.key == b"D" && holder.name("S") == Some(b"GoTo"));
        let name = match &entry.value {
            Value::Name(name) if target => name.clone(),
            Value::String(string) if target => self.document.string(object, string),
            _ => return false,
        };
        let Some(destination) = self.destinations.get(&name).cloned() else { return false };
        write_name(body, &entry.key);
        self.write(body, &destination, &destination.value, 0..destination.raw.len());
        true
    }

    pub(super) fn add_pages(&mut self) -> Result<(), PdfError> {
        let pages = self.document.pages()?;
        let mut kids = Vec::new();
        // All pages have their numbers before any is copied, so that links between them find them.
        for page in &pages {
            kids.push(self.own_number(page.object.number));
        }
        for (page, number) in pages.iter().zip(&kids) {
            let object = self.document.object(page.object.number)?;
            let Some(dictionary) = object.dictionary() else { continue };
            let mut body = format!("<</Parent {} 0 R", self.node).into_bytes();
            // Tags are not merged, so neither is the way to them.
            let skipped: [&[u8]; 2] = [b"Parent", b"StructParents"];
            for entry in dictionary.entries.iter().filter(|entry| !skipped.contains(&entry.key.as_slice())) {
                self.write_entry(&mut body, &object, entry);
            }
            self.write_inherited(&mut body, dictionary)?;
            body.extend_from_slice(b">>");
            self.merged.put(*number, body);
        }
        let references: Vec<String> = kids.iter().map(|kid| format!("{kid} 0 R")).collect();
        let node =
            format!("<</Type/Pages/Parent {PAGES} 0 R/Kids[{}]/Count {}>>", references.join(" "), kids.len());
        self.merged.put(self.node, node.into_bytes());
        self.merged.page_count += kids.len();
        Ok(())
    }

    /// Writes what a page inherits into the page.
    fn write_inherited(&mut self, body: &mut Vec<u8>, page: &Dictionary) -> Result<(), PdfError> {
        let mut missing: Vec<&str> = INHERITED.into_iter().filter(|key| page.get(key).is_none()).collect();
        let mut parent = page.get("Parent").and_then(Value::as_reference);
        let mut seen = HashSet::new();
        while let Some(id) = parent.filter(|id| seen.insert(id.number)) {
            let object = self.document.object(id.number)?;
            let Some(node) = object.dictionary() else { break };
            for key in missing.clone() {
                if let Some(entry) = node.entry(key) {
                    self.write_entry(body, &object, entry);
                    missing.retain(|missing| *missing != key);
                }
            }
            parent = node.get("Parent").and_then(Value::as_reference);
        }
        Ok(())
    }

    /// Adds the fields of the form, renamed where an earlier document has one of the name.
    pub(super) fn add_form(&mut self, form: &Form) -> Result<(), PdfError> {
        let Some(object) = &form.dictionary else { return Ok(()) };
        let Some(dictionary) = object.dictionary() else { return Ok(()) };
        let fields = self.document.value(dictionary, "Fields")?;
        for id in fields.as_array().unwrap_or_default().iter().filter_map(|item| item.value.as_reference()) {
            let field = self.document.object(id.number)?;
            let Some(entries) = field.dictionary() else { continue };
            let name = entries.get("T").and_then(Value::as_string).unwrap_or_default();
            let name = text::decode(&self.document.string(&field, name));
            let free = self.free_name(&name);
            let number = self.own_number(id.number);
            let mut body = b"<<".to_vec();
            for entry in entries.entries.iter().filter(|entry| entry.key != b"T") {
                self.write_entry(&mut body, &field, entry);
            }
            body.extend_from_slice(b"/T");
            text::write_string(&mut body, &text::encode(&free));
            body.extend_from_slice(b">>");
            self.merged.put(number, body);
            self.merged.fields.push(number);
        }
        // Defaults are the first form's: fields name its fonts, and all writers give them the same names.
        if self.merged.form_entries.is_empty() {
            let mut entries = Vec::new();
            for key in ["DA", "DR", "NeedAppearances", "Q"] {
                if let Some(entry) = dictionary.entry(key) {
                    self.write_entry(&mut entries, object, entry);
                }
            }
            self.merged.form_entries = entries;
        }
        Ok(())
    }

    fn free_name(&mut self, name: &str) -> String {
        let numbered = (2..).map(|number: u32| format!("{name}_{number}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        let free = names.find(|name| !self.merged.field_names.contains(name)).unwrap_or_default();
        self.merged.field_names.insert(free.clone());
        free
    }

    pub(super) fn add_outline(&mut self, catalog: &Dictionary) -> Result<(), PdfError> {
        let items = outline::top_level(self.document, catalog)?;
        let numbers: Vec<u32> = items.iter().map(|item| self.own_number(*item)).collect();
        for (old, number) in items.into_iter().zip(numbers) {
            let item = self.document.object(old)?;
            let Some(dictionary) = item.dictionary() else { continue };
            let mut entries = Vec::new();
            let linked: [&[u8]; 3] = [b"Next", b"Parent", b"Prev"];
            for entry in dictionary.entries.iter().filter(|entry| !linked.contains(&entry.key.as_slice())) {
                if !self.write_destination(&mut entries, dictionary, entry, &item) {
                    self.write_entry(&mut entries, &item, entry);
                }
            }
            self.merged.outline.items.push((number, entries));
        }
        Ok(())
    }

    pub(super) fn add_layers(&mut self, catalog: &Dictionary) -> Result<(), PdfError> {
        let properties = super::sub_dictionary(self.document, catalog, "OCProperties")?;
        let Some(properties) = properties.dictionary() else { return Ok(()) };
        let groups = self.references(properties, "OCGs")?;
        let configuration = super::sub_dictionary(self.document, properties, "D")?;
        let hidden = match configuration.dictionary() {
            // With this state, only the groups listed as on are shown.
            Some(configuration) if configuration.name("BaseState") == Some(b"OFF") => {
                let shown = self.references(configuration, "ON")?;
                groups.iter().filter(|group| !shown.contains(group)).cloned().collect()
            }
            Some(configuration) => self.references(configuration, "OFF")?,
            None => Vec::new(),
        };
        self.merged.layers.extend(groups);
        self.merged.hidden_layers.extend(hidden);
        Ok(())
    }

    /// The references of an array, with new numbers.
    fn references(&mut self, dictionary: &Dictionary, key: &str) -> Result<Vec<String>, PdfError> {
        let array = self.document.value(dictionary, key)?;
        let references =
            array.as_array().unwrap_or_default().iter().filter_map(|item| item.value.as_reference());
        Ok(references.map(|id| format!("{} 0 R", self.number(id.number))).collect())
    }

    pub(super) fn add_files(&mut self, catalog: &Dictionary) -> Result<(), PdfError> {
        let names = super::sub_dictionary(self.document, catalog, "Names")?;
        let Some(names) = names.dictionary() else { return Ok(()) };
        for (key, value) in destination::tree(self.document, names, "EmbeddedFiles")? {
            let Some(id) = value.as_reference() else { continue };
            let value = format!("{} 0 R", self.number(id.number)).into_bytes();
            let taken = self.merged.files.iter().filter(|(name, _)| name.starts_with(&key)).count();
            let suffix = if taken > 0 { format!("_{}", taken + 1) } else { String::new() };
            self.merged.files.push(([key.as_slice(), suffix.as_bytes()].concat(), value));
        }
        Ok(())
    }

    /// Language and title are the first document's.
    pub(super) fn add_language_and_info(
        &mut self,
        catalog: &Object,
        entries: &Dictionary,
    ) -> Result<(), PdfError> {
        if !self.merged.nodes.is_empty() {
            return Ok(());
        }
        if let Some(Value::String(language)) = entries.get("Lang") {
            let mut value = Vec::new();
            text::write_string(&mut value, &self.document.string(catalog, language));
            self.merged.language = Some(value);
        }
        let info =
            self.document.trailer()?.dictionary().and_then(|trailer| trailer.get("Info")?.as_reference());
        self.merged.info = info.map(|info| self.number(info.number));
        Ok(())
    }
}
