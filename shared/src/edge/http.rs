//! Requests and answers of API Gateway's proxy integration.

use std::collections::HashMap;

use aws_lambda_events::event::apigw::ApiGatewayProxyRequest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::access::{Operation, Scopes};
use domain::{Actor, Cause, LinkToken, Origin, RequestId, SignatoryId, TenantId};
use http::{HeaderValue, Method};
use rand::CryptoRng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::accept;
use super::admission::RESOURCE;
use super::json::Shaped;
use super::problem::Problem;
use super::serve::Invocation;

/// A request as a handler reads it.
#[derive(Debug)]
pub struct HttpRequest {
    event: ApiGatewayProxyRequest,
    body: Vec<u8>,
}

impl HttpRequest {
    /// Reads the event of a proxy integration.
    ///
    /// # Errors
    ///
    /// [`Problem`] 400 when the event or the encoding of its body is malformed.
    pub fn from_event(event: Value) -> Result<Self, Problem> {
        let mut event: ApiGatewayProxyRequest = serde_json::from_value(event)
            .map_err(|_| Problem::bad_request("event_malformed", "The request cannot be read."))?;
        let text = event.body.take().unwrap_or_default();
        let body = if event.is_base64_encoded {
            STANDARD
                .decode(text)
                .map_err(|_| Problem::bad_request("body_malformed", "The body cannot be decoded."))?
        } else {
            text.into_bytes()
        };
        Ok(Self { event, body })
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.event.http_method
    }

    /// The route of the template that matched, such as `/signatures/{id}`.
    #[must_use]
    pub fn route(&self) -> &str {
        self.event.resource.as_deref().unwrap_or_default()
    }

