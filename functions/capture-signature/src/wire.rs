//! `POST /sign/signature` and `POST /sign/decline` on the wire.

use serde::Deserialize;

/// A signature: the code, the document it is for, and the mark.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SignBody {
    pub(crate) code: String,
    pub(crate) document_sha256: String,
    pub(crate) mark: Mark,
}

/// The mark on the page.
#[derive(Debug, Deserialize)]
#[serde(tag = "mode", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Mark {
    /// Strokes of points, right and down from any origin.
    Drawn { strokes: Vec<Vec<(f64, f64)>> },
    /// A typed name.
    Typed { name: String },
}

/// A signatory declines.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeclineBody {
    pub(crate) reason: Option<String>,
}
