//! `POST /sign/signature`: a signatory answers with the code and signs. `POST /sign/decline`: or does not.

mod wire;

use domain::otp::{OneTimeCode, Pepper};
use domain::policy::OtpPolicy;
use domain::request::{AfterAttempt, AnyRequest, Attempt, Mark};
use domain::value::Text;
use domain::{Digest, PersonName};
use serde_json::json;
use shared::edge::session::{Credential, SessionKey};
use shared::edge::{
    Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply, system_rng,
};
use shared::store::{DocumentKeys, Documents, Requests, Rounds, StoreError};

use wire::{DeclineBody, SignBody};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    documents: Documents,
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
    let deps = Deps {
        requests: supply.committing_requests().await?,
        documents: supply.documents()?,
        session_key: supply.session_key().await?,
        pepper: supply.pepper().await?,
        policy: OtpPolicy::default(),
    };
    Ok(Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Serves both routes.
///
/// # Errors
///
/// [`Problem`] 404 for an unknown link, 409 when there is nothing left to sign or the document shown is
/// another, 410 after the deadline, 422 for a wrong or expired code, 423 when the signatory is locked.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let credential = Credential::of(&http, &deps.session_key, cx.now)?;
    match http.route() {
        "/sign/decline" => decline(deps, &http, &credential, cx).await,
        _ => sign(deps, &http, &credential, cx).await,
    }
}

async fn sign(
    deps: &Deps,
    http: &HttpRequest,
    credential: &Credential,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let body: SignBody = http.json()?;
    let document = Digest::parse(&body.document_sha256)
        .map_err(|refusal| Problem::refused("/documentSha256", &refusal))?;
    let given = Given::parse(body.mark)?;
    let mut rng = system_rng();
    let mut rounds = Rounds::default();
    loop {
        let (request, signatory) = credential.load(&deps.requests, http).await?;
        let challenge = deps.requests.challenge(&request.facts().id, &signatory).await?;
        let request = match challenge {
            Some(_) => {
                given.keep(deps, &request).await?;
                request
            }
            // The attempt will be refused and leaves nothing behind. A signature takes its challenge away in
            // the same transaction, so the request is looked at once more: it says what became of the code.
            None => credential.load(&deps.requests, http).await?.0,
        };
        let attempt = Attempt {
            challenge,
            signatory: signatory.clone(),
            code: OneTimeCode::parse(&body.code).map_err(|refusal| Problem::refused("/code", &refusal))?,
            document,
            mark: given.mark.clone(),
        };
        let mut cause = http.signatory_cause(&signatory, cx, &mut rng);
        let attempted = request.open(cx.now)?.sign(attempt, (&deps.pepper, &deps.policy), &mut cause)?;
        return match deps.requests.commit(attempted).await {
            Err(StoreError::Conflict(_)) if rounds.again().await => continue,
            Ok(AfterAttempt::Refused(_, refusal)) => Err(refusal.into()),
            Ok(AfterAttempt::Signed(_)) => Ok(Reply::json(200, &json!({ "state": "SIGNED" }))),
            Err(error) => Err(error.into()),
        };
    }
}

async fn decline(
    deps: &Deps,
    http: &HttpRequest,
    credential: &Credential,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let body: DeclineBody = http.json()?;
    let reason = body
        .reason
        .filter(|it| !it.trim().is_empty())
        .map(|it| Text::parse(&it, "reason", MAX_REASON_CHARS))
        .transpose()
        .map_err(|refusal| Problem::refused("/reason", &refusal))?;
    let mut rng = system_rng();
    let mut rounds = Rounds::default();
    loop {
        let (request, signatory) = credential.load(&deps.requests, http).await?;
        let mut cause = http.signatory_cause(&signatory, cx, &mut rng);
        let declined = request.open(cx.now)?.decline(&signatory, reason.as_ref(), &mut cause)?;
        match deps.requests.commit(declined).await {
            Err(StoreError::Conflict(_)) if rounds.again().await => {}
            other => {
                return other.map(|_| Reply::json(200, &json!({ "state": "DECLINED" }))).map_err(Into::into);
            }
        }
    }
}

/// A mark as it was given, and the strokes to be kept for its seal.
struct Given {
    mark: Mark,
    strokes: Option<Vec<u8>>,
}

impl Given {
    fn parse(mark: wire::Mark) -> Result<Self, Problem> {
        match mark {
            wire::Mark::Drawn { strokes } => {
                let points: usize = strokes.iter().map(Vec::len).sum();
                let finite = strokes.iter().flatten().all(|(x, y)| in_range(*x) && in_range(*y));
                if !(MIN_POINTS..=MAX_POINTS).contains(&points) || strokes.len() > MAX_STROKES || !finite {
                    let detail = format!(
                        "A drawn signature has {MIN_POINTS} to {MAX_POINTS} points in at most {MAX_STROKES} strokes."
                    );
                    return Err(Problem::invalid("/mark/strokes", detail));
                }
                // Written anew: nothing of what was sent is kept but the points, to a tenth.
                let rounded: Vec<Vec<(f64, f64)>> = strokes
                    .iter()
                    .map(|it| it.iter().map(|(x, y)| (tenth(*x), tenth(*y))).collect())
                    .collect();
                let bytes = json!(rounded).to_string().into_bytes();
                Ok(Self { mark: Mark::Drawn(Digest::of(&bytes)), strokes: Some(bytes) })
            }
            wire::Mark::Typed { name } => {
                let name =
                    PersonName::parse(&name).map_err(|refusal| Problem::refused("/mark/name", &refusal))?;
                Ok(Self { mark: Mark::Typed(name), strokes: None })
            }
        }
    }

    /// Keeps the strokes before the signature that names their digest.
    async fn keep(&self, deps: &Deps, request: &AnyRequest) -> Result<(), Problem> {
        if let (Some(strokes), Mark::Drawn(digest)) = (&self.strokes, &self.mark) {
            let key = DocumentKeys::new(&request.facts().tenant, &request.facts().id).mark(digest);
            deps.documents.put_once(&key, "application/json", strokes.clone()).await?;
        }
        Ok(())
    }
}

fn in_range(coordinate: f64) -> bool {
    (-10_000.0..=10_000.0).contains(&coordinate)
}

fn tenth(coordinate: f64) -> f64 {
    (coordinate * 10.0).round() / 10.0
}

const MAX_REASON_CHARS: usize = 1000;
const MIN_POINTS: usize = 2;
/// A long signature drawn slowly on a fast screen has a few thousand points.
const MAX_POINTS: usize = 10_000;
const MAX_STROKES: usize = 500;
