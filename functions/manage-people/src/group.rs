//! Groups of persons, and where they stand.

use domain::TenantId;
use email_signature::Refusal;
use email_signature::person::{Group, Groups};
use email_signature::value::Line;
use shared::edge::email_signature::{ITEMS, author, changed_meanwhile, etag, list, only_member, reply};
use shared::edge::{HttpRequest, Invocation, Problem, Reply};
use shared::store::{Author, Grouped, MOST_GROUPS, Piece};

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
    http.check_if_match(Some(&etag(before)))?;
    let saved = deps.store.put_groups(tenant, (before, &groups), &author(http, cx)?).await?;
    Ok(reply("Saved", &saved.ok_or_else(changed_meanwhile)?))
}

/// Creates the groups that are named and not known, as Signitic does.
pub(crate) async fn ensure(
    deps: &Deps,
    tenant: &TenantId,
    names: &[Line],
    author: &Author,
) -> Result<(), Problem> {
    match deps.store.ensure_groups(tenant, names, author).await? {
        Grouped::There => Ok(()),
        Grouped::Busy => Err(changed_meanwhile()),
        Grouped::TooMany => {
            let detail = format!("There would be more than {MOST_GROUPS} groups.");
            Err(Problem::new(409, "too_many_things", detail))
        }
    }
}
