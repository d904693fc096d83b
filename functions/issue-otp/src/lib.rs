//! `POST /sign/otp`: records the signatory's consent and sends a one-time password.

mod wire;

use domain::message::{Delivery, Message, MessageKind};
use domain::otp::Pepper;
use domain::policy::OtpPolicy;
use domain::request::{Agreement, AnyRequest, Issued};
use domain::{Digest, Refusal, SignatoryId};
use shared::courier::Courier;
use shared::edge::session::{Credential, SessionKey, renewed_cookie};
use shared::edge::{
    Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply, system_rng,
};
use shared::store::{Requests, Rounds, StoreError};

use wire::{Asked, Sent};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    courier: Courier,
    session_key: SessionKey,
    pepper: Pepper,
    policy: OtpPolicy,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let requests = supply.committing_requests().await?;
    let deps = Deps {
        courier: supply.courier(&requests),
        requests,
        session_key: supply.session_key().await?,
        pepper: supply.pepper().await?,
        policy: supply.otp_policy()?,
    };
    Ok(Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Makes a code, stores its challenge, then sends it.
///
/// # Errors
///
/// [`Problem`] 404 for an unknown link, 409 out of order, 410 after the deadline, 423 when all codes were
/// sent, 429 inside the pause, 502 when the mail was refused.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let credential = Credential::of(&http, &deps.session_key, cx.now)?;
    let asked: Asked = http.json()?;
    let agreed = asked.agreement()?;
    let (issued, signatory) = issue(deps, &http, &credential, agreed, cx).await?;
    let Issued { request, code, message, expires_at } = issued;
    let request = AnyRequest::Open(request);
    let masked = request.facts().signatory(&signatory).map(|it| it.email.masked()).unwrap_or_default();
    let message = Message { id: message, kind: MessageKind::Otp, to: signatory, decided_at: cx.now };
    let delivery = deps.courier.send_code(&request, &message, (&code, agreed.document, expires_at)).await?;
    if let Delivery::Refused { .. } = delivery {
        let detail = "The code could not be sent. Ask for another in a minute.";
        return Err(Problem::new(502, "code_not_sent", detail));
    }
    let sent = Sent::new(masked, expires_at, deps.policy.resend_pause);
    let reply = Reply::json(202, &sent);
    Ok(match renewed_cookie(&credential, &deps.session_key, cx.now) {
        Some(cookie) => reply.header("set-cookie", cookie),
        None => reply,
    })
}

async fn issue(
    deps: &Deps,
    http: &HttpRequest,
    credential: &Credential,
    agreed: Agreement,
    cx: &Invocation,
) -> Result<(Issued, SignatoryId), Problem> {
    let mut rng = system_rng();
    let mut rounds = Rounds::default();
    loop {
        let (request, signatory) = credential.load(&deps.requests, http).await?;
        let mut cause = http.signatory_cause(&signatory, cx, &mut rng);
        let issued =
            request.open(cx.now)?.issue(&signatory, agreed, (&deps.pepper, &deps.policy), &mut cause)?;
        match deps.requests.commit(issued).await {
            Err(StoreError::Conflict(_)) if rounds.again().await => {}
            other => return Ok((other?, signatory)),
        }
    }
}

impl Asked {
    fn agreement(&self) -> Result<Agreement, Problem> {
        let digest = |text: &str, pointer: &str| {
            Digest::parse(text).map_err(|refusal: Refusal| Problem::refused(pointer, &refusal))
        };
        Ok(Agreement {
            document: digest(&self.document_sha256, "/documentSha256")?,
            consent: digest(&self.consent_sha256, "/consentSha256")?,
        })
    }
}
