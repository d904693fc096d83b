//! The documents of a closed request move to their last place, whose lifecycle ends them.

use domain::Timestamp;
use domain::due::DueKind;
use domain::request::{AnyRequest, Mark, Progress};
use shared::store::{DocumentKeys, StoreError};

use crate::Deps;

/// Moves what is left to move. Doing it again changes nothing.
///
/// # Errors
///
/// [`StoreError`] when a store is away; what is due stays due.
pub(crate) async fn finish(deps: &Deps, request: &AnyRequest, now: Timestamp) -> Result<(), StoreError> {
    let facts = request.facts();
    // An expired request may be brought back for a while, and needs its documents then.
    if request.archived_from().is_none_or(|from| now < from) {
        return Ok(());
    }
    let keys = DocumentKeys::new(&facts.tenant, &facts.id);
    if let Some(document) = request.document() {
        if facts.deleted_at.is_none() {
            deps.documents.copy(&keys.revision(0), &keys.validated()).await?;
        }
        for revision in &document.revisions {
            deps.documents.delete(&keys.revision(revision.number)).await?;
        }
        for signatory in &facts.signatories {
            if let Progress::Signed(act) = &signatory.progress
                && let Mark::Drawn(digest) = &act.mark
            {
                deps.documents.delete(&keys.mark(digest)).await?;
            }
            for attached in signatory.attachments.iter().filter_map(|it| Some((&it.id, it.file()?))) {
                let from = keys.attachment(attached.0, &attached.1.file.sha256);
                if facts.deleted_at.is_none() {
                    deps.documents.copy(&from, &keys.closed_attachment(attached.0)).await?;
                }
                deps.documents.delete(&from).await?;
            }
        }
        deps.documents.delete(&keys.revision(0)).await?;
    }
    deps.requests.forget(&facts.id, DueKind::Seal).await
}
