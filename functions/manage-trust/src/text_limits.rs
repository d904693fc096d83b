//! `/text-messages`: where codes may go by text message, and how many in a day.

use domain::value::Country;
use serde_json::json;
use shared::edge::{HttpRequest, Problem, Reply, view};
use shared::store::{Rounds, TextLimits};

use crate::wire::{TextLimitsBody, TextLimitsView};
use crate::{Deps, again, shown};

/// Shows what a tenant allows.
///
/// # Errors
///
/// As [`crate::handle`].
pub(crate) async fn show(deps: &Deps, http: &HttpRequest) -> Result<Reply, Problem> {
    Ok(shown(&TextLimitsView::of(&deps.text_limits.of(&http.tenant()?).await?)))
}

/// Replaces it.
///
/// # Errors
///
/// As [`crate::handle`].
pub(crate) async fn set(deps: &Deps, http: &HttpRequest) -> Result<Reply, Problem> {
    let tenant = http.tenant()?;
    let limits = read(deps, http.json()?)?;
    let mut rounds = Rounds::default();
    loop {
        let (before, version) = deps.text_limits.to_change(&tenant).await?;
        http.check_if_match(Some(&view::etag_of(&json!(TextLimitsView::of(&before)))))?;
        if deps.text_limits.set(&tenant, &limits, version).await? {
            tracing::info!(
                daily_budget = limits.daily_budget,
                "a tenant limits its text messages otherwise now"
            );
            return Ok(shown(&TextLimitsView::of(&limits)));
        }
        again(&mut rounds).await?;
    }
}

/// Nobody is promised more than the operator allows. What the operator forbids later is forbidden all the same.
fn read(deps: &Deps, body: TextLimitsBody) -> Result<TextLimits, Problem> {
    let most = deps.text_budget;
    if body.daily_budget.is_some_and(|it| it > most) {
        return Err(Problem::invalid(
            "/dailyBudget",
            format!("The operator allows {most} a day, and no more."),
        ));
    }
    let mut countries = body.countries.as_ref().map(|_| Vec::new());
    for (index, word) in body.countries.into_iter().flatten().enumerate() {
        let country = Country::parse(&word).ok().filter(|it| deps.texts.allows(*it)).ok_or_else(|| {
            let detail = "Two letters of a country to which the operator allows text messages, such as FR.";
            Problem::invalid(format!("/countries/{index}"), detail)
        })?;
        if let Some(them) = countries.as_mut().filter(|them| !them.contains(&country)) {
            them.push(country);
        }
    }
    Ok(TextLimits { countries, daily_budget: body.daily_budget })
}
