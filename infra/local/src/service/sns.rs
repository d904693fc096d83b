//! SNS: `Publish` to a phone number, in the query protocol; the text goes to the outbox.

use std::collections::BTreeMap;

use super::Fault;
use crate::chance;
use crate::event::rfc3339;
use crate::outbox::Sent;

/// Reads a `Publish` request.
pub(super) fn publish(body: &[u8], now_ms: i64) -> Result<Sent, Fault> {
    let input: BTreeMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    let member = |name: &str| input.get(name).cloned().unwrap_or_default();
    let action = member("Action");
    if action != "Publish" {
        return Err(Fault::unknown_operation("sns", &action));
    }
    if let Some(name) = ["TopicArn", "TargetArn", "Subject", "MessageStructure"]
        .into_iter()
        .find(|name| input.contains_key(*name))
    {
        return Err(Fault::not_implemented(name));
    }
    let (to, text) = (member("PhoneNumber"), member("Message"));
    let digits = to.strip_prefix('+').unwrap_or_default();
    if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::new("InvalidParameter", "PhoneNumber is not in E.164 form"));
    }
    if text.is_empty() {
        return Err(Fault::new("InvalidParameter", "Message is empty"));
    }
    Ok(Sent {
        at: rfc3339(now_ms),
        channel: "sms".to_owned(),
        to,
        subject: String::new(),
        text,
        html: String::new(),
    })
}

/// The answer in XML.
pub(super) fn render(outcome: Result<(), Fault>) -> (http::StatusCode, String) {
    let request = chance::uuid();
    match outcome {
        Ok(()) => {
            let id = chance::uuid();
            let body = format!(
                "<PublishResponse xmlns=\"{NAMESPACE}\"><PublishResult><MessageId>{id}</MessageId></PublishResult>\
                 <ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata></PublishResponse>"
            );
            (http::StatusCode::OK, body)
        }
        Err(fault) => {
            let message = fault.message.replace('&', "&amp;").replace('<', "&lt;");
            let body = format!(
                "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>Sender</Type><Code>{}</Code>\
                 <Message>{message}</Message></Error><RequestId>{request}</RequestId></ErrorResponse>",
                fault.code
            );
            (fault.status, body)
        }
    }
}

const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_text_message_goes_to_a_phone_and_nowhere_else() {
        let sent = publish(b"Action=Publish&PhoneNumber=%2B39055123456&Message=Code+123456", 0).unwrap();
        assert_eq!((sent.to.as_str(), sent.text.as_str()), ("+39055123456", "Code 123456"));
        let topic = publish(b"Action=Publish&TopicArn=a&Message=x", 0).unwrap_err();
        assert!(render(Err(topic)).1.contains("<Code>NotImplemented</Code>"));
        assert_eq!(
            publish(b"Action=Publish&PhoneNumber=055&Message=x", 0).unwrap_err().code,
            "InvalidParameter"
        );
        assert_eq!(publish(b"Action=Subscribe", 0).unwrap_err().code, "UnknownOperationException");
    }
}
