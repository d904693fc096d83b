//! Signatories and what they have done.

use super::notice::Noticed;
use super::place::{Anchor, Place};
use crate::otp::Binding;
use crate::policy::OtpPolicy;
use crate::value::{PersonName, Text};
use crate::{Digest, EmailAddress, Refusal, RequestId, SignatoryId, Timestamp};

/// A natural person who is to sign (eIDAS Article 3(9)).
#[derive(Clone, Debug, PartialEq)]
pub struct Signatory {
    /// Names the signatory within the request.
    pub id: SignatoryId,
    /// Given name.
    pub given_name: PersonName,
    /// Family name.
    pub family_name: PersonName,
    /// Where invitations go, and codes of the e-mail channel.
    pub email: EmailAddress,
    /// E.164 number, kept for callers that send one.
    pub mobile: Option<PersonName>,
    /// Where one-time passwords go.
    pub channel: Channel,
    /// The language asked for; the browser's if none.
    pub language: Option<String>,
    /// The integrator's own words around the code.
    pub otp_text: Option<Text>,
    /// Where the signature stands in the document; at least one place once the document is accepted.
    pub places: Vec<Place>,
    /// Text of the document that gave places, or is to give them.
    pub anchors: Vec<Anchor>,
    /// Counts the links that were replaced.
    pub link_generation: u32,
    /// Digest of the link token.
    pub link_digest: Digest,
    /// Salt of the signatory's data key; none once it was destroyed.
    pub key_salt: Option<[u8; 32]>,
    /// What providers told of messages to the signatory, newest last.
    pub notices: Vec<Noticed>,
    /// How far the signatory has come.
    pub progress: Progress,
}

impl Signatory {
    /// Given and family name, as the mark and the mails show them.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.given_name.expose(), self.family_name.expose())
    }

    /// The state in the words of the wire.
    #[must_use]
    pub const fn state_name(&self) -> &'static str {
        match &self.progress {
            Progress::Pending(ceremony) if ceremony.locked => "LOCKED",
            Progress::Pending(_) => "NEW",
            Progress::Signed(_) => "SIGNED",
            Progress::Declined { .. } => "DECLINED",
        }
    }

    /// What a code for this signatory is bound to.
    #[must_use]
    pub fn binding(&self, request: &RequestId, document: Digest, consent: Digest) -> Binding {
        let Channel::Email = self.channel;
        Binding {
            request: request.clone(),
            signatory: self.id.clone(),
            document,
            consent,
            destination: Digest::of_parts(&[b"email:", self.email.expose().as_bytes()]),
        }
    }

    /// What a pending signatory has done so far.
    ///
    /// # Errors
    ///
    /// [`Refusal::SignatoryNotPending`] once there is nothing left to sign;
    /// [`Refusal::SignatoryLocked`] after too many attempts.
    pub(super) fn pending_mut(&mut self) -> Result<&mut Ceremony, Refusal> {
        match &mut self.progress {
            Progress::Pending(ceremony) if ceremony.locked => Err(Refusal::SignatoryLocked),
            Progress::Pending(ceremony) => Ok(ceremony),
            Progress::Signed(_) | Progress::Declined { .. } => Err(Refusal::SignatoryNotPending),
        }
    }
}

/// Where one-time passwords go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Channel {
    /// To the signatory's mailbox.
    Email,
}

impl Channel {
    /// Its word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
        }
    }
}

/// How far a signatory has come. In the order of a signatory's life.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Has still to sign.
    Pending(Ceremony),
    /// Has signed.
    Signed(Act),
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
    /// Codes sent so far.
    pub codes: u8,
    /// When the last code was made.
    pub last_code_at: Option<Timestamp>,
    /// Whether the attempts are used up.
    pub locked: bool,
}

impl Ceremony {
    /// Counts one more code, and gives its number.
    ///
    /// # Errors
    ///
    /// [`Refusal::StepMissing`] when these bytes were not presented last; [`Refusal::ResendTooSoon`] inside
    /// the pause; [`Refusal::SignatoryLocked`] when all codes were sent.
    pub(super) fn count_code(
        &mut self,
        document: Digest,
        policy: &OtpPolicy,
        now: Timestamp,
    ) -> Result<u8, Refusal> {
        if self.presented.as_ref().is_none_or(|it| it.document != document) {
            return Err(Refusal::StepMissing { missing: "presentation of the document" });
        }
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
}

/// A presentation of the document, by the signatory's own gesture.
#[derive(Clone, Debug, PartialEq)]
pub struct Presented {
    /// SHA-256 of the bytes shown.
    pub document: Digest,
    /// When.
    pub at: Timestamp,
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
    /// The revision that seals it.
    pub sealed_as: Option<u32>,
}

/// A way of making a mark.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// With a finger, a pen or a mouse.
    Drawn,
    /// By typing a name.
    Typed,
}

impl Mode {
    /// Its word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Drawn => "drawn",
            Self::Typed => "typed",
        }
    }

    /// Reads that word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Drawn, Self::Typed].into_iter().find(|mode| mode.as_str() == text)
    }
}

/// A mark on the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// Strokes, stored apart; their digest stands here.
    Drawn(Digest),
    /// A typed name.
    Typed(PersonName),
}

impl Mark {
    /// The way it was made.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        match self {
            Self::Drawn(_) => Mode::Drawn,
            Self::Typed(_) => Mode::Typed,
        }
    }
}
