//! Tells integrators what happened.
//!
//! The stream gives each event its place in the feed, decides who hears it, and enqueues; the queue delivers:
//! to the endpoints of subscriptions, and to the callbacks that requests carry. A stranger's endpoint never
//! holds up the stream, nor another's.

mod attempt;
mod body;
mod callback;
mod failing;
mod leave;
mod onespan;
mod relay;
mod schedule;
mod signature;
mod token;

use std::time::Duration;

use shared::BoxError;
use shared::edge::batch::Batch;
use shared::edge::clock::Clock;
use shared::edge::queue::{SqsEvent, parts};
use shared::edge::stream::{BatchResponse, StreamEvent, sequence_number};
use shared::edge::webhook_queue::{Task, WebhookQueue};
use shared::edge::{Aws, ConfigError, Env, Handler, Invocation, Supply};
use shared::outbound::{Mail, Outbound};
use shared::store::{Deliveries, Executions, Feed, Health, Requests, Webhooks};

use token::Tokens;

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    feed: Feed,
    executions: Executions,
    webhooks: Webhooks,
    deliveries: Deliveries,
    health: Health,
    queue: WebhookQueue,
    outbound: Outbound,
    mail: Mail,
    tokens: Tokens,
    clock: Clock,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or the secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let (feed, executions) = supply.feed()?;
    let (deliveries, health) = supply.deliveries()?;
    let deps = Deps {
        requests: supply.requests()?,
        feed,
        executions,
        webhooks: supply.webhooks().await?,
        deliveries,
        health,
        queue: supply.webhook_queue()?,
        outbound: supply.outbound()?,
        mail: supply.mail(),
        tokens: Tokens::default(),
        clock: aws.clock.clone(),
    };
    Ok(Handler::of_events(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Relays what the stream brings, delivers what the queue brings.
///
/// # Errors
///
/// None: what could not be worked on is named in the answer and delivered again.
pub async fn handle(deps: &Deps, event: Batch, cx: &Invocation) -> Result<BatchResponse, BoxError> {
    Ok(match event {
        Batch::Queue(event) => deliver_all(deps, &event).await,
        Batch::Stream(event) => relay_all(deps, &event, cx).await,
    })
}

async fn relay_all(deps: &Deps, event: &StreamEvent, cx: &Invocation) -> BatchResponse {
    // Records after the one that failed come again with it, so that their order is kept.
    let failed = relay::relay(deps, &event.records, cx.now).await.and_then(|it| event.records.get(it));
    BatchResponse::of(failed.map(sequence_number).into_iter().collect())
}

async fn deliver_all(deps: &Deps, event: &SqsEvent) -> BatchResponse {
    let mut failed = Vec::new();
    for message in &event.records {
        let (text, id) = parts(message);
        // What cannot be read ends among the dead letters, where somebody looks at it.
        let Some(task) = Task::parse(text) else {
            tracing::error!(message.id = id, "a message of the queue cannot be read");
            failed.push(id);
            continue;
        };
        let done = match task {
            Task::Callback(task) => callback::call(deps, task).await,
            Task::Delivery(task) => attempt::deliver(deps, &task).await,
        };
        if let Err(error) = done {
            tracing::error!(error = error.as_ref(), "a webhook could not be worked on");
            if let Err(error) = deps.queue.put_back(message).await {
                tracing::warn!(error = error.as_ref(), "a webhook comes again later than it might");
            }
            failed.push(id);
        }
    }
    BatchResponse::of(failed)
}

/// Whole milliseconds.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
