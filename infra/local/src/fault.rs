//! A call of AWS fails on purpose, in a way and at a call that are chosen beforehand.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use http::StatusCode;
use serde_json::json;

/// How a call fails.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Another transaction holds the item: only where something is written to a table.
    Conflict,
    /// It took effect, and its answer makes no sense.
    Corrupted,
    /// The service says 500, and did nothing.
    Error,
    /// It took effect, and the connection was reset before the answer.
    ResetAfter,
    /// The connection was reset before anything was sent.
    ResetBefore,
    /// The service has no room for it now.
    Throttle,
    /// It took effect, and the answer came too late.
    Timeout,
}

impl Fault {
    /// Every way.
    pub const ALL: [Self; 7] = [
        Self::Conflict,
        Self::Corrupted,
        Self::Error,
        Self::ResetAfter,
        Self::ResetBefore,
        Self::Throttle,
        Self::Timeout,
    ];

    fn fits(self, call: &Called<'_>) -> bool {
        let writes = ["DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem"];
        self != Self::Conflict || (call.service == "dynamodb" && writes.contains(&call.operation))
    }

    /// Whether the call takes effect although it fails.
    pub(crate) const fn takes_effect(self) -> bool {
        matches!(self, Self::Corrupted | Self::ResetAfter | Self::Timeout)
    }

    /// What the caller gets in place of an answer.
    pub(crate) fn answer(self, call: &Called<'_>) -> Result<HttpResponse, ConnectorError> {
        let io = |kind: std::io::ErrorKind| Box::new(std::io::Error::from(kind));
        match self {
            Self::Conflict if call.operation == "TransactWriteItems" => {
                let reasons = json!([{ "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item" }]);
                let message = "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict]";
                let body = json!({ "message": message, "CancellationReasons": reasons });
                call.refused(StatusCode::BAD_REQUEST, "TransactionCanceledException", body)
            }
            Self::Conflict => {
                call.refused(StatusCode::BAD_REQUEST, "TransactionConflictException", json!({}))
            }
            Self::Corrupted => HttpResponse::try_from(http::Response::new(SdkBody::from(GARBAGE)))
                .map_err(|error| ConnectorError::other(error.into(), None)),
            Self::Error => call.refused(StatusCode::INTERNAL_SERVER_ERROR, call.broken(), json!({})),
            Self::ResetAfter | Self::ResetBefore => {
                Err(ConnectorError::io(io(std::io::ErrorKind::ConnectionReset)))
            }
            Self::Throttle => {
                let (status, code) = call.throttled();
                call.refused(status, code, json!({ "message": "Rate exceeded" }))
            }
            Self::Timeout => Err(ConnectorError::timeout(io(std::io::ErrorKind::TimedOut))),
        }
    }
}

/// How long calls fail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Extent {
    /// One attempt: the next may do.
    Once,
    /// All attempts of this function at this operation, until its callers gave up: [`OUTAGE`] of them, or until
    /// [`Cloud::mend`](crate::Cloud::mend).
    Outage,
}

/// A call, as far as it decides how a failure looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Called<'a> {
    pub(crate) caller: &'a str,
    pub(crate) service: &'a str,
    pub(crate) operation: &'a str,
}

impl<'a> Called<'a> {
    /// Of a request to any service.
    pub(crate) fn of(
        caller: &'a str,
        request: &'a aws_smithy_runtime_api::client::orchestrator::HttpRequest,
    ) -> Self {
        let headers = request.headers();
        let (service, operation) = match headers.get("x-amz-target").and_then(|it| it.split_once('.')) {
            Some(("DynamoDB_20120810", operation)) => ("dynamodb", operation),
            Some(("AmazonSQS", operation)) => ("sqs", operation),
            Some(("TrentService", operation)) => ("kms", operation),
            Some((service, operation)) => (service, operation),
            None if request.uri().contains("/v2/email/") => ("ses", "SendEmail"),
            None if headers
                .get("content-type")
                .is_some_and(|it| it.starts_with("application/x-www-form-urlencoded")) =>
            {
                ("sns", "Publish")
            }
            None => ("s3", request.method()),
        };
        Self { caller, service, operation }
    }

