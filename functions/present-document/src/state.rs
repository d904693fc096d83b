//! What a signatory is told about the request.

use domain::policy::{MAX_CODES, MAX_GUESSES};
use domain::request::{AnyRequest, Appearance, Facts, Hideable, Mode, Progress, Signatory};
use domain::value::{WebAddress, WebOrigin};
use domain::{Channel, SignatoryId, Text, Timestamp};
use serde_json::{Map, Value, json};
use shared::edge::result::ResultKeys;
use shared::edge::{Problem, view};

/// The request as one signatory sees it: nothing of the others.
///
/// # Errors
///
/// [`Problem`] 404 when the signatory is not of this request.
pub(crate) fn view(
    request: &AnyRequest,
    signatory: &SignatoryId,
    now: Timestamp,
    keys: &ResultKeys,
) -> Result<Value, Problem> {
    let facts = request.facts();
    let person = facts.signatory(signatory).ok_or_else(Problem::not_found)?;
    // The clock decides, whether or not a schedule has noticed.
    let waiting = matches!(request, AnyRequest::Received(_) | AnyRequest::Draft(_) | AnyRequest::Open(_));
    let state = if waiting && now >= facts.expires_at { "EXPIRED" } else { request.state_name() };
    let may_read = person.may_read(now).is_ok();
    let document = request.document().filter(|_| may_read).map(|it| {
        let current = it.current();
        json!({
            "sha256": current.sha256.to_hex(),
            "acceptedSha256": it.accepted.sha256.to_hex(),
            "sizeBytes": current.size_bytes,
            "name": facts.title.as_ref().map_or("document", |title| title.as_str()),
        })
    });
    Ok(json!({
        "request": {
            "id": facts.id.as_str(),
            "title": facts.title.as_ref().map(Text::as_str),
            "description": facts.description.as_ref().map(Text::as_str),
            "requester": facts.requester.as_str(),
            "state": state,
            "expiresAt": facts.expires_at.to_rfc3339(),
        },
        "signatory": signatory_view(person, facts),
        "questions": questions(person, may_read),
        "document": document,
        "consent": {
            "text": facts.options.consent_text.as_str(),
            "sha256": facts.options.consent_digest().to_hex(),
        },
        "modes": Mode::ALL.iter().filter(|it| facts.options.allows(**it)).map(|it| it.as_str()).collect::<Vec<_>>(),
        "mustRead": facts.options.must_read,
        "codeDigits": facts.options.code_length.digits(),
        "kept": !facts.documents_are_over(now),
        "retention": {
            "documentMonths": facts.retention.document_months(),
            "evidenceYears": facts.retention.evidence_years(),
        },
        "sealed": request.sealed().map(|it| json!({ "sha256": it.sha256.to_hex() })),
        "language": person.language,
        "timezone": person.timezone.as_ref().unwrap_or(&facts.options.timezone),
        "ui": ui(&facts.options.ui),
        "completeUrl": facts.options.ui.complete_url().map(WebAddress::as_str),
        "cancelUrl": facts.options.ui.cancel_url().map(WebAddress::as_str),
        "redirectUrl": keys.after_act(facts, person),
        "leaveUrl": keys.without_act(facts, person, now),
    }))
}

/// How the page looks. Colours come in whole pairs or not at all; the logo comes from here, since the page
/// asks nothing of strangers.
fn ui(appearance: &Appearance) -> Value {
    let mut ui = Map::new();
    for (slot, color) in appearance.palette() {
        ui.insert(slot.as_str().to_owned(), json!(color.as_str()));
    }
    for part in Hideable::ALL {
        ui.insert(part.as_str().to_owned(), json!(appearance.hides(part)));
    }
    let ancestors: Vec<&str> = appearance.ancestors().iter().map(WebOrigin::as_str).collect();
    ui.insert("iframeAncestors".to_owned(), json!(ancestors));
    ui.insert("sidebarLogo".to_owned(), json!(appearance.logo().map(|_| LOGO_PATH)));
    Value::Object(ui)
}

/// The signatory themselves: what they are to do, and how far they have come.
fn signatory_view(person: &Signatory, facts: &Facts) -> Value {
    let left = match &person.progress {
        Progress::Pending(it) => {
            Some((MAX_CODES.saturating_sub(it.codes), MAX_GUESSES.saturating_sub(it.guesses)))
        }
        _ => None,
    };
    let acted_at = match &person.progress {
        Progress::Signed(act) => Some(act.signed_at),
        Progress::Approved(approval) => Some(approval.at),
        Progress::Read { at, .. }
        | Progress::Delegated { at, .. }
        | Progress::NotNeeded { at }
        | Progress::Declined { at, .. } => Some(*at),
        Progress::Following | Progress::Pending(_) => None,
    };
    let signed_at = matches!(person.progress, Progress::Signed(_)).then_some(acted_at).flatten();
    let channels = person.channels.each();
    let first = channels.first().copied().unwrap_or(Channel::Email);
    json!({
        "id": person.id.as_str(),
        "name": person.given_name.expose(),
        "surname": person.family_name.expose(),
        "state": person.state_name(),
        "role": person.role.as_str(),
        "isTurn": person.is_pending() && person.invited_at.is_some(),
        "actedAt": acted_at.map(Timestamp::to_rfc3339),
        "signedAt": signed_at.map(Timestamp::to_rfc3339),
        "channel": first.as_str(),
        "destination": person.masked_destination(first),
        "channels": channels.iter().map(|it| json!({
            "channel": it.as_str(), "destination": person.masked_destination(*it),
        })).collect::<Vec<_>>(),
        "attachments": person.attachments.iter().map(view::attachment).collect::<Vec<_>>(),
        "editable": facts.options.editable,
        "mayDelegate": facts.options.delegation && person.knowledge.is_none() && person.is_pending(),
        "codesLeft": left.map(|(codes, _)| codes),
        "guessesLeft": left.map(|(_, guesses)| guesses),
    })
}

/// What is asked before the document is shown, while it is: a question, or null for an access code.
fn questions(person: &Signatory, may_read: bool) -> Option<Vec<Option<&str>>> {
    let knowledge = person.knowledge.as_ref().filter(|_| person.is_pending() && !may_read)?;
    Some(knowledge.questions.iter().map(|it| it.text.as_ref().map(Text::as_str)).collect())
}

/// Where the page finds the logo, relative to its own address.
const LOGO_PATH: &str = "sign/logo";
