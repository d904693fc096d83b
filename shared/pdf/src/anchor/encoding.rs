//! From the codes of a simple font to characters (ISO 32000-1 section 9.6.6).
//!
//! The tables and the list of glyph names are lopdf's.

use crate::{
    Document, PdfError,
    object::{Dictionary, Value},
};

/// A character for each code.
pub(super) type Characters = [Option<char>; 256];

/// What the `/Encoding` of a simple font says. An encoding built into a font program is not read: without
/// other words, codes are those of `StandardEncoding`.
pub(super) fn read(document: &Document, font: &Dictionary) -> Result<Characters, PdfError> {
    let encoding = document.value(font, "Encoding")?;
    let Value::Dictionary(encoding) = encoding else {
        return Ok(named(encoding.as_name().unwrap_or(b"StandardEncoding")));
    };
    let base = document.value(&encoding, "BaseEncoding")?;
    let mut characters = named(base.as_name().unwrap_or(b"StandardEncoding"));
    let differences = document.value(&encoding, "Differences")?;
    let mut code = 0_usize;
    for item in differences.as_array().unwrap_or_default() {
        match document.resolve(&item.value)?.value {
            Value::Integer(next) => code = usize::try_from(next).unwrap_or(usize::MAX),
            Value::Name(name) => {
                if let Some(character) = characters.get_mut(code) {
                    *character = glyph_character(&name);
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    Ok(characters)
}

/// The encoding of this name; the standard one for a name that is none.
pub(super) fn named(name: &[u8]) -> Characters {
    let mut characters = [None; 256];
    let font = lopdf::dictionary! { "Type" => "Font", "Encoding" => lopdf::Object::Name(name.to_vec()) };
    let document = lopdf::Document::new();
    if let Ok(lopdf::Encoding::OneByteEncoding(table)) = font.get_font_encoding(&document) {
        for (character, glyph) in characters.iter_mut().zip(table) {
            *character = glyph.and_then(|glyph| char::from_u32(u32::from(glyph.utf16_code_unit())));
        }
    } else if name != b"StandardEncoding" {
        return named(b"StandardEncoding");
    }
    characters
}

/// The character of a glyph name: of the Adobe Glyph List, or one that spells its code.
fn glyph_character(name: &[u8]) -> Option<char> {
    let name = name.split(|byte| *byte == b'.').next().filter(|name| !name.is_empty())?;
    let text = str::from_utf8(name).ok()?;
    let spelled = text.strip_prefix("uni").filter(|digits| digits.len() == 4);
    let spelled = spelled.or_else(|| text.strip_prefix('u').filter(|digits| (4..=6).contains(&digits.len())));
    if let Some(code) = spelled.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
        return char::from_u32(code);
    }
    let differences = vec![lopdf::Object::Integer(0), lopdf::Object::Name(name.to_vec())];
    let encoding = lopdf::dictionary! { "Differences" => differences };
    let font = lopdf::dictionary! { "Type" => "Font", "Encoding" => encoding };
    let document = lopdf::Document::new();
    let Ok(lopdf::Encoding::Differences(differences)) = font.get_font_encoding(&document) else {
        return None;
    };
    char::from_u32(u32::from(differences.map.get(&0)?.utf16_code_unit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_encodings_differ_where_they_do() {
        assert_eq!(named(b"WinAnsiEncoding").get(0x80), Some(&Some('€')));
        assert_eq!(named(b"MacRomanEncoding").get(0x80), Some(&Some('Ä')));
        assert_eq!(named(b"StandardEncoding").get(0xAE), Some(&Some('ﬁ')));
        assert_eq!(named(b"NoEncoding"), named(b"StandardEncoding"));
    }

    #[test]
    fn glyphs_are_known_by_name_or_by_spelled_code() {
        let of = |name: &str| glyph_character(name.as_bytes());
        assert_eq!((of("Aacute"), of("braceleft"), of("a.alt")), (Some('Á'), Some('{'), Some('a')));
        assert_eq!((of("uni0416"), of("u1F600")), (Some('Ж'), Some('😀')));
        assert_eq!((of("g17"), of(".notdef"), of("")), (None, None, None));
    }
}
