//! Annotations that a file leaves to viewers to draw.

use crate::{
    Document, PdfError,
    object::{Dictionary, Value},
};

/// Whether a page shows annotations or values of fields that the file has no appearance for: each viewer draws
/// them in its own way, and some not at all (ISO 32000-1 sections 12.5.5 and 12.7.3.3). `index` counts from 0.
///
/// Not meant are links, pop-ups, the icons of notes and of attached files, what is hidden, and fields without
/// a value.
///
/// # Errors
///
/// [`PdfError`] when the page tree or an annotation cannot be read, or a limit is reached.
pub fn page_leaves_to_viewers(document: &Document, index: usize) -> Result<bool, PdfError> {
    let Some(number) = document.page_list()?.numbers().nth(index) else { return Ok(false) };
    let page = document.object(number)?;
    let Some(page) = page.dictionary() else { return Ok(false) };
    let annotations = document.value(page, "Annots")?;
    for item in annotations.as_array().unwrap_or_default() {
        let annotation = document.resolve(&item.value)?;
        let Some(annotation) = annotation.dictionary() else { continue };
        if !is_hidden(document, annotation)?
            && !has_appearance(document, annotation)?
            && is_seen(document, annotation)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_hidden(document: &Document, annotation: &Dictionary) -> Result<bool, PdfError> {
    let flags = document.value(annotation, "F")?.as_integer().unwrap_or_default();
    Ok(flags & (HIDDEN | NO_VIEW) != 0)
}

fn has_appearance(document: &Document, annotation: &Dictionary) -> Result<bool, PdfError> {
    let Value::Dictionary(appearance) = document.value(annotation, "AP")? else { return Ok(false) };
    // A stream, or a dictionary of one for each state.
    Ok(appearance.get("N").is_some_and(|normal| !matches!(normal, Value::Null)))
}

/// Whether viewers draw it upon the page.
fn is_seen(document: &Document, annotation: &Dictionary) -> Result<bool, PdfError> {
    match annotation.name("Subtype") {
        Some(b"Widget") => has_text_value(document, annotation),
        Some(subtype) => Ok(DRAWN.contains(&subtype)),
        None => Ok(false),
    }
}

/// Whether a field's widget shows a text: its own, or that of a field above it.
fn has_text_value(document: &Document, widget: &Dictionary) -> Result<bool, PdfError> {
    let mut node = widget.clone();
    let mut is_text = None;
    for _ in 0..=document.limits().depth {
        let kind = document.value(&node, "FT")?;
        is_text = is_text.or_else(|| kind.as_name().map(|kind| matches!(kind, b"Tx" | b"Ch")));
        match document.value(&node, "V")? {
            Value::String(text) => return Ok(is_text != Some(false) && !text.is_empty()),
            Value::Null => {}
            _ => return Ok(false),
        }
        let Value::Dictionary(parent) = document.value(&node, "Parent")? else { break };
        node = parent;
    }
    Ok(false)
}

const HIDDEN: i64 = 2;
const NO_VIEW: i64 = 32;
/// Annotations that are marks on the page (ISO 32000-1 table 169).
const DRAWN: [&[u8]; 12] = [
    b"Circle",
    b"FreeText",
    b"Highlight",
    b"Ink",
    b"Line",
    b"PolyLine",
    b"Polygon",
    b"Square",
    b"Squiggly",
    b"Stamp",
    b"StrikeOut",
    b"Underline",
];
