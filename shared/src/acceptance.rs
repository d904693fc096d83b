//! Whether a document can be signed, and if not, why: a number for programs, a sentence for people.

mod place;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use place::{Found, Sought};

use crate::sealing;
use domain::access::Mode;
use domain::request::{Facts, Failure, Placed, Signatory};
use pdf::{
    Act, Appearance, Document, Inspection, Limits, Mark, PdfError, PreparedRevision, ReadAt, SealError,
    SealRequest, SignedAt,
};

/// The document that signatories will see.
#[derive(Debug)]
pub struct Accepted {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Of each file that was sent, whether it had to be repaired.
    pub repaired: Vec<bool>,
    /// Where each signatory's signatures stand.
    pub placed: Vec<Placed>,
}

/// What was found of the files that were sent, and everything that they were refused for.
#[derive(Debug)]
pub struct Judged {
    /// What is made of them; none while one of them cannot be read.
    pub made: Option<Made>,
    /// Of each file, whether it had to be repaired.
    pub repaired: Vec<bool>,
    /// Where signatures stand; none where nobody asked, or there are too many.
    pub found: Option<Found>,
    /// In the order in which a request is refused for them.
    pub refused: Vec<Refused>,
}

/// The document that is made of the files.
#[derive(Debug)]
pub struct Made {
    /// Its bytes.
    pub bytes: Arc<Vec<u8>>,
    /// What it holds.
    pub inspection: Inspection,
}

/// A refusal, and what it is of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refused {
    /// What was refused.
    pub subject: Subject,
    /// Why.
    pub failure: Failure,
}

/// What can be refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Subject {
    /// The document that is made of the files.
    Document,
    /// The file of this index.
    File(usize),
    /// All signatories together.
    Signatories,
    /// The signatures of the signatory of this index.
    Signatory(usize),
}

/// Makes the document that signatories will see out of the files that were sent.
///
/// # Errors
///
/// A [`Failure`] for files that are no PDF, are broken beyond repair, need a password, carry active
/// content, forbid signatures, have no room where a signature is to stand, or lack the text that says where.
pub fn accept(files: Vec<Vec<u8>>, facts: &Facts) -> Result<Accepted, Failure> {
    let judged = judge(files, facts.tenant.mode(), Some(facts));
    match (judged.refused.into_iter().next(), judged.made, judged.found) {
        (None, Some(made), Some(found)) => Ok(Accepted {
            bytes: Arc::unwrap_or_clone(made.bytes),
            repaired: judged.repaired,
            placed: found.placed,
        }),
        (Some(first), ..) => Err(first.failure),
        // There were no files.
        (None, ..) => Err(unreadable(&PdfError::NotPdf)),
    }
}

/// Looks at the files that were sent; with the facts of their request, also at where its signatures stand.
#[must_use]
pub fn judge(files: Vec<Vec<u8>>, mode: Mode, facts: Option<&Facts>) -> Judged {
    let mut judged = Judged { made: None, repaired: Vec::new(), found: None, refused: Vec::new() };
    let mut files_read = Vec::with_capacity(files.len());
    for (index, file) in files.into_iter().enumerate() {
        let read = readable(file);
        judged.repaired.push(matches!(read, Ok((_, true))));
        match read {
            Ok((bytes, _)) => files_read.push(bytes),
            Err(failure) => judged.refused.push(Refused { subject: Subject::File(index), failure }),
        }
    }
    if files_read.is_empty() {
        return judged;
    }
    let is_whole = judged.refused.is_empty();
    match make(files_read, mode) {
        Err(failure) => judged.refuse(Subject::Document, failure),
        Ok((bytes, document, inspection)) => {
            for failure in active_content(&inspection) {
                judged.refuse(Subject::Document, failure);
            }
            if let Some(facts) = facts.filter(|_| is_whole) {
                judged.found = look_for_places(&document, &inspection, facts, &mut judged.refused);
            }
            judged.made = is_whole.then_some(Made { bytes, inspection });
        }
    }
    judged
}

impl Judged {
    fn refuse(&mut self, subject: Subject, failure: Failure) {
        self.refused.push(Refused { subject, failure });
    }
}

