//! What became of a message that was handed to a provider.

use std::error::Error;
use std::io;

use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use domain::message::Delivery;

/// What became of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It certainly did not leave. Try again later.
    NotSent {
        /// The provider's word, or ours; never an address.
        reason: String,
    },
    /// It is not to be sent again.
    Settled(Delivery),
}

impl Outcome {
    pub(crate) fn not_sent(reason: &str) -> Self {
        Self::NotSent { reason: reason.to_owned() }
    }

    pub(super) fn accepted(provider_id: Option<String>) -> Self {
        Self::Settled(Delivery::Accepted { provider_id: provider_id.unwrap_or_default() })
    }
}

/// Says what became of a message from how the call failed.
pub(super) fn judge<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Outcome {
    match error {
        SdkError::ConstructionFailure(_) => Outcome::not_sent("the call could not be built"),
        SdkError::DispatchFailure(failure) => {
            let never_left = failure.as_connector_error().is_some_and(|error| was_not_connected(error));
            if never_left {
                Outcome::not_sent("no connection")
            } else {
                Outcome::Settled(Delivery::Ambiguous)
            }
        }
        SdkError::ServiceError(context) => {
            judge_answer(context.raw().status().as_u16(), context.err().code().unwrap_or("unknown"))
        }
        // The call timed out, or its answer could not be read.
        _ => Outcome::Settled(Delivery::Ambiguous),
    }
}

type SdkError<E> = aws_sdk_sesv2::error::SdkError<E>;

fn judge_answer(status: u16, code: &str) -> Outcome {
    if RECOVERABLE_CODES.contains(&code) || status == 429 {
        return Outcome::not_sent(code);
    }
    match status {
        // The role, its credentials or the clock are wrong: the operator mends that, and it can go.
        401 | 403 => Outcome::not_sent(code),
        400..=499 => Outcome::Settled(Delivery::Refused { reason: code.to_owned() }),
        // Also a yes that cannot be read: the message may well be on its way.
        _ => Outcome::Settled(Delivery::Ambiguous),
    }
}

/// Whether the operating system says that there was no connection to send anything through.
fn was_not_connected(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return matches!(
                error.kind(),
                io::ErrorKind::AddrNotAvailable
                    | io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::HostUnreachable
                    | io::ErrorKind::NetworkUnreachable
            );
        }
        next = error.source();
    }
    false
}

/// The provider declined for now: too many messages, or sending is paused for the account.
const RECOVERABLE_CODES: [&str; 6] = [
    "LimitExceededException",
    "SendingPausedException",
    "Throttled",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];
