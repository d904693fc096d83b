//! What was and is to be delivered to the endpoints of subscriptions.

use domain::TenantId;
use domain::notification::EventName;
use rand::RngExt as _;
use serde_json::{Value, json};
use shared::edge::{HttpRequest, Invocation, Problem, Reply, view};
use shared::store::{DeliveryFilter, DeliveryId, DeliveryState, NewDelivery, Payload};

use crate::query::{self, Pages, limit, malformed};
use crate::{Deps, enqueue, named, wire};

/// `GET /webhooks/{id}/deliveries`: newest first.
pub(crate) async fn deliveries(deps: &Deps, http: &HttpRequest, tenant: &TenantId) -> Result<Reply, Problem> {
    let webhook = named(deps, http, tenant).await?;
    let state = query::word(http, "state", &DeliveryState::WORDS)?;
    let state = match (query::failed(http)?, state) {
        (true, None | Some("failed")) => Some("failed"),
        (true, Some(_)) => return Err(malformed("failed and state say different things.")),
        (false, state) => state,
    };
    let event_type = http.query("type").map(event_type).transpose()?;
    let wanted = DeliveryFilter { state, event_type, since: query::since(http)? };
    let pages = Pages::of(deps, tenant, format!("deliveries {} {wanted:?}", webhook.id));
    let after = pages.after(http)?.map(|it| DeliveryId::parse(&it).ok_or_else(Pages::foreign)).transpose()?;
    let whose = (tenant, &webhook.id);
    let (found, next) = deps.deliveries.list(whose, after.as_ref(), &wanted, limit(http)?).await?;
    let shown: Vec<Value> = found.iter().map(wire::delivery).collect();
    Ok(pages.reply(&json!(shown), next.as_ref().map(DeliveryId::as_str)))
}

/// The name of an event, as it is stored; OneSpan's are understood.
fn event_type(text: &str) -> Result<&'static str, Problem> {
    let name = EventName::ALL.iter().find(|it| it.is_called(text));
    let detail = "type is the name of an event, such as request.completed or PACKAGE_COMPLETE.";
    name.map(|it| it.as_str()).ok_or_else(|| malformed(detail))
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

/// Attempts that the log of one delivery has room for.
const MOST_ATTEMPTS: usize = 200;
