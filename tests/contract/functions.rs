//! Template and function crates: every function of the one is the other's.

use std::collections::BTreeSet;

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

/// Telemetry, dependencies, serve.
const MAX_MAIN_LINES: usize = 20;
