//! How far a signatory has come, and what they did.

use crate::policy::{KNOWLEDGE_TTL, OtpPolicy};
use crate::value::{PersonName, Text};
use crate::{Channel, Digest, Refusal, SignatoryId, Timestamp};

/// How far a signatory has come. In the order of a signatory's life.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Gets a copy in the end and has nothing to do.
    Following,
    /// Has still to act.
    Pending(Ceremony),
    /// Has signed.
    Signed(Act),
    /// Has approved.
    Approved(Approval),
    /// Has read, by their own word.
    Read {
        /// When.
        at: Timestamp,
        /// SHA-256 of the bytes shown.
        document: Digest,
    },
    /// Has passed the task on.
    Delegated {
        /// When.
        at: Timestamp,
        /// To whom.
        to: SignatoryId,
    },
    /// Another of the same group has acted.
    NotNeeded {
        /// Since when.
        at: Timestamp,
    },
    /// Has declined.
    Declined {
        /// When.
        at: Timestamp,
        /// Why, in the signatory's words.
        reason: Option<Text>,
    },
}

/// What a pending signatory has done so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ceremony {
    /// What was presented last.
    pub presented: Option<Presented>,
    /// Times that codes were sent, since the last unlocking.
    pub codes: u8,
    /// Wrong answers to codes, since the last unlocking.
    pub guesses: u8,
    /// When the last codes were made.
    pub last_code_at: Option<Timestamp>,
    /// When the signatory last told what only they know.
    pub knowledge_at: Option<Timestamp>,
    /// Wrong answers to what only they know, since the last unlocking.
    pub knowledge_tries: u8,
    /// Whether the attempts are used up.
    pub locked: bool,
    /// Reminders that were due by themselves, since the last invitation.
    pub reminders: u8,
    /// When the last one was decided.
    pub reminded_at: Option<Timestamp>,
}

impl Ceremony {
    /// Counts that codes are sent once more, and gives the number of times.
    ///
    /// # Errors
    ///
    /// [`Refusal::StepMissing`] when these bytes were not presented last;
    /// [`Refusal::ResendTooSoon`] inside the pause; [`Refusal::SignatoryLocked`] when codes were sent as often as
    /// they may.
    pub(super) fn count_codes(
        &mut self,
        document: Digest,
        policy: &OtpPolicy,
        now: Timestamp,
    ) -> Result<u8, Refusal> {
        let presented = self.presented.as_ref().filter(|it| it.document == document);
        presented.ok_or(Refusal::StepMissing { missing: "presentation of the document" })?;
        if let Some(last) = self.last_code_at {
            let waited = now.since(last);
            if waited < policy.resend_pause {
                return Err(Refusal::ResendTooSoon {
                    retry_after: policy.resend_pause.saturating_sub(waited),
                });
            }
        }
        if self.codes >= policy.max_codes {
            return Err(Refusal::SignatoryLocked);
        }
        self.codes += 1;
        self.last_code_at = Some(now);
        Ok(self.codes)
    }

    /// Whether a signatory who opened these bytes said as well that they read all of them.
    ///
    /// # Errors
    ///
    /// [`Refusal::StepMissing`] when they did not.
    pub(super) fn has_read(&self, document: Digest) -> Result<(), Refusal> {
        let opened = self.presented.as_ref().filter(|it| it.document == document);
        if opened.is_some_and(|it| it.read_at.is_none()) {
            return Err(Refusal::StepMissing { missing: "reading of the document" });
        }
        Ok(())
    }

    /// Whether what only the signatory knows was told, and not too long ago.
    pub(super) fn has_told(&self, now: Timestamp) -> bool {
        self.knowledge_at.is_some_and(|at| now.since(at) < KNOWLEDGE_TTL)
    }
}

/// A presentation of the document, by the signatory's own gesture.
#[derive(Clone, Debug, PartialEq)]
pub struct Presented {
    /// SHA-256 of the bytes shown.
    pub document: Digest,
    /// When, for the first time.
    pub at: Timestamp,
    /// The ways it was shown in, each once, as far as the page told.
    pub views: Vec<DocumentView>,
    /// When they said that they had read all of it.
    pub read_at: Option<Timestamp>,
}

/// How somebody opened the document.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Seen {
    /// How it was shown, where that is told.
    pub view: Option<DocumentView>,
    /// Whether they say that they read all of it.
    pub is_read: bool,
}

/// A way of showing the document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DocumentView {
    /// By the browser's own viewer.
    Browser,
    /// As a file that was taken away.
    Download,
    /// As pictures of its pages, made by this system.
    Images,
}

impl DocumentView {
    /// Its word on the wire, in stores and in the evidence.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Download => "download",
            Self::Images => "images",
        }
    }

    /// Reads that word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Browser, Self::Download, Self::Images].into_iter().find(|view| view.as_str() == text)
    }
}

/// A signatory's signature: what was shown, agreed to, proven and marked.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// From 1: the order in which signatories signed, and in which acts are sealed.
    pub order: u32,
    /// When.
    pub signed_at: Timestamp,
    /// The mark on the page.
    pub mark: Mark,
    /// SHA-256 of the bytes shown.
    pub document: Digest,
    /// SHA-256 of the consent text.
    pub consent: Digest,
    /// The channels whose control was proven.
    pub channels: Vec<Channel>,
    /// The revision that seals it.
    pub sealed_as: Option<u32>,
}

/// An approval: as a signature, without a mark and a seal of its own. The seals after it cover it, since
/// they hold the head of the evidence chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Approval {
    /// When.
    pub at: Timestamp,
    /// SHA-256 of the bytes shown.
    pub document: Digest,
    /// SHA-256 of the consent text.
    pub consent: Digest,
    /// The channels whose control was proven.
    pub channels: Vec<Channel>,
}

/// A way of making a mark.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// With a finger, a pen or a mouse.
    Drawn,
    /// By typing a name.
    Typed,
    /// With a picture of a signature that was made elsewhere.
    Uploaded,
}

impl Mode {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Typed, Self::Drawn, Self::Uploaded];

    /// Its word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Drawn => "drawn",
            Self::Typed => "typed",
            Self::Uploaded => "uploaded",
        }
    }

    /// Reads that word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

/// A mark on the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// Drawn: strokes, which are stored apart; their digest stands here.
    Drawn(Digest),
    /// A typed name.
    Typed(PersonName),
    /// A picture, which is stored apart; its digest stands here.
    Uploaded(Digest),
}

impl Mark {
    /// The way it was made.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        match self {
            Self::Drawn(_) => Mode::Drawn,
            Self::Typed(_) => Mode::Typed,
            Self::Uploaded(_) => Mode::Uploaded,
        }
    }

    /// The digest of what is stored apart, if anything is.
    #[must_use]
    pub const fn stored(&self) -> Option<&Digest> {
        match self {
            Self::Drawn(digest) | Self::Uploaded(digest) => Some(digest),
            Self::Typed(_) => None,
        }
    }
}
