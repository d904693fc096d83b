//! What integrators are to be told, stored with the evidence it tells of: the payload of each event, made of
//! the state that the move led to.
//!
//! **Invariant:** names of things, states and instants; no name, address or word of a person.

use domain::notification::{EventId, EventName, Notification};
use domain::request::{AnyRequest, Signatory, Stored};
use domain::transition::ChainName;
use domain::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::StoreError;

/// What is to be told of one evidence event.
#[derive(Clone, Debug, PartialEq)]
pub struct Outbox {
    /// Whose request it is.
    pub tenant: TenantId,
    /// The events, in their order.
    pub events: Vec<OutboxEvent>,
}

/// One event to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxEvent {
    /// Names it.
    pub id: EventId,
    /// What happened.
    pub name: EventName,
    /// When.
    pub at: Timestamp,
    /// What is told.
    pub payload: Value,
}

#[derive(Deserialize, Serialize)]
struct OutboxText {
    tenant: String,
    events: Vec<Value>,
}

impl Outbox {
    /// What the move to `next` has to tell of the evidence event at `place`, as the text of an attribute; none
    /// when that is nothing.
    pub(super) fn of(
        next: &impl Stored,
        notifications: &[Notification],
        place: (ChainName, u64),
    ) -> Option<String> {
        let mut told = notifications.iter().filter(|it| it.evidence == place).peekable();
        told.peek()?;
        let request = AnyRequest::restore(next.facts().clone(), next.state_record());
        let events = told.map(|it| payload(&request, it)).collect();
        serde_json::to_string(&OutboxText { tenant: request.facts().tenant.to_string(), events }).ok()
    }

    /// Reads the text of that attribute.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`].
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        let corrupt = |what: &'static str| StoreError::corrupt("outbox", what);
        let text: OutboxText =
            serde_json::from_str(text).map_err(|error| StoreError::corrupt("outbox", error))?;
        let event = |payload: Value| {
            let text = |name: &str| payload.get(name).and_then(Value::as_str).unwrap_or_default();
            Ok(OutboxEvent {
                id: EventId::parse(text("id")).ok_or_else(|| corrupt("id"))?,
                name: EventName::parse(text("type")).ok_or_else(|| corrupt("type"))?,
                at: Timestamp::parse_rfc3339(text("createdAt")).ok_or_else(|| corrupt("createdAt"))?,
                payload,
            })
        };
        if text.events.is_empty() {
            return Err(corrupt("events"));
        }
        Ok(Self {
            tenant: TenantId::parse(&text.tenant).map_err(|_| corrupt("tenant"))?,
            events: text.events.into_iter().map(event).collect::<Result<_, StoreError>>()?,
        })
    }
}

/// An event as it is told: what happened, and the state that it led to.
fn payload(request: &AnyRequest, told: &Notification) -> Value {
    let id = EventId { request: request.facts().id.clone(), sequence: told.sequence };
    let mut data = json!({ "request": snapshot(request) });
    if let Some(members) = data.as_object_mut() {
        members.extend(told.detail.clone());
    }
    json!({
        "id": id.to_string(),
        "type": told.name.as_str(),
        "createdAt": told.at.to_rfc3339(),
        "sequence": told.sequence,
        "data": data,
    })
}

/// The state of a request: sixty people take about 7 kB.
fn snapshot(request: &AnyRequest) -> Value {
    let facts = request.facts();
    let at = |instant: Option<Timestamp>| instant.map(Timestamp::to_rfc3339);
    let signers: Vec<Value> = facts.signatories.iter().map(signer).collect();
    json!({
        "id": facts.id.as_str(),
        "state": request.state_name(),
        "createdAt": facts.created_at.to_rfc3339(),
        "updatedAt": facts.updated_at.to_rfc3339(),
        "expiresAt": facts.expires_at.to_rfc3339(),
        "closedAt": at(facts.closed_at),
        "archivedAt": at(facts.filing.archived_at),
        "trashedAt": at(facts.filing.trashed_at),
        "errorNumber": request.failure().map(|it| it.number),
        "validatedDocument": request.document().map(|it| it.accepted.id.as_str()),
        "signedDocument": request.sealed().map(|it| it.id.as_str()),
        "signers": signers,
    })
}

fn signer(signatory: &Signatory) -> Value {
    json!({
        "id": signatory.id.as_str(),
        "role": signatory.role.as_str(),
        "stage": signatory.stage,
        "state": signatory.state_name(),
    })
}
