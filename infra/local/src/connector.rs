//! The one connector under every SDK client of this process.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::StatusCode;
use serde_json::json;

use crate::fault::Called;
use crate::meter::asking;
use crate::role::Need;
use crate::service::{Services, service_needs};
use crate::template::bucket_arn;

/// Answers the requests of one caller.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    services: Arc<Services>,
    objects: s3s_aws::Connector,
    /// The logical id of the function, for the ledger.
    caller: Option<Arc<str>>,
}

impl Connector {
    pub(crate) fn new(services: Arc<Services>, caller: Option<&str>) -> Self {
        let objects = s3s_aws::Connector::from(services.objects.service().clone());
        Self { services, objects, caller: caller.map(Arc::from) }
    }

    /// Answers a call that came over a wire.
    pub(crate) async fn answer_process(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let (mut head, body) = request.into_parts();
        let host = head.headers.get(http::header::HOST).and_then(|it| it.to_str().ok()).unwrap_or_default();
        let path = head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        if let Ok(uri) = format!("http://{host}{path}").parse() {
            head.uri = uri;
        }
        let request = HttpRequest::try_from(http::Request::from_parts(head, SdkBody::from(body)));
        let Ok(request) = request else { return unreadable(StatusCode::BAD_REQUEST) };
        let answer = self.call_as_planned(request).await.ok().and_then(|it| it.try_into_http1x().ok());
        let Some(answer) = answer else { return unreadable(StatusCode::BAD_GATEWAY) };
        let (head, body) = answer.into_parts();
        match http_body_util::BodyExt::collect(body).await {
            Ok(body) => http::Response::from_parts(head, body.to_bytes()),
            Err(_) => unreadable(StatusCode::BAD_GATEWAY),
        }
    }

    /// Every call of every function to every service passes here: the place to make one fail on purpose.
    async fn call_as_planned(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let Some(caller) = &self.caller else {
            self.services.fate.live().await;
            return self.answer(request).await;
        };
        let attempt = Called::of(caller, &request);
        if let Some(fault) = self.services.faults.meet(&attempt) {
            let answer = fault.answer(&attempt);
            if fault.takes_effect() {
                let _lost = self.live_or_die(request).await;
            }
            return answer;
        }
        let meter = &self.services.meter;
        if !meter.is_on() {
            return self.live_or_die(request).await;
        }
        meter.call(&attempt);
        let is_table = attempt.service == "dynamodb";
        let (caller, operation) = (caller.to_string(), attempt.operation.to_owned());
        let request = if is_table { asking(request) } else { request };
        let response = self.live_or_die(request).await?;
        if let (true, Some(body)) = (is_table, response.body().bytes()) {
            meter.units(&Called { caller: &caller, service: "dynamodb", operation: &operation }, body);
        }
        Ok(response)
    }

    async fn live_or_die(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        if !has_effect(&request) {
            self.services.fate.live().await;
            return self.answer(request).await;
        }
        let fate = &self.services.fate;
        let number = fate.call().await;
        let response = self.answer(request).await;
        fate.answer(number).await;
        response
    }

    /// The answer to a call that the caller's role does not allow.
    fn denied(&self, service: &str, needs: &[Need]) -> Option<Result<HttpResponse, ConnectorError>> {
        let caller = self.caller.as_deref()?;
        self.services.roles.denied(caller, needs)?;
        let call = Called { caller, service, operation: "" };
        Some(match service {
            "s3" => call.refused(StatusCode::FORBIDDEN, "AccessDenied", json!({})),
            "sns" => call.refused(StatusCode::FORBIDDEN, "AuthorizationError", json!({})),
            _ => call.refused(StatusCode::BAD_REQUEST, "AccessDeniedException", json!({})),
        })
    }

    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        if Services::is_for_objects(&request) {
            let (operation, action, resource) = object_call(&request);
            self.services.record(self.caller.as_deref(), "s3", operation, action.to_owned(), resource);
            let needs = object_needs(&request, action);
            if let Some(denied) = self.denied("s3", &needs) {
                return denied;
            }
            // Whoever may not list is not told that a key is missing.
            let bucket = Need::new("s3:ListBucket", bucket_arn(&bucket_and_key(&request).0));
            let only_head = request.method() == http::Method::HEAD;
            let request =
                HttpRequest::try_from(request).map_err(|error| ConnectorError::user(error.into()))?;
            let mut response = self.objects.call(request).await?;
            if response.status().as_u16() == 404
                && let Some(denied) = self.denied("s3", &[bucket])
            {
                return denied;
            }
            if only_head {
                // On a wire, the answer to HEAD has no body, and SDKs tell errors apart by that.
                *response.body_mut() = SdkBody::empty();
            }
            return Ok(response);
        }
        let request = request.map(|body| body.bytes().map(<[u8]>::to_vec).unwrap_or_default());
        let (service, needs) = service_needs(&request);
        if let Some(denied) = self.denied(service, &needs) {
            return denied;
        }
        let response = self.services.answer(self.caller.as_deref(), &request);
        HttpResponse::try_from(response.map(SdkBody::from))
            .map_err(|error| ConnectorError::user(error.into()))
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        HttpConnectorFuture::new(async move { connector.call_as_planned(request).await })
    }
}

