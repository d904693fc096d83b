//! Between which instants a signature was made, and what that says about it.

use crate::{
    trust::PathOutcome,
    validate::{SubIndication, Verdict},
};

/// What is known about when a signature was made.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Bounds {
    /// It existed at this instant.
    pub(super) existed_at: Option<i64>,
    /// It did not exist before this instant: a content time-stamp is a part of what it signs.
    pub(super) made_after: Option<i64>,
}

/// What the bounds say about the certificate's life, whatever its path says (clause 5.2.6 and 5.5.4).
pub(super) fn in_time(path: &PathOutcome, bounds: Bounds) -> Verdict {
    let Some(leaf) = path.chain.first() else { return Verdict::passed() };
    if bounds.existed_at.is_some_and(|existed| existed < leaf.not_before) {
        let reason = "the signature existed before its certificate was valid";
        return Verdict::failed(SubIndication::NotYetValid, reason);
    }
    if bounds.made_after.is_some_and(|after| after > leaf.not_after) {
        return Verdict::failed(
            SubIndication::Expired,
            "the signature was made after its certificate expired",
        );
    }
    let revoked_at = leaf.revocation.revoked_at;
    if revoked_at.is_some_and(|revoked| bounds.made_after.is_some_and(|after| after >= revoked)) {
        let reason = "the signature was made after its certificate was revoked";
        return Verdict::failed(SubIndication::Revoked, reason);
    }
    Verdict::passed()
}

/// Content is stamped before it is signed, and signatures after.
pub(super) fn order(bounds: Bounds) -> Verdict {
    match (bounds.made_after, bounds.existed_at) {
        (Some(after), Some(existed)) if after > existed => Verdict::indeterminate(
            SubIndication::TimestampOrderFailure,
            "a time-stamp on the content is later than one on the signature",
        ),
        _ => Verdict::passed(),
    }
}
