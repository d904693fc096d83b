//! The address of a stranger's server: nothing panics, and no address is taken that leads somewhere else than it says.

#![no_main]

use std::net::IpAddr;

use libfuzzer_sys::fuzz_target;
use shared::outbound::{MAX_URL_CHARS, Reach, Target};

fuzz_target!(|text: &str| {
    let Ok(target) = fuzz::bounded(|| Target::parse(text, Reach::PublicOnly)) else { return };
    assert!(text.len() <= MAX_URL_CHARS && text.to_ascii_lowercase().starts_with("https://"), "{text:?}");
    let rest = target.as_str().strip_prefix("https://").expect("https");
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    assert!(!authority.contains('@') && !target.as_str().contains('#'), "{text:?}");
    assert!(!target.host().is_empty() && authority.starts_with(target.host()), "{text:?}");
    let port = authority.strip_prefix(target.host()).unwrap_or_default();
    assert!(matches!(port, "" | ":8443"), "{text:?}");
    let host = target.host().trim_start_matches('[').trim_end_matches(']');
    if let Ok(IpAddr::V4(address)) = host.parse() {
        assert!(!address.is_private() && !address.is_loopback() && !address.is_link_local(), "{text:?}");
    }
    // What is stored is read again at every call.
    let again = Target::parse(target.as_str(), Reach::PublicOnly).expect("what was taken is taken again");
    assert_eq!(again.as_str(), target.as_str());
});
