//! Acts that take the codes: signing, approving, passing the task on.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::otp::{CodeLength, Codes, OneTimeCode};
use domain::request::{AfterAttempt, Attempt, Intent, NewDelegate, Signatory};
use domain::value::PhoneNumber;
use domain::{Channel, EmailAddress, PersonName, Refusal, TenantId, Timestamp};
use serde_json::json;
use shared::edge::session::Credential;
use shared::edge::{HttpRequest, Invocation, Problem, Reply, system_rng};
use shared::store::{DocumentKeys, Rounds, StoreError};
use tokio::time::Instant;

use crate::mark::Given;
use crate::wire::{ApprovalBody, DelegateBody, Person, SignBody};
use crate::{Deps, check_number, digest};

/// What a signatory means to do, read from the wire.
enum Meant {
    Approve,
    Delegate(NewDelegate),
    Sign(Given),
}

impl Meant {
    /// The signatory's state once it is done, in the words of the wire.
    const fn state(&self) -> &'static str {
        match self {
            Self::Approve => "APPROVED",
            Self::Delegate(_) => "DELEGATED",
            Self::Sign(_) => "SIGNED",
        }
    }
}

/// `POST /sign/signature`.
///
/// # Errors
///
/// As [`crate::handle`].
pub(crate) async fn sign(
    deps: &Deps,
    http: &HttpRequest,
    credential: &Credential,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let body: SignBody = http.json()?;
    let meant = Meant::Sign(Given::parse(body.mark)?);
    act(deps, http, credential, (body.code, body.codes, &body.document_sha256), meant, cx).await
}

/// `POST /sign/approval`.
///
/// # Errors
///
/// As [`crate::handle`].
pub(crate) async fn approve(
    deps: &Deps,
    http: &HttpRequest,
    credential: &Credential,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let body: ApprovalBody = http.json()?;
    act(deps, http, credential, (body.code, body.codes, &body.document_sha256), Meant::Approve, cx).await
}

/// `POST /sign/delegation`.
///
/// # Errors
///
/// As [`crate::handle`].
pub(crate) async fn delegate(
    deps: &Deps,
    http: &HttpRequest,
    credential: &Credential,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let body: DelegateBody = http.json()?;
    let meant = Meant::Delegate(delegate_of(body.delegate)?);
    act(deps, http, credential, (body.code, body.codes, &body.document_sha256), meant, cx).await
}

/// Acts. What is refused for its codes is answered no sooner than after [`REFUSED_AFTER`].
async fn act(
    deps: &Deps,
    http: &HttpRequest,
    credential: &Credential,
    given: GivenCodes<'_>,
    meant: Meant,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let answer_at = Instant::now() + REFUSED_AFTER;
    let answer = Box::pin(attempt(deps, http, credential, given, meant, cx)).await;
    if answer.as_ref().is_err_and(Problem::is_code_refused) {
        tokio::time::sleep_until(answer_at).await;
    }
    answer
}

type GivenCodes<'a> = (Option<String>, Option<BTreeMap<String, String>>, &'a str);

