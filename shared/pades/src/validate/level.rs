//! Which baseline level a signature reaches (EN 319 142-1 clause 6, EN 319 122-1 clause 6).

use crate::Level;

/// The highest level that is reached without a gap. Each step counts only as far as it is intact:
///
/// - the shape of a baseline signature,
/// - a time-stamp over it,
/// - certificates and revocation data of its whole chain beside it,
/// - a time-stamp over those.
pub(crate) fn highest_level(steps: [bool; 4]) -> Option<Level> {
    let levels = [Level::BB, Level::BT, Level::BLT, Level::BLTA];
    levels.into_iter().zip(steps).take_while(|(_, reached)| *reached).map(|(level, _)| level).last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_needs_all_below_it() {
        let cases = [
            ([false, true, true, true], None),
            ([true, false, true, true], Some(Level::BB)),
            ([true, true, false, true], Some(Level::BT)),
            ([true, true, true, false], Some(Level::BLT)),
            ([true, true, true, true], Some(Level::BLTA)),
        ];
        for (steps, expected) in cases {
            assert_eq!(highest_level(steps), expected, "{steps:?}");
        }
    }
}
