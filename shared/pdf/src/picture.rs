//! Pictures of signatures: decoded, reduced to what is drawn, and encoded anew.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, Encoder, Limits, Transformations};

use crate::{SealError, object::ObjectId, stream::deflate, write::Update};

/// Size of a picture's file, in bytes.
const MOST_BYTES: usize = 200_000;
/// Pixels in a row, and rows. A signature pad of a large screen stays below.
const MOST_COLUMNS: u32 = 2_000;
const MOST_ROWS: u32 = 1_000;
/// Alpha from which a pixel counts as drawn, and the shade from which it counts as paper.
const VISIBLE: u8 = 8;
const PAPER: u8 = 248;

/// A decoded picture without its empty margins.
#[derive(Debug, PartialEq)]
pub(crate) struct Picture {
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    /// Red, green, blue and alpha of each pixel, row by row.
    pixels: Vec<[u8; 4]>,
}

/// Draws a PNG picture of a signature anew: its empty margins go, and so does everything in the file that is
/// not the picture.
///
/// # Errors
///
/// [`SealError::Mark`] for what is no PNG, takes over 200,000 bytes or 2,000 by 1,000 pixels, or shows nothing.
pub fn redraw(png: &[u8]) -> Result<Vec<u8>, SealError> {
    let picture = Picture::decode(png)?;
    let fault = |_| SealError::Mark { what: "the picture cannot be written anew" };
    let size = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
    let mut redrawn = Vec::new();
    let mut encoder = Encoder::new(&mut redrawn, size(picture.columns), size(picture.rows));
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(fault)?;
    writer.write_image_data(picture.pixels.as_flattened()).map_err(fault)?;
    writer.finish().map_err(fault)?;
    Ok(redrawn)
}

/// What the document allows a picture to use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Palette {
    /// Colours and transparency.
    Full,
    /// Shades of grey on white: what every part of PDF/A takes with any output intent.
    GreyOpaque,
}

impl Picture {
    /// Decodes a PNG.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, SealError> {
        let refuse = |what| SealError::Mark { what };
        if bytes.len() > MOST_BYTES {
            return Err(refuse("a picture of at most 200,000 bytes expected"));
        }
        let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: 32 << 20 });
        decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
        let mut reader = decoder.read_info().map_err(|_| refuse("a PNG picture expected"))?;
        let (width, height) = reader.info().size();
        if width > MOST_COLUMNS || height > MOST_ROWS {
            return Err(refuse("a picture of at most 2,000 by 1,000 pixels expected"));
        }
        let size = reader.output_buffer_size().ok_or(refuse("a PNG picture expected"))?;
        let mut samples = vec![0; size];
        let frame = reader.next_frame(&mut samples).map_err(|_| refuse("a whole PNG picture expected"))?;
        let samples = samples.get(..frame.buffer_size()).unwrap_or_default();
        let pixels: Vec<[u8; 4]> = match frame.color_type {
            ColorType::Grayscale => samples.iter().map(|grey| [*grey, *grey, *grey, 255]).collect(),
            ColorType::GrayscaleAlpha => {
                samples.as_chunks().0.iter().map(|[grey, alpha]| [*grey, *grey, *grey, *alpha]).collect()
            }
            ColorType::Rgb => {
                samples.as_chunks().0.iter().map(|[red, green, blue]| [*red, *green, *blue, 255]).collect()
            }
            ColorType::Rgba => samples.as_chunks().0.to_vec(),
            ColorType::Indexed => return Err(refuse("a PNG picture expected")),
        };
        let whole = Self { columns: width as usize, rows: height as usize, pixels };
        whole.trimmed().ok_or(refuse("nothing is drawn"))
    }

    /// The part that is drawn on.
    fn trimmed(&self) -> Option<Self> {
        let drawn = |pixel: &[u8; 4]| pixel[3] >= VISIBLE && pixel[..3].iter().any(|shade| *shade < PAPER);
        let mut bounds: Option<[usize; 4]> = None;
        for (row, pixels) in self.pixels.chunks(self.columns.max(1)).enumerate() {
            let Some(first) = pixels.iter().position(drawn) else { continue };
            let last = pixels.iter().rposition(drawn).unwrap_or(first);
            let [left, top, right, _] = bounds.unwrap_or([first, row, last, row]);
            bounds = Some([left.min(first), top, right.max(last), row]);
        }
        let [left, top, right, bottom] = bounds?;
        let rows = self.pixels.chunks(self.columns).skip(top).take(bottom - top + 1);
        let pixels = rows.flat_map(|row| row.get(left..=right).unwrap_or_default()).copied().collect();
        Some(Self { columns: right - left + 1, rows: bottom - top + 1, pixels })
    }

    /// Writes the picture as an image.
    pub(crate) fn embed(&self, palette: Palette, update: &mut Update<'_>) -> ObjectId {
        let opaque = palette == Palette::GreyOpaque || self.pixels.iter().all(|pixel| pixel[3] == 255);
        let mask = (!opaque).then(|| {
            let alpha: Vec<u8> = self.pixels.iter().map(|pixel| pixel[3]).collect();
            let id = update.allocate();
            update.put_stream(id, &self.entries("DeviceGray", ""), &deflate(&alpha));
            id
        });
        let grey = |pixel: &[u8; 4]| pixel[0] == pixel[1] && pixel[1] == pixel[2];
        let (space, samples) = if palette == Palette::GreyOpaque {
            ("DeviceGray", self.pixels.iter().copied().map(on_white).collect())
        } else if self.pixels.iter().all(grey) {
            ("DeviceGray", self.pixels.iter().map(|pixel| pixel[0]).collect())
        } else {
            (
                "DeviceRGB",
                self.pixels.iter().flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect::<Vec<u8>>(),
            )
        };
        let mask = mask.map(|mask| format!("/SMask {} 0 R", mask.number)).unwrap_or_default();
        let id = update.allocate();
        update.put_stream(id, &self.entries(space, &mask), &deflate(&samples));
        id
    }

    fn entries(&self, space: &str, further: &str) -> String {
        format!(
            "/Type/XObject/Subtype/Image/Width {}/Height {}/ColorSpace/{space}/BitsPerComponent 8{further}/Filter/FlateDecode",
            self.columns, self.rows
        )
    }
}

