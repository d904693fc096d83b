//! `DELETE /signatures/{id}`: withdraws a request that is open and deletes its documents. The evidence
//! stays.

use domain::request::AnyRequest;
use serde_json::json;
use shared::edge::{
    Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply, system_rng, view,
};
use shared::store::{DocumentKeys, Documents, Requests, Rounds, StoreError};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    documents: Documents,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let deps = Deps { requests: supply.committing_requests().await?, documents: supply.documents()? };
    Ok(Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Ends the request if it is open, records that its documents go, and deletes them.
///
/// Doing it again changes nothing.
///
/// # Errors
///
/// [`Problem`] 404 for an unknown request, 409 while its last seal is being made.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let (tenant, id) = (http.tenant()?, http.request_id()?);
    let mut rng = system_rng();
    let mut rounds = Rounds::default();
    let deleted = loop {
        let request = deps.requests.load_for(&tenant, &id).await?;
        if request.facts().deleted_at.is_some() {
            break request;
        }
        match step(deps, request, &http, cx, &mut rng).await {
            Ok(request) if request.facts().deleted_at.is_some() => break request,
            Ok(_) => {}
            Err(Step::Store(StoreError::Conflict(_))) if rounds.again().await => {}
            Err(Step::Store(error)) => return Err(error.into()),
            Err(Step::Problem(problem)) => return Err(problem),
        }
    };
    for prefix in DocumentKeys::new(&tenant, &id).prefixes() {
        for key in deps.documents.list(&prefix).await? {
            deps.documents.delete(&key).await?;
        }
    }
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
    let closed = request.facts().closed_at.is_some();
    let moved = if closed { request.delete_documents(&mut cause) } else { request.cancel(&mut cause) };
    let transition = moved.map_err(|refusal| Step::Problem(refusal.into()))?;
    deps.requests.commit(transition).await.map_err(Step::Store)
}
