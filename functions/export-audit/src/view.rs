//! The audit trail as JSON: Openapi's two members, and beside them the chains to be checked by others.

use domain::evidence::Disclosure;
use domain::request::AnyRequest;
use serde_json::{Map, Value, json};
use shared::edge::view::{envelope, request as request_view};
use shared::store::StoredEvent;

/// Everything there is to show about a request.
pub(crate) fn audit(
    request: &AnyRequest,
    events: &[StoredEvent],
    custody: &[StoredEvent],
    disclosures: &[(String, Disclosure)],
) -> Value {
    let lines = |chain: &str, events: &[StoredEvent]| -> Vec<Value> {
        events.iter().map(|event| line(request, chain, event, disclosures)).collect()
    };
    let all_lines = [lines("event", events), lines("custody", custody)].concat();
    let data = json!({
        "SignatureData": request_view(request, None),
        "AuditData": all_lines,
        "evidence": {
            "version": 1,
            "evidenceLevel": "SES",
            "timeSource": "the clock of the service, UTC",
            "events": events.iter().map(stored).collect::<Vec<_>>(),
            "custody": custody.iter().map(stored).collect::<Vec<_>>(),
            "disclosures": disclosures.iter().map(|(chain, it)| disclosure(chain, it)).collect::<Vec<_>>(),
        },
    });
    envelope("", &data)
}

/// One line for people: what happened, with what can be disclosed of it.
fn line(
    request: &AnyRequest,
    chain: &str,
    event: &StoredEvent,
    disclosures: &[(String, Disclosure)],
) -> Value {
    let body: Value = serde_json::from_str(&event.json).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut words = vec![text("kind").to_owned()];
    if let Some(facts) = body.get("facts").and_then(Value::as_object) {
        words.extend(facts.iter().map(|(name, value)| format!("{name}: {}", plain(value))));
    }
    for (_, it) in disclosures.iter().filter(|(of, it)| of == chain && it.seq == event.seq) {
        words.extend(it.fields.iter().map(|field| format!("{}: {}", field.field, plain(&field.value))));
    }
    let at = domain::Timestamp::parse_rfc3339(text("at")).unwrap_or_default();
    json!({
        "id": format!("{}-{chain}-{}", request.facts().id, event.seq),
        "createdAt": at.to_openapi(),
        "log": words.join("; "),
    })
}

fn stored(event: &StoredEvent) -> Value {
    json!({ "hash": event.hash.to_hex(), "event": event.json })
}

fn disclosure(chain: &str, disclosure: &Disclosure) -> Value {
    let fields: Map<String, Value> = disclosure
        .fields
        .iter()
        .map(|it| (it.field.clone(), json!({ "salt": hex::encode(it.salt), "value": it.value })))
        .collect();
    json!({ "chain": chain, "seq": disclosure.seq, "owner": disclosure.owner.as_str(), "fields": fields })
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
