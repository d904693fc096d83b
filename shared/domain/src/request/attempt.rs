//! A signatory answers with the code and signs, or declines.

use super::signatory::{Act, Mark, Progress};
use super::{AnyRequest, Ended, Open, Request, Signed, append};
use crate::due::{Due, DueKind};
use crate::evidence::{Draft, EventKind, Owner};
use crate::otp::{Challenge, OneTimeCode, OtpProof, Pepper};
use crate::policy::{OtpPolicy, RECOVERY_PAUSE};
use crate::transition::{Changes, Transition};
use crate::value::Text;
use crate::{Cause, Refusal, SignatoryId};

/// What a signatory sends to sign.
#[derive(Debug)]
pub struct Attempt {
    /// Who.
    pub signatory: SignatoryId,
    /// The challenge that is stored for them.
    pub challenge: Option<Challenge>,
    /// What they typed.
    pub code: OneTimeCode,
    /// SHA-256 of the document bytes they say they were shown.
    pub document: crate::Digest,
    /// The mark they made.
    pub mark: Mark,
}

/// What an attempt to sign leads to. A wrong code is remembered, so it is an outcome and not an error.
#[derive(Debug)]
pub enum AfterAttempt {
    /// The code was right: the signature stands.
    Signed(AfterSignature),
    /// The code was wrong; the refusal says how many tries are left.
    Refused(Request<Open>, Refusal),
}

/// What a signature leads to.
#[derive(Debug)]
pub enum AfterSignature {
    /// Others have still to sign.
    Open(Request<Open>),
    /// That was the last one.
    Signed(Request<Signed>),
}

