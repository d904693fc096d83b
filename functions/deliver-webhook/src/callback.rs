//! The callbacks that requests carry: Openapi's, with as many retries as the integrator wants.

use std::time::{Duration, Instant};

use domain::Timestamp;
use domain::request::{Callback, CallbackForm};
use serde_json::Value;
use shared::BoxError;
use shared::edge::stream::{StreamRecord, text};
use shared::edge::webhook_queue::{CallbackTask, Task};
use shared::metrics::{self, Metric};
use shared::outbound::CallError;
use shared::store::{Callee, Execution, Executions, StoreError, request_of_pk};
use url::{Position, Url};

use crate::leave::{self, Leave};
use crate::schedule::{busy_pause, chance};
use crate::{Deps, body, millis};

/// The call that a record of the stream asks for, if it tells of something that callbacks tell.
pub(crate) fn task_of(record: &StreamRecord) -> Option<CallbackTask> {
    let event = text(record, "kind").filter(|kind| TOLD.contains(kind))?.to_owned();
    let json: Value = serde_json::from_str(text(record, "event")?).ok()?;
    let request = text(record, "pk").and_then(request_of_pk)?;
    Some(CallbackTask { request, event, seq: json.get("seq")?.as_u64()?, attempts: 0, waits: 0 })
}

/// Calls a callback once, records that, and enqueues the next attempt if there is to be one.
///
/// While its server or its tenant has as many calls under way as it may have, it is called a little later.
pub(crate) async fn call(deps: &Deps, task: CallbackTask) -> Result<(), BoxError> {
    let request = match deps.requests.load(&task.request).await {
        Err(StoreError::NotFound) => return Ok(()),
        other => other?,
    };
    let Some(callback) = &request.facts().callback else { return Ok(()) };
    let facts = request.facts();
    let headers = deps.webhooks.open_headers(&callback.headers, (&facts.tenant, &facts.id))?;
    let signing = deps.webhooks.callback_signing(&facts.tenant).await?;
    let callee = Callee::server(&facts.tenant, &server_of(&callback.url));
    let Some(leave) = leave::take(deps, &facts.tenant, callee).await? else {
        let pause = busy_pause(task.waits, chance());
        let next = CallbackTask { waits: task.waits.saturating_add(1), ..task };
        return deps.queue.send(&Task::Callback(next), pause).await;
    };
    let mut message = body::of(&request, callback, headers, (&task.event, task.seq));
    let (at, began) = (deps.clock.now(), Instant::now());
    message.sign(&signing.map(|it| it.keys).unwrap_or_default(), at);
    let sent = deps.outbound.post(&callback.url, &message.headers, message.content_type, message.body).await;
    let duration_ms = millis(began.elapsed());
    let is_away = match &sent {
        Ok(status) => matches!(status, 429 | 502 | 503 | 504),
        Err(error) => error.is_temporary(),
    };
    note_health(deps, &leave, is_away).await;
    leave::give_back(deps, leave).await;
    let execution = execution(callback, &task, at, (&sent, duration_ms));
    deps.executions.add(&facts.tenant, execution).await?;
    let is_taken = sent.as_ref().is_ok_and(|status| (200..300).contains(status));
    metrics::record(Metric::WebhookFailed, u64::from(!is_taken));
    if is_taken {
        return Ok(());
    }
    tracing::warn!(
        request.id = task.request.as_str(),
        evidence.seq = task.seq,
        status = sent.as_ref().ok(),
        temporary = is_away,
        "a callback was not taken"
    );
    match retry_after(callback, task.attempts).filter(|_| is_away) {
        Some(delay) => {
            let next = CallbackTask { attempts: task.attempts.saturating_add(1), waits: 0, ..task };
            deps.queue.send(&Task::Callback(next), delay).await
        }
        None => Ok(()),
    }
}

/// What is noted of a call.
fn execution(
    callback: &Callback,
    task: &CallbackTask,
    at: Timestamp,
    (sent, duration_ms): (&Result<u16, CallError>, u64),
) -> Execution {
    Execution {
        id: Executions::name(&task.request, task.seq, task.attempts, at),
        at,
        request: task.request.clone(),
        event: task.event.clone(),
        seq: task.seq,
        method: match &callback.form {
            CallbackForm::Field(_) => "POST".to_owned(),
            CallbackForm::Json => "JSON".to_owned(),
        },
        url: callback.url.clone(),
        attempt: task.attempts.saturating_add(1),
        status: sent.as_ref().ok().copied(),
        duration_ms,
        error: sent.as_ref().err().map(words_of),
    }
}

/// Notes whether a server answers. What came of the call counts whether or not that goes well.
async fn note_health(deps: &Deps, leave: &Leave, is_away: bool) {
    let noted = match (leave.is_failing(), is_away) {
        (false, true) => deps.health.note_failure(leave.callee(), deps.clock.now()).await,
        (true, false) => deps.health.note_success(leave.callee()).await,
        (false, false) | (true, true) => Ok(()),
    };
    if let Err(error) = noted {
        tracing::warn!(error = &error as &dyn std::error::Error, "how a server is was not noted");
    }
}

/// Host and port of an address that was looked at before.
fn server_of(url: &str) -> String {
    let url = Url::parse(url).ok();
    let server = url.as_ref().map(|it| &it[Position::BeforeHost..Position::AfterPort]);
    server.unwrap_or_default().to_owned()
}

/// Why there was no answer, in words that name nothing of the address.
pub(crate) fn words_of(error: &CallError) -> String {
    error.to_string()
}

/// The pause before the next attempt, if the integrator wants one.
fn retry_after(callback: &Callback, attempts: u8) -> Option<Duration> {
    if attempts >= callback.retry { None } else { RETRY_PAUSES.get(usize::from(attempts)).copied() }
}

/// Growing, and each within the 15 minutes that a queue can hold a message back.
const RETRY_PAUSES: [Duration; 5] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(5),
    Duration::from_mins(15),
];

/// The kinds of evidence that callbacks tell.
const TOLD: [&str; 26] = [
    "DocumentAccepted",
    "DocumentRejected",
    "RequestActivated",
    "RequestDeactivated",
    "SignatoryCorrected",
    "SignatoryEdited",
    "SignatoryLocked",
    "SignatoryUnlocked",
    "AttachmentProvided",
    "AttachmentAccepted",
    "AttachmentRejected",
    "SignatureCreated",
    "DocumentApproved",
    "DocumentRead",
    "SignatureDelegated",
    "SignatureDeclined",
    "RequestReady",
    "RequestCompleted",
    "DeadlineMoved",
    "RequestClosed",
    "RequestExpired",
    "RequestCancelled",
    "RequestReactivated",
    "RequestTrashed",
    "RequestRestored",
    "RequestArchived",
];
