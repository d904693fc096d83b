//! QR codes, of a link to a vCard or a page.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

use crate::refusal::Reason;
use crate::value::Link;

/// The modules of a code: dark or light, with the quiet zone that ISO/IEC 18004 asks for around them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Qr {
    side: usize,
    dark: Vec<bool>,
}

impl Qr {
    /// The code of a link, at level M: a sixth of it may be covered.
    ///
    /// # Errors
    ///
    /// [`Reason::Link`], when the link is too long to be read from a small picture.
    pub fn of(link: &Link) -> Result<Self, Reason> {
        let too_long = Reason::Link { why: "too long for a QR code" };
        if link.as_str().len() > MAX_LINK_BYTES {
            return Err(too_long);
        }
        let code = QrCode::with_error_correction_level(link.as_str(), EcLevel::M).map_err(|_| too_long)?;
        let inner = code.width();
        let side = inner + 2 * QUIET_MODULES;
        let mut dark = vec![false; side * side];
        for (index, color) in code.to_colors().into_iter().enumerate() {
            let (row, column) = (index / inner + QUIET_MODULES, index % inner + QUIET_MODULES);
            if let Some(module) = dark.get_mut(row * side + column) {
                *module = color == Color::Dark;
            }
        }
        Ok(Self { side, dark })
    }

    /// Modules on each side, the quiet zone included.
    #[must_use]
    pub const fn side(&self) -> usize {
        self.side
    }

    /// Whether a module is dark, from the upper left.
    #[must_use]
    pub fn is_dark(&self, column: usize, row: usize) -> bool {
        column < self.side && self.dark.get(row * self.side + column).copied().unwrap_or(false)
    }

    /// As SVG: one path of black runs on white.
    #[must_use]
    pub fn svg(&self) -> String {
        let side = self.side;
        let mut path = String::with_capacity(4096);
        for row in 0..side {
            let mut column = 0;
            while column < side {
                let run = (column..side).take_while(|it| self.is_dark(*it, row)).count();
                if run > 0 {
                    // Writing to a string does not fail.
                    let _written = write!(path, "M{column} {row}h{run}v1h-{run}z");
                }
                column += run.max(1);
            }
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
             shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/>\
             <path d=\"{path}\"/></svg>"
        )
    }

    /// As PNG, of so many pixels a module (1 to 32): mail programs show no SVG.
    ///
    /// # Errors
    ///
    /// [`png::EncodingError`]: none that a picture in memory meets.
    pub fn png(&self, module_pixels: usize) -> Result<Vec<u8>, png::EncodingError> {
        let scale = module_pixels.clamp(1, 32);
        let pixels = self.side * scale;
        let mut rows = Vec::with_capacity(pixels * pixels.div_ceil(8));
        for row in 0..self.side {
            let mut line = vec![0_u8; pixels.div_ceil(8)];
            for x in 0..pixels {
                if let Some(byte) = line.get_mut(x / 8) {
                    *byte |= u8::from(!self.is_dark(x / scale, row)) << (7 - x % 8);
                }
            }
            for _ in 0..scale {
                rows.extend_from_slice(&line);
            }
        }
        let (mut file, side) = (Vec::new(), u32::try_from(pixels).unwrap_or(u32::MAX));
        let mut encoder = png::Encoder::new(&mut file, side, side);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        encoder.write_header()?.write_image_data(&rows)?;
        Ok(file)
    }
}

/// The quiet zone (ISO/IEC 18004): narrower ones are not found by some readers.
const QUIET_MODULES: usize = 4;
/// Version 18 at level M: 89 modules a side, about a millimetre each on a business card.
const MAX_LINK_BYTES: usize = 400;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn qr() -> Qr {
        Qr::of(&Link::parse("https://sign.example/v/6564a1b2c3d4e5f607182930").unwrap()).unwrap()
    }

    /// The upper left finder: seven modules, a light ring, and a square of three (ISO/IEC 18004).
    fn has_finder(is_dark: impl Fn(usize, usize) -> bool, left: usize, top: usize) -> bool {
        (0..7).all(|y| {
            (0..7).all(|x: usize| {
                let ring = x.abs_diff(3).max(usize::abs_diff(y, 3));
                is_dark(left + x, top + y) == (ring != 2)
            })
        })
    }

    #[test]
    fn a_code_has_its_finders_and_its_quiet_zone() {
        let qr = qr();
        let far = qr.side() - 4 - 7;
        assert!(has_finder(|x, y| qr.is_dark(x, y), 4, 4));
        assert!(has_finder(|x, y| qr.is_dark(x, y), far, 4));
        assert!(has_finder(|x, y| qr.is_dark(x, y), 4, far));
        for at in 0..qr.side() {
            assert!((0..4).all(|edge| !qr.is_dark(at, edge) && !qr.is_dark(edge, at)));
        }
    }

    #[test]
    fn pictures_show_the_same_modules() {
        let qr = qr();
        let file = qr.png(3).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(info.width as usize, qr.side() * 3);
        let stride = info.line_size;
        for y in 0..qr.side() * 3 {
            for x in 0..qr.side() * 3 {
                let is_light = pixels[y * stride + x / 8] >> (7 - x % 8) & 1 == 1;
                assert_eq!(is_light, !qr.is_dark(x / 3, y / 3), "{x} {y}");
            }
        }
        let svg = qr.svg();
        let mut drawn = vec![false; qr.side() * qr.side()];
        for run in svg.rsplit_once("d=\"").unwrap().1.split('M').skip(1) {
            let (at, rest) = run.split_once('h').unwrap();
            let (x, y) = at.split_once(' ').unwrap();
            let count: usize = rest.split_once('v').unwrap().0.parse().unwrap();
            let start = y.parse::<usize>().unwrap() * qr.side() + x.parse::<usize>().unwrap();
            drawn[start..start + count].fill(true);
        }
        assert_eq!(drawn, qr.dark);
    }

    #[test]
    fn a_long_link_has_no_code() {
        let long = format!("https://example.com/{}", "a".repeat(400));
        assert!(Qr::of(&Link::parse(&long).unwrap()).is_err());
    }
}
