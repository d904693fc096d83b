//! From the stream to the feed and the queue.

use std::time::Duration;

use domain::Timestamp;
use shared::BoxError;
use shared::edge::stream::{StreamRecord, text};
use shared::edge::webhook_queue::{DeliveryTask, Task};
use shared::store::{DeliveryId, NewDelivery, Outbox, OutboxEvent, Payload, Webhook};

use crate::{Deps, callback};

/// Gives what a record has to tell its places in the feed, and enqueues it for whoever hears it. Doing it
/// again changes nothing but that messages come twice.
pub(crate) async fn relay(deps: &Deps, record: &StreamRecord, now: Timestamp) -> Result<(), BoxError> {
    if let Some(task) = callback::task_of(record) {
        deps.queue.send(&Task::Callback(task), Duration::ZERO).await?;
    }
    let Some(outbox) = text(record, "outbox") else { return Ok(()) };
    let outbox = Outbox::parse(outbox)?;
    let positions = deps.feed.append(&outbox.tenant, &outbox.events, now).await?;
    let webhooks = deps.webhooks.list(&outbox.tenant).await?;
    for (event, position) in outbox.events.iter().zip(positions) {
        for webhook in webhooks.iter().filter(|it| it.is_enabled() && it.hears(event.name)) {
            let new = delivery(webhook, event, position);
            deps.deliveries.add(&new, now).await?;
            let task = DeliveryTask { tenant: new.tenant, webhook: new.webhook, id: new.id, waits: 0 };
            deps.queue.send(&Task::Delivery(task), Duration::ZERO).await?;
        }
    }
    Ok(())
}

fn delivery(webhook: &Webhook, event: &OutboxEvent, position: u64) -> NewDelivery {
    let id = event.id.to_string();
    NewDelivery {
        tenant: webhook.tenant.clone(),
        webhook: webhook.id.clone(),
        id: DeliveryId::of(&id, event.at),
        event: id,
        event_type: event.name.as_str().to_owned(),
        payload: Payload::At(position),
    }
}
