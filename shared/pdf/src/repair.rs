//! Rescuing files whose cross-references are broken.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    Document, Limits, PdfError,
    object::{Dictionary, Object, ObjectId, Value},
    parser::{Fault, Parser, is_regular},
    signature::Signatures,
    write::{TrailerEntries, write_rebuilt_section},
    xref::Location,
};

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
    let limits = Limits::default();
    let rebuilt = rebuild(bytes, &limits).and_then(|repaired| {
        check(&repaired, &limits)?;
        Ok(repaired)
    });
    match rebuilt {
        Err(error @ (PdfError::Broken { .. } | PdfError::UnsupportedFilter { .. })) => {
            let rewritten = rewrite(bytes).ok_or(error)?;
            check(&rewritten, &limits)?;
            Ok(rewritten)
        }
        outcome => outcome,
    }
}

/// A repaired file has pages and no signature.
fn check(repaired: &[u8], limits: &Limits) -> Result<(), PdfError> {
    let document = Document::open(Arc::new(repaired.to_vec()), None, limits)?;
    let form = crate::form::Form::read(&document)?;
    if !Signatures::read(&document, &form)?.found.is_empty() {
        return Err(PdfError::SignedAndBroken);
    }
    if document.page_list()?.len() == 0 {
        return Err(PdfError::broken(0, "a page expected"));
    }
    Ok(())
}

/// Reads what can be read with a more lenient parser, and writes all of it.
fn rewrite(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut document = lopdf::Document::load_mem(bytes).ok()?;
    let mut rewritten = Vec::new();
    document.save_to(&mut rewritten).ok()?;
    Some(rewritten)
}

/// What a search of the file finds.
#[derive(Default)]
struct Found {
    /// Offsets from the header.
    objects: BTreeMap<u32, (u64, u16)>,
    /// Object streams in the order of the file.
    object_streams: Vec<u32>,
    trailer: TrailerEntries,
    catalog: Option<ObjectId>,
}

