//! Evidence events.

use rand::RngExt as _;
use serde_json::{Map, Value, json};

use super::chain::ChainHead;
use super::commitment::{Disclosed, Disclosure, Owner, canonical, commit_value};
use crate::cause::{Actor, Cause};
use crate::notification::{EventName, detail};
use crate::value::Digest;
use crate::{RequestId, Timestamp};

/// What happened. In the order of a request's life.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum EventKind {
    /// An integrator asked for signatures.
    RequestReceived,
    /// The document was checked and is what signatories will see.
    DocumentAccepted,
    /// The document cannot be signed.
    DocumentRejected,
    /// The integrator let the signatories of a draft act.
    RequestActivated,
    /// The integrator took an open request back to a draft.
    RequestDeactivated,
    /// Everyone of the earlier stages has acted; the next ones are invited.
    StageOpened,
    /// Signatories are to be reminded.
    SignatoryReminded,
    /// The integrator corrected a signatory.
    SignatoryCorrected,
    /// A signatory corrected themselves.
    SignatoryEdited,
    /// A signatory told what only they know.
    KnowledgeConfirmed,
    /// A signatory was asked what only they know, and the answer was wrong.
    KnowledgeRejected,
    /// A signatory attached a document.
    AttachmentProvided,
    /// The integrator took an attached document.
    AttachmentAccepted,
    /// The integrator wants another document.
    AttachmentRejected,
    /// A provider took a message.
    MessageSent,
    /// A provider refused a message.
    MessageRefused,
    /// Nobody knows whether a provider took a message.
    MessageAmbiguous,
    /// The reader's own server took a message.
    MessageDelivered,
    /// A message came back.
    MessageBounced,
    /// The reader of a message called it unwanted.
    MessageComplained,
    /// A signatory opened the document by a gesture of their own.
    DocumentPresented,
    /// A signatory agreed to sign electronically.
    ConsentGiven,
    /// A one-time password was made for a signatory.
    OtpIssued,
    /// A signatory answered with a wrong one-time password.
    OtpRejected,
    /// A signatory used up all tries.
    SignatoryLocked,
    /// The integrator gave a locked signatory new attempts.
    SignatoryUnlocked,
    /// A signatory signed, authenticated by a one-time password.
    SignatureCreated,
    /// An approver said yes, authenticated by a one-time password.
    DocumentApproved,
    /// A viewer said that they have read the document.
    DocumentRead,
    /// A signatory passed the task on, authenticated by a one-time password.
    SignatureDelegated,
    /// One of a group has acted; the others are not needed any more.
    GroupReleased,
    /// A signatory declined.
    SignatureDeclined,
    /// Everyone has acted; the integrator has the last word.
    RequestReady,
    /// The integrator completed the request.
    RequestCompleted,
    /// The integrator moved the deadline.
    DeadlineMoved,
    /// A signature was sealed into the document.
    RevisionSealed,
    /// The closing seal was made and the request is done.
    RequestClosed,
    /// The deadline passed.
    RequestExpired,
    /// The integrator withdrew the request.
    RequestCancelled,
    /// The integrator brought an expired request back.
    RequestReactivated,
    /// Custody, or of a draft: put into the trash.
    RequestTrashed,
    /// Custody, or of a draft: taken out of trash or archive.
    RequestRestored,
    /// Custody: put into the archive.
    RequestArchived,
    /// Custody: the documents were deleted on the integrator's demand.
    DocumentDeleted,
    /// Custody: someone read the evidence.
    EvidenceRead,
    /// Custody: the personal values of a signatory, or of everyone, were erased.
    EvidenceErased,
    /// Nothing may be erased or deleted until it is released.
    LegalHoldPlaced,
    /// What was held may be erased and deleted again.
    LegalHoldReleased,
}

