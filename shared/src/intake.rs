//! What an integrator asks for: every value is read once, and refused with a pointer to it.
//!
//! **Invariant:** stores nothing, and tells nobody.

mod consent;
mod input;
mod parse;
mod place;
mod sender;
mod signer;
mod wire;

use domain::otp::CodeLength;
use domain::policy::DEFAULT_REQUEST_TTL;
use domain::request::{NewInput, NewRequest};
use domain::value::Text;
use domain::{Refusal, TenantId, Timestamp};
use rand::CryptoRng;

pub use input::{Content, Input, too_large};
pub use wire::{CreateBody, UploadBody};

use crate::edge::json::Flag;
use crate::edge::{HttpRequest, Invocation, Problem};
use crate::outbound::Reach;
use crate::store::{EmailSignatures, People, StoreError, Theme, Themes};
use crate::texts::{TextRules, Texts};
use signer::Rules;

/// What a body may name because it was saved before.
#[derive(Debug)]
pub struct Saved {
    /// Looks of the signing page.
    pub themes: Themes,
    /// Brands, and what else managed signatures are made of.
    pub signatures: EmailSignatures,
    /// Who has such a signature.
    pub people: People,
    /// Where text messages may go.
    pub texts: Texts,
}

/// What holds for a request beside its body.
#[derive(Debug)]
pub struct Terms {
    /// Whose request it is.
    pub tenant: TenantId,
    requester: Text,
    public_url: String,
    reach: Reach,
    now: Timestamp,
}

impl Terms {
    /// Those of a call. Signing links start with `public_url`, or with the API's own address.
    ///
    /// # Errors
    ///
    /// [`Problem`] 401 without a tenant.
    pub fn of(
        http: &HttpRequest,
        public_url: Option<&str>,
        reach: Reach,
        cx: &Invocation,
    ) -> Result<Self, Problem> {
        Ok(Self {
            tenant: http.tenant()?,
            requester: requester(http)?,
            public_url: public_url.map_or_else(|| http.api_url(), str::to_owned),
            reach,
            now: cx.now,
        })
    }
}

/// What a body asks for, and everything that it was refused for.
#[derive(Debug)]
pub struct Asked {
    /// The request; none when its signers cannot all be read. Of what was refused beside them stands what holds
    /// when nothing is said, so that the rest can be looked at.
    pub new: Option<NewRequest>,
    /// The documents that can be read.
    pub inputs: Vec<Input>,
    /// Whether these are all that were sent.
    pub has_all_inputs: bool,
    /// 422 with a pointer for what cannot be accepted, 413 for documents that are too large.
    pub refusals: Vec<Problem>,
}

