//! What an integrator is sent: Openapi's callback, as JSON or as a form.

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::request::{AnyRequest, Callback, CallbackForm};
use serde_json::json;
use shared::edge::view;
use shared::store::SigningKey;
use url::form_urlencoded::Serializer;

use crate::signature;

/// A request to be posted.
pub(crate) struct Message {
    id: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

/// The message about an event. Its id is the same for every attempt, so that a receiver can tell a
/// second delivery from a second event. `headers` are those of the callback, as they are sent.
pub(crate) fn of(
    request: &AnyRequest,
    callback: &Callback,
    mut headers: BTreeMap<String, String>,
    (event, seq): (&str, u64),
) -> Message {
    let id = format!("{}-{seq}", request.facts().id);
    headers.insert("webhook-id".to_owned(), id.clone());
    headers.insert("webhook-event".to_owned(), event.to_owned());
    let data = view::request(request, None);
    match &callback.form {
        CallbackForm::Field(field) => {
            let mut form = Serializer::new(String::new());
            form.append_pair(field, &data.to_string()).append_pair("custom", &callback.custom.to_string());
            Message { id, headers, content_type: "application/x-www-form-urlencoded", body: form.finish() }
        }
        CallbackForm::Json => {
            let body = json!({ "data": data, "custom": callback.custom }).to_string();
            Message { id, headers, content_type: "application/json", body }
        }
    }
}

impl Message {
    /// Adds what Standard Webhooks says of this attempt; without keys, its instant alone.
    pub(crate) fn sign(&mut self, keys: &[SigningKey], now: Timestamp) {
        self.headers.insert("webhook-timestamp".to_owned(), now.unix_seconds().to_string());
        let signatures = signature::signatures(keys, &self.id, now, &self.body);
        if !signatures.is_empty() {
            self.headers.insert("webhook-signature".to_owned(), signatures);
        }
    }
}
