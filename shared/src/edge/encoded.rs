//! Files inside JSON.

use base64::Engine as _;
use base64::alphabet::{STANDARD as STANDARD_ALPHABET, URL_SAFE as URL_ALPHABET};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Reads base64 of either alphabet, with or without padding. Data URLs and line breaks are what people
/// paste, so both are read over.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let text = match text.strip_prefix("data:") {
        Some(url) => url.split_once(";base64,")?.1,
        None => text,
    };
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(&compact).or_else(|_| URL_SAFE.decode(&compact)).ok()
}

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&STANDARD_ALPHABET, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&URL_ALPHABET, LENIENT);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_as_people_paste_it() {
        for text in ["+/8=", "+/8", "-_8", " +/\r\n8= ", "data:application/pdf;base64,+/8="] {
            assert_eq!(decode(text).as_deref(), Some([0xfb, 0xff].as_slice()), "{text}");
        }
        for text in ["%", "+_8=", "data:text/plain,+/8="] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
