//! The report as a page. It needs nothing but itself, and may not load anything.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::{Sheet, Unwritten};

/// The page of a report.
///
/// # Errors
///
/// [`Unwritten`].
pub(crate) fn html(sheet: &Sheet) -> Result<String, Unwritten> {
    Ok(ReportPage { sheet, style: STYLE }.render()?)
}

/// What the page may load: nothing, and of styles only its own.
pub(crate) fn policy() -> String {
    let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage<'a> {
    sheet: &'a Sheet,
    style: &'static str,
}

/// The look of a report.
pub(crate) const STYLE: &str = include_str!("../../assets/report.css");
