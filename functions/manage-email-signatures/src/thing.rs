//! Brands, campaigns, templates and rules: listed, shown, saved, deleted.

use domain::TenantId;
use serde_json::{Map, Value, json};
use shared::edge::email_signature::{self, ITEMS, author, changed_meanwhile, deleted, etag, reply, shown};
use shared::edge::{HttpRequest, Invocation, Problem, Reply, view};
use shared::store::{Kept, Piece, Shelf};

use crate::{Deps, check, template};

/// All things of a kind, by name.
pub(crate) async fn list(deps: &Deps, tenant: &TenantId, shelf: Shelf) -> Result<Reply, Problem> {
    let things: Vec<Value> = deps.store.list(tenant, shelf).await?.iter().map(shown).collect();
    Ok(Reply::json(200, &view::envelope("", &json!(things))))
}

/// The thing that the path names.
pub(crate) async fn read(deps: &Deps, http: &HttpRequest, tenant: &TenantId) -> Result<Reply, Problem> {
    Ok(reply("", &found(deps, tenant, piece(http)?).await?))
}

/// Saves a thing in place of the one that there is, if `If-Match` allows.
pub(crate) async fn save(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let piece = piece(http)?;
    let name = check::name(http.path_parameter("name")?)?;
    let mut body: Map<String, Value> = http.json()?;
    if let Piece::Template(_) = piece {
        template::copied(&mut body)?;
    }
    match body.get("id") {
        None => body.insert("id".to_owned(), name.into()),
        Some(id) if id == name => None,
        Some(_) => return Err(Problem::invalid("/id", "The id is the name in the path, or left out.")),
    };
    let body = Value::Object(body);
    check::thing(deps, tenant, piece, &body).await?;
    let before = deps.store.get(tenant, piece).await?;
    if before.is_none() {
        check::room(deps, tenant, piece).await?;
    }
    let saved = written(deps, http, (tenant, piece, before.as_ref(), &body), cx).await?;
    Ok(reply("Saved", &saved))
}

/// Deletes a thing that nothing else names.
pub(crate) async fn delete(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let piece = piece(http)?;
    let kept = found(deps, tenant, piece).await?;
    http.check_if_match(Some(&etag(kept.version)))?;
    check::unnamed(deps, tenant, piece).await?;
    if !deps.store.delete(tenant, piece, kept.version, &author(http, cx)?).await? {
        return Err(changed_meanwhile());
    }
    Ok(deleted(&kept.name))
}

/// The rules, in their order; none, if there never were any.
pub(crate) async fn rules(deps: &Deps, tenant: &TenantId) -> Result<Reply, Problem> {
    Ok(email_signature::list(deps.store.get(tenant, Piece::Rules).await?.as_ref()))
}

/// Saves all rules at once: their order decides between equals.
pub(crate) async fn save_rules(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let rules = email_signature::only_member(http, ITEMS)?
        .ok_or_else(|| Problem::invalid("/items", "The rules are missing."))?;
    check::rules(deps, tenant, &rules).await?;
    let before = deps.store.get(tenant, Piece::Rules).await?;
    let saved = written(deps, http, (tenant, Piece::Rules, before.as_ref(), &rules), cx).await?;
    Ok(reply("Saved", &saved))
}

async fn written(
    deps: &Deps,
    http: &HttpRequest,
    (tenant, piece, before, body): (&TenantId, Piece<'_>, Option<&Kept>, &Value),
    cx: &Invocation,
) -> Result<Kept, Problem> {
    let version = before.map_or(0, |it| it.version);
    // Rules are always there, be it none of them.
    let is_there = before.is_some() || matches!(piece, Piece::Rules);
    http.check_if_match(is_there.then(|| etag(version)).as_deref())?;
    let saved = deps.store.put(tenant, piece, (version, body), &author(http, cx)?).await?;
    saved.ok_or_else(changed_meanwhile)
}

/// A thing that has to be there.
pub(crate) async fn found(deps: &Deps, tenant: &TenantId, piece: Piece<'_>) -> Result<Kept, Problem> {
    deps.store.get(tenant, piece).await?.ok_or_else(Problem::not_found)
}

/// What the path names.
fn piece(http: &HttpRequest) -> Result<Piece<'_>, Problem> {
    let name = check::named(http)?;
    Ok(match http.route() {
        "/brands/{name}" => Piece::Brand(name),
        "/campaigns/{name}" => Piece::Campaign(name),
        _ => Piece::Template(name),
    })
}