/// One document of all files, as it will be shown.
fn make(files: Vec<Arc<Vec<u8>>>, mode: Mode) -> Result<(Arc<Vec<u8>>, Document, Inspection), Failure> {
    let bytes = match <[Arc<Vec<u8>>; 1]>::try_from(files) {
        Ok([only]) => only,
        Err(several) => {
            let slices: Vec<&[u8]> = several.iter().map(|file| -> &[u8] { file }).collect();
            Arc::new(pdf::merge(&slices).map_err(|error| unreadable(&error))?)
        }
    };
    let bytes = match mode {
        Mode::Live => bytes,
        Mode::Test => marked(&bytes)?,
    };
    let (document, inspection) = inspect(bytes.clone()).map_err(|error| unreadable(&error))?;
    Ok((bytes, document, inspection))
}

/// The document of a test, with the word that says so on every page.
fn marked(bytes: &Arc<Vec<u8>>) -> Result<Arc<Vec<u8>>, Failure> {
    let document =
        Document::open(bytes.clone(), None, &Limits::default()).map_err(|error| unreadable(&error))?;
    let added = pdf::test_watermark(&document).map_err(|error| unreadable(&error))?;
    let mut whole = Vec::clone(bytes);
    whole.extend_from_slice(&added);
    Ok(Arc::new(whole))
}

/// The same for one file that is read where it lies: only where its signatures stand. None when the file has to be
/// repaired first.
///
/// # Errors
///
/// A [`Failure`], as in [`accept`].
pub fn accept_in_place(source: Arc<dyn ReadAt>, facts: &Facts) -> Result<Option<Vec<Placed>>, Failure> {
    match inspect(source) {
        Ok((document, inspection)) if !inspection.needs_repair() => {
            take(&document, &inspection, facts).map(Some)
        }
        Ok(_) => Ok(None),
        Err(error) if error.may_be_repaired() => Ok(None),
        Err(error) => Err(unreadable(&error)),
    }
}

/// Where the signatures stand in a document that can take them.
fn take(document: &Document, inspection: &Inspection, facts: &Facts) -> Result<Vec<Placed>, Failure> {
    if let Some(failure) = active_content(inspection).next() {
        return Err(failure);
    }
    let mut refused = Vec::new();
    let found = look_for_places(document, inspection, facts, &mut refused);
    match (refused.into_iter().next(), found) {
        (None, Some(found)) => Ok(found.placed),
        (Some(first), _) => Err(first.failure),
        // What was not found was refused.
        (None, None) => Err(unreadable(&PdfError::NotPdf)),
    }
}

/// Where the signatures stand, and everything that is wrong with that.
fn look_for_places(
    document: &Document,
    inspection: &Inspection,
    facts: &Facts,
    refused: &mut Vec<Refused>,
) -> Option<Found> {
    let before = refused.len();
    let found = place::find(document, facts, refused)?;
    for (index, signatory) in found.placed.iter().enumerate() {
        let marks: Vec<pdf::Place> = signatory.places.iter().map(sealing::place).collect();
        for error in pdf::misplaced(inspection, &marks) {
            let failure = failure(PLACE, format!("Signer {}: {error}.", index + 1));
            refused.push(Refused { subject: Subject::Signatory(index), failure });
        }
    }
    // A seal needs all of its places.
    if refused.len() == before
        && let Err(failure) = try_seal(document, facts, &found.placed)
    {
        refused.push(Refused { subject: Subject::Document, failure });
    }
    Some(found)
}

/// The file, repaired if that is needed and allowed, and whether it was.
fn readable(bytes: Vec<u8>) -> Result<(Arc<Vec<u8>>, bool), Failure> {
    let bytes = Arc::new(bytes);
    match inspect(bytes.clone()) {
        Ok((_, inspection)) if !inspection.needs_repair() => return Ok((bytes, false)),
        Err(error) if !error.may_be_repaired() => return Err(unreadable(&error)),
        Ok(_) | Err(_) => {}
    }
    let repaired = Arc::new(pdf::repair(&bytes).map_err(|error| unreadable(&error))?);
    inspect(repaired.clone()).map_err(|error| unreadable(&error))?;
    Ok((repaired, true))
}

