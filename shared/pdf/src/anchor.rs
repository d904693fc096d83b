//! Places that the text of a document asks for: literal strings and tags.

mod cmap;
mod content;
mod encoding;
mod flow;
mod font;
mod matrix;
mod standard;
mod tag;
mod text;
mod words;

pub(crate) use self::{
    content::{Glyph, matrix_of},
    flow::normalise,
    matrix::Matrix,
    text::{PageText, TextReader},
};
pub use self::{
    tag::Tag,
    words::{PageWords, Word, page_paints, page_words},
};

use self::flow::{Flow, without_doubles};
use crate::{Document, PageInfo, PdfError, Place, Rect};

/// Text that marks a place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Anchor {
    /// What to look for.
    pub text: AnchorText,
    /// Which of its occurrences are meant.
    pub occurrence: Occurrence,
}

/// What an anchor looks for.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum AnchorText {
    /// This string. Letter case counts; any white space, and the end of a line, is one space; a ligature is
    /// its letters.
    Literal(String),
    /// Tags such as `{{s1|signature|164|45}}` of this signatory and kind.
    Tag {
        /// Number of the signatory, from 1.
        signer: u32,
        /// The kind of mark, such as `signature`.
        kind: String,
    },
}

/// Which occurrences of an anchor are meant, in the order of pages, on a page from top to bottom and then
/// from left to right.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Occurrence {
    /// Each of them.
    #[default]
    All,
    /// The first one.
    First,
    /// The last one.
    Last,
    /// The one of this number, from 0.
    Number(usize),
}

/// What a search for anchors found.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct AnchorReport {
    /// The places found, by anchor and then in order.
    pub found: Vec<FoundAnchor>,
    /// Anchors without a place, as indices into the slice that was given.
    pub missed: Vec<usize>,
    /// Tags of the document that no anchor looks for, in order.
    pub unclaimed: Vec<TagPlace>,
    /// Pages of which a part could not be read, as indices from 0: an anchor may stand there unseen.
    pub unread_pages: Vec<usize>,
}

/// A place that an anchor marks.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FoundAnchor {
    /// Index of the anchor in the slice that was given.
    pub anchor: usize,
    /// Which occurrence this is, from 0.
    pub occurrence: usize,
    /// The text's top left corner; width and height are those of the tag, or `None`.
    pub place: Place,
    /// Width of the text as displayed, in points. Of text over several lines, that in the first one.
    pub text_width_points: f64,
    /// Height of the text as displayed, in points.
    pub text_height_points: f64,
}

/// A tag and where it stands.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TagPlace {
    /// The tag.
    pub tag: Tag,
    /// Its top left corner, and its width and height if it gives them.
    pub place: Place,
}

/// Finds the places that text marks.
///
/// Text is found as the content of pages shows it, form `XObjects` included, whatever pieces it is written in,
/// and also when it is invisible; text outside of the displayed page is not. Not searched: annotations, form
/// fields, and text of fonts whose codes cannot be told (neither `ToUnicode` nor an encoding in the file).
/// Accents are compared as they are written, and right-to-left text in the order of its display.
///
/// ```no_run
/// # fn find(document: &pdf::Document) -> Result<(), pdf::PdfError> {
/// let anchor = pdf::Anchor {
///     text: pdf::AnchorText::Literal("Signature of the client".to_owned()),
///     occurrence: pdf::Occurrence::Last,
/// };
/// for found in pdf::find_anchors(document, &[anchor])?.found {
///     println!("page {}, {} points from the left", found.place.page, found.place.x_points);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`PdfError`] when the page tree cannot be read, or a limit is reached. A page whose content cannot be read
/// is listed instead.
pub fn find_anchors(document: &Document, anchors: &[Anchor]) -> Result<AnchorReport, PdfError> {
    let mut search = Search { hits: vec![Vec::new(); anchors.len()], ..Search::default() };
    let needles: Vec<Needle<'_>> = anchors.iter().map(Needle::of).collect();
    let mut reader = TextReader::new(document);
    for (index, number) in document.page_list()?.numbers().enumerate() {
        let Some(page) = document.page(index)? else { continue };
        let mut text = reader.read(number)?;
        if text.incomplete {
            search.unread_pages.push(index);
        }
        without_doubles(&mut text);
        search.page(document, &needles, &text, &page, index)?;
    }
    Ok(search.report(anchors))
}

/// A string to be compared.
enum Needle<'a> {
    Literal(String),
    Tag { signer: u32, kind: &'a str },
}

impl<'a> Needle<'a> {
    fn of(anchor: &'a Anchor) -> Self {
        match &anchor.text {
            AnchorText::Literal(text) => Self::Literal(normalise(text)),
            AnchorText::Tag { signer, kind } => Self::Tag { signer: *signer, kind },
        }
    }
}

/// A place of one match.
#[derive(Clone, Debug)]
struct Hit {
    place: Place,
    width_points: f64,
    height_points: f64,
}

#[derive(Default)]
struct Search {
    /// By anchor, in order.
    hits: Vec<Vec<Hit>>,
    unclaimed: Vec<TagPlace>,
    unread_pages: Vec<usize>,
}

