//! One handler, served by the Lambda runtime or by a stage in this process: JSON in, JSON out.

mod loaded;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use rand::CryptoRng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::Instrument as _;

use super::aws::Aws;
use super::config::{ConfigError, Env};
use super::http::{HttpRequest, Reply};
use super::negotiation;
use super::problem::Problem;
use super::telemetry;
use crate::chance::{Seed, system_rng};
use crate::clock::Clock;
use crate::{BoxError, metrics};
use loaded::Loaded;

/// What the runtime tells a handler besides the event.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// When the invocation began.
    pub now: Timestamp,
    /// When the call first came: earlier than now for one that is worked on again.
    pub begun_at: Timestamp,
    /// When it is ended, if it has not ended by then.
    pub deadline: Timestamp,
    /// The runtime's name for this invocation; it correlates logs.
    pub request_id: String,
    /// Of a call that may be repeated: what its random bits are made of.
    pub seed: Option<Seed>,
}

impl Invocation {
    /// A random source for one purpose of a call. A call that is worked on again gets the same bits, so that it makes
    /// nothing twice.
    #[must_use]
    pub fn rng(&self, purpose: &str) -> impl CryptoRng + use<> {
        match &self.seed {
            Some(seed) => seed.rng(purpose),
            None => Seed::new(&mut system_rng()).rng(purpose),
        }
    }
}

/// A future that can cross threads and borrow from its arguments.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A function, ready to be invoked: JSON in, JSON out.
#[derive(Clone)]
pub struct Handler(Arc<Invoke>);

type Invoke = dyn Fn(Value, Invocation) -> BoxFuture<'static, Result<Value, BoxError>> + Send + Sync;

impl std::fmt::Debug for Handler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handler")
    }
}

impl Handler {
    /// A handler of whatever comes.
    pub(super) fn new<F>(invoke: F) -> Self
    where
        F: Fn(Value, Invocation) -> BoxFuture<'static, Result<Value, BoxError>> + Send + Sync + 'static,
    {
        Self(Arc::new(invoke))
    }

    /// A handler of events: S3, streams, queues, schedules, the authorizer.
    ///
    /// Its `Err` reaches the runtime, which delivers the event again.
    pub fn of_events<D, E, R, X, F>(deps: D, handle: F) -> Self
    where
        D: Send + Sync + 'static,
        E: DeserializeOwned + Send + 'static,
        R: Serialize + Send + 'static,
        X: Into<BoxError> + Send + 'static,
        F: for<'a> Fn(&'a D, E, &'a Invocation) -> BoxFuture<'a, Result<R, X>> + Send + Sync + 'static,
    {
        let shared = Arc::new((deps, handle));
        Self(Arc::new(move |event, cx| {
            let shared = Arc::clone(&shared);
            Box::pin(async move {
                let event: E = serde_path_to_error::deserialize(event)?;
                let (deps, handle) = &*shared;
                let reply = handle(deps, event, &cx).await.map_err(Into::into)?;
                Ok(serde_json::to_value(reply)?)
            })
        }))
    }

    /// A handler of requests from API Gateway. A [`Problem`] becomes its answer.
    pub fn of_http<D, F>(deps: D, handle: F) -> Self
    where
        D: Send + Sync + 'static,
        F: for<'a> Fn(&'a D, HttpRequest, &'a Invocation) -> BoxFuture<'a, Result<Reply, Problem>>
            + Send
            + Sync
            + 'static,
    {
        let shared = Arc::new((deps, handle));
        Self(Arc::new(move |event, cx| {
            let shared = Arc::clone(&shared);
            Box::pin(async move {
                let (deps, handle) = &*shared;
                let began = Instant::now();
                let (route, answer) = match HttpRequest::from_event(event) {
                    Ok(request) => {
                        if let Some(tenant) = request.authorized("tenant") {
                            telemetry::note_tenant(tenant);
                        }
                        let route = format!("{} {}", request.method(), request.route());
                        let answer = match negotiation::check(&request).and_then(|()| request.check_scope()) {
                            Ok(()) => handle(deps, request, &cx).await,
                            Err(problem) => Err(problem),
                        };
                        (route, answer)
                    }
                    Err(problem) => (String::new(), Err(problem)),
                };
                let reply = answer.unwrap_or_else(|problem| problem.into_reply(&cx.request_id));
                tracing::info!(
                    invocation = cx.request_id,
                    route,
                    status = reply.status(),
                    duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
                    "answered"
                );
                Ok(reply.into_event())
            })
        }))
    }

