//! What finding signatures and comparing revisions costs, next to opening the file.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "a benchmark")]

use std::{fmt::Write as _, hint::black_box, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use pdf::{Act, Appearance, Document, FieldPlan, Limits, Mark, Place, SealRequest, SignatoryField, SignedAt};

/// A document of `pages` pages, with a stream of `ballast` bytes, and two seals.
fn sealed(pages: usize, ballast: usize) -> Arc<Vec<u8>> {
    let mut file = String::from("%PDF-1.7\n");
    let mut table = String::from("0000000000 65535 f \n");
    let mut add = |file: &mut String, body: &str| {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        file.push_str(body);
    };
    add(&mut file, "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n");
    let kids: Vec<String> = (0..pages).map(|page| format!("{} 0 R", page + 4)).collect();
    add(&mut file, &format!("2 0 obj\n<</Type/Pages/Kids[{}]/Count {pages}>>\nendobj\n", kids.join(" ")));
    add(
        &mut file,
        &format!("3 0 obj\n<</Length {ballast}>>stream\n{}\nendstream\nendobj\n", "x".repeat(ballast)),
    );
    for page in 0..pages {
        let resources = "/Resources<</Font<</F1 3 0 R>>/ProcSet[/PDF/Text]>>/Contents 3 0 R";
        let number = page + 4;
        let body = format!("/Type/Page/Parent 2 0 R/MediaBox[0 0 595.28 841.89]{resources}");
        add(&mut file, &format!("{number} 0 obj\n<<{body}>>\nendobj\n"));
    }
    let (at, size) = (file.len(), pages + 4);
    write!(file, "xref\n0 {size}\n{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n")
        .unwrap();
    let first = seal(&file.into_bytes(), "ada");
    Arc::new(seal(&first, "grace"))
}

fn seal(bytes: &[u8], field_name: &str) -> Vec<u8> {
    let field = |name: &str| SignatoryField {
        field_name: name.to_owned(),
        places: vec![Place { page: -1, x_points: 20.0, y_points: 20.0, ..Place::default() }],
    };
    let plan =
        FieldPlan { signatories: vec![field("ada"), field("grace")], closing_field: "closing".to_owned() };
    let appearance = Appearance {
        name: "Ada Lovelace".to_owned(),
        mark: Mark::Typed,
        signed_at_text: "2026-11-21 18:36:05 +01:00".to_owned(),
        reason: None,
        reference: "req_7Q2M".to_owned(),
    };
    let request = SealRequest {
        plan: &plan,
        act: Act::Signatory { field_name, appearance: &appearance },
        signed_at: SignedAt { unix_ms: 0, offset_minutes: 0 },
        signer_name: "Ada Lovelace",
        reason: None,
        location: None,
        evidence_head: None,
        contents_bytes: 8192,
    };
    let document = open(&Arc::new(bytes.to_vec()));
    let tail = pdf::prepare(&document, &request).expect("prepared").finish(&[]).expect("finished");
    [bytes, &tail].concat()
}

fn open(bytes: &Arc<Vec<u8>>) -> Document {
    Document::open(bytes.clone(), None, &Limits::default()).expect("opened")
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
