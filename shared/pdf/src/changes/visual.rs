//! Pictures of pages as signed, against pages as they are: a second opinion that knows nothing of the rules.

use std::{collections::BTreeSet, sync::Arc};

use super::Change;
use crate::{Document, PageInfo, PdfError, ReadAt, Rect, SignatureFound};

/// Resolution of the pictures, in dots per inch.
const DPI: u32 = 72;
/// Documents of up to so many pages are compared as a whole, others on the pages that changes name.
const WHOLE_PAGES: usize = 12;
/// Pages compared at most. The rest is reported as not compared.
const MOST_PAGES: usize = 100;
/// Difference of a colour from which on two pixels differ, of 255: less is rounding of the same edge.
const TOLERANCE: u8 = 16;
/// Pixels around an explained area that may differ with it: lines and smoothed edges.
const EDGE: f64 = 2.0;

/// Draws pages. Implemented by the caller, who limits its time and memory.
pub trait PageRenderer: Sync {
    /// Draws a page of the document that the first `size` bytes of the source are.
    ///
    /// `page` counts from 1. The picture shows the crop box, rotated as readers show it, annotations and form
    /// fields included, on white.
    ///
    /// # Errors
    ///
    /// [`RenderFault`] when the page cannot be drawn within the caller's limits.
    fn render(
        &self,
        source: &Arc<dyn ReadAt>,
        size: u64,
        password: Option<&[u8]>,
        page: u32,
        dpi: u32,
    ) -> Result<Picture, RenderFault>;
}

/// A picture of a page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Picture {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Four bytes a pixel, row by row from the top left.
    pub rgba: Vec<u8>,
}

impl Picture {
    /// Whether every pixel is white.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.rgba.chunks_exact(4).all(|pixel| pixel == [255; 4])
    }
}

/// Why a page could not be drawn.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderFault {
    /// The renderer gave up on the page.
    #[error("the page cannot be drawn: {what}")]
    Failed {
        /// What it said.
        what: String,
    },
    /// The page takes more time or memory than the caller allows.
    #[error("the page takes more than the limits allow to be drawn")]
    Limit,
}

/// What the pictures of a page tell.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VisualChange {
    /// The page, from 1.
    pub page: u32,
    /// What is different.
    pub kind: VisualKind,
}

/// What is different between two pictures of a page.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum VisualKind {
    /// Pixels differ where no allowed change explains it.
    Looks {
        /// Around all of them, in the page's own coordinates.
        area: Rect,
        /// How many.
        pixels: u64,
    },
    /// Not compared: the document has too many changed pages.
    NotCompared,
    /// Not compared: one of the pictures could not be drawn.
    NotRendered(RenderFault),
    /// The page was added or removed.
    Presence,
    /// The page has another size.
    Size,
}

impl VisualChange {
    /// The difference in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let what = match &self.kind {
            VisualKind::Looks { area, .. } => format!(
                "the page looks different than when it was signed, around {:.0}, {:.0} pt",
                area.left, area.bottom
            ),
            VisualKind::NotCompared => "the page was not compared with the signed one".to_owned(),
            VisualKind::NotRendered(fault) => {
                format!("the page was not compared with the signed one: {fault}")
            }
            VisualKind::Presence => "the page was added or removed".to_owned(),
            VisualKind::Size => "the page has another size than when it was signed".to_owned(),
        };
        format!("page {}: {what}", self.page)
    }
}

/// Compares pictures of the pages as `signature` signed them with pictures of the pages as they are.
///
/// `changes` are those since the signature: where an allowed one says that it shows, the pages may differ. Compared
/// are the pages that changes name, and in short documents all of them. Nothing changed gives nothing to compare.
///
/// # Errors
///
/// [`PdfError`] when the pages of one of the two cannot be listed.
pub fn visual_changes(
    document: &Document,
    signature: &SignatureFound,
    changes: &[Change],
    renderer: &dyn PageRenderer,
    password: Option<&[u8]>,
) -> Result<Vec<VisualChange>, PdfError> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let signed = document.view(signature.revision, signature.revision_end)?;
    let (before, after) = (signed.page_list()?.len(), document.page_list()?.len());
    let mut found: Vec<VisualChange> = (before.min(after)..before.max(after))
        .take(MOST_PAGES)
        .map(|page| VisualChange { page: number(page), kind: VisualKind::Presence })
        .collect();
    let named = changes.iter().filter_map(|change| usize::try_from(change.page?.checked_sub(1)?).ok());
    let mut pages: BTreeSet<usize> = named.collect();
    if before.max(after) <= WHOLE_PAGES {
        pages.extend(0..before);
    }
    for (count, page) in pages.into_iter().filter(|page| *page < before.min(after)).enumerate() {
        if count >= MOST_PAGES {
            found.push(VisualChange { page: number(page), kind: VisualKind::NotCompared });
            continue;
        }
        let Some(info) = signed.page(page)? else { continue };
        let masked: Vec<Rect> = changes
            .iter()
            .filter(|change| change.allowed && change.page == Some(number(page)))
            .filter_map(|change| change.area)
            .collect();
        let draw = |size: u64| renderer.render(document.source(), size, password, number(page), DPI);
        let kind = match draw(signature.revision_end).and_then(|before| Ok((before, draw(document.size())?)))
        {
            Err(fault) => Some(VisualKind::NotRendered(fault)),
            Ok((before, after)) => compare(&before, &after, &info, &masked),
        };
        found.extend(kind.map(|kind| VisualChange { page: number(page), kind }));
    }
    Ok(found)
}

