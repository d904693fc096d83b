//! The stage: everything the template says, in one process, for a trial and for tests.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;
use shared::BoxError;
use shared::edge::aws::Aws;
use shared::edge::clock::Clock;
use shared::edge::config::{ConfigError, Env};
use shared::edge::serve::{BoxFuture, Handler};
use tokio::sync::watch;

use crate::connector::Connector;
use crate::crash::Crash;
use crate::disk::{DataDir, DiskError};
use crate::event::pump::Pump;
use crate::event::schedule::Schedules;
use crate::fault::{Extent, Fault};
use crate::gateway::Gateway;
use crate::invoke::{Functions, InvokeError};
use crate::ledger::Call;
use crate::meter::{API, Usage};
use crate::outbox::Sent;
use crate::service::{Secrets, Services};
use crate::setup::{aws, load_all, recover, services};
use crate::template::{TEMPLATE, Template, TemplateError};

/// How a stage is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the state lives; a directory that is deleted with the stage when absent.
    pub data: Option<PathBuf>,
    /// Where links lead, without a final slash and without a path.
    pub public_url: String,
    /// Parameters of the template that differ from their defaults.
    pub parameters: BTreeMap<String, String>,
    /// The clock that everything reads.
    pub clock: Clock,
    /// How often each event reaches its function. More than once shows whether functions bear it.
    pub duplicate: u32,
    /// Delivers events of different keys in an order that this number decides.
    pub shuffle: Option<u64>,
    /// The file to which the grants of the template that were used are added when the stage ends, one a line.
    pub used_grants: Option<PathBuf>,
    /// The API key of the demo tenant; one is made at the first start when absent.
    pub api_key: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            data: None,
            public_url: "http://127.0.0.1:3000".to_owned(),
            parameters: BTreeMap::new(),
            clock: Clock::system(),
            duplicate: 1,
            shuffle: None,
            used_grants: None,
            api_key: None,
        }
    }
}

/// Makes the handler of a function from its logical id, its environment and its cloud.
pub type Load = dyn Fn(String, Env, Aws) -> BoxFuture<'static, Result<Handler, ConfigError>> + Send + Sync;

/// Fills a stage that has just been created or opened: the demo tenant, its key, the seal key.
pub(crate) type Seed = dyn for<'a> Fn(&'a Seeding<'a>) -> BoxFuture<'a, Result<(), BoxError>> + Send + Sync;

/// What seeding may touch.
pub(crate) struct Seeding<'a> {
    pub(crate) aws: Aws,
    pub(crate) data: &'a DataDir,
    pub(crate) template: &'a Template,
    pub(crate) secrets: &'a Secrets,
    pub(crate) options: &'a Options,
}

/// A whole cloud. Clones are the same one.
#[derive(Clone)]
pub struct Cloud(Arc<Inner>);

struct Inner {
    options: Options,
    data: DataDir,
    source: Arc<str>,
    template: Template,
    services: Arc<Services>,
    functions: Arc<Functions>,
    gateway: Gateway,
    pump: Arc<Pump>,
    load: Arc<Load>,
    seed: Arc<Seed>,
}

impl std::fmt::Debug for Cloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cloud").field("data", &self.0.data.root()).finish_non_exhaustive()
    }
}

