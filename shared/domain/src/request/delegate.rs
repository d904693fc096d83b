//! A signatory passes the task on to another, who then proves who they are on their own.

use rand::RngExt as _;

use super::append;
use super::attachment::{Attachment, AttachmentState};
use super::attempt::proven;
use super::facts::{Facts, MAX_PEOPLE};
use super::progress::{Ceremony, Progress};
use super::signatory::{DestinationFrom, Signatory};
use crate::evidence::{EventKind, Owner};
use crate::message::MessageKind;
use crate::otp::OtpProof;
use crate::transition::Changes;
use crate::value::{LinkKey, LinkToken, PersonName, PhoneNumber};
use crate::{Cause, Channel, EmailAddress, Refusal, SignatoryId};

/// To whom a signatory passes the task on.
#[derive(Clone, Debug)]
pub struct NewDelegate {
    /// Given name.
    pub given_name: PersonName,
    /// Family name.
    pub family_name: PersonName,
    /// Where the invitation and codes go.
    pub email: EmailAddress,
    /// Where codes by text message go.
    pub mobile: Option<PhoneNumber>,
}

impl Facts {
    /// Whether this signatory may pass the task on.
    pub(super) fn check_delegation(&self, from: &Signatory, to: &NewDelegate) -> Result<(), Refusal> {
        // Whoever must tell what only they know cannot hand that on.
        if !self.options.delegation || from.knowledge.is_some() || self.signatories.len() >= MAX_PEOPLE {
            return Err(Refusal::DelegationForbidden);
        }
        if from.channels.has(Channel::Sms) && to.mobile.is_none() {
            return Err(Refusal::StepMissing { missing: "the delegate's mobile number" });
        }
        Ok(())
    }

    /// Whether that person has no task here yet.
    pub(super) fn check_delegate(&self, to: &NewDelegate) -> Result<(), Refusal> {
        if self.signatories.iter().any(|it| it.email.as_ref() == Some(&to.email) && it.is_pending()) {
            return Err(Refusal::DelegateKnown);
        }
        Ok(())
    }
}

/// The delegate takes the place of who delegates: role, stage, group, slot, channels and what is asked.
pub(super) fn delegate(
    facts: &mut Facts,
    from: &SignatoryId,
    (to, links): (NewDelegate, &LinkKey),
    proof: &OtpProof,
    changes: &mut Changes,
    cause: &mut Cause<'_>,
) -> Result<(), Refusal> {
    let id = SignatoryId::new(cause.rng);
    let request = facts.id.clone();
    let delegator = facts.signatory_mut(from)?;
    delegator.progress = Progress::Delegated { at: cause.now, to: id.clone() };
    let asked = |it: &Attachment| Attachment { state: AttachmentState::Awaited, ..it.clone() };
    let attachments = delegator.attachments.iter().map(asked).collect();
    delegator.attachments.retain(|it| it.file().is_some());
    let delegate = Signatory {
        link_digest: LinkToken::derive(links, &request, &id, 0).digest(),
        link_generation: 0,
        key_salt: Some(cause.rng.random()),
        progress: Progress::Pending(Ceremony::default()),
        id: id.clone(),
        given_name: to.given_name,
        family_name: to.family_name,
        email: Some(to.email.clone()),
        mobile: to.mobile,
        destination_from: DestinationFrom::Delegator,
        identity: None,
        places: Vec::new(),
        anchors: Vec::new(),
        attachments,
        invited_at: Some(cause.now),
        notices: Vec::new(),
        free_moves: 0,
        email_since: None,
        mobile_since: None,
        ..delegator.clone()
    };
    let owner = Owner::Signatory(id.clone());
    let mut draft = proven(EventKind::SignatureDelegated, from, proof)
        .fact("delegate", id.as_str())
        .personal(&owner, "delegate/name", delegate.full_name())
        .personal(&owner, "delegate/email", to.email.expose());
    if let Some(mobile) = &delegate.mobile {
        draft = draft.personal(&owner, "delegate/mobile", mobile.expose());
    }
    facts.signatories.push(delegate);
    facts.tell(MessageKind::Delegation, &id, changes, cause);
    facts.tell(MessageKind::Delegated, from, changes, cause);
    append(facts, changes, draft, &Owner::Signatory(from.clone()), cause);
    facts.plan_reminders(changes, cause.now);
    Ok(())
}