    const fn broken(&self) -> &'static str {
        if matches!(self.service.as_bytes(), b"s3" | b"sns") {
            "InternalError"
        } else {
            "InternalServerError"
        }
    }

    const fn throttled(&self) -> (StatusCode, &'static str) {
        match self.service.as_bytes() {
            b"s3" => (StatusCode::SERVICE_UNAVAILABLE, "SlowDown"),
            b"ses" => (StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException"),
            b"sns" => (StatusCode::BAD_REQUEST, "Throttling"),
            _ => (StatusCode::BAD_REQUEST, "ThrottlingException"),
        }
    }

    /// An error as the service spells it.
    pub(crate) fn refused(
        &self,
        status: StatusCode,
        code: &str,
        body: serde_json::Value,
    ) -> Result<HttpResponse, ConnectorError> {
        let body = match self.service {
            "s3" => format!("<Error><Code>{code}</Code><Message>on purpose</Message></Error>"),
            "sns" => format!(
                "<ErrorResponse><Error><Type>Receiver</Type><Code>{code}</Code></Error></ErrorResponse>"
            ),
            _ => {
                let mut body = body;
                if let Some(members) = body.as_object_mut() {
                    members.insert("__type".to_owned(), json!(format!("com.amazonaws#{code}")));
                }
                body.to_string()
            }
        };
        let mut response = http::Response::new(SdkBody::from(body));
        *response.status_mut() = status;
        if let (false, Ok(code)) = (matches!(self.service, "s3" | "sns"), http::HeaderValue::from_str(code)) {
            response.headers_mut().insert("x-amzn-errortype", code);
        }
        HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
    }
}

/// Counts the calls of the functions, and lets those fail that were chosen.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    calls: u64,
    failed: Vec<String>,
    /// Every call, while somebody wants to know.
    noted: Option<Vec<String>>,
    plan: Option<Plan>,
}

#[derive(Debug)]
struct Plan {
    at: u64,
    fault: Fault,
    left: u32,
    /// Whose calls fail, once the first has.
    kind: Option<(String, String)>,
}

impl Faults {
    /// Plans a failure at the `number`th call from now, counted from 1, or at the first after it that can fail so.
    pub(crate) fn plan(&self, number: u64, fault: Fault, extent: Extent) {
        let mut state = self.lock();
        let left = match extent {
            Extent::Once => 1,
            Extent::Outage => OUTAGE,
        };
        state.plan = Some(Plan { at: state.calls.saturating_add(number), fault, left, kind: None });
    }

    /// Ends an outage that has begun.
    pub(crate) fn mend(&self) {
        let mut state = self.lock();
        if state.plan.as_ref().is_some_and(|plan| plan.kind.is_some()) {
            state.plan = None;
        }
    }

    /// Notes every call from now on.
    pub(crate) fn note(&self) {
        self.lock().noted = Some(Vec::new());
    }

    pub(crate) fn noted(&self) -> Vec<String> {
        self.lock().noted.clone().unwrap_or_default()
    }

    /// The calls that failed: function, service and operation.
    pub(crate) fn failed(&self) -> Vec<String> {
        self.lock().failed.clone()
    }

    /// Counts a call, and says how it is to fail, if it is.
    pub(crate) fn meet(&self, call: &Called<'_>) -> Option<Fault> {
        let mut state = self.lock();
        state.calls += 1;
        let number = state.calls;
        let name = format!("{} {} {}", call.caller, call.service, call.operation);
        if let Some(noted) = &mut state.noted {
            noted.push(name.clone());
        }
        let plan = state.plan.as_mut()?;
        let chosen = match &plan.kind {
            Some((caller, operation)) => caller == call.caller && operation == call.operation,
            None => number >= plan.at && plan.fault.fits(call),
        };
        if !chosen {
            return None;
        }
        plan.kind = Some((call.caller.to_owned(), call.operation.to_owned()));
        plan.left -= 1;
        let (fault, is_over) = (plan.fault, plan.left == 0);
        if is_over {
            state.plan = None;
        }
        state.failed.push(name);
        Some(fault)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Attempts of an outage: three of each call, in six invocations, which is what a stream's consumer is given.
pub const OUTAGE: u32 = 18;
/// The first pause before a repeated attempt. On one machine nothing gets better by waiting for a second.
pub(crate) const FIRST_PAUSE: Duration = Duration::from_millis(10);
const GARBAGE: &str = "\u{fffd}{\"<not what was sent";
