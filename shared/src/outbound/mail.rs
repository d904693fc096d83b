//! Mails to signatories, through SES.
//!
//! **Invariant:** a mail is handed to SES at most once a call: nothing here tries again.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader};
use aws_types::SdkConfig;
use domain::EmailAddress;

use super::outcome::{Outcome, judge};

mod letter;
mod plain;

pub use crate::wording::MissingText;
pub use letter::{Addressee, EndpointTrouble, FailingEndpoint, Letter, LetterError};

/// Sends mails from one address.
#[derive(Clone, Debug)]
pub struct Mail {
    client: Client,
    sender: Option<String>,
    configuration_set: Option<String>,
}

impl Mail {
    /// A client that never sends twice: the SDK's own retries could, when an answer got lost.
    #[must_use]
    pub fn client(sdk: &SdkConfig) -> Client {
        let config = aws_sdk_sesv2::config::Builder::from(sdk).retry_config(RetryConfig::disabled()).build();
        Client::from_conf(config)
    }

    /// Sends by `client`, as [`Mail::client`] makes it. Without a `sender`, mails come from `no-reply`
    /// at the host they speak of. By its `configuration_set`, SES knows whom to tell what becomes of them.
    #[must_use]
    pub fn new(client: Client, sender: Option<String>, configuration_set: Option<String>) -> Self {
        Self { client, sender, configuration_set }
    }

    /// Sends a letter. `host` is the one of the signing links.
    pub async fn send(&self, to: &EmailAddress, letter: &Letter, host: &str) -> Outcome {
        let part = |text: &str| Content::builder().data(text).charset("UTF-8").build();
        let (Ok(subject), Ok(text), Ok(html)) =
            (part(letter.subject()), part(letter.text()), part(letter.html()))
        else {
            return Outcome::not_sent("incomplete letter");
        };
        // So that an absent reader's own machine does not answer (RFC 3834 section 5).
        let Ok(automatic) = MessageHeader::builder().name("Auto-Submitted").value("auto-generated").build()
        else {
            return Outcome::not_sent("incomplete letter");
        };
        let body = Body::builder().text(text).html(html).build();
        let message = Message::builder().subject(subject).body(body).headers(automatic).build();
        let sender = self.sender.clone().unwrap_or_else(|| format!("no-reply@{host}"));
        let answer = self
            .client
            .send_email()
            .from_email_address(sender)
            .set_configuration_set_name(self.configuration_set.clone())
            .destination(Destination::builder().to_addresses(to.expose()).build())
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await;
        match answer {
            Ok(sent) => Outcome::accepted(sent.message_id),
            Err(error) => judge(&error),
        }
    }
}

#[cfg(test)]
mod tests;
