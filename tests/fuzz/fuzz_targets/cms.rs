//! A CMS signature over content beside it: nothing panics, nothing runs on.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use pades::validate::{Options, validate};

fuzz_target!(|bytes: &[u8]| {
    let trust = pades::trust::TrustAnchors::new();
    let detached: Arc<dyn pdf::ReadAt> = Arc::new(b"content".to_vec());
    let options = Options { detached: Some(detached), ..Options::new(&trust, fuzz::NOW) };
    if let Ok(report) = fuzz::bounded(|| validate(Arc::new(bytes.to_vec()), &options)) {
        assert!(!report.is_passed(), "a file passes although nobody is trusted");
    }
});
