//! Incremental updates, well-formed or wrong in one chosen way.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{
    base::{deflate, stream, xref_entry},
    view::View,
};

/// An entry of a cross-reference section.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Entry {
    /// Free, with this generation.
    Free(u16),
    /// At an offset, with this generation.
    At(usize, u16),
    /// In an object stream, at an index.
    In(u32, u16),
}

/// What ends an update.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// Section, trailer, `startxref`, `%%EOF`.
    Whole,
    /// Nothing: bodies alone.
    Bodies,
    /// Section and trailer without `startxref`.
    NoStart,
    /// Everything but `%%EOF`.
    NoEof,
    /// A `startxref` that names the section before.
    OldStart,
    /// A trailer without a section.
    TrailerOnly,
}

/// An update being written.
pub struct Update<'a> {
    view: &'a View,
    out: Vec<u8>,
    entries: BTreeMap<u32, Entry>,
    /// Further entries of the table, written after the others though they repeat numbers.
    pub repeated: Vec<(u32, Entry)>,
    next: u32,
    streams: bool,
    ending: Ending,
    trailer: Vec<(String, String)>,
}

impl<'a> Update<'a> {
    /// An update that follows a file.
    #[must_use]
    pub fn new(view: &'a View) -> Self {
        let mut out = view.bytes.clone();
        if !out.ends_with(b"\n") {
            out.push(b'\n');
        }
        let mut trailer = vec![("Root".to_owned(), format!("{} 0 R", view.root))];
        for key in ["Info", "ID"] {
            if let Ok(value) = view.document.trailer.get(key.as_bytes()) {
                let value = String::from_utf8_lossy(&crate::view::text(value)).into_owned();
                trailer.push((key.to_owned(), value));
            }
        }
        trailer.push(("Prev".to_owned(), view.startxref.to_string()));
        Self {
            view,
            out,
            entries: BTreeMap::new(),
            repeated: Vec::new(),
            next: view.size,
            streams: view.streams,
            ending: Ending::Whole,
            trailer,
        }
    }

    /// A number that nothing uses.
    pub fn number(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    /// Where the next byte goes.
    #[must_use]
    pub fn position(&self) -> usize {
        self.out.len()
    }

    /// Writes an object of generation 0.
    #[must_use]
    pub fn put(mut self, number: u32, body: impl AsRef<[u8]>) -> Self {
        self.write(number, body.as_ref());
        self
    }

    /// Writes an object of generation 0.
    pub fn write(&mut self, number: u32, body: &[u8]) {
        let at = self.out.len();
        self.out.extend(format!("{number} 0 obj\n").as_bytes());
        self.out.extend(body);
        self.out.extend(b"\nendobj\n");
        self.entries.insert(number, Entry::At(at, 0));
        self.next = self.next.max(number + 1);
    }

    /// Writes a new object and returns its number.
    pub fn add(&mut self, body: impl AsRef<[u8]>) -> u32 {
        let number = self.number();
        self.write(number, body.as_ref());
        number
    }

    /// Writes an object of generation 0 that no section will list.
    #[must_use]
    pub fn put_unlisted(mut self, number: u32, body: impl AsRef<[u8]>) -> Self {
        let before = self.entries.get(&number).copied();
        self.write(number, body.as_ref());
        match before {
            Some(entry) => self.entries.insert(number, entry),
            None => self.entries.remove(&number),
        };
        self
    }

    /// Writes bytes as they are.
    #[must_use]
    pub fn raw(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.out.extend(bytes.as_ref());
        self
    }

    /// Lists an object.
    #[must_use]
    pub fn entry(mut self, number: u32, entry: Entry) -> Self {
        self.entries.insert(number, entry);
        self.next = self.next.max(number + 1);
        self
    }

    /// Puts objects into an object stream, which is written at once.
    #[must_use]
    pub fn pack(mut self, objects: &[(u32, Vec<u8>)]) -> Self {
        let holder = self.number();
        let (mut index, mut packed) = (String::new(), Vec::new());
        for (place, (number, body)) in (0..).zip(objects) {
            write!(index, "{number} {} ", packed.len()).unwrap();
            packed.extend(body);
            packed.push(b'\n');
            self.entries.insert(*number, Entry::In(holder, place));
        }
        let data = deflate(&[index.as_bytes(), &packed].concat());
        let kind = format!("/Type /ObjStm /N {} /First {} /Filter /FlateDecode", objects.len(), index.len());
        self.write(holder, &stream(&kind, &data));
        self
    }

    /// Sets an entry of the trailer, or leaves it out where the value is empty.
    #[must_use]
    pub fn trailer(mut self, key: &str, value: &str) -> Self {
        self.trailer.retain(|(other, _)| other != key);
        if !value.is_empty() {
            self.trailer.push((key.to_owned(), value.to_owned()));
        }
        self
    }

    /// Writes the section as a stream or as a table, whatever the file does.
    #[must_use]
    pub fn as_stream(mut self, streams: bool) -> Self {
        self.streams = streams;
        self
    }

    /// Ends in another way.
    #[must_use]
    pub fn ending(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }

    /// The whole file, old and new.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        let start = self.out.len();
        let shown = if self.ending == Ending::OldStart { self.view.startxref } else { start };
        match self.ending {
            Ending::Bodies => return self.out,
            Ending::TrailerOnly => {
                let trailer = self.trailer_text();
                self.out.extend(format!("trailer\n<< {trailer} >>\n").as_bytes());
            }
            _ => self.section(start),
        }
        if self.ending == Ending::NoStart {
            return self.out;
        }
        self.out.extend(format!("startxref\n{shown}\n").as_bytes());
        if self.ending != Ending::NoEof {
            self.out.extend(b"%%EOF\n");
        }
        self.out
    }

