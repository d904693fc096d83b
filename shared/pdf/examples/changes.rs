//! Prints the signatures of files, what they cover, and what changed after each of them.
//!
//! `cargo run --release -p pdf --example changes -- FILE...`

#![allow(clippy::print_stdout, reason = "this is its output")]

use std::{fs::File, sync::Arc, time::Instant};

use pdf::{Document, FileSource, Limits, PdfError};

fn main() {
    for path in std::env::args().skip(1) {
        println!("{path}");
        let start = Instant::now();
        if let Err(error) = show(&path) {
            println!("  {error}");
        }
        println!("  {:.1} ms", start.elapsed().as_secs_f64() * 1000.0);
    }
}

fn show(path: &str) -> Result<(), PdfError> {
    let source = Arc::new(FileSource::new(File::open(path)?)?);
    let document = Document::open(source, None, &Limits::default())?;
    println!("  revisions end at {:?}", pdf::revisions(&document)?);
    for signature in pdf::signatures(&document)? {
        let kind = signature.sub_filter.as_deref().unwrap_or("no format");
        println!(
            "  \"{}\" {kind} revision {}: {:?}",
            signature.field, signature.revision, signature.coverage
        );
        for change in pdf::changes_since(&document, &signature)? {
            let verdict = if change.allowed { "allowed" } else { "NOT ALLOWED" };
            println!("    revision {} {verdict} {:?}: {}", change.revision, change.level, change.sentence());
        }
    }
    Ok(())
}
