//! A signed file as an attacker reads it.
//!
//! **Invariant:** reads with `lopdf`, never with the engine under test.

use std::ops::Range;

use lopdf::{Dictionary, Document, Object, StringFormat};

use crate::update::Update;

/// A file and what stands where in it.
pub struct View {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its objects.
    pub document: Document,
    /// Where the newest cross-reference section is.
    pub startxref: usize,
    /// Whether that section is a stream.
    pub streams: bool,
    /// The first object number that is not in use.
    pub size: u32,
    /// The catalog.
    pub root: u32,
    /// The pages, in order.
    pub pages: Vec<u32>,
    /// Every signature and document time-stamp that a field holds, by where it ends.
    pub signatures: Vec<Signature>,
}

/// A signature as the file shows it.
#[derive(Clone, Debug)]
pub struct Signature {
    /// The field that holds it.
    pub field: u32,
    /// Its dictionary.
    pub object: u32,
    /// `/ByteRange`.
    pub range: [usize; 4],
    /// What is in the gap, decoded, with its padding.
    pub contents: Vec<u8>,
    /// Whether it is a document time-stamp.
    pub timestamp: bool,
}

impl Signature {
    /// The gap, brackets included.
    #[must_use]
    pub fn gap(&self) -> Range<usize> {
        self.range[1]..self.range[2]
    }

    /// Where the bytes it covers end.
    #[must_use]
    pub fn end(&self) -> usize {
        self.range[2] + self.range[3]
    }

    /// The contents without the padding, if they are DER.
    #[must_use]
    pub fn cms(&self) -> Option<&[u8]> {
        crate::der::read(&self.contents).map(|element| element.whole)
    }
}

impl View {
    /// Reads a file; `None` if that fails or nothing in it is signed.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let document = Document::load_mem(bytes).ok().filter(|it| !it.was_encrypted())?;
        let startxref = startxref(bytes)?;
        let root = document.trailer.get(b"Root").ok()?.as_reference().ok()?.0;
        let pages = document.get_pages().values().map(|id| id.0).collect();
        let size = document.trailer.get(b"Size").ok()?.as_i64().ok()?;
        let size = u32::try_from(size).ok()?.max(document.max_id + 1);
        let signatures = signatures(&document, root);
        let streams = !bytes.get(startxref..)?.starts_with(b"xref");
        let view =
            Self { bytes: bytes.to_vec(), document, startxref, streams, size, root, pages, signatures };
        (!view.signatures.is_empty() && !view.pages.is_empty()).then_some(view)
    }

    /// The same with other bytes, none of which have moved.
    #[must_use]
    pub fn with_bytes(&self, bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            document: self.document.clone(),
            pages: self.pages.clone(),
            signatures: self.signatures.clone(),
            ..*self
        }
    }

    /// Starts an incremental update in the file's own style.
    #[must_use]
    pub fn update(&self) -> Update<'_> {
        Update::new(self)
    }

    /// The newest signature.
    #[must_use]
    pub fn last(&self) -> &Signature {
        self.signatures.last().unwrap()
    }

    /// An object's dictionary, of a stream too.
    #[must_use]
    pub fn dictionary(&self, number: u32) -> Option<&Dictionary> {
        match self.object(number)? {
            Object::Dictionary(dictionary) => Some(dictionary),
            Object::Stream(stream) => Some(&stream.dict),
            _ => None,
        }
    }

    /// An object.
    #[must_use]
    pub fn object(&self, number: u32) -> Option<&Object> {
        self.document.get_object((number, 0)).ok()
    }

    /// An object as text.
    #[must_use]
    pub fn text(&self, number: u32) -> Option<Vec<u8>> {
        self.object(number).map(text)
    }

    /// A dictionary as text, with entries replaced or, where the value is empty, left out.
    #[must_use]
    pub fn with(&self, number: u32, entries: &[(&str, &str)]) -> Option<Vec<u8>> {
        let mut dictionary = self.dictionary(number)?.clone();
        for (key, _) in entries {
            dictionary.remove(key.as_bytes());
        }
        let mut body = text(&Object::Dictionary(dictionary));
        body.truncate(body.len() - 2);
        for (key, value) in entries.iter().filter(|(_, value)| !value.is_empty()) {
            body.extend(format!("/{key} {value} ").as_bytes());
        }
        body.extend(b">>");
        if let Some(Object::Stream(stream)) = self.object(number) {
            body.extend(b"\nstream\n");
            body.extend(&stream.content);
            body.extend(b"\nendstream");
        }
        Some(body)
    }

    /// The value of a dictionary's key as text, references not followed.
    #[must_use]
    pub fn value(&self, number: u32, key: &str) -> Option<String> {
        let value = self.dictionary(number)?.get(key.as_bytes()).ok()?;
        Some(String::from_utf8_lossy(&text(value)).into_owned())
    }

    /// The references in an array that a key holds, directly or by reference.
    #[must_use]
    pub fn references(&self, number: u32, key: &str) -> Vec<u32> {
        let Some(value) = self.dictionary(number).and_then(|it| it.get(key.as_bytes()).ok()) else {
            return Vec::new();
        };
        let value = self.document.dereference(value).map_or(value, |(_, value)| value);
        let items = value.as_array().map_or(&[][..], Vec::as_slice);
        items.iter().filter_map(|item| item.as_reference().ok()).map(|id| id.0).collect()
    }

    /// The form: its own object, or `None` where it stands in the catalog.
    #[must_use]
    pub fn form(&self) -> Option<u32> {
        Some(self.dictionary(self.root)?.get(b"AcroForm").ok()?.as_reference().ok()?.0)
    }

    /// The first page's first content stream.
    #[must_use]
    pub fn content(&self) -> Option<u32> {
        self.document.get_page_contents((*self.pages.first()?, 0)).first().map(|id| id.0)
    }

    /// Where an object's own `N 0 obj` stands, the newest one.
    #[must_use]
    pub fn offset(&self, number: u32) -> Option<usize> {
        let marks = [format!("\n{number} 0 obj"), format!("\r{number} 0 obj")];
        marks.iter().filter_map(|mark| rfind(&self.bytes, mark.as_bytes())).max().map(|at| at + 1)
    }
}