    /// Gives requests from API Gateway to one handler, and every other event to another.
    #[must_use]
    pub fn of_both(http: Self, events: Self) -> Self {
        Self(Arc::new(move |event, cx| {
            let is_http = event.get("httpMethod").is_some();
            if is_http { (http.0)(event, cx) } else { (events.0)(event, cx) }
        }))
    }

    /// Invokes the function once.
    ///
    /// # Errors
    ///
    /// What the function itself could not handle; the caller delivers the event again.
    pub async fn invoke(&self, event: Value, invocation: Invocation) -> Result<Value, BoxError> {
        (self.0)(event, invocation).await
    }

    /// Invokes it once, and ends it shortly before the runtime would kill the process: whoever called is answered, an
    /// event is delivered again, and the connections stay.
    async fn invoke_in_time(&self, event: Value, invocation: Invocation) -> Result<Value, BoxError> {
        let is_http = event.get("httpMethod").is_some();
        let (time, id) = (invocation.deadline.since(invocation.now), invocation.request_id.clone());
        let invoked = self.invoke(event, invocation);
        match tokio::time::timeout(time.saturating_sub(MARGIN), invoked).await {
            Ok(ended) => ended,
            Err(_) if is_http => Ok(Problem::unavailable(TOO_LONG).into_reply(&id).into_event()),
            Err(_) => Err(BoxError::from(TOO_LONG)),
        }
    }
}

/// Runs a function on Lambda until the process is stopped: reads the environment, loads what the function needs, connects
/// to what it calls, then serves events. What it needs is loaded anew when it is five minutes old.
///
/// # Errors
///
/// When the function cannot be loaded or the runtime's endpoint cannot be reached.
pub async fn run<L, F>(load: L) -> Result<(), lambda_runtime::Error>
where
    L: Fn(Env, Aws) -> F,
    F: Future<Output = Result<Handler, ConfigError>> + Send + 'static,
{
    telemetry::init();
    let aws = Aws::from_process().await;
    let clock = aws.clock.clone();
    let load = || -> BoxFuture<'static, _> { Box::pin(load(Env::process(), aws.clone())) };
    let loaded = Loaded::new(load, clock.clone()).await?;
    aws.warm_up().await;
    serve(&loaded, &clock).await
}

async fn serve<L, F>(loaded: &Loaded<L>, clock: &Clock) -> Result<(), lambda_runtime::Error>
where
    L: Fn() -> F,
    F: Future<Output = Result<Handler, ConfigError>>,
{
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let (id, now) = (event.context.request_id, clock.now());
        let span = telemetry::invocation(&id, event.context.xray_trace_id.as_deref());
        let deadline = i64::try_from(event.context.deadline).unwrap_or(i64::MAX);
        let deadline = Timestamp::from_unix_ms(deadline);
        let invocation = Invocation { now, begun_at: now, deadline, request_id: id.clone(), seed: None };
        let invoked = async { loaded.handler().await.invoke_in_time(event.payload, invocation).await };
        let (outcome, counts) = metrics::counting(invoked).instrument(span).await;
        if let Some(line) = counts.line(now, &id) {
            telemetry::write(&line);
        }
        outcome
    }))
    .await
}

const TOO_LONG: &str = "it was not done in time";
/// What is left of a function's time when it is ended: enough to answer.
pub const MARGIN: Duration = Duration::from_millis(500);
