//! What this verifier and the other one, in Python, say of the same archives.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use trail::{Knowledge, Outcome, verify};

/// The places that do not hold, as this verifier sees them; seals and the log are looked at by it alone.
pub(crate) fn places(archive: &[u8], now: i64) -> BTreeSet<String> {
    let verdict = verify(archive, &Knowledge { now, ..Knowledge::default() });
    let both = ["files", "evidence", "heads", "ending", "erased", "document"];
    let failed =
        verdict.checks.into_iter().filter(|it| it.outcome == Outcome::Failed && both.contains(&it.name));
    failed.map(|it| it.place).collect()
}

/// The same by the other verifier, for many archives at once. None without Python.
pub(crate) fn places_by_python(archives: &[Vec<u8>]) -> Option<Vec<BTreeSet<String>>> {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = (0..archives.len()).map(|it| folder.path().join(format!("{it}.zip"))).collect();
    for (path, archive) in paths.iter().zip(archives) {
        std::fs::write(path, archive).unwrap();
    }
    let output = Command::new("python3").arg(script()).args(&paths).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said.lines().count(), archives.len());
    let places = |line: &str| -> BTreeSet<String> {
        let found: Value = serde_json::from_str(line).unwrap();
        let faults = found["faults"].as_array().unwrap().iter();
        faults.map(|it| it["place"].as_str().unwrap().to_owned()).collect()
    };
    Some(said.lines().map(places).collect())
}

/// The other verifier.
pub(crate) fn script() -> PathBuf {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    above.map(|it| it.join("tests/conformance/chain.py")).find(|it| it.exists()).unwrap()
}
