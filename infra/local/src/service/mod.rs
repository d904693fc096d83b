//! The services of AWS that the functions call, each as small as the functions need it.
//!
//! **Invariant:** an operation, header or parameter that is not done here is refused, never ignored.

mod dynamodb;
mod json;
mod kms;
mod mime;
mod s3;
mod secrets;
mod ses;
mod sns;
mod sqs;

use std::sync::Arc;

use http::{Request, Response, StatusCode};
use serde_json::{Value, json};
use shared::edge::clock::Clock;

pub(crate) use self::dynamodb::Tables;
pub(crate) use self::kms::Keys;
pub(crate) use self::s3::Objects;
pub use self::s3::{ACCESS_KEY, SECRET_KEY};
pub(crate) use self::secrets::Secrets;
pub(crate) use self::ses::notification as ses_notification;

use crate::crash::Fate;
use crate::disk::DiskError;
use crate::event::bus::Bus;
use crate::event::queue::Queues;
use crate::fault::Faults;
use crate::ledger::{Call, Ledger};
use crate::meter::Meter;
use crate::outbox::Outbox;
use crate::role::{Need, Roles};
use crate::template::{ACCOUNT, REGION, queue_arn, secret_arn};

/// Every service but S3, which has its own connector, and what they share.
#[derive(Debug)]
pub(crate) struct Services {
    pub(crate) bus: Arc<Bus>,
    pub(crate) clock: Clock,
    /// What lets `paraphe admin` in; another at each start.
    pub(crate) door: String,
    pub(crate) fate: Arc<Fate>,
    pub(crate) faults: Faults,
    pub(crate) meter: Arc<Meter>,
    pub(crate) keys: Keys,
    pub(crate) ledger: Ledger,
    pub(crate) objects: Objects,
    pub(crate) outbox: Outbox,
    pub(crate) queues: Arc<Queues>,
    pub(crate) roles: Roles,
    pub(crate) secrets: Secrets,
    pub(crate) tables: Tables,
}

/// An error as AWS answers it.
#[derive(Debug)]
pub(crate) struct Fault {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Fault {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, message: message.into() }
    }

    fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    fn unknown_operation(service: &str, operation: &str) -> Self {
        Self::new("UnknownOperationException", format!("the local {service} does not do {operation}"))
    }

    fn not_implemented(what: &str) -> Self {
        Self::new("NotImplemented", format!("{what} is not done on one machine"))
    }
}

