//! What the service holds, counted.

use std::collections::BTreeMap;

use domain::Timestamp;
use serde_json::{Value, json};
use shared::BoxError;

use super::Told;
use super::place::Place;

/// Counts requests by tenant and state, messages, seals, and what is due.
///
/// # Errors
///
/// A sentence when the table is away.
pub(super) async fn take(place: &Place) -> Result<Told, BoxError> {
    let census = place.requests().census(place.aws.clock.now()).await?;
    let due: BTreeMap<&String, Value> = census
        .due
        .iter()
        .map(|(kind, it)| {
            let oldest = it.oldest.map(Timestamp::to_openapi);
            (kind, json!({ "all": it.all, "overdue": it.overdue, "oldest": oldest }))
        })
        .collect();
    let json = json!({
        "requests": census.requests,
        "messages": { "sent": census.messages_sent, "waiting": census.messages_waiting },
        "seals": { "files": census.sealed_files, "closed": census.closed_documents },
        "due": due,
    });
    let mut lines = vec!["requests".to_owned()];
    for (tenant, states) in &census.requests {
        let states: Vec<String> = states.iter().map(|(state, count)| format!("{count} {state}")).collect();
        lines.push(format!("  {tenant:<34}{}", states.join(", ")));
    }
    if census.requests.is_empty() {
        lines.push("  none".to_owned());
    }
    lines.push(format!("messages  {} sent, {} waiting", census.messages_sent, census.messages_waiting));
    lines
        .push(format!("seals     {} files, {} of them closed", census.sealed_files, census.closed_documents));
    lines.push("due".to_owned());
    for (kind, it) in &census.due {
        let oldest = it.oldest.map_or_else(String::new, |at| format!(", since {}", at.to_openapi()));
        lines.push(format!("  {kind:<10}{} in all, {} overdue{oldest}", it.all, it.overdue));
    }
    Ok(Told { json, lines })
}
