//! Broken input that nobody signed yet.

use std::{error::Error, fs, path::Path};

use pdf::{PdfError, SealError};

/// Largest file that is repaired, in bytes: a repair holds it in memory.
const MOST_BYTES: u64 = 256 << 20;

/// A repaired file.
pub(crate) struct Repaired {
    pub bytes: Vec<u8>,
    /// What stands before the first byte that was added, in bytes: the whole original, unless it was
    /// written anew.
    pub original: u64,
    /// What was wrong and what was done about it.
    pub notes: Vec<String>,
}

/// Repairs what could not be sealed for a reason that a repair can remove.
///
/// # Errors
///
/// The same reason when a repair cannot remove it or does not help; why a repair is not allowed.
pub(crate) fn repair(
    from: &Path,
    password: Option<&[u8]>,
    reason: Box<dyn Error>,
) -> Result<Repaired, Box<dyn Error>> {
    let broken = pdf_error(reason.as_ref()).is_some_and(PdfError::may_be_repaired);
    if !broken || fs::metadata(from)?.len() > MOST_BYTES {
        return Err(reason);
    }
    let original = fs::read(from)?;
    let bytes = match pdf::repair_with_password(&original, password) {
        Ok(bytes) => bytes,
        Err(error @ (PdfError::PasswordRequired | PdfError::PasswordWrong | PdfError::SignedAndBroken)) => {
            return Err(error.into());
        }
        Err(_) => return Err(reason),
    };
    let kept = bytes.starts_with(&original);
    let done = if kept { "cross-references appended" } else { "written anew" };
    Ok(Repaired {
        original: if kept { original.len() } else { bytes.len() } as u64,
        bytes,
        notes: vec![reason.to_string(), done.to_owned()],
    })
}

/// The error of the reader behind what the sealing said.
fn pdf_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a PdfError> {
    if let Some(error) = error.downcast_ref() {
        return Some(error);
    }
    let error = match error.downcast_ref::<pades::SealError>() {
        Some(pades::SealError::Pdf(error)) => error,
        Some(_) => return None,
        None => error.downcast_ref::<SealError>()?,
    };
    match error {
        SealError::Pdf(error) => Some(error),
        _ => None,
    }
}
