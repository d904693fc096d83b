//! SES: `SendEmail` of the API version 2; the mail goes to the outbox.

use serde_json::{Value, json};

use super::json::{only, text};
use super::{Fault, mime};
use crate::chance;
use crate::event::rfc3339;
use crate::outbox::Sent;

/// Reads a `SendEmail` request: the sender's address and the mail.
pub(super) fn send_email(body: &[u8], now_ms: i64) -> Result<(String, Sent), Fault> {
    let input: Value =
        serde_json::from_slice(body).map_err(|error| Fault::new("BadRequestException", error.to_string()))?;
    only(
        &input,
        &[
            "ConfigurationSetName",
            "Content",
            "Destination",
            "EmailTags",
            "FromEmailAddress",
            "FromEmailAddressIdentityArn",
            "ReplyToAddresses",
        ],
    )?;
    let (id, at) = (chance::uuid(), rfc3339(now_ms));
    let content = input.get("Content").unwrap_or(&Value::Null);
    only(content, &["Raw", "Simple"])?;
    if let Some(raw) = content.pointer("/Raw/Data").and_then(Value::as_str) {
        let mail = mime::parse_base64(raw)
            .ok_or_else(|| Fault::new("BadRequestException", "the raw mail cannot be read"))?;
        let to = recipients(&input).or_else(|_| Ok(mail.to.clone()).and_then(not_empty))?;
        let sender = input.get("FromEmailAddress").and_then(Value::as_str).unwrap_or(&mail.from).to_owned();
        let (subject, text, html) = (mail.subject, mail.text, mail.html);
        return Ok((
            address(&sender)?,
            Sent { id, at, channel: "email".to_owned(), to, subject, text, html, ..Sent::default() },
        ));
    }
    let simple = content
        .get("Simple")
        .ok_or_else(|| Fault::new("BadRequestException", "Content has neither Simple nor Raw"))?;
    only(simple, &["Body", "Headers", "Subject"])?;
    let part = |pointer: &str| simple.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let sent = Sent {
        id,
        at,
        channel: "email".to_owned(),
        to: recipients(&input)?,
        subject: part("/Subject/Data"),
        text: part("/Body/Text/Data"),
        html: part("/Body/Html/Data"),
        ..Sent::default()
    };
    if sent.subject.is_empty() || (sent.text.is_empty() && sent.html.is_empty()) {
        return Err(Fault::new("BadRequestException", "the mail has no subject or no body"));
    }
    Ok((address(text(&input, "FromEmailAddress")?)?, sent))
}

/// What SES publishes of a mail, in the form of its event publishing; none for a type that is not known.
pub(crate) fn notification(kind: &str, mail: &Sent, now_ms: i64) -> Option<Value> {
    let at = rfc3339(now_ms);
    let recipients: Vec<&str> = mail.to.split(", ").collect();
    let each = |fields: &Value| -> Vec<Value> {
        let with = |address: &&str| {
            let mut recipient = fields.as_object().cloned().unwrap_or_default();
            recipient.insert("emailAddress".to_owned(), json!(address));
            Value::Object(recipient)
        };
        recipients.iter().map(with).collect()
    };
    let (name, member, told) = match kind {
        "Bounce" | "SoftBounce" => {
            let (bounce, sub, status) = if kind == "Bounce" {
                ("Permanent", "General", "5.1.1")
            } else {
                ("Transient", "MailboxFull", "4.2.2")
            };
            let bounced = each(&json!({ "action": "failed", "status": status }));
            let told = json!({
                "bounceType": bounce, "bounceSubType": sub, "bouncedRecipients": bounced,
                "timestamp": at, "feedbackId": chance::uuid(), "reportingMTA": "dns; local",
            });
            ("Bounce", "bounce", told)
        }
        "Complaint" => {
            let told = json!({
                "complainedRecipients": each(&json!({})), "complaintFeedbackType": "abuse",
                "complaintSubType": null, "timestamp": at, "feedbackId": chance::uuid(),
            });
            (kind, "complaint", told)
        }
        "Delivery" => {
            let told = json!({
                "timestamp": at, "processingTimeMillis": 120, "recipients": recipients,
                "smtpResponse": "250 ok", "reportingMTA": "local",
            });
            (kind, "delivery", told)
        }
        "DeliveryDelay" => {
            let told = json!({
                "timestamp": at, "delayType": "TransientCommunicationFailure", "expirationTime": at,
                "delayedRecipients": each(&json!({ "status": "4.4.1" })),
            });
            (kind, "deliveryDelay", told)
        }
        "Reject" => (kind, "reject", json!({ "reason": "Bad content" })),
        _ => return None,
    };
    Some(json!({
        "eventType": name,
        member: told,
        "mail": {
            "timestamp": mail.at, "messageId": mail.id, "destination": recipients,
            "headersTruncated": false, "tags": {},
        },
    }))
}

