//! Answers about requests, in Openapi's words.

use domain::access::Mode;
use domain::request::{
    Anchor, AnyRequest, Attachment, AttachmentState, Callback, CallbackForm, FileFacts, InputDocument,
    Occurrence, Place, Progress, Reminders, Signatory,
};
use domain::{Digest, LinkKey, LinkToken, Text};
use serde_json::{Value, json};

/// Openapi's envelope around an answer.
#[must_use]
pub fn envelope(message: &str, data: &Value) -> Value {
    json!({ "data": data, "success": true, "message": message, "error": null })
}

/// The link behind which a signatory signs. The token stands in the fragment, which browsers keep to
/// themselves.
#[must_use]
pub fn signing_link(request: &AnyRequest, signatory: &Signatory, links: &LinkKey) -> String {
    let facts = request.facts();
    let token = LinkToken::derive(links, &facts.id, &signatory.id, signatory.link_generation);
    format!("{}/sign#{}", facts.public_url, token.expose())
}

/// The same link for a page that frames the signing page: it names the request, so that the answer can say
/// who may frame it.
fn embedding_link(request: &AnyRequest, signatory: &Signatory, links: &LinkKey) -> String {
    let id = &request.facts().id;
    signing_link(request, signatory, links).replacen("/sign#", &format!("/sign?frame={id}#"), 1)
}

/// A whole request. `links` decides whether signing links are shown: to the integrator, who may hand
/// them out, and to nobody else.
#[must_use]
pub fn request(request: &AnyRequest, links: Option<&LinkKey>) -> Value {
    let facts = request.facts();
    let failure = request.failure();
    let signers: Vec<Value> = facts.signatories.iter().map(|it| signer(request, it, links)).collect();
    let name = facts.title.as_ref().map_or("document", |title| title.as_str());
    let document = request.document();
    json!({
        "id": facts.id.as_str(),
        "errorNumber": failure.map(|it| it.number),
        "errorMessage": failure.map(|it| it.sentence.as_str()),
        "updatedAt": facts.updated_at.to_openapi(),
        "createdAt": facts.created_at.to_openapi(),
        "expiresAt": facts.expires_at.to_openapi(),
        "draft": facts.draft,
        "sandbox": facts.tenant.mode() == Mode::Test,
        "readyAt": facts.ready_at.map(domain::Timestamp::to_openapi),
        "archivedAt": facts.filing.archived_at.map(domain::Timestamp::to_openapi),
        "trashedAt": facts.filing.trashed_at.map(domain::Timestamp::to_openapi),
        "closedAt": facts.closed_at.map(domain::Timestamp::to_openapi),
        "deletedAt": facts.deleted_at.map(domain::Timestamp::to_openapi),
        "erasedAt": facts.erased_at.map(domain::Timestamp::to_openapi),
        "heldAt": facts.held_at.map(domain::Timestamp::to_openapi),
        "retention": {
            "documentMonths": facts.retention.document_months(),
            "evidenceYears": facts.retention.evidence_years(),
        },
        "certificateType": CERTIFICATE_TYPE,
        "state": request.state_name(),
        "signatureType": SIGNATURE_TYPE,
        "signers": signers,
        "options": options(request),
        "callback": facts.callback.as_ref().map(callback),
        "document": {
            "title": facts.title.as_ref().map(Text::as_str),
            "description": facts.description.as_ref().map(Text::as_str),
            "inputDocuments": facts.inputs.iter().map(input).collect::<Vec<_>>(),
            "validatedDocument": document.map(|it| file(&it.accepted, name)),
            "signedDocument": request.sealed().map(|it| file(it, name)),
        },
    })
}

/// Names the state of a request that an answer shows. Who reads its evidence changes nothing of that.
#[must_use]
pub fn etag(request: &AnyRequest) -> String {
    let facts = request.facts();
    format!("\"{}\"", facts.version.saturating_sub(facts.readings))
}

