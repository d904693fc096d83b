//! Tells integrators what happened: a message is a view of an evidence event.
//!
//! The stream only enqueues; the queue delivers. A stranger's endpoint never holds up the stream.

mod body;

use std::time::Duration;

use domain::RequestId;
use domain::request::Callback;
use serde::{Deserialize, Serialize};
use shared::BoxError;
use shared::edge::batch::Batch;
use shared::edge::queue::{SqsEvent, parts};
use shared::edge::stream::{BatchResponse, StreamEvent, StreamRecord, sequence_number, text};
use shared::edge::{Aws, ConfigError, Env, Handler, Invocation, Supply};
use shared::outbound::Outbound;
use shared::store::{Requests, StoreError, request_of_pk};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    queue: aws_sdk_sqs::Client,
    queue_url: String,
    outbound: Outbound,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete.
#[expect(clippy::unused_async, reason = "every function is loaded the same way")]
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let deps = Deps {
        requests: supply.requests()?,
        queue: aws_sdk_sqs::Client::new(&aws.sdk),
        queue_url: env.required("WEBHOOK_QUEUE_URL")?,
        outbound: supply.outbound()?,
    };
    Ok(Handler::of_events(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// One delivery, as it stands in the queue.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Delivery {
    request: String,
    event: String,
    seq: u64,
    /// Earlier attempts.
    attempts: u8,
}

/// Enqueues what the stream brings, delivers what the queue brings.
///
/// # Errors
///
/// None: what could not be worked on is named in the answer and delivered again.
pub async fn handle(deps: &Deps, event: Batch, _cx: &Invocation) -> Result<BatchResponse, BoxError> {
    Ok(match event {
        Batch::Queue(event) => deliver_all(deps, &event).await,
        Batch::Stream(event) => enqueue_all(deps, &event).await,
    })
}

async fn enqueue_all(deps: &Deps, event: &StreamEvent) -> BatchResponse {
    for record in &event.records {
        let Some(delivery) = delivery_of(record) else { continue };
        if let Err(error) = enqueue(deps, &delivery, Duration::ZERO).await {
            tracing::error!(error = error.as_ref(), "a webhook could not be enqueued");
            // Records after this one come again with it, so that their order is kept.
            return BatchResponse::of(vec![sequence_number(record)]);
        }
    }
    BatchResponse::default()
}

async fn deliver_all(deps: &Deps, event: &SqsEvent) -> BatchResponse {
    let mut failed = Vec::new();
    for message in &event.records {
        let (text, id) = parts(message);
        let Ok(delivery) = serde_json::from_str::<Delivery>(text) else { continue };
        if let Err(error) = deliver(deps, delivery).await {
            tracing::error!(error = error.as_ref(), "a webhook could not be worked on");
            failed.push(id);
        }
    }
    BatchResponse::of(failed)
}

async fn deliver(deps: &Deps, delivery: Delivery) -> Result<(), BoxError> {
    let Ok(id) = RequestId::parse(&delivery.request) else { return Ok(()) };
    let request = match deps.requests.load(&id).await {
        Err(StoreError::NotFound) => return Ok(()),
        other => other?,
    };
    let Some(callback) = &request.facts().callback else { return Ok(()) };
    let message = body::of(&request, callback, &delivery.event, delivery.seq);
    let sent = deps.outbound.post(&callback.url, &message.headers, message.content_type, message.body).await;
    let temporary = match &sent {
        Ok(status) if (200..300).contains(status) => return Ok(()),
        Ok(status) => matches!(status, 429 | 502 | 503 | 504),
        Err(error) => error.is_temporary(),
    };
    tracing::warn!(
        request.id = id.as_str(),
        evidence.seq = delivery.seq,
        status = sent.as_ref().ok(),
        temporary,
        "a webhook was not taken"
    );
    match retry_after(callback, delivery.attempts).filter(|_| temporary) {
        Some(delay) => enqueue(deps, &Delivery { attempts: delivery.attempts + 1, ..delivery }, delay).await,
        None => Ok(()),
    }
}

/// The pause before the next attempt, if the integrator wants one.
fn retry_after(callback: &Callback, attempts: u8) -> Option<Duration> {
    if attempts >= callback.retry { None } else { RETRY_PAUSES.get(usize::from(attempts)).copied() }
}

async fn enqueue(deps: &Deps, delivery: &Delivery, delay: Duration) -> Result<(), BoxError> {
    deps.queue
        .send_message()
        .queue_url(&deps.queue_url)
        .message_body(serde_json::to_string(delivery)?)
        .delay_seconds(i32::try_from(delay.as_secs())?)
        .send()
        .await?;
    Ok(())
}

fn delivery_of(record: &StreamRecord) -> Option<Delivery> {
    let json: serde_json::Value = serde_json::from_str(text(record, "event")?).ok()?;
    Some(Delivery {
        request: text(record, "pk").and_then(request_of_pk)?.to_string(),
        event: text(record, "kind")?.to_owned(),
        seq: json.get("seq")?.as_u64()?,
        attempts: 0,
    })
}

/// Growing, and each within the 15 minutes that a queue can hold a message back.
const RETRY_PAUSES: [Duration; 5] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(5),
    Duration::from_mins(15),
];
