//! Where signatures stand, now that the document is there: coordinates as they were asked for, and the
//! places that its text marks.

use super::{ANCHOR, unreadable};
use crate::sealing;
use domain::request::{Anchor, Facts, Failure, Occurrence, Place, Placed, Signatory};
use pdf::{AnchorReport, AnchorText, Document, Tag};

/// Finds the places of every signatory, in the order of the request.
///
/// # Errors
///
/// A [`Failure`] when a required anchor is not in the document, when the anchors of a signatory give no
/// place, or when there are too many places.
pub(crate) fn find(document: &Document, facts: &Facts) -> Result<Vec<Placed>, Failure> {
    let wanted: Vec<Vec<Anchor>> = facts.signatories.iter().enumerate().map(anchors_of).collect();
    let anchors: Vec<pdf::Anchor> = wanted.iter().flatten().map(engine_anchor).collect();
    let report = match anchors.as_slice() {
        [] => AnchorReport::default(),
        anchors => pdf::find_anchors(document, anchors).map_err(|error| unreadable(&error))?,
    };
    let mut first = 0;
    let mut all = Vec::with_capacity(facts.signatories.len());
    for (index, (signatory, wanted)) in facts.signatories.iter().zip(&wanted).enumerate() {
        let mut placed = Placed { places: signatory.places.clone(), found: Vec::new() };
        for (anchor, number) in wanted.iter().zip(first..) {
            let found = report.found.iter().filter(|it| it.anchor == number);
            let before = placed.places.len();
            placed.places.extend(found.map(|it| beside(anchor, &it.place)));
            let found = placed.places.len() - before;
            if found == 0 && anchor.required {
                return Err(missed(index, &format!("the anchor \"{}\" is not in the document", anchor.text)));
            }
            placed.found.push(u32::try_from(found).unwrap_or(u32::MAX));
        }
        first += wanted.len();
        if !sealing::holds_slot(signatory) {
            all.push(Placed::default());
            continue;
        }
        if asks_for_nothing(signatory) {
            placed.found.clear();
            if placed.places.is_empty() {
                placed.places.push(TOP_LEFT);
            }
        }
        if placed.places.is_empty() {
            return Err(missed(index, "none of the anchors is in the document"));
        }
        all.push(placed);
    }
    let places: usize = all.iter().map(|it| it.places.len()).sum();
    if places > MAX_PLACES {
        let sentence = format!("There are {places} signatures, with those of anchors; at most {MAX_PLACES}.");
        return Err(Failure { number: ANCHOR, sentence });
    }
    Ok(all)
}

/// The anchors of a signatory; of one for whom nothing was asked, the tags of the own number.
fn anchors_of((index, signatory): (usize, &Signatory)) -> Vec<Anchor> {
    if !sealing::holds_slot(signatory) {
        return Vec::new();
    }
    if !asks_for_nothing(signatory) {
        return signatory.anchors.clone();
    }
    vec![Anchor {
        text: format!("{{{{s{}|signature}}}}", index + 1),
        occurrence: Occurrence::All,
        right_by_points: 0.0,
        down_by_points: 0.0,
        width_points: None,
        height_points: None,
        required: false,
        found: None,
    }]
}

fn asks_for_nothing(signatory: &Signatory) -> bool {
    signatory.places.is_empty() && signatory.anchors.is_empty()
}

fn engine_anchor(anchor: &Anchor) -> pdf::Anchor {
    pdf::Anchor {
        text: match Tag::parse(&anchor.text) {
            Some(tag) => AnchorText::Tag { signer: tag.signer, kind: tag.kind },
            None => AnchorText::Literal(anchor.text.clone()),
        },
        occurrence: match anchor.occurrence {
            Occurrence::All => pdf::Occurrence::All,
            Occurrence::First => pdf::Occurrence::First,
            Occurrence::Last => pdf::Occurrence::Last,
            Occurrence::Number(number) => {
                pdf::Occurrence::Number(usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX))
            }
        },
    }
}

/// The place of an anchor's text, moved and sized as the anchor asks.
fn beside(anchor: &Anchor, found: &pdf::Place) -> Place {
    Place {
        page: found.page,
        x_points: found.x_points + anchor.right_by_points,
        y_points: found.y_points + anchor.down_by_points,
        width_points: anchor.width_points.or(found.width_points),
        height_points: anchor.height_points.or(found.height_points),
        field: None,
    }
}

fn missed(index: usize, what: &str) -> Failure {
    Failure { number: ANCHOR, sentence: format!("Signer {}: {what}.", index + 1) }
}

/// Openapi's: a single field on the first page, in the top left corner.
const TOP_LEFT: Place =
    Place { page: 1, x_points: 0.0, y_points: 0.0, width_points: None, height_points: None, field: None };
/// As many as a request may name by coordinates.
const MAX_PLACES: usize = 200;
