//! `POST /EU-SES` and `POST /uploads` on the wire, in Openapi's words.

use std::collections::BTreeMap;

use domain::Channel;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::edge::json::{Flag, or_default};

/// The body of `POST /EU-SES`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateBody {
    pub(crate) signers: Option<Vec<Signer>>,
    /// An address, base64 text, or an array of objects: read by hand, for precise refusals.
    pub(crate) input_documents: Option<Value>,
    pub(crate) callback: Option<Callback>,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) options: Options,
    /// Openapi's word for what is made here.
    pub(crate) certificate_type: Option<String>,
    /// Openapi's word for how it is made.
    pub(crate) signature_type: Option<String>,
    /// Always true here: documents are checked after the answer.
    #[serde(rename = "asyncDocumentsValidation")]
    pub(crate) _async_documents_validation: Option<Flag>,
    /// Openapi's page shows it here; `options.signatureMode` wins.
    pub(crate) signature_mode: Option<Vec<String>>,
    /// Openapi's page shows it here; `options.userEditableData` wins.
    pub(crate) user_editable_data: Option<BTreeMap<String, Flag>>,
    /// RFC 3339; 30 days from now if absent, at most a year.
    pub(crate) expires_at: Option<String>,
    /// Nobody is invited before `POST /signatures/{id}/activate`.
    pub(crate) draft: Option<Flag>,
}

impl Signer {
    /// Whether their codes are to go by text message.
    pub(crate) fn names_texts(&self) -> bool {
        self.authentication.iter().any(|it| Channel::parse(it) == Some(Channel::Sms))
    }
}

/// Someone who is to sign.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Signer {
    pub(crate) name: String,
    pub(crate) surname: String,
    pub(crate) email: Option<String>,
    pub(crate) mobile: Option<String>,
    pub(crate) message: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) authentication: Vec<String>,
    pub(crate) language: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) signatures: Vec<Signature>,
    /// `signatory`, `approver`, `viewer` or `cc`.
    pub(crate) role: Option<String>,
    /// From 1: those of a stage are invited when everyone of the earlier ones has acted.
    pub(crate) stage: Option<u16>,
    /// Of those of one stage who share this word, any one is enough.
    pub(crate) group: Option<String>,
    /// IANA name of the zone they live in.
    pub(crate) timezone: Option<String>,
    /// What they are asked before they see the document.
    pub(crate) access_code: Option<String>,
    /// Questions that they are asked before they see the document.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) challenges: Vec<Challenge>,
    pub(crate) identity: Option<Identity>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) attachments: Vec<Attachment>,
}

impl Signer {
    /// How much of a request's room it takes to say all this.
    pub(crate) fn said_bytes(&self) -> usize {
        let one = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let person = [&self.email, &self.mobile, &self.message, &self.language, &self.group, &self.timezone];
        let person: usize = person.into_iter().map(one).sum();
        let questions: usize = self.challenges.iter().map(|it| it.question.len()).sum();
        let identity = self.identity.as_ref().map_or(0, |it| it.provider.len() + it.reference.len());
        let attachments: usize = self.attachments.iter().map(|it| it.name.len() + one(&it.description)).sum();
        let places: usize = self.signatures.iter().map(|it| one(&it.name) + one(&it.anchor)).sum();
        self.name.len() + self.surname.len() + person + questions + identity + attachments + places
    }
}

/// A question with its answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Challenge {
    pub(crate) question: String,
    pub(crate) answer: String,
}

/// Who a signatory is, as found out elsewhere.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    pub(crate) provider: String,
    pub(crate) reference: String,
}

/// A document that is asked from a signatory.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attachment {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) required: Option<Flag>,
}

/// Where a signature stands: at coordinates, or where the document's text says so.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signature {
    pub(crate) page: Option<Number>,
    pub(crate) x: Option<Number>,
    pub(crate) y: Option<Number>,
    pub(crate) width: Option<Number>,
    pub(crate) height: Option<Number>,
    pub(crate) name: Option<String>,
    /// A string of the document's text, or a tag; `x` and `y` are then added to its top left corner.
    pub(crate) anchor: Option<String>,
    pub(crate) occurrence: Option<Occurrence>,
    pub(crate) required: Option<Flag>,
}

/// Which occurrences of an anchor are meant: a word, or a number from 1.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "all, first, last, or a number from 1")]
pub(crate) enum Occurrence {
    Number(u32),
    Word(OccurrenceWord),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OccurrenceWord {
    All,
    First,
    Last,
}

/// How they sign.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Options {
    pub(crate) signature_mode: Option<Vec<String>>,
    pub(crate) user_editable_data: Option<BTreeMap<String, Flag>>,
    pub(crate) signer_must_read: Option<Flag>,
    /// 6 or 8; 6 unless said otherwise.
    pub(crate) code_digits: Option<u8>,
    pub(crate) timezone: Option<String>,
    /// Always true here: documents are checked after the answer.
    #[serde(rename = "asyncDocumentsValidation")]
    pub(crate) _async_documents_validation: Option<Flag>,
    pub(crate) consent_text: Option<String>,
    /// Whether the request completes by itself once everyone has acted; it does unless said otherwise.
    pub(crate) autocomplete: Option<Flag>,
    /// Whether a signatory may pass the task on; nobody may unless said otherwise.
    pub(crate) delegation: Option<Flag>,
    pub(crate) reminders: Option<Reminders>,
    /// Whose managed signature closes the mails: an address.
    pub(crate) sender: Option<String>,
    /// The brand in whose name they write; by their group, if nothing is said.
    pub(crate) brand: Option<String>,
    /// A saved theme, upon which `ui` stands; `ui` may name it as well.
    pub(crate) theme: Option<String>,
    /// How the signing page looks and where it leads back to: read by hand, for precise refusals.
    pub(crate) ui: Option<Map<String, Value>>,
}

/// When signatories who have not acted are reminded.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Reminders {
    pub(crate) first_after_days: Option<u16>,
    pub(crate) every_days: Option<u16>,
    pub(crate) count: Option<u8>,
    pub(crate) quiet_hours: Option<QuietHours>,
}

/// Hours in which nobody is reminded, as `HH:MM`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuietHours {
    pub(crate) from: String,
    pub(crate) to: String,
}

/// Where the integrator wants to be told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Callback {
    pub(crate) url: String,
    pub(crate) method: Option<String>,
    pub(crate) field: Option<String>,
    pub(crate) retry: Option<u8>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) custom: Value,
}

/// A number, or its decimal text: coordinates arrive as strings.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "a number, or a number as a string")]
pub(crate) enum Number {
    Number(f64),
    Text(String),
}

impl Number {
    pub(crate) fn value(&self) -> Option<f64> {
        let value = match self {
            Self::Number(value) => Some(*value),
            Self::Text(text) => text.trim().parse().ok(),
        };
        value.filter(|value: &f64| value.is_finite())
    }
}

/// One entry of `inputDocuments`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct InputDocument {
    pub(crate) source_type: String,
    pub(crate) url: Option<String>,
    pub(crate) payload: Option<String>,
    pub(crate) upload: Option<String>,
}

/// The body of `POST /uploads`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UploadBody {
    /// How large it is.
    pub size_bytes: u64,
    /// What it is, in hexadecimal digits.
    pub sha256: String,
}
