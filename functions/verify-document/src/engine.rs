//! Runs a validation where it holds up nothing else, and tells faults from verdicts.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use pades::trust::TrustAnchors;
use pades::validate::{Content, Options, ValidateError, validate};
use pdf::{PdfError, ReadAt};
use render::Renderer;
use shared::BoxError;
use shared::outbound::Outbound;
use tokio::runtime::Handle;
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::fault::{Fault, Kind};
use crate::online::Online;

/// A validation, with everything it needs at hand.
pub(crate) struct Work {
    pub(crate) document: Arc<dyn ReadAt>,
    pub(crate) detached: Option<Arc<dyn ReadAt>>,
    pub(crate) password: Option<Zeroizing<String>>,
    pub(crate) is_recursive: bool,
    pub(crate) at: Option<Timestamp>,
    pub(crate) now: Timestamp,
    pub(crate) anchors: TrustAnchors,
    /// Fetches revocation data, where the tenant allows it.
    pub(crate) outbound: Option<Outbound>,
    pub(crate) limits: Limits,
}

/// What one validation may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// For all pages that are rendered.
    pub(crate) rendering: Duration,
    /// For all questions that are asked online.
    pub(crate) asking: Duration,
}

/// What a validation has found.
pub(crate) struct Found {
    pub(crate) answer: Answer,
    /// What was signed, if it can be handed out.
    pub(crate) content: Option<Vec<u8>>,
}

/// Why there is no report.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The file is at fault; another try finds the same.
    Fault(Fault),
    /// The world is; another try may succeed.
    Broken(BoxError),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Validates on a thread of its own.
///
/// # Errors
///
/// [`Trouble`]; a bad signature is none.
pub(crate) async fn run(work: Work) -> Result<Found, Trouble> {
    let runtime = Handle::current();
    match tokio::task::spawn_blocking(move || find(work, &runtime)).await {
        Ok(found) => found,
        Err(error) => Err(Trouble::Broken(Box::new(error))),
    }
}

fn find(work: Work, runtime: &Handle) -> Result<Found, Trouble> {
    let renderer =
        Renderer::new(render::Limits { total_time: work.limits.rendering, ..render::Limits::default() });
    let online = work.outbound.map(|outbound| Online::new(outbound, runtime.clone(), work.limits.asking));
    let source = Arc::clone(&work.document);
    let mut options = Options::new(&work.anchors, work.now.unix_seconds());
    options.at = work.at.map(Timestamp::unix_seconds);
    options.password = work.password.as_ref().map(|it| it.as_bytes().to_vec());
    options.detached = work.detached;
    options.renderer = Some(&renderer);
    options.fetch = online.as_ref().map(|it| it as _);
    options.recursive = work.is_recursive;
    let report = validate(source, &options).map_err(trouble)?;
    let answer = Answer::of(&report);
    let content = match report.content {
        Some(Content::Bytes(bytes)) => Some(bytes),
        Some(Content::Prefix(size)) => {
            Some(prefix(&*work.document, size).map_err(|error| trouble(error.into()))?)
        }
        None => None,
    };
    Ok(Found { answer, content })
}

fn prefix(source: &dyn ReadAt, size: u64) -> io::Result<Vec<u8>> {
    let size = size.min(source.size());
    if let Some(all) = source.as_slice() {
        let end = usize::try_from(size).map_err(io::Error::other)?;
        return Ok(all.get(..end).unwrap_or(all).to_vec());
    }
    let mut bytes = vec![0; usize::try_from(size).map_err(io::Error::other)?];
    source.read_at(0, &mut bytes)?;
    Ok(bytes)
}

/// Tells what the file is to blame for from what the world is.
fn trouble(error: ValidateError) -> Trouble {
    let fault = |kind, detail: &str| Trouble::Fault(Fault::new(kind, detail));
    match error {
        ValidateError::Io(error) => Trouble::Broken(Box::new(error)),
        ValidateError::Malformed { what } => {
            fault(Kind::Format, &format!("The file cannot be read as a signature: {what}."))
        }
        ValidateError::NotSigned => {
            fault(Kind::Format, "The file is neither a PDF nor a CMS signature nor a time-stamp token.")
        }
        ValidateError::Pdf(error) => pdf_trouble(error),
        ValidateError::TooLarge { allowed, found } => {
            fault(Kind::Limit, &format!("The file has {found} bytes; {allowed} are validated at most."))
        }
        ValidateError::Unsupported { what } if what.contains("XAdES") => {
            fault(Kind::Xades, "XAdES signatures are not supported.")
        }
        ValidateError::Unsupported { what } if what.contains("ASiC") => {
            fault(Kind::Asic, "ASiC containers are not supported.")
        }
        ValidateError::Unsupported { what } => fault(Kind::Format, &format!("{what} are not supported.")),
        other => fault(Kind::Format, &format!("The file cannot be validated: {other}.")),
    }
}

fn pdf_trouble(error: PdfError) -> Trouble {
    let (kind, detail) = match error {
        PdfError::Io(error) => return Trouble::Broken(Box::new(error)),
        PdfError::PasswordRequired => {
            (Kind::Password, "The PDF is encrypted and needs a password.".to_owned())
        }
        PdfError::PasswordWrong => (Kind::Password, "The password does not open the PDF.".to_owned()),
        PdfError::LimitExceeded { .. } => (Kind::Limit, format!("The PDF is too complex: {error}.")),
        other => (Kind::Format, format!("The PDF cannot be read: {other}.")),
    };
    Trouble::Fault(Fault::new(kind, detail))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn what_the_file_is_to_blame_for_has_its_number() {
        for (error, number) in [
            (ValidateError::NotSigned, 831),
            (ValidateError::Malformed { what: "x" }, 831),
            (ValidateError::Unsupported { what: "XAdES signatures" }, 832),
            (ValidateError::Unsupported { what: "ASiC containers" }, 833),
            (ValidateError::Unsupported { what: "other things" }, 831),
            (ValidateError::TooLarge { allowed: 1, found: 2 }, 837),
            (ValidateError::Pdf(PdfError::PasswordRequired), 834),
            (ValidateError::Pdf(PdfError::PasswordWrong), 834),
            (ValidateError::Pdf(PdfError::NotPdf), 831),
            (ValidateError::Pdf(PdfError::LimitExceeded { limit: "x", allowed: 1, found: 2 }), 837),
        ] {
            let text = error.to_string();
            match trouble(error) {
                Trouble::Fault(fault) => assert_eq!(fault.number(), number, "{text}"),
                Trouble::Broken(_) => panic!("{text} is no fault of the world"),
            }
        }
        for error in [io::Error::other("away").into(), ValidateError::Pdf(io::Error::other("away").into())] {
            assert!(matches!(trouble(error), Trouble::Broken(_)));
        }
    }
}
