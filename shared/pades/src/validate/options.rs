//! What a caller says about a validation, and why there is none.

use std::{io, sync::Arc};

use pdf::{PageRenderer, PdfError, ReadAt};

use crate::{
    policy::CryptoPolicy,
    trust::{Fetcher, TrustAnchors},
};

/// How a file is to be validated.
#[derive(Clone)]
pub struct Options<'a> {
    /// Who is trusted.
    pub trust: &'a TrustAnchors,
    /// The time now, Unix seconds. Nothing here reads a clock.
    pub now: i64,
    /// The instant to judge at, Unix seconds; `None` is now.
    pub at: Option<i64>,
    /// Which algorithms were acceptable when.
    pub policy: CryptoPolicy,
    /// User or owner password of an encrypted PDF.
    pub password: Option<Vec<u8>>,
    /// What a detached CMS signature, or a time-stamp by itself, is over.
    pub detached: Option<Arc<dyn ReadAt>>,
    /// Certificates that may complete chains; they are not trusted.
    pub certificates: &'a [Vec<u8>],
    /// Draws pages, so that what was signed and what is shown now can be compared as pictures.
    pub renderer: Option<&'a dyn PageRenderer>,
    /// Fetches certificates and revocation data, if the caller allows it at all.
    pub fetch: Option<&'a dyn Fetcher>,
    /// Whether to look for signed files inside what was signed.
    pub recursive: bool,
    /// Bounds on the work.
    pub limits: Limits,
}

impl<'a> Options<'a> {
    /// Judges now, offline, with the default crypto policy.
    #[must_use]
    pub fn new(trust: &'a TrustAnchors, now: i64) -> Self {
        Self {
            trust,
            now,
            at: None,
            policy: CryptoPolicy::default(),
            password: None,
            detached: None,
            certificates: &[],
            renderer: None,
            fetch: None,
            recursive: false,
            limits: Limits::default(),
        }
    }

    /// The instant that is judged at.
    #[must_use]
    pub fn time_of_interest(&self) -> i64 {
        self.at.unwrap_or(self.now)
    }
}

/// Bounds that keep a hostile file from taking the process's time or memory.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Limits {
    /// For reading PDF.
    pub pdf: pdf::Limits,
    /// Size of a CMS signature with what it carries, bytes: it is read into memory.
    pub cms_bytes: u64,
    /// Signatures judged in one file; further ones are reported as not judged.
    pub signatures: usize,
    /// Time-stamps judged on one signature.
    pub timestamps: usize,
    /// How deep signed files are looked for inside signed files.
    pub depth: u32,
    /// How many files inside a file are looked at in all.
    pub inner_files: u32,
    /// Size of all files inside a file together, unpacked, bytes.
    pub inner_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pdf: pdf::Limits { expanded_bytes: 32 << 20, work_bytes: 256 << 20, ..pdf::Limits::default() },
            cms_bytes: 256 << 20,
            signatures: 100,
            timestamps: 8,
            depth: 4,
            inner_files: 64,
            inner_bytes: 64 << 20,
        }
    }
}

/// Why a file cannot be validated at all. A bad signature is no such reason: it has a verdict.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ValidateError {
    /// The bytes could not be read. Retryable when they come from afar.
    #[error("reading the file failed")]
    Io(#[from] io::Error),
    /// The file says it is a CMS signature or a time-stamp but cannot be read as one. Ask for the original.
    #[error("the signature cannot be read: {what}")]
    Malformed {
        /// What was expected.
        what: &'static str,
    },
    /// The file is of no kind that can carry a signature known here.
    #[error("the file is no signed document")]
    NotSigned,
    /// The PDF cannot be read; a password that is missing or wrong is one reason.
    #[error(transparent)]
    Pdf(PdfError),
    /// The file is larger than [`Limits`] allow. Raise the limit, or refuse it.
    #[error("the file has {found} bytes, {allowed} are allowed")]
    TooLarge {
        /// The limit.
        allowed: u64,
        /// The size.
        found: u64,
    },
    /// A signed file of a kind that is not supported.
    #[error("{what} are not supported")]
    Unsupported {
        /// The kind, such as `XAdES signatures`.
        what: &'static str,
    },
}

impl From<PdfError> for ValidateError {
    fn from(error: PdfError) -> Self {
        match error {
            PdfError::Io(error) => Self::Io(error),
            error => Self::Pdf(error),
        }
    }
}
