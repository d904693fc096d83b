//! `/themes` on the wire.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use shared::store::Theme;

/// The body of `PUT /themes/{name}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ThemeBody {
    /// As `options.ui` of a request: read by hand, for precise refusals.
    pub(crate) ui: Map<String, Value>,
}

/// A theme, as it is shown.
pub(crate) fn theme(theme: &Theme) -> Value {
    json!({
        "name": theme.name.as_str(),
        "ui": theme.appearance.members(),
        "updatedAt": theme.updated_at.to_openapi(),
    })
}
