//! Queues: messages that wait, are received, come back, and end in the dead-letter queue.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::chance;
use crate::disk::{DiskError, Log};
use crate::template::{Queue, REGION, queue_arn};

/// One message.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) body: String,
    /// Attributes as `SendMessage` takes them.
    pub(crate) attributes: Map<String, Value>,
    pub(crate) sent_ms: i64,
    /// From when on it can be received.
    pub(crate) visible_ms: i64,
    pub(crate) receives: u32,
    pub(crate) first_received_ms: Option<i64>,
    /// Names the last receipt; only its holder deletes the message.
    pub(crate) receipt: String,
}

/// All queues of a template, on disk.
#[derive(Debug)]
pub(crate) struct Queues {
    declared: BTreeMap<String, Queue>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    log: Log,
    messages: BTreeMap<String, Vec<Message>>,
}

#[derive(Deserialize)]
enum Line {
    /// The message as it is now; replaces one of the same id wherever it was.
    Put {
        queue: String,
        message: Message,
    },
    Delete {
        queue: String,
        id: String,
    },
}

impl Queues {
    pub(crate) fn open(queues: &[Queue], path: &Path) -> Result<Self, DiskError> {
        let (mut log, lines) = Log::open(path.to_owned())?;
        let mut messages: BTreeMap<String, Vec<Message>> = BTreeMap::new();
        for line in lines {
            let line: Line = serde_json::from_value(line)
                .map_err(|error| DiskError::Damaged { path: path.to_owned(), what: error.to_string() })?;
            match line {
                Line::Put { queue, message } => {
                    let held = messages.entry(queue).or_default();
                    match held.iter_mut().find(|it| it.id == message.id) {
                        Some(old) => *old = message,
                        None => held.push(message),
                    }
                }
                Line::Delete { queue, id } => {
                    messages.entry(queue).or_default().retain(|it| it.id != id);
                }
            }
        }
        let kept: Vec<Value> = messages
            .iter()
            .flat_map(|(queue, held)| held.iter().map(move |it| put_line(queue, it)))
            .collect();
        log.rewrite(&kept)?;
        let declared = queues.iter().map(|queue| (queue.name.clone(), queue.clone())).collect();
        Ok(Self { declared, state: Mutex::new(State { log, messages }) })
    }

    /// The declaration of a queue.
    pub(crate) fn queue(&self, name: &str) -> Option<&Queue> {
        self.declared.get(name)
    }

    /// Puts a message into a queue; returns its id.
    pub(crate) fn send(
        &self,
        queue: &Queue,
        body: String,
        attributes: Map<String, Value>,
        delay: Option<Duration>,
        now_ms: i64,
    ) -> Result<Message, DiskError> {
        let message = Message {
            id: chance::uuid(),
            body,
            attributes,
            sent_ms: now_ms,
            visible_ms: later(now_ms, delay.unwrap_or(queue.delay)),
            receives: 0,
            first_received_ms: None,
            receipt: String::new(),
        };
        let mut state = self.lock();
        state.put(&queue.name, &message)?;
        drop(state);
        Ok(message)
    }

    /// Takes up to `most` visible messages; they are invisible from now on, for the queue's time or for
    /// `hide`. A message that was received too often moves to the dead-letter queue instead.
    pub(crate) fn receive(
        &self,
        queue: &Queue,
        most: usize,
        hide: Option<Duration>,
        now_ms: i64,
    ) -> Result<Vec<Message>, DiskError> {
        let mut state = self.lock();
        let visible: Vec<Message> = state
            .messages
            .get(&queue.name)
            .into_iter()
            .flatten()
            .filter(|it| it.visible_ms <= now_ms)
            .cloned()
            .collect();
        let mut taken = Vec::new();
        for mut message in visible {
            if taken.len() == most {
                break;
            }
            match &queue.redrive {
                Some((dead_letters, limit)) if message.receives >= *limit => {
                    state.delete(&queue.name, &message.id)?;
                    message.visible_ms = now_ms;
                    state.put(dead_letters, &message)?;
                }
                _ => {
                    message.receives += 1;
                    message.first_received_ms.get_or_insert(now_ms);
                    message.visible_ms = later(now_ms, hide.unwrap_or(queue.visibility_timeout));
                    message.receipt = hex::encode(chance::bytes::<16>());
                    state.put(&queue.name, &message)?;
                    taken.push(message);
                }
            }
        }
        Ok(taken)
    }

