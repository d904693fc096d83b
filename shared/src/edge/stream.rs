//! Records of DynamoDB streams, and the partial answer to a batch of them.

use std::collections::HashMap;

pub use aws_lambda_events::event::dynamodb::{Event as StreamEvent, EventRecord as StreamRecord};
use serde::Serialize;
use serde_dynamo::AttributeValue;

/// Which records of a batch have to be delivered again.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    batch_item_failures: Vec<BatchItemFailure>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BatchItemFailure {
    item_identifier: String,
}

impl BatchResponse {
    /// Asks for these records again: sequence numbers of a stream, message ids of a queue.
    #[must_use]
    pub fn of(failed: Vec<String>) -> Self {
        let batch_item_failures =
            failed.into_iter().map(|item_identifier| BatchItemFailure { item_identifier }).collect();
        Self { batch_item_failures }
    }
}

/// A string attribute of the record's new image.
#[must_use]
pub fn text<'a>(record: &'a StreamRecord, name: &str) -> Option<&'a str> {
    let image: &HashMap<String, AttributeValue> = record.change.new_image.as_ref();
    match image.get(name) {
        Some(AttributeValue::S(text)) => Some(text),
        _ => None,
    }
}

/// The record's place in its stream, which names it in a [`BatchResponse`].
#[must_use]
pub fn sequence_number(record: &StreamRecord) -> String {
    record.change.sequence_number.clone().unwrap_or_default()
}
