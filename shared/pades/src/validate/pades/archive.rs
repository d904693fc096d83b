//! What keeps the signatures of a file valid over the years: its security store and time-stamps over it.

use pdf::ValidationData;

use super::{Examined, File, Judged, SignatureKind};

/// What the security store of the file as it is now holds.
#[derive(Clone, Copy)]
pub(super) struct StoreFacts {
    pub(super) has_data: bool,
    pub(super) has_revocation_data: bool,
}

impl StoreFacts {
    pub(super) fn of(store: &ValidationData) -> Self {
        let ValidationData { certificates, crls, ocsp_responses } = store;
        let has_revocation_data = !(crls.is_empty() && ocsp_responses.is_empty());
        Self { has_data: has_revocation_data || !certificates.is_empty(), has_revocation_data }
    }
}

/// Where the time-stamps over the document stand.
#[derive(Clone, Copy, Default)]
pub(super) struct Stamped {
    /// Revision of the last one.
    last: Option<usize>,
    /// Revision of the last one that covers validation data.
    last_over_store: Option<usize>,
}

/// The store and the time-stamps over it.
pub(super) struct Archive {
    pub(super) store: StoreFacts,
    /// Time-stamps that are intact, whoever made them.
    intact: Stamped,
    /// Those by authorities that are trusted.
    trusted: Stamped,
}

impl Archive {
    pub(super) fn of(file: &File, examined: &[Examined], judged: &[Judged], store: StoreFacts) -> Self {
        let find = |counts: fn(&Examined, &Judged) -> bool| {
            let mut stamps = examined.iter().zip(judged).rev().filter(|(signature, judged)| {
                signature.kind == SignatureKind::DocumentTimestamp && counts(signature, judged)
            });
            let covers_data = |(stamp, _): &(&Examined, &Judged)| {
                StoreFacts::of(&file.store_at(stamp.revision_end)).has_data
            };
            let over_store = stamps.clone().take(MAX_LOOKED_AT).find(covers_data).filter(|_| store.has_data);
            Stamped {
                last: stamps.next().map(|(stamp, _)| stamp.revision),
                last_over_store: over_store.map(|(stamp, _)| stamp.revision),
            }
        };
        let intact = find(|signature, _| signature.check.is_intact());
        let trusted = find(|signature, judged| signature.check.is_intact() && judged.is_by_authority());
        Self { store, intact, trusted }
    }

    /// Whether a time-stamp covers what stands in a revision: one by a trusted authority if the signature there
    /// is by someone who is trusted, one that is intact if nobody is trusted anyway.
    pub(super) fn covers(&self, revision: usize, trusted: bool) -> bool {
        self.stamped(trusted).last.is_some_and(|last| last > revision)
    }

    /// Whether one covers it together with validation data.
    pub(super) fn covers_store(&self, revision: usize, trusted: bool) -> bool {
        self.stamped(trusted).last_over_store.is_some_and(|last| last > revision)
    }

    fn stamped(&self, trusted: bool) -> Stamped {
        if trusted { self.trusted } else { self.intact }
    }
}

/// Time-stamps whose revisions are opened: the last one of an honest file covers its store.
const MAX_LOOKED_AT: usize = 4;