/// Why a stage cannot be set up or go on.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// The data directory cannot be used.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A function cannot be loaded: its environment or a start-up call is wrong.
    #[error("function {function} cannot be loaded")]
    Function {
        /// The logical id.
        function: String,
        /// Why.
        #[source]
        source: ConfigError,
    },
    /// An emulated service cannot be opened.
    #[error("{service} cannot be opened: {why}")]
    Service {
        /// The service.
        service: &'static str,
        /// Why.
        why: String,
    },
    /// The demo tenant cannot be set up.
    #[error("the demo tenant cannot be set up")]
    Seed(#[source] BoxError),
    /// The template cannot be used here.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

impl Cloud {
    /// Creates what the template says, or opens it again, with the functions of this workspace.
    ///
    /// # Errors
    ///
    /// [`CloudError`], which names the part that cannot be used.
    pub async fn boot(mut options: Options) -> Result<Self, CloudError> {
        let url = options.public_url.clone();
        options.parameters.entry("PublicUrl".to_owned()).or_insert(url);
        let (load, seed) = (Arc::new(crate::functions::load), Arc::new(crate::seed::seed));
        Self::open(options, TEMPLATE.into(), None, load, seed).await
    }

    /// Creates what a template says, with functions of the caller and no demo tenant.
    ///
    /// # Errors
    ///
    /// As [`Cloud::boot`].
    pub async fn boot_with(options: Options, template: &str, load: Arc<Load>) -> Result<Self, CloudError> {
        Self::open(options, template.into(), None, load, Arc::new(|_| Box::pin(async { Ok(()) }))).await
    }

    /// Ends this stage as if the process had been killed, and opens another on the same data, with the same
    /// options and the same clock.
    ///
    /// # Errors
    ///
    /// As [`Cloud::boot`].
    pub async fn restart(self) -> Result<Self, CloudError> {
        let (options, data) = (self.0.options.clone(), self.0.data.clone());
        let (load, seed) = (Arc::clone(&self.0.load), Arc::clone(&self.0.seed));
        let source = Arc::clone(&self.0.source);
        drop(self);
        Self::open(options, source, Some(data), load, seed).await
    }

    async fn open(
        options: Options,
        source: Arc<str>,
        data: Option<DataDir>,
        load: Arc<Load>,
        seed: Arc<Seed>,
    ) -> Result<Self, CloudError> {
        let template = Template::parse(&source, &options.parameters)?;
        let data = match (data, &options.data) {
            (Some(data), _) => data,
            (None, Some(path)) => DataDir::open(path)?,
            (None, None) => DataDir::temporary()?,
        };
        let (services, unsettled) = services(&options, &template, &data)?;
        for bucket in &template.buckets {
            let made = services.objects.ensure_bucket(&bucket.name).await;
            made.map_err(|error| CloudError::Service { service: "s3", why: error.to_string() })?;
        }
        recover(&services, unsettled).await?;

        let seeding = Seeding {
            aws: aws(&services, None, &options),
            data: &data,
            template: &template,
            secrets: &services.secrets,
            options: &options,
        };
        seed(&seeding).await.map_err(CloudError::Seed)?;

        let functions = Arc::new(load_all(&options, &template, &services, &load).await?);
        let now_ms = options.clock.now().unix_ms();
        let pump = Arc::new(Pump {
            bus: Arc::clone(&services.bus),
            queues: Arc::clone(&services.queues),
            functions: Arc::clone(&functions),
            fate: Arc::clone(&services.fate),
            schedules: Schedules::start(&services.bus, now_ms),
            clock: options.clock.clone(),
            duplicate: options.duplicate,
            shuffle: Pump::shuffled(options.shuffle),
            in_flight: AtomicUsize::new(0),
        });
        let gateway = Gateway::new(
            template.api.clone(),
            Arc::clone(&functions),
            Arc::clone(&services),
            options.clock.clone(),
        )
        .map_err(|why| CloudError::Service { service: "the gateway", why })?;
        Ok(Self(Arc::new(Inner {
            options,
            data,
            source,
            template,
            services,
            functions,
            gateway,
            pump,
            load,
            seed,
        })))
    }

    /// The cloud as the stage itself sees it, for looking at tables and buckets.
    #[must_use]
    pub fn aws(&self) -> Aws {
        aws(&self.0.services, None, &self.0.options)
    }

    /// The clock that everything reads.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.options.clock
    }

    /// The evaluated template.
    #[must_use]
    pub fn template(&self) -> &Template {
        &self.0.template
    }

    /// The directory with the whole state.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.0.data.root()
    }

    /// The API key of the demo tenant.
    #[must_use]
    pub fn api_key(&self) -> Option<String> {
        self.0.services.secrets.value(crate::seed::API_KEY_SECRET)
    }

    /// Every mail and text message that was sent, in their order.
    #[must_use]
    pub fn outbox(&self) -> Vec<Sent> {
        self.0.services.outbox.all()
    }

    /// What was called since the start or since [`Cloud::clear_calls`], and how often.
    #[must_use]
    pub fn calls(&self) -> Vec<(Call, u64)> {
        self.0.services.ledger.calls()
    }

    /// Forgets the calls so far.
    pub fn clear_calls(&self) {
        self.0.services.ledger.clear();
    }

    /// Lets the process die at the `number`th call with an effect that a function makes from now, counted from 1:
    /// nothing answers any more, until [`Cloud::restart`].
    pub fn crash_at(&self, number: u64, side: Crash) {
        self.0.services.fate.plan(number, side);
    }

    /// Whether the process died as planned by [`Cloud::crash_at`].
    #[must_use]
    pub fn has_crashed(&self) -> bool {
        self.0.services.fate.is_dead()
    }

    /// How many calls with an effect the functions made since the start.
    #[must_use]
    pub fn effects_made(&self) -> u64 {
        self.0.services.fate.calls()
    }

    /// Lets the `number`th call that a function makes from now fail, counted from 1, or the first after it that can
    /// fail so.
    pub fn fail_at(&self, number: u64, fault: Fault, extent: Extent) {
        self.0.services.faults.plan(number, fault, extent);
    }

    /// Ends an outage that has begun.
    pub fn mend(&self) {
        self.0.services.faults.mend();
    }

    /// Notes every call of AWS that a function makes from now.
    pub fn note_calls(&self) {
        self.0.services.faults.note();
    }

    /// The calls since [`Cloud::note_calls`], in their order, every attempt counted: function, service, operation.
    #[must_use]
    pub fn noted_calls(&self) -> Vec<String> {
        self.0.services.faults.noted()
    }

    /// The calls that failed as planned by [`Cloud::fail_at`]: function, service and operation.
    #[must_use]
    pub fn failures_made(&self) -> Vec<String> {
        self.0.services.faults.failed()
    }

    /// Counts from now on what is charged for.
    pub fn start_meter(&self) {
        self.0.services.meter.start();
    }

    /// What was used since [`Cloud::start_meter`].
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.0.services.meter.used()
    }

    /// The bodies of the messages in a queue, by its name.
    #[must_use]
    pub fn messages(&self, queue: &str) -> Vec<String> {
        self.0.services.queues.bodies(queue)
    }

    /// Answers a request as the front door does, without a socket. It comes from the [`IpAddr`] among its extensions, or
    /// else from this machine.
    pub async fn invoke_http(&self, request: Request<Bytes>) -> Response<Bytes> {
        let is_presigned = Gateway::is_presigned(&request);
        let what = match (is_presigned, request.method() == http::Method::GET) {
            (false, _) => "api calls",
            (true, true) => "s3 reads",
            (true, false) => "s3 writes",
        };
        let answer = self.answer_http(request, is_presigned).await;
        self.0.services.meter.add(API, what, 1.0);
        // Counts of bytes are far below what a float counts exactly.
        #[expect(clippy::cast_precision_loss, reason = "bodies are below 2^52 bytes")]
        self.0.services.meter.add(API, "bytes out", answer.body().len() as f64);
        answer
    }

    async fn answer_http(&self, request: Request<Bytes>, is_presigned: bool) -> Response<Bytes> {
        if is_presigned {
            let response = self.0.gateway.answer_presigned(request.map(s3s::Body::from)).await;
            let (head, body) = response.into_parts();
            // A body that breaks off ends the connection of a socket; here it ends empty.
            let body = http_body_util::BodyExt::collect(body).await.map(http_body_util::Collected::to_bytes);
            return Response::from_parts(head, body.unwrap_or_default());
        }
        let source = request.extensions().get::<IpAddr>().copied().unwrap_or(Ipv4Addr::LOCALHOST.into());
        self.0.gateway.answer(request, &source.to_string()).await
    }

    /// Answers a call of AWS as it comes from a function that runs in a process of its own.
    pub async fn answer_aws(&self, function: &str, request: Request<Bytes>) -> Response<Bytes> {
        Connector::new(Arc::clone(&self.0.services), Some(function)).answer_process(request).await
    }

    /// Invokes a function with an event of any kind.
    ///
    /// # Errors
    ///
    /// A sentence: there is no such function, or it failed.
    pub async fn invoke(&self, function: &str, event: Value) -> Result<Value, String> {
        let reply = self.0.functions.invoke(function, event).await;
        reply.map_err(|error: InvokeError| crate::invoke::chain(&error))
    }

    /// Delivers everything that is pending until nothing is: notifications, stream records, visible
    /// messages, schedules that are due.
    ///
    /// # Errors
    ///
    /// [`CloudError::Disk`] when the journal cannot be written.
    pub async fn settle(&self) -> Result<(), CloudError> {
        Ok(self.0.pump.settle().await?)
    }

    /// Lets time pass: moves the clock and delivers what falls due on the way.
    ///
    /// Up to an hour passes minute by minute, so that schedules fire as they would; a longer time passes in
    /// 60 equal steps, and a schedule fires once in each.
    ///
    /// # Errors
    ///
    /// As [`Cloud::settle`].
    pub async fn advance(&self, time: Duration) -> Result<(), CloudError> {
        self.settle().await?;
        // The clock counts whole milliseconds, so that nothing of the time is lost between two steps.
        let step = Duration::from_millis(u64::try_from((time / STEPS).as_millis()).unwrap_or(u64::MAX));
        let step = step.max(SHORTEST_STEP);
        let mut left = time;
        while !left.is_zero() {
            let now = step.min(left);
            self.clock().shift(i64::try_from(now.as_millis()).unwrap_or(i64::MAX));
            self.settle().await?;
            left -= now;
        }
        Ok(())
    }

    /// Whether documents, callbacks and subscriptions may live on this machine.
    pub(crate) fn allows_loopback(&self) -> bool {
        self.0.template.parameters.get("AllowLoopback").is_some_and(|it| it == "true")
    }

    /// What lets `paraphe admin` in.
    pub(crate) fn door(&self) -> &str {
        &self.0.services.door
    }

    pub(crate) fn gateway(&self) -> &Gateway {
        &self.0.gateway
    }

    pub(crate) fn data_dir(&self) -> &DataDir {
        &self.0.data
    }

    /// Delivers events in the background until `stop` changes.
    pub(crate) async fn pump(&self, stop: watch::Receiver<bool>) {
        Arc::clone(&self.0.pump).run(stop).await;
    }
}

/// Steps of a long time.
const STEPS: u32 = 60;
/// The shortest period that a schedule can have.
const SHORTEST_STEP: Duration = Duration::from_mins(1);
