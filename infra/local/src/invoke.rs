//! The functions of the template, loaded, and how one is invoked.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use shared::BoxError;
use shared::edge::clock::Clock;
use shared::edge::serve::{Handler, Invocation};

use crate::chance;
use crate::crash::Fate;
use crate::meter::Meter;

/// Every function by its logical id.
#[derive(Debug)]
pub(crate) struct Functions {
    clock: Clock,
    fate: Arc<Fate>,
    meter: Arc<Meter>,
    loaded: BTreeMap<String, Loaded>,
}

#[derive(Debug)]
struct Loaded {
    handler: Handler,
    timeout: Duration,
}

/// Why an invocation gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvokeError {
    /// The handler returned an error; its source says why.
    #[error("the function failed")]
    Failed(#[source] BoxError),
    /// The handler panicked.
    #[error("the function crashed")]
    Crashed,
    /// The handler took longer than the template allows.
    #[error("the function timed out after {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The process died meanwhile.
    #[error("the process died")]
    Killed,
    /// No function of this id is loaded.
    #[error("there is no such function")]
    Unknown,
}

impl Functions {
    pub(crate) fn new(clock: Clock, fate: Arc<Fate>, meter: Arc<Meter>) -> Self {
        Self { clock, fate, meter, loaded: BTreeMap::new() }
    }

    pub(crate) fn load(&mut self, logical_id: &str, handler: Handler, timeout: Duration) {
        self.loaded.insert(logical_id.to_owned(), Loaded { handler, timeout });
    }

    /// Invokes a function once, in a task of its own, for at most its time.
    pub(crate) async fn invoke(&self, logical_id: &str, event: Value) -> Result<Value, InvokeError> {
        let Some(Loaded { handler, timeout }) = self.loaded.get(logical_id) else {
            return Err(InvokeError::Unknown);
        };
        self.meter.add(logical_id, "invocations", 1.0);
        let now = self.clock.now();
        let invocation = Invocation {
            now,
            begun_at: now,
            deadline: now.plus(*timeout),
            request_id: chance::uuid(),
            seed: None,
        };
        let request_id = invocation.request_id.clone();
        let handler = handler.clone();
        let mut task = tokio::spawn(async move { handler.invoke(event, invocation).await });
        let ended = tokio::select! {
            ended = tokio::time::timeout(*timeout, &mut task) => ended,
            () = self.fate.death() => {
                task.abort();
                // What it held is let go before anyone opens the same files again.
                let _aborted = task.await;
                return Err(InvokeError::Killed);
            }
        };
        let outcome = match ended {
            Ok(Ok(Ok(reply))) => Ok(reply),
            Ok(Ok(Err(error))) => Err(InvokeError::Failed(error)),
            Ok(Err(_)) => Err(InvokeError::Crashed),
            Err(_) => {
                task.abort();
                Err(InvokeError::TimedOut(*timeout))
            }
        };
        if let Err(error) = &outcome {
            tracing::warn!(
                function = logical_id,
                request.id = request_id,
                error = chain(error),
                "invocation failed"
            );
        }
        outcome
    }
}

/// An error with its causes, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
