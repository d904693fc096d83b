//! What the benches of seals and validations share: documents, who seals them, and how time is taken.

use std::{
    fmt::Write as _,
    hint::black_box,
    io::Write as _,
    sync::Arc,
    time::{Duration, Instant},
};

use pades::{
    Pkcs8Key, SealCertificate, contents_bytes,
    demo_ca::{self, DemoCa},
};
use pdf::{
    Act, Appearance, FieldPlan, FileSource, Mark, Place, ReadAt, SealRequest, SignatoryField, SignedAt,
};

pub(crate) const NOW: i64 = 1_795_286_165;
/// Sizes of documents, in bytes.
pub(crate) const SMALL: usize = 99_000;
pub(crate) const LARGE: usize = 110_000_000;

/// Pages that share one stream of so many bytes.
pub(crate) fn document(ballast: usize, pages: usize) -> Vec<u8> {
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
    file.into_bytes()
}

/// The same bytes in a file.
pub(crate) fn on_disk(bytes: &[u8]) -> Arc<dyn ReadAt> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    Arc::new(FileSource::new(file).unwrap())
}

pub(crate) fn authority() -> DemoCa {
    demo_ca::create("Analytical Engines", NOW - 60, 30).unwrap()
}

/// A P-256 key with its certificate, and two signatories with a mark each.
pub(crate) struct Sealer {
    pub(crate) certificate: SealCertificate,
    pub(crate) key: Pkcs8Key,
    plan: FieldPlan,
    appearance: Appearance,
}

impl Sealer {
    pub(crate) fn new(demo: &DemoCa) -> Self {
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

    pub(crate) fn signatory<'a>(&'a self, field_name: &'a str) -> Act<'a> {
        Act::Signatory { field_name, appearance: &self.appearance }
    }

    pub(crate) fn request<'a>(&'a self, act: Act<'a>) -> SealRequest<'a> {
        SealRequest {
            plan: &self.plan,
            act,
            signed_at: SignedAt { unix_ms: NOW * 1000, offset_minutes: 60 },
            signer_name: "Analytical Engines",
            reason: None,
            location: None,
            evidence_head: Some(&[0xab; 32]),
            contents_bytes: contents_bytes(&self.certificate, self.key.algorithm(), 0).unwrap(),
        }
    }
}

/// A SHA-256 pass by the implementation that seals and validations use.
pub(crate) fn hash(bytes: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, black_box(bytes));
    digest.as_ref().try_into().unwrap()
}

/// Median time of a run, of as many as fit into a second, and at least five.
pub(crate) fn median<T>(mut run: impl FnMut() -> T) -> Duration {
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
