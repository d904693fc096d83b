//! Validation of signed files, in the words of EN 319 102-1.
//!
//! [`validate()`] takes a file of any kind, finds its signatures, and judges each: whether the signed bytes and
//! the signature value are right, whom the certificate belongs to and whether it is trusted, when the signature
//! is proven to have existed, and what changed in the file afterwards. What it finds is a [`Report`].
//!
//! **Invariant:** doubt is never TOTAL_PASSED.

mod cades;
mod digest;
mod format;
mod indication;
mod inner;
mod level;
mod options;
mod pades;
mod process;
mod report;
mod signer;
mod stamp;
mod time;
mod token;
mod zip;

use std::sync::Arc;

use pdf::ReadAt;

use self::{format::Kind, inner::Budget};
pub use self::{
    indication::{Indication, SubIndication, Verdict},
    options::{Limits, Options, ValidateError},
    report::{
        AnchorSource, CertificateReport, CertificateStatus, ChangeReport, Content, Coverage, Format, Process,
        Report, RevisionReport, RevocationReport, RevocationSource, SignatureKind, SignatureReport,
        TimestampKind, TimestampReport,
    },
};

/// Validates every signature of a file.
///
/// PDF, CMS (`.p7m`, `.p7s`; DER, BER, PEM or base64) and RFC 3161 time-stamps are read. A PDF without any
/// signature gives a report without a verdict; of an archive, only the signed files inside are judged, and only
/// when [`Options::recursive`] asks for them.
///
/// # Errors
///
/// [`ValidateError`] when there is nothing to judge. What is wrong with a signature is told by its verdict.
#[expect(clippy::needless_pass_by_value, reason = "files are handed over as to `Document::open`")]
pub fn validate(source: Arc<dyn ReadAt>, options: &Options<'_>) -> Result<Report, ValidateError> {
    let kind = format::kind_of(source.as_ref())?;
    validate_kind(kind, &source, options, &mut Budget::new(options))
}

fn validate_kind(
    kind: Kind,
    source: &Arc<dyn ReadAt>,
    options: &Options<'_>,
    budget: &mut Budget,
) -> Result<Report, ValidateError> {
    let mut report = match kind {
        Kind::Pdf => pades::validate(source, options, budget)?,
        Kind::Asn1 => {
            let bytes = format::read_all(source.as_ref(), options.limits.cms_bytes)?;
            cades::validate(source.as_ref(), &bytes, options)?
        }
        Kind::Text => {
            let text = format::read_all(source.as_ref(), options.limits.cms_bytes)?;
            cades::validate(source.as_ref(), &format::decode_text(&text)?, options)?
        }
        Kind::Xml if format::names_xml_signature(source.as_ref())? => {
            return Err(ValidateError::Unsupported { what: "XAdES and other XML signatures" });
        }
        Kind::Xml => return Err(ValidateError::NotSigned),
        Kind::Zip => inner::validate_archive(source, options, budget)?,
    };
    if options.recursive {
        inner::look_inside(&mut report, options, budget)?;
    }
    if options.at.is_some() {
        not_yet_made(&mut report);
    }
    Ok(report)
}

/// Leaves nothing valid at an instant of the past that says itself it was made later, unless a time-stamp shows that
/// it existed by then.
fn not_yet_made(report: &mut Report) {
    let at = report.time_of_interest;
    for signature in &mut report.signatures {
        if signature.proven_at.is_some_and(|proven| proven <= at) {
            continue;
        }
        if signature.claimed_at.is_some_and(|claimed| claimed > at) {
            let reason = "it says that it was made after the time it is judged at";
            let doubt = Verdict::indeterminate(SubIndication::NoPoe, reason);
            signature.verdict = signature.verdict.clone().and(doubt.clone());
            report.overall = report.overall.take().map(|overall| overall.and(doubt));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests;
