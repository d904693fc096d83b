//! Groups of persons, and where they stand.

use domain::TenantId;
use email_signature::Refusal;
use email_signature::person::{Group, Groups};
use email_signature::value::Line;
use serde_json::{Value, json};
use shared::edge::email_signature::{ITEMS, author, changed_meanwhile, etag, list, only_member, reply};
use shared::edge::{HttpRequest, Invocation, Problem, Reply};
use shared::store::{Author, Piece, Rounds};

use crate::Deps;

/// All groups, by name.
pub(crate) async fn read(deps: &Deps, tenant: &TenantId) -> Result<Reply, Problem> {
    Ok(list(deps.store.get(tenant, Piece::Groups).await?.as_ref()))
}

/// Replaces all groups.
pub(crate) async fn save(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let items = only_member(http, ITEMS)?;
    let items = items.ok_or_else(|| Problem::invalid("/items", "The groups are missing."))?;
    let items = items.as_array().ok_or_else(|| Problem::invalid("/items", "A list is expected."))?;
    let mut groups = Groups::default();
    for (index, item) in items.iter().enumerate() {
        let group = Group::parse(item).map_err(|it: Refusal| it.under(&format!("/items/{index}")))?;
        if groups.find(&group.name).is_some() {
            let pointer = format!("/items/{index}/group");
            return Err(Problem::invalid(pointer, "There is another group of this name."));
        }
        groups.put(group);
    }
    if items.len() > MOST_GROUPS {
        return Err(Problem::invalid("/items", format!("At most {MOST_GROUPS} groups.")));
    }
    let before = deps.store.get(tenant, Piece::Groups).await?.map_or(0, |it| it.version);
    http.check_if_match(&etag(before))?;
    let body = written(&groups);
    let saved = deps.store.put(tenant, Piece::Groups, (before, &body), &author(http, cx)?).await?;
    Ok(reply("Saved", &saved.ok_or_else(changed_meanwhile)?))
}

/// Creates the groups that are named and not known, as Signitic does.
pub(crate) async fn ensure(
    deps: &Deps,
    tenant: &TenantId,
    names: &[Line],
    author: &Author,
) -> Result<(), Problem> {
    let mut rounds = Rounds::default();
    loop {
        let before = deps.store.get(tenant, Piece::Groups).await?;
        let mut groups = Groups::default();
        for item in before.iter().filter_map(|it| it.body.as_array()).flatten() {
            groups.put(Group::parse(item)?);
        }
        let created = names.iter().filter(|it| groups.ensure(it)).count();
        if created == 0 {
            return Ok(());
        }
        if groups.iter().count() > MOST_GROUPS {
            let detail = format!("There would be more than {MOST_GROUPS} groups.");
            return Err(Problem::new(409, "too_many_things", detail));
        }
        let version = before.map_or(0, |it| it.version);
        if deps.store.put(tenant, Piece::Groups, (version, &written(&groups)), author).await?.is_some() {
            return Ok(());
        }
        if !rounds.again().await {
            return Err(changed_meanwhile());
        }
    }
}

fn written(groups: &Groups) -> Value {
    let text = |line: &Option<Line>| line.as_ref().map(|it| it.as_str().to_owned());
    let group = |it: &Group| json!({ "group": it.name.as_str(), "entity": text(&it.entity), "parent_entity": text(&it.parent_entity) });
    groups.iter().map(group).collect()
}

/// They are read with every signature.
const MOST_GROUPS: usize = 500;