fn number(page: usize) -> u32 {
    u32::try_from(page).unwrap_or(u32::MAX).saturating_add(1)
}

/// A part of a picture in pixels: left, top, right and bottom.
type Pixels = [f64; 4];

fn compare(before: &Picture, after: &Picture, page: &PageInfo, masked: &[Rect]) -> Option<VisualKind> {
    if (before.width, before.height) != (after.width, after.height) || before.rgba.len() != after.rgba.len() {
        return Some(VisualKind::Size);
    }
    let scale = f64::from(DPI) / 72.0;
    let masked: Vec<Pixels> = masked
        .iter()
        .map(|area| {
            let (x0, y0) = page.displayed_point(area.left, area.bottom);
            let (x1, y1) = page.displayed_point(area.right, area.top);
            [x0.min(x1) - EDGE, y0.min(y1) - EDGE, x0.max(x1) + EDGE, y0.max(y1) + EDGE].map(|at| at * scale)
        })
        .collect();
    let mut bounds: Option<Pixels> = None;
    let mut pixels = 0;
    let width = usize::try_from(before.width).unwrap_or(usize::MAX).max(1);
    for (index, (left, right)) in
        before.rgba.as_chunks::<4>().0.iter().zip(after.rgba.as_chunks::<4>().0).enumerate()
    {
        if left == right || !left.iter().zip(right).any(|(left, right)| left.abs_diff(*right) > TOLERANCE) {
            continue;
        }
        #[expect(clippy::cast_precision_loss, reason = "pictures have far less than 2^52 pixels")]
        let (x, y) = ((index % width) as f64, (index / width) as f64);
        let explained = masked.iter().any(|[x0, y0, x1, y1]| x >= *x0 && x <= *x1 && y >= *y0 && y <= *y1);
        if !explained {
            pixels += 1;
            let [x0, y0, x1, y1] = bounds.unwrap_or([x, y, x, y]);
            bounds = Some([x0.min(x), y0.min(y), x1.max(x + 1.0), y1.max(y + 1.0)]);
        }
    }
    let [x0, y0, x1, y1] = bounds?.map(|at| at / scale / page.user_unit);
    let (ax, ay) = page.user_space(x0, y0);
    let (bx, by) = page.user_space(x1, y1);
    Some(VisualKind::Looks { area: Rect::from_corners(ax, ay, bx, by), pixels })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use crate::ObjectId;

    fn page() -> PageInfo {
        let media = Rect::from_corners(0.0, 0.0, 100.0, 50.0);
        PageInfo::new(ObjectId::default(), media, media, 0, 1.0)
    }

    fn picture(black: &[(usize, usize)]) -> Picture {
        let mut rgba = vec![255; 100 * 50 * 4];
        for (x, y) in black {
            rgba[(y * 100 + x) * 4] = 0;
        }
        Picture { width: 100, height: 50, rgba }
    }

    #[test]
    fn pixels_outside_of_explained_areas_are_found() {
        let area = Rect::from_corners(8.0, 38.0, 12.0, 42.0);
        let explained = compare(&picture(&[]), &picture(&[(10, 10)]), &page(), &[area]);
        assert_eq!(explained, None);
        let found = compare(&picture(&[]), &picture(&[(10, 10), (50, 20)]), &page(), &[area]);
        let area = Rect::from_corners(50.0, 29.0, 51.0, 30.0);
        assert_eq!(found, Some(VisualKind::Looks { area, pixels: 1 }));
    }

    #[test]
    fn pictures_of_different_sizes_are_not_compared() {
        let small = Picture { width: 1, height: 1, rgba: vec![255; 4] };
        assert_eq!(compare(&picture(&[]), &small, &page(), &[]), Some(VisualKind::Size));
    }
}
