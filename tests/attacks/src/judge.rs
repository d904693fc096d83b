//! The validator under test, asked.

use std::sync::Arc;

use pades::{
    trust::TrustAnchors,
    validate::{AnchorSource, Options, Report, validate},
};

use pdf::PageRenderer;

use crate::authority::{NOW, TRUSTED};

/// What the validator says of a file when only our own root is trusted.
///
/// # Errors
///
/// What the validator says when it gives no report.
pub fn judge(bytes: &[u8]) -> Result<Report, String> {
    judge_with(bytes, &own_root(), NOW + 3600, None)
}

/// The same with pictures of the pages.
///
/// # Errors
///
/// As [`judge`].
pub fn judge_rendered(bytes: &[u8], renderer: &dyn PageRenderer) -> Result<Report, String> {
    let trust = own_root();
    let options = Options { renderer: Some(renderer), ..Options::new(&trust, NOW + 3600) };
    validate(Arc::new(bytes.to_vec()), &options).map_err(|error| error.to_string())
}

/// The same for a file that opens with a password.
///
/// # Errors
///
/// As [`judge`].
pub fn judge_encrypted(bytes: &[u8], password: &str) -> Result<Report, String> {
    judge_with(bytes, &own_root(), NOW + 3600, Some(password))
}

/// What the validator says when these are trusted, at some time.
///
/// # Errors
///
/// As [`judge`].
pub fn judge_with(
    bytes: &[u8],
    trust: &TrustAnchors,
    now: i64,
    password: Option<&str>,
) -> Result<Report, String> {
    let options = Options { password: password.map(|it| it.as_bytes().to_vec()), ..Options::new(trust, now) };
    validate(Arc::new(bytes.to_vec()), &options).map_err(|error| error.to_string())
}

/// Our own root.
#[must_use]
pub fn own_root() -> TrustAnchors {
    let mut trust = TrustAnchors::new();
    trust.add_certificate(TRUSTED.seal.root.clone(), AnchorSource::Tenant).unwrap();
    trust
}

/// A report in a line: the overall word, and for each signature its own with the reason.
#[must_use]
pub fn line(report: &Result<Report, String>) -> String {
    let report = match report {
        Ok(report) => report,
        Err(error) => return format!("refused: {error}"),
    };
    let mut text = report
        .overall
        .as_ref()
        .map_or_else(|| "NO_SIGNATURE".to_owned(), |it| format!("{} {}", it.indication, it.reason));
    for signature in &report.signatures {
        let verdict = &signature.verdict;
        let sub = verdict.sub_indication.map_or("", |it| it.standard_name());
        text += &format!(
            " | {} {} {sub} {} {}",
            signature.field.as_deref().unwrap_or("?"),
            verdict.indication,
            signature.coverage.standard_name(),
            verdict.reason
        );
    }
    text
}
