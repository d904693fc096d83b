//! The queue of what is to be told to integrators: a message for each event and endpoint.

use std::time::Duration;

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use domain::value::WebhookId;
use domain::{RequestId, TenantId};
use serde::{Deserialize, Serialize};

use super::queue::SqsMessage;
use crate::BoxError;
use crate::failed_call::FailedCall;
use crate::store::DeliveryId;

/// The queue.
#[derive(Clone, Debug)]
pub struct WebhookQueue {
    client: aws_sdk_sqs::Client,
    url: String,
}

/// What a message asks for.
#[derive(Clone, Debug)]
pub enum Task {
    /// Call the callback of a request.
    Callback(CallbackTask),
    /// Try a delivery to an endpoint.
    Delivery(DeliveryTask),
}

/// A call of the callback that a request carries.
#[derive(Clone, Debug)]
pub struct CallbackTask {
    /// The request.
    pub request: RequestId,
    /// The kind of evidence it tells of.
    pub event: String,
    /// Its place in the evidence.
    pub seq: u64,
    /// Earlier attempts.
    pub attempts: u8,
    /// How often its server had enough to do since.
    pub waits: u8,
}

/// An attempt at a delivery.
#[derive(Clone, Debug)]
pub struct DeliveryTask {
    /// Whose endpoint it is.
    pub tenant: TenantId,
    /// The endpoint.
    pub webhook: WebhookId,
    /// The delivery.
    pub id: DeliveryId,
    /// How often the endpoint had enough to do since the last attempt.
    pub waits: u8,
}

#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum Message {
    Callback {
        request: String,
        event: String,
        seq: u64,
        attempts: u8,
        #[serde(default)]
        waits: u8,
    },
    Delivery {
        tenant: String,
        webhook: String,
        delivery: String,
        #[serde(default)]
        waits: u8,
    },
}

impl WebhookQueue {
    /// The queue at this address.
    #[must_use]
    pub fn new(client: aws_sdk_sqs::Client, url: String) -> Self {
        Self { client, url }
    }

    /// Sends a message that is held back for `delay`, at most 15 minutes.
    ///
    /// # Errors
    ///
    /// [`BoxError`] when the queue does not take it.
    pub async fn send(&self, task: &Task, delay: Duration) -> Result<(), BoxError> {
        let seconds = delay.as_millis().div_ceil(1000).min(LONGEST_DELAY_SECONDS);
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(serde_json::to_string(&Message::of(task))?)
            .delay_seconds(i32::try_from(seconds)?)
            .send()
            .await
            .map_err(FailedCall::of)?;
        Ok(())
    }

    /// Sends messages together, none of them held back.
    ///
    /// # Errors
    ///
    /// [`BoxError`] when the queue does not take one of them; it may have taken others.
    pub async fn send_all(&self, tasks: &[Task]) -> Result<(), BoxError> {
        for some in tasks.chunks(MOST_AT_ONCE) {
            let entry = |(number, task): (usize, &Task)| -> Result<_, BoxError> {
                let body = serde_json::to_string(&Message::of(task))?;
                let entry = SendMessageBatchRequestEntry::builder().id(number.to_string());
                Ok(entry.message_body(body).build()?)
            };
            let entries = some.iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>()?;
            let batch = self.client.send_message_batch().queue_url(&self.url).set_entries(Some(entries));
            if let Some(failed) = batch.send().await.map_err(FailedCall::of)?.failed.first() {
                return Err(format!("the queue did not take a message: {}", failed.code).into());
            }
        }
        Ok(())
    }

    /// Puts a message back that could not be worked on: it comes again soon, and less soon each time. Without that it
    /// came when its visibility timeout is over, which is longer than the longest work takes.
    ///
    /// # Errors
    ///
    /// [`BoxError`] when the queue does not take it back; the message comes again nevertheless, later.
    pub async fn put_back(&self, message: &SqsMessage) -> Result<(), BoxError> {
        let received =
            message.attributes.get("ApproximateReceiveCount").and_then(|it| it.parse::<usize>().ok());
        let pause = received.and_then(|it| PAUSES_SECONDS.get(it.saturating_sub(1)));
        let (Some(pause), Some(receipt)) = (pause, &message.receipt_handle) else { return Ok(()) };
        self.client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt)
            .visibility_timeout(*pause)
            .send()
            .await
            .map_err(FailedCall::of)?;
        Ok(())
    }
}

impl Task {
    /// Reads the body of a message.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match serde_json::from_str(text).ok()? {
            Message::Callback { request, event, seq, attempts, waits } => {
                let request = RequestId::parse(&request).ok()?;
                Some(Self::Callback(CallbackTask { request, event, seq, attempts, waits }))
            }
            Message::Delivery { tenant, webhook, delivery, waits } => Some(Self::Delivery(DeliveryTask {
                tenant: TenantId::parse(&tenant).ok()?,
                webhook: WebhookId::parse(&webhook).ok()?,
                id: DeliveryId::parse(&delivery)?,
                waits,
            })),
        }
    }
}

impl Message {
    fn of(task: &Task) -> Self {
        match task {
            Task::Callback(it) => Self::Callback {
                request: it.request.to_string(),
                event: it.event.clone(),
                seq: it.seq,
                attempts: it.attempts,
                waits: it.waits,
            },
            Task::Delivery(it) => Self::Delivery {
                tenant: it.tenant.to_string(),
                webhook: it.webhook.to_string(),
                delivery: it.id.to_string(),
                waits: it.waits,
            },
        }
    }
}

/// Amazon SQS: messages of a batch.
const MOST_AT_ONCE: usize = 10;
const LONGEST_DELAY_SECONDS: u128 = 900;
/// After work that failed for the first time, the second, the third; later the queue's own time counts.
const PAUSES_SECONDS: [i32; 3] = [10, 30, 120];
