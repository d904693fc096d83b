//! Messages: an intent is stored with the move that decided it; a sender claims it, sends, and records
//! how that ended.

use crate::value::MessageId;
use crate::{SignatoryId, Timestamp};

/// A message that was decided to be sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Message {
    /// Names it.
    pub id: MessageId,
    /// What it says.
    pub kind: MessageKind,
    /// To whom.
    pub to: SignatoryId,
    /// When it was decided.
    pub decided_at: Timestamp,
}

/// What a message says.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum MessageKind {
    /// Everyone has signed; here is the document.
    Completion,
    /// Please read and sign; here is your link.
    Invitation,
    /// Here is your one-time password. Its text exists only while it is being sent.
    Otp,
}

impl MessageKind {
    /// Its word in evidence and in stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completion => "completion",
            Self::Invitation => "invitation",
            Self::Otp => "otp",
        }
    }

    /// Reads that word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Completion, Self::Invitation, Self::Otp].into_iter().find(|kind| kind.as_str() == text)
    }
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
