//! What preparing a revision costs, next to a hash pass over the same bytes.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "a benchmark")]

#[path = "stage/document.rs"]
mod document;

use std::{hint::black_box, sync::Arc};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use document::{document, open, plan, prepare};
use pdf::Midstate;

fn prepare_documents(criterion: &mut Criterion) {
    let plan = plan();
    for (name, pages, ballast) in
        [("99 KB", 10, 95_000), ("5,000 pages", 5_000, 1_000), ("110 MB", 10, 110_000_000)]
    {
        let bytes = document(pages, ballast);
        let mut group = criterion.benchmark_group(name);
        group.sample_size(20);
        group.bench_function("open and prepare", |bencher| {
            bencher.iter(|| prepare(&open(black_box(&bytes)), &plan, "ada"));
        });
        let first = prepare(&open(&bytes), &plan, "ada");
        let sealed = Arc::new([bytes.as_slice(), &first.finish(&[]).expect("finished")].concat());
        let midstate = Midstate::of(&sealed).expect("hashed");
        group.bench_function("second signatory with a midstate", |bencher| {
            bencher.iter(|| {
                prepare(&open(black_box(&sealed)), &plan, "grace").digest(&sealed, Some(&midstate)).unwrap()
            });
        });
        if ballast > 1_000_000 {
            group.sample_size(10);
        }
        group.bench_function("first signatory with its hash", |bencher| {
            bencher.iter(|| prepare(&open(black_box(&bytes)), &plan, "ada").digest(&bytes, None).unwrap());
        });
        group.bench_function("hash alone", |bencher| {
            bencher.iter_batched(
                || aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256),
                |mut context| {
                    context.update(black_box(&bytes));
                    context.finish()
                },
                BatchSize::SmallInput,
            );
        });
        group.finish();
    }
}

criterion_group!(benches, prepare_documents);
criterion_main!(benches);
