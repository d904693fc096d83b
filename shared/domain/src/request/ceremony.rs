//! A signatory reads and asks for a code.

use super::signatory::Presented;
use super::{Open, Request, append};
use crate::evidence::{Draft, EventKind, Owner};
use crate::message::{Message, MessageKind};
use crate::otp::{Challenge, OneTimeCode, Pepper};
use crate::policy::OtpPolicy;
use crate::transition::{Changes, Transition};
use crate::value::MessageId;
use crate::{Cause, Digest, Refusal, SignatoryId, Timestamp};

/// A code that was made and must now be sent, once.
#[derive(Debug)]
pub struct Issued {
    /// The request, with the challenge counted.
    pub request: Request<Open>,
    /// The code. It exists only here and in the message.
    pub code: OneTimeCode,
    /// The intent to send it.
    pub message: MessageId,
    /// When the code stops being valid.
    pub expires_at: Timestamp,
}

impl Request<Open> {
    /// Records that a signatory opened the document by a gesture of their own; once for the same bytes,
    /// so that whoever holds a link cannot fill the chain.
    ///
    /// None when it is recorded already.
    ///
    /// # Errors
    ///
    /// [`Refusal::DocumentUnknown`] when `document` is not a revision of this request;
    /// [`Refusal::SignatoryNotPending`] and [`Refusal::SignatoryLocked`] when there is nothing to read for.
    pub fn present(
        self,
        signatory: &SignatoryId,
        document: Digest,
        cause: &mut Cause<'_>,
    ) -> Result<Option<Transition<Self>>, Refusal> {
        let Self { mut facts, state } = self;
        facts.before_deadline(cause.now)?;
        if !state.document.has_shown(document) {
            return Err(Refusal::DocumentUnknown);
        }
        let ceremony = facts.signatory_mut(signatory)?.pending_mut()?;
        if ceremony.presented.as_ref().is_some_and(|it| it.document == document) {
            return Ok(None);
        }
        ceremony.presented = Some(Presented { document, at: cause.now });
        let mut changes = Changes::default();
        let draft = Draft::new(EventKind::DocumentPresented)
            .fact("signatory", signatory.as_str())
            .fact("sha256", document.to_hex());
        append(&mut facts, &mut changes, draft, &Owner::Signatory(signatory.clone()), cause);
        Ok(Some(Transition::new(Self { facts, state }, changes)))
    }

    /// Records the signatory's consent and makes a code for them; an earlier code dies.
    ///
    /// # Errors
    ///
    /// [`Refusal::StepMissing`] when these bytes were not presented or another text was agreed to;
    /// [`Refusal::ResendTooSoon`] inside the pause; [`Refusal::SignatoryLocked`] when all codes were sent.
    pub fn issue(
        self,
        signatory: &SignatoryId,
        agreed: Agreement,
        keys: (&Pepper, &OtpPolicy),
        cause: &mut Cause<'_>,
    ) -> Result<Transition<Issued>, Refusal> {
        let Self { mut facts, state } = self;
        let (pepper, policy) = keys;
        facts.before_deadline(cause.now)?;
        if facts.options.consent_digest() != agreed.consent {
            return Err(Refusal::StepMissing { missing: "consent to the current text" });
        }
        if !state.document.has_shown(agreed.document) {
            return Err(Refusal::DocumentUnknown);
        }
        let request = facts.id.clone();
        let person = facts.signatory_mut(signatory)?;
        let binding = person.binding(&request, agreed.document, agreed.consent);
        let (masked, channel) = (person.email.masked(), person.channel);
        let code_number = person.pending_mut()?.count_code(agreed.document, policy, cause.now)?;
        let (challenge, code) = Challenge::issue(&binding, pepper, policy, cause.now, cause.rng);
        let expires_at = challenge.expires_at;
        let message = MessageId::new(cause.rng);
        let mut changes = Changes {
            challenges: vec![(signatory.clone(), Some(challenge))],
            messages: vec![Message {
                id: message.clone(),
                kind: MessageKind::Otp,
                to: signatory.clone(),
                decided_at: cause.now,
            }],
            ..Changes::default()
        };
        let owner = Owner::Signatory(signatory.clone());
        let consent = Draft::new(EventKind::ConsentGiven)
            .fact("signatory", signatory.as_str())
            .fact("text", facts.options.consent_text.as_str())
            .fact("text_sha256", agreed.consent.to_hex());
        append(&mut facts, &mut changes, consent, &owner, cause);
        let issued = Draft::new(EventKind::OtpIssued)
            .fact("signatory", signatory.as_str())
            .fact("channel", channel.as_str())
            .fact("code", code_number)
            .fact("message", message.as_str())
            .fact("sha256", agreed.document.to_hex())
            .fact("expires_at", expires_at.to_rfc3339())
            .personal(&owner, "destination", masked);
        append(&mut facts, &mut changes, issued, &owner, cause);
        let request = Self { facts, state };
        Ok(Transition::new(Issued { request, code, message, expires_at }, changes))
    }
}

/// What a signatory agreed to, when asking for a code.
#[derive(Clone, Copy, Debug)]
pub struct Agreement {
    /// SHA-256 of the document bytes shown.
    pub document: Digest,
    /// SHA-256 of the consent text shown.
    pub consent: Digest,
}
