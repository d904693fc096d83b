//! `/access` on the wire.

use domain::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use shared::store::Credential;

/// The body of `POST /access/keys` and `POST /access/client-apps`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct CreateBody {
    pub(crate) name: String,
    pub(crate) scopes: Vec<String>,
    /// `live` or `test`; as the caller's own if unset.
    pub(crate) environment: Option<String>,
    pub(crate) source_ranges: Option<Vec<String>>,
    pub(crate) calls_per_minute: Option<u32>,
    pub(crate) expires_at: Option<String>,
}

/// The body of `PATCH /access/keys/{id}` and `PATCH /access/client-apps/{id}`; what is absent stays, and null takes
/// a bound away.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(clippy::option_option, reason = "absent and null differ")]
pub(crate) struct ChangeBody {
    pub(crate) name: Option<String>,
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) source_ranges: Option<Vec<String>>,
    #[serde(default, deserialize_with = "said")]
    pub(crate) calls_per_minute: Option<Option<u32>>,
    pub(crate) enabled: Option<bool>,
    #[serde(default, deserialize_with = "said")]
    pub(crate) expires_at: Option<Option<String>>,
}

/// What an operator invokes the function with, for the first key of a tenant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FirstKey {
    /// The tenant's id.
    pub tenant: String,
    /// How signatories read who asks them.
    pub display_name: String,
    /// `live` if unset, or `test`.
    pub environment: Option<String>,
}

/// Tells a null from what is not there.
#[expect(clippy::option_option, reason = "absent and null differ")]
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A credential, as it is shown.
pub(crate) fn credential(credential: &Credential) -> Value {
    let instant = |at: Option<Timestamp>| at.map(Timestamp::to_openapi);
    json!({
        "id": credential.id.as_str(),
        "name": credential.name.as_str(),
        "environment": credential.mode.as_str(),
        "scopes": credential.scopes.texts(),
        "sourceRanges": credential.networks.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "callsPerMinute": credential.calls_per_minute,
        "enabled": credential.is_enabled,
        "createdAt": credential.created_at.to_openapi(),
        "rotatedAt": instant(credential.rotated_at),
        "expiresAt": instant(credential.expires_at),
        "lastUsedAt": instant(credential.last_used_at),
    })
}
