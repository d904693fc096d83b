//! No attack is ever valid.
//!
//! A failure names family, kind, carrier and what the validator said, and keeps the files in the build folder.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use attacks::{
    attack,
    carrier::CARRIERS,
    judge::{judge, line},
};

/// Attacks every carrier in every way of a family.
fn refuse(family: &str) {
    let mut passed = Vec::new();
    let mut judged = 0;
    for attack in attack::all().iter().filter(|it| it.family == family) {
        for carrier in CARRIERS.iter() {
            let Some(bytes) = attack.make(carrier) else { continue };
            judged += 1;
            let said = match catch_unwind(AssertUnwindSafe(|| judge(&bytes))) {
                Ok(report) if report.as_ref().is_ok_and(pades::validate::Report::is_passed) => line(&report),
                Ok(_) => continue,
                Err(_) => "panicked".to_owned(),
            };
            let kept = keep(&format!("{family}-{}-{}", attack.name, carrier.name), &bytes);
            passed.push(format!("{family} | {} | {} | {kept} | {said}", attack.name, carrier.name));
        }
    }
    eprintln!("{family}: {judged} files, {} passed", passed.len());
    assert!(judged > 0 && passed.is_empty(), "{} of {judged}:\n{}", passed.len(), passed.join("\n"));
}

/// Keeps a file for a look; its name.
fn keep(name: &str, bytes: &[u8]) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("attacks");
    fs::create_dir_all(&folder).unwrap();
    let name: String =
        name.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' }).collect::<String>() + ".pdf";
    fs::write(folder.join(&name), bytes).unwrap();
    name
}

#[test]
fn every_carrier_is_valid_as_it_is() {
    let refused: Vec<String> = CARRIERS
        .iter()
        .map(|it| (&it.name, judge(&it.view.bytes)))
        .filter(|(_, report)| !report.as_ref().is_ok_and(pades::validate::Report::is_passed))
        .map(|(name, report)| format!("{name}: {}", line(&report)))
        .collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn no_family_is_left_out() {
    let source = include_str!("refused.rs");
    for attack in attack::all() {
        assert!(source.contains(&format!("=> \"{}\"", attack.family)), "{} has no test", attack.family);
    }
}

macro_rules! families {
    ($($test:ident => $family:literal,)*) => {
        $(#[test]
        fn $test() {
            refuse($family);
        })*
    };
}

families! {
    forgeries_are_refused => "forgery",
    incremental_saving_is_refused => "saving",
    wrapped_signatures_are_refused => "wrapping",
    shadow_attacks_are_refused => "shadow",
    evil_annotations_are_refused => "evil annotation",
    sneaky_signatures_are_refused => "sneaky signature",
    spoofed_dictionaries_are_refused => "spoofing",
    false_byte_ranges_are_refused => "byte range",
    rollbacks_are_refused => "rollback",
    changed_pages_are_refused => "pages",
    changed_fields_are_refused => "fields",
    changed_annotations_are_refused => "annotations",
    active_content_is_refused => "active content",
    changed_structure_is_refused => "structure",
    a_poisoned_security_store_is_refused => "security store",
    false_time_stamps_are_refused => "time-stamps",
    changed_ends_are_refused => "end of file",
    what_can_be_read_in_two_ways_is_refused => "two readings",
    ambiguous_sections_are_refused => "sections",
    false_signed_data_is_refused => "CMS",
}
