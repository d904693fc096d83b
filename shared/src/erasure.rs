//! What of a request must be gone: the ciphertext and the files of whoever was erased, and documents that were deleted.
//!
//! **Invariant:** it follows from the request as it is stored, so that whoever dies on the way is followed by another.

use domain::request::{Erasure, Facts, Progress, Shelf, Signatory};

use crate::store::{DocumentKeys, Documents, Requests, StoreError};

/// Whether anything of a request must be gone.
#[must_use]
pub fn is_wanted(facts: &Facts) -> bool {
    facts.deleted_at.is_some() || facts.erased_at.is_some() || erased(facts).next().is_some()
}

/// Deletes what must be gone. Doing it again changes nothing.
///
/// # Errors
///
/// [`StoreError`] when a store is away.
pub async fn carry_out(requests: &Requests, documents: &Documents, facts: &Facts) -> Result<(), StoreError> {
    if facts.erased_at.is_some() {
        requests.forget_disclosures(&facts.id, &Erasure::Everyone).await?;
    }
    let keys = DocumentKeys::new(&facts.tenant, &facts.id);
    if facts.deleted_at.is_some() {
        for prefix in keys.prefixes(facts.retention) {
            documents.delete_all(&prefix).await?;
        }
    }
    for person in erased(facts) {
        if facts.erased_at.is_none() {
            requests.forget_disclosures(&facts.id, &Erasure::Signatory(person.id.clone())).await?;
        }
        if facts.deleted_at.is_none() {
            delete_files_of(person, documents, (facts, &keys)).await?;
        }
    }
    Ok(())
}

/// Deletes everything that one person attached, wherever it lies, and the picture of how they signed.
async fn delete_files_of(
    person: &Signatory,
    documents: &Documents,
    (facts, keys): (&Facts, &DocumentKeys),
) -> Result<(), StoreError> {
    for attachment in &person.attachments {
        documents.delete_all(&keys.attachments(&attachment.id)).await?;
        for shelf in [facts.retention.shelf(), Shelf::Held] {
            documents.delete(&keys.closed_attachment(&attachment.id, shelf)).await?;
        }
    }
    if let Progress::Signed(act) = &person.progress
        && let Some(digest) = act.mark.stored()
    {
        documents.delete(&keys.mark(digest)).await?;
    }
    Ok(())
}

fn erased(facts: &Facts) -> impl Iterator<Item = &Signatory> {
    facts.signatories.iter().filter(|it| it.erased_at.is_some())
}
