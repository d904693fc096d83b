//! Endpoints that fail: those that are called no more, and what whoever keeps one is told.

use domain::access::Mode;
use domain::message::Delivery;
use domain::value::Language;
use domain::{EmailAddress, Timestamp};
use shared::BoxError;
use shared::outbound::{EndpointTrouble, FailingEndpoint, Letter, Outcome};
use shared::store::{Contact, DisabledBy, Webhook};

use crate::Deps;

/// Calls an endpoint no more, unless its owner has changed the subscription meanwhile.
///
/// Its contact is written to once at most, for who dies in between has written to nobody: the subscription itself shows
/// why it is silent.
pub(crate) async fn disable(
    deps: &Deps,
    mut webhook: Webhook,
    by: DisabledBy,
    now: Timestamp,
) -> Result<(), BoxError> {
    (webhook.disabled, webhook.updated_at) = (Some((now, by)), now);
    if !deps.webhooks.put(&webhook).await? {
        return Ok(());
    }
    tracing::warn!(webhook.id = webhook.id.as_str(), by = by.as_str(), "an endpoint was disabled");
    let trouble = match by {
        DisabledBy::Gone => EndpointTrouble::Gone,
        DisabledBy::Failures | DisabledBy::Owner => EndpointTrouble::Silent,
    };
    tell(deps, &webhook, (trouble, now)).await
}

/// Writes to whoever keeps an endpoint that a delivery was given up; once a day at most, however many were.
pub(crate) async fn given_up(deps: &Deps, webhook: &Webhook, now: Timestamp) -> Result<(), BoxError> {
    if !deps.health.claim_telling(&webhook.tenant, &webhook.id, now).await? {
        return Ok(());
    }
    tell(deps, webhook, (EndpointTrouble::GivenUp, now)).await
}

/// Writes to the contact of an endpoint, if it has one. Tests write to nobody.
async fn tell(
    deps: &Deps,
    webhook: &Webhook,
    (trouble, now): (EndpointTrouble, Timestamp),
) -> Result<(), BoxError> {
    let contact = deps.webhooks.credentials(webhook)?.contact;
    let Some(contact) = contact.filter(|_| webhook.tenant.mode() == Mode::Live) else { return Ok(()) };
    if let Err(error) = write(deps, webhook, &contact, (trouble, now)).await {
        // Whoever looks at the subscription, or at its log, sees it all the same.
        tracing::error!(
            webhook.id = webhook.id.as_str(),
            error = error.as_ref(),
            "nobody was written to about an endpoint"
        );
    }
    Ok(())
}

async fn write(
    deps: &Deps,
    webhook: &Webhook,
    contact: &Contact,
    (trouble, at): (EndpointTrouble, Timestamp),
) -> Result<(), BoxError> {
    let to = EmailAddress::parse(&contact.email)?;
    let endpoint = FailingEndpoint {
        url: &webhook.url,
        webhook: webhook.id.as_str(),
        trouble,
        at,
        public_url: &contact.public_url,
    };
    let language = Language::parse(&contact.language).unwrap_or_default();
    let letter = Letter::endpoint_failing(endpoint, language)?;
    match deps.mail.send(&to, &letter, &endpoint.service_host()).await {
        Outcome::NotSent { reason } | Outcome::Settled(Delivery::Refused { reason }) => Err(reason.into()),
        Outcome::Settled(_) => Ok(()),
    }
}
