//! Whether a document can be signed, and if not, why: a number for programs, a sentence for people.

use std::sync::Arc;

use domain::request::{Facts, Failure};
use pdf::{Act, Document, Inspection, Limits, PdfError, ReadAt, SealRequest, SignedAt};
use shared::sealing;

/// Makes the document that signatories will see out of the files that were sent.
///
/// # Errors
///
/// A [`Failure`] for files that are no PDF, are broken beyond repair, need a password, carry active
/// content, forbid signatures, or have no room where a signature is to stand.
pub(crate) fn accept(files: Vec<Vec<u8>>, facts: &Facts) -> Result<Vec<u8>, Failure> {
    let readable = files.into_iter().map(readable).collect::<Result<Vec<_>, _>>()?;
    let bytes = match <[Vec<u8>; 1]>::try_from(readable) {
        Ok([only]) => only,
        Err(several) => {
            let slices: Vec<&[u8]> = several.iter().map(Vec::as_slice).collect();
            pdf::merge(&slices).map_err(|error| unreadable(&error))?
        }
    };
    let (document, inspection) = inspect(&bytes).map_err(|error| unreadable(&error))?;
    refuse_active_content(&inspection)?;
    for (index, signatory) in facts.signatories.iter().enumerate() {
        let places: Vec<pdf::Place> = signatory.places.iter().map(sealing::place).collect();
        pdf::check_places(&inspection, &places)
            .map_err(|error| failure(PLACE, format!("Signer {}: {error}.", index + 1)))?;
    }
    if inspection.is_signed() {
        refuse_forbidden(&document, facts)?;
    }
    Ok(bytes)
}

/// The file, repaired if that is needed and allowed.
fn readable(bytes: Vec<u8>) -> Result<Vec<u8>, Failure> {
    match inspect(&bytes) {
        Ok((_, inspection)) if !inspection.needs_repair() => Ok(bytes),
        Ok(_) | Err(PdfError::Broken { .. }) => {
            let repaired = pdf::repair(&bytes).map_err(|error| unreadable(&error))?;
            inspect(&repaired).map_err(|error| unreadable(&error))?;
            Ok(repaired)
        }
        Err(error) => Err(unreadable(&error)),
    }
}

fn inspect(bytes: &[u8]) -> Result<(Document, Inspection), PdfError> {
    let source: Arc<dyn ReadAt> = Arc::new(bytes.to_vec());
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

/// Documents that carry signatures already may forbid ours: prepares a seal without making it.
fn refuse_forbidden(document: &Document, facts: &Facts) -> Result<(), Failure> {
    let plan = sealing::field_plan(facts);
    let request = SealRequest {
        plan: &plan,
        act: Act::Closing,
        signed_at: SignedAt { unix_ms: facts.created_at.unix_ms(), offset_minutes: 0 },
        signer_name: facts.requester.as_str(),
        reason: None,
        location: None,
        evidence_head: None,
        contents_bytes: 64,
    };
    pdf::prepare(document, &request)
        .map(|_| ())
        .map_err(|error| failure(FORBIDDEN, format!("The document cannot take our signatures: {error}.")))
}

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
