//! Who changed what.

use domain::TenantId;
use serde_json::{Value, json};
use shared::edge::{HttpRequest, Problem, Reply, view};
use shared::store::NotedChange;

use crate::Deps;

/// Changes, the latest first.
pub(crate) async fn list(deps: &Deps, http: &HttpRequest, tenant: &TenantId) -> Result<Reply, Problem> {
    let limit = match http.query("limit").map(str::parse) {
        None => MOST_LISTED,
        Some(Ok(limit)) if (1..=MOST_LISTED).contains(&limit) => limit,
        Some(_) => {
            return Err(Problem::bad_request(
                "query_malformed",
                format!("limit is from 1 to {MOST_LISTED}."),
            ));
        }
    };
    let before = http.query("cursor").map(|it| {
        let place = deps.cursors.read(tenant, FILTER, it);
        place.ok_or_else(|| Problem::bad_request("cursor_invalid", "The cursor was not made by this list."))
    });
    let before = before.transpose()?;
    let changes = deps.store.changes(tenant, before.as_deref(), limit).await?;
    let next = changes.last().filter(|_| changes.len() == limit);
    let next = next.map(|it| deps.cursors.write(tenant, FILTER, &it.position));
    let mut answer = view::envelope("", &changes.iter().map(shown).collect());
    if let Some(members) = answer.as_object_mut() {
        members.insert("nextCursor".to_owned(), json!(next));
    }
    Ok(Reply::json(200, &answer))
}

fn shown(change: &NotedChange) -> Value {
    json!({
        "at": change.at.to_openapi(),
        "by": change.by,
        "kind": change.kind,
        "name": change.name,
        "action": change.action.as_str(),
    })
}

const FILTER: &str = "signature-changes";
const MOST_LISTED: usize = 100;