    /// Deletes a message by its last receipt; says whether there was one.
    pub(crate) fn delete(&self, queue: &Queue, receipt: &str) -> Result<bool, DiskError> {
        let mut state = self.lock();
        match state.by_receipt(&queue.name, receipt) {
            Some(message) => state.delete(&queue.name, &message.id).map(|()| true),
            None => Ok(false),
        }
    }

    /// Hides a received message for another time from now; says whether there was one.
    pub(crate) fn hide(
        &self,
        queue: &Queue,
        receipt: &str,
        time: Duration,
        now_ms: i64,
    ) -> Result<bool, DiskError> {
        let mut state = self.lock();
        match state.by_receipt(&queue.name, receipt) {
            Some(mut message) => {
                message.visible_ms = later(now_ms, time);
                state.put(&queue.name, &message).map(|()| true)
            }
            None => Ok(false),
        }
    }

    /// Messages of a queue, in the order they were sent: visible ones and all.
    pub(crate) fn counts(&self, queue: &str, now_ms: i64) -> (usize, usize) {
        let state = self.lock();
        let held = state.messages.get(queue).map(Vec::as_slice).unwrap_or_default();
        (held.iter().filter(|it| it.visible_ms <= now_ms).count(), held.len())
    }

    /// The bodies in a queue, in the order they were sent.
    pub(crate) fn bodies(&self, queue: &str) -> Vec<String> {
        let state = self.lock();
        state.messages.get(queue).into_iter().flatten().map(|it| it.body.clone()).collect()
    }

    /// When the next message of these queues becomes visible; the past when one already is.
    pub(crate) fn next_visible_ms<'a>(&self, queues: impl Iterator<Item = &'a str>) -> Option<i64> {
        let state = self.lock();
        queues.filter_map(|name| state.messages.get(name)).flatten().map(|it| it.visible_ms).min()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn put(&mut self, queue: &str, message: &Message) -> Result<(), DiskError> {
        self.log.append(&put_line(queue, message))?;
        let held = self.messages.entry(queue.to_owned()).or_default();
        match held.iter_mut().find(|it| it.id == message.id) {
            Some(old) => *old = message.clone(),
            None => held.push(message.clone()),
        }
        Ok(())
    }

    fn delete(&mut self, queue: &str, id: &str) -> Result<(), DiskError> {
        self.log.append(&json!({ "Delete": { "queue": queue, "id": id } }))?;
        if let Some(held) = self.messages.get_mut(queue) {
            held.retain(|it| it.id != id);
        }
        if self.log.size_bytes() > SHRINK_BYTES && self.messages.values().all(Vec::is_empty) {
            self.log.rewrite(&[])?;
        }
        Ok(())
    }

    fn by_receipt(&self, queue: &str, receipt: &str) -> Option<Message> {
        let held = self.messages.get(queue)?;
        held.iter().find(|it| !receipt.is_empty() && it.receipt == receipt).cloned()
    }
}

/// The event of a batch.
pub(crate) fn event(queue: &str, messages: &[Message]) -> Value {
    let records: Vec<Value> = messages
        .iter()
        .map(|message| {
            json!({
                "messageId": message.id,
                "receiptHandle": message.receipt,
                "body": message.body,
                "attributes": {
                    "ApproximateReceiveCount": message.receives.to_string(),
                    "SentTimestamp": message.sent_ms.to_string(),
                    "SenderId": "AIDALOCAL",
                    "ApproximateFirstReceiveTimestamp":
                        message.first_received_ms.unwrap_or(message.sent_ms).to_string(),
                },
                "messageAttributes": event_attributes(&message.attributes),
                "md5OfBody": body_md5(&message.body),
                "eventSource": "aws:sqs",
                "eventSourceARN": queue_arn(queue),
                "awsRegion": REGION,
            })
        })
        .collect();
    json!({ "Records": records })
}

