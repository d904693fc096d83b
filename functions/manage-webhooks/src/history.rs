//! What was told: the feed of events, deliveries to endpoints, calls of callbacks.

use domain::TenantId;
use domain::notification::{EventId, EventName};
use rand::RngExt as _;
use serde_json::{Value, json};
use shared::edge::{HttpRequest, Invocation, Problem, Reply, view};
use shared::store::{DeliveryFilter, DeliveryId, NewDelivery, Payload};

use crate::{Deps, enqueue, limit, named, number, wire};

/// `GET /events`: in the order in which they were told, after a cursor.
pub(crate) async fn events(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let after = match http.query("after").filter(|it| !it.is_empty()) {
        None => 0,
        Some(cursor) => cursor.parse().map_err(|_| unknown_cursor())?,
    };
    let events = deps.feed.after(tenant, after, limit(http)?, cx.now).await?;
    let next = events.last().map_or(after, |it| it.position);
    let told: Vec<Value> = events.into_iter().map(|it| it.payload).collect();
    Ok(Reply::json(200, &page(&json!(told), &json!(next.to_string()))))
}

/// `GET /events/{id}`.
pub(crate) async fn event(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let id = EventId::parse(http.path_parameter("id")?).ok_or_else(Problem::not_found)?;
    let event = deps.feed.find(tenant, &id, cx.now).await?.ok_or_else(Problem::not_found)?;
    Ok(Reply::json(200, &view::envelope("", &event.payload)))
}

/// `GET /webhooks/{id}/deliveries`: newest first.
pub(crate) async fn deliveries(deps: &Deps, http: &HttpRequest, tenant: &TenantId) -> Result<Reply, Problem> {
    let webhook = named(deps, http, tenant).await?;
    let only = match http.query("failed") {
        None | Some("false") => None,
        Some("true") => Some(DeliveryFilter::Failed),
        Some(_) => return Err(Problem::bad_request("query_malformed", "failed is true or false.")),
    };
    let after = http.query("after").filter(|it| !it.is_empty());
    let after = after.map(|it| DeliveryId::parse(it).ok_or_else(unknown_cursor)).transpose()?;
    let whose = (tenant, &webhook.id);
    let (found, next) = deps.deliveries.list(whose, after.as_ref(), only, limit(http)?).await?;
    let shown: Vec<Value> = found.iter().map(wire::delivery).collect();
    let next = next.map(|it| it.to_string());
    Ok(Reply::json(200, &page(&json!(shown), &json!(next))))
}

/// `POST /webhooks/{id}/deliveries/{delivery}/redeliver`: the same event under the same name, from the first
/// attempt on.
pub(crate) async fn redeliver(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let webhook = named(deps, http, tenant).await?;
    let id = DeliveryId::parse(http.path_parameter("delivery")?).ok_or_else(Problem::not_found)?;
    let delivery = deps.deliveries.load(tenant, &webhook.id, &id).await?;
    if !webhook.is_enabled() {
        return Err(Problem::new(409, "webhook_disabled", "Enable the subscription first."));
    }
    if delivery.attempts.len() >= MOST_ATTEMPTS {
        let detail = format!("There were {MOST_ATTEMPTS} attempts; read the event by GET /events/{{id}}.");
        return Err(Problem::new(409, "too_many_attempts", detail));
    }
    // The same bits for a call that is worked on again: its first attempt may have begun it, or even seen its end.
    let call = format!("{:032x}", cx.rng("restart").random::<u128>());
    deps.deliveries.restart(&delivery.about, &call, cx.now).await?;
    enqueue(deps, &webhook, &id).await?;
    let again = deps.deliveries.load(tenant, &webhook.id, &id).await?;
    Ok(Reply::json(202, &view::envelope("Enqueued", &wire::delivery(&again))))
}

/// `POST /webhooks/{id}/test`: an event that tells nothing, to this endpoint alone.
pub(crate) async fn test(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let webhook = named(deps, http, tenant).await?;
    if !webhook.is_enabled() {
        return Err(Problem::new(409, "webhook_disabled", "Enable the subscription first."));
    }
    let event = format!("test_{:024x}", cx.rng("event").random::<u128>() >> 32);
    let payload = json!({
        "id": event,
        "type": EventName::WebhookTest.as_str(),
        "createdAt": cx.now.to_rfc3339(),
        "sequence": 0,
        "data": { "webhook": webhook.id.as_str() },
    });
    let new = NewDelivery {
        tenant: tenant.clone(),
        webhook: webhook.id.clone(),
        id: DeliveryId::of(&event, cx.begun_at),
        event,
        event_type: EventName::WebhookTest.as_str().to_owned(),
        payload: Payload::Here(payload),
    };
    deps.deliveries.add(&new, cx.now).await?;
    enqueue(deps, &webhook, &new.id).await?;
    let delivery = deps.deliveries.load(tenant, &webhook.id, &new.id).await?;
    Ok(Reply::json(202, &view::envelope("Enqueued", &wire::delivery(&delivery))))
}

/// `GET /callbacks`: every time that a request's callback was called, newest first.
pub(crate) async fn executions(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let window = (number(http, "skip", 0, MOST_SKIPPED)?, limit(http)?);
    let found = deps.executions.list(tenant, window, cx.now).await?;
    let shown: Vec<Value> = found.iter().map(wire::execution).collect();
    Ok(Reply::json(200, &view::envelope("", &json!(shown))))
}

/// `GET /callbacks/{id}`.
pub(crate) async fn execution(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let id = http.path_parameter("id")?;
    let is_id =
        id.len() <= MAX_EXECUTION_ID_CHARS && id.bytes().all(|it| it == b'-' || it.is_ascii_hexdigit());
    if !is_id {
        return Err(Problem::not_found());
    }
    let found = deps.executions.load(tenant, id, cx.now).await?;
    Ok(Reply::json(200, &view::envelope("", &wire::execution(&found))))
}

/// The envelope around a part of a list, with where it goes on.
fn page(data: &Value, next: &Value) -> Value {
    let mut envelope = view::envelope("", data);
    if let Some(members) = envelope.as_object_mut() {
        members.insert("next".to_owned(), next.clone());
    }
    envelope
}

fn unknown_cursor() -> Problem {
    Problem::bad_request("query_malformed", "after is what an earlier answer gave as next.")
}

/// An instant, a request, a number of the event and one of the attempt.
const MAX_EXECUTION_ID_CHARS: usize = 80;
const MOST_SKIPPED: usize = 10_000;
/// Attempts that the log of one delivery has room for.
const MOST_ATTEMPTS: usize = 200;
