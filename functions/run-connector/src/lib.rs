//! Runs connectors of e-mail signatures: signatures go to Gmail, persons come from a directory.
//!
//! A message of the queue has a run go on. It goes on step by step while there is time, and then sends the next message;
//! what a step did is committed with how far the run came, so that a message that comes twice does nothing twice.
//!
//! **Invariant:** a dry run calls nothing that changes anything, and writes no person.

mod api;
mod directory;
mod gmail;
mod turn;

use std::time::Duration;

use domain::Timestamp;
use email_signature::Connector;
use shared::BoxError;
use shared::closing::Closings;
use shared::edge::clock::Clock;
use shared::edge::connector_queue::{ConnectorQueue, RunTask};
use shared::edge::queue::{SqsEvent, parts};
use shared::edge::stream::BatchResponse;
use shared::edge::{Aws, ConfigError, Env, Handler, Invocation, Supply};
use shared::outbound::Outbound;
use shared::store::{Committed, Connectors, EmailSignatures, People, Rounds, Run, RunState};

use api::Api;
use turn::{End, Turn};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    connectors: Connectors,
    queue: ConnectorQueue,
    store: EmailSignatures,
    people: People,
    closings: Closings,
    outbound: Outbound,
    clock: Clock,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let (store, people) = supply.email_signatures()?;
    let (keys, _) = supply.email_signature_keys().await?;
    let deps = Deps {
        connectors: supply.connectors().await?,
        queue: supply.connector_queue()?,
        store: store.clone(),
        people: people.clone(),
        closings: Closings::new(store, people, keys),
        outbound: supply.outbound()?,
        clock: aws.clock.clone(),
    };
    Ok(Handler::of_events(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Has the runs go on that the messages name.
///
/// # Errors
///
/// None: messages that could not be worked on are named in the answer and delivered again.
pub async fn handle(deps: &Deps, event: SqsEvent, cx: &Invocation) -> Result<BatchResponse, BoxError> {
    let mut failed = Vec::new();
    for message in &event.records {
        let (text, id) = parts(message);
        // What cannot be read ends among the dead letters, where somebody looks at it.
        let Some(task) = RunTask::parse(text) else {
            tracing::error!(message.id = id, "a message of the queue cannot be read");
            failed.push(id);
            continue;
        };
        if let Err(error) = go_on(deps, &task, cx.deadline).await {
            tracing::error!(error = error.as_ref(), "a run of a connector could not go on");
            failed.push(id);
        }
    }
    Ok(BatchResponse::of(failed))
}

/// What a run works with.
pub(crate) struct Work<'a> {
    pub(crate) deps: &'a Deps,
    pub(crate) task: &'a RunTask,
    pub(crate) connector: Connector,
    pub(crate) api: Api<'a>,
    /// When the invocation is ended.
    pub(crate) deadline: Timestamp,
}

impl Work<'_> {
    /// Whether there is time for one more thing that takes so long at most.
    pub(crate) fn has(&self, time: Duration) -> bool {
        self.deps.clock.now().plus(time) < self.deadline
    }
}

async fn go_on(deps: &Deps, task: &RunTask, deadline: Timestamp) -> Result<(), BoxError> {
    let Some(mut run) = deps.connectors.run(&task.tenant, task.kind, task.number).await? else {
        return Ok(());
    };
    let work = open(deps, task, &run, deadline).await?;
    let (mut rounds, mut steps) = (Rounds::default(), 0_u32);
    while run.state == RunState::Running {
        let turn = match &work {
            Some(work) => turn::take(work, &run).await?,
            None => Turn::over(&run, "connector_changed"),
        };
        let (next, pause) = turn.applied(&run, deps.clock.now());
        let end = turn.end;
        match deps.connectors.commit(&task.tenant, task.kind, (&run, next), turn.step).await? {
            Committed::Overtaken => return Ok(()),
            Committed::PersonChanged if rounds.again().await => {}
            Committed::PersonChanged => return Err("others write these persons without a pause".into()),
            Committed::Done(done) => run = *done,
        }
        steps += 1;
        let has_time = work.as_ref().is_some_and(|it| it.has(A_STEP)) && steps < MOST_STEPS;
        if run.state == RunState::Running && (matches!(end, End::Later(..)) || !has_time) {
            return deps.queue.send(task, pause).await;
        }
    }
    tracing::info!(
        connector = task.kind.as_str(),
        state = run.state.as_str(),
        "a run of a connector is over"
    );
    Ok(())
}

/// The connector, unless it is gone or was changed since the run began.
async fn open<'a>(
    deps: &'a Deps,
    task: &'a RunTask,
    run: &Run,
    deadline: Timestamp,
) -> Result<Option<Work<'a>>, BoxError> {
    let kept = deps.connectors.get(&task.tenant, task.kind).await?;
    let Some(kept) = kept.filter(|it| it.version == run.connector_version) else { return Ok(None) };
    let connector = Connector::parse(task.kind, &kept.body)?;
    let Some(credential) = deps.connectors.credential(&task.tenant, &kept)? else { return Ok(None) };
    let api = Api::new(deps, &connector, &credential);
    let Ok(api) = api else { return Ok(None) };
    Ok(Some(Work { deps, task, connector, api, deadline }))
}

/// A page of a directory takes two calls with a token each, of 20 s at most, and one more of each when a token is refused.
const A_STEP: Duration = Duration::from_secs(90);
/// So that a run lets others have their turn.
const MOST_STEPS: u32 = 60;
