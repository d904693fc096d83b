//! Opening a document and finding its objects.

mod object_stream;
pub(crate) mod pages;
mod reader;
mod recovery;
mod revision;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

pub use self::pages::{page, pages};
pub(crate) use self::reader::Reader;
pub(crate) use self::revision::{Fault, History, Revision};
pub use self::revision::{open_revision, revisions};
use self::{object_stream::Kept, pages::PageList};
use crate::{
    Limits, PdfError, ReadAt,
    changes::Analysis,
    crypt::Crypt,
    filter,
    object::{Dictionary, Object, Value},
    xref::{Location, Section},
};

/// Where the header must begin, in bytes from the start of the file.
const HEADER_WITHIN: u64 = 1024;
/// Where `startxref` must stand, in bytes from the end of the file.
const STARTXREF_WITHIN: u64 = 2048;
/// How many references may lead from one to the next before there is a value.
const REFERENCES: usize = 16;

/// What was found about the revisions after one.
type KeptChanges = Option<Arc<Analysis>>;

/// A PDF, read lazily: cross-references, trailer and catalog on opening, everything else when asked for.
///
/// Cheap to share between threads; what it reads twice, it may parse twice.
pub struct Document {
    reader: Reader,
    /// Newest first.
    sections: Vec<Arc<Section>>,
    crypt: Option<Arc<Crypt>>,
    object_streams: Mutex<Kept>,
    pages: OnceLock<Arc<PageList>>,
    history: OnceLock<Arc<History>>,
    changes: Mutex<KeptChanges>,
}

impl Document {
    /// Opens a document: reads the cross-reference sections, the trailer and the catalog.
    ///
    /// `password` is the user's or the owner's; a document that opens without one takes any.
    ///
    /// # Errors
    ///
    /// [`PdfError`], each variant says what to do.
    pub fn open(source: Arc<dyn ReadAt>, password: Option<&[u8]>, limits: &Limits) -> Result<Self, PdfError> {
        let document = Self::open_without_catalog(source, password, limits)?;
        document.catalog()?;
        Ok(document)
    }

    /// For a file whose catalog is still to be found.
    pub(crate) fn open_without_catalog(
        source: Arc<dyn ReadAt>,
        password: Option<&[u8]>,
        limits: &Limits,
    ) -> Result<Self, PdfError> {
        let reader = Reader::new(source, limits);
        let header = header(&reader)?;
        let start = startxref(&reader)?;
        Self::open_at(reader, header, start, password)
    }

    /// Opens by the section at an offset.
    fn open_at(
        mut reader: Reader,
        header: u64,
        start: u64,
        password: Option<&[u8]>,
    ) -> Result<Self, PdfError> {
        let newest = match Section::read(&reader, start) {
            // Offsets count from the header (ISO 32000-1 annex H.3), but many writers count from the file's start.
            Err(PdfError::Broken { .. }) if header > 0 => {
                reader.set_base(header);
                Section::read(&reader, start)?
            }
            outcome => outcome?,
        };
        let sections = chain(&reader, newest)?;
        let mut document = Self::of(reader, sections, None);
        document.crypt = document.open_encryption(password)?.map(Arc::new);
        Ok(document)
    }

    fn of(reader: Reader, sections: Vec<Arc<Section>>, crypt: Option<Arc<Crypt>>) -> Self {
        Self {
            reader,
            sections,
            crypt,
            object_streams: Mutex::default(),
            pages: OnceLock::new(),
            history: OnceLock::new(),
            changes: Mutex::default(),
        }
    }

