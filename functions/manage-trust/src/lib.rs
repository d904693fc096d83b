//! `/trust`: whom the validations of a tenant trust. `/retention`: how long what it makes is kept. `/text-messages`:
//! where its codes may go by text message.
//!
//! Trust is given beside the seals made here; a retention holds for what is made from then on; the limits of text
//! messages for every message from then on, within what the operator allows.
//!
//! **Invariant:** what is put replaces all of what stood there, or nothing of it.

mod roots;
mod text_limits;
mod wire;

use domain::Refusal;
use domain::request::Retention;
use domain::value::SmsPolicy;
use serde::Serialize;
use serde_json::json;
use shared::edge::{
    Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, SmsConfig, SmsDestinations,
    Supply, view,
};
use shared::store::{Retentions, Rounds, TenantTextLimits, Trust, TrustSettings};

use wire::{RetentionBody, RetentionView, TrustBody, TrustView};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    trust: Trust,
    retentions: Retentions,
    /// What the operator allows.
    texts: SmsPolicy,
    text_budget: u32,
    text_limits: TenantTextLimits,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let deps = Deps {
        trust: supply.trust()?,
        retentions: supply.retentions()?,
        texts: SmsDestinations::countries(env)?,
        text_budget: SmsConfig::daily_budget(env)?,
        text_limits: supply.text_limits()?,
    };
    let handler = Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx)));
    Ok(handler.behind(supply.admission().await?))
}

/// Shows what a tenant trusts, how long what it makes is kept, or where its codes may go by text message, after it was replaced if that was asked.
///
/// # Errors
///
/// [`Problem`] 422 with a number and a pointer for what cannot be trusted, 413 for too much of it, 412 for another
/// version than the caller has seen.
pub async fn handle(deps: &Deps, http: HttpRequest, _cx: &Invocation) -> Result<Reply, Problem> {
    match (http.route(), http.method().as_str()) {
        ("/retention", "PUT") => set_retention(deps, &http).await,
        ("/retention", _) => Ok(shown(&RetentionView::of(deps.retentions.of(&http.tenant()?).await?))),
        ("/text-messages", "PUT") => text_limits::set(deps, &http).await,
        ("/text-messages", _) => text_limits::show(deps, &http).await,
        (_, "PUT") => set_trust(deps, &http).await,
        _ => Ok(shown(&TrustView::of(&deps.trust.settings(&http.tenant()?).await?))),
    }
}

/// Settings, with their version.
fn shown(settings: &impl Serialize) -> Reply {
    let shown = json!(settings);
    Reply::json(200, &view::envelope("", &shown)).header("etag", view::etag_of(&shown))
}

async fn set_trust(deps: &Deps, http: &HttpRequest) -> Result<Reply, Problem> {
    let tenant = http.tenant()?;
    let body: TrustBody = http.json()?;
    let settings = TrustSettings {
        roots: roots::parse(body.roots)?,
        trusted_lists: required(body.trusted_lists, "trustedLists")?,
        online: required(body.online_revocation, "onlineRevocation")?,
    };
    let mut rounds = Rounds::default();
    loop {
        let (before, version) = deps.trust.settings_to_change(&tenant).await?;
        http.check_if_match(Some(&view::etag_of(&json!(TrustView::of(&before)))))?;
        if deps.trust.set_settings(&tenant, &settings, version).await? {
            tracing::info!(roots = settings.roots.len(), "a tenant trusts other roots or settings now");
            return Ok(shown(&TrustView::of(&settings)));
        }
        again(&mut rounds).await?;
    }
}

/// Says how long requests of a tenant that are made from now on are kept.
async fn set_retention(deps: &Deps, http: &HttpRequest) -> Result<Reply, Problem> {
    let tenant = http.tenant()?;
    let body: RetentionBody = http.json()?;
    let months = required(body.document_months, "documentMonths")?;
    let years = required(body.evidence_years, "evidenceYears")?;
    let retention = within(months, years)?;
    let mut rounds = Rounds::default();
    loop {
        let (before, version) = deps.retentions.to_change(&tenant).await?;
        http.check_if_match(Some(&view::etag_of(&json!(RetentionView::of(before)))))?;
        if deps.retentions.set(&tenant, retention, version).await? {
            tracing::info!(months, years, "a tenant keeps things for other times now");
            return Ok(shown(&RetentionView::of(retention)));
        }
        again(&mut rounds).await?;
    }
}

/// Someone else changed the settings since they were loaded: they are looked at again, unless that happened too often.
async fn again(rounds: &mut Rounds) -> Result<(), Problem> {
    if rounds.again().await { Ok(()) } else { Err(Problem::unavailable("settings are being changed")) }
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
