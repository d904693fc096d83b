//! What finding signatures and comparing revisions costs, next to opening the file.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "a benchmark")]

#[path = "stage/document.rs"]
mod document;

use std::{hint::black_box, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use document::{document, open, plan, prepare};

/// A document with the marks of two signatories.
fn sealed(pages: usize, ballast: usize) -> Arc<Vec<u8>> {
    let plan = plan();
    ["ada", "grace"].into_iter().fold(document(pages, ballast), |bytes, field_name| {
        let tail = prepare(&open(&bytes), &plan, field_name).finish(&[]).expect("finished");
        Arc::new([bytes.as_slice(), &tail].concat())
    })
}

fn compare_documents(criterion: &mut Criterion) {
    for (name, pages, ballast) in
        [("99 KB", 10, 80_000), ("5,000 pages", 5_000, 1_000), ("110 MB", 10, 110_000_000)]
    {
        let bytes = sealed(pages, ballast);
        let mut group = criterion.benchmark_group(name);
        group.sample_size(20);
        group.bench_function("open", |bencher| bencher.iter(|| open(black_box(&bytes))));
        group.bench_function("open, find signatures, compare revisions", |bencher| {
            bencher.iter(|| {
                let document = open(black_box(&bytes));
                let signatures = pdf::signatures(&document).expect("found");
                assert_eq!(signatures.len(), 2);
                for signature in &signatures {
                    let changes = pdf::changes_since(&document, signature).expect("compared");
                    assert!(changes.iter().all(|change| change.allowed));
                }
            });
        });
        group.finish();
    }
}

criterion_group!(benches, compare_documents);
criterion_main!(benches);