    /// A header; the first one, if it was sent more than once.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let value = self.event.headers.get(name).or_else(|| self.event.multi_value_headers.get(name));
        value.and_then(|value| value.to_str().ok())
    }

    /// A parameter of the path, decoded.
    ///
    /// # Errors
    ///
    /// [`Problem`] 404 when the route has none of this name.
    pub fn path_parameter(&self, name: &str) -> Result<&str, Problem> {
        self.event.path_parameters.get(name).map(String::as_str).ok_or_else(Problem::not_found)
    }

    /// The request that the path names.
    ///
    /// # Errors
    ///
    /// [`Problem`] 404: a malformed id is as unknown as any other.
    pub fn request_id(&self) -> Result<RequestId, Problem> {
        RequestId::parse(self.path_parameter("id")?).map_err(|_| Problem::not_found())
    }

    /// A parameter of the query; the first one, if it was sent more than once.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        let event = &self.event;
        event
            .query_string_parameters
            .first(name)
            .or_else(|| event.multi_value_query_string_parameters.first(name))
    }

    /// The content type without its parameters, in lower case.
    #[must_use]
    pub fn essence(&self) -> String {
        let content_type = self.header("content-type").unwrap_or_default();
        content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Whether the content type leaves the body in UTF-8, as JSON is (RFC 8259 section 8.1).
    fn is_utf8(&self) -> bool {
        let parameters = self.header("content-type").unwrap_or_default().split(';').skip(1);
        let mut charsets = parameters
            .filter_map(|it| it.split_once('='))
            .filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
        charsets.all(|(_, charset)| charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8"))
    }

    /// The same caller's call of another route, with another body.
    #[must_use]
    pub(super) fn into_call(mut self, route: &str, body: Vec<u8>) -> Self {
        self.event.resource = Some(route.to_owned());
        self.body = body;
        self
    }

    /// The same call with another value of a header.
    #[must_use]
    pub(super) fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.event.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    /// The same call without an origin that the browser keeps to itself, as it does for pages that send no
    /// referrer.
    #[must_use]
    pub(super) fn without_null_origin(mut self) -> Self {
        if self.header("origin") == Some("null") {
            self.event.headers.remove("origin");
            self.event.multi_value_headers.remove("origin");
        }
        self
    }

    /// The body as JSON of the shape `T`.
    ///
    /// # Errors
    ///
    /// [`Problem`] 415 for another content type, 400 for no JSON, 422 with a pointer for another shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        if self.essence() != JSON || !self.is_utf8() {
            return Err(Problem::unsupported_media_type(&[JSON]));
        }
        let value = Shaped(super::json::parse(&self.body)?);
        serde_path_to_error::deserialize(value).map_err(|error| Problem::shape(&error))
    }

    /// Refuses a change to another version than the caller has seen ([RFC 9110] section 13.1.1). Where there is
    /// nothing, not even `*` fits.
    ///
    /// # Errors
    ///
    /// [`Problem`] 412 when `If-Match` names other versions.
    ///
    /// [RFC 9110]: https://www.rfc-editor.org/rfc/rfc9110
    pub fn check_if_match(&self, current: Option<&str>) -> Result<(), Problem> {
        let Some(wanted) = self.header("if-match") else { return Ok(()) };
        let fits = |etag| wanted.split(',').map(str::trim).any(|it| it == "*" || it == etag);
        if current.is_some_and(fits) { Ok(()) } else { Err(Problem::precondition_failed(current)) }
    }

    /// Whether the caller has this version already ([RFC 9110] section 13.1.2).
    ///
    /// [RFC 9110]: https://www.rfc-editor.org/rfc/rfc9110
    #[must_use]
    pub fn has_seen(&self, etag: &str) -> bool {
        let seen = self.header("if-none-match").unwrap_or_default();
        seen.split(',').map(|it| it.trim().trim_start_matches("W/")).any(|it| it == "*" || it == etag)
    }

    /// The body as it came.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The one of these media types that the caller likes best, the first when it does not matter.
    #[must_use]
    pub fn preferred<'a>(&self, offered: &[&'a str]) -> &'a str {
        accept::preferred(self.header("accept").unwrap_or_default(), offered)
    }

    /// The length of the body in bytes.
    #[must_use]
    pub fn body_len(&self) -> usize {
        self.body.len()
    }

    /// The tenant that the authorizer found behind the API key.
    ///
    /// # Errors
    ///
    /// [`Problem`] 401 when there is none: the route is not behind the authorizer.
    pub fn tenant(&self) -> Result<TenantId, Problem> {
        self.authorized("tenant")
            .and_then(|tenant| TenantId::parse(tenant).ok())
            .ok_or_else(Problem::unauthorized)
    }

    /// A word that the authorizer passed on.
    #[must_use]
    pub fn authorized(&self, name: &str) -> Option<&str> {
        self.event.request_context.authorizer.fields.get(name).and_then(Value::as_str)
    }

    /// The name of what this call is to create, if it is one that may be repeated: it may have been worked on
    /// before, to an end that nobody knows.
    #[must_use]
    pub fn resource(&self) -> Option<RequestId> {
        RequestId::parse(self.authorized(RESOURCE)?).ok()
    }

    /// What the caller may do, as the authorizer found it.
    #[must_use]
    pub fn scopes(&self) -> Scopes {
        self.authorized("scopes").map(Scopes::restore).unwrap_or_default()
    }

    /// Refuses a caller whose scopes do not allow the operation. The gateway has applied the authorizer's policy
    /// before, which knows paths as they were sent; here the operation is the one that was found for the path.
    ///
    /// # Errors
    ///
    /// [`Problem`] 401 for an operation that asks for a scope and a call without a tenant, 403 for a scope that
    /// is not there.
    pub(super) fn check_scope(&self) -> Result<(), Problem> {
        let operation = Operation::of(self.method().as_str(), self.route());
        match (operation, self.authorized("tenant")) {
            (None, None) => Ok(()),
            (Some(_), None) => Err(Problem::unauthorized()),
            (Some(operation), Some(_)) if self.scopes().allow(operation) => Ok(()),
            (_, Some(_)) => Err(Problem::forbidden()),
        }
    }

    /// The token after `Authorization: Bearer`.
    #[must_use]
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// The link token that a signatory's own page sends as a bearer.
    ///
    /// # Errors
    ///
    /// [`Problem`] 401 when there is none, 404 when it has no token's form.
    pub fn link_token(&self) -> Result<LinkToken, Problem> {
        Ok(LinkToken::parse(self.bearer().ok_or_else(Problem::unauthorized)?)?)
    }

    /// A cookie's value.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.header("cookie")?
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// Where the call came from, as the gateway saw it.
    #[must_use]
    pub fn origin(&self) -> Origin {
        let user_agent: String =
            self.header("user-agent").unwrap_or_default().chars().take(MAX_USER_AGENT_CHARS).collect();
        let ip_address = self.event.request_context.identity.source_ip.clone().unwrap_or_default();
        Origin { ip_address, user_agent }
    }

    /// The address under which the API was called: scheme, host and stage, without a final slash.
    #[must_use]
    pub fn api_url(&self) -> String {
        let context = &self.event.request_context;
        let host = context.domain_name.as_deref().unwrap_or_default();
        let on_aws = host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
        match context.stage.as_deref() {
            Some(stage) if on_aws => format!("https://{host}/{stage}"),
            _ => format!("https://{host}"),
        }
    }

    /// The last name of the path as it was sent, where no slash follows it: relative links lead beside it.
    #[must_use]
    pub fn without_slash(&self) -> Option<&str> {
        let path = self.event.request_context.path.as_deref()?;
        let name = path.rsplit('/').next()?;
        (!name.is_empty()).then_some(name)
    }

    /// The cause of a move that an integrator makes.
    ///
    /// # Errors
    ///
    /// [`Problem`] 401 without a tenant.
    pub fn integrator_cause<'a>(
        &self,
        cx: &Invocation,
        rng: &'a mut (dyn CryptoRng + Send),
    ) -> Result<Cause<'a>, Problem> {
        let actor = Actor::Integrator(self.tenant()?);
        Ok(Cause { now: cx.now, rng, actor, origin: Some(self.origin()) })
    }

    /// The cause of a move that a signatory makes.
    pub fn signatory_cause<'a>(
        &self,
        signatory: &SignatoryId,
        cx: &Invocation,
        rng: &'a mut (dyn CryptoRng + Send),
    ) -> Cause<'a> {
        let actor = Actor::Signatory(signatory.clone());
        Cause { now: cx.now, rng, actor, origin: Some(self.origin()) }
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    Bytes(Vec<u8>),
    Text(String),
}

