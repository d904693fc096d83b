//! Loads evidence, notes that it is read, and derives it again.

use domain::evidence::ChainHead;
use domain::policy::READING;
use domain::request::AnyRequest;
use domain::transition::ChainName;
use serde_json::Value;
use shared::edge::{HttpRequest, Invocation, Problem, system_rng};
use shared::metrics::{self, Metric};
use shared::store::{Rounds, StoreError, StoredEvent};
use trail::{Evidence, Heads, Link, Trail};

use crate::Deps;

/// Evidence that holds.
pub(crate) struct Loaded {
    pub(crate) evidence: Evidence,
    pub(crate) heads: Heads,
    pub(crate) trail: Trail,
}

/// The tenant's request, with the reading of its evidence in this form noted in the custody chain.
///
/// # Errors
///
/// [`Problem`] 404 for an unknown request.
pub(crate) async fn note_reading(
    deps: &Deps,
    http: &HttpRequest,
    form: &'static str,
    cx: &Invocation,
) -> Result<AnyRequest, Problem> {
    let (tenant, id) = (http.tenant()?, http.request_id()?);
    let mut rng = system_rng();
    let mut rounds = Rounds::default();
    loop {
        let request = deps.requests.load_for(&tenant, &id).await?;
        let custody = deps.evidence.chain(&id, ChainName::Custody).await?;
        let mut cause = http.integrator_cause(cx, &mut rng)?;
        let caller = http.authorized("credential").unwrap_or(tenant.as_str());
        if is_noted(&custody, (form, caller), cx) {
            return Ok(request);
        }
        match deps.requests.commit(request.record_reading(form, caller, &mut cause)).await {
            Err(StoreError::Conflict(_)) if rounds.again().await => {}
            other => return Ok(other?),
        }
    }
}

/// Whether this caller read this form a moment ago: a chain that a caller who polls could fill serves nobody.
fn is_noted(custody: &[StoredEvent], (form, caller): (&str, &str), cx: &Invocation) -> bool {
    for event in custody.iter().rev() {
        let body: Value = serde_json::from_str(&event.json).unwrap_or_default();
        let text = |at: &str| body.pointer(at).and_then(Value::as_str).unwrap_or_default();
        let at = domain::Timestamp::parse_rfc3339(text("/at")).unwrap_or_default();
        // Times never decrease along a chain: what comes before is older still.
        if cx.now.since(at) >= READING {
            return false;
        }
        let read = text("/kind") == "EvidenceRead";
        if read && text("/facts/form") == form && text("/facts/caller") == caller {
            return true;
        }
    }
    false
}

/// The evidence of a request, derived again and compared with the heads that the request names.
///
/// # Errors
///
/// [`Problem`] 500 when it does not hold.
pub(crate) async fn load(deps: &Deps, request: &AnyRequest) -> Result<Loaded, Problem> {
    let facts = request.facts();
    let link = |it: StoredEvent| Link { hash: it.hash.to_hex(), event: it.json };
    let events = deps.evidence.chain(&facts.id, ChainName::Event).await?;
    let custody = deps.evidence.chain(&facts.id, ChainName::Custody).await?;
    // A mail may be sent meanwhile: what is disclosed of an event that was not read yet is left out with it.
    let read = [(ChainName::Event, events.len()), (ChainName::Custody, custody.len())];
    let is_read = |chain: ChainName, seq: u64| {
        read.iter().any(|(name, length)| *name == chain && u64::try_from(*length).is_ok_and(|it| seq < it))
    };
    let mut disclosures = deps.evidence.disclosures(facts).await?;
    disclosures.retain(|(chain, it)| is_read(*chain, it.seq));
    let evidence = Evidence::new(
        &facts.id,
        events.into_iter().map(link).collect(),
        custody.into_iter().map(link).collect(),
        disclosures,
    );
    let checked = evidence.check();
    if let Some(fault) = checked.faults.first() {
        return Err(broken(&format!("{} {}", fault.place, fault.what)));
    }
    let heads = checked.heads.ok_or_else(|| broken("the chains give no head"))?;
    // A chain can be longer than the request said a moment ago, never shorter.
    if !reaches(&heads.events, &facts.chain) || !reaches(&heads.custody, &facts.custody) {
        return Err(broken("a chain does not reach the head that the request names"));
    }
    if facts.closed_at.is_some() && heads.events.length > facts.chain.length {
        // That of one that ended grows no more, unless it was brought back since it was loaded.
        let now = deps.requests.load(&facts.id).await?;
        if !reaches(&now.facts().chain, &heads.events) {
            return Err(broken("a chain goes on after the event that ended it"));
        }
    }
    let trail = Trail::read(&evidence);
    Ok(Loaded { evidence, heads, trail })
}

/// Whether a chain with this end has the other end in it, as far as both tell.
fn reaches(end: &ChainHead, other: &ChainHead) -> bool {
    end.length > other.length || (end.length == other.length && end.hash == other.hash)
}

fn broken(what: &str) -> Problem {
    metrics::count(Metric::EvidenceBroken);
    tracing::error!(what, "a stored evidence chain does not hold");
    Problem::new(
        500,
        "evidence_broken",
        "The stored evidence does not hold. The operator has to look into it.",
    )
}

#[cfg(test)]
mod tests {
    use domain::{Digest, Timestamp};

    use super::*;

    fn end(length: u64, last: &str) -> ChainHead {
        ChainHead { length, hash: Digest::of(last.as_bytes()), at: Timestamp::default() }
    }

    #[test]
    fn a_chain_that_was_read_lies_between_what_the_request_said_before_and_after() {
        let read = end(7, "RequestReactivated");
        assert!(reaches(&read, &end(6, "RequestExpired")), "it went on since");
        assert!(reaches(&end(7, "RequestReactivated"), &read) && reaches(&end(9, "SignatureCreated"), &read));
        assert!(!reaches(&end(6, "RequestExpired"), &read), "the request never went on");
        assert!(!reaches(&end(7, "SignatureCreated"), &read), "it went on otherwise");
    }
}
