//! How long what is known of a request is kept: its documents, and its evidence.

use std::ops::RangeInclusive;

use super::Facts;
use crate::policy::{EVIDENCE_EXTRA, MAX_REQUEST_YEARS, SHORTEST_LOCK};
use crate::{Refusal, Timestamp};

/// How long documents and evidence of a request are kept once it has ended. Fixed when the request is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Retention {
    document_months: u8,
    evidence_years: u8,
}

impl Default for Retention {
    /// What holds for a tenant that said nothing.
    fn default() -> Self {
        Self { document_months: *DOCUMENT_MONTHS.end(), evidence_years: *EVIDENCE_YEARS.start() }
    }
}

impl Retention {
    /// Documents for so many calendar months, evidence for so many calendar years.
    ///
    /// # Errors
    ///
    /// [`Refusal::RetentionOutOfBounds`] unless they are within [`DOCUMENT_MONTHS`] and [`EVIDENCE_YEARS`].
    pub fn new(document_months: u8, evidence_years: u8) -> Result<Self, Refusal> {
        if !DOCUMENT_MONTHS.contains(&document_months) {
            return Err(Refusal::RetentionOutOfBounds { member: "documentMonths" });
        }
        if !EVIDENCE_YEARS.contains(&evidence_years) {
            return Err(Refusal::RetentionOutOfBounds { member: "evidenceYears" });
        }
        Ok(Self { document_months, evidence_years })
    }

    /// Calendar months for which documents are given out after the end.
    #[must_use]
    pub const fn document_months(self) -> u8 {
        self.document_months
    }

    /// Calendar years for which evidence is kept after the end.
    #[must_use]
    pub const fn evidence_years(self) -> u8 {
        self.evidence_years
    }

    /// Where documents of a request that has ended lie.
    #[must_use]
    pub const fn shelf(self) -> Shelf {
        Shelf::Months(self.document_months)
    }
}

/// Where documents of a request that has ended lie.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shelf {
    /// Until a legal hold is released.
    Held,
    /// For so many calendar months after the end.
    Months(u8),
}

impl Facts {
    /// From when on its documents are not given out any more, unless they are held; none while it has not ended.
    #[must_use]
    pub fn documents_until(&self) -> Option<Timestamp> {
        self.closed_at.map(|closed| closed.plus_months(i16::from(self.retention.document_months)))
    }

    /// Until when its evidence must be kept; none while it has not ended.
    #[must_use]
    pub fn evidence_until(&self) -> Option<Timestamp> {
        self.closed_at.map(|closed| closed.plus_years(i16::from(self.retention.evidence_years)))
    }

    /// Until when a copy of its evidence that is written now is locked: as long as the evidence is kept, and a day at
    /// least. What happens in custody after that is kept as long as everything else is, and no lock ends in the past.
    #[must_use]
    pub fn locked_until(&self, now: Timestamp) -> Timestamp {
        let years = i16::from(self.retention.evidence_years);
        let until = self.evidence_until().unwrap_or_else(|| now.plus_years(years));
        until.max(now.plus(SHORTEST_LOCK))
    }

    /// When all evidence of this request is purged: after the years for which it is kept, counted from the latest
    /// instant at which it can end.
    #[must_use]
    pub fn purge_at(&self) -> Timestamp {
        let years = MAX_REQUEST_YEARS.saturating_add(i16::from(self.retention.evidence_years));
        self.created_at.plus_years(years).plus(EVIDENCE_EXTRA)
    }

    /// Whether a legal hold keeps its documents: it was placed while they were given out.
    #[must_use]
    pub fn holds_documents(&self) -> bool {
        let Some(held_at) = self.held_at else { return false };
        self.deleted_at.is_none() && self.documents_until().is_none_or(|until| held_at < until)
    }

    /// Whether its documents are not given out any more: they were deleted, or their time is over and nothing holds
    /// them.
    #[must_use]
    pub fn documents_are_over(&self, now: Timestamp) -> bool {
        self.deleted_at.is_some() || (self.is_past(now) && !self.holds_documents())
    }

    /// Where its documents are read from, once it has ended: a hold outlasts the usual place.
    #[must_use]
    pub fn shelf(&self, now: Timestamp) -> Shelf {
        if self.is_past(now) && self.holds_documents() { Shelf::Held } else { self.retention.shelf() }
    }

    fn is_past(&self, now: Timestamp) -> bool {
        self.documents_until().is_some_and(|until| now >= until)
    }
}

/// Calendar months for which a tenant may keep documents.
pub const DOCUMENT_MONTHS: RangeInclusive<u8> = 1..=3;
/// Calendar years for which a tenant may keep evidence.
///
/// Ten years are what contracts and their limitation ask for; beyond thirty no limitation runs, and personal data that
/// nobody needs is not kept.
pub const EVIDENCE_YEARS: RangeInclusive<u8> = 10..=30;
