//! Several documents as one.

mod copy;
mod destination;
mod outline;

use std::{collections::HashSet, fmt::Write, sync::Arc};

use sha2::{Digest, Sha256};

use self::copy::Copier;
use crate::{
    Document, Limits, PdfError,
    form::Form,
    object::{Dictionary, Object, Value},
    signature::Signatures,
    text,
    write::{TrailerEntries, write_rebuilt_section},
    xref::Location,
};

/// Merges documents in order into one.
///
/// Pages, their annotations and links, outlines, form fields, layers and embedded files are kept. A field
/// whose name an earlier document has is renamed (`name_2`). What speaks of a document as a whole is not:
/// tags, metadata, claims of conformance, page labels and open actions. One input is returned as it is.
///
/// # Errors
///
/// [`PdfError::Signed`] when an input of several carries a signature, which would be lost; another
/// [`PdfError`] when an input cannot be read.
pub fn merge(inputs: &[&[u8]]) -> Result<Vec<u8>, PdfError> {
    if let [only] = inputs {
        return Ok(only.to_vec());
    }
    let mut merged = Merged::new();
    for input in inputs {
        let document = Document::open(Arc::new(input.to_vec()), None, &Limits::default())?;
        merged.add(&document)?;
    }
    if merged.page_count == 0 {
        return Err(PdfError::broken(0, "a page expected"));
    }
    Ok(merged.finish())
}

/// Number of the catalog, and of the root of the page tree.
const CATALOG: u32 = 1;
const PAGES: u32 = 2;

/// The merged document in the making.
pub(crate) struct Merged {
    /// Bodies of the objects from number 1 on.
    objects: Vec<Vec<u8>>,
    nodes: Vec<u32>,
    page_count: usize,
    fields: Vec<u32>,
    field_names: HashSet<String>,
    form_entries: Vec<u8>,
    outline: outline::Chain,
    layers: Vec<String>,
    hidden_layers: Vec<String>,
    files: Vec<(Vec<u8>, Vec<u8>)>,
    language: Option<Vec<u8>>,
    info: Option<u32>,
}

impl Merged {
    fn new() -> Self {
        Self {
            objects: vec![Vec::new(); 2],
            nodes: Vec::new(),
            page_count: 0,
            fields: Vec::new(),
            field_names: HashSet::new(),
            form_entries: Vec::new(),
            outline: outline::Chain::default(),
            layers: Vec::new(),
            hidden_layers: Vec::new(),
            files: Vec::new(),
            language: None,
            info: None,
        }
    }

    fn allocate(&mut self) -> u32 {
        self.objects.push(Vec::new());
        u32::try_from(self.objects.len()).unwrap_or(u32::MAX)
    }

    fn put(&mut self, number: u32, body: Vec<u8>) {
        let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        if let Some(slot) = index.and_then(|index| self.objects.get_mut(index)) {
            *slot = body;
        }
    }

    fn add(&mut self, document: &Document) -> Result<(), PdfError> {
        let form = Form::read(document)?;
        if !Signatures::read(document, &form)?.found.is_empty() {
            return Err(PdfError::Signed);
        }
        let node = self.allocate();
        let catalog = document.catalog()?;
        let mut copier = Copier::new(document, self, node)?;
        copier.add_pages()?;
        let empty = Dictionary::default();
        let entries = catalog.dictionary().unwrap_or(&empty);
        copier.add_form(&form)?;
        copier.add_outline(entries)?;
        copier.add_layers(entries)?;
        copier.add_files(entries)?;
        copier.add_language_and_info(&catalog, entries)?;
        copier.copy_waiting()?;
        self.nodes.push(node);
        Ok(())
    }

    fn finish(mut self) -> Vec<u8> {
        let kids: Vec<String> = self.nodes.iter().map(|node| format!("{node} 0 R")).collect();
        let pages = format!("<</Type/Pages/Kids[{}]/Count {}>>", kids.join(" "), self.page_count);
        self.put(PAGES, pages.into_bytes());
        let mut catalog = format!("<</Type/Catalog/Pages {PAGES} 0 R").into_bytes();
        if let Some(language) = self.language.take() {
            catalog.extend_from_slice(b"/Lang");
            catalog.extend(language);
        }
        if !self.fields.is_empty() {
            let fields: Vec<String> = self.fields.iter().map(|field| format!("{field} 0 R")).collect();
            catalog.extend_from_slice(format!("/AcroForm<</Fields[{}]", fields.join(" ")).as_bytes());
            catalog.extend_from_slice(&self.form_entries);
            catalog.extend_from_slice(b">>");
        }
        if let Some(outline) = outline::Chain::finish(&mut self) {
            catalog.extend_from_slice(format!("/Outlines {outline} 0 R").as_bytes());
        }
        if !self.layers.is_empty() {
            let (all, hidden) = (self.layers.join(" "), self.hidden_layers.join(" "));
            let layers = format!("/OCProperties<</OCGs[{all}]/D<</Order[{all}]/OFF[{hidden}]>>>>");
            catalog.extend_from_slice(layers.as_bytes());
        }
        self.write_files(&mut catalog);
        catalog.extend_from_slice(b">>");
        self.put(CATALOG, catalog);
        self.write()
    }

    /// The name tree of embedded files, whose keys have to be in order.
    fn write_files(&mut self, catalog: &mut Vec<u8>) {
        if self.files.is_empty() {
            return;
        }
        self.files.sort();
        catalog.extend_from_slice(b"/Names<</EmbeddedFiles<</Names[");
        for (key, value) in &self.files {
            text::write_string(catalog, key);
            catalog.push(b' ');
            catalog.extend_from_slice(value);
        }
        catalog.extend_from_slice(b"]>>>>");
    }

    fn write(self) -> Vec<u8> {
        let mut bytes = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
        let mut locations = std::collections::BTreeMap::new();
        for (number, body) in (1_u32..).zip(&self.objects) {
            locations.insert(number, (Location::Offset(bytes.len() as u64), 0));
            bytes.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
            bytes.extend_from_slice(if body.is_empty() { b"null" } else { body });
            bytes.extend_from_slice(b"\nendobj\n");
        }
        let mut id = String::from("[");
        let hash = Sha256::digest(&bytes);
        for _ in 0..2 {
            id.push('<');
            for byte in hash.iter().take(16) {
                let _ = write!(id, "{byte:02x}");
            }
            id.push('>');
        }
        id.push(']');
        let trailer = TrailerEntries {
            root: Some(crate::ObjectId { number: CATALOG, generation: 0 }),
            info: self.info.map(|info| format!("{info} 0 R").into_bytes()),
            id: Some(id.into_bytes()),
            encrypt: None,
        };
        write_rebuilt_section(&mut bytes, 0, &locations, &trailer);
        bytes
    }
}

/// The value behind a key, if it is a dictionary.
fn sub_dictionary(document: &Document, dictionary: &Dictionary, key: &str) -> Result<Object, PdfError> {
    match dictionary.get(key) {
        Some(value) => document.resolve(value),
        None => Ok(Object { value: Value::Null, ..Object::null(0) }),
    }
}

#[cfg(test)]
mod tests;
