//! What a seal costs, next to a SHA-256 pass over the same bytes by the same implementation in the same run.
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
    DigestAlgorithm, Pkcs8Key, SealCertificate, SignedAttributes, assemble, contents_bytes, demo_ca,
    document_digest, seal,
};
use pdf::{
    Act, Appearance, Document, FieldPlan, FileSource, Limits, Mark, Midstate, Place, ReadAt, SealRequest,
    SignatoryField, SignedAt,
};

const NOW: i64 = 1_795_286_165;
const SMALL: usize = 99_000;
const LARGE: usize = 110_000_000;

/// What each document is called, the bytes of the stream its pages share, and how many pages it has.
const DOCUMENTS: [(&str, usize, usize); 3] =
    [("99 KB", SMALL - 2_000, 10), ("110 MB", LARGE - 2_000, 10), ("5,000 pages", 2_000, 5_000)];

/// Pages that share one stream of so many bytes.
fn document(ballast: usize, pages: usize) -> Arc<Vec<u8>> {
    let mut bodies = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!(
            "<</Type/Pages/Kids[{}]/Count {pages}>>",
            (0..pages).map(|page| format!("{} 0 R", page + 4)).collect::<Vec<_>>().join(" ")
        ),
        format!("<</Length {ballast}>>stream\n{}\nendstream", "x".repeat(ballast)),
    ];
    bodies.resize(
        pages + 3,
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Contents 3 0 R>>".to_owned(),
    );
    let mut file = String::from("%PDF-1.7\n");
    let mut table = String::from("0000000000 65535 f \n");
    for (number, body) in (1..).zip(&bodies) {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        write!(file, "{number} 0 obj\n{body}\nendobj\n").unwrap();
    }
    let at = file.len();
    let size = pages + 4;
    write!(file, "xref\n0 {size}\n{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n")
        .unwrap();
    Arc::new(file.into_bytes())
}

/// A P-256 key with its certificate, and two signatories with a mark each.
struct Sealer {
    certificate: SealCertificate,
    key: Pkcs8Key,
    plan: FieldPlan,
    appearance: Appearance,
}

impl Sealer {
    fn new() -> Self {
        let demo = demo_ca::create("Analytical Engines", NOW - 60, 30).unwrap();
        let chain = format!("{}{}", demo.seal_certificate_pem, demo.ca_certificate_pem);
        let field = |name: &str, y_points| SignatoryField {
            field_name: name.to_owned(),
            places: vec![Place { page: -1, x_points: 20.0, y_points, ..Place::default() }],
        };
        Self {
            certificate: SealCertificate::from_pem(&chain).unwrap(),
            key: Pkcs8Key::from_pem(&demo.seal_key_pem).unwrap(),
            plan: FieldPlan {
                signatories: vec![field("ada", 20.0), field("grace", 80.0)],
                closing_field: "closing".to_owned(),
            },
            appearance: Appearance {
                name: "Ada Lovelace".to_owned(),
                mark: Mark::Typed,
                signed_at_text: "2026-11-21 19:36:05 +01:00".to_owned(),
                reason: None,
                reference: "7Q2M".to_owned(),
            },
        }
    }

    fn request(&self, field_name: &'static str) -> SealRequest<'_> {
        SealRequest {
            plan: &self.plan,
            act: Act::Signatory { field_name, appearance: &self.appearance },
            signed_at: SignedAt { unix_ms: NOW * 1000, offset_minutes: 60 },
            signer_name: "Analytical Engines",
            reason: None,
            location: None,
            evidence_head: Some(&[0xab; 32]),
            contents_bytes: contents_bytes(&self.certificate, self.key.algorithm(), 0).unwrap(),
        }
    }

    /// Opens the document and makes the tail of the first signatory's revision.
    fn first(&self, source: &Arc<dyn ReadAt>) -> Vec<u8> {
        let document = Document::open(Arc::clone(source), None, &Limits::default()).unwrap();
        seal(&document, source, &self.request("ada"), &self.key, &self.certificate).unwrap()
    }

    /// Opens the sealed document and makes the second signatory's tail, hashing only what is appended.
    fn second(&self, sealed: &Arc<Vec<u8>>, midstate: &Midstate) -> Vec<u8> {
        let document = Document::open(sealed.clone(), None, &Limits::default()).unwrap();
        let prepared = pdf::prepare(&document, &self.request("grace")).unwrap();
        let digest = document_digest(&prepared, sealed, Some(midstate), DigestAlgorithm::Sha256).unwrap();
        let algorithm = self.key.algorithm();
        let attributes = SignedAttributes::new(digest, &self.certificate, algorithm).unwrap();
        let signature = self.key.sign_digest(algorithm, &attributes.digest()).unwrap();
        prepared.finish(&assemble(&attributes, &signature, &self.certificate, None).unwrap()).unwrap()
    }
}

/// The hash pass that a first seal contains.
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

fn seals(criterion: &mut Criterion) {
    let sealer = Sealer::new();
    for (name, ballast, pages) in DOCUMENTS {
        let bytes = document(ballast, pages);
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let source: Arc<dyn ReadAt> = Arc::new(FileSource::new(file).unwrap());
        let in_memory: Arc<dyn ReadAt> = bytes.clone();
        let revision = Arc::new([Vec::as_slice(&bytes), &sealer.first(&in_memory)].concat());
        let midstate = Midstate::of(&revision).unwrap();
        let pass = median(|| hash(&bytes));
        let report = |what: &str, time: Duration| {
            println!(
                "{name}: {what} {time:?}, {:.4} of a SHA-256 pass",
                time.as_secs_f64() / pass.as_secs_f64()
            );
        };
        report("SHA-256 pass", pass);
        report("first seal", median(|| sealer.first(&in_memory)));
        report("first seal, from a file", median(|| sealer.first(&source)));
        report("second signatory", median(|| sealer.second(&revision, &midstate)));
        let mut group = criterion.benchmark_group(name);
        group.sample_size(if ballast < SMALL { 50 } else { 10 });
        group.bench_function("SHA-256 pass", |bencher| bencher.iter(|| hash(&bytes)));
        group.bench_function("first seal", |bencher| bencher.iter(|| sealer.first(&in_memory)));
        group.bench_function("first seal, from a file", |bencher| bencher.iter(|| sealer.first(&source)));
        group.bench_function("second signatory", |bencher| {
            bencher.iter(|| sealer.second(&revision, &midstate));
        });
        group.finish();
    }
}

criterion_group!(benches, seals);
criterion_main!(benches);