/// The MD5 of a body, which SQS returns as proof of what it received.
pub(crate) fn body_md5(body: &str) -> String {
    hex::encode(Md5::digest(body))
}

/// Events spell attributes in lower camel case.
fn event_attributes(attributes: &Map<String, Value>) -> Value {
    attributes
        .iter()
        .map(|(name, attribute)| {
            let part = |name: &str| attribute.get(name).cloned().unwrap_or(Value::Null);
            let spelled = json!({
                "stringValue": part("StringValue"),
                "binaryValue": part("BinaryValue"),
                "dataType": part("DataType"),
                "stringListValues": [],
                "binaryListValues": [],
            });
            (name.clone(), spelled)
        })
        .collect::<Map<_, _>>()
        .into()
}

fn put_line(queue: &str, message: &Message) -> Value {
    json!({ "Put": { "queue": queue, "message": message } })
}

fn later(now_ms: i64, by: Duration) -> i64 {
    now_ms.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX))
}

/// A file of this size is emptied as soon as no message is left.
const SHRINK_BYTES: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn declared() -> Vec<Queue> {
        let queue = |name: &str, redrive| Queue {
            name: name.to_owned(),
            visibility_timeout: Duration::from_secs(30),
            delay: Duration::ZERO,
            redrive,
        };
        vec![queue("work", Some(("dead".to_owned(), 2))), queue("dead", None)]
    }

    #[test]
    fn a_message_waits_hides_returns_and_dies() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("queues.jsonl");
        let queues = Queues::open(&declared(), &path).unwrap();
        let work = queues.queue("work").unwrap();
        queues.send(work, "hello".into(), Map::new(), Some(Duration::from_secs(5)), 0).unwrap();
        assert!(queues.receive(work, 10, None, 4_999).unwrap().is_empty());
        let first = queues.receive(work, 10, None, 5_000).unwrap();
        assert_eq!((first[0].body.as_str(), first[0].receives), ("hello", 1));
        assert!(queues.receive(work, 10, None, 34_999).unwrap().is_empty());
        drop(queues);

        let queues = Queues::open(&declared(), &path).unwrap();
        let work = queues.queue("work").unwrap();
        assert_eq!(queues.next_visible_ms(["work"].into_iter()), Some(35_000));
        assert_eq!(queues.receive(work, 10, None, 35_000).unwrap()[0].receives, 2);
        assert!(!queues.delete(work, &first[0].receipt).unwrap());
        assert!(queues.receive(work, 10, None, 65_000).unwrap().is_empty());
        assert_eq!(queues.counts("work", 65_000), (0, 0));
        assert_eq!(queues.bodies("dead"), ["hello"]);
    }

    #[test]
    fn a_receipt_deletes_and_hides_its_message() {
        let directory = tempfile::tempdir().unwrap();
        let queues = Queues::open(&declared(), &directory.path().join("q")).unwrap();
        let work = queues.queue("work").unwrap();
        queues.send(work, "a".into(), Map::new(), None, 0).unwrap();
        queues.send(work, "b".into(), Map::new(), None, 0).unwrap();
        let taken = queues.receive(work, 10, None, 0).unwrap();
        assert!(queues.delete(work, &taken[0].receipt).unwrap());
        assert!(queues.hide(work, &taken[1].receipt, Duration::ZERO, 1).unwrap());
        let again = queues.receive(work, 10, None, 1).unwrap();
        assert_eq!(again.iter().map(|it| it.body.as_str()).collect::<Vec<_>>(), ["b"]);
        let event = event("work", &again);
        assert_eq!(event["Records"][0]["attributes"]["ApproximateReceiveCount"], "2");
        assert_eq!(event["Records"][0]["md5OfBody"], "92eb5ffee6ae2fec3ad71c777531578f");
    }
}
