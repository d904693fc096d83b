//! What an invocation counts, and how `CloudWatch` is told: one line in its embedded metric format.
//!
//! Whoever counts needs to hold nothing: the counts belong to the invocation that is under way. Outside of one, as on
//! a stage, nothing is counted.
//!
//! **Invariant:** a count tells neither of whom nor of which request.

use std::cell::RefCell;
use std::collections::BTreeMap;

use domain::Timestamp;
use domain::evidence::EventKind;
use serde_json::{Map, Value, json};

tokio::task_local! {
    static COUNTED: RefCell<Counts>;
}

/// What is counted. Alarms and the dashboard of the template name these.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Metric {
    /// Requests that got their closing seal.
    Closed,
    /// Stored chains of evidence that do not hold.
    EvidenceBroken,
    /// Answers to one-time passwords: 1 for a wrong one, 0 for a right one.
    OtpFailed,
    /// One-time passwords that were made.
    OtpSent,
    /// Requests that came in.
    Requests,
    /// From an act to its seal, in milliseconds.
    SealLag,
    /// Seals, closing ones included.
    Seals,
    /// Acts that the schedule found without their seal.
    SealsTakenUp,
    /// Codes that were not sent, because too few of those that went out by text message came back.
    TextsHalted,
    /// Attempts to tell an integrator: 1 for one that failed, 0 for one that was taken.
    WebhookFailed,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 10] = [
        Self::Closed,
        Self::EvidenceBroken,
        Self::OtpFailed,
        Self::OtpSent,
        Self::Requests,
        Self::SealLag,
        Self::Seals,
        Self::SealsTakenUp,
        Self::TextsHalted,
        Self::WebhookFailed,
    ];

    /// Its name in `CloudWatch`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "Closed",
            Self::EvidenceBroken => "EvidenceBroken",
            Self::OtpFailed => "OtpFailed",
            Self::OtpSent => "OtpSent",
            Self::Requests => "Requests",
            Self::SealLag => "SealLag",
            Self::Seals => "Seals",
            Self::SealsTakenUp => "SealsTakenUp",
            Self::TextsHalted => "TextsHalted",
            Self::WebhookFailed => "WebhookFailed",
        }
    }

    const fn unit(self) -> &'static str {
        if matches!(self, Self::SealLag) { "Milliseconds" } else { "Count" }
    }

    /// Whether each value counts by itself, for medians and averages, rather than their sum.
    const fn is_sampled(self) -> bool {
        matches!(self, Self::OtpFailed | Self::SealLag | Self::WebhookFailed)
    }
}

/// Adds one to what the invocation under way has counted.
pub fn count(metric: Metric) {
    record(metric, 1);
}

/// Adds a value to what the invocation under way has counted.
pub fn record(metric: Metric, value: u64) {
    // Outside of an invocation there is nothing to add to.
    let _outside = COUNTED.try_with(|counts| {
        if let Ok(mut counts) = counts.try_borrow_mut() {
            counts.add(metric, value);
        }
    });
}

/// Counts what an event of a committed move tells.
pub(crate) fn note(kind: EventKind) {
    match kind {
        EventKind::RequestReceived => count(Metric::Requests),
        EventKind::OtpIssued => count(Metric::OtpSent),
        EventKind::OtpRejected => record(Metric::OtpFailed, 1),
        EventKind::SignatureCreated | EventKind::DocumentApproved | EventKind::SignatureDelegated => {
            record(Metric::OtpFailed, 0);
        }
        EventKind::RevisionSealed => count(Metric::Seals),
        EventKind::RequestClosed => {
            count(Metric::Seals);
            count(Metric::Closed);
        }
        _ => {}
    }
}

/// Runs an invocation; gives its outcome, and what it counted.
pub async fn counting<F: Future>(invocation: F) -> (F::Output, Counts) {
    let counted = async {
        let outcome = invocation.await;
        (outcome, COUNTED.with(RefCell::take))
    };
    COUNTED.scope(RefCell::default(), counted).await
}

/// What an invocation has counted.
#[derive(Debug, Default)]
pub struct Counts(BTreeMap<Metric, Vec<u64>>);

