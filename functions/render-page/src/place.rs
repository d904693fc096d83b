//! Where a signatory's mark will stand, on the pages as they are displayed.

use domain::request::{Facts, Place, Role, Signatory};
use pdf::{Document, Inspection, PageInfo, PdfError};
use shared::sealing;

/// The places that are asked for: those of the signatory's slot while they are to sign, and none for anybody else.
pub(crate) fn asked(facts: &Facts, person: &Signatory) -> Vec<pdf::Place> {
    if person.role != Role::Signatory || !person.is_pending() {
        return Vec::new();
    }
    let places: &[Place] = facts.signatory(&person.slot).map(|it| it.places.as_slice()).unwrap_or_default();
    places.iter().map(sealing::place).collect()
}

/// The places with their pages from 1, in points; form fields lend theirs.
pub(crate) fn found(
    document: &Document,
    pages: &[PageInfo],
    asked: &[pdf::Place],
) -> Result<Vec<pdf::Place>, PdfError> {
    let inspection = if asked.iter().any(|it| it.field.is_some()) {
        pdf::inspect(document)?
    } else {
        let mut inspection = Inspection::default();
        inspection.pages = pages.to_vec();
        inspection
    };
    Ok(asked.iter().filter_map(|it| it.spelled_out(&inspection)).collect())
}
