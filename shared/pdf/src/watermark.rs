//! A word across every page that says that a document is not in earnest.

use std::{collections::HashSet, fmt::Write};

use crate::{
    Document, PageInfo, PdfError,
    object::{Dictionary, ObjectId, Value},
    stream::deflate,
    text::numbers,
    write::Update,
};

/// A revision that writes TEST across every page, to be put behind the document's bytes.
///
/// The word is drawn above what the page shows, in lines, so that no font is needed and what is below can still
/// be read. Signatures that are there already see their pages changed.
///
/// # Errors
///
/// [`PdfError`] when a page cannot be read, or an object is used in two roles that both change.
pub fn test_watermark(document: &Document) -> Result<Vec<u8>, PdfError> {
    let mut update = Update::new(document)?;
    let before = update.allocate();
    update.put_stream(before, "", b"q\n");
    let mut seen = HashSet::new();
    for page in document.pages()? {
        // A page may stand at several places of the document.
        if seen.insert(page.object.number) {
            mark(document, &page, before, &mut update)?;
        }
    }
    Ok(update.finish()?.bytes)
}

fn mark(
    document: &Document,
    page: &PageInfo,
    before: ObjectId,
    update: &mut Update<'_>,
) -> Result<(), PdfError> {
    let object = document.object(page.object.number)?;
    let Some(dictionary) = object.dictionary() else { return Ok(()) };
    let after = update.allocate();
    update.put_stream(after, "/Filter/FlateDecode", &deflate(drawing(page).as_bytes()));
    let parts = [&[before][..], &contents(document, dictionary)?, &[after]].concat();
    let references: Vec<String> =
        parts.iter().map(|id| format!("{} {} R", id.number, id.generation)).collect();
    let array = format!("[{}]", references.join(" ")).into_bytes();
    let body = update.patch(&object, &[("Contents", array)]);
    update.put(object.id, body);
    Ok(())
}

/// The streams of a page's content. Streams are always objects of their own (ISO 32000-1 section 7.3.8.1).
fn contents(document: &Document, page: &Dictionary) -> Result<Vec<ObjectId>, PdfError> {
    let Some(contents) = page.get("Contents") else { return Ok(Vec::new()) };
    let resolved = document.resolve(contents)?;
    Ok(match &resolved.value {
        Value::Array(items) => items.iter().filter_map(|item| item.value.as_reference()).collect(),
        Value::Null => Vec::new(),
        _ => contents.as_reference().into_iter().collect(),
    })
}

/// The word, along the diagonal of what is displayed, as it is displayed.
fn drawing(page: &PageInfo) -> String {
    let area = page.crop_box;
    let turned = page.rotate % 180 == 90;
    let (width, height) = if turned { (area.height(), area.width()) } else { (area.width(), area.height()) };
    let angle = height.atan2(width) + f64::from(page.rotate).to_radians();
    let size = width.hypot(height) * SHARE_OF_DIAGONAL / WORD_WIDTH;
    let (sin, cos) = angle.sin_cos();
    let centre = (f64::midpoint(area.left, area.right), f64::midpoint(area.bottom, area.top));
    let (x, y) = (-WORD_WIDTH / 2.0 * size, -size / 2.0);
    let origin = (centre.0 + x * cos - y * sin, centre.1 + x * sin + y * cos);
    let matrix = [size * cos, size * sin, -size * sin, size * cos, origin.0, origin.1];
    let matrix = numbers(&matrix.map(|value| (value * 10_000.0).round() / 10_000.0));
    let mut content = format!("Q\nq {matrix} cm {PEN} w 0 J 0 j 0.8 G\n");
    for line in WORD {
        for (position, (x, y)) in line.iter().enumerate() {
            let operator = if position == 0 { "m" } else { "l" };
            // Writing to a text cannot fail.
            let _written = writeln!(content, "{} {operator}", numbers(&[*x, *y]));
        }
        content.push_str("S\n");
    }
    content.push_str("Q\n");
    content
}

/// The letters T, E, S, T as lines, one unit high and 0.6 wide, with gaps of 0.2.
const WORD: [&[(f64, f64)]; 7] = [
    &[(0.0, 1.0), (0.6, 1.0)],
    &[(0.3, 1.0), (0.3, 0.0)],
    &[(1.4, 1.0), (0.8, 1.0), (0.8, 0.0), (1.4, 0.0)],
    &[(0.8, 0.5), (1.25, 0.5)],
    &[(2.2, 1.0), (1.6, 1.0), (1.6, 0.5), (2.2, 0.5), (2.2, 0.0), (1.6, 0.0)],
    &[(2.4, 1.0), (3.0, 1.0)],
    &[(2.7, 1.0), (2.7, 0.0)],
];
const WORD_WIDTH: f64 = 3.0;
/// Of the diagonal of the page.
const SHARE_OF_DIAGONAL: f64 = 0.6;
/// Width of the lines, in heights of a letter.
const PEN: &str = "0.05";
