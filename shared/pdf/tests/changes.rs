//! What later revisions changed: what is allowed, and what is not.

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

use pdf::{Act, Change, RangeCoverage};
use support::{appearance, open, pages, plan, seal};

/// Three seals by a plan.
fn sealed(builder: &support::Builder) -> Vec<u8> {
    let (ada, grace) = (appearance("Ada Lovelace"), appearance("Grace Hopper"));
    let acts = [
        Act::Signatory { field_name: "sig_grace", appearance: &grace },
        Act::Signatory { field_name: "sig_ada", appearance: &ada },
        Act::Closing,
    ];
    acts.into_iter().fold(builder.build(), |bytes, act| seal(&bytes, &plan(), act).unwrap().0)
}

/// The changes after each signature, in the order of signing.
fn changes(bytes: &[u8]) -> Vec<Vec<Change>> {
    let document = open(bytes);
    let signatures = pdf::signatures(&document).unwrap();
    signatures.iter().map(|signature| pdf::changes_since(&document, signature).unwrap()).collect()
}

fn sentences(changes: &[Change]) -> Vec<String> {
    changes
        .iter()
        .map(|change| format!("{}{}", if change.allowed { "" } else { "! " }, change.sentence()))
        .collect()
}

#[test]
fn later_seals_of_a_plan_are_allowed() {
    let bytes = sealed(&pages(3, ""));
    let signatures = pdf::signatures(&open(&bytes)).unwrap();
    let coverage: Vec<_> = signatures.iter().map(|signature| signature.coverage).collect();
    let expected = [RangeCoverage::WholeRevision, RangeCoverage::WholeRevision, RangeCoverage::WholeFile];
    assert_eq!(coverage, expected);
    let found = changes(&bytes);
    assert_eq!(
        sentences(&found[0]),
        [
            "page 1: the field \"sig_ada\" was signed at 20, 767 pt",
            "page 1: the field \"closing\" was signed",
        ]
    );
    assert_eq!(found[1].len(), 1);
    assert!(found[2].is_empty());
}

#[test]
fn validation_data_and_time_stamps_are_allowed_after_the_closing_seal() {
    let mut bytes = sealed(&pages(2, ""));
    for number in 0..2_u8 {
        let data = pdf::ValidationData { certificates: vec![vec![0x30, number]], ..Default::default() };
        bytes.extend(pdf::append_validation_data(&open(&bytes), &data).unwrap());
        let prepared = pdf::prepare_timestamp(&open(&bytes), &format!("timestamp_{number}"), 1000).unwrap();
        bytes.extend(prepared.finish(&[0x30, 0]).unwrap());
    }
    let found = changes(&bytes);
    assert_eq!(found.len(), 5);
    let expected = [
        "validation data was added",
        "page 1: a document time-stamp was added in the field \"timestamp_0\"",
        "validation data was added",
        "page 1: a document time-stamp was added in the field \"timestamp_1\"",
    ];
    assert_eq!(sentences(&found[2]), expected);
}
