//! What is written to whoever keeps an endpoint of webhooks.

use domain::Timestamp;
use domain::value::Language;

use super::{Addressee, Draft, Letter, LetterError, MAX_LINE_CHARS, host, plain};

/// An endpoint that is called no more.
#[derive(Clone, Copy, Debug)]
pub struct DisabledEndpoint<'a> {
    /// Its address; only the host is told.
    pub url: &'a str,
    /// The name of the subscription.
    pub webhook: &'a str,
    /// Whether it said that it is gone; otherwise it took nothing for days.
    pub is_gone: bool,
    /// Since when.
    pub at: Timestamp,
    /// The address of this service.
    pub public_url: &'a str,
}

impl DisabledEndpoint<'_> {
    /// The host of this service.
    #[must_use]
    pub fn service_host(&self) -> String {
        host(self.public_url)
    }
}

impl Letter {
    /// Tells that an endpoint is called no more, why, and what to do about it.
    ///
    /// # Errors
    ///
    /// [`LetterError`] when a template or a text is at fault.
    pub fn endpoint_disabled(
        endpoint: DisabledEndpoint<'_>,
        language: Language,
    ) -> Result<Self, LetterError> {
        Draft::of_service(endpoint.public_url, language)
            .set("endpoint", plain(&host(endpoint.url), MAX_LINE_CHARS))
            .set("webhook", plain(endpoint.webhook, MAX_LINE_CHARS))
            .date("at", endpoint.at, "UTC")
            .words(if endpoint.is_gone { "endpoint-gone" } else { "endpoint-failing" })
            .words("endpoint-kept")
            .words("endpoint-next")
            .finish("endpoint", Addressee::Requester)
    }
}
