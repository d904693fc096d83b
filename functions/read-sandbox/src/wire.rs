//! Messages of test requests on the wire.

use serde_json::{Value, json};
use shared::store::SandboxMessage;

/// A message, as it is shown.
pub(crate) fn message(message: &SandboxMessage) -> Value {
    json!({
        "id": message.id.as_str(),
        "channel": message.channel.as_str(),
        "signer": message.signatory.as_str(),
        "to": message.to.as_str(),
        "subject": message.subject,
        "text": message.text.as_str(),
        "createdAt": message.at.to_openapi(),
    })
}