/// One row of a list.
#[must_use]
pub fn row(request: &AnyRequest) -> Value {
    let facts = request.facts();
    let failure = request.failure();
    json!({
        "id": facts.id.as_str(),
        "updatedAt": facts.updated_at.to_openapi(),
        "createdAt": facts.created_at.to_openapi(),
        "documentTitle": facts.title.as_ref().map(Text::as_str),
        "certificateType": CERTIFICATE_TYPE,
        "signatureType": SIGNATURE_TYPE,
        "state": request.state_name(),
        "errorNumber": failure.map(|it| it.number),
        "errorMessage": failure.map(|it| it.sentence.as_str()),
    })
}

fn signer(request: &AnyRequest, signatory: &Signatory, links: Option<&LinkKey>) -> Value {
    let editable = &request.facts().options.editable;
    let mut value = json!({
        "id": signatory.id.as_str(),
        "name": signatory.given_name.expose(),
        "surname": signatory.family_name.expose(),
        "state": signatory.state_name(),
        "role": signatory.role.as_str(),
        "stage": signatory.stage,
        "group": signatory.group.as_ref().map(Text::as_str),
        "authentication": signatory.channels.each().iter().map(|it| it.as_str()).collect::<Vec<_>>(),
        "questions": signatory.knowledge.as_ref().map_or(0, |it| it.questions.len()),
        "identity": signatory.identity.as_ref().map(|it| {
            json!({ "provider": it.provider.as_str(), "reference": it.reference.as_str() })
        }),
        "attachments": signatory.attachments.iter().map(attachment).collect::<Vec<_>>(),
        "delegatedTo": delegate(signatory),
        "invitedAt": signatory.invited_at.map(domain::Timestamp::to_openapi),
        "erasedAt": signatory.erased_at.map(domain::Timestamp::to_openapi),
        "timezone": signatory.timezone,
        "email": signatory.email.as_ref().map(domain::EmailAddress::expose),
        "mobile": signatory.mobile.as_ref().map(domain::value::PhoneNumber::expose),
        "delivery": signatory.delivery().map(|it| {
            json!({ "state": it.notice.as_str(), "at": it.at.to_openapi() })
        }),
        "emailValidation": {
            "domain": signatory.email.as_ref().map(domain::EmailAddress::domain),
            "host": null,
            "otpAttempts": otp_attempts(signatory),
            "mxRecords": [],
        },
        "emailEditable": editable.get("email").copied().unwrap_or(false),
        "mobileEditable": editable.get("mobile").copied().unwrap_or(false),
        "language": signatory.language.as_deref().unwrap_or("browser"),
        "message": signatory.otp_text.as_ref().map(Text::as_str),
        "signatures": signatory.places.iter().map(place).collect::<Vec<_>>(),
        "anchors": signatory.anchors.iter().map(anchor).collect::<Vec<_>>(),
    });
    if let (Some(links), Some(object)) = (links, value.as_object_mut()) {
        object.insert("url".to_owned(), Value::String(signing_link(request, signatory, links)));
        if !request.facts().options.ui.ancestors().is_empty() {
            object.insert("embedUrl".to_owned(), Value::String(embedding_link(request, signatory, links)));
        }
    }
    value
}

/// Wrong codes so far; unknown once the signatory has acted.
fn otp_attempts(signatory: &Signatory) -> Option<u8> {
    match &signatory.progress {
        Progress::Pending(ceremony) => Some(ceremony.guesses),
        _ => None,
    }
}

fn delegate(signatory: &Signatory) -> Option<&str> {
    match &signatory.progress {
        Progress::Delegated { to, .. } => Some(to.as_str()),
        _ => None,
    }
}

/// A document asked from a signatory, and how far it has come.
#[must_use]
pub fn attachment(attachment: &Attachment) -> Value {
    let reason = match &attachment.state {
        AttachmentState::Rejected { reason, .. } => Some(reason.as_str()),
        AttachmentState::Awaited | AttachmentState::Provided(_) | AttachmentState::Accepted(_) => None,
    };
    json!({
        "id": attachment.id.as_str(),
        "name": attachment.name.as_str(),
        "description": attachment.description.as_ref().map(Text::as_str),
        "required": attachment.required,
        "state": attachment.state.as_str(),
        "reason": reason,
        "file": attachment.file().map(|it| json!({
            "sha256": it.file.sha256.to_hex(),
            "sizeBytes": it.file.size_bytes,
            "contentType": it.content_type,
        })),
    })
}

