//! What an endpoint of webhooks asks for: nothing panics, and nothing is taken that would break a message apart.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::outbound::{Reach, Target};
use shared::store::Auth;

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = shared::edge::json::parse(bytes) else { return };
    let Ok(auth) = manage_webhooks::read_auth(value, Reach::PublicOnly) else { return };
    let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    match auth {
        Auth::None => {}
        Auth::BasicKey { key } => assert!(is_plain(&key)),
        Auth::Basic { username, password } => {
            assert!(is_plain(&username) && is_plain(&password) && !username.contains(':'));
        }
        Auth::OAuth2 { token_url, client_id, client_secret, scope } => {
            assert!(
                is_plain(&client_id) && is_plain(&client_secret) && scope.as_deref().is_none_or(is_plain)
            );
            assert!(Target::parse(&token_url, Reach::PublicOnly).is_ok());
        }
    }
});
