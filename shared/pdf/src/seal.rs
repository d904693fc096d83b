//! Revisions that carry a seal.

mod archive;
mod attach;
mod dictionary;
mod prepare;
mod request;
mod revision;
mod structure;

pub use archive::{ValidationData, append_validation_data, prepare_timestamp, validation_data};
pub use prepare::prepare;
pub use request::{Act, Appearance, FieldPlan, Mark, SealRequest, SignatoryField, SignedAt, Stroke};

use std::io;

use crate::{Midstate, PdfError, ReadAt, SealError, midstate::each_block};

/// A revision prepared for signing: plain data, which can be stored and finished by another process.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PreparedRevision {
    /// Size of the previous revision, which stays as it is, in bytes.
    pub previous_size: u64,
    /// The bytes to append, with `/Contents` filled with zeros.
    pub tail: Vec<u8>,
    /// `/ByteRange`: what the signature covers, over the previous revision and the tail.
    pub byte_range: [u64; 4],
    /// Characters of the mark that the script face lacks, with the face that shows them.
    pub fallbacks: Vec<FontFallback>,
}

/// A character that the script face does not have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FontFallback {
    /// The character.
    pub character: char,
    /// The face that shows it, or `None` when no face has it and a box is shown.
    pub font: Option<&'static str>,
}

impl PreparedRevision {
    /// SHA-256 over the byte range.
    ///
    /// Reads the previous revision once, or not at all when its midstate is given.
    ///
    /// # Errors
    ///
    /// What the source says; `InvalidInput` when source or midstate is not of the previous revision's size.
    pub fn digest(&self, previous: &dyn ReadAt, midstate: Option<&Midstate>) -> io::Result<[u8; 32]> {
        let (before, after) = self.covered()?;
        let wrong = || io::Error::new(io::ErrorKind::InvalidInput, "not the previous revision");
        if let Some(midstate) = midstate {
            if midstate.size() != self.previous_size {
                return Err(wrong());
            }
            let mut whole = midstate.clone();
            whole.extend(before);
            whole.extend(after);
            return Ok(whole.digest());
        }
        if previous.size() != self.previous_size {
            return Err(wrong());
        }
        let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        each_block(previous, |block| context.update(block))?;
        context.update(before);
        context.update(after);
        context.finish().as_ref().try_into().map_err(|_| wrong())
    }

    /// The bytes to append, with the CMS in place.
    ///
    /// # Errors
    ///
    /// [`SealError::ContentsTooLarge`] if the CMS is larger than what was reserved.
    pub fn finish(&self, cms_der: &[u8]) -> Result<Vec<u8>, SealError> {
        let (start, end) = self.contents()?;
        let reserved = end.saturating_sub(start).saturating_sub(2) / 2;
        if cms_der.len() > reserved {
            return Err(SealError::ContentsTooLarge { reserved, needed: cms_der.len() });
        }
        let mut tail = self.tail.clone();
        let digits = tail.get_mut(start + 1..end).into_iter().flat_map(|room| room.chunks_exact_mut(2));
        for (digits, byte) in digits.zip(cms_der) {
            digits.copy_from_slice(&crate::write::hex_digits(*byte));
        }
        Ok(tail)
    }

    /// Where `/Contents` stands in the tail, its angle brackets included.
    fn contents(&self) -> Result<(usize, usize), PdfError> {
        let [_, before, after, _] = self.byte_range;
        let in_tail = |offset: u64| usize::try_from(offset.checked_sub(self.previous_size)?).ok();
        match (in_tail(before), in_tail(after)) {
            (Some(start), Some(end)) if start < end && end <= self.tail.len() => Ok((start, end)),
            _ => Err(PdfError::broken(before, "byte range does not fit the tail")),
        }
    }

    fn covered(&self) -> io::Result<(&[u8], &[u8])> {
        let (start, end) =
            self.contents().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        Ok((self.tail.get(..start).unwrap_or_default(), self.tail.get(end..).unwrap_or_default()))
    }
}
