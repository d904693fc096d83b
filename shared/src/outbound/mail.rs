//! Mails to signatories, through SES.
//!
//! **Invariant:** a mail is handed to SES at most once a call: nothing here tries again.

use std::error::Error;
use std::io;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use aws_types::SdkConfig;
use domain::EmailAddress;
use domain::message::Delivery;

mod letter;

pub use letter::{Letter, LetterError};

/// Sends mails from one address.
#[derive(Clone, Debug)]
pub struct Mail {
    client: Client,
    sender: Option<String>,
}

impl Mail {
    /// A client that never sends twice: the SDK's own retries could, when an answer got lost.
    #[must_use]
    pub fn client(sdk: &SdkConfig) -> Client {
        let config = aws_sdk_sesv2::config::Builder::from(sdk).retry_config(RetryConfig::disabled()).build();
        Client::from_conf(config)
    }

    /// Sends by `client`, as [`Mail::client`] makes it. Without a `sender`, mails come from `no-reply`
    /// at the host they speak of.
    #[must_use]
    pub fn new(client: Client, sender: Option<String>) -> Self {
        Self { client, sender }
    }

    /// Sends a letter. `host` is the one of the signing links.
    pub async fn send(&self, to: &EmailAddress, letter: &Letter, host: &str) -> Outcome {
        let part = |text: &str| Content::builder().data(text).charset("UTF-8").build();
        let (Ok(subject), Ok(text), Ok(html)) =
            (part(letter.subject()), part(letter.text()), part(letter.html()))
        else {
            return Outcome::not_sent("incomplete letter");
        };
        let message =
            Message::builder().subject(subject).body(Body::builder().text(text).html(html).build()).build();
        let sender = self.sender.clone().unwrap_or_else(|| format!("no-reply@{host}"));
        let answer = self
            .client
            .send_email()
            .from_email_address(sender)
            .destination(Destination::builder().to_addresses(to.expose()).build())
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await;
        match answer {
            Ok(sent) => {
                Outcome::Settled(Delivery::Accepted { provider_id: sent.message_id.unwrap_or_default() })
            }
            Err(error) => judge(&error),
        }
    }
}

/// What became of a mail.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It certainly did not leave. Try again later.
    NotSent {
        /// SES's word, or ours; never an address.
        reason: String,
    },
    /// It is not to be sent again.
    Settled(Delivery),
}

impl Outcome {
    fn not_sent(reason: &str) -> Self {
        Self::NotSent { reason: reason.to_owned() }
    }
}

fn judge(error: &SdkError<SendEmailError>) -> Outcome {
    match error {
        SdkError::ConstructionFailure(_) => Outcome::not_sent("the call could not be built"),
        SdkError::DispatchFailure(failure) => {
            let never_left = failure.as_connector_error().is_some_and(|error| was_not_connected(error));
            if never_left {
                Outcome::not_sent("no connection")
            } else {
                Outcome::Settled(Delivery::Ambiguous)
            }
        }
        SdkError::ServiceError(context) => {
            judge_answer(context.raw().status().as_u16(), context.err().code().unwrap_or("unknown"))
        }
        // The call timed out, or its answer could not be read.
        _ => Outcome::Settled(Delivery::Ambiguous),
    }
}

fn judge_answer(status: u16, code: &str) -> Outcome {
    if RECOVERABLE_CODES.contains(&code) || status == 429 {
        return Outcome::not_sent(code);
    }
    match status {
        // The role, its credentials or the clock are wrong: the operator mends that, and the mail can go.
        401 | 403 => Outcome::not_sent(code),
        500.. => Outcome::Settled(Delivery::Ambiguous),
        _ => Outcome::Settled(Delivery::Refused { reason: code.to_owned() }),
    }
}

/// Whether the operating system says that there was no connection to send anything through.
fn was_not_connected(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return matches!(
                error.kind(),
                io::ErrorKind::AddrNotAvailable
                    | io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::HostUnreachable
                    | io::ErrorKind::NetworkUnreachable
            );
        }
        next = error.source();
    }
    false
}

/// SES declined for now: too many mails, or sending is paused for the account.
const RECOVERABLE_CODES: [&str; 5] = [
    "LimitExceededException",
    "SendingPausedException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

#[cfg(test)]
mod tests;
