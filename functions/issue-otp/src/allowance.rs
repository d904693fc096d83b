//! How many codes may be sent: to one destination, on behalf of one address of the network, by a tenant.

use std::time::Duration;

use domain::request::Signatory;
use domain::{Channel, TenantId, Timestamp};
use shared::edge::Problem;
use shared::edge::network::network;
use shared::store::Quota;

use crate::Deps;

/// Takes what sending codes to a signatory costs.
///
/// # Errors
///
/// [`Problem`] 429 when a destination or a caller had all of a day's, 503 while no text messages go out: they
/// are switched off, the tenant's budget is spent, or the traffic to such numbers looks as if somebody earned
/// from it.
pub(crate) async fn take(
    deps: &Deps,
    tenant: &TenantId,
    signatory: &Signatory,
    ip_address: &str,
    now: Timestamp,
) -> Result<(), Problem> {
    if signatory.channels.has(Channel::Sms) {
        check_texts(deps, tenant, signatory, now).await?;
    }
    spend(deps, &format!("codes/from/{}", network(ip_address)), PER_CALLER, now).await?;
    for channel in signatory.channels.each() {
        let destination = signatory.destination(*channel).unwrap_or_default();
        spend(deps, &format!("codes/to/{}/{destination}", channel.as_str()), PER_DESTINATION, now).await?;
    }
    if signatory.channels.has(Channel::Sms)
        && let Some(number) = &signatory.mobile
    {
        if let Quota::Spent { retry_after } =
            deps.quotas.take_text_message(tenant, deps.sms.daily_budget, now).await?
        {
            return Err(no_texts(retry_after));
        }
        deps.quotas.count_text_sent(tenant, number, now).await?;
    }
    Ok(())
}

async fn check_texts(
    deps: &Deps,
    tenant: &TenantId,
    signatory: &Signatory,
    now: Timestamp,
) -> Result<(), Problem> {
    let allowed = deps.sms.policy().zip(signatory.mobile.as_ref());
    let Some((policy, number)) = allowed else { return Err(no_texts(PAUSE)) };
    policy.check(number)?;
    if deps.quotas.is_text_traffic_suspicious(tenant, number, now).await? {
        tracing::error!(tenant = tenant.as_str(), prefix = number.prefix(), "text messages are not answered");
        return Err(no_texts(PAUSE));
    }
    Ok(())
}

async fn spend(deps: &Deps, what: &str, most: u32, now: Timestamp) -> Result<(), Problem> {
    match deps.quotas.take(what, most, DAY, now).await? {
        Quota::Left => Ok(()),
        Quota::Spent { retry_after } => {
            let detail = "Too many codes were asked for today. Try again tomorrow.";
            Err(Problem::new(429, "too_many_codes", detail)
                .header("retry-after", retry_after.as_secs().to_string()))
        }
    }
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
