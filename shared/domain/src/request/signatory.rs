//! Signatories: who they are, what they are to do, and how they prove who they are.

use super::attachment::Attachment;
use super::knowledge::Knowledge;
use super::notice::Noticed;
use super::place::{Anchor, Place};
use super::progress::{Ceremony, Progress};
use crate::otp::Binding;
use crate::policy::MAX_FREE_MOVES;
use crate::value::{PersonName, PhoneNumber, Text};
use crate::{Channel, Channels, Digest, EmailAddress, Refusal, RequestId, SignatoryId, Timestamp};

/// A natural person who is to act on a request (a signatory is one of eIDAS Article 3(9)).
#[derive(Clone, Debug, PartialEq)]
pub struct Signatory {
    /// Names the signatory within the request.
    pub id: SignatoryId,
    /// What they are to do.
    pub role: Role,
    /// From 1. Who is in a later stage is invited when everyone of the earlier ones has acted.
    pub stage: u16,
    /// Of those of one stage who share this word, any one is enough.
    pub group: Option<Text>,
    /// Whose places and field in the document the signature takes: their own, those of the first of
    /// the group, or those of whom they act for.
    pub slot: SignatoryId,
    /// Given name.
    pub given_name: PersonName,
    /// Family name.
    pub family_name: PersonName,
    /// Where mails go, and codes of the e-mail channel; who has none is told nothing, and gets the link from the integrator.
    pub email: Option<EmailAddress>,
    /// Where codes of the SMS channel go.
    pub mobile: Option<PhoneNumber>,
    /// The channels whose control they must prove.
    pub channels: Channels,
    /// Who said where codes go.
    pub destination_from: DestinationFrom,
    /// What only they know, if they are asked for it before they see the document.
    pub knowledge: Option<Knowledge>,
    /// Who they are, as the integrator says.
    pub identity: Option<AssertedIdentity>,
    /// Documents asked from them.
    pub attachments: Vec<Attachment>,
    /// The language asked for; the browser's if none.
    pub language: Option<String>,
    /// IANA name of the zone they live in; the request's if none.
    pub timezone: Option<String>,
    /// The integrator's own words around the code.
    pub otp_text: Option<Text>,
    /// Where the signature stands in the document; at least one place for the holder of a slot once the
    /// document is accepted.
    pub places: Vec<Place>,
    /// Text of the document that gave places, or is to give them.
    pub anchors: Vec<Anchor>,
    /// When they were invited; before that it is not their turn.
    pub invited_at: Option<Timestamp>,
    /// Counts the links that were replaced.
    pub link_generation: u32,
    /// Digest of the link token.
    pub link_digest: Digest,
    /// Salt of the signatory's data key; none once it was destroyed.
    pub key_salt: Option<[u8; 32]>,
    /// When their personal values were erased.
    pub erased_at: Option<Timestamp>,
    /// What providers told of messages to the signatory, newest last.
    pub notices: Vec<Noticed>,
    /// What a link alone allowed them so far, counted.
    pub free_moves: u8,
    /// Since when mails go to this address; since the beginning if none.
    pub email_since: Option<Timestamp>,
    /// Since when text messages go to this number; since the beginning if none.
    pub mobile_since: Option<Timestamp>,
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
            Progress::Following => "COPY",
            Progress::Pending(ceremony) if ceremony.locked => "LOCKED",
            Progress::Pending(_) => "NEW",
            Progress::Signed(_) => "SIGNED",
            Progress::Approved(_) => "APPROVED",
            Progress::Read { .. } => "READ",
            Progress::Delegated { .. } => "DELEGATED",
            Progress::NotNeeded { .. } => "NOT_NEEDED",
            Progress::Declined { .. } => "DECLINED",
        }
    }

    /// Where a code of this channel goes.
    #[must_use]
    pub fn destination(&self, channel: Channel) -> Option<&str> {
        match channel {
            Channel::Email => self.email.as_ref().map(EmailAddress::expose),
            Channel::Sms => self.mobile.as_ref().map(PhoneNumber::expose),
        }
    }

    /// Where it went when a message was decided, if that is known: it goes there still.
    pub(super) fn destination_at(&self, channel: Channel, decided_at: Timestamp) -> Option<&str> {
        let is_known = self.since(channel).is_none_or(|since| since <= decided_at);
        self.destination(channel).filter(|_| is_known)
    }

    /// Since when messages by this channel go where they go; since the beginning if none.
    pub(super) const fn since(&self, channel: Channel) -> Option<Timestamp> {
        match channel {
            Channel::Email => self.email_since,
            Channel::Sms => self.mobile_since,
        }
    }

    /// The same, as its owner knows it and nobody else.
    #[must_use]
    pub fn masked_destination(&self, channel: Channel) -> Option<String> {
        match channel {
            Channel::Email => self.email.as_ref().map(EmailAddress::masked),
            Channel::Sms => self.mobile.as_ref().map(PhoneNumber::masked),
        }
    }

    /// What codes for this signatory are bound to.
    ///
    /// # Errors
    ///
    /// [`Refusal::Inconsistent`] when there is no number for a code by text message.
    pub fn binding(
        &self,
        request: &RequestId,
        document: Digest,
        consent: Digest,
    ) -> Result<Binding, Refusal> {
        let destination = |channel: &Channel| {
            let to = self
                .destination(*channel)
                .ok_or(Refusal::Inconsistent { what: "a channel leads nowhere" })?;
            Ok((*channel, Digest::of_parts(&[channel.as_str().as_bytes(), b":", to.as_bytes()])))
        };
        Ok(Binding {
            request: request.clone(),
            signatory: self.id.clone(),
            document,
            consent,
            destinations: self.channels.each().iter().map(destination).collect::<Result<_, _>>()?,
        })
    }

    /// Whether the document may be shown to them now: it is their turn or they have had it, and what only
    /// they know was told.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotYourTurn`], [`Refusal::SignatoryLocked`], [`Refusal::StepMissing`].
    pub fn may_read(&self, now: Timestamp) -> Result<(), Refusal> {
        match &self.progress {
            Progress::Pending(_) if self.invited_at.is_none() => Err(Refusal::NotYourTurn),
            Progress::Pending(ceremony) if self.knowledge.is_some() => {
                if ceremony.locked {
                    Err(Refusal::SignatoryLocked)
                } else if ceremony.has_told(now) {
                    Ok(())
                } else {
                    Err(Refusal::StepMissing { missing: KNOWLEDGE })
                }
            }
            Progress::Following
            | Progress::Pending(_)
            | Progress::Signed(_)
            | Progress::Approved(_)
            | Progress::Read { .. }
            | Progress::Delegated { .. }
            | Progress::NotNeeded { .. }
            | Progress::Declined { .. } => Ok(()),
        }
    }

    /// What a signatory who can act now has done so far.
    ///
    /// # Errors
    ///
    /// [`Refusal::SignatoryNotPending`] once there is nothing left to do; [`Refusal::NotYourTurn`] before
    /// the invitation; [`Refusal::SignatoryLocked`] after too many attempts.
    pub(super) fn acting(&mut self) -> Result<&mut Ceremony, Refusal> {
        let invited = self.invited_at.is_some();
        match &mut self.progress {
            Progress::Pending(_) if !invited => Err(Refusal::NotYourTurn),
            Progress::Pending(ceremony) if ceremony.locked => Err(Refusal::SignatoryLocked),
            Progress::Pending(ceremony) => Ok(ceremony),
            _ => Err(Refusal::SignatoryNotPending),
        }
    }

    /// The same, for acts that need what only they know to have been told.
    ///
    /// # Errors
    ///
    /// As [`Signatory::acting`]; [`Refusal::StepMissing`] until it was told, and again after a while.
    pub(super) fn known(&mut self, now: Timestamp) -> Result<&mut Ceremony, Refusal> {
        let asked = self.knowledge.is_some();
        let ceremony = self.acting()?;
        if asked && !ceremony.has_told(now) {
            return Err(Refusal::StepMissing { missing: KNOWLEDGE });
        }
        Ok(ceremony)
    }

    /// Counts a move that a link alone allows.
    ///
    /// # Errors
    ///
    /// [`Refusal::TooManyMoves`] when there were [`MAX_FREE_MOVES`].
    pub(super) const fn count_free_move(&mut self) -> Result<(), Refusal> {
        if self.free_moves >= MAX_FREE_MOVES {
            return Err(Refusal::TooManyMoves);
        }
        self.free_moves += 1;
        Ok(())
    }

    /// Whether the signatory has still to act.
    #[must_use]
    pub const fn is_pending(&self) -> bool {
        matches!(self.progress, Progress::Pending(_))
    }

    /// Whether the signatory has done what was asked: signed, approved or read.
    #[must_use]
    pub const fn has_acted(&self) -> bool {
        matches!(self.progress, Progress::Signed(_) | Progress::Approved(_) | Progress::Read { .. })
    }

    /// Notes that they are invited now. Their reminders begin anew.
    pub(super) const fn is_invited(&mut self, now: Timestamp) {
        self.invited_at = Some(now);
        if let Progress::Pending(ceremony) = &mut self.progress {
            ceremony.reminders = 0;
        }
    }
}

