//! `POST /sign/session`, `POST /sign/access` and `POST /sign/presented` on the wire.

use serde::Deserialize;
use shared::edge::json::Flag;

/// The token behind the link; without one the session that is there goes on, or ends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionBody {
    pub(crate) token: Option<String>,
    #[serde(default)]
    pub(crate) end: bool,
}

/// What only the signatory knows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessBody {
    /// In the order of the questions.
    pub(crate) answers: Vec<String>,
}

/// What the signatory opened.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PresentedBody {
    pub(crate) document_sha256: String,
    /// How it was shown: `images`, `browser` or `download`.
    pub(crate) view: Option<String>,
    /// Whether they say that they have read all of it.
    pub(crate) read: Option<Flag>,
}
