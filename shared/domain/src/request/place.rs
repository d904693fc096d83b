//! Where signatures stand.

/// Where a signature stands: points from the top left of the page as displayed.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// From 1; -1 is the last page.
    pub page: i32,
    /// From the left edge, in points.
    pub x_points: f64,
    /// From the top edge, in points.
    pub y_points: f64,
    /// Width in points, if asked.
    pub width_points: Option<f64>,
    /// Height in points, if asked.
    pub height_points: Option<f64>,
    /// A signature field that the document already has.
    pub field: Option<String>,
}

/// Text of the document that marks where a signature stands: each occurrence that is meant gives a [`Place`]
/// once the document is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Anchor {
    /// A string of the document's text, or a tag such as `{{s1|signature}}`.
    pub text: String,
    /// Which of its occurrences are meant.
    pub occurrence: Occurrence,
    /// Added to the left edge of the text, in points.
    pub right_by_points: f64,
    /// Added to the top edge of the text, in points.
    pub down_by_points: f64,
    /// Width in points, if asked; else the tag's.
    pub width_points: Option<f64>,
    /// Height in points, if asked; else the tag's.
    pub height_points: Option<f64>,
    /// Whether a document without it cannot be signed.
    pub required: bool,
    /// How many places it gave; none before the document was looked at.
    pub found: Option<u32>,
}

/// Which occurrences of an anchor are meant.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Occurrence {
    /// Each of them.
    #[default]
    All,
    /// The first one.
    First,
    /// The last one.
    Last,
    /// The one of this number, from 1.
    Number(u32),
}

/// Where one signatory's signatures stand, now that the document was looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Placed {
    /// At least one.
    pub places: Vec<Place>,
    /// How many of them each of the signatory's anchors gave, in their order.
    pub found: Vec<u32>,
}
