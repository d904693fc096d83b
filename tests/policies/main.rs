//! The policies of the template beside what the stories use of them, both ways.
//!
//! What no statement allows, the stage denies in every story, as AWS does. Here the other way: each action on each
//! resource that a statement allows has been used by a story, or `reasons.json` says why none uses it. The stories say
//! what they used when `PARAPHE_USED_GRANTS` names a file; `PARAPHE_GRANTS` is that file for these tests, afterwards.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

use std::collections::{BTreeMap, BTreeSet};

use local::Grant;
use local::template::{TEMPLATE, Template};
use serde::Deserialize;

/// Why grants are there that no story uses. A star stands for every function; a resource is told by its end.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    function: String,
    action: String,
    resource: String,
    because: String,
    /// Whether stories use it all the same, now and then.
    #[serde(default)]
    sometimes: bool,
}

impl Reason {
    fn is_of(&self, grant: &Grant) -> bool {
        (self.function == "*" || self.function == grant.function)
            && self.action == grant.action
            && grant.resource.ends_with(&self.resource)
    }
}

fn reasons() -> Vec<Reason> {
    serde_json::from_str(include_str!("reasons.json")).unwrap()
}

fn granted() -> BTreeSet<Grant> {
    let template = Template::parse(TEMPLATE, &BTreeMap::new()).unwrap();
    template.functions.iter().flat_map(|it| Grant::of(it).unwrap()).collect()
}

#[test]
fn each_grant_is_used_by_a_story_or_has_a_reason() {
    let Some(path) = std::env::var_os("PARAPHE_GRANTS") else {
        eprintln!("skipped: PARAPHE_GRANTS names no file with what the stories used");
        return;
    };
    let used: BTreeSet<Grant> = std::fs::read_to_string(&path)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let (granted, reasons) = (granted(), reasons());
    let unused: Vec<&Grant> =
        granted.difference(&used).filter(|grant| !reasons.iter().any(|it| it.is_of(grant))).collect();
    assert!(unused.is_empty(), "allowed, and used by no story: {unused:#?}");
    let needless: Vec<&Reason> = reasons
        .iter()
        .filter(|it| !it.sometimes && granted.iter().filter(|of| it.is_of(of)).all(|of| used.contains(of)))
        .collect();
    assert!(needless.is_empty(), "used by stories, with a reason why none does: {needless:#?}");
    eprintln!("{} grants, {} of them used by stories", granted.len(), granted.intersection(&used).count());
}

#[test]
fn each_reason_says_something_of_a_grant() {
    let granted = granted();
    for reason in reasons() {
        assert!(granted.iter().any(|it| reason.is_of(it)), "{reason:?}");
        assert!(reason.because.len() > 20, "{reason:?}");
    }
}
