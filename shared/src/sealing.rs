//! How a request's seals are laid out in its document: the same whenever one of them is made.

use domain::request::{Facts, Place, Placed, Role, Signatory};
use pdf::{FieldPlan, SignatoryField};

/// The signature fields of a request: one for each slot, in the order of the request, and the closing
/// one. A slot whose first place names a field of the document is that field.
#[must_use]
pub fn field_plan(facts: &Facts) -> FieldPlan {
    let signatories = facts.signatories.iter().filter(|it| holds_slot(it)).map(|signatory| SignatoryField {
        field_name: field_name(facts, signatory),
        places: signatory.places.iter().map(place).collect(),
    });
    FieldPlan {
        signatories: signatories.collect(),
        closing_field: format!("Paraphe-{}-closing", short(facts)),
    }
}

/// The facts with the places that were found for each signatory.
#[must_use]
pub fn laid_out(facts: &Facts, placed: &[Placed]) -> Facts {
    let mut facts = facts.clone();
    for (signatory, placed) in facts.signatories.iter_mut().zip(placed) {
        signatory.places.clone_from(&placed.places);
    }
    facts
}

/// Whether a field of the document is the signatory's: others sign in it in their stead, or nobody.
#[must_use]
pub fn holds_slot(signatory: &Signatory) -> bool {
    signatory.role == Role::Signatory && signatory.slot == signatory.id
}

/// The name of the field that a signatory signs in: that of their slot. The request's id keeps it apart from
/// the fields of an earlier request upon the same document.
#[must_use]
pub fn field_name(facts: &Facts, signatory: &Signatory) -> String {
    let index = facts.signatories.iter().position(|it| it.id == signatory.slot).unwrap_or_default();
    format!("Paraphe-{}-{}", short(facts), index + 1)
}

/// The name of the field of the document time-stamp.
#[must_use]
pub fn timestamp_field(facts: &Facts) -> String {
    format!("Paraphe-{}-timestamp", short(facts))
}

/// The reference that stands in the mark: the first eight digits of the request's id, in capitals.
#[must_use]
pub fn reference(facts: &Facts) -> String {
    short(facts).to_uppercase()
}

/// A place in the words of the PDF engine.
#[must_use]
pub fn place(place: &Place) -> pdf::Place {
    pdf::Place {
        page: place.page,
        x_points: place.x_points,
        y_points: place.y_points,
        width_points: place.width_points,
        height_points: place.height_points,
        field: place.field.clone(),
    }
}

fn short(facts: &Facts) -> &str {
    facts.id.as_str().get(..8).unwrap_or_default()
}