    /// The section and, for a table, its trailer.
    pub fn section(&mut self, start: usize) {
        if self.streams {
            let number = self.number();
            self.entries.insert(number, Entry::At(start, 0));
            let (index, table) = self.stream_entries();
            let trailer = self.trailer_text();
            let kind = format!("/Type /XRef /W [ 1 4 2 ] /Index [ {index}] /Filter /FlateDecode {trailer}");
            let body = stream(&kind, &deflate(&table));
            self.out.extend(format!("{number} 0 obj\n").as_bytes());
            self.out.extend(body);
            self.out.extend(b"\nendobj\n");
        } else {
            let table = self.table();
            let trailer = self.trailer_text();
            self.out.extend(format!("{table}trailer\n<< {trailer} >>\n").as_bytes());
        }
    }

    fn trailer_text(&self) -> String {
        let mut text = String::new();
        if !self.trailer.iter().any(|(key, _)| key == "Size") {
            write!(text, "/Size {} ", self.next).unwrap();
        }
        for (key, value) in &self.trailer {
            write!(text, "/{key} {value} ").unwrap();
        }
        text
    }

    fn table(&self) -> String {
        let mut table = String::from("xref\n");
        for (number, entry) in
            self.entries.iter().map(|(number, entry)| (*number, *entry)).chain(self.repeated.iter().copied())
        {
            let line = match entry {
                Entry::Free(generation) => format!("0000000000 {generation:05} f "),
                Entry::At(offset, generation) => format!("{offset:010} {generation:05} n "),
                // A table cannot say it: the object would be lost.
                Entry::In(..) => panic!("object {number} is in an object stream"),
            };
            writeln!(table, "{number} 1\n{line}").unwrap();
        }
        table
    }

    fn stream_entries(&self) -> (String, Vec<u8>) {
        let (mut index, mut table) = (String::new(), Vec::new());
        for (number, entry) in
            self.entries.iter().map(|(number, entry)| (*number, *entry)).chain(self.repeated.iter().copied())
        {
            write!(index, "{number} 1 ").unwrap();
            table.extend(xref_entry(match entry {
                Entry::Free(generation) => [0, 0, usize::from(generation)],
                Entry::At(offset, generation) => [1, offset, usize::from(generation)],
                Entry::In(holder, place) => [2, holder as usize, usize::from(place)],
            }));
        }
        (index, table)
    }
}
