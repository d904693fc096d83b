//! Opening, repairing and merging: nothing panics, nothing runs on.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(document) = fuzz::open(bytes) {
        let _ = pdf::revisions(&document);
        let _ = pdf::validation_data(&document);
    }
    if let Ok(repaired) = pdf::repair(bytes) {
        let _ = fuzz::open(&repaired);
    }
    let _ = pdf::merge(&[bytes, bytes]);
});
