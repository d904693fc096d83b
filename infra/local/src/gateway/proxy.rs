//! Proxy events of a REST API, and the answers of functions to them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::response::{LARGEST_PAYLOAD_BYTES, Rejection};
use crate::event::rfc3339;
use crate::template::{ACCOUNT, API_ID, Route};

/// A request as it came in.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) method: String,
    /// As it was sent, still percent-encoded.
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) source_ip: String,
    pub(super) request_id: String,
    pub(super) at_ms: i64,
}

impl Incoming {
    pub(super) fn new(request: Request<Bytes>, source_ip: &str, request_id: String, at_ms: i64) -> Self {
        let (parts, body) = request.into_parts();
        let query = parts.uri.query().unwrap_or_default();
        Self {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: parts.headers,
            body,
            source_ip: source_ip.to_owned(),
            request_id,
            at_ms,
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The event of a route: `AWS_PROXY`. A body of text stands in it as text, any other in Base64.
    ///
    /// The gateway on AWS encodes text as well where every media type is binary, so the largest body is a
    /// quarter smaller there.
    pub(super) fn event(
        &self,
        route: &Route,
        parameters: &BTreeMap<String, String>,
        stage: &str,
        authorizer: Option<&Value>,
    ) -> Value {
        let mut event = self.frame(route, parameters, stage, authorizer);
        if let Some(event) = event.as_object_mut() {
            let (body, encoded) = match std::str::from_utf8(&self.body) {
                Ok("") => (Value::Null, false),
                Ok(text) => (text.into(), false),
                Err(_) => (STANDARD.encode(&self.body).into(), true),
            };
            event.insert("body".to_owned(), body);
            event.insert("isBase64Encoded".to_owned(), encoded.into());
        }
        event
    }

    /// The event without its body.
    pub(super) fn frame(
        &self,
        route: &Route,
        parameters: &BTreeMap<String, String>,
        stage: &str,
        authorizer: Option<&Value>,
    ) -> Value {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        let (headers, multi_headers) = single_and_multi(headers);
        let (query, multi_query) = single_and_multi(self.query.iter().cloned());
        let parameters = if parameters.is_empty() { Value::Null } else { json!(parameters) };
        let mut context = json!({
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "domainName": self.header("host").unwrap_or_default(),
            "extendedRequestId": self.request_id,
            "httpMethod": self.method,
            "identity": { "sourceIp": self.source_ip, "userAgent": self.header("user-agent") },
            "path": self.path,
            "protocol": "HTTP/1.1",
            "requestId": self.request_id,
            "requestTime": rfc3339(self.at_ms),
            "requestTimeEpoch": self.at_ms,
            "resourceId": "local",
            "resourcePath": route.path,
            "stage": stage,
        });
        if let (Some(context), Some(authorizer)) = (context.as_object_mut(), authorizer) {
            context.insert("authorizer".to_owned(), authorizer.clone());
        }
        json!({
            "resource": route.path,
            "path": self.path,
            "httpMethod": self.method,
            "headers": headers,
            "multiValueHeaders": multi_headers,
            "queryStringParameters": query,
            "multiValueQueryStringParameters": multi_query,
            "pathParameters": parameters,
            "stageVariables": null,
            "requestContext": context,
        })
    }
}

/// The last value of each name, and all of them; null when there is none, as API Gateway writes it.
fn single_and_multi(pairs: impl Iterator<Item = (String, String)>) -> (Value, Value) {
    let (mut single, mut multi) = (Map::new(), Map::new());
    for (name, value) in pairs {
        let all = multi.entry(name.clone()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(all) = all {
            all.push(value.clone().into());
        }
        single.insert(name, value.into());
    }
    if single.is_empty() { (Value::Null, Value::Null) } else { (single.into(), multi.into()) }
}

/// The HTTP response of a function's answer.
pub(super) fn response(reply: &Value) -> Result<Response<Bytes>, Rejection> {
    if reply.to_string().len() > LARGEST_PAYLOAD_BYTES {
        tracing::error!("a function's answer is larger than 6 MB");
        return Err(Rejection::IntegrationFailure);
    }
    read(reply).ok_or_else(|| {
        tracing::error!("a function's answer is not a proxy response");
        Rejection::IntegrationFailure
    })
}

fn read(reply: &Value) -> Option<Response<Bytes>> {
    let status = reply.get("statusCode")?;
    let status = status.as_u64().or_else(|| status.as_str()?.parse().ok())?;
    let body = reply.get("body").and_then(Value::as_str).unwrap_or_default();
    let encoded = reply.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or_default();
    let body =
        if encoded { STANDARD.decode(body).ok()?.into() } else { Bytes::copy_from_slice(body.as_bytes()) };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(u16::try_from(status).ok()?).ok()?;
    let singles = reply.get("headers").and_then(Value::as_object).into_iter().flatten();
    let multis = reply.get("multiValueHeaders").and_then(Value::as_object).into_iter().flatten();
    for (name, value) in singles {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        response.headers_mut().insert(HeaderName::try_from(name).ok()?, HeaderValue::try_from(text).ok()?);
    }
    for (name, values) in multis {
        let name = HeaderName::try_from(name).ok()?;
        // A name in both lists has the values of the multi-value list.
        response.headers_mut().remove(&name);
        for value in values.as_array()? {
            response.headers_mut().append(name.clone(), HeaderValue::try_from(value.as_str()?).ok()?);
        }
    }
    // The length is that of the body that is sent, whatever the function said.
    response.headers_mut().remove(http::header::CONTENT_LENGTH);
    Some(response)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn an_event_has_the_form_of_api_gateway() {
        let request = Request::builder()
            .method("POST")
            .uri("/signatures/42?x=1&x=2&empty=")
            .header("host", "127.0.0.1:3000")
            .header("x-list", "a")
            .header("x-list", "b")
            .body(Bytes::from_static(b"\xff"))
            .unwrap();
        let incoming = Incoming::new(request, "127.0.0.1", "id".to_owned(), 0);
        let route = Route {
            method: "POST".to_owned(),
            path: "/signatures/{id}".to_owned(),
            function: "F".to_owned(),
            authorized: false,
            authorizer: None,
        };
        let event = incoming.event(&route, &[("id".to_owned(), "42".to_owned())].into(), "v1", None);
        assert_eq!(event["body"], "/w==");
        assert_eq!(event["isBase64Encoded"], true);
        assert_eq!(event["pathParameters"]["id"], "42");
        assert_eq!(event["queryStringParameters"]["x"], "2");
        assert_eq!(event["multiValueQueryStringParameters"]["x"], json!(["1", "2"]));
        assert_eq!(event["multiValueHeaders"]["x-list"], json!(["a", "b"]));
        assert_eq!(event["requestContext"]["resourcePath"], "/signatures/{id}");
        assert_eq!(event["requestContext"]["identity"]["sourceIp"], "127.0.0.1");
        assert_eq!(event["requestContext"]["domainName"], "127.0.0.1:3000");
    }

    #[test]
    fn an_answer_becomes_a_response_or_a_failure() {
        let reply = json!({
            "statusCode": 201, "headers": { "content-type": "text/plain" },
            "multiValueHeaders": { "set-cookie": ["a=1", "b=2"] }, "body": "aGk=", "isBase64Encoded": true,
        });
        let response = response(&reply).unwrap();
        assert_eq!((response.status().as_u16(), response.body().as_ref()), (201, b"hi".as_slice()));
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        assert!(super::response(&json!({ "body": "no status" })).is_err());
        assert!(
            super::response(&json!({ "statusCode": 200, "body": "%", "isBase64Encoded": true })).is_err()
        );
        let large = "x".repeat(LARGEST_PAYLOAD_BYTES);
        assert!(super::response(&json!({ "statusCode": 200, "body": large })).is_err());
    }
}
