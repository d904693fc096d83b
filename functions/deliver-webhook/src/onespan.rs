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
        EventName::RequestDeclined => {
            let words = request.and_then(|it| reason(it, signer.as_str()?));
            json!(words.map(|it| it.chars().take(MAX_MESSAGE_CHARS).collect::<String>()))
        }
        _ => Value::Null,
    };
    let session_user = match name {
        EventName::RequestCompleted => json!(request.and_then(last_signer)),
        _ => signer,
    };
    let mut body = json!({
        "@class": "com.silanis.esl.packages.event.ESLProcessEvent",
        "name": name.onespan().unwrap_or(name.as_str()),
        "sessionUser": if session_user.is_null() { json!(tenant) } else { session_user },
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

/// Who signed last.
fn last_signer(request: &AnyRequest) -> Option<&str> {
    let signed = request.facts().signatories.iter().filter_map(|it| match &it.progress {
        Progress::Signed(act) => Some((act.order, it.id.as_str())),
        _ => None,
    });
    signed.max().map(|(_, id)| id)
}

/// Why a signatory declined, in their own words.
fn reason(request: &AnyRequest, signer: &str) -> Option<String> {
    let person = request.facts().signatory(&SignatoryId::parse(signer).ok()?)?;
    match &person.progress {
        Progress::Declined { reason, .. } => reason.as_ref().map(|it| it.as_str().to_owned()),
        _ => None,
    }
}

/// OneSpan's messages have no more.
const MAX_MESSAGE_CHARS: usize = 255;
