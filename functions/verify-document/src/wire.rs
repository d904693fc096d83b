//! `POST /verify` on the wire, in Openapi's words.

use serde::Deserialize;
use serde_json::Value;
use shared::edge::json::Flag;

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

/// A file as an object.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) source_type: String,
    pub(crate) payload: Option<String>,
    pub(crate) upload: Option<String>,
}
