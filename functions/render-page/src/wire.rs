//! `GET /sign/pages` and `GET /sign/pages/{number}/text` on the wire.

use pdf::{PageInfo, PageWords};
use render::Reason;
use serde::{Deserialize, Serialize};

/// The pages of a document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PagesView {
    sha256: String,
    count: usize,
    pages: Vec<PageView>,
    /// Where the mark of whoever asks will stand.
    places: Vec<PlaceView>,
    /// `images`, or `browser` where the browser's own viewer is to show the document.
    view: &'static str,
    reason: Option<&'static str>,
    reason_page: Option<u32>,
}

/// A page as it is displayed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageView {
    number: u32,
    width_points: f64,
    height_points: f64,
}

/// A place on a page, in parts of it.
#[derive(Serialize)]
pub(crate) struct PlaceView {
    page: i32,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// The words of a page, with their places in parts of the page.
#[derive(Serialize)]
pub(crate) struct TextView {
    page: u32,
    words: Vec<WordView>,
    /// Whether these are all words of the page.
    complete: bool,
}

#[derive(Serialize)]
struct WordView {
    text: String,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// What is kept of a document that was found not to be drawn.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Note {
    /// The page, if it is one page's fault.
    pub(crate) page: Option<u32>,
    pub(crate) reason: Reason,
}

impl PagesView {
    pub(crate) fn new(
        sha256: String,
        (pages, places): (Vec<PageView>, Vec<PlaceView>),
        note: Option<&Note>,
    ) -> Self {
        Self {
            sha256,
            count: pages.len(),
            pages,
            places,
            view: if note.is_some() { "browser" } else { "images" },
            reason: note.map(|it| it.reason.code()),
            reason_page: note.and_then(|it| it.page),
        }
    }
}

impl PageView {
    pub(crate) fn of((page, number): (&PageInfo, u32)) -> Self {
        Self {
            number,
            width_points: rounded(page.displayed_width_points, 1e3),
            height_points: rounded(page.displayed_height_points, 1e3),
        }
    }
}

impl PlaceView {
    /// None for a place on no page, or on one without an area.
    pub(crate) fn of(place: &pdf::Place, pages: &[PageInfo]) -> Option<Self> {
        let page = pages.get(place.page_index(pages.len())?)?;
        let (across, down) = (page.displayed_width_points, page.displayed_height_points);
        let (width, height) = place.size_points();
        let part = |points: f64, of: f64| rounded(points / of, 1e5);
        (across > 0.0 && down > 0.0).then(|| Self {
            page: place.page,
            x: part(place.x_points, across),
            y: part(place.y_points, down),
            width: part(width, across),
            height: part(height, down),
        })
    }
}

impl TextView {
    pub(crate) fn of(page: u32, words: &PageWords) -> Self {
        let view = |word: &pdf::Word| WordView {
            text: word.text.clone(),
            x: rounded(word.left, 1e5),
            y: rounded(word.top, 1e5),
            width: rounded(word.width, 1e5),
            height: rounded(word.height, 1e5),
        };
        Self { page, words: words.words.iter().map(view).collect(), complete: words.complete }
    }

    /// A page whose words cannot be told.
    pub(crate) fn unread(page: u32) -> Self {
        Self { page, words: Vec::new(), complete: false }
    }
}

impl Note {
    /// A note that holds for every page.
    pub(crate) const fn of_document(reason: Reason) -> Self {
        Self { page: None, reason }
    }

    pub(crate) fn to_json(self) -> Vec<u8> {
        // Numbers and words: there is nothing that could fail.
        serde_json::to_vec(&self).unwrap_or_default()
    }

    /// Reads a note; none in a form of another release.
    pub(crate) fn from_json(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

/// No more digits than anyone can see.
fn rounded(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_as_it_was_written() {
        for note in [Note::of_document(Reason::TooLarge), Note { page: Some(3), reason: Reason::PageBlank }] {
            assert_eq!(Note::from_json(&note.to_json()), Some(note));
            let text = String::from_utf8_lossy(&note.to_json()).into_owned();
            assert!(text.contains(note.reason.code()), "{text}");
        }
        assert_eq!(Note::from_json(b"{}"), None);
    }
}