fn signatures(document: &Document, root: u32) -> Vec<Signature> {
    let form = document
        .get_dictionary((root, 0))
        .and_then(|catalog| catalog.get(b"AcroForm"))
        .and_then(|form| document.dereference(form))
        .and_then(|(_, form)| form.as_dict());
    let Ok(fields) = form.and_then(|form| document.dereference(form.get(b"Fields")?)) else {
        return Vec::new();
    };
    let mut waiting: Vec<u32> = references(fields.1);
    let mut found = Vec::new();
    while let Some(field) = waiting.pop() {
        let Ok(dictionary) = document.get_dictionary((field, 0)) else { continue };
        if let Ok(kids) = dictionary.get(b"Kids").and_then(|kids| document.dereference(kids)) {
            waiting.extend(references(kids.1).into_iter().filter(|kid| *kid > field).take(1000));
        }
        let value = dictionary.get(b"V").and_then(Object::as_reference);
        let Some(signature) = value.ok().and_then(|value| signature(document, field, value.0)) else {
            continue;
        };
        found.push(signature);
    }
    found.sort_by_key(Signature::end);
    found
}

fn signature(document: &Document, field: u32, object: u32) -> Option<Signature> {
    let dictionary = document.get_dictionary((object, 0)).ok()?;
    let (_, range) = document.dereference(dictionary.get(b"ByteRange").ok()?).ok()?;
    let range: Vec<usize> =
        range.as_array().ok()?.iter().filter_map(|it| usize::try_from(it.as_i64().ok()?).ok()).collect();
    let contents = dictionary.get(b"Contents").ok()?.as_str().ok()?.to_vec();
    let name = |key: &[u8]| dictionary.get(key).and_then(Object::as_name).unwrap_or_default();
    let timestamp = name(b"Type") == b"DocTimeStamp" || name(b"SubFilter") == b"ETSI.RFC3161";
    Some(Signature { field, object, range: range.try_into().ok()?, contents, timestamp })
}

fn references(array: &Object) -> Vec<u32> {
    let items = array.as_array().map_or(&[][..], Vec::as_slice);
    items.iter().filter_map(|item| item.as_reference().ok()).map(|id| id.0).collect()
}

/// The number behind the last `startxref`.
#[must_use]
pub fn startxref(bytes: &[u8]) -> Option<usize> {
    let at = rfind(bytes, b"startxref")? + b"startxref".len();
    let digits: Vec<u8> = bytes[at..]
        .iter()
        .copied()
        .skip_while(u8::is_ascii_whitespace)
        .take_while(u8::is_ascii_digit)
        .collect();
    String::from_utf8(digits).ok()?.parse().ok()
}

/// The first place of some bytes.
#[must_use]
pub fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// The last place of some bytes.
#[must_use]
pub fn rfind(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).rposition(|window| window == needle)
}

/// An object as PDF writes it.
#[must_use]
pub fn text(object: &Object) -> Vec<u8> {
    let mut out = Vec::new();
    write(object, &mut out);
    out
}

fn write(object: &Object, out: &mut Vec<u8>) {
    match object {
        Object::Null => out.extend(b"null"),
        Object::Boolean(value) => out.extend(value.to_string().as_bytes()),
        Object::Integer(value) => out.extend(value.to_string().as_bytes()),
        Object::Real(value) => out.extend(value.to_string().as_bytes()),
        Object::Name(name) => write_name(name, out),
        Object::String(bytes, StringFormat::Literal) => {
            out.push(b'(');
            for byte in bytes {
                match byte {
                    b'(' | b')' | b'\\' => out.extend([b'\\', *byte]),
                    b'\r' => out.extend(b"\\r"),
                    _ => out.push(*byte),
                }
            }
            out.push(b')');
        }
        Object::String(bytes, StringFormat::Hexadecimal) => {
            out.push(b'<');
            out.extend(hex(bytes).as_bytes());
            out.push(b'>');
        }
        Object::Array(items) => {
            out.extend(b"[ ");
            for item in items {
                write(item, out);
                out.push(b' ');
            }
            out.push(b']');
        }
        Object::Dictionary(dictionary) => write_dictionary(dictionary, out),
        Object::Stream(stream) => {
            write_dictionary(&stream.dict, out);
            out.extend(b"\nstream\n");
            out.extend(&stream.content);
            out.extend(b"\nendstream");
        }
        Object::Reference((number, generation)) => out.extend(format!("{number} {generation} R").as_bytes()),
    }
}

fn write_dictionary(dictionary: &Dictionary, out: &mut Vec<u8>) {
    out.extend(b"<< ");
    for (key, value) in dictionary {
        write_name(key, out);
        out.push(b' ');
        write(value, out);
        out.push(b' ');
    }
    out.extend(b">>");
}

fn write_name(name: &[u8], out: &mut Vec<u8>) {
    out.push(b'/');
    for byte in name {
        if byte.is_ascii_graphic() && !b"()<>[]{}/%#".contains(byte) {
            out.push(*byte);
        } else {
            out.extend(format!("#{byte:02x}").as_bytes());
        }
    }
}

/// Lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