impl Request<Open> {
    /// Answers the signatory's challenge and, if the code is right, records the signature.
    ///
    /// # Errors
    ///
    /// Nothing was compared and nothing is counted: [`Refusal::RequestExpired`],
    /// [`Refusal::SignatoryNotPending`], [`Refusal::SignatoryLocked`], [`Refusal::ModeNotAllowed`],
    /// [`Refusal::DocumentUnknown`], and [`Refusal::CodeExpired`] without a live challenge.
    pub fn sign(
        self,
        attempt: Attempt,
        keys: (&Pepper, &OtpPolicy),
        cause: &mut Cause<'_>,
    ) -> Result<Transition<AfterAttempt>, Refusal> {
        let Self { mut facts, state } = self;
        let (pepper, policy) = keys;
        facts.before_deadline(cause.now)?;
        if !facts.options.modes.contains(&attempt.mark.mode()) {
            return Err(Refusal::ModeNotAllowed);
        }
        let request = facts.id.clone();
        let person = facts.signatory_mut(&attempt.signatory)?;
        person.pending_mut()?;
        let challenge = attempt.challenge.ok_or(Refusal::CodeExpired)?;
        // The bytes named by the page must be those the code was made for, and still be a prefix of the
        // document: every revision is an append.
        if challenge.document != attempt.document || !state.document.has_shown(challenge.document) {
            return Err(Refusal::DocumentUnknown);
        }
        let binding = person.binding(&request, challenge.document, challenge.consent);
        match challenge.answer(&attempt.code, &binding, pepper, policy, cause.now) {
            Ok(proof) => {
                let request = Self { facts, state };
                Ok(request.record(&attempt.signatory, &proof, attempt.mark, cause)?.map(AfterAttempt::Signed))
            }
            Err(Refusal::CodeWrong { attempts_left }) => {
                let request = Self { facts, state };
                request.refuse(&attempt.signatory, challenge, attempts_left, policy, cause)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Records that a signatory declines, which ends the request.
    ///
    /// # Errors
    ///
    /// [`Refusal::SignatoryNotPending`] when this signatory has signed or declined already.
    pub fn decline(
        self,
        signatory: &SignatoryId,
        reason: Option<&Text>,
        cause: &mut Cause<'_>,
    ) -> Result<Transition<AnyRequest>, Refusal> {
        let Self { mut facts, state } = self;
        facts.before_deadline(cause.now)?;
        let person = facts.signatory_mut(signatory)?;
        if !matches!(person.progress, Progress::Pending(_)) {
            return Err(Refusal::SignatoryNotPending);
        }
        person.progress = Progress::Declined { at: cause.now, reason: reason.cloned() };
        let owner = Owner::Signatory(signatory.clone());
        let mut draft = Draft::new(EventKind::SignatureDeclined).fact("signatory", signatory.as_str());
        if let Some(reason) = reason {
            draft = draft.personal(&owner, "reason", reason.as_str());
        }
        let mut changes = Changes {
            challenges: vec![(signatory.clone(), None)],
            done: vec![DueKind::Expiry],
            due: vec![Due { what: DueKind::Seal, at: cause.now.plus(RECOVERY_PAUSE) }],
            ..Changes::default()
        };
        append(&mut facts, &mut changes, draft, &owner, cause);
        facts.closed_at = Some(cause.now);
        let state = Ended { document: Some(state.document) };
        Ok(Transition::new(AnyRequest::Declined(Request { facts, state }), changes))
    }

    fn record(
        self,
        signatory: &SignatoryId,
        proof: &OtpProof,
        mark: Mark,
        cause: &mut Cause<'_>,
    ) -> Result<Transition<AfterSignature>, Refusal> {
        let Self { mut facts, state } = self;
        let order = u32::try_from(facts.signed_count()).unwrap_or(u32::MAX).saturating_add(1);
        let owner = Owner::Signatory(signatory.clone());
        let mut draft = Draft::new(EventKind::SignatureCreated)
            .fact("signatory", signatory.as_str())
            .fact("order", order)
            .fact("evidence_level", "SES")
            .fact("mode", mark.mode().as_str())
            .fact("sha256", proof.document().to_hex())
            .fact("consent_sha256", proof.consent().to_hex())
            .fact("otp_validated_at", proof.answered_at().to_rfc3339());
        match &mark {
            Mark::Drawn(digest) => draft = draft.fact("mark_sha256", digest.to_hex()),
            Mark::Typed(name) => draft = draft.personal(&owner, "mark", name.expose()),
        }
        facts.signatory_mut(signatory)?.progress = Progress::Signed(Act {
            order,
            signed_at: cause.now,
            mark,
            document: proof.document(),
            consent: proof.consent(),
            sealed_as: None,
        });
        let mut changes = Changes {
            challenges: vec![(signatory.clone(), None)],
            due: vec![Due { what: DueKind::Seal, at: cause.now.plus(RECOVERY_PAUSE) }],
            ..Changes::default()
        };
        append(&mut facts, &mut changes, draft, &owner, cause);
        let everyone = facts.signed_count() == facts.signatories.len();
        let next = if everyone {
            changes.done.push(DueKind::Expiry);
            AfterSignature::Signed(Request { facts, state: Signed { document: state.document } })
        } else {
            AfterSignature::Open(Request { facts, state: Open { document: state.document } })
        };
        Ok(Transition::new(next, changes))
    }

    fn refuse(
        self,
        signatory: &SignatoryId,
        mut challenge: Challenge,
        attempts_left: u8,
        policy: &OtpPolicy,
        cause: &mut Cause<'_>,
    ) -> Result<Transition<AfterAttempt>, Refusal> {
        let Self { mut facts, state } = self;
        challenge.attempts = challenge.attempts.saturating_add(1);
        let owner = Owner::Signatory(signatory.clone());
        let mut changes = Changes::default();
        let draft = Draft::new(EventKind::OtpRejected)
            .fact("signatory", signatory.as_str())
            .fact("attempts_left", attempts_left);
        append(&mut facts, &mut changes, draft, &owner, cause);
        let ceremony = facts.signatory_mut(signatory)?.pending_mut()?;
        if attempts_left == 0 && ceremony.codes >= policy.max_codes {
            ceremony.locked = true;
            let draft = Draft::new(EventKind::SignatoryLocked).fact("signatory", signatory.as_str());
            append(&mut facts, &mut changes, draft, &owner, cause);
        }
        changes.challenges.push((signatory.clone(), (attempts_left > 0).then_some(challenge)));
        let outcome = AfterAttempt::Refused(Self { facts, state }, Refusal::CodeWrong { attempts_left });
        Ok(Transition::new(outcome, changes))
    }
}
