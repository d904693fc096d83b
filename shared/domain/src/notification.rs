//! What integrators are told: events by name, in their order, decided with the move they tell of.
//!
//! A notification carries names of things and no personal value; what it says beside them is a snapshot that
//! the store takes of the state the move led to.

use std::fmt;

use serde_json::{Map, Value};

use crate::evidence::EventKind;
use crate::message::MessageKind;
use crate::transition::ChainName;
use crate::{RequestId, Timestamp};

/// One event, as integrators are told it.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// What happened.
    pub name: EventName,
    /// Its place among the notifications of its request, from 1, without gaps.
    pub sequence: u64,
    /// When it happened.
    pub at: Timestamp,
    /// The evidence event it tells of: its chain, and its place there.
    pub evidence: (ChainName, u64),
    /// Whom or what it is about: names of things, words and numbers.
    pub detail: Map<String, Value>,
}

/// Names a notification: the same for every attempt to tell it, and in the feed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EventId {
    /// The request it tells of.
    pub request: RequestId,
    /// Its place among the notifications of the request.
    pub sequence: u64,
}

impl EventId {
    /// Reads a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (request, sequence) = text.strip_prefix("evt_")?.split_once('_')?;
        let id = Self { request: RequestId::parse(request).ok()?, sequence: sequence.parse().ok()? };
        (id.to_string() == text).then_some(id)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "evt_{}_{}", self.request, self.sequence)
    }
}

macro_rules! event_names {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $onespan:expr;)*) => {
        /// The name of an event. In the order of a request's life; those that never happen come last.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum EventName {
            $($(#[$doc])* $variant,)*
        }

        impl EventName {
            /// Every event.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// OneSpan's name of it, if that product tells it.
            #[must_use]
            pub const fn onespan(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => $onespan,)*
                }
            }
        }
    };
}

event_names! {
    /// An integrator asked for signatures.
    RequestCreated = "request.created", Some("PACKAGE_CREATE");
    /// The document was checked and is what signatories will see.
    DocumentAccepted = "document.accepted", None;
    /// The document cannot be signed.
    RequestFailed = "request.failed", None;
    /// Signatories can act.
    RequestSent = "request.sent", Some("PACKAGE_ACTIVATE");
    /// An open request went back to a draft.
    RequestRecalled = "request.recalled_to_draft", Some("PACKAGE_DEACTIVATE");
    /// The deadline was moved.
    RequestExtended = "request.extended", None;
    /// An invitation left.
    SignerNotified = "signer.notified", None;
    /// A reminder left.
    SignerReminded = "signer.reminded", None;
    /// A mail came back, or its reader called it unwanted.
    SignerBounced = "signer.bounced", Some("EMAIL_BOUNCE");
    /// A signatory's data were corrected.
    SignerDataChanged = "signer.data_changed", None;
    /// A signatory was asked what only they know, and the answer was wrong.
    SignerChallengeFailed = "signer.challenge_failed", Some("KBA_FAILURE");
    /// A signatory opened the document by a gesture of their own.
    DocumentViewed = "document.viewed", Some("DOCUMENT_VIEWED");
    /// A one-time password left.
    SignerOtpSent = "signer.otp_sent", None;
    /// A signatory answered with a wrong one-time password.
    SignerOtpFailed = "signer.otp_failed", None;
    /// A signatory used up all tries.
    SignerLocked = "signer.locked", Some("SIGNER_LOCKED");
    /// A locked signatory got new tries.
    SignerUnlocked = "signer.unlocked", None;
    /// A signatory attached a document.
    SignerAttachmentAdded = "signer.attachment_added", Some("PACKAGE_ATTACHMENT");
    /// The integrator took an attached document.
    SignerAttachmentAccepted = "signer.attachment_accepted", None;
    /// The integrator wants another document.
    SignerAttachmentRejected = "signer.attachment_rejected", None;
    /// A signatory passed the task on.
    SignerReassigned = "signer.reassigned", Some("ROLE_REASSIGN");
    /// A signatory signed the document.
    DocumentSigned = "document.signed", Some("DOCUMENT_SIGNED");
    /// An approver said yes.
    ApproverApproved = "approver.approved", None;
    /// An approver said no.
    ApproverRejected = "approver.rejected", None;
    /// A signatory, approver or viewer has done their part.
    SignerCompleted = "signer.completed", Some("SIGNER_COMPLETE");
    /// A signatory declined.
    SignerDeclined = "signer.declined", None;
    /// Everyone has acted; the integrator has the last word.
    RequestReady = "request.ready_to_complete", Some("PACKAGE_READY_FOR_COMPLETE");
    /// Everyone has acted, and the closing seal was made.
    RequestCompleted = "request.completed", Some("PACKAGE_COMPLETE");
    /// The signed document can be had.
    RequestDownloadable = "request.downloadable", None;
    /// The request ended because someone declined.
    RequestDeclined = "request.declined", Some("PACKAGE_DECLINE");
    /// The integrator withdrew the request.
    RequestCancelled = "request.cancelled", Some("PACKAGE_TRASH");
    /// The deadline passed.
    RequestExpired = "request.expired", Some("PACKAGE_EXPIRE");
    /// An expired request was brought back.
    RequestReactivated = "request.reactivated", None;
    /// The request was put into the archive.
    RequestArchived = "request.archived", Some("PACKAGE_ARCHIVE");
    /// The request was put into the trash.
    RequestTrashed = "request.trashed", Some("PACKAGE_TRASH");
    /// The request was taken out of trash or archive.
    RequestRestored = "request.restored", Some("PACKAGE_RESTORE");
    /// The documents were deleted on demand.
    RequestDeleted = "request.deleted", Some("PACKAGE_DELETE");
    /// Sent to one endpoint alone, when its owner asks for it.
    WebhookTest = "webhook.test", None;
    /// Never happens: nobody opts out of signing electronically here, they decline.
    RequestOptedOut = "request.opted_out", Some("PACKAGE_OPT_OUT");
    /// Never happens: there are no templates.
    TemplateCreated = "template.created", Some("TEMPLATE_CREATE");
    /// Never happens: there is no virtual room.
    RecordingsReady = "recordings.ready", Some("RECORDINGS_READY");
    /// Never happens: there is no co-browsing.
    CobrowseRequested = "cobrowse.requested", Some("COBROWSE_REQUEST");
}

