//! Makes a mail come back: `POST /_local/bounce` with `{"to": "..", "type": ".."}`. This route exists on one
//! machine only; what it causes goes the way it goes on AWS, from SES through its topic to the function.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::page::is_for_this_machine;
use crate::event::topic;
use crate::service::{Services, ses_notification};
use crate::template::Source;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    to: String,
    /// As SES names it: `Bounce`, `Complaint`, `Delivery`, `DeliveryDelay`, `Reject`; and `SoftBounce`.
    r#type: String,
}

/// The answer, when the request is for this route.
pub(super) fn answer(request: &Request<Bytes>, services: &Services) -> Option<Response<Bytes>> {
    let is_here = request.uri().path() == "/_local/bounce" && request.method() == Method::POST;
    if !is_here || !is_for_this_machine(request) {
        return None;
    }
    let (status, body) = match perform(request, services) {
        Ok(message) => (StatusCode::ACCEPTED, message),
        Err((status, detail)) => (status, json!({ "detail": detail })),
    };
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Some(response)
}

fn perform(request: &Request<Bytes>, services: &Services) -> Result<Value, (StatusCode, String)> {
    // A page of another site can send a form without asking, but not JSON.
    let kind = request.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("application/json")) {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "send application/json".to_owned()));
    }
    let asked: Asked = serde_json::from_slice(request.body())
        .map_err(|error| (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    let all = services.outbox.all();
    let mail = all.iter().rev().find(|it| it.channel == "email" && it.to.eq_ignore_ascii_case(&asked.to));
    let mail = mail.ok_or((StatusCode::NOT_FOUND, "no mail went to this address".to_owned()))?;
    let now_ms = services.clock.now().unix_ms();
    let message = ses_notification(&asked.r#type, mail, now_ms)
        .ok_or((StatusCode::UNPROCESSABLE_ENTITY, "this type is not known".to_owned()))?;
    let topics: BTreeSet<&str> = services
        .bus
        .subscriptions()
        .iter()
        .filter_map(|it| match &it.source {
            Source::Topic { topic } => Some(topic.as_str()),
            _ => None,
        })
        .collect();
    for name in topics {
        topic::publish(&services.bus, name, &message, now_ms)
            .map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    }
    Ok(message)
}
