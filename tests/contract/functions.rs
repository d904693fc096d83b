//! Template and function crates: every function of the one is the other's.

use std::collections::BTreeSet;

use shared::edge::aws::{BRISK_OPERATION_TIMEOUT, OPERATION_TIMEOUT};
use shared::edge::serve::MARGIN;

use crate::repository::{crate_of, function_crates, read, template};

#[test]
fn every_function_of_the_template_has_a_crate_and_every_crate_is_in_the_template() {
    let named: BTreeSet<String> = template().functions.iter().map(|it| crate_of(&it.logical_id)).collect();
    assert_eq!(named, function_crates());
}

#[test]
fn the_binary_of_a_function_has_the_name_that_the_makefile_looks_for() {
    for name in function_crates() {
        let manifest = read(&format!("functions/{name}/Cargo.toml"));
        assert!(manifest.contains(&format!("[package]\nname = \"{name}\"\n")), "{name}");
        assert!(manifest.contains(&format!("[[bin]]\nname = \"{name}\"\n")), "{name}");
    }
}

#[test]
fn the_main_of_a_function_only_starts_it() {
    for name in function_crates() {
        let main = read(&format!("functions/{name}/src/main.rs"));
        assert!(main.lines().count() <= MAX_MAIN_LINES, "{name} has {} lines", main.lines().count());
        assert!(main.contains(&format!("{}::function(&env, &aws)", name.replace('-', "_"))), "{name}");
    }
}

#[test]
fn no_function_ends_before_its_calls_of_aws_do() {
    for function in &template().functions {
        let (name, time) = (&function.logical_id, function.timeout);
        // What has documents, mails, messages or keys waits for them; the others only for tables and secrets.
        let is_patient = function.environment.keys().any(|it| PATIENT.contains(&it.as_str()));
        let longest = if is_patient { OPERATION_TIMEOUT } else { BRISK_OPERATION_TIMEOUT };
        assert!(longest < time.saturating_sub(MARGIN), "{name} has {time:?}, a call may take {longest:?}");
    }
}

/// By these, functions find what may take seconds.
const PATIENT: [&str; 8] = [
    "CONNECTOR_QUEUE_URL",
    "DOCUMENTS_BUCKET",
    "EVIDENCE_BUCKET",
    "MAIL_CONFIGURATION_SET",
    "SEAL_QUEUE_URL",
    "SEAL_SECRET",
    "SMS_ENABLED",
    "WEBHOOK_QUEUE_URL",
];
/// Telemetry, dependencies, serve.
const MAX_MAIN_LINES: usize = 20;
