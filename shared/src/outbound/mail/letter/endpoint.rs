//! What is written to whoever keeps an endpoint of webhooks.

use domain::Timestamp;
use domain::value::Language;

use super::{Addressee, Draft, Letter, LetterError, MAX_LINE_CHARS, host, plain};

/// An endpoint that does not take what it is told.
#[derive(Clone, Copy, Debug)]
pub struct FailingEndpoint<'a> {
    /// Its address; only the host is told.
    pub url: &'a str,
    /// The name of the subscription.
    pub webhook: &'a str,
    /// How it fails.
    pub trouble: EndpointTrouble,
    /// Since when.
    pub at: Timestamp,
    /// The address of this service.
    pub public_url: &'a str,
}

/// How an endpoint fails.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EndpointTrouble {
    /// A delivery was given up after its last attempt; the endpoint is still called.
    GivenUp,
    /// It said that it is gone, and is called no more.
    Gone,
    /// It took nothing for days, and is called no more.
    Silent,
}

impl FailingEndpoint<'_> {
    /// The host of this service.
    #[must_use]
    pub fn service_host(&self) -> String {
        host(self.public_url)
    }
}

impl Letter {
    /// Tells that an endpoint is called no more, or that something was given up, why, and what to do about it.
    ///
    /// # Errors
    ///
    /// [`LetterError`] when a template or a text is at fault.
    pub fn endpoint_failing(endpoint: FailingEndpoint<'_>, language: Language) -> Result<Self, LetterError> {
        let (kind, why, next) = match endpoint.trouble {
            EndpointTrouble::GivenUp => ("undelivered", "undelivered-why", "undelivered-next"),
            EndpointTrouble::Gone => ("endpoint", "endpoint-gone", "endpoint-next"),
            EndpointTrouble::Silent => ("endpoint", "endpoint-failing", "endpoint-next"),
        };
        Draft::of_service(endpoint.public_url, language)
            .set("endpoint", plain(&host(endpoint.url), MAX_LINE_CHARS))
            .set("webhook", plain(endpoint.webhook, MAX_LINE_CHARS))
            .date("at", endpoint.at, "UTC")
            .words(why)
            .words("endpoint-kept")
            .words(next)
            .finish(kind, Addressee::Requester)
    }
}
