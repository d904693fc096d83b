//! `GET /trust` and `PUT /trust`: whom the validations of a tenant trust beside the seals made here.
//!
//! **Invariant:** what is put replaces all of what stood there, or nothing of it.

mod roots;
mod wire;

use serde_json::json;
use shared::edge::{Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply, view};
use shared::store::{Trust, TrustSettings};

use wire::{TrustBody, TrustView};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    trust: Trust,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let deps = Deps { trust: supply.trust()? };
    let handler = Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx)));
    Ok(handler.behind(supply.admission().await?))
}

/// Shows what a tenant trusts, after it was replaced if that was asked.
///
/// # Errors
///
/// [`Problem`] 422 with a number and a pointer for what cannot be trusted, 413 for too much of it.
pub async fn handle(deps: &Deps, http: HttpRequest, _cx: &Invocation) -> Result<Reply, Problem> {
    let tenant = http.tenant()?;
    let settings = if http.method() == "PUT" {
        let body: TrustBody = http.json()?;
        let settings = TrustSettings {
            roots: roots::parse(body.roots)?,
            trusted_lists: required(body.trusted_lists, "trustedLists")?,
            online: required(body.online_revocation, "onlineRevocation")?,
        };
        if http.header("if-match").is_some() {
            let before = TrustView::of(&deps.trust.settings(&tenant).await?);
            http.check_if_match(&view::etag_of(&json!(before)))?;
        }
        deps.trust.set_settings(&tenant, &settings).await?;
        tracing::info!(roots = settings.roots.len(), "a tenant trusts other roots or settings now");
        settings
    } else {
        deps.trust.settings(&tenant).await?
    };
    let shown = json!(TrustView::of(&settings));
    Ok(Reply::json(200, &view::envelope("", &shown)).header("etag", view::etag_of(&shown)))
}

/// What is put replaces everything, so nothing may be left to guess.
fn required<T>(value: Option<T>, name: &str) -> Result<T, Problem> {
    value.ok_or_else(|| Problem::invalid(format!("/{name}"), format!("{name} required")).numbered(SHAPE))
}

/// The number of a body of another shape.
const SHAPE: u16 = 625;
