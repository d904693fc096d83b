//! The colours of a brand, so that they can be read where mails are read: on white, and on the dark pages of
//! mail programs at night.

use domain::value::{Color, MIN_CONTRAST};

/// The page of a mail program at night: what Apple Mail and Outlook paint, within a shade.
const DARK_PAGE: &str = "#1e1e1e";

/// More than large text needs (3, WCAG 2.2, 1.4.3), and nearly all that a colour of 4.5 on white can have: no
/// colour has 4.5 on both, and 4.08 on each is the most there is. White pages come first.
const MIN_DARK_CONTRAST: f64 = 3.5;

/// A grey of 4.6:1 on white and 3.6:1 on [`DARK_PAGE`].
pub(crate) const QUIET: &str = "#747576";

/// Whether text of this colour, on no surface of its own, can be read at day and at night.
pub(crate) fn can_be_read(color: &Color) -> bool {
    by_day(color) && by_night(color)
}

fn by_day(color: &Color) -> bool {
    color.contrast(&Color::white()) >= MIN_CONTRAST
}

fn by_night(color: &Color) -> bool {
    Color::parse(DARK_PAGE).is_some_and(|dark| color.contrast(&dark) >= MIN_DARK_CONTRAST)
}

/// The colour, as little darker or lighter as makes it readable at day and at night.
pub(crate) fn readable(color: &Color) -> Color {
    let target = if !by_day(color) {
        0
    } else if !by_night(color) {
        255
    } else {
        return color.clone();
    };
    let mixed = (1..=STEPS).map(|step| mix(color, target, step));
    let found = mixed.into_iter().find(can_be_read);
    found.or_else(|| Color::parse(QUIET)).unwrap_or_else(Color::black)
}

/// So many [`STEPS`] of the way from a colour to black (0) or white (255).
fn mix(color: &Color, target: u32, step: u32) -> Color {
    let channel = |at: usize| {
        let digits = color.as_str().get(at..at + 2).unwrap_or_default();
        let value = u32::from_str_radix(digits, 16).unwrap_or_default();
        (value * (STEPS - step) + target * step) / STEPS
    };
    let text = format!("#{:02x}{:02x}{:02x}", channel(1), channel(3), channel(5));
    Color::parse(&text).unwrap_or_else(Color::black)
}

const STEPS: u32 = 128;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_can_be_read_stays_as_it_is() {
        assert!(can_be_read(&Color::parse(QUIET).unwrap()));
        let red = Color::parse("#de2c2c").unwrap();
        assert!(can_be_read(&red));
        assert_eq!(readable(&red), red);
    }

    proptest! {
        #[test]
        fn every_colour_has_a_readable_neighbour(rgb in 0_u32..0x0100_0000) {
            let color = readable(&Color::parse(&format!("#{rgb:06x}")).unwrap());
            prop_assert!(can_be_read(&color), "{}", color.as_str());
        }
    }
}
