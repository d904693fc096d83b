//! Time-stamps: the answer of an authority, and a token by itself. Nothing panics, nothing runs on.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use pades::{
    TimestampRequest, TimestampToken,
    validate::{Options, validate},
};

fuzz_target!(|bytes: &[u8]| {
    let _ = TimestampToken::from_der(bytes);
    assert!(TimestampRequest::new([7; 32], 1).check(bytes).is_err(), "an answer to a request nobody made");
    let trust = pades::trust::TrustAnchors::new();
    let detached: Arc<dyn pdf::ReadAt> = Arc::new(b"content".to_vec());
    let options = Options { detached: Some(detached), ..Options::new(&trust, fuzz::NOW) };
    let _ = fuzz::bounded(|| validate(Arc::new(bytes.to_vec()), &options));
});