impl EventKind {
    /// Every kind, in this order.
    pub const ALL: [Self; 48] = [
        Self::RequestReceived,
        Self::DocumentAccepted,
        Self::DocumentRejected,
        Self::RequestActivated,
        Self::RequestDeactivated,
        Self::StageOpened,
        Self::SignatoryReminded,
        Self::SignatoryCorrected,
        Self::SignatoryEdited,
        Self::KnowledgeConfirmed,
        Self::KnowledgeRejected,
        Self::AttachmentProvided,
        Self::AttachmentAccepted,
        Self::AttachmentRejected,
        Self::MessageSent,
        Self::MessageRefused,
        Self::MessageAmbiguous,
        Self::MessageDelivered,
        Self::MessageBounced,
        Self::MessageComplained,
        Self::DocumentPresented,
        Self::ConsentGiven,
        Self::OtpIssued,
        Self::OtpRejected,
        Self::SignatoryLocked,
        Self::SignatoryUnlocked,
        Self::SignatureCreated,
        Self::DocumentApproved,
        Self::DocumentRead,
        Self::SignatureDelegated,
        Self::GroupReleased,
        Self::SignatureDeclined,
        Self::RequestReady,
        Self::RequestCompleted,
        Self::DeadlineMoved,
        Self::RevisionSealed,
        Self::RequestClosed,
        Self::RequestExpired,
        Self::RequestCancelled,
        Self::RequestReactivated,
        Self::RequestTrashed,
        Self::RequestRestored,
        Self::RequestArchived,
        Self::DocumentDeleted,
        Self::EvidenceRead,
        Self::EvidenceErased,
        Self::LegalHoldPlaced,
        Self::LegalHoldReleased,
    ];

    /// Its word in the event and in stream filters.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RequestReceived => "RequestReceived",
            Self::DocumentAccepted => "DocumentAccepted",
            Self::DocumentRejected => "DocumentRejected",
            Self::RequestActivated => "RequestActivated",
            Self::RequestDeactivated => "RequestDeactivated",
            Self::StageOpened => "StageOpened",
            Self::SignatoryReminded => "SignatoryReminded",
            Self::SignatoryCorrected => "SignatoryCorrected",
            Self::SignatoryEdited => "SignatoryEdited",
            Self::KnowledgeConfirmed => "KnowledgeConfirmed",
            Self::KnowledgeRejected => "KnowledgeRejected",
            Self::AttachmentProvided => "AttachmentProvided",
            Self::AttachmentAccepted => "AttachmentAccepted",
            Self::AttachmentRejected => "AttachmentRejected",
            Self::MessageSent => "MessageSent",
            Self::MessageRefused => "MessageRefused",
            Self::MessageAmbiguous => "MessageAmbiguous",
            Self::MessageDelivered => "MessageDelivered",
            Self::MessageBounced => "MessageBounced",
            Self::MessageComplained => "MessageComplained",
            Self::DocumentPresented => "DocumentPresented",
            Self::ConsentGiven => "ConsentGiven",
            Self::OtpIssued => "OtpIssued",
            Self::OtpRejected => "OtpRejected",
            Self::SignatoryLocked => "SignatoryLocked",
            Self::SignatoryUnlocked => "SignatoryUnlocked",
            Self::SignatureCreated => "SignatureCreated",
            Self::DocumentApproved => "DocumentApproved",
            Self::DocumentRead => "DocumentRead",
            Self::SignatureDelegated => "SignatureDelegated",
            Self::GroupReleased => "GroupReleased",
            Self::SignatureDeclined => "SignatureDeclined",
            Self::RequestReady => "RequestReady",
            Self::RequestCompleted => "RequestCompleted",
            Self::DeadlineMoved => "DeadlineMoved",
            Self::RevisionSealed => "RevisionSealed",
            Self::RequestClosed => "RequestClosed",
            Self::RequestExpired => "RequestExpired",
            Self::RequestCancelled => "RequestCancelled",
            Self::RequestReactivated => "RequestReactivated",
            Self::RequestTrashed => "RequestTrashed",
            Self::RequestRestored => "RequestRestored",
            Self::RequestArchived => "RequestArchived",
            Self::DocumentDeleted => "DocumentDeleted",
            Self::EvidenceRead => "EvidenceRead",
            Self::EvidenceErased => "EvidenceErased",
            Self::LegalHoldPlaced => "LegalHoldPlaced",
            Self::LegalHoldReleased => "LegalHoldReleased",
        }
    }
}

