//! What is in order is valid: chains as the service makes them.
//!
//! One chain in eleven is tried; with `PARAPHE_FULL` set, all of them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

use attacks::{
    chain::Chain,
    judge::{judge_encrypted, line},
};

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
        if !report.as_ref().is_ok_and(pades::validate::Report::is_passed) {
            refused.push(format!("{chain:?}: {}", line(&report)));
        }
    }
    eprintln!("{judged} chains, {} refused", refused.len());
    assert!(judged > 0 && refused.is_empty(), "{} of {judged}:\n{}", refused.len(), refused.join("\n"));
}