impl Counts {
    /// The line that tells `CloudWatch` of an invocation; none if it counted nothing.
    #[must_use]
    pub fn line(&self, now: Timestamp, invocation: &str) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let described: Vec<Value> =
            self.0.keys().map(|it| json!({ "Name": it.name(), "Unit": it.unit() })).collect();
        let header = json!({
            "Timestamp": now.unix_ms(),
            "CloudWatchMetrics": [
                { "Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": described },
            ],
        });
        let mut line = Map::from_iter([
            ("_aws".to_owned(), header),
            (DIMENSION.to_owned(), Value::from(SERVICE)),
            ("invocation".to_owned(), Value::from(invocation)),
        ]);
        for (metric, values) in &self.0 {
            let value = if let [only] = values.as_slice() { json!(only) } else { json!(values) };
            line.insert(metric.name().to_owned(), value);
        }
        Some(Value::Object(line).to_string())
    }

    fn add(&mut self, metric: Metric, value: u64) {
        let values = self.0.entry(metric).or_default();
        if metric.is_sampled() || values.is_empty() {
            if values.len() < MOST_VALUES {
                values.push(value);
            }
        } else if let Some(sum) = values.first_mut() {
            *sum = sum.saturating_add(value);
        }
    }
}

/// The namespace of the service's own metrics.
pub const NAMESPACE: &str = "Paraphe";
/// One service an account and region, so one value; the format wants a dimension.
const DIMENSION: &str = "Service";
const SERVICE: &str = "paraphe";
/// What the format takes of one metric in one line.
const MOST_VALUES: usize = 100;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_790_000_000_000);

    #[tokio::test]
    async fn an_invocation_tells_once_what_it_counted() {
        let (outcome, counts) = counting(async {
            note(EventKind::RequestReceived);
            note(EventKind::RevisionSealed);
            note(EventKind::RequestClosed);
            note(EventKind::OtpRejected);
            note(EventKind::SignatureCreated);
            record(Metric::SealLag, 420);
            "done"
        })
        .await;
        assert_eq!(outcome, "done");
        let line: Value = serde_json::from_str(&counts.line(NOW, "5f1e").unwrap()).unwrap();
        let expected = json!({
            "_aws": {
                "Timestamp": 1_790_000_000_000_i64,
                "CloudWatchMetrics": [{
                    "Namespace": "Paraphe",
                    "Dimensions": [["Service"]],
                    "Metrics": [
                        { "Name": "Closed", "Unit": "Count" },
                        { "Name": "OtpFailed", "Unit": "Count" },
                        { "Name": "Requests", "Unit": "Count" },
                        { "Name": "SealLag", "Unit": "Milliseconds" },
                        { "Name": "Seals", "Unit": "Count" },
                    ],
                }],
            },
            "Service": "paraphe",
            "invocation": "5f1e",
            "Closed": 1,
            "OtpFailed": [1, 0],
            "Requests": 1,
            "SealLag": 420,
            "Seals": 2,
        });
        assert_eq!(line, expected);
    }

    #[tokio::test]
    async fn invocations_do_not_count_for_each_other_nor_nobody() {
        count(Metric::Requests);
        let one = counting(async {
            tokio::task::yield_now().await;
            count(Metric::Requests);
        });
        let other = counting(async { tokio::task::yield_now().await });
        let (((), one), ((), other)) = tokio::join!(one, other);
        assert!(one.line(NOW, "one").unwrap().contains("\"Requests\":1"));
        assert_eq!(other.line(NOW, "other"), None);
    }

    #[test]
    fn a_line_holds_no_more_values_than_the_format_takes() {
        let mut counts = Counts::default();
        for value in 0..250 {
            counts.add(Metric::WebhookFailed, value % 2);
            counts.add(Metric::SealsTakenUp, 1);
        }
        let line: Value = serde_json::from_str(&counts.line(NOW, "5f1e").unwrap()).unwrap();
        assert_eq!(line.get("WebhookFailed").unwrap().as_array().unwrap().len(), 100);
        assert_eq!(line.get("SealsTakenUp"), Some(&json!(250)));
    }
}
