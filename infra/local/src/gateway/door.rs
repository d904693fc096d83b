//! `POST /_local/cloud`: tables and secrets, for `paraphe admin` of the same owner. This route exists on one
//! machine only.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde::{Deserialize, Serialize};

use super::page::is_for_this_machine;
use crate::service::Services;

/// Where the service is, and what it lets in. It lies in the data, where only its owner reads.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct DoorKey {
    pub(crate) url: String,
    pub(crate) token: String,
}

/// The answer, when the request is for this route.
pub(super) fn answer(request: &Request<Bytes>, services: &Services) -> Option<Response<Bytes>> {
    let is_here = request.uri().path() == DOOR_PATH && request.method() == Method::POST;
    if !is_here || !is_for_this_machine(request) {
        return None;
    }
    let given = request.headers().get(DOOR_HEADER).map(http::HeaderValue::as_bytes).unwrap_or_default();
    let target = request.headers().get("x-amz-target").and_then(|it| it.to_str().ok()).unwrap_or_default();
    let is_open = ["DynamoDB_20120810.", "secretsmanager."].iter().any(|it| target.starts_with(it));
    if verify_slices_are_equal(given, services.door.as_bytes()).is_err() || !is_open {
        let mut refused = Response::new(Bytes::new());
        *refused.status_mut() = StatusCode::FORBIDDEN;
        return Some(refused);
    }
    Some(services.answer(None, &request.clone().map(|body| body.to_vec())).map(Bytes::from))
}

/// The file of the [`DoorKey`].
pub(crate) const DOOR_FILE: &str = "door.json";
/// What carries the token.
pub(crate) const DOOR_HEADER: &str = "x-paraphe-door";
/// The route.
pub(crate) const DOOR_PATH: &str = "/_local/cloud";
