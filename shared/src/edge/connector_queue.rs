//! The queue of runs of connectors: a message asks for a run to go on.

use std::time::Duration;

use domain::TenantId;
use email_signature::connector::Kind;
use serde::{Deserialize, Serialize};

use crate::BoxError;
use crate::failed_call::FailedCall;

/// The queue.
#[derive(Clone, Debug)]
pub struct ConnectorQueue {
    client: aws_sdk_sqs::Client,
    url: String,
}

/// Which run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RunTask {
    /// Whose.
    pub tenant: TenantId,
    /// Of which connector.
    pub kind: Kind,
    /// Its number.
    pub number: u32,
}

#[derive(Deserialize, Serialize)]
struct Message {
    tenant: String,
    connector: String,
    run: u32,
}

impl ConnectorQueue {
    /// The queue at this address.
    #[must_use]
    pub fn new(client: aws_sdk_sqs::Client, url: String) -> Self {
        Self { client, url }
    }

    /// Has a run go on after `delay`, at most 15 minutes.
    ///
    /// # Errors
    ///
    /// [`BoxError`] when the queue does not take it.
    pub async fn send(&self, task: &RunTask, delay: Duration) -> Result<(), BoxError> {
        let message = Message {
            tenant: task.tenant.to_string(),
            connector: task.kind.as_str().to_owned(),
            run: task.number,
        };
        let seconds = delay.as_millis().div_ceil(1000).min(LONGEST_DELAY_SECONDS);
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(serde_json::to_string(&message)?)
            .delay_seconds(i32::try_from(seconds)?)
            .send()
            .await
            .map_err(FailedCall::of)?;
        Ok(())
    }
}

impl RunTask {
    /// Reads the body of a message.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let message: Message = serde_json::from_str(text).ok()?;
        Some(Self {
            tenant: TenantId::parse(&message.tenant).ok()?,
            kind: Kind::parse(&message.connector)?,
            number: message.run,
        })
    }
}

const LONGEST_DELAY_SECONDS: u128 = 900;
