//! What keeps the signatures of a file valid over the years: its security store and time-stamps over it.

use pdf::ValidationData;

use super::{Examined, File, SignatureKind};

/// The store, and the time-stamps that are intact, whether or not anyone trusts them.
pub(super) struct Archive {
    /// Whether the file as it is now has validation data.
    pub(super) has_store: bool,
    /// Revision of the last time-stamp.
    last: Option<usize>,
    /// Revision of the last time-stamp that covers validation data.
    last_over_store: Option<usize>,
}

impl Archive {
    pub(super) fn of(file: &File, examined: &[Examined], store: &ValidationData) -> Self {
        let has_store = has_data(store);
        let mut stamps = examined.iter().rev().filter(|signature| {
            signature.kind == SignatureKind::DocumentTimestamp && signature.check.is_intact()
        });
        let over_store =
            stamps.clone().take(MAX_LOOKED_AT).find(|stamp| has_data(&file.store_at(stamp.revision_end)));
        Self {
            has_store,
            last: stamps.next().map(|stamp| stamp.revision),
            last_over_store: over_store.filter(|_| has_store).map(|stamp| stamp.revision),
        }
    }

    /// Whether a time-stamp covers what stands in a revision.
    pub(super) fn covers(&self, revision: usize) -> bool {
        self.last.is_some_and(|last| last > revision)
    }

    /// Whether one covers it together with validation data.
    pub(super) fn covers_store(&self, revision: usize) -> bool {
        self.last_over_store.is_some_and(|last| last > revision)
    }
}

fn has_data(store: &ValidationData) -> bool {
    let ValidationData { certificates, crls, ocsp_responses } = store;
    !(certificates.is_empty() && crls.is_empty() && ocsp_responses.is_empty())
}

/// Time-stamps whose revisions are opened: the last one of an honest file covers its store.
const MAX_LOOKED_AT: usize = 4;
