//! A large document on disk is sealed without being held in memory.
//!
//! Alone in its file: the peak of memory is that of the whole process.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    unreachable_pub,
    missing_docs,
    reason = "tests"
)]

mod support;

use std::{fmt::Write as _, io::Write, sync::Arc};

use pdf::{Act, Document, FileSource, Limits, Midstate};

/// Bytes of the stream that makes the document large.
const BALLAST: usize = 110_000_000;
/// What the reader, the hash and the tail may take besides.
const ALLOWED_KIB: u64 = 24 << 10;

/// The process's peak of memory in KiB, where the system tells.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn write_document(file: &mut std::fs::File) {
    let mut head = String::from("%PDF-1.7\n");
    let mut offsets = Vec::new();
    for body in [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
    ] {
        offsets.push(head.len());
        write!(head, "{} 0 obj\n{body}\nendobj\n", offsets.len()).unwrap();
    }
    offsets.push(head.len());
    write!(head, "4 0 obj\n<</Length {BALLAST}>>stream\n").unwrap();
    file.write_all(head.as_bytes()).unwrap();
    let block = vec![b' '; 1_000_000];
    for _ in 0..BALLAST / block.len() {
        file.write_all(&block).unwrap();
    }
    let tail = "\nendstream\nendobj\n";
    let at = head.len() + BALLAST + tail.len();
    let entries: Vec<String> = offsets.iter().map(|offset| format!("{offset:010} 00000 n \n")).collect();
    write!(
        file,
        "{tail}xref\n0 5\n0000000000 65535 f \n{}trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n",
        entries.concat()
    )
    .unwrap();
}

#[test]
fn a_large_file_is_sealed_within_a_small_memory() {
    let mut file = tempfile::tempfile().unwrap();
    write_document(&mut file);
    let base = peak_kib();
    let source = Arc::new(FileSource::new(file).unwrap());
    let document = Document::open(source.clone(), None, &Limits::default()).unwrap();
    assert_eq!(pdf::inspect(&document).unwrap().pages.len(), 1);
    let (plan, ada) = (support::plan(), support::appearance("Ada Lovelace"));
    let act = Act::Signatory { field_name: "sig_ada", appearance: &ada };
    let prepared = pdf::prepare(&document, &support::request(&plan, act)).unwrap();
    assert!(prepared.byte_range[1] > BALLAST as u64);
    let digest = prepared.digest(&source, None).unwrap();
    let midstate = Midstate::of(&source).unwrap();
    assert_eq!(prepared.digest(&source, Some(&midstate)).unwrap(), digest);
    let Some((base, peak)) = base.zip(peak_kib()) else {
        eprintln!("skipped: the system does not tell the peak of memory");
        return;
    };
    eprintln!("{} KiB above {base} KiB", peak - base);
    assert!(peak - base < ALLOWED_KIB, "{} KiB above {base} KiB", peak - base);
}
