//! Whether a document can be signed, and if not, why: a number for programs, a sentence for people.

mod place;

use std::sync::Arc;

use crate::sealing;
use domain::access::Mode;
use domain::request::{Facts, Failure, Placed};
use pdf::{
    Act, Appearance, Document, Inspection, Limits, Mark, PdfError, ReadAt, SealError, SealRequest, SignedAt,
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

/// Makes the document that signatories will see out of the files that were sent.
///
/// # Errors
///
/// A [`Failure`] for files that are no PDF, are broken beyond repair, need a password, carry active
/// content, forbid signatures, have no room where a signature is to stand, or lack the text that says where.
pub fn accept(files: Vec<Vec<u8>>, facts: &Facts) -> Result<Accepted, Failure> {
    let readable = files.into_iter().map(readable).collect::<Result<Vec<_>, _>>()?;
    let (files, repaired): (Vec<Arc<Vec<u8>>>, Vec<bool>) = readable.into_iter().unzip();
    let bytes = match <[Arc<Vec<u8>>; 1]>::try_from(files) {
        Ok([only]) => only,
        Err(several) => {
            let slices: Vec<&[u8]> = several.iter().map(|file| -> &[u8] { file }).collect();
            Arc::new(pdf::merge(&slices).map_err(|error| unreadable(&error))?)
        }
    };
    let bytes = match facts.tenant.mode() {
        Mode::Live => bytes,
        Mode::Test => marked(&bytes)?,
    };
    let (document, inspection) = inspect(bytes.clone()).map_err(|error| unreadable(&error))?;
    let placed = judge(&document, &inspection, facts)?;
    drop(document);
    Ok(Accepted { bytes: Arc::unwrap_or_clone(bytes), repaired, placed })
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
            judge(&document, &inspection, facts).map(Some)
        }
        Ok(_) => Ok(None),
        Err(error) if error.may_be_repaired() => Ok(None),
        Err(error) => Err(unreadable(&error)),
    }
}

/// Where the signatures stand in a document that can take them.
fn judge(document: &Document, inspection: &Inspection, facts: &Facts) -> Result<Vec<Placed>, Failure> {
    refuse_active_content(inspection)?;
    let placed = place::find(document, facts)?;
    for (index, signatory) in placed.iter().enumerate() {
        let marks: Vec<pdf::Place> = signatory.places.iter().map(sealing::place).collect();
        pdf::check_places(inspection, &marks)
            .map_err(|error| failure(PLACE, format!("Signer {}: {error}.", index + 1)))?;
    }
    try_seal(document, facts, &placed)?;
    Ok(placed)
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

fn refuse_active_content(inspection: &Inspection) -> Result<(), Failure> {
    let Some(found) = inspection.refusals().next() else { return Ok(()) };
    let number = match found.standard_name() {
        "JavaScript" | "JS" => JAVASCRIPT,
        "Launch" => LAUNCH,
        "XFA" => XFA,
        _ => ACTIVE_CONTENT,
    };
    Err(failure(number, found.sentence()))
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
    let mut facts = facts.clone();
    for (signatory, placed) in facts.signatories.iter_mut().zip(placed) {
        signatory.places.clone_from(&placed.places);
    }
    let facts = &facts;
    let Some(first) = facts.signatories.iter().find(|it| sealing::holds_slot(it)) else { return Ok(()) };
    let plan = sealing::field_plan(facts);
    let appearance = Appearance {
        name: first.full_name(),
        mark: Mark::Typed,
        signed_at_text: facts.created_at.in_zone(&facts.options.timezone),
        reason: None,
        reference: sealing::reference(facts),
    };
    let request = SealRequest {
        plan: &plan,
        act: Act::Signatory { field_name: &sealing::field_name(facts, first), appearance: &appearance },
        signed_at: SignedAt { unix_ms: facts.created_at.unix_ms(), offset_minutes: 0 },
        signer_name: facts.requester.as_str(),
        reason: None,
        location: None,
        evidence_head: None,
        contents_bytes: TRIAL_CONTENTS_BYTES,
    };
    match pdf::prepare(document, &request) {
        Ok(_) => Ok(()),
        Err(SealError::Pdf(error)) => Err(unreadable(&error)),
        Err(error) => Err(failure(FORBIDDEN, format!("The document cannot take our signatures: {error}."))),
    }
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
