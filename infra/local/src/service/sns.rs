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
        id: chance::uuid(),
        to,
        text,
        attributes: attributes(&input)?,
        ..Sent::default()
    })
}

/// The message's attributes, as SNS checks those that it knows.
fn attributes(input: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Fault> {
    let mut attributes = BTreeMap::new();
    for (key, name) in input {
        let Some(entry) = key.strip_prefix("MessageAttributes.").and_then(|key| key.strip_suffix(".Name"))
        else {
            continue;
        };
        let member = |it: &str| {
            input
                .get(&format!("MessageAttributes.{entry}.Value.{it}"))
                .map(String::as_str)
                .unwrap_or_default()
        };
        let (kind, value) = (member("DataType"), member("StringValue"));
        let is_valid = match name.as_str() {
            "AWS.SNS.SMS.MaxPrice" => kind == "Number" && value.parse().is_ok_and(|price: f64| price > 0.0),
            "AWS.SNS.SMS.SMSType" => kind == "String" && ["Promotional", "Transactional"].contains(&value),
            "AWS.SNS.SMS.SenderID" => {
                let is_named = value.bytes().any(|byte| byte.is_ascii_alphabetic());
                let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric());
                kind == "String" && is_named && is_plain && value.len() <= 11
            }
            _ => return Err(Fault::not_implemented(name)),
        };
        if !is_valid {
            return Err(Fault::new("InvalidParameter", format!("{name} has a value that SNS refuses")));
        }
        attributes.insert(name.clone(), value.to_owned());
    }
    Ok(attributes)
}

/// The answer in XML.
pub(super) fn render(outcome: Result<String, Fault>) -> (http::StatusCode, String) {
    let request = chance::uuid();
    match outcome {
        Ok(id) => {
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
        let priced = publish(
            b"Action=Publish&PhoneNumber=%2B39055123456&Message=x&MessageAttributes.entry.1.Name=AWS.SNS.SMS.MaxPrice\
              &MessageAttributes.entry.1.Value.DataType=Number&MessageAttributes.entry.1.Value.StringValue=0.08",
            0,
        );
        assert_eq!(priced.unwrap().attributes.get("AWS.SNS.SMS.MaxPrice").map(String::as_str), Some("0.08"));
        let unpriced = publish(
            b"Action=Publish&PhoneNumber=%2B39055123456&Message=x&MessageAttributes.entry.1.Name=AWS.SNS.SMS.MaxPrice\
              &MessageAttributes.entry.1.Value.DataType=Number&MessageAttributes.entry.1.Value.StringValue=free",
            0,
        );
        assert_eq!(unpriced.unwrap_err().code, "InvalidParameter");
        assert_eq!(publish(b"Action=Subscribe", 0).unwrap_err().code, "UnknownOperationException");
    }
}
