//! Cursors: nothing panics, no forged one is believed, and each position comes back.

#![no_main]

use std::sync::LazyLock;

use domain::TenantId;
use libfuzzer_sys::fuzz_target;
use shared::edge::cursor::CursorKey;

static KEY: LazyLock<CursorKey> = LazyLock::new(|| CursorKey::new(b"material"));
static TENANT: LazyLock<TenantId> = LazyLock::new(|| TenantId::parse("acme").expect("a tenant"));

fuzz_target!(|parts: (&str, &str)| {
    let (filter, text) = parts;
    assert_eq!(KEY.read(&TENANT, filter, text), None, "a cursor that nobody made is believed");
    let cursor = KEY.write(&TENANT, filter, text);
    // A position longer than any of ours does not come back.
    let read = KEY.read(&TENANT, filter, &cursor);
    assert!(read.as_deref() == Some(text) || (read.is_none() && text.len() > 200), "{text:?}");
    assert_eq!(KEY.read(&TENANT, &format!("{filter};"), &cursor), None, "with another filter");
});
