//! What a provider tells later of a message it took.

use super::{AnyRequest, Signatory, append};
use crate::evidence::{Draft, EventKind, Owner};
use crate::message::SentMessage;
use crate::transition::{Changes, Transition};
use crate::value::MessageId;
use crate::{Cause, Timestamp};

/// What became of a message.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Notice {
    /// It came back.
    Bounced {
        /// Whether every other message would, too: the mailbox does not exist or wants none.
        permanent: bool,
    },
    /// Its reader called it unwanted.
    Complained,
    /// The reader's own server took it.
    Delivered,
    /// Nobody knows whether a provider took it: there was no answer.
    Unknown,
}

/// A notice that was recorded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Noticed {
    /// Of which message.
    pub message: MessageId,
    /// When the message was decided.
    pub decided_at: Timestamp,
    /// What.
    pub notice: Notice,
    /// When it was recorded.
    pub at: Timestamp,
}

impl Notice {
    /// Its word in evidence and in stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bounced { permanent: false } => "bounced",
            Self::Bounced { permanent: true } => "bounced_permanently",
            Self::Complained => "complained",
            Self::Delivered => "delivered",
            Self::Unknown => "unknown",
        }
    }

    /// Reads that word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    const ALL: [Self; 5] = [
        Self::Bounced { permanent: false },
        Self::Bounced { permanent: true },
        Self::Complained,
        Self::Delivered,
        Self::Unknown,
    ];

    const fn event(self) -> EventKind {
        match self {
            Self::Bounced { .. } => EventKind::MessageBounced,
            Self::Complained => EventKind::MessageComplained,
            Self::Delivered => EventKind::MessageDelivered,
            Self::Unknown => EventKind::MessageAmbiguous,
        }
    }
}

impl Signatory {
    /// What was last told of a message to this signatory.
    #[must_use]
    pub fn delivery(&self) -> Option<&Noticed> {
        self.notices.iter().rfind(|it| self.is_of_this_mailbox(it))
    }

    /// Whether mails to this signatory reach nobody who wants them.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        let final_word =
            |it: &Noticed| matches!(it.notice, Notice::Bounced { permanent: true } | Notice::Complained);
        self.notices.iter().any(|it| self.is_of_this_mailbox(it) && final_word(it))
    }

    /// Whether nobody knows if a mail that was decided then, or since, left: another may go at once.
    pub(super) fn is_in_doubt(&self, since: Timestamp) -> bool {
        self.delivery().is_some_and(|it| it.notice == Notice::Unknown && it.decided_at >= since)
    }

    /// Keeps a notice, in place of the oldest where there are too many.
    pub(super) fn note(&mut self, noticed: Noticed) {
        if self.notices.len() >= MAX_NOTICES {
            self.notices.remove(0);
        }
        self.notices.push(noticed);
    }

    /// Whether a notice tells of a message to the address that counts now.
    fn is_of_this_mailbox(&self, noticed: &Noticed) -> bool {
        self.email_since.is_none_or(|since| noticed.decided_at >= since)
    }
}

impl AnyRequest {
    /// Records what a provider tells of a message it took. None when it was recorded before, or when the
    /// request has no such signatory: providers tell things more than once, and in any order.
    #[must_use]
    pub fn note_delivery(
        mut self,
        sent: &SentMessage,
        notice: Notice,
        cause: &mut Cause<'_>,
    ) -> Option<Transition<Self>> {
        let facts = self.facts_mut();
        let signatory = facts.signatories.iter_mut().find(|it| it.id == sent.to)?;
        if signatory.notices.iter().any(|it| it.message == sent.id && it.notice == notice) {
            return None;
        }
        let (message, decided_at) = (sent.id.clone(), sent.decided_at);
        signatory.note(Noticed { message, decided_at, notice, at: cause.now });
        let draft = Draft::new(notice.event())
            .fact("message", sent.id.as_str())
            .fact("signatory", sent.to.as_str())
            .fact("provider_id", sent.provider_id.as_str());
        let draft = match notice {
            Notice::Bounced { permanent } => draft.fact("permanent", permanent),
            Notice::Complained | Notice::Delivered | Notice::Unknown => draft,
        };
        let mut changes = Changes::default();
        append(facts, &mut changes, draft, &Owner::Signatory(sent.to.clone()), cause);
        Some(Transition::new(self, changes))
    }
}

/// More than the messages one signatory gets within the days in which a provider repeats itself; the
/// request's item has room for 50 signatories.
pub(super) const MAX_NOTICES: usize = 24;

#[cfg(test)]
mod tests {
    use super::Notice;

    #[test]
    fn each_word_reads_as_the_notice_it_came_from() {
        for notice in Notice::ALL {
            assert_eq!(Notice::parse(notice.as_str()), Some(notice));
        }
        assert_eq!(Notice::parse("opened"), None);
    }
}
