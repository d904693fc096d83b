//! Validating any file: nothing panics, nothing runs on, and nobody whom nobody trusts is believed.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use pades::validate::{Options, validate};

fuzz_target!(|bytes: &[u8]| {
    let trust = pades::trust::TrustAnchors::new();
    let options = Options { recursive: true, ..Options::new(&trust, fuzz::NOW) };
    if let Ok(report) = fuzz::bounded(|| validate(Arc::new(bytes.to_vec()), &options)) {
        assert!(!report.is_passed(), "a file passes although nobody is trusted");
    }
});
