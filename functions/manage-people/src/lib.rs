//! Persons who have a managed signature, in Signitic's words: `/users`, their groups, and the changes that they propose.
//!
//! **Invariant:** a person is written upon the version that was read, so that two who write at the same moment leave
//! what one of them wrote, or what both did one after the other.

mod change;
mod group;
mod list;
mod upsert;

use domain::{EmailAddress, TenantId, Timestamp};
use email_signature::{Reason, Refusal};
use shared::edge::cursor::CursorKey;
use shared::edge::{Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply};
use shared::store::{Author, ChangeAction, EmailSignatures, KeptPerson, People};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    people: People,
    store: EmailSignatures,
    cursors: CursorKey,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let (store, people) = supply.email_signatures()?;
    let (_, cursors) = supply.email_signature_keys().await?;
    let handler = Handler::of_http(Deps { people, store, cursors }, |deps, event, cx| {
        Box::pin(handle(deps, event, cx))
    });
    Ok(handler.behind(supply.admission().await?))
}

/// Lists, shows, writes and deletes persons; decides on what they propose.
///
/// # Errors
///
/// [`Problem`] with Signitic's numbers: 400 for what is no address or no JSON, 404 for a person who is unknown, 422
/// with a pointer for what cannot be had, 409 for a proposal that is stale.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let tenant = http.tenant()?;
    match (http.method().as_str(), http.route()) {
        ("GET", "/users") => list::users(deps, &http, &tenant, cx).await,
        ("GET", "/users/{email}") => list::user(deps, &http, &tenant, cx).await,
        ("POST", "/users") => upsert::batch(deps, &http, &tenant, cx).await,
        (_, "/users/import") => upsert::import(deps, &http, &tenant, cx).await,
        ("DELETE", "/users") => upsert::delete_many(deps, &http, &tenant, cx).await,
        (_, "/users/{email}") => upsert::delete(deps, &http, &tenant, cx).await,
        (_, "/users/{email}/picture") => upsert::picture(deps, &http, &tenant, cx).await,
        ("GET", "/user-groups") => group::read(deps, &tenant).await,
        (_, "/user-groups") => group::save(deps, &http, &tenant, cx).await,
        ("GET", "/user-change-requests") => change::list(deps, &http, &tenant, cx).await,
        ("GET", _) => change::of_person(deps, &http, &tenant, cx).await,
        ("POST", _) => change::propose(deps, &http, &tenant, cx).await,
        _ => change::decide(deps, &http, &tenant, cx).await,
    }
}

/// A person who is not deleted by now.
async fn found(
    deps: &Deps,
    tenant: &TenantId,
    email: &EmailAddress,
    now: Timestamp,
) -> Result<KeptPerson, Problem> {
    let kept = deps.people.get(tenant, email).await?.filter(|it| !it.person.is_gone(now));
    Ok(kept.ok_or_else(|| Refusal::at("/email", Reason::UnknownPerson))?)
}

/// Changes a person who is there, and notes who did; looks again when somebody else was faster.
async fn changed(
    deps: &Deps,
    (tenant, email): (&TenantId, &EmailAddress),
    (action, author): (ChangeAction, &Author),
    change: impl Fn(&mut KeptPerson) -> Result<(), Refusal>,
) -> Result<KeptPerson, Problem> {
    let mut rounds = shared::store::Rounds::default();
    loop {
        let mut kept = found(deps, tenant, email, author.at).await?;
        change(&mut kept)?;
        if deps.people.put(tenant, &kept, action, author).await? {
            return Ok(kept);
        }
        if !rounds.again().await {
            return Err(shared::edge::email_signature::changed_meanwhile());
        }
    }
}