async fn attempt(
    deps: &Deps,
    http: &HttpRequest,
    credential: &Credential,
    (code, codes, document): GivenCodes<'_>,
    meant: Meant,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let document = digest(document)?;
    let (request, signatory) = credential.load(&deps.requests, http).await?;
    let tenant = request.facts().tenant.clone();
    let person = request.facts().signatory(&signatory).cloned();
    let channels = person.as_ref().map(|it| it.channels.each()).unwrap_or_default();
    let length = request.facts().options.code_length;
    let codes = read_codes((code, codes), channels, length)?;
    if let (Meant::Delegate(to), true) = (&meant, channels.contains(&Channel::Sms)) {
        check_number(deps, &tenant, to.mobile.as_ref(), "/delegate/mobile").await?;
    }
    let mut loaded = Some(request);
    let mut rng = system_rng();
    let mut rounds = Rounds::default();
    loop {
        let request = match loaded.take() {
            Some(request) => request,
            None => credential.load(&deps.requests, http).await?.0,
        };
        let challenge = deps.requests.challenge(&request.facts().id, &signatory).await?;
        let request = match &challenge {
            Some(_) => request,
            // The attempt will be refused and leaves nothing behind. An act takes its challenge away in the
            // same transaction, so the request is looked at once more: it says what became of the codes.
            None => credential.load(&deps.requests, http).await?.0,
        };
        let version = challenge.as_ref().map_or(0, |it| it.pepper);
        let peppers = match &challenge {
            Some(_) => deps.peppers.read_having(version).await,
            None => deps.peppers.read().await,
        };
        let peppers = peppers.map_err(Problem::unavailable)?;
        let sent_at = challenge.as_ref().map(|it| it.issued_at);
        let intent = match &meant {
            Meant::Approve => Intent::Approve,
            Meant::Delegate(to) => Intent::Delegate(to.clone(), &deps.links),
            Meant::Sign(given) => Intent::Sign(given.mark.clone()),
        };
        let attempt = Attempt { signatory: signatory.clone(), challenge, codes: &codes, document, intent };
        let mut cause = http.signatory_cause(&signatory, cx, &mut rng);
        let acted = request.facts().signatory(&signatory).is_some_and(|it| !it.is_pending());
        let open = request.open(cx.now).map_err(|it| if acted { Refusal::CodeExpired } else { it })?;
        let place = DocumentKeys::new(&open.facts().tenant, &open.facts().id);
        let attempted = open.act(attempt, (&peppers, &deps.policy), &mut cause).map_err(of_codes)?;
        // What was drawn is kept before the signature that names its digest, and for nothing else.
        if let (AfterAttempt::Acted(_), Meant::Sign(given)) = (attempted.would_be(), &meant) {
            given.keep(&deps.documents, &place).await?;
        }
        return match deps.courier.commit(attempted).await {
            Err(StoreError::Conflict(_)) if rounds.again().await => continue,
            Ok(AfterAttempt::Refused(_, refusal)) => Err(of_codes(refusal).into()),
            Ok(AfterAttempt::Acted(_)) => {
                count_verified(deps, &tenant, person.as_ref(), sent_at.unwrap_or(cx.now)).await;
                Ok(Reply::json(200, &json!({ "state": meant.state() })))
            }
            Err(error) => Err(error.into()),
        };
    }
}

/// A code that was used, and one of somebody locked, is refused like any other.
fn of_codes(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::SignatoryLocked | Refusal::SignatoryNotPending => Refusal::CodeExpired,
        other => other,
    }
}

/// Tells the breaker of text messages that a code came back. The act stands, whatever becomes of this.
async fn count_verified(deps: &Deps, tenant: &TenantId, person: Option<&Signatory>, sent_at: Timestamp) {
    let by_sms = person.filter(|it| it.channels.has(Channel::Sms));
    let Some(number) = by_sms.and_then(|it| it.mobile.as_ref()) else { return };
    if let Err(error) = deps.quotas.count_text_verified(tenant, number, sent_at).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "a verified code was not counted");
    }
}

/// One code for each channel: `code` where there is one channel, `codes` by channel otherwise.
fn read_codes(
    given: (Option<String>, Option<BTreeMap<String, String>>),
    channels: &[Channel],
    length: CodeLength,
) -> Result<Codes, Problem> {
    let parse = |code: &str, pointer: &str| {
        OneTimeCode::parse(code, length).map_err(|refusal| Problem::refused(pointer, &refusal))
    };
    match (given, channels) {
        ((Some(code), None), [only]) => Ok(vec![(*only, parse(&code, "/code")?)]),
        ((None, Some(codes)), _) => codes
            .into_iter()
            .map(|(channel, code)| {
                let pointer = format!("/codes/{channel}");
                let channel = Channel::parse(&channel)
                    .ok_or_else(|| Problem::invalid(pointer.clone(), "The channels are email and sms."))?;
                Ok((channel, parse(&code, &pointer)?))
            })
            .collect(),
        (_, [_]) => Err(Problem::invalid("/code", "Send the code that came.")),
        _ => Err(Problem::invalid("/codes", "Send the code of every channel, by channel.")),
    }
}

fn delegate_of(person: Person) -> Result<NewDelegate, Problem> {
    let refused = |field: &'static str| {
        move |refusal: Refusal| Problem::refused(format!("/delegate/{field}"), &refusal)
    };
    let mobile = person.mobile.map(|it| PhoneNumber::parse(&it)).transpose().map_err(refused("mobile"))?;
    Ok(NewDelegate {
        given_name: PersonName::parse(&person.name).map_err(refused("name"))?,
        family_name: PersonName::parse(&person.surname).map_err(refused("surname"))?,
        email: EmailAddress::parse(&person.email).map_err(refused("email"))?,
        mobile,
    })
}

/// How long a refusal of codes takes at least: longer than comparing and recording a wrong one, so that the clock
/// does not tell whether there was anything to compare with.
const REFUSED_AFTER: Duration = Duration::from_millis(250);
