//! The attacks are attacks: the carriers are valid to others, and what is attacked looks different.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

use std::{collections::BTreeSet, fs, process::Command};

use attacks::{
    attack::{self, Shows},
    base::PAYLOAD,
    carrier::CARRIERS,
};

/// What a program of poppler's prints for a file; `None`, said aloud, where it is not installed.
fn poppler(program: &str, arguments: &[&str], bytes: &[u8]) -> Option<Vec<u8>> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file.pdf");
    fs::write(&file, bytes).unwrap();
    let behind = if program == "pdftotext" { "-" } else { "" };
    let mut command = Command::new(program);
    command.args(arguments).arg(&file).args([behind].iter().filter(|it| !it.is_empty()));
    let Ok(output) = command.output() else {
        eprintln!("skipped: {program} is not installed");
        return None;
    };
    Some(output.stdout)
}

#[test]
fn there_are_enough_kinds_and_each_changes_its_carrier() {
    let attacks = attack::all();
    let mut names = BTreeSet::new();
    let mut files = 0;
    for attack in &attacks {
        assert!(names.insert((attack.family, &attack.name)), "{} is there twice", attack.name);
        let mut made = 0;
        for carrier in CARRIERS.iter() {
            let Some(bytes) = attack.make(carrier) else { continue };
            assert_ne!(bytes, carrier.view.bytes, "{} leaves {} as it is", attack.name, carrier.name);
            made += 1;
        }
        assert!(made > 0, "{}, {} fits no carrier", attack.family, attack.name);
        files += made;
    }
    let families: BTreeSet<&str> = attacks.iter().map(|it| it.family).collect();
    eprintln!("{} kinds in {} families make {files} files", attacks.len(), families.len());
    assert!(attacks.len() >= 40 && CARRIERS.len() >= 5 && files >= 200);
}

#[test]
fn the_carriers_are_valid_to_another_validator() {
    for carrier in CARRIERS.iter() {
        let Some(said) = poppler("pdfsig", &["-nocert"], &carrier.view.bytes) else { return };
        let said = String::from_utf8_lossy(&said);
        let seals = carrier.view.signatures.iter().filter(|it| !it.timestamp).count();
        assert_eq!(said.matches("Signature is Valid").count(), seals, "{}: {said}", carrier.name);
    }
}

#[test]
fn what_an_attack_is_to_show_is_shown() {
    let mut unseen = Vec::new();
    for attack in attack::all() {
        let mut seen = attack.shows == Shows::Bytes;
        for carrier in CARRIERS.iter().filter(|it| it.prepared) {
            if seen {
                break;
            }
            let Some(bytes) = attack.make(carrier) else { continue };
            if attack.shows == Shows::Payload {
                let Some(text) = poppler("pdftotext", &[], &bytes) else { return };
                seen = String::from_utf8_lossy(&text).contains(PAYLOAD);
            } else {
                let Some(old) = poppler("pdftoppm", &["-r", "30"], &carrier.view.bytes) else { return };
                let Some(new) = poppler("pdftoppm", &["-r", "30"], &bytes) else { return };
                seen = old != new;
            }
        }
        if !seen {
            unseen.push(format!("{}: {}", attack.family, attack.name));
        }
    }
    assert!(unseen.is_empty(), "{unseen:#?}");
}
