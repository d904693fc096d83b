//! Revocation lists about a certificate: nothing panics, nothing runs on, and none is believed.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut material = pades::trust::Material::default();
    material.add_crl(bytes.to_vec(), None);
    fuzz::assert_status_unknown(&material);
});
