//! The first move: a request is asked for.

use std::time::Duration;

use rand::RngExt as _;

use super::facts::{Callback, Facts, InputDocument, InputSource, SigningOptions};
use super::place::{Anchor, Place};
use super::signatory::{Ceremony, Channel, Progress, Signatory};
use super::{Received, Request, append};
use crate::due::{Due, DueKind};
use crate::evidence::{ChainHead, Draft, EventKind, Owner};
use crate::policy::{INTAKE_TTL, MAX_REQUEST_YEARS, MIN_REQUEST_TTL};
use crate::transition::{Changes, Transition};
use crate::value::{DocumentId, LinkKey, LinkToken, PersonName, Text};
use crate::{Cause, EmailAddress, Refusal, RequestId, SignatoryId, TenantId};

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
    /// Given name.
    pub given_name: PersonName,
    /// Family name.
    pub family_name: PersonName,
    /// Where invitations and codes go.
    pub email: EmailAddress,
    /// E.164 number.
    pub mobile: Option<PersonName>,
    /// Where one-time passwords go.
    pub channel: Channel,
    /// The language asked for.
    pub language: Option<String>,
    /// The integrator's own words around the code.
    pub otp_text: Option<Text>,
    /// Where the signature stands.
    pub places: Vec<Place>,
    /// Text of the document that says where it stands.
    pub anchors: Vec<Anchor>,
}

impl Request<Received> {
    /// Takes a new request in. Its identity is an argument, because its documents are stored under it
    /// before it is.
    ///
    /// # Errors
    ///
    /// [`Refusal::DeadlineOutOfBounds`] when the deadline is under a minute or over a year away.
    pub fn create(
        id: RequestId,
        new: NewRequest,
        links: &LinkKey,
        cause: &mut Cause<'_>,
    ) -> Result<Transition<Self>, Refusal> {
        let expires_at = cause.now.plus(new.ttl);
        if new.ttl < MIN_REQUEST_TTL || expires_at > cause.now.plus_years(MAX_REQUEST_YEARS) {
            return Err(Refusal::DeadlineOutOfBounds);
        }
        let signatories =
            new.signatories.into_iter().map(|it| admit(it, &id, links, cause)).collect::<Vec<_>>();
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
            created_at: cause.now,
            updated_at: cause.now,
            expires_at,
            closed_at: None,
            deleted_at: None,
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
        let mut changes = Changes {
            due: vec![
                Due { what: DueKind::Expiry, at: expires_at },
                Due { what: DueKind::Intake, at: cause.now.plus(INTAKE_TTL) },
            ],
            ..Changes::default()
        };
        let draft = received(&facts);
        append(&mut facts, &mut changes, draft, &Owner::Integrator, cause);
        Ok(Transition::new(Self { facts, state: Received }, changes))
    }
}

fn admit(new: NewSignatory, request: &RequestId, links: &LinkKey, cause: &mut Cause<'_>) -> Signatory {
    let id = SignatoryId::new(cause.rng);
    Signatory {
        link_digest: LinkToken::derive(links, request, &id, 0).digest(),
        link_generation: 0,
        key_salt: Some(cause.rng.random()),
        notices: Vec::new(),
        progress: Progress::Pending(Ceremony::default()),
        id,
        given_name: new.given_name,
        family_name: new.family_name,
        email: new.email,
        mobile: new.mobile,
        channel: new.channel,
        language: new.language,
        otp_text: new.otp_text,
        places: new.places,
        anchors: new.anchors,
    }
}

fn received(facts: &Facts) -> Draft {
    let mut draft = Draft::new(EventKind::RequestReceived)
        .fact("expires_at", facts.expires_at.to_rfc3339())
        .fact("evidence_level", "SES")
        .fact("consent_sha256", facts.options.consent_digest().to_hex())
        .fact("documents", facts.inputs.iter().map(|it| it.id.as_str()).collect::<Vec<_>>())
        .fact("signatories", facts.signatories.iter().map(|it| it.id.as_str()).collect::<Vec<_>>());
    if let Some(title) = &facts.title {
        draft = draft.personal(&Owner::Integrator, "title", title.as_str());
    }
    for (index, signatory) in facts.signatories.iter().enumerate() {
        let owner = Owner::Signatory(signatory.id.clone());
        draft = draft.personal(&owner, format!("signatories/{index}/name"), signatory.full_name()).personal(
            &owner,
            format!("signatories/{index}/email"),
            signatory.email.expose(),
        );
        if let Some(mobile) = &signatory.mobile {
            draft = draft.personal(&owner, format!("signatories/{index}/mobile"), mobile.expose());
        }
    }
    draft
}
