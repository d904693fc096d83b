//! What SES tells later of a mail: that it arrived, came back, or was called unwanted.

mod wire;

use std::time::Duration;

use domain::request::Notice;
use domain::{Actor, Cause};
use shared::BoxError;
use shared::edge::{Aws, ConfigError, Env, Handler, Invocation, Supply, system_rng};
use shared::store::{Requests, Rounds, StoreError};

use wire::{MailNotice, SnsEvent};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let deps = Deps { requests: Supply::new(env, aws).committing_requests().await? };
    Ok(Handler::of_events(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Records each notification. What cannot be read, or tells of no mail of ours, is logged and left.
///
/// # Errors
///
/// [`BoxError`] when the table is away, or when a mail that was only just sent is not known yet: the
/// notification is then delivered again.
async fn handle(deps: &Deps, event: SnsEvent, cx: &Invocation) -> Result<(), BoxError> {
    for text in event.messages() {
        match MailNotice::parse(text) {
            Ok(MailNotice { notice: Some(notice), provider_id, sent_at }) => {
                let is_new = sent_at.is_some_and(|at| cx.now.since(at) < SETTLING);
                record(deps, &provider_id, notice, is_new, cx).await?;
            }
            Ok(_) => tracing::info!("a mail is delayed, or something else that changes nothing"),
            Err(reason) => tracing::warn!(reason, "a notification cannot be read"),
        }
    }
    Ok(())
}

async fn record(
    deps: &Deps,
    provider_id: &str,
    notice: Notice,
    is_new: bool,
    cx: &Invocation,
) -> Result<(), BoxError> {
    let Some((id, sent)) = deps.requests.sent_message(provider_id).await? else {
        if is_new {
            // Whoever sent it has still to record that.
            return Err("the mail is not known yet".into());
        }
        tracing::warn!("a notification tells of a mail that is not known");
        return Ok(());
    };
    let (mut rng, mut rounds) = (system_rng(), Rounds::default());
    loop {
        let mut cause = Cause { now: cx.now, rng: &mut rng, actor: Actor::System, origin: None };
        let request = match deps.requests.load(&id).await {
            Err(StoreError::NotFound) => return Ok(()),
            loaded => loaded?,
        };
        let Some(transition) = request.note_delivery(&sent, notice, &mut cause) else { return Ok(()) };
        match deps.requests.commit(transition).await {
            Err(StoreError::Conflict(_)) if rounds.again().await => {}
            other => return Ok(other.map(|_| ())?),
        }
    }
}

/// A mail of this age has long been recorded by whoever sent it; Lambda's retries end within it.
const SETTLING: Duration = Duration::from_mins(15);
