//! Headers that are sent for somebody else.

use std::collections::BTreeMap;

use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::CallError;

/// Whether a header is one that the client itself must write.
#[must_use]
pub fn is_own_header(name: &str) -> bool {
    OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether a header may be sent for somebody else: it is well-formed, and neither the client's own nor one of those that
/// sign a message.
#[must_use]
pub fn is_foreign_header(name: &str, value: &str) -> bool {
    let is_signing =
        name.get(..SIGNING.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(SIGNING));
    !is_signing
        && !is_own_header(name)
        && HeaderName::from_bytes(name.as_bytes()).is_ok()
        && HeaderValue::from_str(value).is_ok()
}

/// Reads what is sent as it is.
///
/// # Errors
///
/// [`CallError::HeaderRefused`].
pub(super) fn parse(headers: &BTreeMap<String, String>) -> Result<HeaderMap, CallError> {
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| CallError::HeaderRefused)?;
        if OWN_HEADERS.contains(&name.as_str()) {
            return Err(CallError::HeaderRefused);
        }
        let mut value = HeaderValue::from_str(value).map_err(|_| CallError::HeaderRefused)?;
        value.set_sensitive(true);
        map.append(name, value);
    }
    Ok(map)
}

/// What Standard Webhooks begins its headers with.
const SIGNING: &str = "webhook-";
/// Headers that frame the message or name the connection ([RFC 9110] section 7.6.1): a second writer of
/// them could end one request and begin another.
///
/// [RFC 9110]: https://www.rfc-editor.org/rfc/rfc9110
const OWN_HEADERS: [&str; 11] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_for_somebody_else_neither_frames_nor_signs_the_message() {
        assert!(is_foreign_header("Authorization", "Bearer a") && is_foreign_header("x-webhook-id", ""));
        for name in ["Host", "content-length", "Webhook-Signature", "WEBHOOK-ID", "", "a b", "a:b", "é"] {
            assert!(!is_foreign_header(name, "1"), "{name}");
        }
        assert!(!is_foreign_header("x-a", "b\r\nx-c: d"));
    }
}
