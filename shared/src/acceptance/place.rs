//! Where signatures stand, now that the document is there: coordinates as they were asked for, and the
//! places that its text marks.

use super::{ANCHOR, Refused, Subject, unreadable};
use crate::sealing;
use domain::request::{Anchor, Facts, Failure, Occurrence, Place, Placed, Signatory};
use pdf::{AnchorReport, AnchorText, Document, Tag};

/// Where signatures stand.
#[derive(Debug)]
pub struct Found {
    /// The places of each signatory, in the order of the request: those of coordinates, then those of anchors.
    pub placed: Vec<Placed>,
    /// The anchors that were asked for, and the tags that were found for those who asked for nothing.
    pub anchors: Vec<Sought>,
}

/// An anchor, and what came of it.
#[derive(Debug)]
pub struct Sought {
    /// The signatory's index.
    pub signatory: usize,
    /// Its text.
    pub text: String,
    /// Whether there is no request without it.
    pub required: bool,
    /// How many places it gave.
    pub found: u32,
}

/// Finds the places of every signatory, in the order of the request.
///
/// Refused are required anchors that are not in the document, signatories whose anchors give no place, and too
/// many places: then nothing was found.
pub(super) fn find(document: &Document, facts: &Facts, refused: &mut Vec<Refused>) -> Option<Found> {
    let wanted: Vec<Vec<Anchor>> = facts.signatories.iter().enumerate().map(anchors_of).collect();
    let anchors: Vec<pdf::Anchor> = wanted.iter().flatten().map(engine_anchor).collect();
    let report = match anchors.as_slice() {
        [] => AnchorReport::default(),
        anchors => match pdf::find_anchors(document, anchors) {
            Ok(report) => report,
            Err(error) => {
                refused.push(Refused { subject: Subject::Document, failure: unreadable(&error) });
                return None;
            }
        },
    };
    let mut first = 0;
    let mut all = Found { placed: Vec::with_capacity(facts.signatories.len()), anchors: Vec::new() };
    for (index, (signatory, wanted)) in facts.signatories.iter().zip(&wanted).enumerate() {
        all.add(index, signatory, (wanted, first), &report, refused);
        first += wanted.len();
    }
    let places: usize = all.placed.iter().map(|it| it.places.len()).sum();
    if places > MAX_PLACES {
        let sentence = format!("There are {places} signatures, with those of anchors; at most {MAX_PLACES}.");
        let failure = Failure { number: ANCHOR, sentence };
        refused.push(Refused { subject: Subject::Signatories, failure });
        return None;
    }
    Some(all)
}

impl Found {
    /// Adds the places of a signatory, whose anchors are numbered from `first` in the report.
    fn add(
        &mut self,
        index: usize,
        signatory: &Signatory,
        (wanted, first): (&[Anchor], usize),
        report: &AnchorReport,
        refused: &mut Vec<Refused>,
    ) {
        if !sealing::holds_slot(signatory) {
            self.placed.push(Placed::default());
            return;
        }
        let asks_for_nothing = asks_for_nothing(signatory);
        let before = refused.len();
        let mut placed = Placed { places: signatory.places.clone(), found: Vec::new() };
        for (anchor, number) in wanted.iter().zip(first..) {
            let found = report.found.iter().filter(|it| it.anchor == number);
            let had = placed.places.len();
            placed.places.extend(found.map(|it| beside(anchor, &it.place)));
            let found = u32::try_from(placed.places.len() - had).unwrap_or(u32::MAX);
            if found == 0 && anchor.required {
                let what = format!("the anchor \"{}\" is not in the document", anchor.text);
                refused.push(missed(index, &what));
            }
            if found > 0 || !asks_for_nothing {
                let (text, required) = (anchor.text.clone(), anchor.required);
                self.anchors.push(Sought { signatory: index, text, required, found });
            }
            placed.found.push(found);
        }
        if asks_for_nothing {
            placed.found.clear();
            if placed.places.is_empty() {
                placed.places.push(TOP_LEFT);
            }
        }
        if placed.places.is_empty() && refused.len() == before {
            refused.push(missed(index, "none of the anchors is in the document"));
        }
        self.placed.push(placed);
    }
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

fn missed(index: usize, what: &str) -> Refused {
    let failure = Failure { number: ANCHOR, sentence: format!("Signer {}: {what}.", index + 1) };
    Refused { subject: Subject::Signatory(index), failure }
}

/// Openapi's: a single field on the first page, in the top left corner.
const TOP_LEFT: Place =
    Place { page: 1, x_points: 0.0, y_points: 0.0, width_points: None, height_points: None, field: None };
/// As many as a request may name by coordinates.
const MAX_PLACES: usize = 200;
