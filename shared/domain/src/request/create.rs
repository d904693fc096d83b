//! The first move: a request is asked for.

use std::time::Duration;

use rand::RngExt as _;

use super::amend::{check_reachable, identity_of};
use super::attachment::{Attachment, AttachmentState};
use super::facts::{Callback, Facts, InputDocument, InputSource, SigningOptions};
use super::filing::Filing;
use super::knowledge::{Knowledge, NewQuestion};
use super::place::{Anchor, Place};
use super::progress::{Ceremony, Progress};
use super::retention::Retention;
use super::signatory::{AssertedIdentity, DestinationFrom, Role, Signatory};
use super::{Received, Request, append};
use crate::due::{Due, DueKind};
use crate::evidence::{ChainHead, Draft, EventKind, Owner};
use crate::otp::Peppers;
use crate::policy::INTAKE_TTL;
use crate::transition::{Changes, Transition};
use crate::value::{DocumentId, LinkKey, LinkToken, PersonName, PhoneNumber, Text};
use crate::{Cause, Channels, EmailAddress, Refusal, RequestId, SignatoryId, TenantId};

/// What an integrator asks for.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// Whose request it is.
    pub tenant: TenantId,
    /// Who asks, as signatories read it.
    pub requester: Text,
    /// What signing links start with, without a final slash.
    pub public_url: String,
    /// Title of the document.
    pub title: Option<Text>,
    /// More words about it.
    pub description: Option<Text>,
    /// The documents, in order.
    pub inputs: Vec<NewInput>,
    /// Who is to sign.
    pub signatories: Vec<NewSignatory>,
    /// How they sign.
    pub options: SigningOptions,
    /// Where the integrator wants to be told.
    pub callback: Option<Callback>,
    /// From creation to the deadline.
    pub ttl: Duration,
    /// Whether nobody is invited before the integrator activates it.
    pub draft: bool,
    /// How long its documents and its evidence are kept.
    pub retention: Retention,
}

/// A document that is sent along or will be fetched.
#[derive(Clone, Debug)]
pub struct NewInput {
    /// Names it.
    pub id: DocumentId,
    /// How it comes.
    pub source: InputSource,
}

/// Someone who is to sign.
#[derive(Clone, Debug)]
pub struct NewSignatory {
    /// What they are to do.
    pub role: Role,
    /// From 1: when it is their turn.
    pub stage: u16,
    /// Of those of one stage who share this word, any one is enough.
    pub group: Option<Text>,
    /// Given name.
    pub given_name: PersonName,
    /// Family name.
    pub family_name: PersonName,
    /// Where invitations and codes go; who has none gets the link from the integrator.
    pub email: Option<EmailAddress>,
    /// Where codes by text message go.
    pub mobile: Option<PhoneNumber>,
    /// The channels whose control they must prove.
    pub channels: Channels,
    /// What only they know, if they are to be asked for it.
    pub questions: Vec<NewQuestion>,
    /// Who they are, as found out elsewhere.
    pub identity: Option<AssertedIdentity>,
    /// Documents asked from them.
    pub attachments: Vec<NewAttachment>,
    /// The language asked for.
    pub language: Option<String>,
    /// IANA name of the zone they live in.
    pub timezone: Option<String>,
    /// The integrator's own words around the code.
    pub otp_text: Option<Text>,
    /// Where the signature stands.
    pub places: Vec<Place>,
    /// Text of the document that says where it stands.
    pub anchors: Vec<Anchor>,
}

/// A document that is to be asked from a signatory.
#[derive(Clone, Debug)]
pub struct NewAttachment {
    /// What it is.
    pub name: Text,
    /// More words about it.
    pub description: Option<Text>,
    /// Whether the signatory cannot act without it.
    pub required: bool,
}

