//! `GET /signatures/{id}/audit`: the evidence of a request, derived again before it is shown.

mod view;

use shared::edge::{Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply};
use shared::store::{Evidence, Requests, StoredEvent};

use domain::transition::ChainName;

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    evidence: Evidence,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let deps = Deps { requests: supply.requests()?, evidence: supply.evidence().await? };
    let handler = Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx)));
    Ok(handler.behind(supply.admission().await?))
}

/// Loads the chains, derives them again, and shows them with what can be disclosed.
///
/// # Errors
///
/// [`Problem`] 404 for an unknown request, 500 when a stored chain does not hold.
pub async fn handle(deps: &Deps, http: HttpRequest, _cx: &Invocation) -> Result<Reply, Problem> {
    let request = deps.requests.load_for(&http.tenant()?, &http.request_id()?).await?;
    let facts = request.facts();
    let events = deps.evidence.chain(&facts.id, ChainName::Event).await?;
    let custody = deps.evidence.chain(&facts.id, ChainName::Custody).await?;
    for (chain, head) in [(&events, &facts.chain), (&custody, &facts.custody)] {
        let derived = StoredEvent::verify(&facts.id, chain).map_err(|error| broken(&error.to_string()))?;
        // A chain can be longer than the request said a moment ago, never shorter.
        if derived.length < head.length || (derived.length == head.length && derived.hash != head.hash) {
            return Err(broken("the chain does not reach the head that the request names"));
        }
    }
    let disclosures = deps.evidence.disclosures(facts).await?;
    Ok(Reply::json(200, &view::audit(&request, &events, &custody, &disclosures)))
}

fn broken(what: &str) -> Problem {
    tracing::error!(what, "a stored evidence chain does not hold");
    Problem::new(
        500,
        "evidence_broken",
        "The stored evidence does not hold. The operator has to look into it.",
    )
}
