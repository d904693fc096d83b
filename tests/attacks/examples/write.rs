//! Writes carriers, attacks and chains as files, for validators of other makers.
//!
//! `cargo run -p attacks --example write -- FOLDER [FAMILY]` leaves `carriers.tsv` and `attacks.tsv` beside the files:
//! path, family, kind, carrier. `root.pem` is whom the carriers trust.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use std::{fmt::Write as _, fs, path::PathBuf};

use attacks::{attack, authority::TRUSTED, carrier::CARRIERS};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap());
    let family = arguments.next();
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("root.pem"), &TRUSTED.root_pem).unwrap();
    let mut table = String::new();
    for (index, carrier) in CARRIERS.iter().enumerate() {
        let name = format!("carrier-{index}.pdf");
        fs::write(folder.join(&name), &carrier.view.bytes).unwrap();
        writeln!(table, "{name}\tcarrier\t\t{}", carrier.name).unwrap();
    }
    fs::write(folder.join("carriers.tsv"), table).unwrap();
    let mut table = String::new();
    let wanted = |it: &attack::Attack| family.as_deref().is_none_or(|family| family == it.family);
    for (kind, attack) in attack::all().iter().enumerate().filter(|(_, it)| wanted(it)) {
        for (index, carrier) in CARRIERS.iter().enumerate() {
            let Some(bytes) = attack.make(carrier) else { continue };
            let name = format!("attack-{kind:03}-{index}.pdf");
            fs::write(folder.join(&name), bytes).unwrap();
            writeln!(table, "{name}\t{}\t{}\t{}", attack.family, attack.name, carrier.name).unwrap();
        }
    }
    println!("{} files", table.lines().count());
    fs::write(folder.join("attacks.tsv"), table).unwrap();
}
