//! Batches of a function that has both a stream and a queue.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::queue::SqsEvent;
use super::stream::StreamEvent;

/// A batch of stream records, or of queue messages.
#[derive(Debug)]
pub enum Batch {
    /// From an SQS queue.
    Queue(SqsEvent),
    /// From a DynamoDB stream.
    Stream(StreamEvent),
}

impl<'de> Deserialize<'de> for Batch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let event = Value::deserialize(deserializer)?;
        match event.pointer("/Records/0/eventSource").and_then(Value::as_str) {
            Some("aws:dynamodb") => serde_json::from_value(event).map(Self::Stream).map_err(D::Error::custom),
            Some("aws:sqs") => serde_json::from_value(event).map(Self::Queue).map_err(D::Error::custom),
            _ => Err(D::Error::custom("neither a stream nor a queue")),
        }
    }
}
