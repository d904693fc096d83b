//! Things that must be looked at later, stored with the move that made them necessary.

use crate::Timestamp;

/// One thing to look at, not before `at`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Due {
    /// What to look at.
    pub what: DueKind,
    /// Not before this instant.
    pub at: Timestamp,
}

/// What there is to look at. Messages are due in their own items.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum DueKind {
    /// A chain that was fixed, to be copied and logged. [`DueKind::SWEPT`] leaves it to whoever does that.
    Archive,
    /// The request's deadline.
    Expiry,
    /// A document that should have arrived.
    Intake,
    /// A custody chain in which readings stand that no copy has, to be copied like what was fixed.
    Reading,
    /// Signatories who should be reminded.
    Reminder,
    /// A seal that should have been made, or documents that should have moved to their last place.
    Seal,
}

impl DueKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Archive, Self::Expiry, Self::Intake, Self::Reading, Self::Reminder, Self::Seal];
    /// The kinds that ask for a copy.
    pub const COPIED: [Self; 2] = [Self::Archive, Self::Reading];
    /// The kinds that the sweep of every minute looks at.
    pub const SWEPT: [Self; 4] = [Self::Expiry, Self::Intake, Self::Reminder, Self::Seal];

    /// Its word in keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Expiry => "expiry",
            Self::Intake => "intake",
            Self::Reading => "reading",
            Self::Reminder => "reminder",
            Self::Seal => "seal",
        }
    }
}
