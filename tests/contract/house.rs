//! The rules of the house that no lint holds.

use std::collections::BTreeSet;

use crate::repository::sources;
use crate::source::Source;

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let long: Vec<String> = sources()
        .iter()
        .filter(|it| it.lines_of_code() > MAX_LINES)
        .map(|it| format!("{}: {}", it.path, it.lines_of_code()))
        .collect();
    assert!(long.is_empty(), "files of more than {MAX_LINES} lines of code: {long:#?}");
}

#[test]
fn long_tests_have_a_file_of_their_own() {
    let long: Vec<String> = sources()
        .iter()
        .filter(|it| it.lines_of_tests() > MAX_TEST_LINES)
        .map(|it| format!("{}: {}", it.path, it.lines_of_tests()))
        .collect();
    assert!(long.is_empty(), "more than {MAX_TEST_LINES} lines of tests inside: {long:#?}");
}

#[test]
fn what_is_shipped_does_not_panic_on_purpose() {
    let mut found = Vec::new();
    for source in sources() {
        let shipped = source.shipped();
        found.extend(
            PANICS.iter().filter(|it| shipped.contains(**it)).map(|it| format!("{}: {it}", source.path)),
        );
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_test_is_switched_off_and_no_code_knows_that_it_is_tested() {
    let found: Vec<String> = sources()
        .iter()
        .flat_map(|source| {
            let code = source.code();
            let marks = ["#[ignore", "#[should_panic", "cfg(not(test))"];
            marks.into_iter().filter(move |it| code.contains(it)).map(|it| format!("{}: {it}", source.path))
        })
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn nothing_is_left_for_later() {
    let mut found = Vec::new();
    for source in sources() {
        for (index, line) in source.text().lines().enumerate() {
            let comment = line.split_once("//").map_or("", |(_, it)| it);
            if ["FIXME", "TODO", "XXX"].iter().any(|it| comment.contains(it)) {
                found.push(format!("{}:{}", source.path, index + 1));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn keys_are_spelled_in_one_place() {
    let words = key_words();
    let mut found = Vec::new();
    let elsewhere = |it: &&Source| !is_of_keys(&it.path) && !it.path.starts_with("infra/");
    for source in sources().iter().filter(elsewhere) {
        let shipped = source.shipped_with_literals();
        found.extend(
            words
                .iter()
                .filter(|it| shipped.contains(&format!("\"{it}")))
                .map(|it| format!("{}: {it}", source.path)),
        );
    }
    assert!(found.is_empty(), "spelled outside of {KEYS}.rs: {found:#?}");
}

/// Whether keys are spelled in a file.
fn is_of_keys(path: &str) -> bool {
    path.strip_prefix(KEYS).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

/// The beginnings of keys, as they are spelled there.
fn key_words() -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for source in sources().iter().filter(|it| is_of_keys(&it.path)) {
        let shipped = source.shipped_with_literals();
        let literals = shipped.split('"').skip(1).step_by(2);
        let beginnings = literals.filter_map(|it| it.split_inclusive(['#', '/']).next());
        let is_key = |it: &&str| it.len() > 1 && it.ends_with(['#', '/']) && !it.contains('{');
        words.extend(beginnings.filter(is_key).map(str::to_owned));
    }
    for known in ["REQUEST#", "CHALLENGE#", "EMAIL-SIGNATURES#", "PERSON#", "incoming/", "open/", "closed/"] {
        assert!(words.contains(known), "{known} is not in {words:?}");
    }
    words
}

const KEYS: &str = "shared/src/store/keys";
const MAX_LINES: usize = 400;
const MAX_TEST_LINES: usize = 150;
/// In code whose literals are blank.
const PANICS: [&str; 6] = [".unwrap()", ".expect( ", "panic!(", "todo!(", "unimplemented!(", "unreachable!("];
