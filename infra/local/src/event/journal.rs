//! Deliveries on disk: what must still reach a function, through any restart.
//!
//! A write is announced, made, and settled. One that was announced and never settled (the process ended in
//! between) comes back from [`Journal::open`]; the store then says whether it happened.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::disk::{DiskError, Log};

/// One record on its way to one function.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Delivery {
    /// Orders deliveries; unique.
    pub(crate) id: u64,
    /// The subscription that gets it.
    pub(crate) to: String,
    /// Deliveries of one lane keep their order.
    pub(crate) lane: String,
    /// The record as the function sees it.
    pub(crate) record: Value,
    /// How often it failed.
    #[serde(skip)]
    pub(crate) attempts: u32,
}

/// A write that is about to happen.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum Write {
    /// Of an item; `before` is a digest of what was there.
    Item {
        /// The table's name.
        table: String,
        /// The key's attributes.
        key: Value,
        /// A digest of the item that was there.
        before: Option<String>,
    },
    /// Of an object; `before` says what was there.
    Object {
        /// The bucket's name.
        bucket: String,
        /// The object's key.
        key: String,
        /// What tells the object that was there from another.
        before: Option<String>,
    },
}

/// Writes that were announced and whose end is not known.
pub(crate) type Unsettled = Vec<(u64, Vec<Write>)>;

#[derive(Debug)]
pub(crate) struct Journal {
    log: Log,
    next: u64,
}

#[derive(Deserialize)]
enum Line {
    Announced { ticket: u64, writes: Vec<Write> },
    Done(Vec<u64>),
    Next(u64),
    Settled { ticket: u64, deliveries: Vec<Delivery> },
}

impl Journal {
    /// Opens the file: the journal, the deliveries still to be made, and the writes whose end is not known.
    pub(crate) fn open(path: &Path) -> Result<(Self, Vec<Delivery>, Unsettled), DiskError> {
        let (mut log, lines) = Log::open(path.to_owned())?;
        let mut next = 1;
        let mut announced = BTreeMap::new();
        let mut pending = BTreeMap::new();
        let mut done = BTreeSet::new();
        for line in lines {
            let line: Line = serde_json::from_value(line)
                .map_err(|error| DiskError::Damaged { path: path.to_owned(), what: error.to_string() })?;
            match line {
                Line::Announced { ticket, writes } => {
                    next = next.max(ticket + 1);
                    announced.insert(ticket, writes);
                }
                Line::Done(ids) => done.extend(ids),
                Line::Next(number) => next = next.max(number),
                Line::Settled { ticket, deliveries } => {
                    announced.remove(&ticket);
                    for delivery in deliveries {
                        next = next.max(delivery.id + 1);
                        pending.insert(delivery.id, delivery);
                    }
                }
            }
        }
        pending.retain(|id, _| !done.contains(id));
        let pending: Vec<Delivery> = pending.into_values().collect();
        let mut kept = vec![json!({ "Next": next })];
        kept.extend(
            announced
                .iter()
                .map(|(ticket, writes)| json!({ "Announced": { "ticket": ticket, "writes": writes } })),
        );
        if !pending.is_empty() {
            kept.push(json!({ "Settled": { "ticket": 0, "deliveries": pending } }));
        }
        log.rewrite(&kept)?;
        Ok((Self { log, next }, pending, announced.into_iter().collect()))
    }

    /// A number larger than all before.
    pub(crate) const fn number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }

    /// Says that a write is about to happen; the ticket settles it.
    pub(crate) fn announce(&mut self, writes: &[Write]) -> Result<u64, DiskError> {
        let ticket = self.number();
        self.log.append(&json!({ "Announced": { "ticket": ticket, "writes": writes } }))?;
        Ok(ticket)
    }

    /// Says how a write ended: with these deliveries, or with none.
    pub(crate) fn settle(&mut self, ticket: u64, deliveries: &[Delivery]) -> Result<(), DiskError> {
        self.log.append(&json!({ "Settled": { "ticket": ticket, "deliveries": deliveries } }))
    }

    /// Says that deliveries need not be made again.
    pub(crate) fn done(&mut self, ids: &[u64]) -> Result<(), DiskError> {
        self.log.append(&json!({ "Done": ids }))
    }

    /// Empties a file that has grown; only when nothing is announced or pending.
    pub(crate) fn shrink(&mut self) -> Result<(), DiskError> {
        if self.log.size_bytes() < SHRINK_BYTES {
            return Ok(());
        }
        self.log.rewrite(&[json!({ "Next": self.next })])
    }
}

/// A file of this size is read in a few milliseconds at the next start.
const SHRINK_BYTES: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn delivery(id: u64) -> Delivery {
        Delivery { id, to: "F/T".into(), lane: "a".into(), record: json!({ "n": id }), attempts: 3 }
    }

    #[test]
    fn what_is_not_done_comes_back_and_what_was_not_settled_is_asked_about() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.jsonl");
        let write = Write::Object { bucket: "b".into(), key: "k".into(), before: None };

        let (mut journal, pending, unsettled) = Journal::open(&path).unwrap();
        assert!(pending.is_empty() && unsettled.is_empty());
        let first = journal.announce(std::slice::from_ref(&write)).unwrap();
        let (one, two) = (journal.number(), journal.number());
        journal.settle(first, &[delivery(one), delivery(two)]).unwrap();
        journal.done(&[one]).unwrap();
        let open = journal.announce(std::slice::from_ref(&write)).unwrap();
        let dropped = journal.announce(std::slice::from_ref(&write)).unwrap();
        journal.settle(dropped, &[]).unwrap();
        drop(journal);

        for _ in 0..2 {
            let (mut journal, pending, unsettled) = Journal::open(&path).unwrap();
            assert_eq!(pending.iter().map(|it| it.id).collect::<Vec<_>>(), [two]);
            assert_eq!(pending[0].attempts, 0);
            assert_eq!(unsettled, [(open, vec![write.clone()])]);
            assert!(journal.number() > dropped);
        }
    }
}