fn rebuild(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, PdfError> {
    let head = bytes.get(..1024).unwrap_or(bytes);
    let header = memchr::memmem::find(head, b"%PDF-").ok_or(PdfError::NotPdf)?;
    let mut found = search(bytes, header, limits);
    if found.trailer.root.is_none() {
        found.trailer.root = found.catalog;
    }
    let mut locations: BTreeMap<u32, (Location, u16)> = found
        .objects
        .iter()
        .map(|(number, (offset, generation))| (*number, (Location::Offset(*offset), *generation)))
        .collect();
    let plain = with_section(bytes, header, &locations, &found.trailer);
    if found.object_streams.is_empty() {
        return Ok(plain);
    }
    // A first section makes the object streams readable, encrypted ones included.
    let document = Document::open_without_catalog(Arc::new(plain), None, limits)?;
    for stream in &found.object_streams {
        let Ok(numbers) = document.numbers_in_stream(*stream) else { continue };
        let stream_at = found.objects.get(stream).map_or(0, |(offset, _)| *offset);
        for (index, number) in (0_u32..).zip(numbers) {
            let later = found.objects.get(&number).is_some_and(|(offset, _)| *offset > stream_at);
            if !later && number < limits.objects {
                locations.insert(number, (Location::Compressed { stream: *stream, index }, 0));
            }
        }
    }
    if found.trailer.root.is_none() {
        found.trailer.root = compressed_catalog(bytes, header, &locations, &found.trailer, limits)?;
    }
    Ok(with_section(bytes, header, &locations, &found.trailer))
}

/// A catalog in an object stream, for files whose trailers do not name it.
fn compressed_catalog(
    bytes: &[u8],
    header: usize,
    locations: &BTreeMap<u32, (Location, u16)>,
    trailer: &TrailerEntries,
    limits: &Limits,
) -> Result<Option<ObjectId>, PdfError> {
    let document = Document::open_without_catalog(
        Arc::new(with_section(bytes, header, locations, trailer)),
        None,
        limits,
    )?;
    let is_catalog = |number: &u32| {
        let object = document.object(*number).ok();
        object.is_some_and(|object| {
            object.dictionary().is_some_and(|object| object.name("Type") == Some(b"Catalog"))
        })
    };
    let number = locations.keys().rev().copied().find(is_catalog);
    Ok(number.map(|number| ObjectId { number, generation: 0 }))
}

fn with_section(
    bytes: &[u8],
    header: usize,
    locations: &BTreeMap<u32, (Location, u16)>,
    trailer: &TrailerEntries,
) -> Vec<u8> {
    let mut repaired = bytes.to_vec();
    repaired.push(b'\n');
    write_rebuilt_section(&mut repaired, header, locations, trailer);
    repaired
}

/// Finds objects and trailers by their keywords. Of a repeated number, the last one counts.
fn search(bytes: &[u8], header: usize, limits: &Limits) -> Found {
    let mut found = Found::default();
    let mut at = header;
    while let Some(next) = next_keyword(bytes, at) {
        at = match next {
            Keyword::Object { start, number, generation, body } => {
                let end = read_object(bytes, body, limits);
                if let Some((object, end)) = end.filter(|_| number > 0 && number < limits.objects) {
                    found.objects.insert(number, ((start - header) as u64, generation));
                    found.note(number, generation, &object);
                    end
                } else {
                    body
                }
            }
            Keyword::Trailer { body } => {
                let mut parser = Parser::new(bytes.get(body..).unwrap_or_default(), true, limits.depth);
                if let Ok((Value::Dictionary(dictionary), raw)) = parser.value_with_bytes() {
                    found.trailer.merge(&dictionary, &raw);
                }
                body
            }
        };
    }
    found
}

impl Found {
    fn note(&mut self, number: u32, generation: u16, object: &Object) {
        let Some(dictionary) = object.dictionary() else { return };
        match dictionary.name("Type") {
            Some(b"Catalog") => self.catalog = Some(ObjectId { number, generation }),
            Some(b"ObjStm") => {
                self.object_streams.retain(|stream| *stream != number);
                self.object_streams.push(number);
            }
            Some(b"XRef") => self.trailer.merge(dictionary, &object.raw),
            _ => {}
        }
    }
}

impl TrailerEntries {
    /// Takes over what a trailer says; later ones win.
    fn merge(&mut self, dictionary: &Dictionary, raw: &[u8]) {
        if let Some(root) = dictionary.get("Root").and_then(Value::as_reference) {
            self.root = Some(root);
        }
        for (key, kept) in [("Info", &mut self.info), ("ID", &mut self.id), ("Encrypt", &mut self.encrypt)] {
            if let Some(value) = dictionary.entry(key).and_then(|entry| raw.get(entry.span.clone())) {
                *kept = Some(value.to_vec());
            }
        }
    }
}

enum Keyword {
    Object { start: usize, number: u32, generation: u16, body: usize },
    Trailer { body: usize },
}

/// The next `N G obj` or `trailer` from `from` on.
fn next_keyword(bytes: &[u8], from: usize) -> Option<Keyword> {
    let mut at = from;
    loop {
        // Both keywords hold an `r` or a `b`, but `obj` and `trailer` share no letter that is rare, so two searches.
        let rest = bytes.get(at..)?;
        let object = memchr::memmem::find(rest, b"obj").map(|found| at + found);
        let window = object.map_or(rest, |object| bytes.get(at..object).unwrap_or_default());
        if let Some(trailer) = memchr::memmem::find(window, b"trailer") {
            return Some(Keyword::Trailer { body: at + trailer + b"trailer".len() });
        }
        let object = object?;
        let body = object + b"obj".len();
        if let Some((start, number, generation)) = object_header(bytes, object) {
            return Some(Keyword::Object { start, number, generation, body });
        }
        at = body;
    }
}

/// Reads `N G ` backwards from the keyword.
fn object_header(bytes: &[u8], keyword: usize) -> Option<(usize, u32, u16)> {
    let before = bytes.get(..keyword)?;
    let trim =
        |bytes: &[u8]| bytes.len() - bytes.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
    let digits = |bytes: &[u8]| bytes.iter().rev().take_while(|byte| byte.is_ascii_digit()).take(10).count();
    let end = trim(before);
    let start = end - digits(before.get(..end)?);
    let generation: u16 = std::str::from_utf8(before.get(start..end)?).ok()?.parse().ok()?;
    let number_end = trim(before.get(..start)?);
    let number_start = number_end - digits(before.get(..number_end)?);
    let number: u32 = std::str::from_utf8(before.get(number_start..number_end)?).ok()?.parse().ok()?;
    let apart = number_end < start
        && number_start.checked_sub(1).and_then(|at| bytes.get(at)).is_none_or(|byte| !is_regular(*byte));
    apart.then_some((number_start, number, generation))
}

/// Parses the value behind `obj`. Returns it with the offset to go on at: behind a stream's data.
fn read_object(bytes: &[u8], body: usize, limits: &Limits) -> Option<(Object, usize)> {
    let rest = bytes.get(body..)?;
    let mut parser = Parser::new(rest, true, limits.depth);
    let parsed: Result<_, Fault> = parser.value_with_bytes();
    let (value, raw) = parsed.ok()?;
    let stream = match value {
        Value::Dictionary(_) => parser.stream_start().ok()?,
        _ => None,
    };
    let end = match (stream, value.as_dictionary()) {
        (Some(start), Some(dictionary)) => stream_end(rest, start, dictionary)?,
        _ => parser.position(),
    };
    Some((Object { value, raw, ..Object::null(0) }, body + end))
}

/// Behind the stream's data: by its length if that is direct and right, else at `endstream`.
fn stream_end(rest: &[u8], start: usize, dictionary: &Dictionary) -> Option<usize> {
    let by_length =
        dictionary.integer("Length").and_then(|length| start.checked_add(usize::try_from(length).ok()?));
    let ends = |end: &usize| {
        rest.get(*end..).is_some_and(|after| after.trim_ascii_start().starts_with(b"endstream"))
    };
    by_length.filter(ends).or_else(|| Some(start + memchr::memmem::find(rest.get(start..)?, b"endstream")?))
}

#[cfg(test)]
mod tests;
