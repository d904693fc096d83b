//! What managed e-mail signatures are made of: brands, templates, campaigns, rules and pictures; who changed what of
//! it, and what was counted.
//!
//! **Invariant:** what is kept was read whole, and names only what there is.

mod check;
mod history;
mod image;
mod sample;
mod statistics;
mod template;
mod thing;

use shared::closing::Closings;
use shared::edge::cursor::CursorKey;
use shared::edge::{Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply};
use shared::store::{Counts, Documents, EmailSignatures, People, Shelf};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    store: EmailSignatures,
    people: People,
    documents: Documents,
    counts: Counts,
    closings: Closings,
    cursors: CursorKey,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let (store, people) = supply.email_signatures()?;
    let (keys, cursors) = supply.email_signature_keys().await?;
    let deps = Deps {
        store: store.clone(),
        people: people.clone(),
        documents: supply.documents()?,
        counts: supply.email_signature_counts()?,
        closings: Closings::new(store, people, keys),
        cursors,
    };
    let handler = Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx)));
    Ok(handler.behind(supply.admission().await?))
}

/// Lists, shows, saves and deletes what signatures are made of.
///
/// # Errors
///
/// [`Problem`] 404 for what is unknown, 422 with a pointer for what cannot be had, 409 for one too many, for what is
/// named elsewhere, and for two changes at the same moment.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let tenant = http.tenant()?;
    match (http.method().as_str(), http.route()) {
        (_, "/brands") => thing::list(deps, &tenant, Shelf::Brands).await,
        (_, "/campaigns") => thing::list(deps, &tenant, Shelf::Campaigns).await,
        (_, "/signature-templates") => thing::list(deps, &tenant, Shelf::Templates).await,
        (_, "/signature-gallery") => Ok(template::gallery()),
        (_, "/signature-changes") => history::list(deps, &http, &tenant).await,
        ("GET", "/signature-images") => image::list(deps, &http, &tenant).await,
        (_, "/signature-images") => image::create(deps, &http, &tenant, cx).await,
        (_, "/signature-images/{name}") => image::delete(deps, &http, &tenant, cx).await,
        ("GET", "/signature-settings") => statistics::settings(deps, &tenant).await,
        (_, "/signature-settings") => statistics::save_settings(deps, &http, &tenant, cx).await,
        (_, "/signature-statistics") => statistics::read(deps, &http, &tenant, cx).await,
        ("GET", "/signature-rules") => thing::rules(deps, &tenant).await,
        (_, "/signature-rules") => thing::save_rules(deps, &http, &tenant, cx).await,
        (_, "/signature-templates/{name}/preview") => template::preview(deps, &http, &tenant, cx).await,
        (_, "/signature-templates/{name}/versions") => template::versions(deps, &http, &tenant).await,
        (_, "/signature-templates/{name}/versions/{version}") => {
            template::version(deps, &http, &tenant).await
        }
        ("PUT", _) => thing::save(deps, &http, &tenant, cx).await,
        ("DELETE", _) => thing::delete(deps, &http, &tenant, cx).await,
        _ => thing::read(deps, &http, &tenant).await,
    }
}