impl HttpClient for Connector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// What has no answer: the caller takes it for a lost connection.
fn unreadable(status: StatusCode) -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

/// Whether a call may change something. What only reads is asked again after a death, and nothing else.
fn has_effect(request: &HttpRequest) -> bool {
    const READS: [&str; 7] = ["BatchGet", "Describe", "Get", "List", "Query", "Scan", "Verify"];
    match request.headers().get("x-amz-target").and_then(|it| it.split_once('.')) {
        Some((_, operation)) => !READS.iter().any(|read| operation.starts_with(read)),
        None => !matches!(request.method(), "GET" | "HEAD"),
    }
}

/// The operation, the action a policy must allow, and the bucket with the first part of the key.
fn object_call<B>(request: &http::Request<B>) -> (&'static str, &'static str, String) {
    let (bucket, key) = bucket_and_key(request);
    let query = request.uri().query().unwrap_or_default();
    let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let copies = request.headers().contains_key("x-amz-copy-source");
    let (operation, action) = match (request.method().as_str(), key.is_empty()) {
        ("DELETE", false) if has("uploadId") => ("AbortMultipartUpload", "AbortMultipartUpload"),
        ("DELETE", false) => ("DeleteObject", "DeleteObject"),
        ("GET", false) => ("GetObject", "GetObject"),
        ("GET", true) => ("ListObjectsV2", "ListBucket"),
        ("HEAD", false) => ("HeadObject", "GetObject"),
        ("HEAD", true) => ("HeadBucket", "ListBucket"),
        ("POST", false) if has("uploads") => ("CreateMultipartUpload", "PutObject"),
        ("POST", false) => ("CompleteMultipartUpload", "PutObject"),
        ("POST", true) => ("DeleteObjects", "DeleteObject"),
        ("PUT", false) if has("uploadId") && copies => ("UploadPartCopy", "PutObject"),
        ("PUT", false) if has("uploadId") => ("UploadPart", "PutObject"),
        ("PUT", false) if copies => ("CopyObject", "PutObject"),
        ("PUT", false) => ("PutObject", "PutObject"),
        _ => ("Unknown", "Unknown"),
    };
    let resource = match key.split_once('/') {
        Some((first, _)) => format!("{bucket}/{first}/*"),
        None if key.is_empty() => bucket,
        None => format!("{bucket}/{key}"),
    };
    (operation, action, resource)
}

/// What a call of S3 asks a role for, besides `action` also what its headers ask for.
fn object_needs<B>(request: &http::Request<B>, action: &str) -> Vec<Need> {
    let (bucket, key) = bucket_and_key(request);
    let arn = bucket_arn(&bucket);
    let object = if key.is_empty() { arn } else { format!("{arn}/{key}") };
    let mut needs = vec![Need::new(format!("s3:{action}"), &object)];
    let header = |name: &str| request.headers().get(name).and_then(|it| it.to_str().ok());
    if let Some(source) = header("x-amz-copy-source") {
        needs.push(Need::new("s3:GetObject", bucket_arn(source.trim_start_matches('/'))));
    }
    if header("x-amz-object-lock-mode").is_some() {
        needs.push(Need::new("s3:PutObjectRetention", object));
    }
    needs
}

fn bucket_and_key<B>(request: &http::Request<B>) -> (String, String) {
    let path = request.uri().path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    (bucket.to_owned(), key.to_owned())
}
