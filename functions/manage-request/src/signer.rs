//! One signatory of a request: corrected, reminded, unlocked.

use domain::request::{Amendment, AssertedIdentity, Erasure};
use domain::value::{PhoneNumber, Text};
use domain::{Channel, EmailAddress, PersonName, Refusal, SignatoryId};
use shared::edge::{HttpRequest, Invocation, Problem, Reply};

use crate::erase::erase;
use crate::wire::{Identity, SignerBody};
use crate::{Deps, act};

/// `PATCH /signatures/{id}/signers/{signer}`.
///
/// # Errors
///
/// As [`crate::handle`].
pub(crate) async fn correct(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let signer = signer(http)?;
    let body: SignerBody = http.json()?;
    let refused =
        |field: &'static str| move |refusal: Refusal| Problem::refused(format!("/{field}"), &refusal);
    let name = |text: Option<String>| text.map(|it| PersonName::parse(&it)).transpose();
    let identity = body.identity.as_ref().map(identity).transpose()?;
    let amendment = Amendment {
        given_name: name(body.name).map_err(refused("name"))?,
        family_name: name(body.surname).map_err(refused("surname"))?,
        email: body.email.map(|it| EmailAddress::parse(&it)).transpose().map_err(refused("email"))?,
        mobile: body.mobile.map(|it| PhoneNumber::parse(&it)).transpose().map_err(refused("mobile"))?,
    };
    if amendment == Amendment::default() && identity.is_none() {
        let detail = "Name what is to change: name, surname, email, mobile or identity.";
        return Err(Problem::invalid("", detail));
    }
    if let Some(number) = &amendment.mobile {
        let tenant = http.tenant()?;
        let request = deps.requests.load_for(&tenant, &http.request_id()?).await?;
        let person = request.facts().signatory(&signer);
        if person.is_some_and(|it| it.channels.has(Channel::Sms)) {
            deps.texts.rules(&tenant).await?.check(number).map_err(refused("mobile"))?;
        }
    }
    act(deps, http, cx, |it, cause| {
        it.correct(&signer, (amendment.clone(), identity.clone()), &deps.links, cause)
    })
    .await
}

/// `POST /signatures/{id}/signers/{signer}/remind`, `/unlock` and `/erase`.
///
/// # Errors
///
/// As [`crate::handle`].
pub(crate) async fn act_on(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let signer = signer(http)?;
    match http.path_parameter("actionType")? {
        "erase" => erase(deps, http, &Erasure::Signatory(signer), cx).await,
        "remind" => act(deps, http, cx, |it, cause| it.remind(Some(&signer), cause)).await,
        "unlock" => act(deps, http, cx, |it, cause| it.unlock(&signer, cause)).await,
        _ => Err(Problem::not_found()),
    }
}

/// The signatory that the path names.
///
/// # Errors
///
/// [`Problem`] 404 for what is no signatory's id.
pub(crate) fn signer(http: &HttpRequest) -> Result<SignatoryId, Problem> {
    SignatoryId::parse(http.path_parameter("signer")?).map_err(|_| Problem::not_found())
}

fn identity(identity: &Identity) -> Result<AssertedIdentity, Problem> {
    let text = |value: &str, field: &'static str| {
        Text::line(value, field, MAX_IDENTITY_CHARS)
            .map_err(|refusal| Problem::refused(format!("/identity/{field}"), &refusal))
    };
    Ok(AssertedIdentity {
        provider: text(&identity.provider, "provider")?,
        reference: text(&identity.reference, "reference")?,
    })
}

const MAX_IDENTITY_CHARS: usize = 200;
