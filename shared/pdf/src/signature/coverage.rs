//! What a signature's byte range covers, judged before anything is hashed (ISO 32000-1 section 12.8.1).

use std::ops::Range;

use crate::{
    Document, PdfError,
    object::{Dictionary, Object, Value},
    xref::Location,
};

/// How a signature's byte range covers the file.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum RangeCoverage {
    /// Every byte but the signature's own `/Contents`.
    WholeFile,
    /// Every byte up to the end of its revision but its own `/Contents`; the file goes on behind it.
    WholeRevision,
    /// Not what a signature has to cover. It vouches for nothing.
    Broken(RangeFault),
}

impl RangeCoverage {
    /// Whether every byte of the revision is covered.
    #[must_use]
    pub fn is_whole(self) -> bool {
        !matches!(self, Self::Broken(_))
    }
}

/// What is wrong with a byte range.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum RangeFault {
    /// `/ByteRange` or `/Contents` stands in the signature dictionary twice, so readers may differ.
    Ambiguous,
    /// The range reaches beyond the end of the file.
    BeyondFile,
    /// What the range leaves out is not exactly the signature's own `/Contents`.
    Gap,
    /// The range ends inside of a revision, so that bytes of it are not signed.
    InsideRevision,
    /// `/ByteRange` is not four numbers, or there is no `/Contents`.
    Malformed,
    /// `/Contents` is not a plain string of hexadecimal digits in the file.
    NotHexadecimal,
    /// The revision that the range covers does not hold this signature in this field.
    NotInRevision,
    /// The range does not begin at the first byte of the file.
    NotFromStart,
    /// The two parts of the range overlap.
    Overlapping,
}

impl RangeFault {
    /// The fault in a sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Ambiguous => {
                "The signature dictionary has its byte range or its contents twice, so it can be read in two ways."
            }
            Self::BeyondFile => "The byte range of the signature reaches beyond the end of the file.",
            Self::Gap => {
                "The byte range of the signature leaves out something else than exactly the signature itself."
            }
            Self::InsideRevision => {
                "The byte range of the signature ends in the middle of a revision, so a part of it is not signed."
            }
            Self::Malformed => "The signature has no byte range of four numbers, or no contents.",
            Self::NotHexadecimal => {
                "The contents of the signature are not written as plain hexadecimal digits."
            }
            Self::NotInRevision => {
                "The part of the file that the signature covers does not hold this signature in this field."
            }
            Self::NotFromStart => "The byte range of the signature does not begin at the start of the file.",
            Self::Overlapping => "The two parts of the signature's byte range overlap.",
        }
    }
}

impl std::fmt::Display for RangeFault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.sentence())
    }
}

/// Where a signature dictionary stands in the file.
pub(super) struct Placed<'a> {
    pub(super) dictionary: &'a Dictionary,
    /// The object that holds it: itself, or its field. Spans count from its bytes.
    pub(super) holder: &'a Object,
    /// Where the bytes of the holder begin in the file; `None` in an object stream.
    pub(super) at: Option<u64>,
}

/// Where the value of an object begins in the file; `None` when it is in an object stream.
pub(super) fn value_start(document: &Document, holder: &Object) -> Result<Option<u64>, PdfError> {
    match document.location(holder.id.number)? {
        Location::Offset(offset) => Ok(Some(document.reader().value_at(document.at(offset)?)?)),
        Location::Compressed { .. } | Location::Free => Ok(None),
    }
}

/// Checks the byte range by itself: its parts, and what it leaves out. Returns it with its end.
pub(super) fn check_range(document: &Document, placed: &Placed<'_>) -> Result<[u64; 4], RangeFault> {
    let dictionary = placed.dictionary;
    let repeated = |key: &[u8]| dictionary.entries.iter().filter(|entry| entry.key == key).count() > 1;
    if repeated(b"ByteRange") || repeated(b"Contents") {
        return Err(RangeFault::Ambiguous);
    }
    let range = byte_range(document, dictionary).ok_or(RangeFault::Malformed)?;
    let [start, before, after, rest] = range;
    if start != 0 {
        return Err(RangeFault::NotFromStart);
    }
    if after <= before {
        return Err(RangeFault::Overlapping);
    }
    if after.checked_add(rest).is_none_or(|end| end > document.size()) {
        return Err(RangeFault::BeyondFile);
    }
    let contents = dictionary.entry("Contents").ok_or(RangeFault::Malformed)?;
    if !matches!(contents.value, Value::String(_)) {
        return Err(RangeFault::Malformed);
    }
    let raw = placed.holder.raw(&contents.span);
    let digits = raw.strip_prefix(b"<").and_then(|raw| raw.strip_suffix(b">"));
    let at = placed.at.ok_or(RangeFault::NotHexadecimal)?;
    if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
        return Err(RangeFault::NotHexadecimal);
    }
    if in_file(at, &contents.span) != (before..after) {
        return Err(RangeFault::Gap);
    }
    Ok(range)
}

fn in_file(at: u64, span: &Range<usize>) -> Range<u64> {
    at.saturating_add(span.start as u64)..at.saturating_add(span.end as u64)
}

/// `/ByteRange`, if it is four numbers that are not negative.
pub(super) fn byte_range(document: &Document, dictionary: &Dictionary) -> Option<[u64; 4]> {
    let range = document.value(dictionary, "ByteRange").ok()?;
    let numbers: Option<Vec<u64>> =
        range.as_array()?.iter().map(|item| u64::try_from(item.value.as_integer()?).ok()).collect();
    numbers?.try_into().ok()
}