fn recipients(input: &Value) -> Result<String, Fault> {
    let lists = ["ToAddresses", "CcAddresses", "BccAddresses"];
    let all: Vec<&str> = lists
        .iter()
        .filter_map(|list| input.get("Destination")?.get(list)?.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    not_empty(all.join(", "))
}

fn not_empty(to: String) -> Result<String, Fault> {
    if to.contains('@') {
        Ok(to)
    } else {
        Err(Fault::new("BadRequestException", "the mail has no recipient"))
    }
}

/// The address inside `Name <address>`.
fn address(sender: &str) -> Result<String, Fault> {
    let inside = sender.rsplit_once('<').map_or(sender, |(_, rest)| rest.trim_end_matches('>'));
    if inside.contains('@') {
        Ok(inside.trim().to_owned())
    } else {
        Err(Fault::new("BadRequestException", "the sender is not an address"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use base64::Engine as _;

    use super::*;

    fn send(input: &Value) -> Result<(String, Sent), Fault> {
        send_email(input.to_string().as_bytes(), 0)
    }

    #[test]
    fn a_simple_mail_is_read() {
        let mut input = json!({
            "FromEmailAddress": "Paraphe <no-reply@example.com>",
            "Destination": { "ToAddresses": ["ada@example.com"] },
            "Content": { "Simple": {
                "Subject": { "Data": "Hello" }, "Body": { "Text": { "Data": "t" }, "Html": { "Data": "h" } },
            } },
        });
        let (sender, sent) = send(&input).unwrap();
        assert_eq!(sender, "no-reply@example.com");
        assert_eq!((sent.to.as_str(), sent.subject.as_str()), ("ada@example.com", "Hello"));
        assert_eq!((sent.text.as_str(), sent.html.as_str()), ("t", "h"));
        input["ListManagementOptions"] = json!({});
        assert_eq!(send(&input).unwrap_err().code, "NotImplemented");
    }

    #[test]
    fn a_raw_mail_is_read() {
        let raw = "From: no-reply@example.com\r\nTo: ada@example.com\r\nSubject: =?utf-8?B?w4ljcml0?=\r\n\
            Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\
            Content-Transfer-Encoding: quoted-printable\r\n\r\nCaf=C3=A9 =\r\nnoir\r\n--b\r\nContent-Type: text/html\r\n\
            Content-Transfer-Encoding: base64\r\n\r\nPGI+eDwvYj4=\r\n--b--\r\n";
        let data = base64::engine::general_purpose::STANDARD.encode(raw);
        let (sender, sent) = send(&json!({ "Content": { "Raw": { "Data": data } } })).unwrap();
        assert_eq!((sender.as_str(), sent.to.as_str()), ("no-reply@example.com", "ada@example.com"));
        assert_eq!(sent.subject, "Écrit");
        assert_eq!((sent.text.trim(), sent.html.as_str()), ("Café noir", "<b>x</b>"));
    }
}
