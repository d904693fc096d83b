//! One attempt at a delivery, and what follows.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Timestamp;
use domain::notification::{EventId, EventName};
use serde_json::Value;
use shared::BoxError;
use shared::edge::webhook_queue::{DeliveryTask, Task};
use shared::metrics::{self, Metric};
use shared::outbound::{Answered, RetryAfter};
use shared::store::{
    Attempt, Auth, Callee, Credentials, Delivery, DeliveryState, DisabledBy, LONGEST_DELAY, Payload,
    PayloadFormat, StoreError, Verdict, Webhook,
};

use crate::schedule::{Step, busy_pause, chance, step};
use crate::token::Client;
use crate::{Deps, callback, failing, leave, millis, onespan, signature};

/// How an attempt ended.
struct Outcome {
    attempt: Attempt,
    retry_after: Option<RetryAfter>,
}

/// Tries a delivery that waits; a little later while as many calls are under way as may be.
pub(crate) async fn deliver(deps: &Deps, task: &DeliveryTask) -> Result<(), BoxError> {
    let delivery = match deps.deliveries.load(&task.tenant, &task.webhook, &task.id).await {
        Err(StoreError::NotFound) => return Ok(()),
        other => other?,
    };
    let now = deps.clock.now();
    // Messages come twice: what was delivered, or is to be tried later, is left alone.
    match delivery.state {
        DeliveryState::Waiting(at) if at <= now.plus(EARLY) => {}
        DeliveryState::Delivered | DeliveryState::Failed | DeliveryState::Waiting(_) => return Ok(()),
    }
    let webhook = match deps.webhooks.load(&task.tenant, &task.webhook).await {
        Ok(webhook) if webhook.is_enabled() => webhook,
        Ok(_) | Err(StoreError::NotFound) => {
            let _others = deps.deliveries.record(&delivery, None, Verdict::Failed, now).await?;
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let callee = Callee::webhook(&task.tenant, &task.webhook);
    let Some(leave) = leave::take(deps, &task.tenant, callee).await? else {
        let next = DeliveryTask { waits: task.waits.saturating_add(1), ..task.clone() };
        return deps.queue.send(&Task::Delivery(next), busy_pause(task.waits, chance())).await;
    };
    let outcome = attempt(deps, &webhook, &delivery).await;
    leave::give_back(deps, leave).await;
    follow(deps, task, webhook, &delivery, outcome?).await
}

/// Records an attempt, and does what it leads to.
async fn follow(
    deps: &Deps,
    task: &DeliveryTask,
    webhook: Webhook,
    delivery: &Delivery,
    outcome: Outcome,
) -> Result<(), BoxError> {
    let now = deps.clock.now();
    let status = outcome.attempt.status;
    let step = step(status, outcome.retry_after, delivery.tried, now, chance());
    let verdict = match step {
        Step::Again(at) => Verdict::Again(at),
        Step::Delivered => Verdict::Delivered,
        Step::GivenUp | Step::Gone => Verdict::Failed,
    };
    let error = outcome.attempt.error.clone();
    if !deps.deliveries.record(delivery, Some(outcome.attempt), verdict, now).await? {
        return Ok(());
    }
    metrics::record(Metric::WebhookFailed, u64::from(step != Step::Delivered));
    let health = deps.health.of(&task.tenant, &task.webhook).await?;
    let callee = Callee::webhook(&task.tenant, &task.webhook);
    if step == Step::Delivered {
        if health.failing_since.is_some() {
            deps.health.note_success(&callee).await?;
        }
        return Ok(());
    }
    tracing::warn!(webhook.id = task.webhook.as_str(), status, error, "a delivery was not taken");
    if health.failing_since.is_none() {
        deps.health.note_failure(&callee, now).await?;
    }
    let too_long = health.failing_since.is_some_and(|since| now.since(since) >= FAILING_MOST);
    match step {
        Step::Gone => failing::disable(deps, webhook, DisabledBy::Gone, now).await?,
        _ if too_long => failing::disable(deps, webhook, DisabledBy::Failures, now).await?,
        Step::Again(at) if at.since(now) <= LONGEST_DELAY => {
            let next = DeliveryTask { waits: 0, ..task.clone() };
            deps.queue.send(&Task::Delivery(next), at.since(now)).await?;
        }
        Step::GivenUp => failing::given_up(deps, &webhook, now).await?,
        Step::Again(_) | Step::Delivered => {}
    }
    Ok(())
}

async fn attempt(deps: &Deps, webhook: &Webhook, delivery: &Delivery) -> Result<Outcome, BoxError> {
    let (at, began) = (deps.clock.now(), Instant::now());
    let credentials = deps.webhooks.credentials(webhook)?;
    let ended = match body_of(deps, webhook, delivery).await? {
        Some(body) => call(deps, webhook, &credentials, (&delivery.about.event, &body)).await,
        None => Err("what was to be told is not kept any more".to_owned()),
    };
    let (status, retry_after, error) = match ended {
        Ok(answered) => (Some(answered.status), answered.retry_after, None),
        Err(words) => (None, None, Some(words)),
    };
    let attempt = Attempt { at: at.unix_ms(), status, duration_ms: millis(began.elapsed()), error };
    Ok(Outcome { attempt, retry_after })
}

/// Calls the endpoint; once more with a new token when it refuses the one it was shown.
async fn call(
    deps: &Deps,
    webhook: &Webhook,
    credentials: &Credentials,
    (event, body): (&str, &str),
) -> Result<Answered, String> {
    let answered = call_once(deps, webhook, credentials, (event, body)).await?;
    match &credentials.auth {
        Auth::OAuth2 { .. } if answered.status == 401 => {
            deps.tokens.forget(&webhook.id).await;
            call_once(deps, webhook, credentials, (event, body)).await
        }
        _ => Ok(answered),
    }
}

async fn call_once(
    deps: &Deps,
    webhook: &Webhook,
    credentials: &Credentials,
    (event, body): (&str, &str),
) -> Result<Answered, String> {
    let now = deps.clock.now();
    let mut headers: BTreeMap<String, String> = credentials.headers.clone();
    if let Some(value) = authorization(deps, webhook, &credentials.auth, now).await? {
        headers.insert("authorization".to_owned(), value);
    }
    headers.insert("webhook-id".to_owned(), event.to_owned());
    headers.insert("webhook-timestamp".to_owned(), now.unix_seconds().to_string());
    let signatures = signature::signatures(&credentials.keys, event, now, body);
    headers.insert("webhook-signature".to_owned(), signatures);
    let sent = deps.outbound.deliver(&webhook.url, &headers, "application/json", body.to_owned()).await;
    sent.map_err(|error| callback::words_of(&error))
}

async fn authorization(
    deps: &Deps,
    webhook: &Webhook,
    auth: &Auth,
    now: Timestamp,
) -> Result<Option<String>, &'static str> {
    Ok(match auth {
        Auth::None => None,
        Auth::BasicKey { key } => Some(format!("Basic {key}")),
        Auth::Basic { username, password } => {
            Some(format!("Basic {}", STANDARD.encode(format!("{username}:{password}"))))
        }
        Auth::OAuth2 { token_url, client_id, client_secret, scope } => {
            let client = Client { token_url, id: client_id, secret: client_secret, scope: scope.as_deref() };
            let name = (&webhook.id, webhook.version);
            let token = deps.tokens.token(name, &client, &deps.outbound, now).await?;
            Some(format!("Bearer {}", token.as_str()))
        }
    })
}

/// What is sent, in the words that the endpoint wants; none when it is not kept any more.
async fn body_of(deps: &Deps, webhook: &Webhook, delivery: &Delivery) -> Result<Option<String>, BoxError> {
    let about = &delivery.about;
    let payload: Value = match &about.payload {
        Payload::Here(payload) => payload.clone(),
        Payload::At(position) => match deps.feed.at(&about.tenant, *position, deps.clock.now()).await? {
            Some(event) => event.payload,
            None => return Ok(None),
        },
    };
    let name = EventName::parse(&about.event_type);
    let (PayloadFormat::OneSpan, Some(name)) = (webhook.format, name) else {
        return Ok(Some(payload.to_string()));
    };
    let request = match (name, EventId::parse(&about.event)) {
        (EventName::RequestCompleted | EventName::RequestDeclined, Some(id)) => {
            match deps.requests.load(&id.request).await {
                Ok(request) => Some(request),
                Err(StoreError::NotFound) => None,
                Err(error) => return Err(error.into()),
            }
        }
        _ => None,
    };
    Ok(Some(onespan::body(&payload, name, about.tenant.as_str(), request.as_ref()).to_string()))
}

/// Clocks of the queue and of this system may differ by so much.
const EARLY: Duration = Duration::from_secs(2);
/// An endpoint that takes nothing for so long is called no more.
const FAILING_MOST: Duration = Duration::from_hours(5 * 24);
