//! Messages: an intent is stored with the move that decided it; a sender claims it, sends, and records
//! how that ended.

use crate::value::MessageId;
use crate::{Channel, SignatoryId, Timestamp};

/// A message that was decided to be sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Message {
    /// Names it.
    pub id: MessageId,
    /// What it says.
    pub kind: MessageKind,
    /// To whom.
    pub to: SignatoryId,
    /// How.
    pub channel: Channel,
    /// When it was decided.
    pub decided_at: Timestamp,
}

/// What a message says.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum MessageKind {
    /// Your address was corrected; here is your new link.
    AddressCorrected,
    /// Please add a file.
    AttachmentAsked,
    /// Please add another file.
    AttachmentRejected,
    /// To the sender: mails to a signatory come back.
    Bounced,
    /// The request was withdrawn.
    Cancelled,
    /// Everyone has signed; here is the document.
    Completion,
    /// Everyone has signed; here is the document for you, who had nothing to sign.
    Copy,
    /// A signatory declined.
    Declined,
    /// You passed your signature on to someone.
    Delegated,
    /// Please sign in place of a signatory; here is your link.
    Delegation,
    /// The deadline passed.
    Expired,
    /// Please read and sign; here is your link.
    Invitation,
    /// Here is your one-time password. Its text exists only while it is being sent.
    Otp,
    /// Your signature is still missing; here is your link.
    Reminder,
    /// Your lock was lifted; here is your link.
    Unlocked,
}

impl MessageKind {
    /// Whether it brings a signatory the link to act by.
    #[must_use]
    pub const fn has_link(self) -> bool {
        matches!(
            self,
            Self::AddressCorrected | Self::Delegation | Self::Invitation | Self::Reminder | Self::Unlocked
        )
    }

    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::AddressCorrected,
        Self::AttachmentAsked,
        Self::AttachmentRejected,
        Self::Bounced,
        Self::Cancelled,
        Self::Completion,
        Self::Copy,
        Self::Declined,
        Self::Delegated,
        Self::Delegation,
        Self::Expired,
        Self::Invitation,
        Self::Otp,
        Self::Reminder,
        Self::Unlocked,
    ];

    /// Its word in evidence and in stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AddressCorrected => "address_corrected",
            Self::AttachmentAsked => "attachment_asked",
            Self::AttachmentRejected => "attachment_rejected",
            Self::Bounced => "bounced",
            Self::Cancelled => "cancelled",
            Self::Completion => "completion",
            Self::Copy => "copy",
            Self::Declined => "declined",
            Self::Delegated => "delegated",
            Self::Delegation => "delegation",
            Self::Expired => "expired",
            Self::Invitation => "invitation",
            Self::Otp => "otp",
            Self::Reminder => "reminder",
            Self::Unlocked => "unlocked",
        }
    }

    /// Reads that word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A message that a provider took.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SentMessage {
    /// Names it.
    pub id: MessageId,
    /// To whom it went.
    pub to: SignatoryId,
    /// When it was decided, or when its mailbox was named if that was later.
    pub decided_at: Timestamp,
    /// The provider's name for it.
    pub provider_id: String,
}

/// How sending a message ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Delivery {
    /// The provider took it.
    Accepted {
        /// The provider's name for it.
        provider_id: String,
    },
    /// Nobody knows whether the provider took it. It is not sent again by itself.
    Ambiguous,
    /// The provider refused it for good.
    Refused {
        /// The provider's word for why; never an address.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::MessageKind;

    #[test]
    fn each_kind_has_a_word_of_its_own() {
        for kind in MessageKind::ALL {
            assert_eq!(MessageKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(MessageKind::parse("greeting"), None);
    }
}
