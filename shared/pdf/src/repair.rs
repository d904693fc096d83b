//! Rescuing files whose cross-references are broken.

mod search;

use std::{collections::BTreeMap, sync::Arc};

use self::search::{Found, search};
use crate::{
    Document, Limits, PdfError,
    object::ObjectId,
    signature::Signatures,
    write::{TrailerEntries, write_rebuilt_section},
    xref::Location,
};

/// Where objects are, with their generations.
type Locations = BTreeMap<u32, (Location, u16)>;

/// Repairs a broken file that carries no signature, so that [`Document::open`] can read it.
///
/// The file is searched for objects and gets a new cross-reference section behind its last byte: what was
/// there stays a prefix. Where that does not help, the file is written anew.
///
/// # Errors
///
/// [`PdfError::SignedAndBroken`] when the file carries a signature, which a repair could make lie;
/// another [`PdfError`] when nothing can be rescued.
pub fn repair(bytes: &[u8]) -> Result<Vec<u8>, PdfError> {
    repair_with_password(bytes, None)
}

/// The same for a file that may be encrypted with a password, the user's or the owner's.
///
/// # Errors
///
/// As [`repair`]; [`PdfError::PasswordWrong`] when the password does not open the file.
pub fn repair_with_password(bytes: &[u8], password: Option<&[u8]>) -> Result<Vec<u8>, PdfError> {
    let limits = Limits::default();
    match rebuild(bytes, password, &limits) {
        Err(error) if may_go_on(&error) => {
            let rewritten = rewrite(bytes).ok_or(error)?;
            check(&rewritten, None, &limits)?;
            Ok(rewritten)
        }
        outcome => outcome,
    }
}

/// Whether another attempt may succeed after this error.
fn may_go_on(error: &PdfError) -> bool {
    matches!(error, PdfError::Broken { .. } | PdfError::UnsupportedFilter { .. })
}

/// A repaired file has pages and no signature.
fn check(repaired: &[u8], password: Option<&[u8]>, limits: &Limits) -> Result<(), PdfError> {
    let document = Document::open(Arc::new(repaired.to_vec()), password, limits)?;
    let form = crate::form::Form::read(&document)?;
    if !Signatures::read(&document, &form)?.found.is_empty() {
        return Err(PdfError::SignedAndBroken);
    }
    if document.page(0)?.is_none() {
        return Err(PdfError::broken(0, "a page expected"));
    }
    Ok(())
}

/// Reads what can be read with a more lenient parser, and writes all of it.
///
/// Encrypted files are left: the parser would write them decrypted.
fn rewrite(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut document = lopdf::Document::load_mem(bytes).ok()?;
    if document.encryption_state.is_some() || document.trailer.has(b"Encrypt") {
        return None;
    }
    let mut rewritten = Vec::new();
    document.save_to(&mut rewritten).ok()?;
    Some(rewritten)
}

/// Appends cross-references to what a search of the file finds.
fn rebuild(bytes: &[u8], password: Option<&[u8]>, limits: &Limits) -> Result<Vec<u8>, PdfError> {
    let head = bytes.get(..1024).unwrap_or(bytes);
    let header = memchr::memmem::find(head, b"%PDF-").ok_or(PdfError::NotPdf)?;
    let found = search(bytes, header, limits);
    if found.signature {
        return Err(PdfError::SignedAndBroken);
    }
    let file = Broken { bytes, header, found, password, limits };
    let locations = file.locations()?;
    let mut outcome = Err(PdfError::broken(0, "catalog expected"));
    for root in file.roots(&locations)? {
        let repaired = file.with_section(&locations, Some(root));
        outcome = check(&repaired, password, limits).map(|()| repaired);
        match &outcome {
            Err(error) if may_go_on(error) => {}
            _ => break,
        }
    }
    outcome
}

/// A file that was searched.
struct Broken<'a> {
    bytes: &'a [u8],
    header: usize,
    found: Found,
    password: Option<&'a [u8]>,
    limits: &'a Limits,
}

impl Broken<'_> {
    /// Where everything is, the objects in object streams included.
    fn locations(&self) -> Result<Locations, PdfError> {
        let objects = &self.found.objects;
        let mut locations: Locations = objects
            .iter()
            .map(|(number, (offset, generation))| (*number, (Location::Offset(*offset), *generation)))
            .collect();
        if self.found.object_streams.is_empty() {
            return Ok(locations);
        }
        // A first section makes the object streams readable, encrypted ones included.
        let document = self.open(&locations)?;
        for stream in &self.found.object_streams {
            let Ok(numbers) = document.numbers_in_stream(*stream) else { continue };
            let stream_at = objects.get(stream).map_or(0, |(offset, _)| *offset);
            for (index, number) in (0_u32..).zip(numbers) {
                let later = objects.get(&number).is_some_and(|(offset, _)| *offset > stream_at);
                if !later && number < self.limits.objects {
                    locations.insert(number, (Location::Compressed { stream: *stream, index }, 0));
                }
            }
        }
        Ok(locations)
    }

    /// What may be the catalog: what the trailer names, then what calls itself one.
    fn roots(&self, locations: &Locations) -> Result<Vec<ObjectId>, PdfError> {
        let mut roots: Vec<ObjectId> = self.found.trailer.root.into_iter().collect();
        let others = match self.found.catalog {
            Some(catalog) => Some(catalog),
            None if self.found.object_streams.is_empty() => None,
            None => self.compressed_catalog(locations)?,
        };
        roots.extend(others.filter(|other| !roots.contains(other)));
        Ok(roots)
    }

    /// A catalog in an object stream, for files whose trailers do not name it.
    fn compressed_catalog(&self, locations: &Locations) -> Result<Option<ObjectId>, PdfError> {
        let document = self.open(locations)?;
        let is_catalog = |number: &u32| {
            let object = document.object(*number).ok();
            object.is_some_and(|object| {
                object.dictionary().is_some_and(|object| object.name("Type") == Some(b"Catalog"))
            })
        };
        let number = locations.keys().rev().copied().find(is_catalog);
        Ok(number.map(|number| ObjectId { number, generation: 0 }))
    }

    fn open(&self, locations: &Locations) -> Result<Document, PdfError> {
        let file = Arc::new(self.with_section(locations, self.found.trailer.root));
        Document::open_without_catalog(file, self.password, self.limits)
    }

    fn with_section(&self, locations: &Locations, root: Option<ObjectId>) -> Vec<u8> {
        let mut repaired = self.bytes.to_vec();
        repaired.push(b'\n');
        if self.found.unclosed {
            repaired.extend_from_slice(b"endstream\nendobj\n");
        }
        let trailer = TrailerEntries { root, ..self.found.trailer.clone() };
        write_rebuilt_section(&mut repaired, self.header, locations, &trailer);
        repaired
    }
}

#[cfg(test)]
mod tests;
