//! Events as OneSpan writes them.

use domain::SignatoryId;
use domain::notification::EventName;
use domain::request::{AnyRequest, Progress};
use serde_json::{Value, json};

/// The body that tells an event of `tenant`; `request` is there for what only it knows, if it still is.
pub(crate) fn body(payload: &Value, name: EventName, tenant: &str, request: Option<&AnyRequest>) -> Value {
    let data = |member: &str| payload.pointer(&format!("/data/{member}")).cloned().unwrap_or_default();
    let signer = data("signer");
    let about_document = matches!(name, EventName::DocumentSigned | EventName::DocumentViewed);
    let message = match name {
        EventName::SignerBounced => data("bounce"),
        EventName::SignerAttachmentAdded => data("attachment"),
        EventName::RequestDeclined => json!(request.and_then(|it| reason(it, signer.as_str()?))),
        _ => Value::Null,
    };
    let mut body = json!({
        "@class": "com.silanis.esl.packages.event.ESLProcessEvent",
        "name": name.onespan().unwrap_or(name.as_str()),
        "sessionUser": if signer.is_null() { json!(tenant) } else { signer },
        "packageId": data("request/id"),
        "message": message,
        "documentId": if about_document { data("request/validatedDocument") } else { Value::Null },
        "createdDate": payload.get("createdAt"),
    });
    if let (EventName::SignerReassigned, Some(members)) = (name, body.as_object_mut()) {
        members.insert("newRoleId".to_owned(), data("delegate"));
    }
    body
}

/// Why a signatory declined, in their own words.
fn reason(request: &AnyRequest, signer: &str) -> Option<String> {
    let person = request.facts().signatory(&SignatoryId::parse(signer).ok()?)?;
    match &person.progress {
        Progress::Declined { reason, .. } => reason.as_ref().map(|it| it.as_str().to_owned()),
        _ => None,
    }
}
