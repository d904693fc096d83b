//! Notifications of topics.

use serde_json::{Value, json};

use super::bus::{Bus, Record};
use super::rfc3339;
use crate::chance;
use crate::disk::DiskError;
use crate::template::{Source, topic_arn};

/// Publishes a message to whoever listens to a topic. Each goes a way of its own, as SNS promises no order.
pub(crate) fn publish(bus: &Bus, topic: &str, message: &Value, at_ms: i64) -> Result<(), DiskError> {
    let to: Vec<String> = bus
        .subscriptions()
        .iter()
        .filter(|it| matches!(&it.source, Source::Topic { topic: name } if name == topic))
        .map(|it| it.id.clone())
        .collect();
    let record = Record { to, lane: bus.number().to_string(), value: record(topic, message, at_ms) };
    let ticket = bus.announce(&[])?;
    bus.settle(ticket, vec![record])
}

fn record(topic: &str, message: &Value, at_ms: i64) -> Value {
    let arn = topic_arn(topic);
    json!({
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": format!("{arn}:{}", chance::uuid()),
        "Sns": {
            "Type": "Notification",
            "MessageId": chance::uuid(),
            "TopicArn": arn,
            "Subject": "Amazon SES Email Event Notification",
            "Message": message.to_string(),
            "Timestamp": rfc3339(at_ms),
            "SignatureVersion": "1",
            "Signature": "local",
            "SigningCertUrl": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-local.pem",
            "UnsubscribeUrl": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
            "MessageAttributes": {},
        },
    })
}
