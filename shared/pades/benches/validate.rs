//! What a validation costs, next to a SHA-256 pass over the same bytes by the same implementation in the same run.
//!
//! Prints ratios first, which are what counts on a machine of any speed, and then criterion's times.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::{
    fmt::Write as _,
    hint::black_box,
    io::Write as _,
    sync::Arc,
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group, criterion_main};
use pades::{
    Pkcs8Key, SealCertificate, contents_bytes, demo_ca, seal,
    trust::TrustAnchors,
    validate::{AnchorSource, Options, Report, validate},
};
use pdf::{
    Act, Appearance, Document, FieldPlan, FileSource, Limits, Mark, Place, ReadAt, SealRequest,
    SignatoryField, SignedAt,
};

const NOW: i64 = 1_795_286_165;
const SMALL: usize = 99_000;
const LARGE: usize = 110_000_000;

/// Ten pages that share one stream, of about this many bytes in all.
fn document(size: usize) -> Vec<u8> {
    let ballast = size - 2_000;
    let mut bodies = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!(
            "<</Type/Pages/Kids[{}]/Count 10>>",
            (4..14).map(|page| format!("{page} 0 R")).collect::<Vec<_>>().join(" ")
        ),
        format!("<</Length {ballast}>>stream\n{}\nendstream", "x".repeat(ballast)),
    ];
    bodies.resize(
        13,
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Contents 3 0 R>>".to_owned(),
    );
    let mut file = String::from("%PDF-1.7\n");
    let mut table = String::from("0000000000 65535 f \n");
    for (number, body) in (1..).zip(&bodies) {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        write!(file, "{number} 0 obj\n{body}\nendobj\n").unwrap();
    }
    let at = file.len();
    write!(file, "xref\n0 14\n{table}trailer\n<</Size 14/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n").unwrap();
    file.into_bytes()
}

/// A P-256 key with its certificate, whom to trust, and two signatories with a mark each.
struct Stage {
    certificate: SealCertificate,
    key: Pkcs8Key,
    trust: TrustAnchors,
}

impl Stage {
    fn new() -> Self {
        let demo = demo_ca::create("Analytical Engines", NOW - 60, 30).unwrap();
        let chain = format!("{}{}", demo.seal_certificate_pem, demo.ca_certificate_pem);
        Self {
            certificate: SealCertificate::from_pem(&chain).unwrap(),
            key: Pkcs8Key::from_pem(&demo.seal_key_pem).unwrap(),
            trust: TrustAnchors::from_pem(&demo.ca_certificate_pem, &AnchorSource::SealAuthority).unwrap(),
        }
    }

    /// A document with the seals of two signatories and the closing one.
    fn sealed(&self, size: usize) -> Vec<u8> {
        let field = |name: &str, y_points| SignatoryField {
            field_name: name.to_owned(),
            places: vec![Place { page: -1, x_points: 20.0, y_points, ..Place::default() }],
        };
        let plan = FieldPlan {
            signatories: vec![field("ada", 20.0), field("grace", 80.0)],
            closing_field: "closing".to_owned(),
        };
        let appearance = Appearance {
            name: "Ada Lovelace".to_owned(),
            mark: Mark::Typed,
            signed_at_text: "2026-11-21 19:36:05 +01:00".to_owned(),
            reason: None,
            reference: "7Q2M".to_owned(),
        };
        let signatory = |field_name| Act::Signatory { field_name, appearance: &appearance };
        let mut bytes = document(size);
        for act in [signatory("ada"), signatory("grace"), Act::Closing] {
            let source: Arc<dyn ReadAt> = Arc::new(bytes.clone());
            let document = Document::open(Arc::clone(&source), None, &Limits::default()).unwrap();
            let request = SealRequest {
                plan: &plan,
                act,
                signed_at: SignedAt { unix_ms: NOW * 1000, offset_minutes: 60 },
                signer_name: "Analytical Engines",
                reason: None,
                location: None,
                evidence_head: Some(&[0xab; 32]),
                contents_bytes: contents_bytes(&self.certificate, self.key.algorithm(), 0).unwrap(),
            };
            bytes.extend(seal(&document, &source, &request, &self.key, &self.certificate).unwrap());
        }
        bytes
    }

    fn validate(&self, source: &Arc<dyn ReadAt>) -> Report {
        let report = validate(Arc::clone(source), &Options::new(&self.trust, NOW)).unwrap();
        assert!(report.is_passed(), "{:?}", report.overall);
        report
    }
}

/// The hash pass that a validation contains.
fn hash(bytes: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, black_box(bytes));
    digest.as_ref().try_into().unwrap()
}

/// Median time of a run, of as many as fit into a second, and at least five.
fn median<T>(mut run: impl FnMut() -> T) -> Duration {
    let started = Instant::now();
    let mut times = Vec::new();
    while times.len() < 5 || started.elapsed() < Duration::from_secs(1) {
        let before = Instant::now();
        black_box(run());
        times.push(before.elapsed());
    }
    times.sort_unstable();
    *times.get(times.len() / 2).unwrap()
}

fn validations(criterion: &mut Criterion) {
    let stage = Stage::new();
    for (name, size) in [("99 KB", SMALL), ("110 MB", LARGE)] {
        let bytes = stage.sealed(size);
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let on_disk: Arc<dyn ReadAt> = Arc::new(FileSource::new(file).unwrap());
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
