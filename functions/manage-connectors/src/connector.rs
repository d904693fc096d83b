//! Connectors: listed, shown, saved, deleted.

use domain::TenantId;
use email_signature::Connector;
use email_signature::connector::Kind;
use serde_json::{Map, Value, json};
use shared::edge::email_signature::{author, changed_meanwhile, deleted, etag};
use shared::edge::{HttpRequest, Invocation, Problem, Reply, view};
use shared::outbound::{ServiceAccount, Target};
use shared::store::{KeptConnector, StoreError};

use crate::{Deps, found};

/// All connectors of a tenant, by kind.
pub(crate) async fn list(deps: &Deps, tenant: &TenantId) -> Result<Reply, Problem> {
    let kept = deps.connectors.list(tenant).await?;
    let shown = kept.iter().map(shown).collect::<Result<Vec<Value>, _>>()?;
    Ok(Reply::json(200, &view::envelope("", &json!(shown))))
}

/// One of them.
pub(crate) async fn read(deps: &Deps, (tenant, kind): (&TenantId, Kind)) -> Result<Reply, Problem> {
    reply("", &found(deps, tenant, kind).await?.0)
}

/// Saves a connector in place of the one that there is, if `If-Match` allows.
pub(crate) async fn save(
    deps: &Deps,
    http: &HttpRequest,
    (tenant, kind): (&TenantId, Kind),
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let mut body: Map<String, Value> = http.json()?;
    let credential = match kind.credential() {
        Some(name) => body.remove(name).filter(|it| !it.is_null()).map(|it| read_credential(kind, it)),
        None => None,
    };
    let credential = credential.transpose()?;
    let body = Value::Object(body);
    let connector = Connector::parse(kind, &body)?;
    check_urls(deps, kind, &connector)?;
    let before = deps.connectors.get(tenant, kind).await?;
    http.check_if_match(before.as_ref().map(|it| etag(it.version)).as_deref())?;
    if let (Some(name), None) = (kind.credential(), &credential) {
        let is_kept = match &before {
            Some(kept) if kept.has_credential() => {
                let earlier = Connector::parse(kind, &kept.body)
                    .map_err(|refusal| StoreError::corrupt(kind.as_str(), refusal))?;
                connector.trusts_as(&earlier)
            }
            _ => false,
        };
        if !is_kept {
            let detail = "It is needed: at first, and whenever it would go elsewhere or speak for another.";
            return Err(Problem::invalid(format!("/{name}"), detail));
        }
    }
    let what = (kind, &body, before.as_ref());
    let saved = deps.connectors.put(tenant, what, credential.as_ref(), &author(http, cx)?).await?;
    reply("Saved", &saved.ok_or_else(changed_meanwhile)?)
}

/// Deletes a connector, with what opens it.
pub(crate) async fn delete(
    deps: &Deps,
    http: &HttpRequest,
    (tenant, kind): (&TenantId, Kind),
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let (kept, _) = found(deps, tenant, kind).await?;
    http.check_if_match(Some(&etag(kept.version)))?;
    if !deps.connectors.delete(tenant, &kept, &author(http, cx)?).await? {
        return Err(changed_meanwhile());
    }
    Ok(deleted(kind.as_str()))
}

/// Reads what opens a connector, and leaves of it what is needed.
fn read_credential(kind: Kind, value: Value) -> Result<Value, Problem> {
    match kind {
        Kind::Exchange => Ok(Value::Null),
        Kind::Gmail | Kind::GoogleDirectory => {
            let read = ServiceAccount::parse(&value);
            read.map_err(|error| Problem::invalid("/serviceAccount", format!("It is {error}.")))?;
            Ok(ServiceAccount::needed(&value))
        }
        Kind::MicrosoftGraph => {
            let is_secret = |it: &str| {
                (1..=MAX_SECRET_CHARS).contains(&it.len())
                    && it.bytes().all(|byte| (0x21..0x7f).contains(&byte))
            };
            if value.as_str().is_some_and(is_secret) {
                return Ok(value);
            }
            let detail = format!("1 to {MAX_SECRET_CHARS} printable ASCII characters without spaces.");
            Err(Problem::invalid("/clientSecret", detail))
        }
    }
}

/// Addresses that may not be called are refused at once.
fn check_urls(deps: &Deps, kind: Kind, connector: &Connector) -> Result<(), Problem> {
    if kind.credential().is_none() {
        return Ok(());
    }
    let token_url = connector.token_url();
    for (name, url) in [("baseUrl", connector.base_url()), ("tokenUrl", &token_url)] {
        Target::parse(url, deps.reach).map_err(|refusal| {
            Problem::invalid(format!("/{name}"), format!("The address is refused: {refusal}."))
        })?;
    }
    Ok(())
}

fn reply(message: &str, kept: &KeptConnector) -> Result<Reply, Problem> {
    let shown = view::envelope(message, &shown(kept)?);
    Ok(Reply::json(200, &shown).header("etag", etag(kept.version)))
}

/// A connector as it is shown: its settings, with what counts where nothing was said.
fn shown(kept: &KeptConnector) -> Result<Value, Problem> {
    let connector = Connector::parse(kept.kind, &kept.body)
        .map_err(|refusal| StoreError::corrupt(kept.kind.as_str(), refusal))?;
    let mut members = kept.body.as_object().cloned().unwrap_or_default();
    members.insert("kind".to_owned(), kept.kind.as_str().into());
    if let Some(mapping) = &connector.mapping {
        members.insert("fields".to_owned(), Value::Object(mapping.members()));
    }
    if let Some(name) = kept.kind.credential() {
        members.insert("baseUrl".to_owned(), connector.base_url().into());
        members.insert("tokenUrl".to_owned(), connector.token_url().into());
        members.insert(name.to_owned(), kept.has_credential().then_some(HIDDEN).into());
    }
    members.insert("version".to_owned(), kept.version.into());
    members.insert("updatedAt".to_owned(), kept.updated_at.to_openapi().into());
    members.insert("updatedBy".to_owned(), kept.updated_by.as_str().into());
    Ok(Value::Object(members))
}

/// In place of what only goes in.
const HIDDEN: &str = "***";
const MAX_SECRET_CHARS: usize = 500;