impl Asked {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when what was saved is away.
    pub async fn read(
        mut body: CreateBody,
        saved: &Saved,
        terms: &Terms,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Self, StoreError> {
        let mut refusals = parse::kinds(body.certificate_type.as_deref(), body.signature_type.as_deref());
        let theme = kept(theme(&saved.themes, &terms.tenant, &mut body).await?, &mut refusals).flatten();
        let named =
            sender::named(saved, (&terms.tenant, &terms.public_url), &body.options, terms.now).await?;
        let sender = kept(named, &mut refusals).unwrap_or_default();
        // What is neither is refused with the other options.
        let code_length = body.options.code_digits.and_then(CodeLength::of).unwrap_or_default();
        let texts = if body.signers.iter().flatten().any(wire::Signer::names_texts) {
            Some(saved.texts.rules(&terms.tenant).await?)
        } else {
            None
        };
        let sms = texts.as_ref().and_then(TextRules::destinations);
        let rules = Rules { sms, host: host_of(&terms.public_url), code_length };
        let (signatories, refused) = parse::signatories(body.signers, &rules);
        let has_all_signers = refused.is_empty();
        refusals.extend(refused);
        let (inputs, refused) = input::parse(body.input_documents, terms.reach, rng);
        let has_all_inputs = refused.is_empty();
        refusals.extend(refused);
        let title = kept(parse::title(body.title), &mut refusals).flatten();
        let description = kept(parse::description(body.description), &mut refusals).flatten();
        let mut options = body.options;
        if options.consent_text.is_none() {
            let delegates = options.delegation.is_some_and(Flag::is_set);
            options.consent_text = kept(consent::usual(&signatories, delegates), &mut refusals);
        }
        let consent = options.consent_text.clone();
        let options =
            parse::options(options, (theme.as_ref(), sender), body.signature_mode, body.user_editable_data);
        let options = kept(options, &mut refusals).or_else(|| parse::usual_options(consent));
        let callback = body.callback.map(|it| parse::callback(it, terms.reach));
        let callback = callback.and_then(|it| kept(it, &mut refusals));
        let ttl = kept(parse::ttl(body.expires_at.as_deref(), terms.now), &mut refusals);
        let new = options.filter(|_| has_all_signers).map(|options| NewRequest {
            requester: terms.requester.clone(),
            public_url: terms.public_url.clone(),
            title,
            description,
            inputs: inputs
                .iter()
                .map(|it| NewInput { id: it.id.clone(), source: it.content.source() })
                .collect(),
            signatories,
            options,
            callback,
            ttl: ttl.unwrap_or(DEFAULT_REQUEST_TTL),
            draft: body.draft.is_some_and(Flag::is_set),
            retention: domain::request::Retention::default(),
            tenant: terms.tenant.clone(),
        });
        Ok(Self { new, inputs, has_all_inputs, refusals })
    }

    /// The request and its documents.
    ///
    /// # Errors
    ///
    /// The first refusal, with the values that others are about.
    pub fn accept(self) -> Result<(NewRequest, Vec<Input>), Problem> {
        let mut refusals = self.refusals.into_iter();
        match (refusals.next(), self.new) {
            (None, Some(new)) => Ok((new, self.inputs)),
            (Some(first), _) => Err(refusals.fold(first, Problem::and)),
            (None, None) => Err(parse::no_signers()),
        }
    }
}

/// What was read; a refusal goes to the others.
fn kept<T>(read: Result<T, Problem>, refusals: &mut Vec<Problem>) -> Option<T> {
    read.map_err(|refusal| refusals.push(refusal)).ok()
}

/// The refusal of a request as a whole, with a pointer to the value it was refused for.
#[must_use]
pub fn refused(refusal: &Refusal) -> Problem {
    match refusal {
        // It points at the one who differs.
        Refusal::GroupMixed { .. } => refusal.clone().into(),
        _ => Problem::refused(pointer_of(refusal), refusal),
    }
}

/// The theme that the options name, or why there is none.
async fn theme(
    themes: &Themes,
    tenant: &TenantId,
    body: &mut CreateBody,
) -> Result<Result<Option<Theme>, Problem>, StoreError> {
    let (name, pointer) = match parse::theme_name(&mut body.options) {
        Ok(Some(named)) => named,
        Ok(None) => return Ok(Ok(None)),
        Err(refusal) => return Ok(Err(refusal)),
    };
    let theme = themes.get(tenant, &name).await?;
    Ok(theme.map(Some).ok_or_else(|| parse::unknown_theme(pointer)))
}

/// The value that a request as a whole was refused for.
fn pointer_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::DeadlineOutOfBounds => "/expiresAt",
        _ => "/signers",
    }
}

/// The host of an address.
fn host_of(url: &str) -> &str {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    host.split(['/', ':']).next().unwrap_or(host)
}

/// Who asks, as the authorizer found it behind the key.
fn requester(http: &HttpRequest) -> Result<Text, Problem> {
    let name = http.authorized("display_name").unwrap_or_default();
    Text::parse(name, "requester", parse::MAX_TITLE_CHARS).map_err(|_| Problem::unauthorized())
}

/// The number of a request whose documents could not be stored, and ended for that.
pub const NOT_STORED: u16 = 226;
/// The number of a request whose documents did not arrive within their time.
pub const NEVER_ARRIVED: u16 = 227;
