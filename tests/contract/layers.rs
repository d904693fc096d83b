//! The floors of the house: who may know whom.

use std::collections::{BTreeMap, BTreeSet};

use crate::repository::{function_crates, locked, manifest_names, sources};
use crate::source::Source;

/// The crates of the workspace that a crate may use, by the path of its manifest.
fn allowed() -> BTreeMap<String, Vec<&'static str>> {
    let mut allowed = BTreeMap::from([
        ("shared/contract".to_owned(), vec![]),
        ("shared/domain".to_owned(), vec![]),
        ("shared/email-signature".to_owned(), vec!["domain"]),
        ("shared/pdf".to_owned(), vec![]),
        ("shared/pades".to_owned(), vec!["pdf"]),
        ("shared/render".to_owned(), vec!["pdf"]),
        ("shared/sheet".to_owned(), vec![]),
        ("shared/tlog".to_owned(), vec![]),
        ("shared/trail".to_owned(), vec!["domain", "pades", "pdf", "sheet", "tlog", "wording"]),
        ("shared/wording".to_owned(), vec!["domain"]),
        (
            "shared".to_owned(),
            vec!["contract", "domain", "email-signature", "pades", "pdf", "tlog", "wording"],
        ),
    ]);
    for name in function_crates() {
        allowed.insert(format!("functions/{name}"), FUNCTIONS_USE.to_vec());
    }
    allowed
}

#[test]
fn a_crate_uses_only_crates_below_it() {
    let mut own = function_crates();
    own.extend(OWN.map(str::to_owned));
    for (folder, allowed) in allowed() {
        let used = manifest_names(&format!("{folder}/Cargo.toml"), "dependencies");
        for name in used.intersection(&own) {
            assert!(allowed.contains(&name.as_str()), "{folder} uses {name}");
        }
    }
}

#[test]
fn only_tests_use_the_stage() {
    let manifests = allowed().into_keys().chain(["infra/local".to_owned()]);
    for folder in manifests {
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let used = manifest_names(&format!("{folder}/Cargo.toml"), section);
            assert!(
                !used.contains("local") && !used.contains("tests"),
                "{folder} uses the stage in [{section}]"
            );
        }
    }
}

#[test]
fn the_pure_crates_reach_neither_a_runtime_nor_the_cloud() {
    let locked = locked();
    for name in [
        "contract",
        "domain",
        "email-signature",
        "pades",
        "pdf",
        "render",
        "sheet",
        "tlog",
        "trail",
        "wording",
    ] {
        let mut open: Vec<String> =
            manifest_names(&format!("shared/{name}/Cargo.toml"), "dependencies").into_iter().collect();
        assert!(!open.is_empty(), "{name} has no dependencies at all");
        let mut reached: BTreeSet<String> = BTreeSet::new();
        while let Some(next) = open.pop() {
            if reached.insert(next.clone()) {
                open.extend(locked.get(&next).into_iter().flatten().cloned());
            }
        }
        let worldly = |it: &&String| {
            WORLDLY.contains(&it.as_str())
                || ["aws-sdk-", "aws-smithy-", "lambda_"].iter().any(|prefix| it.starts_with(prefix))
        };
        assert_eq!(reached.iter().find(worldly), None, "reached by {name}");
    }
}

#[test]
fn store_and_outbound_know_nothing_above_or_beside_them() {
    let rules = [
        ("store", vec!["courier", "edge", "outbound", "sealing"]),
        ("outbound", vec!["courier", "edge", "sealing", "store"]),
        ("courier", vec!["edge"]),
        ("sealing", vec!["edge"]),
    ];
    for (module, above) in rules {
        let below: Vec<Source> =
            sources().into_iter().filter(|it| module_of(it).first().is_some_and(|it| it == module)).collect();
        assert!(!below.is_empty(), "there is no module {module}");
        for source in below {
            for path in paths(&source) {
                let reached = path.first().map(String::as_str).unwrap_or_default();
                assert!(!above.contains(&reached), "{} reaches crate::{}", source.path, path.join("::"));
            }
        }
    }
}

#[test]
fn a_transition_is_opened_by_the_store_alone() {
    let openers: BTreeSet<String> = sources()
        .into_iter()
        .filter(|it| it.path.starts_with("shared/") || it.path.starts_with("functions/"))
        .filter(|it| it.code().contains(".into_parts()") || it.code().contains("::into_parts"))
        .map(|it| it.path)
        .collect();
    let expected = [
        "shared/domain/src/request/tests/stage.rs",
        "shared/domain/tests/model/world.rs",
        "shared/src/store/requests/commit.rs",
    ];
    assert_eq!(openers, expected.map(str::to_owned).into());
}

