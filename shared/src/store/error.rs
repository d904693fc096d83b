//! Why the stores failed.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use domain::RequestId;

use crate::BoxError;
use crate::failed_call::FailedCall;

/// Why something could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Someone changed the request since it was loaded. Load, decide and commit again.
    #[error("request {0} changed since it was loaded")]
    Conflict(RequestId),
    /// A stored item does not have the shape that its version promises. Not retryable.
    #[error("item {key} is corrupt")]
    Corrupt {
        /// Its key.
        key: String,
        /// What is wrong with it.
        #[source]
        what: BoxError,
    },
    /// There is no such thing, or it belongs to someone else.
    #[error("not found")]
    NotFound,
    /// DynamoDB or S3 did not answer usefully. Retryable.
    #[error("{operation} failed: {source}")]
    Unavailable {
        /// The call.
        operation: &'static str,
        /// Why.
        #[source]
        source: BoxError,
    },
}

impl StoreError {
    /// A failed call.
    pub(super) fn unavailable<E, R>(operation: &'static str) -> impl FnOnce(SdkError<E, R>) -> Self
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        move |error| Self::Unavailable { operation, source: Box::new(FailedCall::of(error)) }
    }

    /// What is stored under this key is not what it should be.
    #[must_use]
    pub fn corrupt(key: &str, what: impl Into<BoxError>) -> Self {
        Self::Corrupt { key: key.to_owned(), what: what.into() }
    }
}
