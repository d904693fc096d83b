//! `DELETE /signatures/{id}`: withdraws a request that is open and deletes its documents. The evidence stays.

use domain::Refusal;
use domain::request::AnyRequest;
use serde_json::json;
use shared::edge::{HttpRequest, Invocation, Problem, Reply, system_rng, view};
use shared::erasure;
use shared::store::{Rounds, StoreError};

use crate::Deps;

/// Ends the request if it is open, records that its documents go, and deletes them.
///
/// Doing it again changes nothing.
///
/// # Errors
///
/// [`Problem`] 404 for an unknown request, 409 while its last seal is being made or a legal hold keeps it.
pub(crate) async fn delete(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let (tenant, id) = (http.tenant()?, http.request_id()?);
    let mut rng = system_rng();
    let mut rounds = Rounds::default();
    let mut has_moved = false;
    let deleted = loop {
        let request = deps.requests.load_for(&tenant, &id).await?;
        // Who repeats it has seen the version before it.
        if request.facts().deleted_at.is_some() {
            break request;
        }
        // Its own moves change the version.
        if !has_moved {
            http.check_if_match(Some(&view::etag(&request)))?;
        }
        match step(deps, request, http, cx, &mut rng).await {
            Ok(request) if request.facts().deleted_at.is_some() => break request,
            Ok(_) => has_moved = true,
            Err(Step::Store(StoreError::Conflict(_))) if rounds.again().await => {}
            Err(Step::Store(error)) => return Err(error.into()),
            Err(Step::Problem(problem)) => return Err(problem),
        }
    };
    erasure::carry_out(&deps.requests, &deps.documents, deleted.facts()).await?;
    let data = json!({ "id": id.as_str(), "state": deleted.state_name() });
    Ok(Reply::json(200, &view::envelope("Deleted", &data)))
}

/// Why a step failed.
enum Step {
    Problem(Problem),
    Store(StoreError),
}

/// One move: an open request is withdrawn, a closed one loses its documents.
async fn step(
    deps: &Deps,
    request: AnyRequest,
    http: &HttpRequest,
    cx: &Invocation,
    rng: &mut (impl rand::CryptoRng + Send),
) -> Result<AnyRequest, Step> {
    let mut cause = http.integrator_cause(cx, rng).map_err(Step::Problem)?;
    // An open one is withdrawn to be deleted: what cannot be deleted is not withdrawn either.
    if request.facts().held_at.is_some() {
        return Err(Step::Problem(Refusal::LegalHold.into()));
    }
    let closed = request.facts().closed_at.is_some();
    let moved = if closed { request.delete_documents(&mut cause) } else { request.cancel(None, &mut cause) };
    let transition = moved.map_err(|refusal| Step::Problem(refusal.into()))?;
    deps.courier.commit(transition).await.map_err(Step::Store)
}
