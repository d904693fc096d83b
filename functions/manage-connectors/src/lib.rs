//! Connectors of e-mail signatures: what signatures are pushed to, and which directory persons are taken from; their
//! runs, and the script for Exchange Online.
//!
//! **Invariant:** what opens a connector goes in and does not come out.

mod connector;
mod run;
mod script;

use domain::TenantId;
use email_signature::Connector;
use email_signature::connector::Kind;
use shared::closing::Closings;
use shared::edge::connector_queue::ConnectorQueue;
use shared::edge::cursor::CursorKey;
use shared::edge::{Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply};
use shared::outbound::Reach;
use shared::store::{Connectors, EmailSignatures, KeptConnector, People, StoreError};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    connectors: Connectors,
    queue: ConnectorQueue,
    store: EmailSignatures,
    people: People,
    closings: Closings,
    cursors: CursorKey,
    reach: Reach,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let (store, people) = supply.email_signatures()?;
    let (keys, cursors) = supply.email_signature_keys().await?;
    let deps = Deps {
        connectors: supply.connectors().await?,
        queue: supply.connector_queue()?,
        store: store.clone(),
        people: people.clone(),
        closings: Closings::new(store, people, keys),
        cursors,
        reach: supply.reach(),
    };
    let handler = Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx)));
    Ok(handler.behind(supply.admission().await?))
}

/// Lists, shows, saves and deletes connectors; begins runs and shows what became of them.
///
/// # Errors
///
/// [`Problem`] 404 for what is unknown, 422 with a pointer for what cannot be had, 409 while a run is under way and for
/// two changes at the same moment.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let tenant = http.tenant()?;
    if http.route() == "/connectors" {
        return connector::list(deps, &tenant).await;
    }
    let kind = Kind::parse(http.path_parameter("kind")?).ok_or_else(Problem::not_found)?;
    match (http.method().as_str(), http.route()) {
        ("PUT", "/connectors/{kind}") => connector::save(deps, &http, (&tenant, kind), cx).await,
        ("DELETE", "/connectors/{kind}") => connector::delete(deps, &http, (&tenant, kind), cx).await,
        (_, "/connectors/{kind}") => connector::read(deps, (&tenant, kind)).await,
        ("POST", "/connectors/{kind}/runs") => run::begin(deps, &http, (&tenant, kind), cx).await,
        (_, "/connectors/{kind}/runs") => run::list(deps, (&tenant, kind), cx).await,
        (_, "/connectors/{kind}/script") => script::write(deps, &http, (&tenant, kind), cx).await,
        _ => run::read(deps, &http, (&tenant, kind), cx).await,
    }
}

/// A connector that has to be there, with its settings.
async fn found(deps: &Deps, tenant: &TenantId, kind: Kind) -> Result<(KeptConnector, Connector), Problem> {
    let kept = deps.connectors.get(tenant, kind).await?.ok_or_else(Problem::not_found)?;
    let connector =
        Connector::parse(kind, &kept.body).map_err(|refusal| StoreError::corrupt(kind.as_str(), refusal))?;
    Ok((kept, connector))
}