/// What a signatory is to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// Says yes, by a one-time password and without a mark.
    Approver,
    /// Gets a copy in the end.
    Copy,
    /// Signs.
    Signatory,
    /// Says that they have read it.
    Viewer,
}

impl Role {
    /// Its word on the wire and in stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approver => "approver",
            Self::Copy => "cc",
            Self::Signatory => "signatory",
            Self::Viewer => "viewer",
        }
    }

    /// Reads that word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Approver, Self::Copy, Self::Signatory, Self::Viewer].into_iter().find(|it| it.as_str() == text)
    }
}

/// Who said where codes go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DestinationFrom {
    /// Whoever delegated to them.
    Delegator,
    /// The integrator.
    Integrator,
    /// The signatory, where the integrator allows it.
    Signatory,
}

impl DestinationFrom {
    /// Its word in evidence and in stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delegator => "delegator",
            Self::Integrator => "integrator",
            Self::Signatory => "signatory",
        }
    }

    /// Reads that word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Delegator, Self::Integrator, Self::Signatory].into_iter().find(|it| it.as_str() == text)
    }
}

/// Who a signatory is, as the integrator found out elsewhere.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AssertedIdentity {
    /// By whom or what it was established.
    pub provider: Text,
    /// What to look for there.
    pub reference: Text,
}

/// What must come before the document is shown, as a refusal says it.
pub(super) const KNOWLEDGE: &str = "the answer to what only you know";
