//! What a validation costs, next to a SHA-256 pass over the same bytes by the same implementation in the same run.
//!
//! Prints ratios first, which are what counts on a machine of any speed, and then criterion's times.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

#[path = "stage/sealer.rs"]
mod sealer;

use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use pades::{
    seal,
    trust::TrustAnchors,
    validate::{AnchorSource, Options, Report, validate},
};
use pdf::{Act, Document, Limits, ReadAt};
use sealer::{LARGE, NOW, SMALL, Sealer, authority, document, hash, median, on_disk};

/// Who seals, and whom to trust.
struct Stage {
    sealer: Sealer,
    trust: TrustAnchors,
}

impl Stage {
    fn new() -> Self {
        let demo = authority();
        let trust = TrustAnchors::from_pem(&demo.ca_certificate_pem, &AnchorSource::SealAuthority).unwrap();
        Self { sealer: Sealer::new(&demo), trust }
    }

    /// A document of ten pages with the seals of two signatories and the closing one.
    fn sealed(&self, size: usize) -> Vec<u8> {
        let sealer = &self.sealer;
        let mut bytes = document(size - 2_000, 10);
        for act in [sealer.signatory("ada"), sealer.signatory("grace"), Act::Closing] {
            let source: Arc<dyn ReadAt> = Arc::new(bytes.clone());
            let document = Document::open(Arc::clone(&source), None, &Limits::default()).unwrap();
            let request = sealer.request(act);
            bytes.extend(seal(&document, &source, &request, &sealer.key, &sealer.certificate).unwrap());
        }
        bytes
    }

    fn validate(&self, source: &Arc<dyn ReadAt>) -> Report {
        let report = validate(Arc::clone(source), &Options::new(&self.trust, NOW)).unwrap();
        assert!(report.is_passed(), "{:?}", report.overall);
        report
    }
}

fn validations(criterion: &mut Criterion) {
    let stage = Stage::new();
    for (name, size) in [("99 KB", SMALL), ("110 MB", LARGE)] {
        let bytes = stage.sealed(size);
        let on_disk = on_disk(&bytes);
        let pass = median(|| hash(&bytes));
        let in_memory: Arc<dyn ReadAt> = Arc::new(bytes);
        let memory = median(|| stage.validate(&in_memory));
        let disk = median(|| stage.validate(&on_disk));
        println!(
            "{name}, three seals: SHA-256 pass {pass:?}; validation {memory:?}, {:.3} of the pass; from disk {disk:?}, {:.3} of the pass",
            memory.as_secs_f64() / pass.as_secs_f64(),
            disk.as_secs_f64() / pass.as_secs_f64(),
        );
        let mut group = criterion.benchmark_group(name);
        group.sample_size(if size == SMALL { 50 } else { 10 });
        group.bench_function("validation", |bencher| bencher.iter(|| stage.validate(&in_memory)));
        group.finish();
    }
}

criterion_group!(benches, validations);
criterion_main!(benches);
