//! `POST /signatures/{id}/erase` and `POST /signatures/{id}/signers/{signer}/erase`: personal values go, proofs stay.

use domain::request::{AnyRequest, Erasure};
use shared::edge::{HttpRequest, Invocation, Problem, Reply, system_rng, view};
use shared::erasure;
use shared::store::{DocumentKeys, Rounds, Salts, StoreError};

use crate::Deps;

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
        // Who repeats it has seen the version before it.
        if request.facts().is_erased(whose)? {
            break request;
        }
        http.check_if_match(Some(&view::etag(&request)))?;
        let mut cause = http.integrator_cause(cx, &mut rng)?;
        match deps.courier.commit(request.erase(whose, &mut cause)?).await {
            Err(StoreError::Conflict(_)) if rounds.again().await => {}
            other => break other?,
        }
    };
    // The keys are gone with the commit. What follows is ciphertext, and documents that show who signed; it is due as
    // well, should this end here.
    let facts = erased.facts();
    let salts = serde_json::to_vec(&Salts::of(facts)).map_err(Problem::unavailable)?;
    let place = DocumentKeys::new(&tenant, &id).salts(facts.retention);
    deps.documents.replace(&place, "application/json", salts).await?;
    erasure::carry_out(&deps.requests, &deps.documents, facts).await?;
    let data = view::request(&erased, Some(&deps.links));
    Ok(Reply::json(200, &view::envelope("Erased", &data)).header("etag", view::etag(&erased)))
}
