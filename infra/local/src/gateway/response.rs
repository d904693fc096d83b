//! The answers that the gateway gives itself, from the templates of the template.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};

use crate::template::{Api, GatewayResponse};

/// API Gateway takes bodies of at most 10 MB.
pub const LARGEST_BODY_BYTES: usize = 10 * 1024 * 1024;
/// Lambda takes events and gives answers of at most 6 MB, Base64 included.
pub const LARGEST_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;

/// Why the gateway answers in place of a function.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Rejection {
    /// The authorizer said no.
    AccessDenied,
    /// The authorizer failed, or its answer is none.
    AuthorizerFailure,
    /// The function failed, or its answer is none.
    IntegrationFailure,
    /// No route has this path and method.
    MissingAuthenticationToken,
    /// The body, or the event it makes, is too large.
    RequestTooLarge,
    /// The authorizer's headers are not there, or it does not accept them.
    Unauthorized,
}

impl Rejection {
    /// The type, the status and the message of API Gateway.
    const fn facts(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::AccessDenied => ("ACCESS_DENIED", 403, "User is not authorized to access this resource"),
            Self::AuthorizerFailure => ("AUTHORIZER_FAILURE", 500, "Internal server error"),
            Self::IntegrationFailure => ("INTEGRATION_FAILURE", 502, "Internal server error"),
            Self::MissingAuthenticationToken => {
                ("MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token")
            }
            Self::RequestTooLarge => ("REQUEST_TOO_LARGE", 413, "Request Too Long"),
            Self::Unauthorized => ("UNAUTHORIZED", 401, "Unauthorized"),
        }
    }
}

/// Renders the template of a rejection, or the default of its class.
pub(super) fn render(api: &Api, rejection: Rejection, request_id: &str) -> Response<Bytes> {
    let (kind, status, message) = rejection.facts();
    let class = if status < 500 { "DEFAULT_4XX" } else { "DEFAULT_5XX" };
    let template = api.responses.get(kind).or_else(|| api.responses.get(class));
    let status = template.and_then(|it| it.status).unwrap_or(status);
    let body = template.map_or_else(|| PLAIN.to_owned(), |it| it.body.clone());
    let quoted = serde_json::Value::from(message).to_string();
    // The longer name first, as the shorter is its beginning.
    let body = body
        .replace("$context.error.messageString", &quoted)
        .replace("$context.error.message", message)
        .replace("$context.error.responseType", kind)
        .replace("$context.requestId", request_id);
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in template.map(|it| it.headers.as_slice()).unwrap_or_default() {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    response
}

/// Checks that every variable in the templates is known here.
pub(super) fn check(api: &Api) -> Result<(), String> {
    for (kind, GatewayResponse { body, .. }) in &api.responses {
        for (at, _) in body.match_indices('$') {
            let rest = body.get(at..).unwrap_or_default();
            if !VARIABLES.iter().any(|name| rest.starts_with(name)) {
                let name: String = rest.chars().take_while(|it| !"\"', }".contains(*it)).collect();
                return Err(format!("template: {name} in the gateway response {kind} is not known"));
            }
        }
    }
    Ok(())
}

const VARIABLES: &[&str] = &["$context.error.message", "$context.error.responseType", "$context.requestId"];
/// API Gateway's own body.
const PLAIN: &str = r#"{"message":$context.error.messageString}"#;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;
    use crate::template::{TEMPLATE, Template};

    #[test]
    fn every_rejection_is_a_problem_with_its_status() {
        let api = Template::parse(TEMPLATE, &BTreeMap::new()).unwrap().api;
        check(&api).unwrap();
        for (rejection, status) in [
            (Rejection::AccessDenied, 403),
            (Rejection::AuthorizerFailure, 500),
            (Rejection::IntegrationFailure, 502),
            (Rejection::MissingAuthenticationToken, 404),
            (Rejection::RequestTooLarge, 413),
            (Rejection::Unauthorized, 401),
        ] {
            let response = render(&api, rejection, "id-1");
            assert_eq!(response.status().as_u16(), status, "{rejection:?}");
            assert_eq!(response.headers()["content-type"], "application/problem+json");
            let body: Value = serde_json::from_slice(response.body()).unwrap();
            assert_eq!(body["instance"], "urn:request:id-1");
            assert_eq!(body["success"], false);
        }
    }

    #[test]
    fn a_variable_that_is_not_known_is_named() {
        let text = TEMPLATE.replacen("$context.error.responseType", "$context.error.colour", 1);
        let api = Template::parse(&text, &BTreeMap::new()).unwrap().api;
        assert!(check(&api).unwrap_err().contains("$context.error.colour"));
    }
}