impl Request<Received> {
    /// Takes a new request in. Its identity is an argument, because its documents are stored under it
    /// before it is.
    ///
    /// # Errors
    ///
    /// [`Refusal::DeadlineOutOfBounds`] when the deadline is under a minute or over a year away;
    /// [`Refusal::NobodySigns`] when nobody's role is to sign; [`Refusal::GroupMixed`] when whoever comes first of a group
    /// would not do what the others were asked for; [`Refusal::StepMissing`] when codes are to go
    /// to a phone and there is no number.
    pub fn create(
        id: RequestId,
        new: NewRequest,
        keys: (&LinkKey, &Peppers),
        cause: &mut Cause<'_>,
    ) -> Result<Transition<Self>, Refusal> {
        if !new.signatories.iter().any(|it| it.role == Role::Signatory) {
            return Err(Refusal::NobodySigns);
        }
        check_groups(&new.signatories)?;
        let mut signatories =
            new.signatories.into_iter().map(|it| admit(it, &id, keys, cause)).collect::<Vec<_>>();
        signatories.iter().try_for_each(check_reachable)?;
        share_slots(&mut signatories);
        let inputs = new.inputs.into_iter().map(|it| InputDocument {
            id: it.id,
            source: it.source,
            file: None,
            repaired: false,
        });
        let mut facts = Facts {
            id,
            tenant: new.tenant,
            version: 0,
            chain: ChainHead::empty(),
            custody: ChainHead::empty(),
            notifications: 0,
            readings: 0,
            copy_due_at: None,
            retention: new.retention,
            created_at: cause.now,
            updated_at: cause.now,
            expires_at: cause.now,
            closed_at: None,
            deleted_at: None,
            erased_at: None,
            held_at: None,
            ready_at: None,
            draft: new.draft,
            filing: Filing::default(),
            public_url: new.public_url,
            requester: new.requester,
            title: new.title,
            description: new.description,
            inputs: inputs.collect(),
            signatories,
            options: new.options,
            callback: new.callback,
            integrator_key_salt: Some(cause.rng.random()),
        };
        facts.set_deadline(cause.now.plus(new.ttl), cause.now)?;
        let mut changes = Changes {
            due: vec![
                Due { what: DueKind::Expiry, at: facts.expires_at },
                Due { what: DueKind::Intake, at: cause.now.plus(INTAKE_TTL) },
            ],
            ..Changes::default()
        };
        let draft = received(&facts);
        append(&mut facts, &mut changes, draft, &Owner::Integrator, cause);
        Ok(Transition::new(Self { facts, state: Received }, changes))
    }
}

fn admit(
    new: NewSignatory,
    request: &RequestId,
    (links, peppers): (&LinkKey, &Peppers),
    cause: &mut Cause<'_>,
) -> Signatory {
    let id = SignatoryId::new(cause.rng);
    let attachments = new.attachments.into_iter().map(|it| Attachment {
        id: DocumentId::new(cause.rng),
        name: it.name,
        description: it.description,
        required: it.required,
        state: AttachmentState::Awaited,
    });
    let attachments = attachments.collect();
    Signatory {
        free_moves: 0,
        email_since: None,
        mobile_since: None,
        link_digest: LinkToken::derive(links, request, &id, 0).digest(),
        link_generation: 0,
        key_salt: Some(cause.rng.random()),
        erased_at: None,
        notices: Vec::new(),
        progress: match new.role {
            Role::Copy => Progress::Following,
            Role::Approver | Role::Signatory | Role::Viewer => Progress::Pending(Ceremony::default()),
        },
        slot: id.clone(),
        id,
        role: new.role,
        stage: new.stage,
        group: new.group,
        given_name: new.given_name,
        family_name: new.family_name,
        email: new.email,
        mobile: new.mobile,
        channels: new.channels,
        destination_from: DestinationFrom::Integrator,
        knowledge: Knowledge::keep(new.questions, peppers, cause),
        identity: new.identity,
        attachments,
        language: new.language,
        timezone: new.timezone,
        otp_text: new.otp_text,
        places: new.places,
        anchors: new.anchors,
        invited_at: None,
    }
}

