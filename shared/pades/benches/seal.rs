//! What a seal costs, next to a SHA-256 pass over the same bytes by the same implementation in the same run.
//!
//! Prints ratios first, which are what counts on a machine of any speed, and then criterion's times.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

#[path = "stage/sealer.rs"]
mod sealer;

use std::{sync::Arc, time::Duration};

use criterion::{Criterion, criterion_group, criterion_main};
use pades::{DigestAlgorithm, SignedAttributes, assemble, document_digest, seal};
use pdf::{Document, Limits, Midstate, ReadAt};
use sealer::{LARGE, SMALL, Sealer, authority, document, hash, median, on_disk};

/// What each document is called, the bytes of the stream its pages share, and how many pages it has.
const DOCUMENTS: [(&str, usize, usize); 3] =
    [("99 KB", SMALL - 2_000, 10), ("110 MB", LARGE - 2_000, 10), ("5,000 pages", 2_000, 5_000)];

/// Opens the document and makes the tail of the first signatory's revision.
fn first(sealer: &Sealer, source: &Arc<dyn ReadAt>) -> Vec<u8> {
    let document = Document::open(Arc::clone(source), None, &Limits::default()).unwrap();
    let request = sealer.request(sealer.signatory("ada"));
    seal(&document, source, &request, &sealer.key, &sealer.certificate).unwrap()
}

/// Opens the sealed document and makes the second signatory's tail, hashing only what is appended.
fn second(sealer: &Sealer, signed: &Arc<Vec<u8>>, midstate: &Midstate) -> Vec<u8> {
    let document = Document::open(signed.clone(), None, &Limits::default()).unwrap();
    let prepared = pdf::prepare(&document, &sealer.request(sealer.signatory("grace"))).unwrap();
    let digest = document_digest(&prepared, signed, Some(midstate), DigestAlgorithm::Sha256).unwrap();
    let algorithm = sealer.key.algorithm();
    let attributes = SignedAttributes::new(digest, &sealer.certificate, algorithm).unwrap();
    let signature = sealer.key.sign_digest(algorithm, &attributes.digest()).unwrap();
    prepared.finish(&assemble(&attributes, &signature, &sealer.certificate, None).unwrap()).unwrap()
}

fn seals(criterion: &mut Criterion) {
    let sealer = Sealer::new(&authority());
    for (name, ballast, pages) in DOCUMENTS {
        let bytes = Arc::new(document(ballast, pages));
        let source = on_disk(&bytes);
        let in_memory: Arc<dyn ReadAt> = bytes.clone();
        let revision = Arc::new([Vec::as_slice(&bytes), &first(&sealer, &in_memory)].concat());
        let midstate = Midstate::of(&revision).unwrap();
        let pass = median(|| hash(&bytes));
        let report = |what: &str, time: Duration| {
            println!(
                "{name}: {what} {time:?}, {:.4} of a SHA-256 pass",
                time.as_secs_f64() / pass.as_secs_f64()
            );
        };
        report("SHA-256 pass", pass);
        report("first seal", median(|| first(&sealer, &in_memory)));
        report("first seal, from a file", median(|| first(&sealer, &source)));
        report("second signatory", median(|| second(&sealer, &revision, &midstate)));
        let mut group = criterion.benchmark_group(name);
        group.sample_size(if ballast < SMALL { 50 } else { 10 });
        group.bench_function("SHA-256 pass", |bencher| bencher.iter(|| hash(&bytes)));
        group.bench_function("first seal", |bencher| bencher.iter(|| first(&sealer, &in_memory)));
        group.bench_function("first seal, from a file", |bencher| bencher.iter(|| first(&sealer, &source)));
        group.bench_function("second signatory", |bencher| {
            bencher.iter(|| second(&sealer, &revision, &midstate));
        });
        group.finish();
    }
}

criterion_group!(benches, seals);
criterion_main!(benches);