fn place(place: &Place) -> Value {
    let mut value = json!({ "page": place.page, "x": number(place.x_points), "y": number(place.y_points) });
    if let Some(object) = value.as_object_mut() {
        for (name, points) in [("width", place.width_points), ("height", place.height_points)] {
            if let Some(points) = points {
                object.insert(name.to_owned(), number(points));
            }
        }
        if let Some(field) = &place.field {
            object.insert("name".to_owned(), Value::String(field.clone()));
        }
    }
    value
}

/// An anchor, and what came of it: `found` counts the places it gave, and is null while the document was
/// not looked at.
fn anchor(anchor: &Anchor) -> Value {
    let occurrence = match anchor.occurrence {
        Occurrence::All => json!("all"),
        Occurrence::First => json!("first"),
        Occurrence::Last => json!("last"),
        Occurrence::Number(number) => json!(number),
    };
    json!({
        "anchor": anchor.text,
        "occurrence": occurrence,
        "required": anchor.required,
        "found": anchor.found,
        "missed": anchor.found.map(|found| found == 0),
    })
}

/// Whole numbers of points leave as integers.
fn number(points: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "whole and within a page, which fits an i64")]
    if points.fract() == 0.0 { json!(points as i64) } else { json!(points) }
}

fn options(request: &AnyRequest) -> Value {
    let options = &request.facts().options;
    json!({
        "signatureMode": options.modes.iter().map(|it| it.as_str()).collect::<Vec<_>>(),
        "userEditableData": options.editable,
        "signerMustRead": options.must_read,
        "codeDigits": options.code_length.digits(),
        "timezone": options.timezone,
        "asyncDocumentsValidation": true,
        "consentText": options.consent_text.as_str(),
        "autocomplete": options.autocomplete,
        "delegation": options.delegation,
        "reminders": options.reminders.as_ref().map(reminders),
        "sender": options.sender.as_ref().map(domain::EmailAddress::expose),
        "brand": options.brand,
        "ui": options.ui.members(),
    })
}

fn reminders(rule: &Reminders) -> Value {
    let days = |duration: std::time::Duration| duration.as_secs() / (24 * 3600);
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    json!({
        "firstAfterDays": days(rule.first_after),
        "everyDays": days(rule.every),
        "count": rule.count,
        "quietHours": { "from": clock(rule.quiet.from_minute), "to": clock(rule.quiet.to_minute) },
    })
}

/// The `ETag` of what an answer shows: another one when any of it is another.
#[must_use]
pub fn etag_of(shown: &Value) -> String {
    let digest = Digest::of(shown.to_string().as_bytes()).to_hex();
    format!("\"{}\"", digest.chars().take(32).collect::<String>())
}

/// A callback without its headers: they hold secrets, which go in and never come out.
fn callback(callback: &Callback) -> Value {
    let (method, field) = match &callback.form {
        CallbackForm::Field(name) => ("POST", Some(name)),
        CallbackForm::Json => ("JSON", None),
    };
    json!({
        "url": callback.url,
        "method": method,
        "field": field,
        "retry": callback.retry,
        "headers": callback.headers.keys().map(|name| (name.clone(), json!("***"))).collect::<serde_json::Map<_, _>>(),
        "custom": callback.custom,
    })
}

fn input(input: &InputDocument) -> Value {
    let mut value = input.file.as_ref().map_or_else(|| json!({}), |it| file(it, input.id.as_str()));
    if let Some(object) = value.as_object_mut() {
        object.insert("id".to_owned(), json!(input.id.as_str()));
        object.insert("sourceType".to_owned(), json!(input.source.as_str()));
        object.insert("repaired".to_owned(), json!(input.repaired));
    }
    value
}

fn file(file: &FileFacts, name: &str) -> Value {
    json!({
        "id": file.id.as_str(),
        "createdAt": file.created_at.to_openapi(),
        "mimetype": "application/pdf",
        "extension": "pdf",
        "size": file.size_bytes,
        "md5": file.md5,
        "sha256": file.sha256.to_hex(),
        "name": format!("{name}.pdf"),
    })
}

const CERTIFICATE_TYPE: &str = "EU-SES";
const SIGNATURE_TYPE: &str = "pades";
