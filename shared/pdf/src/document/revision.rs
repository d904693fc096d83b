//! The file's revisions: where each of them ends, and whether that can be told without doubt.

use std::sync::Arc;

use super::Document;
use crate::{PdfError, parser::is_white, xref::Section};

/// White space that may stand between the end marker of a revision and what follows, in bytes. Nobody pads
/// more; a signature that covers more than this of it is judged as one that ends nowhere.
const MOST_PADDING: u64 = 64 << 10;

/// Ends of the file's revisions, in bytes from its start, oldest first.
///
/// A revision ends behind the `%%EOF` that follows its cross-reference section. The first section of a
/// linearized file is a part of the revision, not one by itself. White space behind the last one belongs to it;
/// any other bytes there are listed as a revision of their own, so that the last end is the file's.
///
/// # Errors
///
/// [`PdfError`] when the end of a revision cannot be read.
pub fn revisions(document: &Document) -> Result<Vec<u64>, PdfError> {
    Ok(document.history()?.revisions.iter().map(|revision| revision.end).collect())
}

/// The document as it was at the end of a revision: a prefix of its source, read by the sections of that time.
///
/// `end` is one of [`revisions`], or where a signature of that revision ends: white space behind the end marker
/// may be missing. An encrypted document stays open.
///
/// # Errors
///
/// [`PdfError::Broken`] when no revision ends there, or another [`PdfError`].
pub fn open_revision(document: &Document, end: u64) -> Result<Document, PdfError> {
    let history = document.history()?;
    let revision =
        history.ending_at(document, end)?.ok_or(PdfError::broken(end, "end of a revision expected"))?;
    document.view(revision, end)
}

/// What makes it doubtful where a revision begins or ends, or which objects are its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// No `startxref` and `%%EOF` behind the section.
    EndMarker,
    /// The section, or the stream of a hybrid one, lies inside of an earlier revision.
    Order,
    /// What stands behind `startxref` is not the section's offset.
    Startxref,
    /// Bytes behind the last revision, which belong to none.
    Trailing,
}

/// One revision of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Revision {
    /// Index of its newest section in the document's.
    pub(crate) newest: usize,
    /// How many sections are its own.
    pub(crate) sections: usize,
    /// First byte, in the file.
    pub(crate) start: u64,
    /// Right behind its end marker, without the end of the line.
    pub(crate) eof: u64,
    /// Behind the end marker's line.
    pub(crate) end: u64,
    pub(crate) fault: Option<Fault>,
}

/// All revisions, oldest first; together they hold every byte of the file.
#[derive(Debug)]
pub(crate) struct History {
    pub(crate) revisions: Vec<Revision>,
}

impl History {
    fn read(document: &Document) -> Result<Self, PdfError> {
        let sections = document.sections();
        let mut revisions: Vec<Revision> = Vec::new();
        let mut start = 0;
        let mut left = sections.len();
        while let Some(oldest) = left.checked_sub(1) {
            // The part for the first page is the newer one by its trailer, and stands at the start of the file.
            let pair = revisions.is_empty() && oldest > 0 && is_linearized_pair(document, oldest)?;
            let newest = oldest - usize::from(pair);
            let (Some(last), Some(named)) = (sections.get(oldest), sections.get(newest)) else { break };
            let revision =
                Revision { newest, sections: oldest - newest + 1, start, ..read_end(document, last, named)? };
            let fault =
                if out_of_order(document, last, start)? { Some(Fault::Order) } else { revision.fault };
            let revision =
                Revision { fault, eof: revision.eof.max(start), end: revision.end.max(start), ..revision };
            start = revision.end;
            revisions.push(revision);
            left = newest;
        }
        let mut history = Self { revisions };
        history.close(document, start)?;
        Ok(history)
    }

    /// Gives the bytes behind the last end marker to the last revision if they are white space.
    fn close(&mut self, document: &Document, end: u64) -> Result<(), PdfError> {
        let size = document.size();
        if end >= size {
            return Ok(());
        }
        if end_of_white(document, end, size)? == size
            && let Some(last) = self.revisions.last_mut()
        {
            last.end = size;
        } else {
            let fault = Some(Fault::Trailing);
            self.revisions.push(Revision { newest: 0, sections: 0, start: end, eof: size, end: size, fault });
        }
        Ok(())
    }