#[test]
fn what_was_not_committed_is_looked_at_by_the_dry_run_and_before_a_mark_is_kept() {
    let lookers: Vec<String> = sources()
        .into_iter()
        .filter(|it| it.path.starts_with("shared/") || it.path.starts_with("functions/"))
        .filter(|it| it.code().contains(".would_be()"))
        .map(|it| it.path)
        .collect();
    assert_eq!(lookers, ["functions/capture-signature/src/act.rs", "functions/preview-request/src/lib.rs"]);
}

/// The module that a file of the crate `shared` holds; nothing for another crate's file.
fn module_of(source: &Source) -> Vec<String> {
    let Some(path) = source.path.strip_prefix("shared/src/") else { return Vec::new() };
    let path = path.strip_suffix(".rs").unwrap().trim_end_matches("/mod");
    path.split('/').map(str::to_owned).collect()
}

/// Every path of the crate that a file names, from the root of the crate on.
fn paths(source: &Source) -> Vec<Vec<String>> {
    let code = source.code();
    let mut found: Vec<String> = Vec::new();
    for statement in code.split(';').filter_map(|it| it.rsplit_once("use ").map(|(_, tree)| tree)) {
        let tree: String =
            statement.split(" as ").next().unwrap().chars().filter(|it| !it.is_whitespace()).collect();
        expand("", &tree, &mut found);
    }
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let is_name = |it: char| it.is_alphanumeric() || it == '_' || it == ':';
            if !code[..at].ends_with(is_name) {
                found.push(code[at..].chars().take_while(|it| is_name(*it)).collect());
            }
        }
    }
    let module = module_of(source);
    found.iter().filter_map(|path| resolve(path, &module)).collect()
}

/// The paths of a `use` tree: `a::{b, c::{d, e}}` has three.
fn expand(prefix: &str, tree: &str, found: &mut Vec<String>) {
    let Some((head, rest)) = tree.split_once('{') else {
        found.push(format!("{prefix}{tree}"));
        return;
    };
    let inside = rest.strip_suffix('}').unwrap_or(rest);
    let (mut depth, mut start) = (0_i32, 0);
    for (at, letter) in inside.char_indices().chain([(inside.len(), ',')]) {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&format!("{prefix}{head}"), &inside[start..at], found);
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// A path from the root of the crate on, if it is one of the crate.
fn resolve(path: &str, module: &[String]) -> Option<Vec<String>> {
    let mut parts: Vec<&str> = path.split("::").filter(|it| !it.is_empty()).collect();
    let ups = parts.iter().take_while(|it| **it == "super").count();
    let base: Vec<String> = match *parts.first()? {
        "crate" => {
            parts.remove(0);
            Vec::new()
        }
        "super" => {
            parts.drain(..ups);
            module.get(..module.len().saturating_sub(ups))?.to_vec()
        }
        _ => return None,
    };
    Some(base.into_iter().chain(parts.into_iter().map(str::to_owned)).collect())
}

/// Every crate of the workspace that is not a function.
const OWN: [&str; 13] = [
    "contract",
    "domain",
    "email-signature",
    "local",
    "pades",
    "pdf",
    "render",
    "shared",
    "sheet",
    "tests",
    "tlog",
    "trail",
    "wording",
];

/// What a function may use.
const FUNCTIONS_USE: [&str; 10] =
    ["contract", "domain", "email-signature", "pades", "pdf", "render", "shared", "sheet", "tlog", "trail"];

/// Crates that touch the world: a runtime, a network, a cloud.
const WORLDLY: [&str; 7] = ["aws-config", "axum", "hyper", "lambda_runtime", "reqwest", "shared", "tokio"];

#[test]
fn a_grouped_import_is_seen_in_full() {
    let text = "use crate::{BoxError, edge::{http, serve::Handler}};\nuse super::super::courier;\n";
    let source = Source::new("shared/src/store/access.rs".to_owned(), text.to_owned());
    let seen: BTreeSet<String> = paths(&source).iter().map(|it| it.join("::")).collect();
    for expected in ["BoxError", "edge::http", "edge::serve::Handler", "courier"] {
        assert!(seen.contains(expected), "{expected} in {seen:?}");
    }
}
