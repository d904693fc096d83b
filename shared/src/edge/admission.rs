//! What stands before the handlers of the integrator's API: how often a caller may call an operation, and what
//! becomes of a call that is repeated.
//!
//! - `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers) tell what is left of a minute's
//!   calls of this operation, by this key or app; too many are a 429 with `Retry-After`.
//! - `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header), on every POST: the first call is worked on,
//!   those that repeat it get its answer for a day. Who repeats it too soon gets a 409 with `Retry-After`, and who
//!   sends something else under its name a 422. Only what succeeded is kept: what failed may be tried again.

use std::sync::Arc;
use std::time::Duration;

use domain::{Digest, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::problem::Problem;
use super::serve::{Handler, Invocation};
use crate::BoxError;
use crate::chance::system_rng;
use crate::store::{Quotas, Replay, ReplayClaim, Replays, Taken};

/// The counters and the answers that are kept.
#[derive(Debug)]
pub struct Admission {
    quotas: Quotas,
    replays: Replays,
}

impl Admission {
    /// Between these.
    #[must_use]
    pub fn new(quotas: Quotas, replays: Replays) -> Self {
        Self { quotas, replays }
    }
}

impl Handler {
    /// The same handler behind the admission of callers. Calls that carry no key or token pass as they are.
    #[must_use]
    pub fn behind(self, admission: Admission) -> Self {
        let shared = Arc::new((admission, self));
        Self::new(move |event, cx| {
            let shared = Arc::clone(&shared);
            Box::pin(async move {
                let (admission, handler) = &*shared;
                match Call::of(&event) {
                    Some(call) => admission.admit(handler, event, call, cx).await,
                    None => handler.invoke(event, cx).await,
                }
            })
        })
    }
}

/// A call of an operation, by someone with a key or token.
struct Call {
    tenant: String,
    /// The key or app.
    caller: String,
    /// Method and route.
    operation: String,
    most: u32,
    is_post: bool,
    /// `Idempotency-Key`, each time that it was sent.
    names: Vec<String>,
    fingerprint: Digest,
}

impl Call {
    fn of(event: &Value) -> Option<Self> {
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
        let authorized = |name: &str| text(&format!("/requestContext/authorizer/{name}"));
        let tenant = authorized("tenant")?;
        let method = text("/httpMethod")?;
        let most = authorized("calls_per_minute").and_then(|it| it.parse().ok());
        let names = event.get("multiValueHeaders").and_then(Value::as_object).into_iter().flatten();
        let names = names.filter(|(name, _)| name.eq_ignore_ascii_case("idempotency-key"));
        let names = names.flat_map(|(_, values)| values.as_array().into_iter().flatten());
        let (path, body) = (text("/path").unwrap_or_default(), text("/body").unwrap_or_default());
        Some(Self {
            tenant: tenant.to_owned(),
            caller: authorized("credential").unwrap_or(tenant).to_owned(),
            operation: format!("{method} {}", text("/resource").unwrap_or_default()),
            most: most.unwrap_or(CALLS_PER_MINUTE),
            is_post: method == "POST",
            names: names.filter_map(Value::as_str).map(str::to_owned).collect(),
            fingerprint: Digest::of_parts(&[path.as_bytes(), b"\0", body.as_bytes()]),
        })
    }

    /// The name of the call, if it has one and may be repeated under it.
    fn name(&self) -> Result<Option<Digest>, Problem> {
        let malformed = || {
            let detail = "Idempotency-Key is 1 to 255 visible characters, sent once.";
            Problem::bad_request("idempotency_key_malformed", detail)
        };
        if !self.is_post || self.names.is_empty() {
            return Ok(None);
        }
        let [name] = self.names.as_slice() else { return Err(malformed()) };
        let fits = (1..=255).contains(&name.len()) && name.bytes().all(|it| it.is_ascii_graphic());
        if !fits {
            return Err(malformed());
        }
        let parts = [self.tenant.as_bytes(), b"\0", self.operation.as_bytes(), b"\0", name.as_bytes()];
        Ok(Some(Digest::of_parts(&parts)))
    }
}

impl Admission {
    async fn admit(
        &self,
        handler: &Handler,
        event: Value,
        call: Call,
        cx: Invocation,
    ) -> Result<Value, BoxError> {
        let what = format!("calls/{}/{}", call.caller, call.operation);
        let problem = |problem: Problem| problem.into_reply(&cx.request_id).into_event();
        let taken = match self.quotas.take_counted(&what, call.most, MINUTE, cx.now).await {
            Ok(taken) => taken,
            Err(error) => return Ok(problem(error.into())),
        };
        if taken.left.is_none() {
            let detail = "There were too many calls of this operation in this minute.";
            let refused = Problem::new(429, "rate_limited", detail)
                .header("retry-after", taken.resets_in.as_secs().to_string());
            return Ok(limited(problem(refused), &call, &taken));
        }
        let answer = match call.name() {
            Ok(None) => handler.invoke(event, cx).await?,
            Ok(Some(name)) => self.once(handler, event, (&name, &call.fingerprint), cx).await?,
            Err(refused) => problem(refused),
        };
        Ok(limited(answer, &call, &taken))
    }

    /// Works on a call, unless that was done before.
    async fn once(
        &self,
        handler: &Handler,
        mut event: Value,
        (name, fingerprint): (&Digest, &Digest),
        cx: Invocation,
    ) -> Result<Value, BoxError> {
        let problem = |problem: Problem| Ok(problem.into_reply(&cx.request_id).into_event());
        // A claim that is over before it begins would keep nobody out.
        let deadline = cx.deadline.max(cx.now.plus(SHORTEST_CLAIM));
        let mut rng = system_rng();
        let claim = self.replays.claim(name, fingerprint, &cx.request_id, (cx.now, deadline), &mut rng).await;
        let claim = match claim {
            Ok(Replay::Claimed(claim)) => claim,
            Ok(Replay::Answered(answer)) => return Ok(serde_json::from_slice::<Kept>(&answer)?.into_event()),
            Ok(Replay::Different) => {
                let detail = "Another call was made under this Idempotency-Key.";
                return problem(Problem::new(422, "idempotency_key_reused", detail));
            }
            Ok(Replay::InFlight { retry_after }) => {
                let detail = "The call of this Idempotency-Key is being worked on. Repeat it in a while.";
                let seconds = retry_after.as_millis().div_ceil(1000).max(1).to_string();
                return problem(
                    Problem::new(409, "idempotency_in_flight", detail).header("retry-after", seconds),
                );
            }
            Err(error) => return problem(error.into()),
        };
        let context = event.pointer_mut("/requestContext/authorizer").and_then(Value::as_object_mut);
        if let Some(context) = context {
            context.insert(RESOURCE.to_owned(), claim.resource.as_str().into());
        }
        let now = cx.now;
        let answer = handler.invoke(event, cx).await;
        self.conclude(&claim, answer.as_ref().ok(), now).await;
        answer
    }

    /// Keeps a success, and lets go what failed. The caller has the answer, however that goes.
    async fn conclude(&self, claim: &ReplayClaim, answer: Option<&Value>, now: Timestamp) {
        let kept = answer.and_then(Kept::of).filter(|it| it.len() <= MAX_KEPT_BYTES);
        let outcome = match kept {
            Some(kept) => self.replays.answer(claim, kept, now).await.map(|_| ()),
            None => self.replays.release(claim).await,
        };
        if let Err(error) = outcome {
            tracing::error!(error = &error as &dyn std::error::Error, "an answer was not kept");
        }
    }
}

/// An answer as it is kept.
#[derive(Deserialize, Serialize)]
struct Kept(Value);

impl Kept {
    fn of(answer: &Value) -> Option<Vec<u8>> {
        let is_success = answer.get("statusCode").and_then(Value::as_u64).is_some_and(|it| it < 400);
        if is_success { serde_json::to_vec(answer).ok() } else { None }
    }

    fn into_event(self) -> Value {
        let mut event = self.0;
        add_header(&mut event, "idempotency-replayed", "true");
        event
    }
}

/// Tells the caller what is left.
fn limited(mut answer: Value, call: &Call, taken: &Taken) -> Value {
    let left = taken.left.unwrap_or(0);
    let policy = format!("\"operation\";q={};w={}", call.most, MINUTE.as_secs());
    add_header(&mut answer, "ratelimit-policy", &policy);
    let limit = format!("\"operation\";r={left};t={}", taken.resets_in.as_secs());
    add_header(&mut answer, "ratelimit", &limit);
    answer
}

fn add_header(answer: &mut Value, name: &str, value: &str) {
    if let Some(headers) = answer.get_mut("multiValueHeaders").and_then(Value::as_object_mut) {
        headers.insert(name.to_owned(), json!([value]));
    }
}

/// What the handler of a named call is told to name what it creates: whoever repeats a call that died halfway finds
/// what it left.
pub(super) const RESOURCE: &str = "resource";

/// Calls of one operation in a minute by a key or app that nothing else was said of.
pub const CALLS_PER_MINUTE: u32 = 600;

const MINUTE: Duration = Duration::from_mins(1);
const SHORTEST_CLAIM: Duration = Duration::from_secs(1);
/// An item of the table has 400 KB, base64 takes a third. What is larger answers a question, and asking it again
/// creates nothing.
const MAX_KEPT_BYTES: usize = 280_000;
