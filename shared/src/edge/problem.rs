//! Errors as callers see them: RFC 9457 problem details, with Openapi's members beside them.

use domain::Refusal;
use domain::value::MAX_NAME_CHARS;
use serde_json::{Value, json};

use super::http::Reply;
use crate::BoxError;
use crate::outbound::SecretError;
use crate::store::StoreError;

/// An error as a caller sees it.
#[derive(Debug)]
pub struct Problem {
    status: u16,
    code: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    number: Option<u16>,
    attempts_left: Option<u8>,
    headers: Vec<(&'static str, String)>,
    uniform: bool,
    source: Option<BoxError>,
}

/// What is wrong with one value of the body.
#[derive(Debug)]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) to the value.
    pub pointer: String,
    /// What is wrong and what to do.
    pub detail: String,
}

impl Problem {
    /// An error of this status, with a stable word and a sentence.
    #[must_use]
    pub fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            number: None,
            attempts_left: None,
            headers: Vec::new(),
            uniform: false,
            source: None,
        }
    }

    /// 400.
    #[must_use]
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(400, code, detail)
    }

    /// 401.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(401, "unauthorized", "Send Authorization: Bearer and a valid token.")
            .header("www-authenticate", "Bearer")
    }

    /// 403 for a caller whose scopes do not reach so far.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(403, "forbidden", "The key or token has no scope for this.")
    }

    /// 404, the same for what does not exist and what belongs to someone else.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(404, "not_found", "There is nothing here.")
    }

    /// 410.
    #[must_use]
    pub fn gone(detail: impl Into<String>) -> Self {
        Self::new(410, "gone", detail)
    }

    /// 422 for a one-time password, to the byte the same whatever is wrong with it: mistyped, expired, used,
    /// replaced, never sent, or out of tries. The request's view tells its signatory what is left to do.
    #[must_use]
    pub fn code_refused() -> Self {
        let detail = "The code is not right, or no longer valid. Use the newest message, or ask for another.";
        Self::new(422, CODE_REFUSED, detail).uniform()
    }

    /// 503 for something on our side that is away. Whoever logs the answer logs why.
    #[must_use]
    pub fn unavailable(source: impl Into<BoxError>) -> Self {
        Self::fault("unavailable", 503, "Something is away on our side. Try again soon.", source)
            .header("retry-after", "2")
    }

    /// 405, with the methods that there are.
    #[must_use]
    pub fn method_not_allowed(allowed: &[&str]) -> Self {
        let allowed = allowed.join(", ");
        Self::new(405, "method_not_allowed", format!("This path has the methods {allowed}."))
            .header("allow", allowed)
    }

    /// 406, with the media types that can be had.
    #[must_use]
    pub fn not_acceptable(offered: &[&str]) -> Self {
        Self::new(406, "not_acceptable", format!("There is {} here.", offered.join(", ")))
    }

    /// 412, with the version that there is, if any.
    #[must_use]
    pub fn precondition_failed(current: Option<&str>) -> Self {
        let detail = "It has changed since you read it, or is not there. Read it again and decide anew.";
        let failed = Self::new(412, "precondition_failed", detail);
        match current {
            Some(etag) => failed.header("etag", etag),
            None => failed,
        }
    }

    /// 415, with the media types that are taken.
    #[must_use]
    pub fn unsupported_media_type(taken: &[&str]) -> Self {
        let taken = taken.join(", ");
        Self::new(415, "unsupported_media_type", format!("Send the body as {taken}."))
            .header("accept-post", taken)
    }

    /// 422 for one value of the body.
    #[must_use]
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let mut problem = Self::new(422, "invalid", detail.clone());
        problem.errors.push(FieldError { pointer: pointer.into(), detail });
        problem
    }

    /// 422 for a value that a domain type refused.
    #[must_use]
    pub fn refused(pointer: impl Into<String>, refusal: &Refusal) -> Self {
        Self::invalid(pointer, sentence(&refusal.to_string()))
    }

    /// 422 for a body of another shape.
    #[must_use]
    pub fn shape(error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        Self::invalid(pointer_of(error.path()), sentence(&error.inner().to_string())).numbered(625)
    }

    /// Adds what is wrong with one more value.
    #[must_use]
    pub fn with_error(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError { pointer: pointer.into(), detail: detail.into() });
        self
    }

    /// Adds the number that Openapi's callers look at.
    #[must_use]
    pub fn numbered(mut self, number: u16) -> Self {
        self.number = Some(number);
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Its stable word.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// What is wrong, and what to do.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The same with what else is wrong with single values.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.errors.extend(other.errors);
        self
    }

    /// What is wrong with single values of the body.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// The number that Openapi's callers look at.
    #[must_use]
    pub const fn number(&self) -> Option<u16> {
        self.number
    }

    /// Tries that are left, where a try was counted.
    #[must_use]
    pub const fn attempts_left(&self) -> Option<u8> {
        self.attempts_left
    }

    /// Whether it is [`Self::code_refused`].
    #[must_use]
    pub fn is_code_refused(&self) -> bool {
        self.code == CODE_REFUSED
    }

    /// The answer. Logs the fault behind a 5xx, once.
    #[must_use]
    pub fn into_reply(self, request_id: &str) -> Reply {
        if let Some(source) = &self.source {
            tracing::error!(
                invocation = request_id,
                code = self.code,
                error = source.as_ref() as &dyn std::error::Error,
                "invocation failed"
            );
        }
        let errors: Vec<Value> =
            self.errors.iter().map(|it| json!({ "pointer": it.pointer, "detail": it.detail })).collect();
        let mut body = json!({
            "type": format!("urn:paraphe:problem:{}", self.code),
            "title": title(self.status),
            "status": self.status,
            "detail": self.detail,
            "instance": format!("urn:request:{request_id}"),
            "code": self.code,
            "success": false,
            "message": self.detail,
            "error": self.number,
            "data": null,
        });
        if let Some(object) = body.as_object_mut() {
            if self.uniform {
                object.remove("instance");
            }
            if !errors.is_empty() {
                object.insert("errors".to_owned(), Value::Array(errors));
            }
            if let Some(attempts_left) = self.attempts_left {
                object.insert("attemptsLeft".to_owned(), attempts_left.into());
            }
        }
        let reply = Reply::text(self.status, "application/problem+json", body.to_string());
        self.headers.into_iter().fold(reply, |reply, (name, value)| reply.header(name, value))
    }

    /// Leaves out what tells one such answer from another.
    fn uniform(mut self) -> Self {
        self.uniform = true;
        self
    }

    fn fault(code: &'static str, status: u16, detail: &str, source: impl Into<BoxError>) -> Self {
        let mut problem = Self::new(status, code, detail);
        problem.source = Some(source.into());
        problem
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match &refusal {
            Refusal::AttachmentUnknown | Refusal::LinkUnknown => 404,
            Refusal::RequestExpired { .. } => 410,
            Refusal::RequestNot { .. }
            | Refusal::AttachmentSettled
            | Refusal::DocumentUnknown
            | Refusal::LegalHold
            | Refusal::NotYourTurn
            | Refusal::SignatoryNotLocked
            | Refusal::SignatoryNotPending
            | Refusal::StepMissing { .. } => 409,
            Refusal::DelegationForbidden | Refusal::NotEditable { .. } | Refusal::RoleCannot { .. } => 403,
            Refusal::ResendTooSoon { .. } => 429,
            Refusal::SignatoryLocked | Refusal::TooManyMoves => 423,
            Refusal::CodeExpired | Refusal::CodeWrong { .. } => return Self::code_refused(),
            Refusal::AnswerWrong { .. }
            | Refusal::DelegateKnown
            | Refusal::DeadlineOutOfBounds
            | Refusal::DigestMalformed
            | Refusal::EmailMalformed
            | Refusal::GroupMixed { .. }
            | Refusal::IdMalformed { .. }
            | Refusal::LineMalformed { .. }
            | Refusal::ModeNotAllowed
            | Refusal::NameMalformed
            | Refusal::NetworkMalformed
            | Refusal::NobodySigns
            | Refusal::PhoneMalformed
            | Refusal::RetentionOutOfBounds { .. }
            | Refusal::ScopeUnknown { .. }
            | Refusal::SmsNotAllowed { .. }
            | Refusal::SmsTextUnfit { .. }
            | Refusal::TextMalformed { .. } => 422,
            Refusal::Inconsistent { .. } => 500,
        };
        let mut problem = Self::new(status, refusal.code(), sentence(&refusal.to_string()));
        match refusal {
            Refusal::LinkUnknown => problem.uniform(),
            Refusal::GroupMixed { position } => {
                let detail = problem.detail.clone();
                problem.with_error(format!("/signers/{position}/group"), detail)
            }
            Refusal::AnswerWrong { attempts_left } => {
                problem.attempts_left = Some(attempts_left);
                problem
            }
            Refusal::ResendTooSoon { retry_after } => {
                problem.header("retry-after", retry_after.as_millis().div_ceil(1000).to_string())
            }
            _ => problem,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::fault(
                "conflict",
                409,
                "Someone changed the request at the same moment. Read it again and retry.",
                error,
            ),
            StoreError::NotFound => Self::not_found(),
            StoreError::Corrupt { .. } => {
                Self::fault("internal", 500, "Something is wrong on our side.", error)
            }
            StoreError::Unavailable { .. } => {
                Self::fault("unavailable", 503, "Something is away on our side. Try again soon.", error)
                    .header("retry-after", "2")
            }
        }
    }
}

impl From<SecretError> for Problem {
    fn from(error: SecretError) -> Self {
        Self::fault("unavailable", 503, "Something is away on our side. Try again soon.", error)
            .header("retry-after", "2")
    }
}

/// A sentence from an error's text: a capital first, a full stop last.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str().trim_end_matches('.'))
}

/// A name as a part of a JSON Pointer ([RFC 6901] section 3).
///
/// [RFC 6901]: https://www.rfc-editor.org/rfc/rfc6901
#[must_use]
pub fn pointer_token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The JSON Pointer (RFC 6901) of a path.
fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        pointer.push('/');
        match segment {
            Segment::Seq { index } => pointer.push_str(&index.to_string()),
            Segment::Map { key } => pointer.push_str(&pointer_token(key)),
            Segment::Enum { variant } => pointer.push_str(variant),
            Segment::Unknown => pointer.push('?'),
        }
    }
    pointer
}

fn title(status: u16) -> &'static str {
    http::StatusCode::from_u16(status).ok().and_then(|it| it.canonical_reason()).unwrap_or("Error")
}

const CODE_REFUSED: &str = "code_refused";

// A refusal states this number in words.
const _: () = assert!(MAX_NAME_CHARS == 100, "the text of Refusal::NameMalformed names the limit");
