//! `POST /sign/otp`: records the signatory's consent and sends one-time passwords.

mod allowance;
mod wire;

use domain::access::Mode;
use domain::message::Delivery;
use domain::policy::OtpPolicy;
use domain::request::{AfterAsking, Agreement, AnyRequest, Issued, IssuedCode};
use domain::{Digest, Refusal};
use shared::courier::Courier;
use shared::edge::form::{self, Form};
use shared::edge::pepper::PepperKeys;
use shared::edge::session::{Credential, SessionKeys, renewed_cookie};
use shared::edge::{
    Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, SmsConfig, Supply, system_rng,
};
use shared::outbound::SimSwap;
use shared::store::{Quotas, Requests, Rounds, StoreError};
use shared::texts::Texts;

use allowance::Allowance;
use wire::Asked;

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    courier: Courier,
    sessions: SessionKeys,
    peppers: PepperKeys,
    quotas: Quotas,
    texts: Texts,
    text_budget: u32,
    sim_swap: Option<SimSwap>,
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
    let sms = SmsConfig::from_env(env)?;
    let courier = supply.courier(&requests).await?;
    let deps = Deps {
        courier: match supply.sms(&sms)? {
            Some(texts) => courier.with_sms(texts),
            None => courier,
        },
        texts: supply.texts()?,
        text_budget: sms.daily_budget,
        sim_swap: supply.sim_swap()?,
        quotas: supply.quotas().await?,
        requests,
        sessions: supply.session_keys().await?,
        peppers: supply.pepper_keys().await?,
        policy: supply.otp_policy()?,
    };
    Ok(Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Makes codes, one for each channel, stores their challenge, then sends them.
///
/// # Errors
///
/// [`Problem`] 404 for an unknown link, 409 out of order, 410 after the deadline, 423 when codes were sent as
/// often as they may, 429 inside the pause, 502 when a message was refused, 503 while none can be sent.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let Some(form) = Form::of(&http) else {
        return Box::pin(ask(deps, &http, cx)).await;
    };
    let outcome = match form::as_json(http, &deps.sessions.read().await?, cx.now, &["_agree"]) {
        Ok(json) => Box::pin(ask(deps, &json, cx)).await,
        Err(problem) => Err(problem),
    };
    Ok(form.next_page(outcome, &cx.request_id))
}

async fn ask(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let credential = Credential::of(http, &deps.sessions.read().await?, cx.now)?;
    let asked: Asked = http.json()?;
    let agreed = asked.agreement()?;
    let Issued { request, codes, expires_at } = issue(deps, http, &credential, agreed, cx).await?;
    let request = AnyRequest::Open(request);
    let mut sent_to = Vec::with_capacity(codes.len());
    for IssuedCode { channel, code, message } in codes {
        let delivery =
            deps.courier.send_code(&request, &message, (&code, agreed.document, expires_at)).await?;
        if let Delivery::Refused { .. } = delivery {
            let detail = "The code could not be sent. Ask for another in a minute.";
            return Err(Problem::new(502, "code_not_sent", detail));
        }
        let to = request.facts().signatory(&message.to).and_then(|it| it.masked_destination(channel));
        sent_to.push((channel, to.unwrap_or_default()));
    }
    let reply = Reply::json(202, &wire::Issued::new(sent_to, expires_at, deps.policy.resend_pause));
    Ok(match renewed_cookie(&credential, &deps.sessions.read().await?, cx.now) {
        Some(cookie) => reply.header("set-cookie", cookie),
        None => reply,
    })
}

/// Makes codes, if there is something left of every quota. Whatever is refused costs nothing.
async fn issue(
    deps: &Deps,
    http: &HttpRequest,
    credential: &Credential,
    agreed: Agreement,
    cx: &Invocation,
) -> Result<Issued, Problem> {
    let mut allowance = None;
    let issued = commit(deps, http, (credential, agreed), &mut allowance, cx).await;
    match (&issued, allowance) {
        (Ok(_), Some(allowance)) => allowance.spent(deps).await,
        (Err(_), Some(allowance)) => allowance.give_back(deps).await,
        (_, None) => {}
    }
    issued
}

async fn commit(
    deps: &Deps,
    http: &HttpRequest,
    (credential, agreed): (&Credential, Agreement),
    allowance: &mut Option<Allowance>,
    cx: &Invocation,
) -> Result<Issued, Problem> {
    let mut rng = system_rng();
    let mut rounds = Rounds::default();
    let peppers = deps.peppers.read().await.map_err(Problem::unavailable)?;
    loop {
        let (request, signatory) = credential.load(&deps.requests, http).await?;
        let mut cause = http.signatory_cause(&signatory, cx, &mut rng);
        let request = request.open(cx.now)?;
        let facts = request.facts().clone();
        let asked = request.issue(&signatory, agreed, (&peppers, &deps.policy), &mut cause)?;
        // Taken once, and only for codes that will be sent: a test costs nothing either.
        if allowance.is_none()
            && asked.messages().next().is_some()
            && facts.tenant.mode() == Mode::Live
            && let Some(person) = facts.signatory(&signatory)
        {
            let from = &http.origin().ip_address;
            *allowance = Some(Allowance::take(deps, &facts.tenant, person, from, cx.now).await?);
        }
        match deps.requests.commit(asked).await {
            Err(StoreError::Conflict(_)) if rounds.again().await => {}
            Ok(AfterAsking::Issued(issued)) => return Ok(issued),
            Ok(AfterAsking::Refused(_, refusal)) => return Err(refusal.into()),
            Err(error) => return Err(error.into()),
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
