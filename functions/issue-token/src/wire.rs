//! Tokens on the wire.

use std::time::Duration;

use domain::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::edge::{HttpRequest, Problem, Reply};
use shared::outbound::SecretError;
use zeroize::Zeroizing;

/// The body of `POST /apitoken/clientApp/accessToken`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct AppBody {
    pub(crate) client_id: String,
    pub(crate) secret: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) email: Option<String>,
}

/// The body of `POST /token`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenapiBody {
    pub(crate) scopes: Vec<String>,
    /// Seconds.
    pub(crate) ttl: Option<u64>,
}

/// The body of `POST /oauth/token`.
#[derive(Default)]
pub(crate) struct Form {
    pub(crate) grant_type: Option<String>,
    pub(crate) scope: Option<String>,
    client_id: Option<String>,
    client_secret: Option<Zeroizing<String>>,
}

/// A client's id, or a caller's name, and their secret.
pub(crate) type Client = (Zeroizing<String>, Zeroizing<String>);

/// Why `POST /oauth/token` gives no token (RFC 6749 section 5.2).
#[derive(Debug)]
pub(crate) enum OAuthError {
    InvalidClient,
    InvalidRequest(&'static str),
    InvalidScope,
    UnsupportedGrantType,
    /// Something that the standard has no word for.
    Other(Problem),
}

impl Form {
    /// Reads the form. Parameters that are not known are left out, none may stand there twice, and one without a
    /// value counts as absent (RFC 6749 section 3.2).
    pub(crate) fn parse(http: &HttpRequest) -> Result<Self, OAuthError> {
        if http.essence() != "application/x-www-form-urlencoded" {
            return Err(OAuthError::InvalidRequest("Send application/x-www-form-urlencoded."));
        }
        let mut form = Self::default();
        for (name, value) in url::form_urlencoded::parse(http.body()) {
            let value = value.into_owned();
            let before = match &*name {
                "grant_type" => form.grant_type.replace(value),
                "scope" => form.scope.replace(value),
                "client_id" => form.client_id.replace(value),
                "client_secret" => form.client_secret.replace(Zeroizing::new(value)).map(|it| it.to_string()),
                _ => None,
            };
            if before.is_some() {
                return Err(OAuthError::InvalidRequest("A parameter stands there twice."));
            }
        }
        for parameter in [&mut form.grant_type, &mut form.scope, &mut form.client_id] {
            *parameter = parameter.take().filter(|it| !it.is_empty());
        }
        form.client_secret = form.client_secret.filter(|it| !it.is_empty());
        Ok(form)
    }

    /// The client's id and secret, if they are in the body.
    pub(crate) fn client(&self) -> Result<Option<Client>, OAuthError> {
        match (&self.client_id, &self.client_secret) {
            // An id alone tells who asks, and the header shows it.
            (_, None) => Ok(None),
            (Some(id), Some(secret)) => Ok(Some((Zeroizing::new(id.clone()), secret.clone()))),
            (None, Some(_)) => Err(OAuthError::InvalidRequest("client_id is missing.")),
        }
    }
}

impl OAuthError {
    pub(crate) fn into_reply(self) -> Reply {
        let (status, error, description) = match self {
            Self::InvalidClient => (401, "invalid_client", "The client or its secret is not known."),
            Self::InvalidRequest(description) => (400, "invalid_request", description),
            Self::InvalidScope => (400, "invalid_scope", "The client has not all of these scopes itself."),
            Self::UnsupportedGrantType => {
                (400, "unsupported_grant_type", "The only grant is client_credentials.")
            }
            Self::Other(_) => (500, "server_error", "Something is wrong on our side."),
        };
        let reply = Reply::json(status, &json!({ "error": error, "error_description": description }));
        let reply = reply.header("pragma", "no-cache");
        if status == 401 { reply.header("www-authenticate", "Basic realm=\"token\"") } else { reply }
    }
}

impl From<Problem> for OAuthError {
    fn from(problem: Problem) -> Self {
        Self::Other(problem)
    }
}

impl From<SecretError> for OAuthError {
    fn from(error: SecretError) -> Self {
        Self::Other(error.into())
    }
}

/// RFC 6749 section 5.1. That nothing is stored on the way, every answer of the API says.
pub(crate) fn oauth_token(token: &str, ttl: Duration, scope: &str) -> Reply {
    let body = json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": ttl.as_secs(),
        "scope": scope,
    });
    Reply::json(200, &body).header("pragma", "no-cache")
}

/// OneSpan counts in milliseconds.
pub(crate) fn one_span_token(token: &str, end: Timestamp) -> Reply {
    Reply::json(200, &json!({ "accessToken": token, "expiresAt": end.unix_ms() }))
}

/// Openapi counts in seconds.
pub(crate) fn openapi_token(token: &str, end: Timestamp) -> Reply {
    let body = json!({
        "success": true,
        "message": "",
        "error": Value::Null,
        "token": token,
        "expire": end.unix_seconds(),
    });
    Reply::json(200, &body)
}