    /// Whether the file is encrypted.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.crypt.is_some()
    }

    /// The file's size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.reader.size()
    }

    /// The bytes the document is read from.
    #[must_use]
    pub fn source(&self) -> &Arc<dyn ReadAt> {
        self.reader.source()
    }

    pub(crate) fn reader(&self) -> &Reader {
        &self.reader
    }

    pub(crate) fn limits(&self) -> &Limits {
        self.reader.limits()
    }

    pub(crate) fn sections(&self) -> &[Arc<Section>] {
        &self.sections
    }

    pub(crate) fn crypt(&self) -> Option<&Crypt> {
        self.crypt.as_deref()
    }

    /// The changes found last, and since which revision.
    pub(crate) fn changes(&self) -> &Mutex<KeptChanges> {
        &self.changes
    }

    /// The newest trailer.
    pub(crate) fn trailer(&self) -> Result<&Object, PdfError> {
        self.sections.first().map(|section| &section.trailer).ok_or(PdfError::broken(0, "trailer expected"))
    }

    /// The catalog, a dictionary.
    pub(crate) fn catalog(&self) -> Result<Object, PdfError> {
        let root = self.trailer()?.dictionary().and_then(|trailer| trailer.get("Root")?.as_reference());
        let root = root.ok_or(PdfError::broken(self.size(), "Root expected in the trailer"))?;
        let catalog = self.object(root.number)?;
        if catalog.dictionary().is_none() {
            return Err(PdfError::broken(self.size(), "catalog expected"));
        }
        Ok(catalog)
    }

    /// One more than any object number in use, by cross-references or by `/Size`.
    pub(crate) fn next_number(&self) -> Result<u32, PdfError> {
        let objects = self.limits().objects;
        let mut next = 1;
        for section in &self.sections {
            let size = section.dictionary().and_then(|trailer| trailer.integer("Size")).unwrap_or_default();
            let size = u32::try_from(size.max(0)).unwrap_or(u32::MAX);
            next = next.max(section.end_of_numbers()).max(size);
        }
        if next > objects {
            return Err(PdfError::over("objects", objects.into(), next.into()));
        }
        Ok(next)
    }

    pub(crate) fn location(&self, number: u32) -> Result<Location, PdfError> {
        for section in &self.sections {
            self.reader.spend(0)?;
            if let Some(location) = section.find(&self.reader, number)? {
                return Ok(location);
            }
        }
        Ok(Location::Free)
    }

    /// The object of this number; the null object when it is free or absent.
    pub(crate) fn object(&self, number: u32) -> Result<Object, PdfError> {
        match self.location(number)? {
            Location::Free => Ok(Object::null(number)),
            Location::Offset(offset) => self.reader.object_at(self.at(offset)?, Some(number)),
            Location::Compressed { stream, index } => self.compressed_object(number, stream, index),
        }
    }

    pub(crate) fn at(&self, offset: u64) -> Result<u64, PdfError> {
        self.reader.base().checked_add(offset).ok_or(PdfError::broken(offset, "offset in the file expected"))
    }

    /// Follows references to an object. A direct value gives an object without a number.
    pub(crate) fn resolve(&self, value: &Value) -> Result<Object, PdfError> {
        let mut current = value;
        let mut object;
        for _ in 0..REFERENCES {
            let Value::Reference(id) = current else {
                return Ok(Object { value: current.clone(), ..Object::null(0) });
            };
            object = self.object(id.number)?;
            if !matches!(object.value, Value::Reference(_)) {
                return Ok(object);
            }
            current = &object.value;
        }
        Err(PdfError::broken(0, "references without an end"))
    }

    /// The value behind a key, references followed; `Null` when absent.
    pub(crate) fn value(&self, dictionary: &Dictionary, key: &str) -> Result<Value, PdfError> {
        match dictionary.get(key) {
            None => Ok(Value::Null),
            Some(reference @ Value::Reference(_)) => Ok(self.resolve(reference)?.value),
            Some(direct) => Ok(direct.clone()),
        }
    }

    /// The text of a string of this object, decrypted.
    pub(crate) fn string(&self, object: &Object, string: &[u8]) -> Vec<u8> {
        match &self.crypt {
            Some(crypt) if !object.compressed && object.id.number != 0 => {
                crypt.decrypt_string(object.id, string)
            }
            _ => string.to_vec(),
        }
    }

    /// A stream's data, decrypted, filters still applied.
    pub(crate) fn stream_raw(&self, object: &Object) -> Result<Vec<u8>, PdfError> {
        let start = object.stream_at.ok_or(PdfError::broken(0, "stream expected"))?;
        let length = match object.dictionary() {
            Some(dictionary) => self.value(dictionary, "Length")?.as_integer(),
            None => None,
        };
        let end = self.reader.stream_end(start, length)?;
        let data = self.reader.bytes(start, end - start)?;
        let plain = object.dictionary().is_some_and(|dictionary| {
            let metadata = dictionary.name("Type") == Some(b"Metadata");
            dictionary.name("Type") == Some(b"XRef")
                || (metadata && self.crypt().is_some_and(|crypt| !crypt.encrypt_metadata))
        });
        Ok(match &self.crypt {
            Some(crypt) if !plain => crypt.decrypt_stream(object.id, &data),
            _ => data,
        })
    }

    /// A stream's data, decrypted and decoded.
    pub(crate) fn stream_data(&self, object: &Object) -> Result<Vec<u8>, PdfError> {
        let raw = self.stream_raw(object)?;
        let filters = self.filters(object)?;
        let decoded = filter::decode(&filters, &raw, self.limits())?;
        self.reader.spend(decoded.len() as u64)?;
        Ok(decoded)
    }

    fn filters(&self, object: &Object) -> Result<Vec<(Vec<u8>, Dictionary)>, PdfError> {
        let Some(dictionary) = object.dictionary() else { return Ok(Vec::new()) };
        let mut direct = Dictionary::default();
        for key in ["Filter", "DecodeParms"] {
            let mut entry = dictionary.entry(key).cloned();
            if let Some(entry) = &mut entry {
                entry.value = self.resolve(&entry.value)?.value;
                if let Value::Array(items) = &mut entry.value {
                    for item in items {
                        item.value = self.resolve(&item.value)?.value;
                    }
                }
            }
            direct.entries.extend(entry);
        }
        Ok(crate::xref::direct_filters(&direct))
    }

    fn compressed_object(&self, number: u32, stream: u32, index: u32) -> Result<Object, PdfError> {
        let kept = self.object_streams.lock().unwrap_or_else(PoisonError::into_inner).find(stream);
        let objects = if let Some(objects) = kept {
            objects
        } else {
            let objects = Arc::new(self.read_object_stream(stream)?);
            self.object_streams.lock().unwrap_or_else(PoisonError::into_inner).keep(stream, objects.clone());
            objects
        };
        let object = objects.object(number, index, self.limits())?;
        self.reader.spend(object.raw.len() as u64)?;
        Ok(object)
    }

    fn open_encryption(&self, password: Option<&[u8]>) -> Result<Option<Crypt>, PdfError> {
        let Some(trailer) = self.trailer()?.dictionary() else { return Ok(None) };
        let Some(encrypt) = trailer.get("Encrypt") else { return Ok(None) };
        let dictionary = self.resolve(encrypt)?;
        let dictionary =
            dictionary.dictionary().ok_or(PdfError::broken(0, "encryption dictionary expected"))?;
        let file_id = match self.value(trailer, "ID")? {
            Value::Array(items) => items.first().and_then(|item| item.value.as_string()).map(<[u8]>::to_vec),
            _ => None,
        };
        Crypt::open(dictionary, &file_id.unwrap_or_default(), password).map(Some)
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("Document");
        shown.field("size", &self.size()).field("sections", &self.sections.len()).finish_non_exhaustive()
    }
}

