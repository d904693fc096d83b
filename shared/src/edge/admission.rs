//! What stands before the handlers of the integrator's API: how often a caller may call an operation, and what
//! becomes of a call that is repeated.
//!
//! - `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers) tell what is left of a minute's
//!   calls of this operation, by this key or app; too many are a 429 with `Retry-After`.
//! - `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header), on every POST: the first call is worked on,
//!   those that repeat it get its answer for a day. Who repeats it too soon gets a 409 with `Retry-After`, and who
//!   sends something else under its name, or is somebody else, a 422. Only what succeeded is kept: what failed may be
//!   tried again. A call that died is worked on again with the same random bits, so that it finds what it left.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
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
}

impl Call {
    fn of(event: &Value) -> Option<Self> {
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
        let authorized = |name: &str| text(&format!("/requestContext/authorizer/{name}"));
        let tenant = authorized("tenant")?;
        let method = text("/httpMethod")?;
        let most = authorized("calls_per_minute").and_then(|it| it.parse().ok());
        let resource = one_spelling(text("/resource").unwrap_or_default());
        Some(Self {
            tenant: tenant.to_owned(),
            caller: authorized("credential").unwrap_or(tenant).to_owned(),
            operation: format!("{method} {resource}"),
            most: most.unwrap_or(CALLS_PER_MINUTE),
            is_post: method == "POST",
            names: header(event, "idempotency-key").map(str::to_owned).collect(),
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

/// What distinguishes one call from another of the same name: who makes it, with which scopes, and what they send. JSON
/// is compared by its canonical form ([RFC 8785]), a query by its parameters.
///
/// [RFC 8785]: https://www.rfc-editor.org/rfc/rfc8785
#[must_use]
pub fn fingerprint(event: &Value, caller: &str) -> Digest {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let path = one_spelling(text("/path").trim_end_matches('/'));
    let query = event.get("multiValueQueryStringParameters").and_then(Value::as_object);
    let query: BTreeMap<&String, &Value> = query.into_iter().flatten().collect();
    let query = json!(query).to_string();
    let is_encoded = event.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or_default();
    let body = text("/body");
    let decoded = if is_encoded { STANDARD.decode(body).ok() } else { None };
    let body = decoded.as_deref().unwrap_or(body.as_bytes());
    let content_type = header(event, "content-type").next().unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let canonical = match essence.as_str() {
        "application/json" => super::json::parse(body).ok(),
        _ => None,
    };
    let canonical = canonical.and_then(|it| serde_json_canonicalizer::to_vec(&it).ok());
    let body = canonical.as_deref().unwrap_or(body);
    let scopes = text("/requestContext/authorizer/scopes");
    let parts = [caller, scopes, &path, &query, &essence].map(str::as_bytes);
    let [caller, scopes, path, query, essence] = parts;
    Digest::of_parts(&[caller, b"\0", scopes, b"\0", path, b"\0", query, b"\0", essence, b"\0", body])
}

/// Routes of requests have two spellings, and are one operation.
fn one_spelling(path: &str) -> String {
    match path.strip_prefix("/signature/") {
        Some(rest) => format!("/signatures/{rest}"),
        None => path.to_owned(),
    }
}

/// The values of a header, whose name is in lower case.
fn header<'a>(event: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    let headers = event.get("multiValueHeaders").and_then(Value::as_object).into_iter().flatten();
    let headers = headers.filter(move |(it, _)| it.eq_ignore_ascii_case(name));
    headers.flat_map(|(_, values)| values.as_array().into_iter().flatten()).filter_map(Value::as_str)
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
            Ok(Some(name)) => {
                let fingerprint = fingerprint(&event, &call.caller);
                self.once(handler, event, (&name, &fingerprint), cx).await?
            }
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
        let cx = Invocation { seed: Some(claim.seed.clone()), begun_at: claim.begun_at, ..cx };
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
