//! The shapes of places, and of the text that gives them.

use domain::request::{Anchor, Occurrence, Place};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct PlaceItem {
    page: i32,
    x_points: f64,
    y_points: f64,
    width_points: Option<f64>,
    height_points: Option<f64>,
    field: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct AnchorItem {
    text: String,
    occurrence: OccurrenceItem,
    right_by_points: f64,
    down_by_points: f64,
    width_points: Option<f64>,
    height_points: Option<f64>,
    required: bool,
    found: Option<u32>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum OccurrenceItem {
    All,
    First,
    Last,
    Number(u32),
}

impl From<&Place> for PlaceItem {
    fn from(place: &Place) -> Self {
        Self {
            page: place.page,
            x_points: place.x_points,
            y_points: place.y_points,
            width_points: place.width_points,
            height_points: place.height_points,
            field: place.field.clone(),
        }
    }
}

impl PlaceItem {
    pub(super) fn read(self) -> Place {
        Place {
            page: self.page,
            x_points: self.x_points,
            y_points: self.y_points,
            width_points: self.width_points,
            height_points: self.height_points,
            field: self.field,
        }
    }
}

impl From<&Anchor> for AnchorItem {
    fn from(anchor: &Anchor) -> Self {
        Self {
            text: anchor.text.clone(),
            occurrence: match anchor.occurrence {
                Occurrence::All => OccurrenceItem::All,
                Occurrence::First => OccurrenceItem::First,
                Occurrence::Last => OccurrenceItem::Last,
                Occurrence::Number(number) => OccurrenceItem::Number(number),
            },
            right_by_points: anchor.right_by_points,
            down_by_points: anchor.down_by_points,
            width_points: anchor.width_points,
            height_points: anchor.height_points,
            required: anchor.required,
            found: anchor.found,
        }
    }
}

impl AnchorItem {
    pub(super) fn read(self) -> Anchor {
        Anchor {
            text: self.text,
            occurrence: match self.occurrence {
                OccurrenceItem::All => Occurrence::All,
                OccurrenceItem::First => Occurrence::First,
                OccurrenceItem::Last => Occurrence::Last,
                OccurrenceItem::Number(number) => Occurrence::Number(number),
            },
            right_by_points: self.right_by_points,
            down_by_points: self.down_by_points,
            width_points: self.width_points,
            height_points: self.height_points,
            required: self.required,
            found: self.found,
        }
    }
}
