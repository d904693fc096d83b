//! Where signatures will stand, each with what put it there.

use std::collections::BTreeSet;

use domain::request::Facts;
use pdf::{Inspection, Place};
use shared::acceptance::Found;
use shared::sealing;

/// The places of all signatories, in the order of the request.
#[derive(Debug, Default)]
pub(crate) struct Marks(pub(crate) Vec<Mark>);

/// One place.
#[derive(Debug)]
pub(crate) struct Mark {
    /// The signatory's index.
    pub(crate) signatory: usize,
    /// From 1.
    pub(crate) page: u32,
    /// From the left edge of the page as displayed, in points.
    pub(crate) x: f64,
    /// From its upper edge, in points.
    pub(crate) y: f64,
    /// In points.
    pub(crate) width: f64,
    /// In points.
    pub(crate) height: f64,
    /// The text that it stands beside, if there is one.
    pub(crate) anchor: Option<String>,
}

impl Marks {
    /// The places that were found, as far as they are in the document.
    pub(crate) fn of(facts: &Facts, found: &Found, inspection: &Inspection) -> Self {
        let mut all = Vec::new();
        for (index, (signatory, placed)) in facts.signatories.iter().zip(&found.placed).enumerate() {
            // First those of coordinates, then those of each anchor.
            let given = std::iter::repeat_n(None, signatory.places.len());
            let sought = found.anchors.iter().filter(|it| it.signatory == index);
            let anchors = sought.flat_map(|it| {
                std::iter::repeat_n(Some(it.text.clone()), usize::try_from(it.found).unwrap_or(0))
            });
            // The usual place of who asks for nothing has none.
            let anchors = given.chain(anchors).chain(std::iter::repeat(None));
            for (place, anchor) in placed.places.iter().zip(anchors) {
                all.extend(Mark::of(index, &sealing::place(place), anchor, inspection));
            }
        }
        Self(all)
    }

    /// The pages that have places, from 1.
    pub(crate) fn pages(&self) -> BTreeSet<u32> {
        self.0.iter().map(|it| it.page).collect()
    }
}

impl Mark {
    fn of(signatory: usize, place: &Place, anchor: Option<String>, inspection: &Inspection) -> Option<Self> {
        let place = place.spelled_out(inspection)?;
        let (width, height) = place.size_points();
        Some(Self {
            signatory,
            page: u32::try_from(place.page).ok()?,
            x: place.x_points,
            y: place.y_points,
            width,
            height,
            anchor,
        })
    }
}