    /// The revision that ends there, give or take white space behind its end marker.
    pub(crate) fn ending_at(&self, document: &Document, end: u64) -> Result<Option<usize>, PdfError> {
        let index = self.revisions.partition_point(|revision| revision.eof <= end);
        let Some(index) = index.checked_sub(1) else { return Ok(None) };
        let Some(revision) = self.revisions.get(index) else { return Ok(None) };
        let padding = end.saturating_sub(revision.eof);
        let within = end <= revision.end
            || (padding <= MOST_PADDING && end_of_white(document, revision.eof, end)? == end);
        Ok(within.then_some(index))
    }
}

impl Document {
    /// The file's revisions. Read once.
    pub(crate) fn history(&self) -> Result<Arc<History>, PdfError> {
        if let Some(history) = self.history.get() {
            return Ok(history.clone());
        }
        let history = Arc::new(History::read(self)?);
        Ok(self.history.get_or_init(|| history).clone())
    }

    /// The document as it was in a revision, which ends at `end`.
    pub(crate) fn view(&self, revision: usize, end: u64) -> Result<Self, PdfError> {
        let history = self.history()?;
        let revision =
            history.revisions.get(revision).ok_or(PdfError::broken(end, "end of a revision expected"))?;
        let sections = self.sections.get(revision.newest..).unwrap_or_default().to_vec();
        let mut view = Self::of(self.reader.prefix(end), sections, None);
        let encrypted = |document: &Self| -> Result<_, PdfError> {
            let encrypt =
                document.trailer()?.dictionary().and_then(|trailer| trailer.get("Encrypt")).cloned();
            encrypt.map(|encrypt| document.resolve(&encrypt).map(|object| object.raw)).transpose()
        };
        view.crypt = if encrypted(self)? == encrypted(&view)? {
            self.crypt.clone()
        } else {
            view.open_encryption(None)?.map(Arc::new)
        };
        Ok(view)
    }
}

/// The end of the revision whose last section this is; `named` is the one that its end marker has to name.
fn read_end(document: &Document, last: &Section, named: &Section) -> Result<Revision, PdfError> {
    let (eof, end, fault) = match end_of(document, last.end, last.is_stream)? {
        Some((offset, eof, end)) => (eof, end, (offset != named.offset).then_some(Fault::Startxref)),
        None => (last.end, last.end, Some(Fault::EndMarker)),
    };
    Ok(Revision { newest: 0, sections: 0, start: 0, eof, end, fault })
}

fn out_of_order(document: &Document, section: &Section, start: u64) -> Result<bool, PdfError> {
    let inside = |offset: u64| Ok::<_, PdfError>(document.at(offset)? < start);
    Ok(inside(section.offset)? || section.hybrid_offset().map(inside).transpose()?.unwrap_or_default())
}

/// Whether the oldest section and the one before it are the two halves of a linearized file
/// (ISO 32000-1 annex F).
fn is_linearized_pair(document: &Document, oldest: usize) -> Result<bool, PdfError> {
    let offset = |index: usize| document.sections().get(index).map(|section| section.offset);
    if offset(oldest - 1) > offset(oldest) {
        return Ok(false);
    }
    let start = document.reader().window(document.reader().base(), 1024)?;
    Ok(memchr::memmem::find(&start, b"/Linearized").is_some())
}

/// The first byte from `start` on that is not white space, or `end`.
fn end_of_white(document: &Document, start: u64, end: u64) -> Result<u64, PdfError> {
    const STEP: u64 = 64 << 10;
    let mut at = start;
    while at < end {
        let window = document.reader().window(at, STEP.min(end - at))?;
        document.reader().spend(window.len() as u64)?;
        if let Some(found) = window.iter().position(|byte| !is_white(*byte)) {
            return Ok(at + found as u64);
        }
        at += window.len().max(1) as u64;
    }
    Ok(end)
}

/// The offset behind `startxref`, and the ends of `%%EOF` and of its line.
fn end_of(
    document: &Document,
    section_end: u64,
    is_stream: bool,
) -> Result<Option<(u64, u64, u64)>, PdfError> {
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
    let white = marker.iter().take_while(|byte| is_white(**byte)).count();
    let Some(rest) = marker.get(white..).and_then(|rest| rest.strip_prefix(b"%%EOF")) else {
        return Ok(None);
    };
    let line_end = match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    };
    let eof = at + white as u64 + 5;
    Ok(Some((offset, eof, eof + line_end)))
}