impl EventName {
    /// Reads a name of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.as_str() == text)
    }

    /// Whether one of the two names is this.
    #[must_use]
    pub fn is_called(self, text: &str) -> bool {
        self.as_str() == text || self.onespan() == Some(text)
    }

    /// Whether a name can be registered: one of ours, or one of OneSpan's.
    #[must_use]
    pub fn is_known(text: &str) -> bool {
        Self::ALL.iter().any(|it| it.is_called(text))
    }

    /// Whether it never happens, and can be registered for the sake of callers who know it.
    #[must_use]
    pub const fn never_happens(self) -> bool {
        matches!(
            self,
            Self::CobrowseRequested | Self::RecordingsReady | Self::RequestOptedOut | Self::TemplateCreated
        )
    }

    /// What is told of an evidence event, unless the move says otherwise.
    #[must_use]
    pub(crate) const fn of(kind: EventKind) -> &'static [Self] {
        match kind {
            EventKind::RequestReceived => &[Self::RequestCreated],
            EventKind::DocumentAccepted => &[Self::DocumentAccepted, Self::RequestSent],
            EventKind::DocumentRejected => &[Self::RequestFailed],
            EventKind::RequestActivated => &[Self::RequestSent],
            EventKind::RequestDeactivated => &[Self::RequestRecalled],
            EventKind::SignatoryCorrected | EventKind::SignatoryEdited => &[Self::SignerDataChanged],
            EventKind::KnowledgeRejected => &[Self::SignerChallengeFailed],
            EventKind::AttachmentProvided => &[Self::SignerAttachmentAdded],
            EventKind::AttachmentAccepted => &[Self::SignerAttachmentAccepted],
            EventKind::AttachmentRejected => &[Self::SignerAttachmentRejected],
            EventKind::MessageBounced | EventKind::MessageComplained => &[Self::SignerBounced],
            EventKind::DocumentPresented => &[Self::DocumentViewed],
            EventKind::OtpRejected => &[Self::SignerOtpFailed],
            EventKind::SignatoryLocked => &[Self::SignerLocked],
            EventKind::SignatoryUnlocked => &[Self::SignerUnlocked],
            EventKind::SignatureCreated => &[Self::DocumentSigned, Self::SignerCompleted],
            EventKind::DocumentApproved => &[Self::ApproverApproved, Self::SignerCompleted],
            EventKind::DocumentRead => &[Self::SignerCompleted],
            EventKind::SignatureDelegated => &[Self::SignerReassigned],
            EventKind::SignatureDeclined => &[Self::SignerDeclined, Self::RequestDeclined],
            EventKind::RequestReady => &[Self::RequestReady],
            EventKind::DeadlineMoved => &[Self::RequestExtended],
            EventKind::RequestClosed => &[Self::RequestCompleted, Self::RequestDownloadable],
            EventKind::RequestExpired => &[Self::RequestExpired],
            EventKind::RequestCancelled => &[Self::RequestCancelled],
            EventKind::RequestReactivated => &[Self::RequestReactivated],
            EventKind::RequestTrashed => &[Self::RequestTrashed],
            EventKind::RequestRestored => &[Self::RequestRestored],
            EventKind::RequestArchived => &[Self::RequestArchived],
            EventKind::DocumentDeleted => &[Self::RequestDeleted],
            EventKind::ConsentGiven
            | EventKind::EvidenceErased
            | EventKind::EvidenceRead
            | EventKind::GroupReleased
            | EventKind::KnowledgeConfirmed
            | EventKind::LegalHoldPlaced
            | EventKind::LegalHoldReleased
            | EventKind::MessageAmbiguous
            | EventKind::MessageDelivered
            | EventKind::MessageRefused
            | EventKind::MessageSent
            | EventKind::OtpIssued
            | EventKind::RequestCompleted
            | EventKind::RevisionSealed
            | EventKind::SignatoryReminded
            | EventKind::StageOpened => &[],
        }
    }

    /// What is told of a message that a provider took.
    #[must_use]
    pub(crate) const fn of_message(kind: MessageKind) -> &'static [Self] {
        match kind {
            MessageKind::AddressCorrected | MessageKind::Delegation | MessageKind::Invitation => {
                &[Self::SignerNotified]
            }
            MessageKind::Otp => &[Self::SignerOtpSent],
            MessageKind::Reminder => &[Self::SignerReminded],
            MessageKind::AttachmentAsked
            | MessageKind::AttachmentRejected
            | MessageKind::Bounced
            | MessageKind::Cancelled
            | MessageKind::Completion
            | MessageKind::Copy
            | MessageKind::Declined
            | MessageKind::Delegated
            | MessageKind::Expired
            | MessageKind::Unlocked => &[],
        }
    }
}

