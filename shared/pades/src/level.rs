//! The PAdES baseline levels.

use std::{fmt, str::FromStr};

/// A baseline level of EN 319 142-1, each holding what the one before holds.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// The signature with its signing certificate.
    BB,
    /// And a time-stamp over the signature.
    BT,
    /// And certificates and revocation data in the document.
    BLT,
    /// And a time-stamp over the whole document, which can be renewed.
    BLTA,
}

impl Level {
    /// The level as the standard spells it, for example `B-LTA`.
    #[must_use]
    pub fn standard_name(self) -> &'static str {
        match self {
            Self::BB => "B-B",
            Self::BT => "B-T",
            Self::BLT => "B-LT",
            Self::BLTA => "B-LTA",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.standard_name())
    }
}

/// The text is none of `B-B`, `B-T`, `B-LT` and `B-LTA`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the level is not one of B-B, B-T, B-LT and B-LTA")]
pub struct UnknownLevel;

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        [Self::BB, Self::BT, Self::BLT, Self::BLTA]
            .into_iter()
            .find(|level| level.standard_name() == text)
            .ok_or(UnknownLevel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_as_they_are_written_and_grow() {
        let levels = [Level::BB, Level::BT, Level::BLT, Level::BLTA];
        for level in levels {
            assert_eq!(level.to_string().parse(), Ok(level));
        }
        assert!(levels.is_sorted());
        assert_eq!("b-b".parse::<Level>(), Err(UnknownLevel));
    }
}
