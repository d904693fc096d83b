//! What an integrator asks for: every value is read once, and refused with a pointer to it.
//!
//! **Invariant:** stores nothing, and tells nobody.

mod input;
mod parse;
mod place;
mod signer;
mod wire;

use domain::access::Mode;
use domain::request::{NewInput, NewRequest};
use domain::value::{SmsPolicy, Text};
use domain::{Refusal, TenantId, Timestamp};
use rand::CryptoRng;

pub use input::{Content, Input, too_large};
pub use wire::{CreateBody, UploadBody};

use crate::edge::{HttpRequest, Invocation, Problem, SmsConfig};
use crate::outbound::Reach;
use crate::store::{Theme, Themes};
use signer::Rules;

/// What holds for a request beside its body.
#[derive(Debug)]
pub struct Terms<'a> {
    /// Whose request it is.
    pub tenant: TenantId,
    requester: Text,
    public_url: String,
    /// Where text messages may go; none where none are sent.
    sms: Option<&'a SmsPolicy>,
    reach: Reach,
    now: Timestamp,
}

impl<'a> Terms<'a> {
    /// Those of a call. Signing links start with `public_url`, or with the API's own address.
    ///
    /// # Errors
    ///
    /// [`Problem`] 401 without a tenant.
    pub fn of(
        http: &HttpRequest,
        public_url: Option<&str>,
        sms: &'a SmsConfig,
        reach: Reach,
        cx: &Invocation,
    ) -> Result<Self, Problem> {
        let tenant = http.tenant()?;
        // In a sandbox no text message costs anything.
        let sms = if tenant.mode() == Mode::Test { Some(&sms.policy) } else { sms.policy() };
        Ok(Self {
            requester: requester(http)?,
            public_url: public_url.map_or_else(|| http.api_url(), str::to_owned),
            sms,
            reach,
            now: cx.now,
            tenant,
        })
    }
}

/// Reads a body: the request that is asked for, and its documents.
///
/// # Errors
///
/// [`Problem`] 422 with a pointer for what cannot be accepted, 413 for documents that are too large, 5xx when
/// the saved themes are away.
pub async fn read(
    mut body: CreateBody,
    themes: &Themes,
    terms: &Terms<'_>,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<(NewRequest, Vec<Input>), Problem> {
    parse::kinds(body.certificate_type.as_deref(), body.signature_type.as_deref())?;
    let theme = theme(themes, &terms.tenant, &mut body).await?;
    let rules = Rules { sms: terms.sms, host: host_of(&terms.public_url) };
    let signatories = parse::signatories(body.signers, &rules)?;
    let inputs = input::parse(body.input_documents, terms.reach, rng)?;
    let new = NewRequest {
        requester: terms.requester.clone(),
        public_url: terms.public_url.clone(),
        title: parse::text(body.title, "title", parse::MAX_TITLE_CHARS)?,
        description: parse::text(body.description, "description", parse::MAX_DESCRIPTION_CHARS)?,
        inputs: inputs.iter().map(|it| NewInput { id: it.id.clone(), source: it.content.source() }).collect(),
        signatories,
        options: parse::options(body.options, theme.as_ref(), body.signature_mode, body.user_editable_data)?,
        callback: body.callback.map(|it| parse::callback(it, terms.reach)).transpose()?,
        ttl: parse::ttl(body.expires_at.as_deref(), terms.now)?,
        draft: body.draft.is_some_and(wire::Flag::is_set),
        tenant: terms.tenant.clone(),
    };
    Ok((new, inputs))
}

/// The refusal of a request as a whole, with a pointer to the value it was refused for.
#[must_use]
pub fn refused(refusal: &Refusal) -> Problem {
    Problem::refused(pointer_of(refusal), refusal)
}

/// The theme that the options name.
async fn theme(themes: &Themes, tenant: &TenantId, body: &mut CreateBody) -> Result<Option<Theme>, Problem> {
    let Some((name, pointer)) = parse::theme_name(&mut body.options)? else { return Ok(None) };
    let theme = themes.get(tenant, &name).await?;
    theme.map(Some).ok_or_else(|| parse::unknown_theme(pointer))
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
