//! Endpoints that are called no more.

use domain::access::Mode;
use domain::message::Delivery;
use domain::value::Language;
use domain::{EmailAddress, Timestamp};
use shared::BoxError;
use shared::outbound::{DisabledEndpoint, Letter, Outcome};
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
    match deps.webhooks.credentials(&webhook)?.contact {
        // Tests write to nobody.
        Some(contact) if webhook.tenant.mode() == Mode::Live => {
            if let Err(error) = write(deps, &webhook, &contact, (by, now)).await {
                // Whoever looks at the subscription sees why it is silent.
                tracing::error!(
                    webhook.id = webhook.id.as_str(),
                    error = error.as_ref(),
                    "nobody was written to about a disabled endpoint"
                );
            }
            Ok(())
        }
        Some(_) | None => Ok(()),
    }
}

async fn write(
    deps: &Deps,
    webhook: &Webhook,
    contact: &Contact,
    (by, at): (DisabledBy, Timestamp),
) -> Result<(), BoxError> {
    let to = EmailAddress::parse(&contact.email)?;
    let endpoint = DisabledEndpoint {
        url: &webhook.url,
        webhook: webhook.id.as_str(),
        is_gone: by == DisabledBy::Gone,
        at,
        public_url: &contact.public_url,
    };
    let language = Language::parse(&contact.language).unwrap_or_default();
    let letter = Letter::endpoint_disabled(endpoint, language)?;
    match deps.mail.send(&to, &letter, &endpoint.service_host()).await {
        Outcome::NotSent { reason } | Outcome::Settled(Delivery::Refused { reason }) => Err(reason.into()),
        Outcome::Settled(_) => Ok(()),
    }
}
