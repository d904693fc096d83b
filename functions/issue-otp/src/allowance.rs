//! How many codes may be sent: to one destination, on behalf of one address of the network, by a tenant.

use std::time::Duration;

use domain::request::Signatory;
use domain::value::PhoneNumber;
use domain::{Channel, TenantId, Timestamp};
use shared::edge::Problem;
use shared::edge::network::network;
use shared::metrics::{self, Metric};
use shared::store::{Quota, Quotas};

use crate::Deps;

/// What sending codes to a signatory costs, and was taken.
#[derive(Debug)]
pub(crate) struct Allowance {
    tenant: TenantId,
    /// Names of counters of a day.
    taken: Vec<String>,
    text_to: Option<PhoneNumber>,
    at: Timestamp,
}

impl Allowance {
    /// Takes it, or nothing.
    ///
    /// # Errors
    ///
    /// [`Problem`] 409 when the number belongs to another SIM card since a few days, 429 when a destination or a caller had all of a day's, 503 while no text messages go out: they
    /// are switched off, the tenant's budget is spent, or the traffic to such numbers looks as if somebody earned
    /// from it.
    pub(crate) async fn take(
        deps: &Deps,
        tenant: &TenantId,
        signatory: &Signatory,
        ip_address: &str,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let (text_to, text_budget) = if signatory.channels.has(Channel::Sms) {
            (signatory.mobile.clone(), check_texts(deps, tenant, signatory, now).await?)
        } else {
            (None, 0)
        };
        let mut allowance = Self { tenant: tenant.clone(), taken: Vec::new(), text_to, at: now };
        match allowance.take_all(deps, signatory, (ip_address, text_budget)).await {
            // What was taken stays taken: a link is not to ask the network as often as it likes.
            Ok(()) if allowance.has_moved(deps).await => Err(moved()),
            Ok(()) => Ok(allowance),
            Err(problem) => {
                allowance.give_back(deps).await;
                Err(problem)
            }
        }
    }

    async fn take_all(
        &mut self,
        deps: &Deps,
        signatory: &Signatory,
        (ip_address, text_budget): (&str, u32),
    ) -> Result<(), Problem> {
        if self.text_to.is_some() {
            let budget = Quotas::text_messages(&self.tenant);
            self.take_one(deps, budget, text_budget).await?.map_err(no_texts)?;
        }
        self.take_one(deps, format!("codes/from/{}", network(ip_address)), PER_CALLER)
            .await?
            .map_err(too_many)?;
        for channel in signatory.channels.each() {
            let destination = signatory.destination(*channel).unwrap_or_default();
            let to = format!("codes/to/{}/{destination}", channel.as_str());
            self.take_one(deps, to, PER_DESTINATION).await?.map_err(too_many)?;
        }
        Ok(())
    }

    /// Whether the number belongs to another SIM card since a few days.
    async fn has_moved(&self, deps: &Deps) -> bool {
        match deps.sim_swap.as_ref().zip(self.text_to.as_ref()) {
            Some((network, number)) => network.has_moved(number).await,
            None => false,
        }
    }

    /// Takes one of a day's, or says how long there is nothing.
    async fn take_one(
        &mut self,
        deps: &Deps,
        what: String,
        most: u32,
    ) -> Result<Result<(), Duration>, Problem> {
        Ok(match deps.quotas.take(&what, most, DAY, self.at).await? {
            Quota::Left => {
                self.taken.push(what);
                Ok(())
            }
            Quota::Spent { retry_after } => Err(retry_after),
        })
    }

    /// Gives back what was taken for codes that were not made. Whoever dies before has spent it.
    pub(crate) async fn give_back(self, deps: &Deps) {
        for what in &self.taken {
            if let Err(error) = deps.quotas.give_back(what, DAY, self.at).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "a quota was not given back");
            }
        }
    }

    /// Tells the breaker of text messages that one goes out. The codes stand, whatever becomes of this.
    pub(crate) async fn spent(self, deps: &Deps) {
        let Some(number) = &self.text_to else { return };
        if let Err(error) = deps.quotas.count_text_sent(&self.tenant, number, self.at).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "a text message was not counted");
        }
    }
}

/// Checks that a text message may be sent, and returns how many may be in a day.
async fn check_texts(
    deps: &Deps,
    tenant: &TenantId,
    signatory: &Signatory,
    now: Timestamp,
) -> Result<u32, Problem> {
    let rules = deps.texts.rules(tenant).await?;
    let allowed = rules.destinations().zip(signatory.mobile.as_ref());
    let Some((destinations, number)) = allowed else { return Err(no_texts(PAUSE)) };
    if let Err(refusal) = destinations.check(number) {
        tracing::warn!(tenant = tenant.as_str(), why = %refusal, "a text message is not allowed any more");
        return Err(no_texts(PAUSE));
    }
    if deps.quotas.is_text_traffic_suspicious(tenant, number, now).await? {
        metrics::count(Metric::TextsHalted);
        tracing::error!(tenant = tenant.as_str(), prefix = number.prefix(), "text messages are not answered");
        return Err(no_texts(PAUSE));
    }
    Ok(rules.daily_budget(deps.text_budget))
}

fn too_many(retry_after: Duration) -> Problem {
    let detail = "Too many codes were asked for today. Try again tomorrow.";
    Problem::new(429, "too_many_codes", detail).header("retry-after", retry_after.as_secs().to_string())
}

fn moved() -> Problem {
    tracing::warn!("a code was not sent to a number that moved to another SIM card");
    let detail = "This number moved to another SIM card a few days ago. Ask the sender for another way.";
    Problem::new(409, "number_moved", detail)
}

fn no_texts(retry_after: Duration) -> Problem {
    let detail = "No text message can be sent now. Ask the sender for another way, or try again later.";
    Problem::new(503, "sms_unavailable", detail).header("retry-after", retry_after.as_secs().to_string())
}

const DAY: Duration = Duration::from_hours(24);
/// Traffic is judged by the hour.
const PAUSE: Duration = Duration::from_hours(1);
/// Codes to one mailbox or phone in a day, whatever they are for.
const PER_DESTINATION: u32 = 10;
/// Codes that one address of the network asks for in a day: an office may share one.
const PER_CALLER: u32 = 50;
