//! Incremental updates (ISO 32000-1 section 7.5.6): new bytes behind the old ones, which stay as they are.

use std::{collections::BTreeMap, fmt::Write};

use sha2::{Digest, Sha256};

use crate::{
    Document, PdfError,
    object::{Dictionary, Item, Object, ObjectId, Value},
    parser::{Parser, is_regular},
    text,
    xref::Location,
};

/// Entries of a trailer that each section has for itself.
const OWN_ENTRIES: [&[u8]; 12] = [
    b"DecodeParms",
    b"DL",
    b"F",
    b"FDecodeParms",
    b"FFilter",
    b"Filter",
    b"ID",
    b"Index",
    b"Length",
    b"Prev",
    b"Size",
    b"XRefStm",
];
/// Largest offset a cross-reference table can hold.
const TABLE_OFFSET: u64 = 9_999_999_999;

/// Objects of a revision to come.
pub(crate) struct Update<'a> {
    document: &'a Document,
    objects: BTreeMap<u32, (u16, Vec<u8>)>,
    next: u32,
    /// An object was written for two roles that differ, so that what one of them needs would be lost.
    is_torn: bool,
}

/// Where objects are, with their generations.
type Entries = BTreeMap<u32, (Location, u16)>;

/// The bytes of a revision.
pub(crate) struct Tail {
    pub(crate) bytes: Vec<u8>,
    /// Where each object's value begins in the bytes.
    pub(crate) bodies: BTreeMap<u32, usize>,
}

impl<'a> Update<'a> {
    pub(crate) fn new(document: &'a Document) -> Result<Self, PdfError> {
        Ok(Self { document, objects: BTreeMap::new(), next: document.next_number()?, is_torn: false })
    }

    pub(crate) fn allocate(&mut self) -> ObjectId {
        let id = ObjectId { number: self.next, generation: 0 };
        self.next = self.next.saturating_add(1);
        id
    }

    pub(crate) fn put(&mut self, id: ObjectId, body: Vec<u8>) {
        let object = (id.generation, body);
        let earlier = self.objects.get(&id.number);
        self.is_torn |= earlier.is_some_and(|earlier| *earlier != object);
        self.objects.insert(id.number, object);
    }

    /// Adds a stream; `entries` are those of its dictionary besides `/Length`.
    pub(crate) fn put_stream(&mut self, id: ObjectId, entries: &str, data: &[u8]) {
        let encrypted = self.document.crypt().map(|crypt| crypt.encrypt_stream(id, data));
        let data = encrypted.as_deref().unwrap_or(data);
        let mut body = format!("<<{entries}/Length {}>>\nstream\n", data.len()).into_bytes();
        body.extend_from_slice(data);
        body.extend_from_slice(b"\nendstream");
        self.put(id, body);
    }

    /// A string of this object, encrypted as the file asks.
    pub(crate) fn string(&self, id: ObjectId, bytes: &[u8]) -> Vec<u8> {
        let mut output = Vec::new();
        match self.document.crypt() {
            Some(crypt) => text::write_string(&mut output, &crypt.encrypt_string(id, bytes)),
            None => text::write_string(&mut output, bytes),
        }
        output
    }

    /// A text string of this object, encrypted as the file asks.
    pub(crate) fn text(&self, id: ObjectId, text: &str) -> Vec<u8> {
        self.string(id, &text::encode(text))
    }

    /// The dictionary of an object with some entries replaced or added, all else byte for byte.
    pub(crate) fn patch(&self, object: &Object, changes: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let (dictionary, mut bytes) = match self.plain(object) {
            (Value::Dictionary(dictionary), bytes) => (dictionary, bytes),
            _ => (Dictionary::default(), b"<<>>".to_vec()),
        };
        let mut added = Vec::new();
        let mut replaced = Vec::new();
        for (key, value) in changes {
            if let Some(entry) = dictionary.entry(key) {
                replaced.push((entry.span.clone(), value));
            } else {
                write_name(&mut added, key.as_bytes());
                push_value(&mut added, value);
            }
        }
        let end = bytes.len().saturating_sub(2);
        bytes.splice(end..end, added);
        replaced.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
        for (span, value) in replaced {
            let mut spaced = Vec::new();
            push_value(&mut spaced, value);
            bytes.splice(span, spaced);
        }
        bytes
    }

    /// An array with references added at its end, all else byte for byte.
    pub(crate) fn extend_array(&self, object: &Object, added: &[ObjectId]) -> Vec<u8> {
        let references = added.iter().map(|id| format!(" {} {} R", id.number, id.generation));
        self.append_to_array(object, references.collect::<Vec<_>>().concat().as_bytes())
    }

    /// An array with this at its end, all else byte for byte.
    pub(crate) fn append_to_array(&self, object: &Object, added: &[u8]) -> Vec<u8> {
        let mut bytes = match self.plain(object) {
            (Value::Array(_), bytes) => bytes,
            _ => b"[]".to_vec(),
        };
        let end = bytes.len().saturating_sub(1);
        bytes.splice(end..end, added.iter().copied());
        bytes
    }

