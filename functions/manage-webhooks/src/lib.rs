//! Who is told what: subscriptions to events (`/webhooks`, and OneSpan's `/callback`), what was delivered to
//! them, the feed of events (`/events`), the history of the callbacks that requests carry (`/callbacks`), and what
//! signs those.
//!
//! **Invariant:** what opens an endpoint or signs messages to it goes in and does not come out, but for a new
//! signing secret, which is shown once.

mod calls;
mod feed;
mod history;
mod onespan;
mod parse;
mod query;
mod signing;
mod subscription;
mod wire;

use std::time::Duration;

use domain::TenantId;
use domain::value::WebhookId;
use serde_json::Value;
use shared::edge::cursor::CursorKey;
use shared::edge::json;
use shared::edge::webhook_queue::{DeliveryTask, Task, WebhookQueue};
use shared::edge::{Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply};
use shared::outbound::Reach;
use shared::store::{Auth, Deliveries, DeliveryId, Executions, Feed, Health, Requests, Webhook, Webhooks};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    webhooks: Webhooks,
    deliveries: Deliveries,
    health: Health,
    feed: Feed,
    executions: Executions,
    requests: Requests,
    queue: WebhookQueue,
    cursors: CursorKey,
    reach: Reach,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let (deliveries, health) = supply.deliveries()?;
    let (feed, executions) = supply.feed()?;
    let deps = Deps {
        webhooks: supply.webhooks().await?,
        deliveries,
        health,
        feed,
        executions,
        requests: supply.requests()?,
        queue: supply.webhook_queue()?,
        cursors: supply.webhook_cursors().await?,
        reach: supply.reach(),
    };
    let handler = Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx)));
    Ok(handler.behind(supply.admission().await?))
}

/// Lists, shows, makes, changes and ends subscriptions; shows what was told.
///
/// # Errors
///
/// [`Problem`] 404 for what is unknown, 422 with a pointer for what cannot be had, 409 for one subscription
/// too many and for two changes at the same moment.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let tenant = http.tenant()?;
    match (http.method().as_str(), http.route()) {
        ("GET", "/callback" | "/callback/connectors/{origin}") => onespan::read(deps, &http, &tenant).await,
        (_, "/callback" | "/callback/connectors/{origin}") => {
            onespan::register(deps, &http, &tenant, cx).await
        }
        (_, "/callbacks") => calls::list(deps, &http, &tenant, cx).await,
        ("GET", "/callbacks/signing") => signing::read(deps, &tenant).await,
        ("DELETE", "/callbacks/signing") => signing::end(deps, &http, &tenant).await,
        (_, "/callbacks/signing") => signing::rotate(deps, &http, &tenant, cx).await,
        (_, "/callbacks/{id}") => calls::read(deps, &http, &tenant, cx).await,
        (_, "/callbacks/{id}/redeliver") => calls::call_again(deps, &http, &tenant, cx).await,
        (_, "/events") => feed::events(deps, &http, &tenant, cx).await,
        (_, "/events/{id}") => feed::event(deps, &http, &tenant, cx).await,
        ("GET", "/webhooks") => subscription::list(deps, &tenant).await,
        (_, "/webhooks") => subscription::create(deps, &http, &tenant, cx).await,
        ("GET", "/webhooks/{id}") => subscription::read(deps, &http, &tenant).await,
        ("DELETE", "/webhooks/{id}") => subscription::delete(deps, &http, &tenant).await,
        (_, "/webhooks/{id}") => subscription::change(deps, &http, &tenant, cx).await,
        (_, "/webhooks/{id}/rotate-secret") => subscription::rotate(deps, &http, &tenant, cx).await,
        (_, "/webhooks/{id}/test") => history::test(deps, &http, &tenant, cx).await,
        (_, "/webhooks/{id}/deliveries") => history::deliveries(deps, &http, &tenant).await,
        _ => history::redeliver(deps, &http, &tenant, cx).await,
    }
}

/// Reads what an endpoint asks for, as `auth` of a body says it.
///
/// # Errors
///
/// [`Problem`] 422 with a pointer below `/auth`.
pub fn read_auth(auth: Value, reach: Reach) -> Result<Auth, Problem> {
    let invalid = |error| Problem::invalid("/auth", format!("{error}."));
    parse::auth(json::shaped(auth).map_err(invalid)?, reach)
}

/// The subscription that the path names.
async fn named(deps: &Deps, http: &HttpRequest, tenant: &TenantId) -> Result<Webhook, Problem> {
    let id = WebhookId::parse(http.path_parameter("id")?).map_err(|_| Problem::not_found())?;
    Ok(deps.webhooks.load(tenant, &id).await?)
}

/// Has a delivery tried at once.
async fn enqueue(deps: &Deps, webhook: &Webhook, id: &DeliveryId) -> Result<(), Problem> {
    let (tenant, webhook, id) = (webhook.tenant.clone(), webhook.id.clone(), id.clone());
    let task = Task::Delivery(DeliveryTask { tenant, webhook, id, waits: 0 });
    deps.queue.send(&task, Duration::ZERO).await.map_err(Problem::unavailable)
}

/// Two people changed one thing at the same moment: whoever named a version has missed it.
fn changed_meanwhile(http: &HttpRequest, what: &str) -> Problem {
    if http.header("if-match").is_some() {
        return Problem::precondition_failed(None);
    }
    let detail = format!("Someone changed {what} at the same moment. Read it again and retry.");
    Problem::new(409, "conflict", detail)
}
