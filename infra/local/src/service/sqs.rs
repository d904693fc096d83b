//! SQS: the JSON protocol in front of the queues.

use serde_json::{Map, Value, json};

use super::Fault;
use super::json::{only, seconds, text};
use crate::event::queue::{Message, Queues, body_md5};
use crate::template::{Queue, queue_arn, queue_url};

/// One call of the API.
pub(super) fn call(queues: &Queues, operation: &str, input: &Value, now_ms: i64) -> Result<Value, Fault> {
    match operation {
        "ChangeMessageVisibility" => {
            only(input, &["QueueUrl", "ReceiptHandle", "VisibilityTimeout"])?;
            let time = seconds(input, "VisibilityTimeout").unwrap_or_default();
            let found = queues.hide(queue(queues, input)?, text(input, "ReceiptHandle")?, time, now_ms)?;
            if found { Ok(json!({})) } else { Err(unknown_receipt()) }
        }
        "DeleteMessage" => {
            only(input, &["QueueUrl", "ReceiptHandle"])?;
            // SQS answers an old receipt with success and deletes nothing.
            queues.delete(queue(queues, input)?, text(input, "ReceiptHandle")?)?;
            Ok(json!({}))
        }
        "GetQueueAttributes" => {
            only(input, &["AttributeNames", "QueueUrl"])?;
            let queue = queue(queues, input)?;
            let (visible, all) = queues.counts(&queue.name, now_ms);
            Ok(json!({ "Attributes": {
                "ApproximateNumberOfMessages": visible.to_string(),
                "ApproximateNumberOfMessagesNotVisible": (all - visible).to_string(),
                "QueueArn": queue_arn(&queue.name),
                "VisibilityTimeout": queue.visibility_timeout.as_secs().to_string(),
            } }))
        }
        "GetQueueUrl" => {
            only(input, &["QueueName"])?;
            let name = text(input, "QueueName")?;
            queues
                .queue(name)
                .map(|queue| json!({ "QueueUrl": queue_url(&queue.name) }))
                .ok_or_else(unknown_queue)
        }
        "ReceiveMessage" => receive(queues, input, now_ms),
        "SendMessage" => {
            only(input, &["DelaySeconds", "MessageAttributes", "MessageBody", "QueueUrl"])?;
            let message = send(queues, queue(queues, input)?, input, now_ms)?;
            Ok(json!({ "MessageId": message.id, "MD5OfMessageBody": body_md5(&message.body) }))
        }
        "SendMessageBatch" => {
            only(input, &["Entries", "QueueUrl"])?;
            let queue = queue(queues, input)?;
            let entries = input.get("Entries").and_then(Value::as_array).cloned().unwrap_or_default();
            let sent = entries
                .iter()
                .map(|entry| {
                    only(entry, &["DelaySeconds", "Id", "MessageAttributes", "MessageBody"])?;
                    let message = send(queues, queue, entry, now_ms)?;
                    let md5 = body_md5(&message.body);
                    Ok(json!({ "Id": text(entry, "Id")?, "MessageId": message.id, "MD5OfMessageBody": md5 }))
                })
                .collect::<Result<Vec<_>, Fault>>()?;
            Ok(json!({ "Successful": sent, "Failed": [] }))
        }
        other => Err(Fault::unknown_operation("sqs", other)),
    }
}

fn receive(queues: &Queues, input: &Value, now_ms: i64) -> Result<Value, Fault> {
    only(
        input,
        &[
            "AttributeNames",
            "MaxNumberOfMessages",
            "MessageAttributeNames",
            "MessageSystemAttributeNames",
            "QueueUrl",
            "VisibilityTimeout",
            "WaitTimeSeconds",
        ],
    )?;
    let most = input.get("MaxNumberOfMessages").and_then(Value::as_u64).unwrap_or(1).clamp(1, 10);
    let most = usize::try_from(most).unwrap_or(1);
    let taken = queues.receive(queue(queues, input)?, most, seconds(input, "VisibilityTimeout"), now_ms)?;
    let messages: Vec<Value> = taken
        .iter()
        .map(|message| {
            json!({
                "MessageId": message.id,
                "ReceiptHandle": message.receipt,
                "Body": message.body,
                "MD5OfBody": body_md5(&message.body),
                "Attributes": {
                    "ApproximateReceiveCount": message.receives.to_string(),
                    "SentTimestamp": message.sent_ms.to_string(),
                },
                "MessageAttributes": message.attributes,
            })
        })
        .collect();
    Ok(json!({ "Messages": messages }))
}

fn send(queues: &Queues, queue: &Queue, input: &Value, now_ms: i64) -> Result<Message, Fault> {
    let body = text(input, "MessageBody")?;
    if body.is_empty() || body.len() > LARGEST_MESSAGE_BYTES {
        return Err(Fault::new("InvalidParameterValue", "the body is empty or larger than 1 MiB"));
    }
    let delay = seconds(input, "DelaySeconds");
    if delay.is_some_and(|delay| delay.as_secs() > LONGEST_DELAY_SECONDS) {
        return Err(Fault::new("InvalidParameterValue", "DelaySeconds is over 900"));
    }
    let attributes = match input.get("MessageAttributes") {
        Some(Value::Object(attributes)) => attributes.clone(),
        _ => Map::new(),
    };
    Ok(queues.send(queue, body.to_owned(), attributes, delay, now_ms)?)
}

fn queue<'a>(queues: &'a Queues, input: &Value) -> Result<&'a Queue, Fault> {
    let url = text(input, "QueueUrl")?;
    let name = url.rsplit('/').next().unwrap_or_default();
    queues.queue(name).filter(|queue| queue_url(&queue.name) == url).ok_or_else(unknown_queue)
}

fn unknown_queue() -> Fault {
    Fault::new("QueueDoesNotExist", "The specified queue does not exist.")
}

fn unknown_receipt() -> Fault {
    Fault::new("MessageNotInflight", "The message is not in flight.")
}

/// Amazon SQS: a message is at most 1 MiB.
const LARGEST_MESSAGE_BYTES: usize = 1 << 20;
/// Amazon SQS: a message waits at most 15 minutes.
const LONGEST_DELAY_SECONDS: u64 = 900;
