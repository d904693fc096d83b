//! The bytes of a later revision, read from the first to the last: nothing may stand among them that another
//! reader, one that searches the file for objects, would find and this one does not.

use std::collections::BTreeSet;

use super::kind::Ambiguity;
use crate::{
    Document, PdfError,
    document::Revision,
    object::Object,
    parser::is_white,
    xref::{Location, Section},
};

/// White space that may stand between where an offset leads and the object, in bytes.
const MOST_WHITE: u64 = 16;
/// Bytes of a comment that are looked at.
const COMMENT: u64 = 4096;
/// Words that must not stand in a comment.
const KEYWORDS: [&[u8]; 4] = [b"obj", b"trailer", b"xref", b"stream"];

/// What makes a revision readable in two ways. `view` is the document as of that revision.
pub(super) fn ambiguities(
    whole: &Document,
    view: &Document,
    revision: &Revision,
) -> Result<BTreeSet<Ambiguity>, PdfError> {
    let sections = whole.sections().get(revision.newest..revision.newest + revision.sections);
    let mut tail = Tail {
        view,
        sections: sections.unwrap_or_default().iter().map(AsRef::as_ref).collect(),
        at: revision.start,
        end: revision.end,
        ends: 0,
        pointers: 0,
        found: BTreeSet::new(),
    };
    while tail.at < tail.end {
        match tail.step() {
            Ok(()) => {}
            Err(PdfError::Broken { .. } | PdfError::UnsupportedFilter { .. }) => {
                tail.found.insert(Ambiguity::Junk);
                break;
            }
            Err(error) => return Err(error),
        }
    }
    if tail.ends > 1 || tail.pointers > 1 {
        tail.found.insert(Ambiguity::SectionSkipped);
    }
    Ok(tail.found)
}

struct Tail<'a> {
    view: &'a Document,
    sections: Vec<&'a Section>,
    at: u64,
    end: u64,
    /// End markers passed.
    ends: usize,
    /// Pointers to cross-references passed.
    pointers: usize,
    found: BTreeSet<Ambiguity>,
}

impl Tail<'_> {
    /// Goes behind one object, section, pointer, comment or piece of white space.
    fn step(&mut self) -> Result<(), PdfError> {
        let reader = self.view.reader();
        reader.spend(0)?;
        let window = reader.window(self.at, 16)?;
        match window.first() {
            None => self.at = self.end,
            Some(byte) if is_white(*byte) => self.at += 1,
            Some(b'%') => self.comment(window.starts_with(b"%%EOF"))?,
            Some(b'0'..=b'9') => self.object()?,
            Some(b'x') if window.starts_with(b"xref") => self.section()?,
            Some(b's') if window.starts_with(b"startxref") => {
                let length = reader.parse_at(self.at + 9, |parser| {
                    parser.unsigned()?;
                    Ok(parser.position())
                })?;
                self.at += 9 + length as u64;
                self.pointers += 1;
            }
            Some(_) => return Err(PdfError::broken(self.at, "an object expected")),
        }
        Ok(())
    }

    fn comment(&mut self, is_end: bool) -> Result<(), PdfError> {
        let window = self.view.reader().window(self.at, COMMENT)?;
        let line = window.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(window.len());
        let text = window.get(..line).unwrap_or_default();
        self.view.reader().spend(line as u64)?;
        if is_end {
            self.ends += 1;
            self.at += 5;
            return Ok(());
        }
        let has = |keyword: &&[u8]| memchr::memmem::find(text, keyword).is_some();
        if KEYWORDS.iter().any(has) || line as u64 == COMMENT {
            return Err(PdfError::broken(self.at, "a short comment expected"));
        }
        self.at += line as u64;
        Ok(())
    }

    /// A table: one of the revision's own.
    fn section(&mut self) -> Result<(), PdfError> {
        let mut own = None;
        for section in &self.sections {
            if self.leads_here(section.offset)? {
                own = Some(*section);
            }
        }
        match own {
            Some(section) if section.end > self.at => {
                self.at = section.end;
                Ok(())
            }
            _ => {
                self.found.insert(Ambiguity::SectionSkipped);
                Err(PdfError::broken(self.at, "a section of the revision expected"))
            }
        }
    }

    fn object(&mut self) -> Result<(), PdfError> {
        let object = self.view.reader().object_at(self.at, None)?;
        let number = object.id.number;
        let mut named = match self.view.location(number)? {
            Location::Offset(offset) => self.leads_here(offset)?,
            Location::Compressed { .. } | Location::Free => false,
        };
        for section in &self.sections {
            for offset in [Some(section.offset), section.hybrid_offset()].into_iter().flatten() {
                named |= self.leads_here(offset)?;
            }
        }
        if !named {
            self.found.insert(Ambiguity::HiddenObject);
        }
        self.at = self.end_of(&object)?;
        if object.dictionary().is_some_and(|object| object.name("Type") == Some(b"ObjStm")) {
            for inner in self.view.numbers_in_stream(number)? {
                let named = self.view.location(inner)?;
                if !matches!(named, Location::Compressed { stream, .. } if stream == number) {
                    self.found.insert(Ambiguity::HiddenObject);
                }
            }
        }
        Ok(())
    }

    /// Whether an offset leads to where the reading stands; white space may lie between.
    fn leads_here(&self, offset: u64) -> Result<bool, PdfError> {
        let from = self.view.at(offset)?;
        let Some(length) = self.at.checked_sub(from).filter(|length| *length <= MOST_WHITE) else {
            return Ok(false);
        };
        let window = self.view.reader().window(from, length)?;
        Ok(window.len() as u64 == length && window.iter().all(|byte| is_white(*byte)))
    }

    /// Where an object ends, its `endobj` included.
    fn end_of(&self, object: &Object) -> Result<u64, PdfError> {
        let reader = self.view.reader();
        let (from, is_stream) = match (object.stream_at, object.dictionary()) {
            (Some(start), Some(dictionary)) => {
                let length = self.view.value(dictionary, "Length")?.as_integer();
                (reader.stream_end(start, length)?, true)
            }
            _ => (reader.value_at(self.at)?.saturating_add(object.raw.len() as u64), false),
        };
        let length = reader.parse_at(from, |parser| {
            if is_stream {
                parser.keyword(b"endstream")?;
            }
            Ok(parser.keyword(b"endobj")?.then(|| parser.position()))
        })?;
        let length = length.ok_or(PdfError::broken(from, "endobj expected"))?;
        Ok(from + length as u64)
    }
}