/// What an event will say, before it has its place in the chain.
#[derive(Clone, Debug)]
pub struct Draft {
    kind: EventKind,
    facts: Map<String, Value>,
    personal: Vec<(Owner, String, Value)>,
    told: &'static [EventName],
}

impl Draft {
    /// An event that says only that it happened.
    #[must_use]
    pub fn new(kind: EventKind) -> Self {
        Self { kind, facts: Map::new(), personal: Vec::new(), told: EventName::of(kind) }
    }

    /// Says what integrators are told of it, where that is not what they are usually told.
    #[must_use]
    pub(crate) fn told_as(self, told: &'static [EventName]) -> Self {
        Self { told, ..self }
    }

    /// What integrators are told of it, and beside the names whom or what it is about.
    pub(crate) fn told(&self) -> (&'static [EventName], Map<String, Value>) {
        (self.told, detail(self.kind, &self.facts))
    }

    /// Adds a fact that is nobody's personal value.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a personal value: the event will hold a commitment, the value goes to a disclosure.
    #[must_use]
    pub fn personal(mut self, owner: &Owner, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.personal.push((owner.clone(), field.into(), value.into()));
        self
    }

    /// Gives the event its place after `head`, and moves `head` to it.
    ///
    /// Where the cause has an origin, its address and user agent become personal values: of the signatory who acts, or
    /// else of `owner`.
    pub(crate) fn append(
        mut self,
        request: &RequestId,
        head: &mut ChainHead,
        owner: &Owner,
        cause: &mut Cause<'_>,
    ) -> (EvidenceEvent, Vec<Disclosure>) {
        if let Some(origin) = &cause.origin {
            let own = match &cause.actor {
                Actor::Signatory(id) => Some(Owner::Signatory(id.clone())),
                Actor::Integrator(_) | Actor::System => None,
            };
            let owner = own.as_ref().unwrap_or(owner);
            self = self.personal(owner, "ip_address", origin.ip_address.as_str()).personal(
                owner,
                "user_agent",
                origin.user_agent.as_str(),
            );
        }
        let seq = head.length;
        let mut commitments = Map::new();
        let mut disclosures: Vec<Disclosure> = Vec::new();
        for (owner, field, value) in self.personal {
            let salt: [u8; 32] = cause.rng.random();
            let digest = commit_value(request, seq, &field, &salt, &value);
            commitments.insert(field.clone(), Value::String(digest.to_hex()));
            let disclosed = Disclosed { field, salt, value };
            match disclosures.iter_mut().find(|it| it.owner == owner) {
                Some(disclosure) => disclosure.fields.push(disclosed),
                None => disclosures.push(Disclosure { seq, owner, fields: vec![disclosed] }),
            }
        }
        // A clock that went backwards is recorded, and never reorders the chain.
        let at = cause.now.max(head.at);
        if cause.now < head.at {
            self.facts.insert("clock".to_owned(), Value::String(cause.now.to_rfc3339()));
        }
        let body = json!({
            "v": 1,
            "request": request.as_str(),
            "seq": seq,
            "prev": head.hash.to_hex(),
            "at": at.to_rfc3339(),
            "kind": self.kind.as_str(),
            "actor": actor_json(&cause.actor),
            "facts": self.facts,
            "commitments": commitments,
        });
        let bytes = canonical(&body);
        head.advance(&bytes, at);
        (EvidenceEvent { seq, kind: self.kind, at, hash: head.hash, bytes }, disclosures)
    }
}

/// One link of the chain, as it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EvidenceEvent {
    /// Its place, from zero.
    pub seq: u64,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Timestamp,
    /// Its hash, over the hash before it and its bytes.
    pub hash: Digest,
    /// Its canonical JSON.
    pub bytes: Vec<u8>,
}

fn actor_json(actor: &Actor) -> Value {
    match actor {
        Actor::Integrator(tenant) => json!({ "type": "integrator", "id": tenant.as_str() }),
        Actor::Signatory(id) => json!({ "type": "signatory", "id": id.as_str() }),
        Actor::System => json!({ "type": "system" }),
    }
}
