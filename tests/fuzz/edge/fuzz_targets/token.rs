//! What callers show for themselves: tokens, keys and secrets. Nothing panics, and no forged token is believed.

#![no_main]

use std::sync::LazyLock;

use domain::access::{ApiKey, ClientSecret};
use domain::{LinkToken, Timestamp};
use libfuzzer_sys::fuzz_target;
use shared::edge::token::{TokenReader, is_token_shaped};

static READER: LazyLock<TokenReader> =
    LazyLock::new(|| TokenReader::new([b"material".as_slice()].into_iter()));

fuzz_target!(|text: &str| {
    let now = Timestamp::from_unix_ms(fuzz::NOW * 1000);
    assert!(fuzz::bounded(|| READER.read(text, now)).is_none(), "a token that nobody made is believed");
    let is_shaped = is_token_shaped(text);
    if let Some(key) = ApiKey::parse(text) {
        assert!(!is_shaped && key.expose() == text, "one text, one kind");
    }
    if let Some(secret) = ClientSecret::parse(text) {
        assert!(!is_shaped && secret.expose() == text, "one text, one kind");
    }
    let _ = LinkToken::parse(text);
});
