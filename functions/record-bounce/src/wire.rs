//! The JSON of SES's event publishing, inside the JSON of SNS.
//!
//! SES adds members as it likes: what is not needed here is not looked at.

use domain::Timestamp;
use domain::request::Notice;
use serde::Deserialize;

/// What SNS invokes a function with.
#[derive(Debug, Deserialize)]
pub(crate) struct SnsEvent {
    #[serde(rename = "Records", default)]
    records: Vec<SnsRecord>,
}

#[derive(Debug, Deserialize)]
struct SnsRecord {
    #[serde(rename = "Sns")]
    sns: SnsMessage,
}

#[derive(Debug, Deserialize)]
struct SnsMessage {
    #[serde(rename = "Message")]
    message: String,
}

impl SnsEvent {
    /// The messages that were published.
    pub(crate) fn messages(&self) -> impl Iterator<Item = &str> {
        self.records.iter().map(|it| it.sns.message.as_str())
    }
}

/// What is told of a mail.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct MailNotice {
    /// What changes; none for what changes nothing, such as a delay.
    pub(crate) notice: Option<Notice>,
    /// SES's name for the mail.
    pub(crate) provider_id: String,
    /// When SES took it.
    pub(crate) sent_at: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Published {
    /// Event publishing says it so, feedback notifications the other way.
    #[serde(alias = "notificationType")]
    event_type: String,
    mail: Mail,
    bounce: Option<Bounce>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mail {
    message_id: String,
    timestamp: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    bounce_type: String,
}

impl MailNotice {
    /// Reads a published event. The error says what is wrong, and repeats nothing of it.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > MAX_BYTES {
            return Err("it is larger than SNS carries");
        }
        let it: Published = serde_json::from_str(text).map_err(|_| "it is not an event of SES")?;
        let provider_id = it.mail.message_id;
        let is_name = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
        if provider_id.is_empty() || provider_id.len() > MAX_ID_BYTES || !provider_id.bytes().all(is_name) {
            return Err("its mail has no usable name");
        }
        let notice = match (it.event_type.as_str(), it.bounce) {
            ("Bounce", Some(bounce)) => {
                Some(Notice::Bounced { permanent: bounce.bounce_type == "Permanent" })
            }
            ("Bounce", None) => return Err("a bounce says nothing of itself"),
            ("Complaint", _) => Some(Notice::Complained),
            ("Delivery", _) => Some(Notice::Delivered),
            // SES took it and found something in it that it does not send.
            ("Reject", _) => Some(Notice::Bounced { permanent: true }),
            _ => None,
        };
        let sent_at = it.mail.timestamp.as_deref().and_then(Timestamp::parse_rfc3339);
        Ok(Self { notice, provider_id, sent_at })
    }
}

/// The largest message of SNS.
const MAX_BYTES: usize = 256 * 1024;
/// SES's names have 60 bytes.
const MAX_ID_BYTES: usize = 256;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn event(kind: &str, member: &str, told: &Value) -> String {
        json!({
            "eventType": kind,
            member: told,
            "mail": {
                "timestamp": "2026-11-21T18:36:05.120Z",
                "source": "no-reply@sign.example",
                "sendingAccountId": "000000000000",
                "messageId": "0107019abc-1",
                "destination": ["ada@example.com"],
                "tags": { "ses:configuration-set": ["MailConfiguration"] },
                "something": { "new": [1, 2] },
            },
        })
        .to_string()
    }

    fn notice(kind: &str, member: &str, told: &Value) -> Option<Notice> {
        let read = MailNotice::parse(&event(kind, member, told)).unwrap();
        assert_eq!(read.provider_id, "0107019abc-1");
        assert_eq!(read.sent_at, Timestamp::parse_rfc3339("2026-11-21T18:36:05.120Z"));
        read.notice
    }

    #[test]
    fn each_type_is_told_apart() {
        let bounced = |permanent| Some(Notice::Bounced { permanent });
        for (kind, expected) in [("Permanent", true), ("Transient", false), ("Undetermined", false)] {
            let told = json!({ "bounceType": kind, "bounceSubType": "General", "bouncedRecipients": [] });
            assert_eq!(notice("Bounce", "bounce", &told), bounced(expected));
        }
        assert_eq!(notice("Complaint", "complaint", &json!({})), Some(Notice::Complained));
        assert_eq!(notice("Delivery", "delivery", &json!({})), Some(Notice::Delivered));
        assert_eq!(notice("Reject", "reject", &json!({ "reason": "Bad content" })), bounced(true));
        assert_eq!(notice("DeliveryDelay", "deliveryDelay", &json!({})), None);
        assert_eq!(notice("Open", "open", &json!({})), None);
    }

    #[test]
    fn a_feedback_notification_reads_as_an_event() {
        let text = event("Complaint", "complaint", &json!({})).replace("eventType", "notificationType");
        assert_eq!(MailNotice::parse(&text).unwrap().notice, Some(Notice::Complained));
    }

    #[test]
    fn what_is_no_event_is_refused() {
        let mail = |id: &str| json!({ "eventType": "Delivery", "mail": { "messageId": id } }).to_string();
        let long = mail(&"1".repeat(257));
        let huge = event("Delivery", "delivery", &json!("x".repeat(MAX_BYTES)));
        for text in [
            "",
            "{}",
            "[]",
            "\u{0}",
            "{\"eventType\":\"Bounce\"}",
            &mail(""),
            &mail("a b"),
            &mail("a#b"),
            &mail("a\nb"),
            &mail("é"),
            &long,
            &huge,
            &event("Bounce", "other", &json!({})),
            &"[".repeat(100_000),
        ] {
            assert!(MailNotice::parse(text).is_err(), "{}", text.chars().take(80).collect::<String>());
        }
        let undated = mail("1");
        assert_eq!(MailNotice::parse(&undated).unwrap().sent_at, None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_stumble(text in "\\PC{0,200}") {
            let _ = MailNotice::parse(&text);
        }
    }
}
