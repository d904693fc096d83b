//! Why a call of AWS failed, in words that a log may have.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::BoxError;

/// A failed call. It says the code of the service's error, or what kept the answer away, and not the service's sentence,
/// which may name an address.
#[derive(Debug)]
pub struct FailedCall {
    reason: Cow<'static, str>,
    error: BoxError,
}

impl FailedCall {
    /// Of any service.
    pub fn of<E, R>(error: SdkError<E, R>) -> Self
    where
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
        R: fmt::Debug + Send + Sync + 'static,
    {
        let reason = match &error {
            SdkError::ConstructionFailure(_) => "it could not be built".into(),
            SdkError::DispatchFailure(_) => "it could not be sent".into(),
            SdkError::ResponseError(_) => "the answer cannot be read".into(),
            SdkError::ServiceError(context) => match context.err().code() {
                Some(code) => code.to_owned().into(),
                None => "an error without a code".into(),
            },
            SdkError::TimeoutError(_) => "no answer in time".into(),
            _ => "something unknown".into(),
        };
        Self { reason, error: Box::new(error) }
    }
}

impl fmt::Display for FailedCall {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.reason)
    }
}

impl Error for FailedCall {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.error.as_ref())
    }
}
