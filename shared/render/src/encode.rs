//! Pictures as files.

use pdf::Picture;
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};

/// A PNG without the transparency that a page on white paper has not, and without colours where there are
/// none.
///
/// # Errors
///
/// [`EncodingError`] for a picture whose pixels do not fill it.
pub fn encode_png(picture: &Picture) -> Result<Vec<u8>, EncodingError> {
    let pixels = picture.rgba.chunks_exact(4);
    let is_gray = pixels.clone().all(|pixel| matches!(pixel, [r, g, b, _] if r == g && g == b));
    let (color, samples): (_, Vec<u8>) = if is_gray {
        (ColorType::Grayscale, pixels.filter_map(|pixel| pixel.first().copied()).collect())
    } else {
        (ColorType::Rgb, pixels.flat_map(|pixel| pixel.iter().take(3).copied()).collect())
    };
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, picture.width, picture.height);
    encoder.set_color(color);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&samples)?;
    writer.finish()?;
    Ok(png)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn picture(pixels: &[[u8; 4]]) -> Picture {
        Picture { width: u32::try_from(pixels.len()).unwrap(), height: 1, rgba: pixels.concat() }
    }

    #[test]
    fn pictures_keep_colours_where_there_are_some() {
        for (pixels, color, samples) in [
            ([[255; 4], [7, 7, 7, 255]], ColorType::Grayscale, vec![255, 7]),
            ([[255; 4], [7, 8, 9, 255]], ColorType::Rgb, vec![255, 255, 255, 7, 8, 9]),
        ] {
            let png = encode_png(&picture(&pixels)).unwrap();
            let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
            let mut decoded = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut decoded).unwrap();
            assert_eq!((info.color_type, info.width, info.height), (color, 2, 1));
            assert_eq!(decoded, samples);
        }
    }
}