fn inspect(source: Arc<dyn ReadAt>) -> Result<(Document, Inspection), PdfError> {
    let document = Document::open(source, None, &Limits::default())?;
    let inspection = pdf::inspect(&document)?;
    Ok((document, inspection))
}

/// What a document carries that could act by itself, each kind once.
fn active_content(inspection: &Inspection) -> impl Iterator<Item = Failure> {
    let mut told = BTreeSet::new();
    let found = inspection.refusals().map(|found| (found.standard_name(), found.sentence()));
    found.filter(move |it| told.insert(*it)).map(|(name, sentence)| {
        let number = match name {
            "JavaScript" | "JS" => JAVASCRIPT,
            "Launch" => LAUNCH,
            "XFA" => XFA,
            _ => ACTIVE_CONTENT,
        };
        failure(number, sentence)
    })
}

fn unreadable(error: &PdfError) -> Failure {
    match error {
        PdfError::NotPdf => failure(NOT_PDF, "The document is not a PDF."),
        PdfError::PasswordRequired | PdfError::PasswordWrong => {
            failure(PASSWORD, "The document is encrypted with a password. Send it without.")
        }
        PdfError::UnsupportedEncryption { .. } => {
            failure(PASSWORD, format!("The document cannot be decrypted: {error}."))
        }
        PdfError::LimitExceeded { .. } => failure(LIMIT, format!("The document asks for too much: {error}.")),
        _ => failure(BROKEN, format!("The document is broken and could not be repaired: {error}.")),
    }
}

fn failure(number: u16, sentence: impl Into<String>) -> Failure {
    Failure { number, sentence: sentence.into() }
}

/// Prepares the first seal without making it: what cannot be sealed is refused before anyone signs.
fn try_seal(document: &Document, facts: &Facts, placed: &[Placed]) -> Result<(), Failure> {
    let facts = sealing::laid_out(facts, placed);
    let Some(first) = facts.signatories.iter().find(|it| sealing::holds_slot(it)) else { return Ok(()) };
    match trial_seal(document, &facts, first) {
        Ok(_) => Ok(()),
        Err(SealError::Pdf(error)) => Err(unreadable(&error)),
        Err(error) => Err(failure(FORBIDDEN, format!("The document cannot take our signatures: {error}."))),
    }
}

/// Prepares the seal of a signatory who will have typed their name, with no room for a signature to speak of.
/// The facts hold all places.
///
/// # Errors
///
/// [`SealError`] for a document that cannot take it.
pub fn trial_seal(
    document: &Document,
    facts: &Facts,
    signatory: &Signatory,
) -> Result<PreparedRevision, SealError> {
    let appearance = Appearance {
        name: signatory.full_name(),
        mark: Mark::Typed,
        signed_at_text: facts.created_at.in_zone(&facts.options.timezone),
        reason: None,
        reference: sealing::reference(facts),
    };
    let request = SealRequest {
        plan: &sealing::field_plan(facts),
        act: Act::Signatory { field_name: &sealing::field_name(facts, signatory), appearance: &appearance },
        signed_at: SignedAt { unix_ms: facts.created_at.unix_ms(), offset_minutes: 0 },
        signer_name: facts.requester.as_str(),
        reason: None,
        location: None,
        evidence_head: None,
        contents_bytes: TRIAL_CONTENTS_BYTES,
    };
    pdf::prepare(document, &request)
}

/// Any room will do for a seal that is not made.
const TRIAL_CONTENTS_BYTES: usize = 64;
const NOT_PDF: u16 = 801;
const BROKEN: u16 = 802;
const PASSWORD: u16 = 803;
const JAVASCRIPT: u16 = 804;
const LAUNCH: u16 = 805;
const XFA: u16 = 806;
const ACTIVE_CONTENT: u16 = 807;
const LIMIT: u16 = 808;
const PLACE: u16 = 809;
const FORBIDDEN: u16 = 811;
/// An anchor that is not in the document, or gives too many places.
const ANCHOR: u16 = 812;