/// What one of a group does stands for all of them, so that all are asked for the same.
fn check_groups(people: &[NewSignatory]) -> Result<(), Refusal> {
    let differs = |(position, person): (usize, &NewSignatory)| {
        let same = |it: &&NewSignatory| it.stage == person.stage && it.group == person.group;
        let first = people.iter().find(same).filter(|_| person.group.is_some());
        first.is_some_and(|it| it.role != person.role).then_some(position)
    };
    match people.iter().enumerate().find_map(differs) {
        Some(position) => Err(Refusal::GroupMixed { position }),
        None => Ok(()),
    }
}

/// Those of a group who sign share one field, for whoever comes first: at the first places that are named for any of
/// them.
fn share_slots(signatories: &mut [Signatory]) {
    let mut holders: Vec<(u16, Text, usize)> = Vec::new();
    for index in 0..signatories.len() {
        let Some(person) = signatories.get_mut(index).filter(|it| it.role == Role::Signatory) else {
            continue;
        };
        let Some(group) = person.group.clone() else { continue };
        let stage = person.stage;
        let Some((_, _, first)) = holders.iter().find(|(at, name, _)| *at == stage && *name == group) else {
            holders.push((stage, group, index));
            continue;
        };
        let (places, anchors) = (std::mem::take(&mut person.places), std::mem::take(&mut person.anchors));
        let Some(holder) = signatories.get_mut(*first) else { continue };
        if holder.places.is_empty() && holder.anchors.is_empty() {
            (holder.places, holder.anchors) = (places, anchors);
        }
        let slot = holder.slot.clone();
        if let Some(person) = signatories.get_mut(index) {
            person.slot = slot;
        }
    }
}

fn received(facts: &Facts) -> Draft {
    let mut draft = Draft::new(EventKind::RequestReceived)
        .fact("expires_at", facts.expires_at.to_rfc3339())
        .fact("evidence_level", "SES")
        .fact("software", SOFTWARE)
        .fact("time_source", "service clock, UTC")
        .fact("timezone", facts.options.timezone.as_str())
        .fact("document_months", facts.retention.document_months())
        .fact("evidence_years", facts.retention.evidence_years())
        .fact("consent_sha256", facts.options.consent_digest().to_hex())
        .fact("documents", facts.inputs.iter().map(|it| it.id.as_str()).collect::<Vec<_>>())
        .fact("signatories", facts.signatories.iter().map(|it| it.id.as_str()).collect::<Vec<_>>());
    draft = draft.personal(&Owner::Integrator, "requester", facts.requester.as_str());
    if let Some(title) = &facts.title {
        draft = draft.personal(&Owner::Integrator, "title", title.as_str());
    }
    if let Some(sender) = &facts.options.sender {
        draft = draft.personal(&Owner::Integrator, "sender", sender.expose());
    }
    if let Some(brand) = &facts.options.brand {
        draft = draft.fact("brand", brand.as_str());
    }
    for (index, signatory) in facts.signatories.iter().enumerate() {
        let owner = Owner::Signatory(signatory.id.clone());
        draft = draft.personal(&owner, format!("signatories/{index}/name"), signatory.full_name());
        if let Some(email) = &signatory.email {
            draft = draft.personal(&owner, format!("signatories/{index}/email"), email.expose());
        }
        if let Some(mobile) = &signatory.mobile {
            draft = draft.personal(&owner, format!("signatories/{index}/mobile"), mobile.expose());
        }
        if let Some(identity) = &signatory.identity {
            draft = identity_of(draft, &owner, &format!("signatories/{index}/identity"), identity);
        }
    }
    draft
}

/// What writes the evidence.
const SOFTWARE: &str = concat!("paraphe ", env!("CARGO_PKG_VERSION"));
