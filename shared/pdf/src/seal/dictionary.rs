//! The signature dictionary (ISO 32000-1 section 12.8.1, EN 319 142-1 section 6.3).

use super::{SealRequest, attach::reference};
use crate::{PdfError, object::ObjectId, signature::EVIDENCE_HEAD, write::Update};

/// Room for each number of the byte range: ten digits reach beyond nine gigabytes.
const DIGITS: usize = 10;
const BYTE_RANGE: &[u8] = b"/ByteRange[0 0000000000 0000000000 0000000000]";

/// What the signature does to the document besides covering it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Effect {
    /// Certifies: afterwards only filling fields and signing is permitted.
    Certify,
    /// Locks all fields and forbids changes. Holds the catalog, which is what is locked.
    Lock(ObjectId),
    None,
}

/// A signature dictionary whose byte range and contents are still to be filled.
pub(super) struct Unsigned {
    pub(super) body: Vec<u8>,
    /// Where the numbers after the leading zero begin in the body.
    byte_range_at: usize,
    /// Where `/Contents` begins and ends in the body, angle brackets included.
    contents: (usize, usize),
}

impl Unsigned {
    pub(super) fn new(id: ObjectId, request: &SealRequest<'_>, effect: Effect, update: &Update<'_>) -> Self {
        let mut body = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached".to_vec();
        let date = request.signed_at.to_pdf_date();
        let entries = [
            ("/M", Some(date.as_str())),
            ("/Name", Some(request.signer_name)),
            ("/Reason", request.reason),
            ("/Location", request.location),
        ];
        for (key, text) in entries {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                body.extend_from_slice(key.as_bytes());
                body.extend(update.text(id, text));
            }
        }
        if let Some(head) = request.evidence_head {
            body.extend_from_slice(format!("/{EVIDENCE_HEAD}").as_bytes());
            body.extend(update.string(id, head));
        }
        body.extend_from_slice(references(effect).as_bytes());
        Self::reserve(body, request.contents_bytes)
    }

    /// A document time-stamp (ISO 32000-2 section 12.8.5).
    pub(super) fn timestamp(contents_bytes: usize) -> Self {
        let body = b"<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161".to_vec();
        Self::reserve(body, contents_bytes)
    }

    /// Ends the dictionary with room for the byte range and the contents.
    fn reserve(mut body: Vec<u8>, contents_bytes: usize) -> Self {
        let byte_range_at = body.len() + BYTE_RANGE.len() - 3 * (DIGITS + 1);
        body.extend_from_slice(BYTE_RANGE);
        body.extend_from_slice(b"/Contents");
        let start = body.len();
        body.push(b'<');
        body.resize(body.len() + 2 * contents_bytes, b'0');
        body.push(b'>');
        let contents = (start, body.len());
        body.extend_from_slice(b">>");
        Self { body, byte_range_at, contents }
    }

    /// Fills the byte range of a dictionary that begins at `at` in the tail, and returns it.
    pub(super) fn fill(&self, tail: &mut [u8], at: usize, previous_size: u64) -> Result<[u64; 4], PdfError> {
        let (start, end) = (at + self.contents.0, at + self.contents.1);
        let before = previous_size + start as u64;
        let after = previous_size + end as u64;
        let range = [0, before, after, tail.len() as u64 - end as u64];
        let wrong = PdfError::broken(previous_size, "file of less than ten gigabytes expected");
        let numbers = range.map(|number| format!("{number:<DIGITS$}"));
        let text = numbers.get(1..).map(|numbers| numbers.join(" "));
        let text = text.filter(|_| range.iter().all(|number| *number < 10_000_000_000));
        let at = at + self.byte_range_at;
        match (text, tail.get_mut(at..at + 3 * (DIGITS + 1) - 1)) {
            (Some(text), Some(room)) => room.copy_from_slice(text.as_bytes()),
            _ => return Err(wrong),
        }
        Ok(range)
    }
}

fn references(effect: Effect) -> String {
    match effect {
        Effect::None => String::new(),
        Effect::Certify => "/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P 2/V/1.2>>>>]".to_owned(),
        // The permission in the parameters is Acrobat's way to say what the lock dictionary says.
        Effect::Lock(catalog) => format!(
            "/Reference[<</Type/SigRef/TransformMethod/FieldMDP/Data {}/TransformParams<</Type/TransformParams/Action/All/P 1/V/1.2>>>>]",
            reference(catalog)
        ),
    }
}
