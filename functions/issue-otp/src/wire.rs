//! `POST /sign/otp` on the wire.

use std::time::Duration;

use domain::{Channel, Timestamp};
use serde::{Deserialize, Serialize};

/// The signatory agrees to the text of this digest, for the document of this digest.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Asked {
    pub(crate) document_sha256: String,
    pub(crate) consent_sha256: String,
}

/// Codes are on their way.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Issued {
    /// Where the first one goes.
    sent_to: String,
    /// One for each channel.
    codes: Vec<SentCode>,
    expires_at: String,
    resend_after_seconds: u64,
}

/// A code that is on its way.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SentCode {
    channel: &'static str,
    sent_to: String,
}

impl Issued {
    pub(crate) fn new(to: Vec<(Channel, String)>, expires_at: Timestamp, resend_after: Duration) -> Self {
        Self {
            sent_to: to.first().map(|(_, sent_to)| sent_to.clone()).unwrap_or_default(),
            codes: to
                .into_iter()
                .map(|(channel, sent_to)| SentCode { channel: channel.as_str(), sent_to })
                .collect(),
            expires_at: expires_at.to_rfc3339(),
            resend_after_seconds: resend_after.as_secs(),
        }
    }
}
