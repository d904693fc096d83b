//! The files of this repository, as the contract reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use local::template::{TEMPLATE, Template};

use crate::source::Source;

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// A file's text, by its path from the root.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The template, with the defaults of its parameters.
pub(crate) fn template() -> Template {
    Template::parse(TEMPLATE, &BTreeMap::new()).unwrap()
}

/// The crates below `functions/`.
pub(crate) fn function_crates() -> BTreeSet<String> {
    let folders = fs::read_dir(root().join("functions")).unwrap().map(|it| it.unwrap().path());
    folders.filter(|it| it.is_dir()).map(|it| it.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

/// The crate of a function: `CreateRequestFunction` is `create-request`.
pub(crate) fn crate_of(logical_id: &str) -> String {
    let mut name = String::new();
    for letter in logical_id.strip_suffix("Function").unwrap().chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// Every Rust file of the workspace.
pub(crate) fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    for folder in ["functions", "infra", "shared", "tests"] {
        walk(&root().join(folder), &mut paths);
    }
    paths.sort();
    assert!(paths.len() > 100, "only {} Rust files were found", paths.len());
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        let text = read(&name);
        Source::new(name, text)
    };
    let mut sources: Vec<Source> = paths.into_iter().map(read).collect();
    Source::mark_tests(&mut sources);
    sources
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            walk(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

/// The names in a section of a manifest, such as `[dependencies]`.
pub(crate) fn manifest_names(manifest: &str, section: &str) -> BTreeSet<String> {
    let header = format!("[{section}]");
    read(manifest)
        .lines()
        .skip_while(|line| line.trim() != header)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| line.starts_with(|first: char| first.is_ascii_alphabetic()))
        .map(|line| line.split(['.', ' ', '=']).next().unwrap().to_owned())
        .collect()
}

/// What each package of the lock file depends on, whatever its version.
pub(crate) fn locked() -> BTreeMap<String, BTreeSet<String>> {
    let mut packages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in read("Cargo.lock").split("[[package]]").skip(1) {
        let name = package.split('"').nth(1).unwrap().to_owned();
        let list = package.split_once("dependencies = [").map_or("", |(_, rest)| rest);
        let names = list.split(']').next().unwrap().split('"').skip(1).step_by(2);
        let names = names.map(|it| it.split(' ').next().unwrap().to_owned());
        packages.entry(name).or_default().extend(names);
    }
    packages
}
