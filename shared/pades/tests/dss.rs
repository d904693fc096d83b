//! Our verdicts beside what the tests of the EU's reference implementation (DSS) assert about the same files.
//!
//! Every disagreement stands in `dss_disagreements.csv` with its reason; one that is not there fails, and so does
//! one that is there and is none any more. Skipped, visibly, where the files are absent.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use pades::{
    Level,
    trust::TrustAnchors,
    validate::{Coverage, Indication, Options, Report, SignatureKind, SignatureReport, validate},
};

/// A moment after all the files were made.
const NOW: i64 = 1_795_286_165;

/// Signed by an algorithm that pyHanko does not know.
const PLAIN_ECDSA: &str = "dss-PLAIN-ECDSA/";

/// What DSS and we say about one aspect of a file.
type Disagreements = BTreeMap<(String, String), (String, String)>;

fn corpus() -> Option<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if corpus.join("dss_expectations.csv").exists() {
        return Some(corpus);
    }
    eprintln!("skipped: there is no {}", corpus.display());
    None
}

/// The rows of a CSV file by the names in its first line.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut lines = text.lines().map(fields);
    let names = lines.next().unwrap();
    lines.map(|line| names.iter().cloned().zip(line).collect()).collect()
}

fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().unwrap().push(other),
        }
    }
    fields
}

fn judge(path: &Path) -> Report {
    let trust = TrustAnchors::new();
    validate(Arc::new(fs::read(path).unwrap()), &Options::new(&trust, NOW)).unwrap()
}

fn of_kind(report: &Report, kind: SignatureKind) -> Vec<&SignatureReport> {
    report.signatures.iter().filter(|signature| signature.kind == kind).collect()
}

/// Compares one row with our report, and gives each aspect on which they differ.
fn compare(row: &BTreeMap<String, String>, report: &Report) -> Vec<(&'static str, String, String)> {
    let signatures = of_kind(report, SignatureKind::Signature);
    let stamps = of_kind(report, SignatureKind::DocumentTimestamp);
    let mut differ = Vec::new();
    let mut check = |aspect, agree: bool, ours: String| {
        let theirs = row[aspect].clone();
        if !agree {
            differ.push((aspect, theirs, ours));
        }
    };
    let count = signatures.len();
    check(
        "signatures",
        row["signatures"].parse().map_or(count > 0, |wanted| count == wanted),
        count.to_string(),
    );
    let count = stamps.len();
    let wanted = row["doc_timestamps"].as_str();
    let agree = match wanted.strip_prefix(">=") {
        Some(least) => count >= least.parse().unwrap(),
        None => wanted.is_empty() || wanted.parse() == Ok(count),
    };
    check("doc_timestamps", agree, count.to_string());
    let intact: Vec<bool> = signatures.iter().map(|signature| signature.intact).collect();
    let agree = match row["intact"].as_str() {
        "[false]" => !intact[0],
        "[true]" | "[true,unstated]" => intact[0],
        wanted if wanted.starts_with("default-true") => intact.iter().all(|intact| *intact),
        wanted if wanted.starts_with("{true,false}") => intact.contains(&true) && intact.contains(&false),
        wanted => {
            assert_eq!(wanted, "unstated");
            true
        }
    };
    check("intact", agree, format!("{intact:?}"));
    let levels: BTreeSet<&str> =
        signatures.iter().filter_map(|signature| signature.level).map(word).collect();
    let agree = row["level"].is_empty() || named_levels(&row["level"]) == levels;
    check("level", agree, levels.into_iter().collect::<Vec<_>>().join(" "));
    let partial = report.signatures.iter().any(|signature| signature.coverage == Coverage::Partial);
    let agree = match row["byte_range_valid"].as_str() {
        "unstated" => true,
        wanted => partial == wanted.contains("false"),
    };
    check("byte_range_valid", agree, (!partial).to_string());
    let failed = report.overall.as_ref().is_some_and(|verdict| verdict.indication == Indication::TotalFailed);
    check(
        "indication",
        !row["indication"].starts_with("TOTAL_FAILED") || failed,
        report.standard_name().to_owned(),
    );
    differ
}

fn word(level: Level) -> &'static str {
    match level {
        Level::BB => "B",
        Level::BT => "T",
        Level::BLT => "LT",
        Level::BLTA => "LTA",
    }
}

/// The baseline levels in a text; none for formats that are no baseline.
fn named_levels(text: &str) -> BTreeSet<&str> {
    let names = text.split("PAdES-BASELINE-").skip(1);
    names.map(|rest| rest.split(|c: char| !c.is_ascii_uppercase()).next().unwrap()).collect()
}

#[test]
fn disagreements_with_dss_are_known_and_have_reasons() {
    let Some(corpus) = corpus() else { return };
    let mut found = Disagreements::new();
    let expectations = fs::read_to_string(corpus.join("dss_expectations.csv")).unwrap();
    for row in rows(&expectations) {
        let report = judge(&corpus.join("dss").join(&row["file"]));
        for (aspect, theirs, ours) in compare(&row, &report) {
            found.insert((row["file"].clone(), aspect.to_owned()), (theirs, ours));
        }
    }
    let table = include_str!("dss_disagreements.csv");
    let known: Disagreements = rows(table)
        .into_iter()
        .map(|row| {
            assert!(!row["reason"].is_empty(), "{} has no reason", row["file"]);
            ((row["file"].clone(), row["aspect"].clone()), (row["dss"].clone(), row["ours"].clone()))
        })
        .collect();
    assert_eq!(found, known);
}

#[test]
fn nothing_passes_when_nobody_is_trusted() {
    let Some(corpus) = corpus() else { return };
    let verdicts = fs::read_to_string(corpus.join("dss_peer_verdicts.csv")).unwrap();
    for row in rows(&verdicts) {
        let report = judge(&corpus.join("dss").join(&row["file"]));
        assert!(!report.is_passed(), "{}", row["file"]);
        // What another validator finds broken is not intact here either.
        let broken = row["pyhanko"].contains("intact=False") || row["pyhanko"].contains("valid=False");
        let broken = broken && !row["file"].starts_with(PLAIN_ECDSA);
        assert!(!broken || report.signatures.iter().any(|signature| !signature.intact), "{}", row["file"]);
    }
}
