//! What a signatory is told about the request.

use domain::request::{AnyRequest, Progress};
use domain::{SignatoryId, Text, Timestamp};
use serde_json::{Value, json};
use shared::edge::Problem;

/// The request as one signatory sees it: nothing of the others.
///
/// # Errors
///
/// [`Problem`] 404 when the signatory is not of this request.
pub(crate) fn view(request: &AnyRequest, signatory: &SignatoryId, now: Timestamp) -> Result<Value, Problem> {
    let facts = request.facts();
    let person = facts.signatory(signatory).ok_or_else(Problem::not_found)?;
    // The clock decides, whether or not a schedule has noticed.
    let waiting = matches!(request, AnyRequest::Received(_) | AnyRequest::Open(_));
    let state = if waiting && now >= facts.expires_at { "EXPIRED" } else { request.state_name() };
    let document = request.document().map(|it| {
        let current = it.current();
        json!({
            "sha256": current.sha256.to_hex(),
            "acceptedSha256": it.accepted.sha256.to_hex(),
            "sizeBytes": current.size_bytes,
            "name": facts.title.as_ref().map_or("document", |title| title.as_str()),
        })
    });
    let signed_at = match &person.progress {
        Progress::Signed(act) => Some(act.signed_at.to_rfc3339()),
        Progress::Pending(_) | Progress::Declined { .. } => None,
    };
    Ok(json!({
        "request": {
            "id": facts.id.as_str(),
            "title": facts.title.as_ref().map(Text::as_str),
            "description": facts.description.as_ref().map(Text::as_str),
            "requester": facts.requester.as_str(),
            "state": state,
            "expiresAt": facts.expires_at.to_rfc3339(),
        },
        "signatory": {
            "id": person.id.as_str(),
            "name": person.given_name.expose(),
            "surname": person.family_name.expose(),
            "state": person.state_name(),
            "signedAt": signed_at,
            "channel": person.channel.as_str(),
            "destination": person.email.masked(),
        },
        "document": document,
        "consent": {
            "text": facts.options.consent_text.as_str(),
            "sha256": facts.options.consent_digest().to_hex(),
        },
        "modes": facts.options.modes.iter().map(|it| it.as_str()).collect::<Vec<_>>(),
        "mustRead": facts.options.must_read,
        "sealed": request.sealed().map(|it| json!({ "sha256": it.sha256.to_hex() })),
    }))
}
