//! A signatory answers with the codes and signs, approves, or passes the task on.

use super::attachment::Attachment;
use super::delegate::{NewDelegate, delegate};
use super::facts::Facts;
use super::progress::{Act, Approval, Mark, Progress};
use super::roster::{AfterAct, LockedBy};
use super::signatory::Role;
use super::{Open, Request, append};
use crate::due::DueKind;
use crate::evidence::{Draft, EventKind, Owner};
use crate::otp::{Challenge, Codes, OtpProof, Peppers};
use crate::policy::{OtpPolicy, RECOVERY_PAUSE};
use crate::transition::{Changes, Transition};
use crate::value::LinkKey;
use crate::{Cause, Channel, Digest, Refusal, SignatoryId};

/// What a signatory sends to act.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// Who.
    pub signatory: SignatoryId,
    /// The challenge that is stored for them.
    pub challenge: Option<Challenge>,
    /// What they typed, for each channel.
    pub codes: &'a Codes,
    /// SHA-256 of the document bytes they say they were shown.
    pub document: Digest,
    /// What they mean to do.
    pub intent: Intent<'a>,
}

/// What a signatory means to do. Each takes the codes.
#[derive(Clone, Debug)]
pub enum Intent<'a> {
    /// Approve.
    Approve,
    /// Pass the task on to another.
    Delegate(NewDelegate, &'a LinkKey),
    /// Sign with this mark.
    Sign(Mark),
}

/// What an attempt leads to. Wrong codes are remembered, so they are an outcome and not an error.
#[derive(Debug)]
pub enum AfterAttempt {
    /// The codes were right: the act stands.
    Acted(AfterAct),
    /// A code was wrong; the refusal says how many tries are left.
    Refused(Request<Open>, Refusal),
}

