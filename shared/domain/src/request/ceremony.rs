//! A signatory reads and asks for a code.

use super::progress::{Presented, Seen};
use super::roster::{LockedBy, message};
use super::signatory::Role;
use super::{Open, Request, append};
use crate::evidence::{Draft, EventKind, Owner};
use crate::message::{Message, MessageKind};
use crate::otp::{Challenge, OneTimeCode, Pepper, Peppers};
use crate::policy::OtpPolicy;
use crate::transition::{Changes, Transition};
use crate::{Cause, Channel, Digest, Refusal, SignatoryId, Timestamp};

/// Codes that were made and must now be sent, once.
#[derive(Debug)]
pub struct Issued {
    /// The request, with the challenge counted.
    pub request: Request<Open>,
    /// One for each channel, with the intent to send it. They exist only here and in the messages.
    pub codes: Vec<IssuedCode>,
    /// When the codes stop being valid.
    pub expires_at: Timestamp,
}

/// A code that must now be sent.
#[derive(Debug)]
pub struct IssuedCode {
    /// How.
    pub channel: Channel,
    /// What.
    pub code: OneTimeCode,
    /// The intent to send it.
    pub message: Message,
}

/// What asking for codes leads to. That there are no more is remembered, so it is an outcome and not an
/// error.
#[derive(Debug)]
pub enum AfterAsking {
    /// The codes are to be sent.
    Issued(Issued),
    /// All were sent before: the signatory is locked now.
    Refused(Request<Open>, Refusal),
}

impl Request<Open> {
    /// Records that a signatory opened the document by a gesture of their own, or says that they have read all of
    /// it; once for the same bytes in the same view, and so often in all, so that whoever holds a link cannot fill
    /// the chain.
    ///
    /// None when it is recorded already.
    ///
    /// # Errors
    ///
    /// [`Refusal::DocumentUnknown`] when `document` is not a revision of this request;
    /// [`Refusal::SignatoryNotPending`], [`Refusal::NotYourTurn`] and [`Refusal::SignatoryLocked`] when there
    /// is nothing to read for; [`Refusal::StepMissing`] before they told what only they know;
    /// [`Refusal::TooManyMoves`].
    pub fn present(
        self,
        signatory: &SignatoryId,
        document: Digest,
        Seen { view, is_read }: Seen,
        cause: &mut Cause<'_>,
    ) -> Result<Option<Transition<Self>>, Refusal> {
        let Self { mut facts, state } = self;
        facts.before_deadline(cause.now)?;
        if !state.document.has_shown(document) {
            return Err(Refusal::DocumentUnknown);
        }
        let person = facts.signatory_mut(signatory)?;
        let before = person.known(cause.now)?.presented.clone().filter(|it| it.document == document);
        let is_shown = |it: &Presented| view.is_none_or(|view| it.views.contains(&view));
        let is_told = |it: &Presented| !is_read || it.read_at.is_some();
        if before.as_ref().is_some_and(|it| is_shown(it) && is_told(it)) {
            return Ok(None);
        }
        person.count_free_move()?;
        let is_new = !before.as_ref().is_some_and(is_shown);
        let mut presented =
            before.unwrap_or_else(|| Presented { document, at: cause.now, views: Vec::new(), read_at: None });
        if is_new {
            presented.views.extend(view);
        }
        let reads = is_read && presented.read_at.is_none();
        presented.read_at = presented.read_at.or(is_read.then_some(cause.now));
        person.known(cause.now)?.presented = Some(presented);
        let mut changes = Changes::default();
        let mut draft = Draft::new(EventKind::DocumentPresented)
            .fact("signatory", signatory.as_str())
            .fact("sha256", document.to_hex());
        if let Some(view) = view {
            draft = draft.fact("view", view.as_str());
        }
        if reads {
            draft = draft.fact("read", true);
        }
        if !is_new {
            // The integrator was told of it before.
            draft = draft.told_as(&[]);
        }
        append(&mut facts, &mut changes, draft, &Owner::Signatory(signatory.clone()), cause);
        Ok(Some(Transition::new(Self { facts, state }, changes)))
    }

