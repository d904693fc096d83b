//! Draws a page, and decides whether its picture can be trusted.

use std::time::Duration;

use pdf::{Document, PageInfo};
use render::{Fault, Reason, Renderer, Scale, Undrawn};
use shared::edge::http::MAX_INLINE_BYTES;

use crate::Source;

/// The picture of a page from 1, as a PNG of this width; narrower where it would have too many pixels or
/// bytes, or take too long.
///
/// # Errors
///
/// [`Undrawn`].
pub fn draw(source: &Source, number: u32, width: u32) -> Result<Vec<u8>, Undrawn> {
    let index = usize::try_from(number.saturating_sub(1)).map_err(|_| Undrawn::NoPage)?;
    let document = Document::open(source.clone(), None, &pdf::Limits::default()).map_err(Undrawn::from)?;
    let page = pdf::page(&document, index).map_err(Undrawn::from)?.ok_or(Undrawn::NoPage)?;
    // A picture would show less than the viewers of others do.
    if pdf::page_leaves_to_viewers(&document, index).unwrap_or(true) {
        return Err(Undrawn::NotRendered(Reason::Annotation));
    }
    let renderer = Renderer::new(LIMITS);
    let mut width = fitting(width, &page);
    loop {
        let picture = match renderer.picture(source, source.size(), None, number, Scale::Width(width)) {
            Ok(picture) => picture,
            // That there is no large picture is no reason to give up on the page.
            Err(fault @ (Fault::Crashed | Fault::Late | Fault::TooLarge)) => match smaller(width) {
                Some(next) => {
                    width = next;
                    continue;
                }
                None => return Err(fault.into()),
            },
            Err(fault) => return Err(fault.into()),
        };
        if picture.is_blank() && pdf::page_paints(&document, index).unwrap_or(true) {
            return Err(Undrawn::NotRendered(Reason::PageBlank));
        }
        let png = render::encode_png(&picture).map_err(|error| Undrawn::Broken(Box::new(error)))?;
        let next = WIDTHS.into_iter().rev().find(|it| *it < width);
        match next {
            Some(next) if png.len() as u64 > MAX_INLINE_BYTES => width = next,
            _ => return Ok(png),
        }
    }
}

/// The width that pictures are made in for one that is asked for: the next larger one, or the largest.
pub(crate) fn snapped(asked: u32) -> u32 {
    WIDTHS.into_iter().find(|it| *it >= asked).unwrap_or(WIDEST)
}

/// What is tried where a picture of this width cannot be made; nothing below that of a phone.
fn smaller(width: u32) -> Option<u32> {
    [USUAL_WIDTH, 640].into_iter().find(|it| *it < width)
}

/// The width, or the largest smaller one at which the page has not too many pixels.
fn fitting(width: u32, page: &PageInfo) -> u32 {
    let shape = page.displayed_height_points / page.displayed_width_points;
    #[expect(clippy::cast_precision_loss, reason = "a limit needs no last digit")]
    let most = LIMITS.pixels as f64;
    let fits = |width: &u32| *width == NARROWEST || f64::from(*width).powi(2) * shape < most;
    WIDTHS.into_iter().rev().filter(|it| *it <= width).find(fits).unwrap_or(NARROWEST)
}

/// The widths of pictures: a phone, to 400 % on a large screen.
const WIDTHS: [u32; 7] = [NARROWEST, 640, 960, USUAL_WIDTH, 1920, 2560, WIDEST];
const NARROWEST: u32 = 320;
const WIDEST: u32 = 3840;
/// For those who do not say.
pub(crate) const USUAL_WIDTH: u32 = 1280;

const LIMITS: render::Limits = render::Limits {
    // Longer than nearly all pages of test suites take, and short enough to wait for.
    page_time: Duration::from_secs(5),
    total_time: Duration::from_secs(12),
    memory_bytes: 1024 << 20,
    // A page of A4 in the largest width has 21 million.
    pixels: 24 << 20,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_few() {
        for (asked, width) in [(1, 320), (320, 320), (321, 640), (1300, 1920), (3841, 3840), (u32::MAX, 3840)]
        {
            assert_eq!(snapped(asked), width, "{asked}");
        }
    }

    #[test]
    fn smaller_pictures_are_tried_until_there_is_none() {
        assert_eq!([3840, 1280, 960, 640, 320].map(smaller), [Some(1280), Some(640), Some(640), None, None]);
    }
}
