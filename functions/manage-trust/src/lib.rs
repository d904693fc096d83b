//! `GET` and `PUT` of `/trust`, whom the validations of a tenant trust beside the seals made here, and of `/retention`,
//! how long what it makes from now on is kept.
//!
//! **Invariant:** what is put replaces all of what stood there, or nothing of it.

mod roots;
mod wire;

use domain::Refusal;
use domain::request::Retention;
use serde_json::json;
use shared::edge::{Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply, view};
use shared::store::{Retentions, Trust, TrustSettings};

use wire::{RetentionBody, RetentionView, TrustBody, TrustView};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    trust: Trust,
    retentions: Retentions,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let deps = Deps { trust: supply.trust()?, retentions: supply.retentions()? };
    let handler = Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx)));
    Ok(handler.behind(supply.admission().await?))
}

/// Shows what a tenant trusts, after it was replaced if that was asked.
///
/// # Errors
///
/// [`Problem`] 422 with a number and a pointer for what cannot be trusted, 413 for too much of it.
pub async fn handle(deps: &Deps, http: HttpRequest, _cx: &Invocation) -> Result<Reply, Problem> {
    if http.route() == "/retention" {
        return retention(deps, &http).await;
    }
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

/// Shows how long requests of a tenant that are made from now on are kept, after it was replaced if that was asked.
async fn retention(deps: &Deps, http: &HttpRequest) -> Result<Reply, Problem> {
    let tenant = http.tenant()?;
    let retention = if http.method() == "PUT" {
        let body: RetentionBody = http.json()?;
        let months = required(body.document_months, "documentMonths")?;
        let years = required(body.evidence_years, "evidenceYears")?;
        let retention = within(months, years)?;
        deps.retentions.set(&tenant, retention).await?;
        tracing::info!(months, years, "a tenant keeps things for other times now");
        retention
    } else {
        deps.retentions.of(&tenant).await?
    };
    Ok(Reply::json(200, &view::envelope("", &json!(RetentionView::of(retention)))))
}

/// The legal bounds.
fn within(months: u64, years: u64) -> Result<Retention, Problem> {
    let small = |it: u64| u8::try_from(it).unwrap_or(u8::MAX);
    Retention::new(small(months), small(years)).map_err(|refusal| match refusal {
        Refusal::RetentionOutOfBounds { member } => Problem::refused(format!("/{member}"), &refusal),
        other => other.into(),
    })
}

/// What is put replaces everything, so nothing may be left to guess.
fn required<T>(value: Option<T>, name: &str) -> Result<T, Problem> {
    value.ok_or_else(|| Problem::invalid(format!("/{name}"), format!("{name} required")).numbered(SHAPE))
}

/// The number of a body of another shape.
const SHAPE: u16 = 625;
