//! The time-stamp authority (RFC 3161).

use std::time::Duration;

use bytes::Bytes;
use pades::{TIMESTAMP_QUERY, TIMESTAMP_RESERVE_BYTES, TimestampRequest, TimestampToken};
use sha2::{Digest as _, Sha256};

use super::http::{FetchError, Outbound};
use crate::chance::system_rng;

/// A time-stamp authority.
pub struct TimestampAuthority {
    url: String,
    outbound: Outbound,
}

impl TimestampAuthority {
    /// The authority at this address.
    #[must_use]
    pub fn new(url: String, outbound: Outbound) -> Self {
        Self { url, outbound }
    }

    /// A time-stamp over a signature.
    ///
    /// # Errors
    ///
    /// A sentence that names no address; there is then no time-stamp.
    pub async fn stamp_signature(&self, signature: &[u8]) -> Result<TimestampToken, String> {
        self.stamp(&TimestampRequest::for_signature(signature, nonce())).await
    }

    /// A time-stamp over any bytes.
    ///
    /// # Errors
    ///
    /// As [`TimestampAuthority::stamp_signature`].
    pub async fn stamp_bytes(&self, bytes: &[u8]) -> Result<TimestampToken, String> {
        self.stamp_document(Sha256::digest(bytes).into()).await
    }

    /// A time-stamp over a document.
    ///
    /// # Errors
    ///
    /// As [`TimestampAuthority::stamp_signature`].
    pub async fn stamp_document(&self, sha256: [u8; 32]) -> Result<TimestampToken, String> {
        self.stamp(&TimestampRequest::new(sha256, nonce())).await
    }

    async fn stamp(&self, request: &TimestampRequest) -> Result<TimestampToken, String> {
        let query = request.to_der().map_err(|error| error.to_string())?;
        let asked = async {
            match self.ask(query.clone()).await {
                // One lost connection is no reason for a lower level.
                Err(error) if error.is_temporary() => self.ask(query).await,
                other => other,
            }
        };
        let reply = tokio::time::timeout(PATIENCE, asked)
            .await
            .map_err(|_| "the time-stamp authority did not answer in time".to_owned())?
            .map_err(|error| format!("the time-stamp authority gave no answer: {error}"))?;
        let token = request.check(&reply).map_err(|error| format!("the time-stamp is not taken: {error}"))?;
        if token.der().len() > TIMESTAMP_RESERVE_BYTES {
            return Err("the time-stamp is longer than the room that is reserved for it".to_owned());
        }
        Ok(token)
    }

    async fn ask(&self, query: Vec<u8>) -> Result<Bytes, FetchError> {
        self.outbound.ask(&self.url, TIMESTAMP_QUERY, query, MAX_REPLY_BYTES).await
    }
}

impl std::fmt::Debug for TimestampAuthority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Some authorities are addressed by a secret.
        f.write_str("TimestampAuthority(***)")
    }
}

fn nonce() -> u64 {
    use rand::RngExt as _;
    system_rng().random()
}

/// For all tries together. Public authorities answer within a second; the function has to seal after that.
const PATIENCE: Duration = Duration::from_secs(8);
/// A token with a long chain has 10 KB.
const MAX_REPLY_BYTES: usize = 64 * 1024;
