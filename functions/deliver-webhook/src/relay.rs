//! From the stream to the feed and the queue.

use std::collections::BTreeMap;

use domain::{TenantId, Timestamp};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use shared::BoxError;
use shared::edge::stream::{StreamRecord, text};
use shared::edge::webhook_queue::{CallbackTask, DeliveryTask, Task};
use shared::store::{DeliveryId, NewDelivery, Outbox, OutboxEvent, Payload, StoreError, Webhook};

use crate::{Deps, callback};

/// What a record of the batch has to tell.
struct Telling {
    /// Its place in the batch.
    index: usize,
    callback: Option<CallbackTask>,
    outbox: Option<Outbox>,
}

/// Gives what the records of a batch have to tell its places in the feed, and enqueues it for whoever hears it. Doing it
/// again changes nothing but that messages come twice. Gives the first record that has to come again, with those after
/// it, if one has to.
///
/// A tenant's feed has one counter: its records take their places together, and other tenants theirs meanwhile.
pub(crate) async fn relay(deps: &Deps, records: &[StreamRecord], now: Timestamp) -> Option<usize> {
    let mut tenants: BTreeMap<Option<TenantId>, Vec<Telling>> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        let outbox = text(record, "outbox").map(Outbox::parse).transpose().unwrap_or_else(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "an event that cannot be read was left out"
            );
            None
        });
        let tenant = outbox.as_ref().map(|it| it.tenant.clone());
        let telling = Telling { index, callback: callback::task_of(record), outbox };
        tenants.entry(tenant).or_default().push(telling);
    }
    let told: Vec<_> = tenants.iter().map(|(tenant, it)| tell(deps, tenant.as_ref(), it, now)).collect();
    let told: Vec<_> = stream::iter(told).buffer_unordered(AT_ONCE).collect().await;
    told.into_iter().filter_map(Result::err).min()
}

/// Tells what there is of one tenant, in its order; the first record that could not be told.
async fn tell(
    deps: &Deps,
    tenant: Option<&TenantId>,
    tellings: &[Telling],
    now: Timestamp,
) -> Result<(), usize> {
    let mut left = tellings;
    while let Some(first) = left.first() {
        let told = match tell_some(deps, tenant, left, now).await {
            Ok(told) => told,
            // What cannot be read will not be readable later, and must not hold up what comes after it.
            Err(error) if matches!(error.downcast_ref(), Some(StoreError::Corrupt { .. })) => {
                tracing::error!(error = error.as_ref(), "an event that cannot be told was left out");
                1
            }
            Err(error) => {
                tracing::error!(error = error.as_ref(), "an event could not be relayed");
                return Err(first.index);
            }
        };
        left = left.get(told..).unwrap_or_default();
    }
    Ok(())
}

/// Tells as many as take their places in the feed at once, and says how many these are.
async fn tell_some(
    deps: &Deps,
    tenant: Option<&TenantId>,
    tellings: &[Telling],
    now: Timestamp,
) -> Result<usize, BoxError> {
    let Some(tenant) = tenant else {
        let tasks = tellings.iter().filter_map(|it| it.callback.clone()).map(Task::Callback);
        deps.queue.send_all(&tasks.collect::<Vec<_>>()).await?;
        return Ok(tellings.len());
    };
    let outboxes: Vec<&Outbox> = tellings.iter().filter_map(|it| it.outbox.as_ref()).collect();
    let places = deps.feed.append(tenant, &outboxes, now).await?;
    let webhooks = deps.webhooks.list(tenant).await?;
    let (mut deliveries, mut tasks) = (Vec::new(), Vec::new());
    for ((telling, outbox), place) in tellings.iter().zip(outboxes).zip(&places) {
        tasks.extend(telling.callback.clone().map(Task::Callback));
        for (event, position) in outbox.events.iter().zip(*place..) {
            for webhook in webhooks.iter().filter(|it| it.is_enabled() && it.hears(event.name)) {
                let new = delivery(webhook, event, position);
                let (tenant, webhook) = (new.tenant.clone(), new.webhook.clone());
                tasks.push(Task::Delivery(DeliveryTask { tenant, webhook, id: new.id.clone(), waits: 0 }));
                deliveries.push(new);
            }
        }
    }
    let added: Vec<_> = deliveries.iter().map(|it| deps.deliveries.add(it, now)).collect();
    stream::iter(added).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    deps.queue.send_all(&tasks).await?;
    Ok(places.len())
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

/// Calls under way at one time, of one tenant or for several.
const AT_ONCE: usize = 8;
