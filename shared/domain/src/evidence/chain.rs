//! The hash chain.

use serde_json::Value;

use super::commitment::canonical;
use crate::value::Digest;
use crate::{RequestId, Timestamp};

/// The end of a chain: what the next event follows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ChainHead {
    /// Events so far; also the next event's place.
    pub length: u64,
    /// Hash of the last event; zeros before the first.
    pub hash: Digest,
    /// When the last event happened.
    pub at: Timestamp,
}

impl ChainHead {
    /// Before the first event.
    #[must_use]
    pub fn empty() -> Self {
        Self { length: 0, hash: Digest::from_bytes([0; 32]), at: Timestamp::default() }
    }

    pub(super) fn advance(&mut self, bytes: &[u8], at: Timestamp) {
        self.hash = Digest::of_parts(&[DOMAIN, self.hash.as_bytes(), bytes]);
        self.length += 1;
        self.at = at;
    }
}

/// Derives a stored chain again, event by event, and returns its head.
///
/// `stored` are the canonical bytes and the hash of each event, in order.
///
/// # Errors
///
/// [`ChainError`] names the first event that does not follow from those before it.
pub fn verify_chain<'a>(
    request: &RequestId,
    stored: impl IntoIterator<Item = (&'a [u8], Digest)>,
) -> Result<ChainHead, ChainError> {
    let mut head = ChainHead::empty();
    for (bytes, hash) in stored {
        let seq = head.length;
        let fail = |what| ChainError { seq, what };
        let body: Value = serde_json::from_slice(bytes).map_err(|_| fail("is not JSON"))?;
        if canonical(&body) != bytes {
            return Err(fail("is not in canonical form"));
        }
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        if body.get("v").and_then(Value::as_u64) != Some(1) {
            return Err(fail("has an unknown version"));
        }
        if text("request") != Some(request.as_str()) {
            return Err(fail("belongs to another request"));
        }
        if body.get("seq").and_then(Value::as_u64) != Some(seq) {
            return Err(fail("is out of sequence"));
        }
        if text("prev") != Some(head.hash.to_hex().as_str()) {
            return Err(fail("does not follow the event before it"));
        }
        let at = text("at").and_then(Timestamp::parse_rfc3339).ok_or(fail("has no date"))?;
        if at < head.at {
            return Err(fail("is earlier than the event before it"));
        }
        head.advance(bytes, at);
        if head.hash != hash {
            return Err(fail("does not match its hash"));
        }
    }
    Ok(head)
}

/// Where and how a stored chain breaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("event {seq} {what}")]
pub struct ChainError {
    /// The place of the first event that does not hold.
    pub seq: u64,
    /// What is wrong with it.
    pub what: &'static str,
}

const DOMAIN: &[u8] = b"paraphe/event/v1\0";
