//! Messages of SQS queues.

pub use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};

/// The body of a message, and its id for a [`BatchResponse`](super::stream::BatchResponse).
#[must_use]
pub fn parts(message: &SqsMessage) -> (&str, String) {
    (message.body.as_deref().unwrap_or_default(), message.message_id.clone().unwrap_or_default())
}
