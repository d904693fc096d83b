//! What can be read on a page, word by word, and whether there is anything to be seen on it.

use super::{flow::Flow, flow::without_doubles, hit, text::PageText, text::TextReader};
use crate::{Document, PdfError};

/// The words of a page.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PageWords {
    /// In the order of the content, which is the order of reading in most files.
    pub words: Vec<Word>,
    /// Whether these are all of them: a part of the content may be unreadable, or there may be too many.
    pub complete: bool,
}

/// A word, and the box around it in parts of the displayed page.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Word {
    /// Its letters.
    pub text: String,
    /// From the left edge, 0 to 1.
    pub left: f64,
    /// From the upper edge, 0 to 1.
    pub top: f64,
    /// 0 to 1.
    pub width: f64,
    /// 0 to 1.
    pub height: f64,
}

/// The words that a page shows, found as [`crate::find_anchors`] finds text. None when there is no such page;
/// `index` counts from 0.
///
/// # Errors
///
/// [`PdfError`] when the page tree cannot be read, or a limit is reached.
pub fn page_words(document: &Document, index: usize) -> Result<Option<PageWords>, PdfError> {
    let (Some(page), Some(mut text)) = (document.page(index)?, read(document, index)?) else {
        return Ok(None);
    };
    without_doubles(&mut text);
    let flow = Flow::of_content(&text);
    let mut found = PageWords { words: Vec::new(), complete: !text.incomplete };
    let mut bytes = 0;
    let (across, down) = (page.displayed_width_points, page.displayed_height_points);
    for (start, end) in spans(&flow.text) {
        bytes += end - start;
        if found.words.len() >= MOST_WORDS || bytes > MOST_BYTES {
            found.complete = false;
            break;
        }
        let Some(hit) = hit(&flow, &text, &page, index, start, end) else { continue };
        let Some(letters) = flow.text.get(start..end) else { continue };
        let part = |from: f64, length: f64, whole: f64| {
            let (from, to) = ((from / whole).clamp(0.0, 1.0), ((from + length) / whole).clamp(0.0, 1.0));
            (from, to - from)
        };
        let (left, width) = part(hit.place.x_points, hit.width_points, across);
        let (top, height) = part(hit.place.y_points, hit.height_points, down);
        found.words.push(Word { text: letters.to_owned(), left, top, width, height });
    }
    Ok(Some(found))
}

/// Whether a page's content leaves something to be seen on white paper; also when a part of it cannot be read,
/// so that a blank picture of such a page is not taken for the page. `index` counts from 0.
///
/// What is drawn outside of the page, or covered, counts as well. Annotations do not.
///
/// # Errors
///
/// [`PdfError`] when the page tree cannot be read, or a limit is reached.
pub fn page_paints(document: &Document, index: usize) -> Result<bool, PdfError> {
    Ok(read(document, index)?.is_some_and(|text| text.paints || text.incomplete))
}

fn read(document: &Document, index: usize) -> Result<Option<PageText>, PdfError> {
    let number = document.page_list()?.numbers().nth(index);
    number.map(|number| TextReader::new(document).read(number)).transpose()
}

/// Where words begin and end.
fn spans(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    text.split([' ', '\n']).filter_map(move |word| {
        let start = at;
        at += word.len() + 1;
        (!word.is_empty()).then_some((start, start + word.len()))
    })
}

/// A page of small print has two thousand.
const MOST_WORDS: usize = 20_000;
const MOST_BYTES: usize = 1 << 20;