    /// Records the signatory's consent and makes codes for them, one for each channel; earlier ones die.
    ///
    /// # Errors
    ///
    /// [`Refusal::StepMissing`] when these bytes were not presented, another text was agreed to, or they did
    /// not tell what only they know; [`Refusal::ResendTooSoon`] inside the pause;
    /// [`Refusal::RoleCannot`] for a viewer, who needs no code; [`Refusal::SignatoryNotPending`],
    /// [`Refusal::NotYourTurn`], [`Refusal::SignatoryLocked`].
    pub fn issue(
        self,
        signatory: &SignatoryId,
        agreed: Agreement,
        keys: (&Peppers, &OtpPolicy),
        cause: &mut Cause<'_>,
    ) -> Result<Transition<AfterAsking>, Refusal> {
        let Self { mut facts, state } = self;
        let (peppers, policy) = keys;
        facts.before_deadline(cause.now)?;
        if facts.options.consent_digest() != agreed.consent {
            return Err(Refusal::StepMissing { missing: "consent to the current text" });
        }
        if !state.document.has_shown(agreed.document) {
            return Err(Refusal::DocumentUnknown);
        }
        let must_be_read = facts.options.must_read;
        let person = facts.signatory_mut(signatory)?;
        if person.role == Role::Viewer {
            return Err(Refusal::RoleCannot { role: person.role.as_str() });
        }
        let ceremony = person.known(cause.now)?;
        if must_be_read {
            ceremony.has_read(agreed.document)?;
        }
        let counted = ceremony.count_codes(agreed.document, policy, cause.now);
        match counted {
            Ok(number) => {
                let request = Self { facts, state };
                Ok(request.make_codes(signatory, agreed, number, (peppers.current(), policy), cause)?)
            }
            Err(Refusal::SignatoryLocked) => {
                person.acting()?.locked = true;
                let mut changes = Changes::default();
                facts.lock_event(signatory, LockedBy::Codes, &mut changes, cause);
                let outcome = AfterAsking::Refused(Self { facts, state }, Refusal::SignatoryLocked);
                Ok(Transition::new(outcome, changes))
            }
            Err(refusal) => Err(refusal),
        }
    }

    fn make_codes(
        self,
        signatory: &SignatoryId,
        agreed: Agreement,
        number: u8,
        (pepper, policy): (&Pepper, &OtpPolicy),
        cause: &mut Cause<'_>,
    ) -> Result<Transition<AfterAsking>, Refusal> {
        let Self { mut facts, state } = self;
        let person = facts.signatory_mut(signatory)?.clone();
        let binding = person.binding(&facts.id, agreed.document, agreed.consent)?;
        let length = facts.options.code_length;
        let (challenge, codes) = Challenge::issue(&binding, (length, pepper, policy), cause.now, cause.rng);
        let expires_at = challenge.expires_at;
        let owner = Owner::Signatory(signatory.clone());
        let mut changes =
            Changes { challenges: vec![(signatory.clone(), Some(challenge))], ..Changes::default() };
        let consent = Draft::new(EventKind::ConsentGiven)
            .fact("signatory", signatory.as_str())
            .fact("text", facts.options.consent_text.as_str())
            .fact("text_sha256", agreed.consent.to_hex());
        append(&mut facts, &mut changes, consent, &owner, cause);
        let mut issued = Vec::with_capacity(codes.len());
        for (channel, code) in codes {
            let message = Message { channel, ..message(MessageKind::Otp, signatory, cause) };
            let draft = Draft::new(EventKind::OtpIssued)
                .fact("signatory", signatory.as_str())
                .fact("channel", channel.as_str())
                .fact("code", number)
                .fact("digits", length.digits())
                .fact("message", message.id.as_str())
                .fact("sha256", agreed.document.to_hex())
                .fact("expires_at", expires_at.to_rfc3339())
                .fact("destination_source", person.destination_from.as_str())
                .personal(&owner, "destination", person.masked_destination(channel).unwrap_or_default());
            append(&mut facts, &mut changes, draft, &owner, cause);
            changes.messages.push(message.clone());
            issued.push(IssuedCode { channel, code, message });
        }
        let issued = Issued { request: Self { facts, state }, codes: issued, expires_at };
        Ok(Transition::new(AfterAsking::Issued(issued), changes))
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