impl Reply {
    /// Its status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// JSON.
    #[must_use]
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        // Serialising our own views fails only on a map with keys that are no strings; they have none.
        let text = serde_json::to_string(body).unwrap_or_default();
        Self::text(status, "application/json", text)
    }

    /// Text of a type.
    #[must_use]
    pub fn text(status: u16, content_type: &str, text: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: Body::Text(text.into()) }
            .header("content-type", content_type)
    }

    /// Bytes of a type.
    #[must_use]
    pub fn bytes(content_type: &str, bytes: Vec<u8>) -> Self {
        Self { status: 200, headers: Vec::new(), body: Body::Bytes(bytes) }
            .header("content-type", content_type)
    }

    /// Done; there is nothing to say.
    #[must_use]
    pub fn no_content() -> Self {
        Self { status: 204, headers: Vec::new(), body: Body::Text(String::new()) }
    }

    /// The caller has this version already.
    #[must_use]
    pub fn not_modified(etag: &str) -> Self {
        Self { status: 304, headers: Vec::new(), body: Body::Text(String::new()) }.header("etag", etag)
    }

    /// The answer is at another address.
    #[must_use]
    pub fn see_other(location: String) -> Self {
        Self { status: 303, headers: Vec::new(), body: Body::Text(String::new()) }
            .header("location", location)
    }

    /// The same answer as a way to another address: of it only its cookies remain.
    #[must_use]
    pub fn moved(self, location: String) -> Self {
        let mut moved = Self::see_other(location);
        moved.headers.extend(self.headers.into_iter().filter(|(name, _)| *name == "set-cookie"));
        moved
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The event that API Gateway turns into the answer. Nothing is cached, sniffed or framed unless the
    /// handler said otherwise.
    #[must_use]
    pub fn into_event(self) -> Value {
        let mut headers: HashMap<&str, Vec<String>> = HashMap::new();
        for (name, value) in self.headers {
            headers.entry(name).or_default().push(value);
        }
        for (name, value) in DEFAULT_HEADERS {
            headers.entry(name).or_insert_with(|| vec![value.to_owned()]);
        }
        let (body, encoded) = match self.body {
            Body::Bytes(bytes) => (STANDARD.encode(bytes), true),
            Body::Text(text) => (text, false),
        };
        json!({
            "statusCode": self.status,
            "multiValueHeaders": headers,
            "body": body,
            "isBase64Encoded": encoded,
        })
    }
}

/// The largest file that is answered inline: base64 adds a third, and Lambda's answers end at 6 MB.
/// Larger ones are a 303 to a presigned address.
pub const MAX_INLINE_BYTES: u64 = 4_400_000;

const JSON: &str = "application/json";
const MAX_USER_AGENT_CHARS: usize = 256;

const DEFAULT_HEADERS: [(&str, &str); 4] = [
    ("cache-control", "no-store"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
];
