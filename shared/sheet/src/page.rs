//! A sheet as a page. It needs nothing but itself, and may not load anything.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::{Sheet, Unwritten};

/// The page of a sheet, in a language (BCP 47).
///
/// # Errors
///
/// [`Unwritten`].
pub fn html(sheet: &Sheet, language: &str) -> Result<String, Unwritten> {
    Ok(SheetPage { sheet, language, style: STYLE }.render()?)
}

/// What the page may load: nothing, and of styles only its own.
#[must_use]
pub fn policy() -> String {
    let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

#[derive(Template)]
#[template(path = "sheet.html")]
struct SheetPage<'a> {
    sheet: &'a Sheet,
    language: &'a str,
    style: &'static str,
}

/// The look of a sheet.
pub const STYLE: &str = include_str!("../assets/sheet.css");
