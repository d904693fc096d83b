//! What an integrator sends to manage a request, on the wire.

use serde::Deserialize;

/// A deadline.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeadlineBody {
    /// RFC 3339.
    pub(crate) expires_at: String,
}

/// A reason, for whoever is told.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReasonBody {
    pub(crate) reason: Option<String>,
}

/// What is to be different about a signatory.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignerBody {
    pub(crate) name: Option<String>,
    pub(crate) surname: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) mobile: Option<String>,
    pub(crate) identity: Option<Identity>,
}

/// Who a signatory is, as found out elsewhere.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    pub(crate) provider: String,
    pub(crate) reference: String,
}
