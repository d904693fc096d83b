//! Cursors of lists: where a page ended, for the same tenant and the same filter, and for nobody else.
//!
//! **Invariant:** a cursor is believed only if it was made here, for this tenant and this filter.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::TenantId;

/// The key that authenticates cursors, and those that it replaced.
pub struct CursorKey {
    current: hmac::Key,
    earlier: Vec<hmac::Key>,
}

impl CursorKey {
    /// Makes the key from secret material of any length.
    #[must_use]
    pub fn new(material: &[u8]) -> Self {
        Self { current: derived(material), earlier: Vec::new() }
    }

    /// The same key, which also believes what these made: whoever keeps a cursor goes on when a secret was replaced.
    #[must_use]
    pub fn and_earlier<'a>(self, materials: impl Iterator<Item = &'a [u8]>) -> Self {
        Self { earlier: materials.map(derived).collect(), ..self }
    }

    /// The cursor behind a position.
    #[must_use]
    pub fn write(&self, tenant: &TenantId, filter: &str, position: &str) -> String {
        let mut bytes = hmac::sign(&self.current, &message(tenant, filter, position)).as_ref().to_vec();
        bytes.extend_from_slice(position.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The position of a cursor; none of what was not made for this tenant and filter.
    #[must_use]
    pub fn read(&self, tenant: &TenantId, filter: &str, cursor: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok().filter(|it| it.len() <= MAX_BYTES)?;
        let (tag, position) = bytes.split_at_checked(TAG_BYTES)?;
        let position = std::str::from_utf8(position).ok()?;
        let message = message(tenant, filter, position);
        let mut keys = std::iter::once(&self.current).chain(&self.earlier);
        keys.any(|key| hmac::verify(key, &message, tag).is_ok()).then(|| position.to_owned())
    }
}

impl fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CursorKey(***)")
    }
}

fn derived(material: &[u8]) -> hmac::Key {
    let root = hmac::Key::new(hmac::HMAC_SHA256, material);
    hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&root, DOMAIN).as_ref())
}

/// What is authenticated; lengths keep the parts apart.
fn message(tenant: &TenantId, filter: &str, position: &str) -> Vec<u8> {
    let mut message = Vec::new();
    for part in [tenant.as_str(), filter, position] {
        message.extend_from_slice(&(part.len() as u64).to_be_bytes());
        message.extend_from_slice(part.as_bytes());
    }
    message
}

const DOMAIN: &[u8] = b"paraphe/cursor/v1\0";
const TAG_BYTES: usize = 32;
const MAX_BYTES: usize = 256;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    #[test]
    fn a_cursor_reads_back_for_its_tenant_and_filter_alone() {
        let key = CursorKey::new(b"material");
        let tenant = TenantId::parse("acme").unwrap();
        let cursor = key.write(&tenant, "DONE", "2026-01-01#1");
        assert_eq!(key.read(&tenant, "DONE", &cursor).as_deref(), Some("2026-01-01#1"));
        assert_eq!(key.read(&TenantId::parse("other").unwrap(), "DONE", &cursor), None);
        assert_eq!(key.read(&tenant, "ERROR", &cursor), None);
        assert_eq!(CursorKey::new(b"other").read(&tenant, "DONE", &cursor), None);
        let next = CursorKey::new(b"other").and_earlier([b"material".as_slice()].into_iter());
        assert_eq!(next.read(&tenant, "DONE", &cursor).as_deref(), Some("2026-01-01#1"));
        assert_ne!(next.write(&tenant, "DONE", "2026-01-01#1"), cursor);
        for at in 0..cursor.len() {
            let other = if &cursor[at..=at] == "A" { "B" } else { "A" };
            let tampered = format!("{}{other}{}", &cursor[..at], &cursor[at + 1..]);
            assert_ne!(key.read(&tenant, "DONE", &tampered).as_deref(), Some("2026-01-01#2"));
            let same = URL_SAFE_NO_PAD.decode(&tampered).ok() == URL_SAFE_NO_PAD.decode(&cursor).ok();
            assert!(same || key.read(&tenant, "DONE", &tampered).is_none(), "{at}");
        }
        for bad in ["", "x", "%", &"A".repeat(4000), cursor.get(..20).unwrap()] {
            assert_eq!(key.read(&tenant, "DONE", bad), None);
        }
    }
}