    /// The object's value and its bytes as they may stand in the file by themselves.
    ///
    /// Strings in object streams are not encrypted one by one, so outside of it they have to be.
    fn plain(&self, object: &Object) -> (Value, Vec<u8>) {
        if !object.compressed || self.document.crypt().is_none() {
            return (object.value.clone(), object.raw.clone());
        }
        let mut bytes = Vec::with_capacity(object.raw.len());
        let whole = Item { value: object.value.clone(), span: 0..object.raw.len() };
        self.write_encrypted(&mut bytes, object, &whole);
        let parsed = Parser::new(&bytes, true, self.document.limits().depth).value_with_bytes();
        parsed.unwrap_or_else(|_| (object.value.clone(), object.raw.clone()))
    }

    fn write_encrypted(&self, output: &mut Vec<u8>, object: &Object, item: &Item) {
        match &item.value {
            Value::String(string) => output.extend(self.string(object.id, string)),
            Value::Array(items) => {
                output.push(b'[');
                for item in items {
                    self.write_encrypted(output, object, item);
                    output.push(b' ');
                }
                output.push(b']');
            }
            Value::Dictionary(dictionary) => {
                output.extend_from_slice(b"<<");
                for entry in &dictionary.entries {
                    write_name(output, &entry.key);
                    output.push(b' ');
                    let item = Item { value: entry.value.clone(), span: entry.span.clone() };
                    self.write_encrypted(output, object, &item);
                }
                output.extend_from_slice(b">>");
            }
            _ => output.extend_from_slice(object.raw(&item.span)),
        }
    }

    /// The bytes of the revision.
    ///
    /// # Errors
    ///
    /// [`PdfError::Broken`] when the document uses one object in two roles that both have to change, such as a
    /// catalog that is its own form.
    pub(crate) fn finish(mut self) -> Result<Tail, PdfError> {
        let document = self.document;
        if self.is_torn {
            return Err(PdfError::broken(
                0,
                "an object of its own expected for each of catalog, form, page and field",
            ));
        }
        let size = document.size();
        let newest = document.sections().first().ok_or(PdfError::broken(0, "trailer expected"))?;
        let last = document.reader().window(size.saturating_sub(1), 1)?.first().copied();
        let mut bytes = if matches!(last, Some(b'\n' | b'\r')) { Vec::new() } else { vec![b'\n'] };
        let start = size.saturating_sub(document.reader().base());
        let mut bodies = BTreeMap::new();
        let mut entries = BTreeMap::new();
        for (number, (generation, body)) in &self.objects {
            entries.insert(*number, (Location::Offset(start + bytes.len() as u64), *generation));
            bytes.extend_from_slice(format!("{number} {generation} obj\n").as_bytes());
            bodies.insert(*number, bytes.len());
            bytes.extend_from_slice(body);
            bytes.extend_from_slice(b"\nendobj\n");
        }
        let at = start + bytes.len() as u64;
        if newest.is_stream {
            let own = self.allocate();
            entries.insert(own.number, (Location::Offset(at), 0));
            let trailer = self.trailer(&newest.trailer, newest.offset, &bytes);
            write_stream_section(&mut bytes, own, &entries, &trailer);
        } else {
            if at > TABLE_OFFSET {
                return Err(PdfError::broken(size, "cross-reference stream expected in a file of this size"));
            }
            let trailer = self.trailer(&newest.trailer, newest.offset, &bytes);
            write_table_section(&mut bytes, &entries, &trailer);
        }
        bytes.extend_from_slice(format!("startxref\n{at}\n%%EOF\n").as_bytes());
        Ok(Tail { bytes, bodies })
    }

    /// The entries of the new trailer: the old ones, with a new size, predecessor and second half of the ID.
    fn trailer(&self, old: &Object, previous: u64, content: &[u8]) -> Vec<u8> {
        let mut trailer = format!("/Size {}/Prev {previous}", self.next).into_bytes();
        let dictionary = old.dictionary();
        for entry in dictionary.iter().flat_map(|dictionary| &dictionary.entries) {
            let of_stream = old.stream_at.is_some() && matches!(entry.key.as_slice(), b"Type" | b"W");
            if !of_stream && !OWN_ENTRIES.contains(&entry.key.as_slice()) {
                write_name(&mut trailer, &entry.key);
                push_value(&mut trailer, old.raw(&entry.span));
            }
        }
        let hash = Sha256::digest(content);
        let changed = hash.get(..16).unwrap_or_default();
        let old_id = dictionary.and_then(|trailer| self.document.value(trailer, "ID").ok());
        let permanent = old_id.and_then(|id| Some(id.as_array()?.first()?.value.as_string()?.to_vec()));
        trailer.extend_from_slice(b"/ID[");
        text::write_string(&mut trailer, permanent.as_deref().unwrap_or(changed));
        text::write_string(&mut trailer, changed);
        trailer.push(b']');
        trailer
    }
}

