//! Every minute: looks at what is due. Deadlines pass, signatories are reminded, documents that never came are
//! given up, messages, seals and deliveries that someone left behind are taken up.
//!
//! State is decided by comparing clocks, so nothing here is needed for a refusal to be right; it only
//! makes the consequences happen.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use domain::due::DueKind;
use domain::policy::RECOVERY_PAUSE;
use domain::request::{AnyRequest, Failure};
use domain::{Actor, Cause, RequestId};
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use shared::BoxError;
use shared::courier::Courier;
use shared::edge::webhook_queue::{DeliveryTask, Task, WebhookQueue};
use shared::edge::{Aws, ConfigError, Env, Handler, Invocation, Supply, system_rng};
use shared::intake::NEVER_ARRIVED;
use shared::metrics::{self, Metric};
use shared::store::{Deliveries, DueDelivery, DueItem, DueTarget, Requests, StoreError};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    courier: Courier,
    queue: aws_sdk_sqs::Client,
    seal_queue_url: String,
    deliveries: Deliveries,
    webhook_queue: WebhookQueue,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let requests = supply.committing_requests().await?;
    let deps = Deps {
        courier: supply.courier_with_links(&requests).await?,
        requests,
        queue: aws.sqs(),
        seal_queue_url: env.required("SEAL_QUEUE_URL")?,
        deliveries: supply.deliveries()?.0,
        webhook_queue: supply.webhook_queue()?,
    };
    Ok(Handler::of_events(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Looks at everything that is due, for half the time there is. One thing that fails holds up none of the others.
///
/// # Errors
///
/// [`BoxError`] when the index cannot be read, or when something failed: the schedule then tries again.
pub async fn handle(deps: &Deps, _event: Value, cx: &Invocation) -> Result<(), BoxError> {
    let (started, time) = (Instant::now(), cx.deadline.since(cx.now) / 2);
    let (mut seen, mut failures) = (HashSet::new(), 0_u32);
    loop {
        let mut due: Vec<Due> =
            deps.requests.due(cx.now, PER_SHARD).await?.into_iter().map(Due::Item).collect();
        let deliveries = deps.deliveries.due(cx.now, DELIVERIES_PER_SHARD).await?;
        due.extend(deliveries.into_iter().map(Due::Delivery));
        // Where nothing is full, nothing was left out.
        let is_all = due.len() < usize::try_from(PER_SHARD).unwrap_or_default();
        // What failed, or stands in the index a moment longer, comes again.
        due.retain(|it| seen.insert(it.clone()));
        let is_new = !due.is_empty();
        failures += look_at_all(deps, due, cx).await;
        if is_all || !is_new || started.elapsed() >= time {
            break;
        }
    }
    if failures > 0 { Err(format!("{failures} due items failed").into()) } else { Ok(()) }
}

/// One thing that is due.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
enum Due {
    Delivery(DueDelivery),
    Item(DueItem),
}

impl Due {
    /// Things of one owner stand in each other's way.
    fn owner(&self) -> &str {
        match self {
            Self::Delivery(it) => it.id.as_str(),
            Self::Item(it) => it.request.as_str(),
        }
    }
}

/// Looks at these, some at the same time, and counts those that failed.
async fn look_at_all(deps: &Deps, due: Vec<Due>, cx: &Invocation) -> u32 {
    let mut by_owner: BTreeMap<String, Vec<Due>> = BTreeMap::new();
    for it in due {
        by_owner.entry(it.owner().to_owned()).or_default().push(it);
    }
    let looks = stream::iter(by_owner.into_values()).map(async |theirs| {
        let mut failures = 0;
        for it in &theirs {
            failures += u32::from(!look_at_one(deps, it, cx).await);
        }
        failures
    });
    looks.buffer_unordered(AT_ONCE).fold(0, async |sum, failures| sum + failures).await
}

/// Says whether it went well.
async fn look_at_one(deps: &Deps, due: &Due, cx: &Invocation) -> bool {
    match due {
        Due::Item(due) => {
            let looked = look_at(deps, due, cx).await;
            looked.inspect_err(|error| {
                tracing::error!(
                    request.id = due.request.as_str(),
                    error = error.as_ref(),
                    "a due item failed"
                );
            })
        }
        Due::Delivery(due) => {
            let passed_on = deliver(deps, due, cx).await;
            passed_on.inspect_err(|error| {
                let webhook = due.webhook.as_str();
                tracing::error!(webhook.id = webhook, error = error.as_ref(), "a due delivery failed");
            })
        }
    }
    .is_ok()
}

async fn look_at(deps: &Deps, due: &DueItem, cx: &Invocation) -> Result<(), BoxError> {
    match &due.target {
        DueTarget::Message(id) => match deps.requests.message(&due.request, id).await? {
            None => Ok(()),
            Some((message, true)) => Ok(deps.courier.give_up(&due.request, &message).await?),
            Some((_, false)) => Ok(deps.courier.take_up(&due.request, id).await?),
        },
        DueTarget::Request(DueKind::Expiry) => Ok(expire(deps, &due.request, cx).await?),
        DueTarget::Request(DueKind::Intake) => Ok(give_up_intake(deps, &due.request, cx).await?),
        DueTarget::Request(DueKind::Reminder) => Ok(remind(deps, &due.request, cx).await?),
        // A function of its own copies and logs what was fixed.
        DueTarget::Request(DueKind::Archive | DueKind::Reading) => Ok(()),
        DueTarget::Request(DueKind::Seal) => seal_again(deps, &due.request, cx).await,
    }
}

async fn expire(deps: &Deps, id: &RequestId, cx: &Invocation) -> Result<(), StoreError> {
    let mut rng = system_rng();
    let mut cause = Cause { now: cx.now, rng: &mut rng, actor: Actor::System, origin: None };
    let request = deps.requests.load(id).await?;
    let waiting = matches!(request, AnyRequest::Received(_) | AnyRequest::Draft(_) | AnyRequest::Open(_));
    match request.expire(&mut cause) {
        Ok(transition) => left_to_next_sweep(deps.courier.commit(transition).await.map(|_| ())),
        // Seen in the index before its deadline was moved or its end was stored.
        Err(_) if waiting => Ok(()),
        Err(_) => deps.requests.forget(id, DueKind::Expiry).await,
    }
}

async fn give_up_intake(deps: &Deps, id: &RequestId, cx: &Invocation) -> Result<(), StoreError> {
    let AnyRequest::Received(request) = deps.requests.load(id).await? else {
        return deps.requests.forget(id, DueKind::Intake).await;
    };
    let sentence = "The document did not arrive within an hour.".to_owned();
    let mut rng = system_rng();
    let mut cause = Cause { now: cx.now, rng: &mut rng, actor: Actor::System, origin: None };
    let transition = request.reject(Failure { number: NEVER_ARRIVED, sentence }, &mut cause);
    left_to_next_sweep(deps.requests.commit(transition).await.map(|_| ()))
}

async fn remind(deps: &Deps, id: &RequestId, cx: &Invocation) -> Result<(), StoreError> {
    let mut rng = system_rng();
    let mut cause = Cause { now: cx.now, rng: &mut rng, actor: Actor::System, origin: None };
    match deps.requests.load(id).await?.remind_due(&mut cause) {
        Some(transition) => left_to_next_sweep(deps.courier.commit(transition).await.map(|_| ())),
        None => deps.requests.forget(id, DueKind::Reminder).await,
    }
}

async fn seal_again(deps: &Deps, id: &RequestId, cx: &Invocation) -> Result<(), BoxError> {
    metrics::count(Metric::SealsTakenUp);
    deps.queue
        .send_message()
        .queue_url(&deps.seal_queue_url)
        .message_body(json!({ "request": id.as_str() }).to_string())
        .send()
        .await?;
    Ok(deps.requests.postpone(id, DueKind::Seal, cx.now.plus(RECOVERY_PAUSE)).await?)
}

async fn deliver(deps: &Deps, due: &DueDelivery, cx: &Invocation) -> Result<(), BoxError> {
    let (tenant, webhook, id) = (due.tenant.clone(), due.webhook.clone(), due.id.clone());
    let task = Task::Delivery(DeliveryTask { tenant, webhook, id, waits: 0 });
    deps.webhook_queue.send(&task, Duration::ZERO).await?;
    Ok(deps.deliveries.postpone(due, cx.now).await?)
}

/// Who loses a race leaves the item to the next minute: it is still due if it still matters.
fn left_to_next_sweep(result: Result<(), StoreError>) -> Result<(), StoreError> {
    match result {
        Err(StoreError::Conflict(_)) => Ok(()),
        other => other,
    }
}

/// Owners whose things are looked at at the same time: most of each look is waiting for the tables.
const AT_ONCE: usize = 8;
/// Items of one kind and shard that are read at once.
const PER_SHARD: i32 = 25;
/// Deliveries are only passed on.
const DELIVERIES_PER_SHARD: i32 = 100;
