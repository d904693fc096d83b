//! Signed files by others, where they are at hand: attacked, none is valid.
//!
//! Trusted is whoever signed a file, at the time the file says it was signed. A file that is not valid even then is
//! no carrier. One attack in eleven is tried on each; with `PARAPHE_FULL` set, all of them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use attacks::{
    attack,
    carrier::Carrier,
    cms::SignedData,
    judge::{judge_with, line},
    view::View,
};
use pades::{
    trust::TrustAnchors,
    validate::{AnchorSource, Report},
};

/// Files of more bytes are left out: each of several dozen attacks is a copy.
const MAX_BYTES: u64 = 200_000;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/dss");
    let mut waiting = vec![folder];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|it| it == "pdf")
                && path.metadata().unwrap().len() <= MAX_BYTES
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Everybody whose certificate a signature of the file carries.
fn trusted(view: &View) -> TrustAnchors {
    let mut trust = TrustAnchors::new();
    let signed = view.signatures.iter().filter_map(|it| SignedData::read(&it.contents));
    for certificate in signed.flat_map(|it| it.certificates) {
        // What cannot be read is no anchor, and the file then no carrier.
        let _ = trust.add_certificate(certificate, AnchorSource::Tenant);
    }
    trust
}

#[test]
fn attacked_files_of_others_are_refused() {
    let files = files();
    if files.is_empty() {
        eprintln!("skipped: no documents at ../shared/corpus");
        return;
    }
    let step = if std::env::var_os("PARAPHE_FULL").is_some() { 1 } else { 11 };
    let attacks = attack::all();
    let (mut carriers, mut judged, mut passed) = (0, 0, Vec::new());
    for (number, file) in files.iter().enumerate() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = fs::read(file).unwrap();
        let Some(view) = View::read(&bytes) else {
            eprintln!("skipped: {name} cannot be read for attacking");
            continue;
        };
        let trust = trusted(&view);
        let claimed = judge_with(&bytes, &trust, attacks::authority::NOW, None)
            .ok()
            .and_then(|it| it.signatures.iter().filter_map(|it| it.claimed_at.max(it.proven_at)).max());
        let now = claimed.unwrap_or(attacks::authority::NOW) + 3600;
        let report = judge_with(&bytes, &trust, now, None);
        if !report.as_ref().is_ok_and(Report::is_passed) {
            eprintln!("skipped: {name} is not valid as it is: {:.200}", line(&report));
            continue;
        }
        carriers += 1;
        let carrier = Carrier {
            name,
            view,
            before: None,
            prepared: false,
            forms: true,
            annotations: true,
            unlisted: false,
        };
        for attack in attacks.iter().skip(number % step).step_by(step) {
            let Some(bytes) = attack.make(&carrier) else { continue };
            judged += 1;
            let report = judge_with(&bytes, &trust, now, None);
            if report.as_ref().is_ok_and(Report::is_passed) {
                passed.push(format!(
                    "{} | {} | {} | {}",
                    attack.family,
                    attack.name,
                    carrier.name,
                    line(&report)
                ));
            }
        }
    }
    eprintln!("{carriers} carriers of {}, {judged} files, {} passed", files.len(), passed.len());
    assert!(carriers > 0 && passed.is_empty(), "{} of {judged}:\n{}", passed.len(), passed.join("\n"));
}
