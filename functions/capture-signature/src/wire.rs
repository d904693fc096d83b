//! What a signatory sends to act, on the wire.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The codes of a signatory and the document they are for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ApprovalBody {
    /// Where one channel is asked for.
    pub(crate) code: Option<String>,
    /// By channel, where several are.
    pub(crate) codes: Option<BTreeMap<String, String>>,
    pub(crate) document_sha256: String,
}

/// A signature: the codes, the document it is for, and the mark.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SignBody {
    pub(crate) code: Option<String>,
    pub(crate) codes: Option<BTreeMap<String, String>>,
    pub(crate) document_sha256: String,
    #[serde(deserialize_with = "shared::edge::json::object")]
    pub(crate) mark: Mark,
}

/// The task is passed on.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DelegateBody {
    pub(crate) code: Option<String>,
    pub(crate) codes: Option<BTreeMap<String, String>>,
    pub(crate) document_sha256: String,
    pub(crate) delegate: Person,
}

/// To whom.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) surname: String,
    pub(crate) email: String,
    pub(crate) mobile: Option<String>,
}

/// The mark on the page.
#[derive(Debug, Deserialize)]
#[serde(tag = "mode", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Mark {
    /// Strokes of points, right and down from any origin.
    Drawn { strokes: Vec<Vec<(f64, f64)>> },
    /// A typed name.
    Typed { name: String },
    /// A PNG picture as base64.
    Uploaded { image: String },
}

/// A viewer has read the document.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReadBody {
    pub(crate) document_sha256: String,
}

/// A signatory declines.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeclineBody {
    pub(crate) reason: Option<String>,
}

/// What a signatory corrects about themselves.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DetailsBody {
    pub(crate) name: Option<String>,
    pub(crate) surname: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) mobile: Option<String>,
}

/// A document that a signatory attaches, as base64.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttachBody {
    pub(crate) payload: String,
}
