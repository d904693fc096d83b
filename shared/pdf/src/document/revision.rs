//! Where the file's revisions end.

use super::Document;
use crate::PdfError;

/// Ends of the file's revisions, in bytes from its start, oldest first.
///
/// A revision ends behind the `%%EOF` that follows its cross-reference section. The first section of a
/// linearized file is a part of the revision, not one by itself.
///
/// # Errors
///
/// [`PdfError`] when the end of a revision cannot be read.
pub fn revisions(document: &Document) -> Result<Vec<u64>, PdfError> {
    let offsets: Vec<u64> = document.sections().iter().map(|section| section.offset).collect();
    let mut ends = Vec::new();
    for section in document.sections().iter().rev() {
        if let Some((offset, end)) = end_of(document, section.end, section.is_stream)?
            && offsets.contains(&offset)
        {
            ends.push(end);
        }
    }
    Ok(ends)
}

/// The offset behind `startxref`, and the end of the line with `%%EOF`.
fn end_of(document: &Document, section_end: u64, is_stream: bool) -> Result<Option<(u64, u64)>, PdfError> {
    let reader = document.reader();
    let from = if is_stream {
        match reader.find(section_end, b"startxref")? {
            Some(from) => from,
            None => return Ok(None),
        }
    } else {
        section_end
    };
    let read = reader.parse_at(from, |parser| {
        if !parser.keyword(b"startxref")? {
            return Ok(None);
        }
        Ok(Some((parser.unsigned()?, parser.position())))
    });
    let (offset, length) = match read {
        Ok(Some(found)) => found,
        Ok(None) | Err(PdfError::Broken { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let at = from + length as u64;
    let marker = reader.window(at, 64)?;
    let Some(found) = memchr::memmem::find(&marker, b"%%EOF") else { return Ok(None) };
    let line_end = match marker.get(found + 5..).unwrap_or_default() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    };
    Ok(Some((offset, at + (found + 5 + line_end) as u64)))
}
