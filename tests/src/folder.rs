//! Folders of a stage's state on the disk.

use std::path::{Path, PathBuf};

/// A folder of this name somewhere below another.
#[must_use]
pub fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?.map(|it| it.unwrap().path());
    let folders: Vec<PathBuf> = entries.filter(|it| it.is_dir()).collect();
    let found = folders.iter().find(|it| it.file_name().is_some_and(|it| it == name)).cloned();
    found.or_else(|| folders.iter().find_map(|it| find(it, name)))
}
