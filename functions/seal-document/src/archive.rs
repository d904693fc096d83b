//! The documents of a closed request move to their last place.
//!
//! Its lifecycle ends them; a legal hold keeps copies of them where nothing ends, and what was erased or deleted is
//! nowhere.

use domain::Timestamp;
use domain::due::DueKind;
use domain::policy::RECOVERY_PAUSE;
use domain::request::{AnyRequest, Progress, Shelf};
use shared::erasure;
use shared::store::{DocumentKeys, StoreError};

use crate::Deps;

/// Moves what is left to move. Doing it again changes nothing.
///
/// # Errors
///
/// [`StoreError`] when a store is away; what is due stays due.
pub(crate) async fn finish(deps: &Deps, request: &AnyRequest, now: Timestamp) -> Result<(), StoreError> {
    let facts = request.facts();
    let Some(from) = request.archived_from() else { return Ok(()) };
    let has_gone = erasure::is_wanted(facts);
    if has_gone {
        erasure::carry_out(&deps.requests, &deps.documents, facts).await?;
    }
    // An expired request may be brought back for a while, and needs its documents then.
    if now < from {
        if has_gone {
            let is_due = (now.plus(RECOVERY_PAUSE), from.plus(RECOVERY_PAUSE));
            deps.requests.postpone_due(&facts.id, DueKind::Seal, is_due).await?;
        }
        return Ok(());
    }
    let (keys, shelf) = (DocumentKeys::new(&facts.tenant, &facts.id), facts.retention.shelf());
    if let Some(document) = request.document() {
        if facts.deleted_at.is_none() {
            deps.documents.copy(&keys.revision(0), &keys.validated(shelf)).await?;
        }
        for revision in &document.revisions {
            deps.documents.delete(&keys.revision(revision.number)).await?;
        }
        for signatory in &facts.signatories {
            if let Progress::Signed(act) = &signatory.progress
                && let Some(digest) = act.mark.stored()
            {
                deps.documents.delete(&keys.mark(digest)).await?;
            }
            let is_kept = facts.deleted_at.is_none() && signatory.erased_at.is_none();
            for attachment in &signatory.attachments {
                if let Some(attached) = attachment.file().filter(|_| is_kept) {
                    let from = keys.attachment(&attachment.id, &attached.file.sha256);
                    deps.documents.copy(&from, &keys.closed_attachment(&attachment.id, shelf)).await?;
                }
                deps.documents.delete_all(&keys.attachments(&attachment.id)).await?;
            }
        }
        deps.documents.delete(&keys.revision(0)).await?;
    }
    hold(deps, request, &keys).await?;
    // Not what became due since: a hold that was placed meanwhile has still to be followed.
    deps.requests.forget_due(&facts.id, DueKind::Seal, now.plus(RECOVERY_PAUSE)).await
}

/// Copies what is held beside what the lifecycle ends, so that a release only has to take the copies away: the
/// lifecycle goes on counting from the end of the request.
async fn hold(deps: &Deps, request: &AnyRequest, keys: &DocumentKeys) -> Result<(), StoreError> {
    let (facts, shelf) = (request.facts(), request.facts().retention.shelf());
    let mut pairs = Vec::new();
    if request.document().is_some() {
        pairs.push((keys.validated(shelf), keys.validated(Shelf::Held)));
    }
    if request.sealed().is_some() {
        pairs.push((keys.signed(shelf), keys.signed(Shelf::Held)));
    }
    let holds = facts.holds_documents();
    // What was erased is held no more; a copy of it that was made before has to go like all others.
    for person in facts.signatories.iter().filter(|it| !holds || it.erased_at.is_none()) {
        for id in person.attachments.iter().filter(|it| it.file().is_some()).map(|it| &it.id) {
            pairs.push((keys.closed_attachment(id, shelf), keys.closed_attachment(id, Shelf::Held)));
        }
    }
    for (usual, held) in pairs {
        if holds {
            // Where the usual one has gone already, the copy stays.
            deps.documents.copy(&usual, &held).await?;
        } else if facts.custody.length > 0 {
            // No hold without an event of custody: most requests have never had one.
            deps.documents.delete(&held).await?;
        }
    }
    Ok(())
}
