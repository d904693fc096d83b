//! Text messages to signatories, through SNS.
//!
//! **Invariant:** a message is handed to SNS at most once a call, and never without the most it may cost.

use aws_sdk_sns::Client;
use aws_sdk_sns::config::retry::RetryConfig;
use aws_sdk_sns::types::MessageAttributeValue;
use aws_types::SdkConfig;
use domain::otp::ShortMessage;
use domain::value::PhoneNumber;

use super::outcome::{Outcome, judge};

/// Sends text messages.
#[derive(Clone, Debug)]
pub struct Sms {
    client: Client,
    sender_id: Option<String>,
    max_price_usd: String,
}

impl Sms {
    /// A client that never sends twice: the SDK's own retries could, when an answer got lost.
    #[must_use]
    pub fn client(sdk: &SdkConfig) -> Client {
        let config = aws_sdk_sns::config::Builder::from(sdk).retry_config(RetryConfig::disabled()).build();
        Client::from_conf(config)
    }

    /// Sends by `client`, as [`Sms::client`] makes it, in the name of `sender_id` where a country shows
    /// names. A message that would cost more than `max_price_millis`, in thousandths of a US dollar, is
    /// not sent by SNS.
    #[must_use]
    pub fn new(client: Client, sender_id: Option<String>, max_price_millis: u32) -> Self {
        let max_price_usd = format!("{}.{:03}", max_price_millis / 1000, max_price_millis % 1000);
        Self { client, sender_id, max_price_usd }
    }

    /// Sends a message.
    pub async fn send(&self, to: &PhoneNumber, message: &ShortMessage) -> Outcome {
        let attribute = |kind: &str, value: &str| {
            MessageAttributeValue::builder().data_type(kind).string_value(value).build()
        };
        let (Ok(price), Ok(kind)) =
            (attribute("Number", &self.max_price_usd), attribute("String", "Transactional"))
        else {
            return Outcome::not_sent("incomplete message");
        };
        let sender = self.sender_id.as_deref().and_then(|it| attribute("String", it).ok());
        let mut call = self
            .client
            .publish()
            .phone_number(to.expose())
            .message(message.expose())
            .message_attributes("AWS.SNS.SMS.MaxPrice", price)
            .message_attributes("AWS.SNS.SMS.SMSType", kind);
        if let Some(sender) = sender {
            call = call.message_attributes("AWS.SNS.SMS.SenderID", sender);
        }
        match call.send().await {
            Ok(sent) => Outcome::accepted(sent.message_id),
            Err(error) => judge(&error),
        }
    }
}

#[cfg(test)]
mod tests;