/// Where the header stands.
fn header(reader: &Reader) -> Result<u64, PdfError> {
    let start = reader.window(0, HEADER_WITHIN)?;
    Ok(memchr::memmem::find(&start, b"%PDF-").ok_or(PdfError::NotPdf)? as u64)
}

fn startxref(reader: &Reader) -> Result<u64, PdfError> {
    let from = reader.size().saturating_sub(STARTXREF_WITHIN);
    let tail = reader.window(from, STARTXREF_WITHIN)?;
    let keyword =
        memchr::memmem::rfind(&tail, b"startxref").ok_or(PdfError::broken(from, "startxref expected"))?;
    reader.parse_at(from + keyword as u64 + 9, |parser| {
        parser.skip();
        parser.unsigned()
    })
}

/// The newest section and those it leads to.
fn chain(reader: &Reader, newest: Section) -> Result<Vec<Arc<Section>>, PdfError> {
    let mut seen = HashSet::from([newest.offset]);
    let mut sections = vec![Arc::new(newest)];
    while let Some(section) = sections.last() {
        let previous = section.dictionary().and_then(|trailer| trailer.get("Prev"));
        let Some(previous) = previous else { break };
        // The header stands at offset 0, so some writers mean "none" by it.
        let offset = match previous.as_integer().map(u64::try_from) {
            Some(Ok(0)) => break,
            Some(Ok(offset)) => offset,
            _ => return Err(PdfError::broken(section.offset, "Prev in the file expected")),
        };
        if !seen.insert(offset) {
            return Err(PdfError::broken(offset, "cross-reference sections in a circle"));
        }
        let allowed = reader.limits().revisions;
        if sections.len() as u64 >= u64::from(allowed) {
            return Err(PdfError::over("revisions", allowed.into(), sections.len() as u64 + 1));
        }
        sections.push(Arc::new(Section::read(reader, offset)?));
    }
    Ok(sections)
}

#[cfg(test)]
mod tests;
