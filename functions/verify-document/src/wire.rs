//! `POST /verify` on the wire, in Openapi's words.

use serde::Deserialize;
use serde_json::Value;

/// The body of `POST /verify`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VerifyBody {
    /// Base64, or the object that `POST /uploads` answers: read by hand, for precise refusals.
    pub(crate) input_document: Option<Value>,
    /// In the same forms.
    pub(crate) detached_content: Option<Value>,
    pub(crate) pdf_encryption_password: Option<String>,
    pub(crate) recursive: Option<Flag>,
    /// A date, or an RFC 3339 date and time.
    pub(crate) verify_on_date: Option<String>,
}

/// A truth value, or the word for it.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged, expecting = "true or false")]
pub(crate) enum Flag {
    Bool(bool),
    Word(FlagWord),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FlagWord {
    False,
    True,
}

impl Flag {
    pub(crate) const fn is_set(self) -> bool {
        matches!(self, Self::Bool(true) | Self::Word(FlagWord::True))
    }
}

/// A file as an object.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) source_type: String,
    pub(crate) payload: Option<String>,
    pub(crate) upload: Option<String>,
}
