//! Text strings (ISO 32000-1 section 7.9.2).

use crate::write;

/// What `PDFDocEncoding` has at 0x80 to 0x9F (ISO 32000-1 annex D.2).
const DOC_ENCODING: [char; 32] = [
    '•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '−', '‰', '„', '“', '”', '‘', '’', '‚', '™', 'ﬁ', 'ﬂ',
    'Ł', 'Œ', 'Š', 'Ÿ', 'Ž', 'ı', 'ł', 'œ', 'š', 'ž', '\u{FFFD}',
];

/// Decodes a text string: UTF-16 or UTF-8 with a byte order mark, else `PDFDocEncoding`.
pub(crate) fn decode(bytes: &[u8]) -> String {
    let utf16 = |bytes: &[u8], join: fn([u8; 2]) -> u16| -> String {
        let (units, _) = bytes.as_chunks::<2>();
        let units = units.iter().map(|unit| join(*unit));
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes {
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes.iter().map(|byte| doc_character(*byte)).collect(),
    }
}

fn doc_character(byte: u8) -> char {
    match byte {
        0x80..=0x9F => {
            DOC_ENCODING.get(usize::from(byte - 0x80)).copied().unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        0xA0 => '€',
        _ => char::from(byte),
    }
}

/// Encodes a text string: ASCII as it is, all else as UTF-16 with a byte order mark.
pub(crate) fn encode(text: &str) -> Vec<u8> {
    if text.is_ascii() {
        return text.as_bytes().to_vec();
    }
    [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect()
}

/// Encodes text by `PDFDocEncoding`, or `None` when it has a character that is not in it.
pub(crate) fn encode_doc(text: &str) -> Option<Vec<u8>> {
    let byte = |character: char| (0..=255).find(|byte| *byte != 0x9F && doc_character(*byte) == character);
    text.chars().map(byte).collect()
}

/// A number as PDF writes it: at most four decimals, no exponent.
pub(crate) fn number(value: f64) -> String {
    let rounded = (value * 10_000.0).round() / 10_000.0;
    if rounded.is_finite() {
        format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
    } else {
        "0".to_owned()
    }
}

/// Numbers in a row.
pub(crate) fn numbers(values: &[f64]) -> String {
    values.iter().map(|value| number(*value)).collect::<Vec<_>>().join(" ")
}

/// Writes a string as it is, in hexadecimal or as a literal, whichever is plainer.
pub(crate) fn write_string(output: &mut Vec<u8>, bytes: &[u8]) {
    let plain = |byte: &u8| (b' '..=b'~').contains(byte) && !matches!(byte, b'(' | b')' | b'\\');
    if bytes.iter().all(plain) {
        output.push(b'(');
        output.extend_from_slice(bytes);
        output.push(b')');
        return;
    }
    output.push(b'<');
    output.extend(bytes.iter().flat_map(|byte| write::hex_digits(*byte)));
    output.push(b'>');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_strings_are_decoded_by_their_mark() {
        assert_eq!(decode(b"Caf\xe9 \x80\xa0"), "Café •€");
        assert_eq!(decode(b"\xFE\xFF\x03\xA9\xD8\x3D\xDE\x00"), "Ω😀");
        assert_eq!(decode(b"\xFF\xFE\xA9\x03"), "Ω");
        assert_eq!(decode("\u{FEFF}Ω".as_bytes()), "Ω");
        assert_eq!(decode(b"\xFE\xFF\xD8\x00"), "\u{FFFD}");
    }

    #[test]
    fn what_is_encoded_can_be_decoded() {
        for text in ["plain", "Zoë", "Ελένη", "Наталья", "😀", ""] {
            assert_eq!(decode(&encode(text)), text);
        }
    }

    #[test]
    fn numbers_have_no_exponent_and_no_negative_zero() {
        assert_eq!(numbers(&[0.1 + 0.2, -0.000_001, 1e7, 12.0, f64::NAN]), "0.3 0 10000000 12 0");
    }
}
