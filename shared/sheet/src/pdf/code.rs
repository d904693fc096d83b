//! A QR code, drawn as squares.

use krilla::geom::{PathBuilder, Rect};
use krilla::surface::Surface;
use krilla::tagging::{ContentTag, Identifier};
use qrcode::{Color, EcLevel, QrCode};

use super::{Code, fill, layout};
use crate::Unwritten;

/// Draws it into the upper right corner.
///
/// # Errors
///
/// [`Unwritten::Code`] when the text is too long for one.
pub(super) fn draw(surface: &mut Surface<'_>, code: &Code<'_>) -> Result<Identifier, Unwritten> {
    let matrix = QrCode::with_error_correction_level(code.text, EcLevel::M).map_err(|_| Unwritten::Code)?;
    let modules = u16::try_from(matrix.width()).map_err(|_| Unwritten::Code)?;
    let module = SIDE / f32::from(modules);
    let (left, top) = (layout::PAGE_WIDTH - layout::MARGIN - SIDE, layout::MARGIN);
    let identifier = surface.start_tagged(ContentTag::Other);
    fill(surface, (0, 0, 0));
    let mut path = PathBuilder::new();
    for row in 0..modules {
        for column in 0..modules {
            if matrix[(usize::from(column), usize::from(row))] == Color::Dark {
                let (x, y) = (left + f32::from(column) * module, top + f32::from(row) * module);
                if let Some(square) = Rect::from_xywh(x, y, module, module) {
                    path.push_rect(square);
                }
            }
        }
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
    surface.end_tagged();
    Ok(identifier)
}

/// How wide and high it is, in points: an address of 60 letters has modules of three quarters of a millimetre.
pub(super) const SIDE: f32 = 74.0;
/// What stays free beside it.
pub(super) const GAP: f32 = 14.0;
