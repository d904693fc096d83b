//! What a story would be charged for: calls, capacity units and bytes, counted while somebody asks.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use crate::fault::Called;

/// By function, or by `api` for the front door: what was used, and how much of it.
pub type Usage = BTreeMap<String, BTreeMap<String, f64>>;

/// Counts while it is on.
#[derive(Debug, Default)]
pub(crate) struct Meter(Mutex<Option<Usage>>);

impl Meter {
    /// Begins to count, from nothing.
    pub(crate) fn start(&self) {
        *self.lock() = Some(Usage::new());
    }

    pub(crate) fn used(&self) -> Usage {
        self.lock().clone().unwrap_or_default()
    }

    pub(crate) fn is_on(&self) -> bool {
        self.lock().is_some()
    }

    pub(crate) fn add(&self, who: &str, what: &str, amount: f64) {
        if let Some(usage) = self.lock().as_mut() {
            *usage.entry(who.to_owned()).or_default().entry(what.to_owned()).or_default() += amount;
        }
    }

    /// Counts a call of a function.
    pub(crate) fn call(&self, called: &Called<'_>) {
        let what = match (called.service, called.operation) {
            // Deleting is free, and a transaction is one call.
            ("s3", "DELETE") => "s3 deletes",
            ("s3", "GET" | "HEAD") => "s3 reads",
            ("s3", _) => "s3 writes",
            ("dynamodb", _) => "dynamodb calls",
            ("ses", _) => "mails",
            ("sns", _) => "text messages",
            ("sqs", _) => "queue calls",
            ("kms", _) => "kms calls",
            ("secretsmanager", _) => "secret calls",
            _ => "other calls",
        };
        self.add(called.caller, what, 1.0);
    }

    /// Counts the units that DynamoDB says a call took.
    pub(crate) fn units(&self, called: &Called<'_>, answer: &[u8]) {
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        let consumed = answer.get("ConsumedCapacity").unwrap_or(&Value::Null);
        let all = consumed.as_array().map_or(std::slice::from_ref(consumed), Vec::as_slice);
        let units: f64 = all.iter().filter_map(|it| it.get("CapacityUnits")?.as_f64()).sum();
        let reads = ["BatchGetItem", "GetItem", "Query", "Scan", "TransactGetItems"];
        let what = if reads.contains(&called.operation) { "read units" } else { "write units" };
        self.add(called.caller, what, units);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Usage>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same call, which asks what it takes.
pub(crate) fn asking(mut request: HttpRequest) -> HttpRequest {
    let body = request.body().bytes().and_then(|it| serde_json::from_slice::<Value>(it).ok());
    if let Some(Value::Object(mut members)) = body {
        members.insert("ReturnConsumedCapacity".to_owned(), "TOTAL".into());
        *request.body_mut() = SdkBody::from(Value::Object(members).to_string());
    }
    request
}

/// The front door's place in a [`Usage`].
pub(crate) const API: &str = "api";
