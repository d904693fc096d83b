//! `POST /signatures/{id}/erase` and `POST /signatures/{id}/signers/{signer}/erase`: personal values go, proofs stay.

use domain::SignatoryId;
use domain::request::{AnyRequest, Erasure, Facts, Progress, Shelf};
use shared::edge::{HttpRequest, Invocation, Problem, Reply, system_rng, view};
use shared::store::{DocumentKeys, Rounds, Salts, StoreError};

use crate::{Deps, delete};

/// Destroys the data keys of one person or of everyone, with a tombstone in the custody chain, and then deletes what
/// was encrypted under them. Doing it again finishes what was left undone.
///
/// # Errors
///
/// [`Problem`] 404 for what is not the tenant's, 409 while the request has not ended or a legal hold keeps it.
pub(crate) async fn erase(
    deps: &Deps,
    http: &HttpRequest,
    whose: &Erasure,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let (tenant, id) = (http.tenant()?, http.request_id()?);
    let mut rng = system_rng();
    let mut rounds = Rounds::default();
    let erased: AnyRequest = loop {
        let request = deps.requests.load_for(&tenant, &id).await?;
        http.check_if_match(&view::etag(&request))?;
        if request.facts().is_erased(whose)? {
            break request;
        }
        let mut cause = http.integrator_cause(cx, &mut rng)?;
        match deps.courier.commit(request.erase(whose, &mut cause)?).await {
            Err(StoreError::Conflict(_)) if rounds.again().await => {}
            other => break other?,
        }
    };
    // The keys are gone with the commit. What follows is ciphertext, and documents that show who signed.
    deps.requests.forget_disclosures(&id, whose).await?;
    let facts = erased.facts();
    let salts = serde_json::to_vec(&Salts::of(facts)).map_err(Problem::unavailable)?;
    let place = DocumentKeys::new(&tenant, &id).salts(facts.retention);
    deps.documents.replace(&place, "application/json", salts).await?;
    match whose {
        Erasure::Everyone => delete::delete_documents(deps, facts).await?,
        Erasure::Signatory(signatory) => delete_attached(deps, facts, signatory).await?,
    }
    let data = view::request(&erased, Some(&deps.links));
    Ok(Reply::json(200, &view::envelope("Erased", &data)).header("etag", view::etag(&erased)))
}

/// Deletes what one person attached, wherever it lies, and the picture of how they signed.
async fn delete_attached(deps: &Deps, facts: &Facts, signatory: &SignatoryId) -> Result<(), StoreError> {
    let keys = DocumentKeys::new(&facts.tenant, &facts.id);
    let Some(person) = facts.signatory(signatory) else { return Ok(()) };
    for attachment in &person.attachments {
        if let Some(attached) = attachment.file() {
            deps.documents.delete(&keys.attachment(&attachment.id, &attached.file.sha256)).await?;
        }
        for shelf in [facts.retention.shelf(), Shelf::Held] {
            deps.documents.delete(&keys.closed_attachment(&attachment.id, shelf)).await?;
        }
    }
    if let Progress::Signed(act) = &person.progress
        && let Some(digest) = act.mark.stored()
    {
        deps.documents.delete(&keys.mark(digest)).await?;
    }
    Ok(())
}