/// The luminance of a pixel on white paper (Rec. 601 weights, in 1/256).
fn on_white(pixel: [u8; 4]) -> u8 {
    let [red, green, blue, alpha] = pixel.map(u32::from);
    let shade = (red * 77 + green * 150 + blue * 29) >> 8;
    let blended = (shade * alpha + 255 * (255 - alpha)) / 255;
    u8::try_from(blended).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "tests"
    )]

    use super::*;

    fn png(width: u32, height: u32, color: ColorType, samples: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, width, height);
        encoder.set_color(color);
        encoder.set_depth(BitDepth::Eight);
        encoder.write_header().unwrap().write_image_data(samples).unwrap();
        bytes
    }

    #[test]
    fn empty_margins_are_dropped() {
        let mut samples = vec![255; 5 * 4 * 4];
        samples[(2 * 5 + 1) * 4..(2 * 5 + 3) * 4].copy_from_slice(&[10, 20, 30, 255, 0, 0, 0, 200]);
        let picture = Picture::decode(&png(5, 4, ColorType::Rgba, &samples)).unwrap();
        assert_eq!(picture, Picture { columns: 2, rows: 1, pixels: vec![[10, 20, 30, 255], [0, 0, 0, 200]] });
    }

    #[test]
    fn grey_and_opaque_pictures_are_read() {
        let grey = Picture::decode(&png(1, 1, ColorType::Grayscale, &[7])).unwrap();
        assert_eq!(grey.pixels, [[7, 7, 7, 255]]);
        let rgb = Picture::decode(&png(1, 1, ColorType::Rgb, &[1, 2, 3])).unwrap();
        assert_eq!(rgb.pixels, [[1, 2, 3, 255]]);
        let faint = Picture::decode(&png(1, 1, ColorType::GrayscaleAlpha, &[7, 100])).unwrap();
        assert_eq!(faint.pixels, [[7, 7, 7, 100]]);
        assert_eq!(on_white([0, 0, 0, 0]), 255);
        assert_eq!(on_white([0, 0, 0, 255]), 0);
    }

    #[test]
    fn bounds_hold_on_both_sides() {
        let wide = |width: u32, height: u32| {
            let mut samples = vec![255; (width * height) as usize];
            samples[0] = 0;
            Picture::decode(&png(width, height, ColorType::Grayscale, &samples))
        };
        assert!(wide(MOST_COLUMNS, 1).is_ok() && wide(1, MOST_ROWS).is_ok());
        assert!(wide(MOST_COLUMNS + 1, 1).is_err() && wide(1, MOST_ROWS + 1).is_err());
        let padded = |size: usize| {
            let mut bytes = png(1, 1, ColorType::Grayscale, &[0]);
            bytes.resize(size, 0);
            Picture::decode(&bytes)
        };
        assert!(padded(MOST_BYTES).is_ok() && padded(MOST_BYTES + 1).is_err());
    }

    #[test]
    fn a_picture_that_is_drawn_anew_holds_nothing_but_itself() {
        let mut sent = Vec::new();
        let mut encoder = Encoder::new(&mut sent, 2, 1);
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::Eight);
        encoder.add_text_chunk("Author".to_owned(), "Ada Lovelace".to_owned()).unwrap();
        let mut writer = encoder.write_header().unwrap();
        writer.write_chunk(png::chunk::ChunkType(*b"eXIf"), b"MM\0*GPS 51.5 N").unwrap();
        writer.write_image_data(&[0, 40]).unwrap();
        writer.finish().unwrap();
        sent.extend_from_slice(b"appended");
        let redrawn = redraw(&sent).unwrap();
        let (mut rest, mut kinds) = (&redrawn[8..], Vec::new());
        while let Some((head, tail)) = rest.split_at_checked(8) {
            let length = u32::from_be_bytes(head[..4].try_into().unwrap()) as usize;
            kinds.push(String::from_utf8_lossy(&head[4..]).into_owned());
            rest = &tail[length + 4..];
        }
        assert!(rest.is_empty());
        kinds.dedup();
        assert_eq!(kinds, ["IHDR", "IDAT", "IEND"]);
        assert_eq!(Picture::decode(&redrawn).unwrap(), Picture::decode(&sent).unwrap());
    }

    #[test]
    fn what_shows_nothing_or_is_no_picture_is_refused() {
        for bytes in [png(2, 2, ColorType::Grayscale, &[255; 4]), b"<svg/>".to_vec(), Vec::new()] {
            assert!(matches!(Picture::decode(&bytes), Err(SealError::Mark { .. })));
        }
        let whole = png(9, 9, ColorType::Grayscale, &[0; 81]);
        assert!(Picture::decode(&whole[..whole.len() - 20]).is_err());
    }
}
