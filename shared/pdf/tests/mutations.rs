//! Damaged documents: nothing panics, nothing runs on, whatever the damage.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    unreachable_pub,
    missing_docs,
    reason = "tests"
)]

mod support;

use std::sync::Arc;

use pdf::{Act, Document, Limits};
use proptest::prelude::*;
use support::{pages, plan, seal};

/// A document with a form, two signatures and two revisions.
fn original() -> Vec<u8> {
    let ada = support::appearance("Ada Lovelace");
    let act = Act::Signatory { field_name: "sig_ada", appearance: &ada };
    let (sealed, _) = seal(&pages(2, "/Rotate 90").build(), &plan(), act).unwrap();
    seal(&sealed, &plan(), Act::Closing).unwrap().0
}

/// Everything a service does with a file of a stranger.
fn use_up(bytes: &[u8]) {
    let limits = Limits { work_bytes: 4 << 20, ..Limits::default() };
    if let Ok(document) = Document::open(Arc::new(bytes.to_vec()), None, &limits) {
        let _ = pdf::inspect(&document);
        let _ = pdf::revisions(&document);
        let _ = pdf::validation_data(&document);
        let grace = support::appearance("Grace Hopper");
        let act = Act::Signatory { field_name: "sig_grace", appearance: &grace };
        let _ = pdf::prepare(&document, &support::request(&plan(), act));
        let _ = pdf::prepare_timestamp(&document, "timestamp", 100);
    }
    let _ = pdf::repair(bytes);
    let _ = pdf::merge(&[bytes, bytes]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_do_no_harm(changes in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), prop::sample::select(&b"<>[]()/ 019R"[..])]), 1..12)) {
        let mut bytes = original();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        use_up(&bytes);
    }

    #[test]
    fn missing_and_doubled_parts_do_no_harm(from in any::<prop::sample::Index>(), length in 0_usize..400, doubled in any::<bool>()) {
        let bytes = original();
        let start = from.index(bytes.len());
        let end = (start + length).min(bytes.len());
        let part = if doubled { bytes[start..end].repeat(2) } else { Vec::new() };
        use_up(&[&bytes[..start], &part, &bytes[end..]].concat());
    }
}
