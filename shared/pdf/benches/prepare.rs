//! What preparing a revision costs, next to a hash pass over the same bytes.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "a benchmark")]

use std::{fmt::Write as _, hint::black_box, sync::Arc};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use pdf::{
    Act, Appearance, Document, FieldPlan, Limits, Mark, Midstate, Place, PreparedRevision, SealRequest,
    SignatoryField, SignedAt,
};

/// A document of `pages` pages, with a stream of `ballast` bytes.
fn document(pages: usize, ballast: usize) -> Arc<Vec<u8>> {
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
        let body = format!(
            "{} 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.28 841.89]{resources}>>\nendobj\n",
            page + 4
        );
        add(&mut file, &body);
    }
    let at = file.len();
    write!(
        file,
        "xref\n0 {}\n{table}trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n",
        pages + 4,
        pages + 4
    )
    .unwrap();
    Arc::new(file.into_bytes())
}

fn plan() -> FieldPlan {
    let field = |name: &str| SignatoryField {
        field_name: name.to_owned(),
        places: vec![Place { page: -1, x_points: 20.0, y_points: 20.0, ..Place::default() }],
    };
    FieldPlan { signatories: vec![field("ada"), field("grace")], closing_field: "closing".to_owned() }
}

fn prepare(document: &Document, plan: &FieldPlan, field_name: &str) -> PreparedRevision {
    let appearance = Appearance {
        name: "Ada Lovelace".to_owned(),
        mark: Mark::Typed,
        signed_at_text: "2026-11-21 18:36:05 +01:00".to_owned(),
        reason: None,
        reference: "req_7Q2M".to_owned(),
    };
    let request = SealRequest {
        plan,
        act: Act::Signatory { field_name, appearance: &appearance },
        signed_at: SignedAt { unix_ms: 0, offset_minutes: 0 },
        signer_name: "Ada Lovelace",
        reason: None,
        location: None,
        evidence_head: None,
        contents_bytes: 8192,
    };
    pdf::prepare(document, &request).expect("prepared")
}

fn open(bytes: &Arc<Vec<u8>>) -> Document {
    Document::open(bytes.clone(), None, &Limits::default()).expect("opened")
}

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
