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
    if let Some(key) = ApiKey::parse(text) {
        // Keys that somebody chose look like anything; those that begin as ours have our length.
        assert!(
            key.expose() == text && (!text.starts_with("pk_") || text.len() == 80),
            "a key of another form"
        );
    }
    if let Some(secret) = ClientSecret::parse(text) {
        assert!(secret.expose() == text && !is_token_shaped(text), "one text, one kind");
    }
    let _ = LinkToken::parse(text);
});
