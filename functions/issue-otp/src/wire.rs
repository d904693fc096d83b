//! `POST /sign/otp` on the wire.

use std::time::Duration;

use domain::Timestamp;
use serde::{Deserialize, Serialize};

/// The signatory agrees to the text of this digest, for the document of this digest.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Asked {
    pub(crate) document_sha256: String,
    pub(crate) consent_sha256: String,
}

/// A code is on its way.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sent {
    #[serde(rename = "sentTo")]
    destination: String,
    expires_at: String,
    resend_after_seconds: u64,
}

impl Sent {
    pub(crate) fn new(destination: String, expires_at: Timestamp, resend_after: Duration) -> Self {
        let resend_after_seconds = resend_after.as_secs();
        Self { destination, expires_at: expires_at.to_rfc3339(), resend_after_seconds }
    }
}
