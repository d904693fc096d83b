//! Where an integrator keeps a request: among the others, in the archive, or in the trash.

use super::{AnyRequest, append};
use crate::evidence::{Draft, EventKind, Owner};
use crate::transition::{Changes, Transition};
use crate::{Cause, Refusal, Timestamp};

/// Where a request is kept. It changes what lists show, and nothing else.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Filing {
    /// Since when it is in the archive.
    pub archived_at: Option<Timestamp>,
    /// Since when it is in the trash.
    pub trashed_at: Option<Timestamp>,
}

impl AnyRequest {
    /// Puts a request into the trash that waits for nobody: a draft, or one that has ended.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestNot`] in any other state, and in the trash.
    pub fn trash(self, cause: &mut Cause<'_>) -> Result<Transition<Self>, Refusal> {
        let rests = matches!(self, Self::Draft(_)) || self.facts().closed_at.is_some();
        let fits = rests && self.facts().filing.trashed_at.is_none();
        self.file(fits, EventKind::RequestTrashed, |filing, now| filing.trashed_at = Some(now), cause)
    }

    /// Takes a request out of the trash or the archive.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestNot`] when it is in neither.
    pub fn put_back(self, cause: &mut Cause<'_>) -> Result<Transition<Self>, Refusal> {
        let fits = self.facts().filing != Filing::default();
        self.file(fits, EventKind::RequestRestored, |filing, _| *filing = Filing::default(), cause)
    }

    /// Puts a request that has ended into the archive.
    ///
    /// # Errors
    ///
    /// [`Refusal::RequestNot`] while it has not ended, and in the archive or the trash.
    pub fn archive(self, cause: &mut Cause<'_>) -> Result<Transition<Self>, Refusal> {
        let fits = self.facts().closed_at.is_some() && self.facts().filing == Filing::default();
        self.file(fits, EventKind::RequestArchived, |filing, now| filing.archived_at = Some(now), cause)
    }

    fn file(
        mut self,
        fits: bool,
        kind: EventKind,
        change: impl FnOnce(&mut Filing, Timestamp),
        cause: &mut Cause<'_>,
    ) -> Result<Transition<Self>, Refusal> {
        if !fits {
            return Err(Refusal::RequestNot { state: self.state_name() });
        }
        let facts = self.facts_mut();
        change(&mut facts.filing, cause.now);
        let mut changes = Changes::default();
        append(facts, &mut changes, Draft::new(kind), &Owner::Integrator, cause);
        Ok(Transition::new(self, changes))
    }
}
