//! DynamoDB stream records, derived from the item before and after a write.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::bus::{Bus, Record};
use crate::chance;
use crate::template::{REGION, Source, StreamView, Table, stream_arn};

/// An item before and after a write.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) key: Value,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
}

/// The records of one change for everyone who listens to the table; none when nothing changed, as a write
/// that leaves an item as it was makes no record.
pub(crate) fn records(bus: &Bus, table: &Table, change: &Change, at_ms: i64) -> Option<Record> {
    let view = table.stream?;
    if digest(change.before.as_ref()) == digest(change.after.as_ref()) {
        return None;
    }
    let listens =
        |source: &Source| matches!(source, Source::Stream { table: name, .. } if *name == table.name);
    if !bus.subscriptions().iter().any(|it| listens(&it.source)) {
        return None;
    }
    let value = record(table, view, change, bus.number(), at_ms);
    let to: Vec<String> = bus
        .subscriptions()
        .iter()
        .filter(|it| match &it.source {
            Source::Stream { table: name, filters, .. } => {
                *name == table.name && (filters.is_empty() || filters.iter().any(|it| it.matches(&value)))
            }
            _ => false,
        })
        .map(|it| it.id.clone())
        .collect();
    let lane = change.key.get(&table.hash_key).map(Value::to_string).unwrap_or_default();
    (!to.is_empty()).then_some(Record { to, lane, value })
}

/// Whether anyone listens to a table's stream.
pub(crate) fn is_heard(bus: &Bus, table: &Table) -> bool {
    table.stream.is_some()
        && bus
            .subscriptions()
            .iter()
            .any(|it| matches!(&it.source, Source::Stream { table: name, .. } if *name == table.name))
}

/// The event of a batch.
pub(crate) fn event(records: &[&Value]) -> Value {
    json!({ "Records": records })
}

/// The sequence number of a record, by which a function names one that failed.
pub(crate) fn sequence_number(record: &Value) -> Option<&str> {
    record.pointer("/dynamodb/SequenceNumber")?.as_str()
}

/// A digest that tells two states of an item apart. Sets compare without order.
pub(crate) fn digest(item: Option<&Value>) -> Option<String> {
    item.map(|item| hex::encode(Sha256::digest(sorted(item).to_string())))
}

fn record(table: &Table, view: StreamView, change: &Change, number: u64, at_ms: i64) -> Value {
    let name = match (&change.before, &change.after) {
        (None, _) => "INSERT",
        (Some(_), Some(_)) => "MODIFY",
        (Some(_), None) => "REMOVE",
    };
    let mut body = json!({
        "ApproximateCreationDateTime": at_ms / 1000,
        "Keys": change.key,
        "SequenceNumber": format!("1{number:020}"),
        "SizeBytes": change.after.as_ref().unwrap_or(&change.key).to_string().len(),
        "StreamViewType": match view { StreamView::KeysOnly => "KEYS_ONLY", StreamView::NewImage => "NEW_IMAGE" },
    });
    if let (StreamView::NewImage, Some(image), Some(body)) = (view, &change.after, body.as_object_mut()) {
        body.insert("NewImage".to_owned(), image.clone());
    }
    json!({
        "eventID": hex::encode(chance::bytes::<16>()),
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": body,
        "eventSourceARN": stream_arn(&table.name),
    })
}

fn sorted(value: &Value) -> Value {
    let Value::Object(fields) = value else { return value.clone() };
    let fields: Map<String, Value> = fields
        .iter()
        .map(|(name, value)| match (name.as_str(), value) {
            ("SS" | "NS" | "BS", Value::Array(members)) => {
                let mut members: Vec<Value> = members.clone();
                members.sort_by_key(ToString::to_string);
                (name.clone(), Value::Array(members))
            }
            (_, Value::Array(items)) => (name.clone(), Value::Array(items.iter().map(sorted).collect())),
            _ => (name.clone(), sorted(value)),
        })
        .collect();
    Value::Object(fields)
}
