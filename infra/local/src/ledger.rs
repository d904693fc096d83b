//! What the functions asked of the cloud: counted, for the cost of a story and the size of a policy.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// One kind of call.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Call {
    /// The logical id of the function that called; `None` for the stage itself.
    pub function: Option<String>,
    /// The service as its policies name it: `dynamodb`, `s3`, `ses`, `sns`, `sqs`, `secretsmanager`, `kms`.
    pub service: &'static str,
    /// The API operation, such as `TransactWriteItems`.
    pub operation: String,
    /// What a policy must allow for it, such as `PutItem`; a transaction counts once per item.
    pub action: String,
    /// The table or index, the bucket with the first part of the key, the queue, the secret.
    pub resource: String,
}

/// Counts calls. It holds one line per kind of call, not per call.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    calls: Mutex<BTreeMap<Call, u64>>,
}

impl Ledger {
    pub(crate) fn record(&self, call: Call) {
        *self.lock().entry(call).or_insert(0) += 1;
    }

    pub(crate) fn calls(&self) -> Vec<(Call, u64)> {
        self.lock().iter().map(|(call, count)| (call.clone(), *count)).collect()
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Call, u64>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
