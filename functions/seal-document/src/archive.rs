//! The documents of a closed request move to their last place, whose lifecycle ends them.

use domain::due::DueKind;
use domain::request::AnyRequest;
use shared::store::{DocumentKeys, StoreError};

use crate::Deps;

/// Moves what is left to move. Doing it again changes nothing.
///
/// # Errors
///
/// [`StoreError`] when a store is away; what is due stays due.
pub(crate) async fn finish(deps: &Deps, request: &AnyRequest) -> Result<(), StoreError> {
    let facts = request.facts();
    if facts.closed_at.is_none() {
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
            if let domain::request::Progress::Signed(act) = &signatory.progress
                && let domain::request::Mark::Drawn(digest) = &act.mark
            {
                deps.documents.delete(&keys.mark(digest)).await?;
            }
        }
        deps.documents.delete(&keys.revision(0)).await?;
    }
    deps.requests.forget(&facts.id, DueKind::Seal).await
}
