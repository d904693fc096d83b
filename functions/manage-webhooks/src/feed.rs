//! The feed of events: everything that was told, in one order.

use domain::TenantId;
use domain::notification::EventId;
use serde_json::{Value, json};
use shared::edge::{HttpRequest, Invocation, Problem, Reply, view};
use shared::store::FeedPart;

use crate::Deps;
use crate::query::{Pages, limit};

/// `GET /events`: in the order in which they were told, after a cursor.
///
/// A cursor keeps its place for as long as events are kept. Where some that came after it are no longer, the answer says
/// so: whoever reads on without a word would never know what they missed.
pub(crate) async fn events(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let pages = Pages::of(deps, tenant, FILTER);
    let after = pages.after(http)?.map(|it| it.parse().map_err(|_| Pages::foreign())).transpose()?;
    let (events, next) = match deps.feed.after(tenant, after, limit(http)?, cx.now).await? {
        FeedPart::Events(events, next) => (events, next),
        FeedPart::Forgotten => {
            let detail =
                "Events after this cursor are no longer kept. Begin without one, at the oldest that is.";
            return Err(Problem::new(410, "events_forgotten", detail));
        }
        FeedPart::NotThere => {
            let detail = "The feed was set back to an earlier state. Begin without a cursor.";
            return Err(Problem::new(410, "feed_set_back", detail));
        }
    };
    let told: Vec<Value> = events.into_iter().map(|it| it.payload).collect();
    Ok(pages.reply(&json!(told), Some(&next.to_string())))
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

const FILTER: &str = "events";
