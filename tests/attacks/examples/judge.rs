//! Says what the validator says of files, with its reasons: `cargo run -p attacks --example judge -- ROOT.pem FILE...`

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use std::{
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

use attacks::judge::{judge_with, line};
use pades::{trust::TrustAnchors, validate::AnchorSource};

#[expect(clippy::disallowed_methods, reason = "this program is its own edge")]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let root = fs::read_to_string(arguments.next().unwrap()).unwrap();
    let mut trust = TrustAnchors::new();
    for der in pades::certificates_of_pem(&root).unwrap() {
        trust.add_certificate(der, AnchorSource::Tenant).unwrap();
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    for file in arguments {
        let report = judge_with(&fs::read(&file).unwrap(), &trust, i64::try_from(now).unwrap(), None);
        println!("{file}: {}", line(&report));
    }
}