/// What a notification repeats of the evidence's facts: names of things, words and numbers.
pub(crate) fn detail(kind: EventKind, facts: &Map<String, Value>) -> Map<String, Value> {
    let repeated = REPEATED
        .iter()
        .filter_map(|(fact, member)| facts.get(*fact).map(|value| ((*member).to_owned(), value.clone())));
    let mut detail: Map<String, Value> = repeated.collect();
    let bounce = match kind {
        EventKind::MessageBounced => Some("BOUNCE"),
        EventKind::MessageComplained => Some("COMPLAINT"),
        _ => None,
    };
    if let Some(word) = bounce {
        detail.insert("bounce".to_owned(), Value::from(word));
    }
    detail
}

/// Facts of evidence events, and the members they become.
const REPEATED: [(&str, &str); 7] = [
    ("signatory", "signer"),
    ("delegate", "delegate"),
    ("attachment", "attachment"),
    ("channel", "channel"),
    ("attempts_left", "attemptsLeft"),
    ("permanent", "permanent"),
    ("expires_at", "expiresAt"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_reads_as_the_event_it_came_from() {
        for name in EventName::ALL {
            assert_eq!(EventName::parse(name.as_str()), Some(*name));
            assert!(EventName::is_known(name.as_str()));
            assert!(name.onespan().is_none_or(EventName::is_known));
        }
        assert!(
            !EventName::is_known("PACKAGE_READY_FOR_COMPLETION"),
            "a name of their library, not of the wire"
        );
    }

    #[test]
    fn a_name_of_a_notification_has_one_spelling() {
        let text = "evt_6564a1b2c3d4e5f607182930_12";
        assert_eq!(EventId::parse(text).map(|it| it.to_string()).as_deref(), Some(text));
        for text in ["", "evt_", "evt_6564a1b2c3d4e5f607182930_012", "evt_6564a1b2c3d4e5f607182930_+1"] {
            assert_eq!(EventId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_event_of_onespan_can_be_registered() {
        for name in [
            "TEMPLATE_CREATE",
            "PACKAGE_CREATE",
            "PACKAGE_ACTIVATE",
            "PACKAGE_DEACTIVATE",
            "PACKAGE_READY_FOR_COMPLETE",
            "PACKAGE_TRASH",
            "PACKAGE_RESTORE",
            "PACKAGE_DELETE",
            "PACKAGE_ARCHIVE",
            "PACKAGE_EXPIRE",
            "RECORDINGS_READY",
            "PACKAGE_COMPLETE",
            "PACKAGE_DECLINE",
            "PACKAGE_OPT_OUT",
            "PACKAGE_ATTACHMENT",
            "SIGNER_COMPLETE",
            "SIGNER_LOCKED",
            "DOCUMENT_SIGNED",
            "DOCUMENT_VIEWED",
            "ROLE_REASSIGN",
            "KBA_FAILURE",
            "EMAIL_BOUNCE",
            "COBROWSE_REQUEST",
        ] {
            assert!(EventName::is_known(name), "{name}");
        }
    }
}