impl Search {
    fn page(
        &mut self,
        document: &Document,
        needles: &[Needle<'_>],
        text: &PageText,
        page: &PageInfo,
        index: usize,
    ) -> Result<(), PdfError> {
        let mut literals: Vec<Vec<Hit>> = vec![Vec::new(); needles.len()];
        let mut tags: Vec<(Tag, Hit)> = Vec::new();
        for flow in [Flow::of_content(text), Flow::of_lines(text)] {
            let hit = |start, end| hit(&flow, text, page, index, start, end);
            document.reader().spend(flow.text.len() as u64)?;
            for (start, end, tag) in tag::find(&flow.text) {
                if let Some(mut hit) = hit(start, end) {
                    (hit.place.width_points, hit.place.height_points) = (tag.width_points, tag.height_points);
                    if !tags.iter().any(|(other, known)| *other == tag && known.covers(&hit)) {
                        tags.push((tag, hit));
                    }
                }
            }
            for (needle, hits) in needles.iter().zip(&mut literals) {
                let Needle::Literal(literal) = needle else { continue };
                if literal.is_empty() {
                    continue;
                }
                document.reader().spend(flow.text.len() as u64)?;
                for (start, _) in flow.text.match_indices(literal.as_str()) {
                    // Many hits of a short string are compared with each other.
                    document.reader().spend(hits.len() as u64)?;
                    let hit = hit(start, start + literal.len());
                    hits.extend(hit.filter(|hit| !hits.iter().any(|known| known.covers(hit))));
                }
            }
        }
        tags.sort_by(|left, right| left.1.order(&right.1));
        for (tag, hit) in tags {
            let claims = |needle: &Needle<'_>| match needle {
                Needle::Literal(_) => false,
                Needle::Tag { signer, kind } => *signer == tag.signer && *kind == tag.kind,
            };
            let mut claimed = false;
            for (_, hits) in needles.iter().zip(&mut literals).filter(|(needle, _)| claims(needle)) {
                hits.push(hit.clone());
                claimed = true;
            }
            if !claimed {
                self.unclaimed.push(TagPlace { tag, place: hit.place });
            }
        }
        for (all, mut hits) in self.hits.iter_mut().zip(literals) {
            hits.sort_by(Hit::order);
            all.extend(hits);
        }
        Ok(())
    }

    fn report(self, anchors: &[Anchor]) -> AnchorReport {
        let mut report = AnchorReport {
            unclaimed: self.unclaimed,
            unread_pages: self.unread_pages,
            ..AnchorReport::default()
        };
        for (index, (anchor, hits)) in anchors.iter().zip(self.hits).enumerate() {
            let count = hits.len();
            let meant = |occurrence: usize| match anchor.occurrence {
                Occurrence::All => true,
                Occurrence::First => occurrence == 0,
                Occurrence::Last => occurrence + 1 == count,
                Occurrence::Number(number) => occurrence == number,
            };
            let before = report.found.len();
            let chosen = hits.into_iter().enumerate().filter(|(occurrence, _)| meant(*occurrence));
            report.found.extend(chosen.map(|(occurrence, hit)| FoundAnchor {
                anchor: index,
                occurrence,
                place: hit.place,
                text_width_points: hit.width_points,
                text_height_points: hit.height_points,
            }));
            if report.found.len() == before {
                report.missed.push(index);
            }
        }
        report
    }
}

impl Hit {
    /// Whether another hit is the same text, found a second time.
    fn covers(&self, other: &Self) -> bool {
        let slack = self.height_points.max(other.height_points) * 0.1;
        (self.place.x_points - other.place.x_points).abs() <= slack
            && (self.place.y_points - other.place.y_points).abs() <= slack
    }

    fn order(&self, other: &Self) -> std::cmp::Ordering {
        let by_y = self.place.y_points.total_cmp(&other.place.y_points);
        by_y.then(self.place.x_points.total_cmp(&other.place.x_points))
    }
}

/// The place of the bytes from `start` to `end` of a flow, if the displayed page shows it.
fn hit(flow: &Flow, text: &PageText, page: &PageInfo, index: usize, start: usize, end: usize) -> Option<Hit> {
    let owners = flow.glyphs.get(start..end)?;
    let glyph = |owner: &u32| text.glyphs.get(usize::try_from(*owner).ok()?);
    let first = glyph(owners.first()?)?;
    let (x, y) = first.direction;
    let mut bounds = first.bounds;
    for glyph in owners.iter().filter_map(glyph) {
        let across = (glyph.start.0 - first.start.0) * y - (glyph.start.1 - first.start.1) * x;
        if across.abs() < first.size {
            bounds = Rect {
                left: bounds.left.min(glyph.bounds.left),
                bottom: bounds.bottom.min(glyph.bounds.bottom),
                right: bounds.right.max(glyph.bounds.right),
                top: bounds.top.max(glyph.bounds.top),
            };
        }
    }
    let (x0, y0) = page.displayed_point(bounds.left, bounds.top);
    let (x1, y1) = page.displayed_point(bounds.right, bounds.bottom);
    let (left, right, top, bottom) = (x0.min(x1), x0.max(x1), y0.min(y1), y0.max(y1));
    let shown = right > 0.0
        && bottom > 0.0
        && left < page.displayed_width_points
        && top < page.displayed_height_points;
    let place = Place {
        page: i32::try_from(index).ok()?.checked_add(1)?,
        x_points: left,
        y_points: top,
        ..Place::default()
    };
    shown.then_some(Hit { place, width_points: right - left, height_points: bottom - top })
}