impl Request<Open> {
    /// Answers the signatory's challenge and, if the codes are right, records the act.
    ///
    /// # Errors
    ///
    /// Nothing was compared and nothing is counted: [`Refusal::RequestExpired`],
    /// [`Refusal::SignatoryNotPending`], [`Refusal::NotYourTurn`], [`Refusal::SignatoryLocked`],
    /// [`Refusal::RoleCannot`], [`Refusal::ModeNotAllowed`], [`Refusal::DelegationForbidden`],
    /// [`Refusal::DocumentUnknown`], [`Refusal::StepMissing`] without what only they know, a required attachment or the code
    /// of every channel, and last, so that nothing else tells of it, [`Refusal::CodeExpired`] without a live
    /// challenge for this document. After the right codes, which stay valid: [`Refusal::DelegateKnown`].
    pub fn act(
        self,
        attempt: Attempt<'_>,
        keys: (&Peppers, &OtpPolicy),
        cause: &mut Cause<'_>,
    ) -> Result<Transition<AfterAttempt>, Refusal> {
        let Self { mut facts, state } = self;
        let (peppers, policy) = keys;
        facts.before_deadline(cause.now)?;
        let request = facts.id.clone();
        facts.signatory_mut(&attempt.signatory)?.known(cause.now)?;
        // The bytes named by the page must still be a prefix of the document: every revision is an append.
        if !state.document.has_shown(attempt.document) {
            return Err(Refusal::DocumentUnknown);
        }
        facts.check_intent(&attempt.signatory, &attempt.intent)?;
        let person = facts.signatory(&attempt.signatory).ok_or(Refusal::SignatoryNotPending)?;
        let given = |channel: &Channel| attempt.codes.iter().any(|(it, _)| it == channel);
        if !person.channels.each().iter().all(given) {
            return Err(Refusal::StepMissing { missing: "the code of every channel" });
        }
        let challenge =
            attempt.challenge.filter(|it| it.document == attempt.document).ok_or(Refusal::CodeExpired)?;
        let binding = person.binding(&request, challenge.document, challenge.consent)?;
        match challenge.answer(attempt.codes, &binding, peppers, policy, cause.now) {
            Ok(proof) => {
                // Whose addresses are known here is told to nobody who has not proven who they are.
                if let Intent::Delegate(to, _) = &attempt.intent {
                    facts.check_delegate(to)?;
                }
                let request = Self { facts, state };
                let acted = request.record(&attempt.signatory, &proof, attempt.intent, cause)?;
                Ok(acted.map(AfterAttempt::Acted))
            }
            Err(Refusal::CodeWrong { attempts_left }) => {
                let request = Self { facts, state };
                request.refuse(&attempt.signatory, challenge, attempts_left, policy, cause)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Records that a viewer says they have read the document.
    ///
    /// # Errors
    ///
    /// [`Refusal::RoleCannot`] for anyone but a viewer; [`Refusal::StepMissing`] unless these bytes were
    /// presented last; [`Refusal::SignatoryNotPending`], [`Refusal::NotYourTurn`].
    pub fn acknowledge(
        self,
        signatory: &SignatoryId,
        document: Digest,
        cause: &mut Cause<'_>,
    ) -> Result<Transition<AfterAct>, Refusal> {
        let Self { mut facts, state } = self;
        facts.before_deadline(cause.now)?;
        let person = facts.signatory_mut(signatory)?;
        if person.role != Role::Viewer {
            return Err(Refusal::RoleCannot { role: person.role.as_str() });
        }
        if person.known(cause.now)?.presented.as_ref().is_none_or(|it| it.document != document) {
            return Err(Refusal::StepMissing { missing: "presentation of the document" });
        }
        if person.attachments.iter().any(Attachment::is_missing) {
            return Err(Refusal::StepMissing { missing: "an attachment" });
        }
        person.progress = Progress::Read { at: cause.now, document };
        let mut changes = Changes::default();
        let draft = Draft::new(EventKind::DocumentRead)
            .fact("signatory", signatory.as_str())
            .fact("sha256", document.to_hex());
        append(&mut facts, &mut changes, draft, &Owner::Signatory(signatory.clone()), cause);
        Ok(Self { facts, state }.go_on(signatory, changes, cause))
    }

    fn record(
        self,
        signatory: &SignatoryId,
        proof: &OtpProof,
        intent: Intent<'_>,
        cause: &mut Cause<'_>,
    ) -> Result<Transition<AfterAct>, Refusal> {
        let Self { mut facts, state } = self;
        let mut changes = Changes { challenges: vec![(signatory.clone(), None)], ..Changes::default() };
        match intent {
            Intent::Approve => facts.approve(signatory, proof, &mut changes, cause)?,
            Intent::Delegate(to, links) => {
                delegate(&mut facts, signatory, (to, links), proof, &mut changes, cause)?;
            }
            Intent::Sign(mark) => facts.sign(signatory, proof, mark, &mut changes, cause)?,
        }
        Ok(Self { facts, state }.go_on(signatory, changes, cause))
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
        let ceremony = facts.signatory_mut(signatory)?.acting()?;
        ceremony.guesses = ceremony.guesses.saturating_add(1);
        let no_more_codes = attempts_left == 0 && ceremony.codes >= policy.max_codes;
        if no_more_codes || ceremony.guesses >= policy.max_guesses {
            ceremony.locked = true;
            facts.lock_event(signatory, LockedBy::Codes, &mut changes, cause);
        } else {
            changes.challenges.push((signatory.clone(), (attempts_left > 0).then_some(challenge)));
        }
        let outcome = AfterAttempt::Refused(Self { facts, state }, Refusal::CodeWrong { attempts_left });
        Ok(Transition::new(outcome, changes))
    }
}

impl Facts {
    /// Whether the signatory may mean to do this.
    fn check_intent(&self, signatory: &SignatoryId, intent: &Intent<'_>) -> Result<(), Refusal> {
        let person = self.signatory(signatory).ok_or(Refusal::SignatoryNotPending)?;
        let missing = person.attachments.iter().any(Attachment::is_missing);
        match (intent, person.role) {
            (Intent::Delegate(to, _), Role::Approver | Role::Signatory) => self.check_delegation(person, to),
            (Intent::Approve, Role::Approver) | (Intent::Sign(_), Role::Signatory) if missing => {
                Err(Refusal::StepMissing { missing: "an attachment" })
            }
            (Intent::Sign(mark), Role::Signatory) if !self.options.allows(mark.mode()) => {
                Err(Refusal::ModeNotAllowed)
            }
            (Intent::Approve, Role::Approver) | (Intent::Sign(_), Role::Signatory) => Ok(()),
            (_, role) => Err(Refusal::RoleCannot { role: role.as_str() }),
        }
    }

    fn sign(
        &mut self,
        signatory: &SignatoryId,
        proof: &OtpProof,
        mark: Mark,
        changes: &mut Changes,
        cause: &mut Cause<'_>,
    ) -> Result<(), Refusal> {
        let order = u32::try_from(self.signed_count()).unwrap_or(u32::MAX).saturating_add(1);
        let owner = Owner::Signatory(signatory.clone());
        let mut draft = proven(EventKind::SignatureCreated, signatory, proof)
            .fact("order", order)
            .fact("mode", mark.mode().as_str());
        match &mark {
            Mark::Drawn(digest) | Mark::Uploaded(digest) => {
                draft = draft.fact("mark_sha256", digest.to_hex());
            }
            Mark::Typed(name) => draft = draft.personal(&owner, "mark", name.expose()),
        }
        self.signatory_mut(signatory)?.progress = Progress::Signed(Act {
            order,
            signed_at: cause.now,
            mark,
            document: proof.document(),
            consent: proof.consent(),
            channels: proof.channels().to_vec(),
            sealed_as: None,
        });
        changes.look_at(DueKind::Seal, cause.now.plus(RECOVERY_PAUSE));
        append(self, changes, draft, &owner, cause);
        Ok(())
    }

    fn approve(
        &mut self,
        signatory: &SignatoryId,
        proof: &OtpProof,
        changes: &mut Changes,
        cause: &mut Cause<'_>,
    ) -> Result<(), Refusal> {
        self.signatory_mut(signatory)?.progress = Progress::Approved(Approval {
            at: cause.now,
            document: proof.document(),
            consent: proof.consent(),
            channels: proof.channels().to_vec(),
        });
        let draft = proven(EventKind::DocumentApproved, signatory, proof);
        append(self, changes, draft, &Owner::Signatory(signatory.clone()), cause);
        Ok(())
    }
}

/// An event that only a right answer allows, with what was proven.
pub(super) fn proven(kind: EventKind, signatory: &SignatoryId, proof: &OtpProof) -> Draft {
    let channels: Vec<&str> = proof.channels().iter().map(|it| it.as_str()).collect();
    Draft::new(kind)
        .fact("signatory", signatory.as_str())
        .fact("evidence_level", "SES")
        .fact("channels", channels)
        .fact("sha256", proof.document().to_hex())
        .fact("consent_sha256", proof.consent().to_hex())
        .fact("otp_validated_at", proof.answered_at().to_rfc3339())
}
