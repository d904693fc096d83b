//! Colours of a page, and whether text can be read on them.

/// A colour as a page writes it: `#` and six hexadecimal digits, kept as they were written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Color(String);

impl Color {
    /// Reads `#RRGGBB`; none for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let fits = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then(|| Self(text.to_owned()))
    }

    /// Black or white, whichever is easier to read on this colour, or to read this colour on. The ratio is
    /// 4.58:1 at least.
    #[must_use]
    pub fn counterpart(&self) -> Self {
        let (black, white) = (Self::black(), Self::white());
        if self.contrast(&black) > self.contrast(&white) { black } else { white }
    }

    /// Black.
    #[must_use]
    pub fn black() -> Self {
        Self("#000000".to_owned())
    }

    /// White.
    #[must_use]
    pub fn white() -> Self {
        Self("#ffffff".to_owned())
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How much lighter the lighter of two colours is, from 1 to 21 ([WCAG 2.2], contrast ratio).
    ///
    /// [WCAG 2.2]: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    #[must_use]
    pub fn contrast(&self, other: &Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Relative luminance (WCAG 2.2), from 0 to 1.
    fn luminance(&self) -> f64 {
        let channel = |at: usize| {
            let digits = self.0.get(at..at + 2).unwrap_or_default();
            let value = f64::from(u8::from_str_radix(digits, 16).unwrap_or_default()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }
}

/// What text of usual size needs to be read by people with moderately low vision (WCAG 2.2, 1.4.3).
pub const MIN_CONTRAST: f64 = 4.5;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_six_digits_are_a_colour() {
        for text in ["", "#fff", "ffffff", "#ffffff0", "#gggggg", "#ffffé", "red", " #ffffff", "#+12345"] {
            assert_eq!(Color::parse(text), None, "{text}");
        }
        assert_eq!(Color::parse("#aAbB09").unwrap().as_str(), "#aAbB09");
    }

    #[test]
    fn contrast_is_that_of_known_pairs() {
        let ratio = |one, two| Color::parse(one).unwrap().contrast(&Color::parse(two).unwrap());
        for (one, two, expected) in [
            ("#000000", "#ffffff", 21.0),
            ("#777777", "#ffffff", 4.478),
            ("#767676", "#FFFFFF", 4.542),
            ("#ff0000", "#ffffff", 3.998),
            ("#123456", "#123456", 1.0),
        ] {
            assert!((ratio(one, two) - expected).abs() < 0.001, "{one} {two}: {}", ratio(one, two));
            assert!((ratio(one, two) - ratio(two, one)).abs() < f64::EPSILON);
        }
    }

    proptest! {
        #[test]
        fn a_counterpart_can_be_read(rgb in 0_u32..0x0100_0000) {
            let color = Color::parse(&format!("#{rgb:06x}")).unwrap();
            prop_assert!(color.contrast(&color.counterpart()) >= MIN_CONTRAST);
        }
    }
}
