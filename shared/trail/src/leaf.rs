//! What the transparency log says of a request.

/// The entry of a request whose chain was fixed: its length and its head.
#[must_use]
pub fn leaf(request: &str, length: u64, head: &str) -> Vec<u8> {
    // Canonical (RFC 8785) as it stands: the names are in order, and none of the values needs an escape.
    format!(r#"{{"head":"{head}","length":{length},"request":"{request}","v":1}}"#).into_bytes()
}
