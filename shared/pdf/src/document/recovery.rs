//! Opening a file whose newest revision cannot be read.

use std::sync::Arc;

use super::{Document, Reader, header};
use crate::{Limits, PdfError, ReadAt};

/// Revisions tried, from the newest on.
const MOST_TRIES: usize = 32;
/// Bytes searched at once.
const STEP: u64 = 256 << 10;

impl Document {
    /// Opens the newest revision that can be read, and tells why the file as a whole cannot.
    ///
    /// For validation: what was signed can still be judged when something behind it is broken. All bytes behind the
    /// revision that was opened are a revision of their own ([`crate::revisions`]), and a change that is not allowed
    /// ([`crate::changes_since`]).
    ///
    /// # Errors
    ///
    /// [`PdfError`] of the newest revision when no other one can be read, or when it is not about the file's bytes.
    pub fn open_readable(
        source: Arc<dyn ReadAt>,
        password: Option<&[u8]>,
        limits: &Limits,
    ) -> Result<(Self, Option<PdfError>), PdfError> {
        let error = match Self::open(source.clone(), password, limits) {
            Ok(document) => return Ok((document, None)),
            Err(error) if is_of_revision(&error) => error,
            Err(error) => return Err(error),
        };
        let reader = Reader::new(source, limits);
        let header = header(&reader)?;
        let mut end = reader.size();
        for _ in 0..MOST_TRIES {
            let Some(at) = last_pointer(&reader, end)? else { break };
            end = at;
            let start = reader.parse_at(at + 9, |parser| {
                parser.skip();
                parser.unsigned()
            });
            let opened = start.and_then(|start| {
                let document = Self::open_at(reader.prefix(reader.size()), header, start, password)?;
                document.catalog()?;
                Ok(document)
            });
            match opened {
                Ok(document) => return Ok((document, Some(error))),
                Err(error) if is_of_revision(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Err(error)
    }
}

/// Whether an earlier revision may do without what is wrong. Encryption may have been added later, too.
fn is_of_revision(error: &PdfError) -> bool {
    matches!(
        error,
        PdfError::Broken { .. }
            | PdfError::PasswordRequired
            | PdfError::PasswordWrong
            | PdfError::UnsupportedEncryption { .. }
            | PdfError::UnsupportedFilter { .. }
    )
}

/// The last `startxref` before an end.
fn last_pointer(reader: &Reader, end: u64) -> Result<Option<u64>, PdfError> {
    const KEYWORD: &[u8] = b"startxref";
    let mut at = end;
    while at > 0 {
        let from = at.saturating_sub(STEP);
        // A keyword may stand across two windows, but not reach behind the end.
        let to = (at + KEYWORD.len() as u64 - 1).min(end);
        let window = reader.window(from, to - from)?;
        reader.spend(window.len() as u64)?;
        if let Some(found) = memchr::memmem::rfind(&window, KEYWORD) {
            return Ok(Some(from + found as u64));
        }
        at = from;
    }
    Ok(None)
}