/// What a rebuilt trailer says.
#[derive(Clone, Default)]
pub(crate) struct TrailerEntries {
    pub(crate) root: Option<ObjectId>,
    pub(crate) info: Option<Vec<u8>>,
    pub(crate) id: Option<Vec<u8>>,
    pub(crate) encrypt: Option<Vec<u8>>,
}

/// Appends a cross-reference section that leads to no earlier one.
pub(crate) fn write_rebuilt_section(
    bytes: &mut Vec<u8>,
    header: usize,
    locations: &BTreeMap<u32, (Location, u16)>,
    entries: &TrailerEntries,
) {
    let at = bytes.len() - header;
    let compressed = locations.values().any(|(location, _)| matches!(location, Location::Compressed { .. }));
    let own = locations.keys().last().map_or(1, |last| last + 1);
    let mut trailer = format!("/Size {}", own + u32::from(compressed)).into_bytes();
    if let Some(root) = entries.root {
        trailer.extend_from_slice(format!("/Root {} {} R", root.number, root.generation).as_bytes());
    }
    for (key, value) in [("/Info", &entries.info), ("/ID", &entries.id), ("/Encrypt", &entries.encrypt)] {
        if let Some(value) = value {
            trailer.extend_from_slice(key.as_bytes());
            push_value(&mut trailer, value);
        }
    }
    let mut all = locations.clone();
    all.insert(0, (Location::Free, u16::MAX));
    if compressed {
        all.insert(own, (Location::Offset(at as u64), 0));
        write_stream_section(bytes, ObjectId { number: own, generation: 0 }, &all, &trailer);
    } else {
        write_table_section(bytes, &all, &trailer);
    }
    bytes.extend_from_slice(format!("startxref\n{at}\n%%EOF\n").as_bytes());
}

/// Numbers in unbroken rows: the first of each, and its entries.
fn subsections(entries: &Entries) -> Vec<(u32, Vec<(Location, u16)>)> {
    let mut rows: Vec<(u32, Vec<(Location, u16)>)> = Vec::new();
    for (number, entry) in entries {
        match rows.last_mut() {
            Some((first, row)) if u64::from(*first) + row.len() as u64 == u64::from(*number) => {
                row.push(*entry);
            }
            _ => rows.push((*number, vec![*entry])),
        }
    }
    rows
}

fn write_table_section(bytes: &mut Vec<u8>, entries: &Entries, trailer: &[u8]) {
    bytes.extend_from_slice(b"xref\n");
    for (first, row) in subsections(entries) {
        bytes.extend_from_slice(format!("{first} {}\n", row.len()).as_bytes());
        for (location, generation) in row {
            let (offset, kind) = match location {
                Location::Offset(offset) => (offset, 'n'),
                Location::Compressed { .. } | Location::Free => (0, 'f'),
            };
            bytes.extend_from_slice(format!("{offset:010} {generation:05} {kind} \n").as_bytes());
        }
    }
    bytes.extend_from_slice(b"trailer\n<<");
    bytes.extend_from_slice(trailer);
    bytes.extend_from_slice(b">>\n");
}

fn write_stream_section(bytes: &mut Vec<u8>, own: ObjectId, entries: &Entries, trailer: &[u8]) {
    let mut rows = Vec::new();
    let mut index = String::new();
    for (first, row) in subsections(entries) {
        let _ = write!(index, "{first} {} ", row.len());
        for (location, generation) in row {
            let (kind, second, third) = match location {
                Location::Offset(offset) => (1, offset, u32::from(generation)),
                Location::Compressed { stream, index } => (2, u64::from(stream), index),
                Location::Free => (0, 0, u32::from(generation)),
            };
            rows.push(kind);
            // Five bytes hold offsets of up to a tebibyte.
            rows.extend(second.to_be_bytes().iter().skip(3));
            rows.extend_from_slice(&third.to_be_bytes());
        }
    }
    let head = format!(
        "{} 0 obj\n<</Type/XRef/W[1 5 4]/Index[{}]/Length {}",
        own.number,
        index.trim_end(),
        rows.len()
    );
    bytes.extend_from_slice(head.as_bytes());
    bytes.extend_from_slice(trailer);
    bytes.extend_from_slice(b">>\nstream\n");
    bytes.extend_from_slice(&rows);
    bytes.extend_from_slice(b"\nendstream\nendobj\n");
}

/// Appends a value, set off by a space where it would run into what stands before.
fn push_value(output: &mut Vec<u8>, value: &[u8]) {
    if value.first().is_some_and(|byte| is_regular(*byte)) {
        output.push(b' ');
    }
    output.extend_from_slice(value);
}

/// Appends a name, with what is not plain escaped.
pub(crate) fn write_name(output: &mut Vec<u8>, name: &[u8]) {
    output.push(b'/');
    for byte in name {
        if is_regular(*byte) && (b'!'..=b'~').contains(byte) && *byte != b'#' {
            output.push(*byte);
        } else {
            output.push(b'#');
            output.extend_from_slice(&hex_digits(*byte));
        }
    }
}

/// A byte as two lower-case hexadecimal digits.
pub(crate) fn hex_digits(byte: u8) -> [u8; 2] {
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
    [digit(byte >> 4), digit(byte & 15)]
}
