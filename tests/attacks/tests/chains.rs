//! What is in order is valid: chains as the service makes them.
//!
//! One chain in eleven is tried; with `PARAPHE_FULL` set, all of them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

use attacks::{
    attack::{filled, worthless_timestamps},
    authority::TRUSTED,
    base::{self, Structure},
    carrier::CARRIERS,
    chain::Chain,
    judge::{judge, judge_encrypted, line},
    sign::Signing,
};
use pades::{Level, validate::Report};

#[test]
fn every_chain_in_order_is_valid() {
    let chains = Chain::all();
    assert!(chains.len() >= 500);
    // Eleven has no divisor in common with the sizes of the dimensions, so that every value of each comes up.
    let step = if std::env::var_os("PARAPHE_FULL").is_some() { 1 } else { 11 };
    let (mut judged, mut refused) = (0, Vec::new());
    for chain in chains.iter().step_by(step) {
        let Some(bytes) = chain.make() else { continue };
        judged += 1;
        let report = judge_encrypted(&bytes, chain.password());
        if !report.as_ref().is_ok_and(Report::is_passed) {
            refused.push(format!("{chain:?}: {}", line(&report)));
        }
    }
    eprintln!("{judged} chains, {} refused", refused.len());
    assert!(judged > 0 && refused.is_empty(), "{} of {judged}:\n{}", refused.len(), refused.join("\n"));
}

#[test]
fn what_a_certification_allows_is_valid() {
    for carrier in CARRIERS.iter().filter(|it| it.forms && it.name.starts_with("certified")) {
        let report = judge(&filled(carrier, "200 EUR").unwrap());
        assert!(report.as_ref().is_ok_and(Report::is_passed), "{}: {}", carrier.name, line(&report));
    }
}

#[test]
fn a_form_filled_in_between_two_signatures_is_valid() {
    for carrier in CARRIERS.iter().filter(|it| it.forms) {
        let filled = filled(carrier, "200 EUR").unwrap();
        let report = judge(&Signing::new(&TRUSTED.seal, "next").sign(&filled));
        assert!(report.as_ref().is_ok_and(Report::is_passed), "{}: {}", carrier.name, line(&report));
    }
}

#[test]
fn a_field_of_the_document_may_be_signed() {
    for structure in [Structure::Table, Structure::Stream] {
        let document = base::document(structure);
        let first = Signing::new(&TRUSTED.seal, "first").sign(&document);
        let existing = Some(base::number::UNSIGNED);
        let report = judge(&Signing { existing, ..Signing::new(&TRUSTED.seal, "") }.sign(&first));
        assert!(report.as_ref().is_ok_and(Report::is_passed), "{structure:?}: {}", line(&report));
    }
}

#[test]
fn a_time_stamp_by_nobody_proves_nothing() {
    let mut tried = 0;
    for carrier in CARRIERS.iter() {
        for (what, bytes) in worthless_timestamps(carrier) {
            let report = judge(&bytes).unwrap();
            let signature = report.signatures.last().unwrap();
            assert_eq!(signature.level, Some(Level::BB), "{what}, {}", carrier.name);
            assert_eq!(signature.proven_at, None, "{what}, {}", carrier.name);
            tried += 1;
        }
    }
    assert!(tried >= 10);
}