impl From<DiskError> for Fault {
    fn from(error: DiskError) -> Self {
        Self::new("InternalFailure", error.to_string()).with_status(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// What is called, as far as the head of a request says it.
#[derive(Debug)]
enum Target {
    /// A service of the JSON protocol, and the operation.
    Json(&'static str, String),
    Objects,
    Ses,
    Sns,
}

impl Services {
    /// Whether a request is for S3, whose bodies are streams.
    pub(crate) fn is_for_objects<B>(request: &Request<B>) -> bool {
        matches!(target(request), Ok(Target::Objects))
    }

    /// Answers one request. Every call of every function to every service but S3 passes here.
    pub(crate) fn answer(&self, caller: Option<&str>, request: &Request<Vec<u8>>) -> Response<String> {
        match target(request) {
            Ok(Target::Json("dynamodb", operation)) => self.answer_tables(caller, &operation, request.body()),
            Ok(Target::Json(service, operation)) => {
                let outcome = self.answer_json(caller, service, &operation, request.body());
                json_response(outcome)
            }
            Ok(Target::Ses) => json_response(self.answer_ses(caller, request)),
            Ok(Target::Sns) => self.answer_sns(caller, request.body()),
            Ok(Target::Objects) => json_response(Err(Fault::not_implemented("S3 by this door"))),
            Err(fault) => json_response(Err(fault)),
        }
    }

    fn answer_tables(&self, caller: Option<&str>, operation: &str, body: &[u8]) -> Response<String> {
        for (action, resource) in dynamodb::actions(operation, body) {
            self.record(caller, "dynamodb", operation, action, resource);
        }
        let (status, body) = match self.tables.call(operation, body) {
            Ok(body) => (StatusCode::OK, body),
            Err((status, body)) => (status, body),
        };
        response(status, "application/x-amz-json-1.0", body)
    }

    fn answer_json(
        &self,
        caller: Option<&str>,
        service: &'static str,
        operation: &str,
        body: &[u8],
    ) -> Result<Value, Fault> {
        let input: Value = serde_json::from_slice(body)
            .map_err(|error| Fault::new("SerializationException", error.to_string()))?;
        let resource = ["SecretId", "Name", "KeyId", "QueueUrl", "QueueName"]
            .iter()
            .find_map(|name| input.get(name)?.as_str())
            .unwrap_or("*");
        self.record(caller, service, operation, operation.to_owned(), resource.to_owned());
        let now_ms = self.clock.now().unix_ms();
        match service {
            "kms" => self.keys.call(operation, &input, now_ms),
            "secretsmanager" => self.secrets.call(operation, &input, now_ms),
            "sqs" => {
                let reply = sqs::call(&self.queues, operation, &input, now_ms);
                self.bus.notify();
                reply
            }
            _ => Err(Fault::unknown_operation(service, operation)),
        }
    }

    fn answer_ses(&self, caller: Option<&str>, request: &Request<Vec<u8>>) -> Result<Value, Fault> {
        let operation = format!("{} {}", request.method(), request.uri().path());
        if operation != "POST /v2/email/outbound-emails" {
            return Err(Fault::unknown_operation("ses", &operation).with_status(StatusCode::NOT_FOUND));
        }
        let (sender, sent) = ses::send_email(request.body(), self.clock.now().unix_ms())?;
        let identity = format!("identity/{}", sender.rsplit('@').next().unwrap_or_default());
        self.record(caller, "ses", "SendEmail", "SendEmail".to_owned(), identity);
        let id = sent.id.clone();
        self.outbox.add(sent)?;
        Ok(json!({ "MessageId": id }))
    }

    fn answer_sns(&self, caller: Option<&str>, body: &[u8]) -> Response<String> {
        let outcome = sns::publish(body, self.clock.now().unix_ms()).and_then(|sent| {
            self.record(caller, "sns", "Publish", "Publish".to_owned(), "sms".to_owned());
            let id = sent.id.clone();
            self.outbox.add(sent).map(|()| id).map_err(Fault::from)
        });
        let (status, body) = sns::render(outcome);
        response(status, "text/xml", body)
    }

    pub(crate) fn record(
        &self,
        caller: Option<&str>,
        service: &'static str,
        operation: &str,
        action: String,
        resource: String,
    ) {
        self.ledger.record(Call {
            function: caller.map(str::to_owned),
            service,
            operation: operation.to_owned(),
            action,
            resource,
        });
    }
}

/// The service that a request is for, and what it asks a role for. Of S3, whose needs its connector knows, nothing.
pub(crate) fn service_needs(request: &Request<Vec<u8>>) -> (&'static str, Vec<Need>) {
    let input: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let text = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default();
    let arn = |service: &str, rest: &str| format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}");
    match target(request) {
        Ok(Target::Json("dynamodb", operation)) => ("dynamodb", dynamodb::needs(&operation, &input)),
        Ok(Target::Json(service, operation)) => {
            let (resource, operation) = match service {
                "sqs" => {
                    let name = text("QueueUrl").rsplit('/').next().unwrap_or_default();
                    // A policy knows one action for one message and for many.
                    (queue_arn(name), operation.trim_end_matches("Batch").to_owned())
                }
                "secretsmanager" => match text("SecretId") {
                    id if id.starts_with("arn:") => (id.to_owned(), operation),
                    name => (secret_arn(name), operation),
                },
                _ => match text("KeyId") {
                    id if id.starts_with("arn:") => (id.to_owned(), operation),
                    id => (arn(service, &format!("key/{id}")), operation),
                },
            };
            (service, vec![Need::new(format!("{service}:{operation}"), resource)])
        }
        Ok(Target::Ses) => {
            let domain =
                text("FromEmailAddress").rsplit('@').next().unwrap_or_default().trim_end_matches('>');
            let identity = arn("ses", &format!("identity/{domain}"));
            let set = text("ConfigurationSetName");
            let set = (!set.is_empty()).then(|| arn("ses", &format!("configuration-set/{set}")));
            let resources = std::iter::once(identity).chain(set);
            ("ses", resources.map(|it| Need::new("ses:SendEmail", it)).collect())
        }
        // A phone number has no ARN.
        Ok(Target::Sns) => ("sns", vec![Need::new("sns:Publish", "*")]),
        // What is not done here is refused by the service itself.
        Ok(Target::Objects) | Err(_) => ("s3", Vec::new()),
    }
}

/// Says which service a request is for: by its target header, its path or its body's kind; S3 otherwise.
fn target<B>(request: &Request<B>) -> Result<Target, Fault> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(target) = header("x-amz-target") {
        let (service, operation) = target.split_once('.').unwrap_or((target, ""));
        let service = match service {
            "DynamoDB_20120810" => "dynamodb",
            "AmazonSQS" => "sqs",
            "TrentService" => "kms",
            "secretsmanager" => "secretsmanager",
            other => return Err(Fault::unknown_operation(other, operation)),
        };
        return Ok(Target::Json(service, operation.to_owned()));
    }
    if request.uri().path().starts_with("/v2/email/") {
        return Ok(Target::Ses);
    }
    if request.method() == http::Method::POST
        && header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
    {
        return Ok(Target::Sns);
    }
    Ok(Target::Objects)
}

fn json_response(outcome: Result<Value, Fault>) -> Response<String> {
    match outcome {
        Ok(body) => response(StatusCode::OK, "application/x-amz-json-1.1", body.to_string()),
        Err(fault) => {
            let body = json!({ "__type": fault.code, "message": fault.message });
            let mut response = response(fault.status, "application/x-amz-json-1.1", body.to_string());
            let headers = response.headers_mut();
            headers.insert("x-amzn-errortype", http::HeaderValue::from_static(fault.code));
            // SDKs still know the errors of SQS by the names of its older protocol.
            let older = match fault.code {
                "MessageNotInflight" => Some("AWS.SimpleQueueService.MessageNotInflight;Sender"),
                "QueueDoesNotExist" => Some("AWS.SimpleQueueService.NonExistentQueue;Sender"),
                _ => None,
            };
            let older = older.map(http::HeaderValue::from_static);
            headers.extend(older.map(|code| (http::HeaderName::from_static("x-amzn-query-error"), code)));
            response
        }
    }
}

fn response(status: StatusCode, kind: &'static str, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(kind));
    let id = http::HeaderValue::try_from(crate::chance::uuid());
    response.headers_mut().extend(id.ok().map(|id| (http::HeaderName::from_static("x-amzn-requestid"), id)));
    response
}
