//! Documents for the tests, and tools to judge them.

#![allow(dead_code, reason = "each test uses a part")]

pub mod update;

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use pdf::{
    Act, Appearance, Document, FieldPlan, Limits, Mark, Place, PreparedRevision, SealError, SealRequest,
    SignatoryField, SignedAt,
};

/// Builds files with a cross-reference table.
#[derive(Clone, Default)]
pub struct Builder {
    objects: Vec<String>,
    pub trailer: String,
}

impl Builder {
    /// Adds an object and returns its number.
    pub fn add(&mut self, body: impl Into<String>) -> usize {
        self.objects.push(body.into());
        self.objects.len()
    }

    /// Replaces an object.
    pub fn replace(&mut self, number: usize, body: impl Into<String>) {
        self.objects[number - 1] = body.into();
    }

    pub fn build(&self) -> Vec<u8> {
        let mut file = String::from("%PDF-1.7\n%\u{b5}\u{b5}\n");
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", self.objects.len() + 1);
        for (index, body) in self.objects.iter().enumerate() {
            writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
            write!(file, "{} 0 obj\n{body}\nendobj\n", index + 1).unwrap();
        }
        let at = file.len();
        let size = self.objects.len() + 1;
        write!(file, "{table}trailer\n<</Size {size}/Root 1 0 R{}>>\nstartxref\n{at}\n%%EOF\n", self.trailer)
            .unwrap();
        file.into_bytes()
    }
}

/// A document of plain pages; `attributes` go into each of them.
pub fn pages(count: usize, attributes: &str) -> Builder {
    let mut builder = Builder::default();
    builder.add("<</Type/Catalog/Pages 2 0 R>>");
    let kids: Vec<String> = (0..count).map(|page| format!("{} 0 R", 3 + page)).collect();
    builder.add(format!("<</Type/Pages/Kids[{}]/Count {count}>>", kids.join(" ")));
    for _ in 0..count {
        builder.add(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.27559055118 842]/Resources<<>>{attributes}>>"
        ));
    }
    builder
}

pub fn open(bytes: &[u8]) -> Document {
    Document::open(Arc::new(bytes.to_vec()), None, &Limits::default()).expect("opens")
}

pub fn place(page: i32, x_points: f64, y_points: f64) -> Place {
    Place { page, x_points, y_points, ..Place::default() }
}

/// Two signatories, the second one with two places.
pub fn plan() -> FieldPlan {
    let field = |name: &str, places| SignatoryField { field_name: name.to_owned(), places };
    FieldPlan {
        signatories: vec![
            field("sig_ada", vec![place(1, 20.0, 30.0)]),
            field("sig_grace", vec![place(-1, 20.0, 100.0), place(1, 200.0, 100.0)]),
        ],
        closing_field: "closing".to_owned(),
    }
}

pub fn appearance(name: &str) -> Appearance {
    Appearance {
        name: name.to_owned(),
        mark: Mark::Typed,
        signed_at_text: "2026-11-21 18:36:05 +01:00".to_owned(),
        reason: Some("I agree to the contract".to_owned()),
        reference: "req_7Q2M".to_owned(),
    }
}

pub const EVIDENCE_HEAD: [u8; 32] = [0xA7; 32];

pub fn request<'a>(plan: &'a FieldPlan, act: Act<'a>) -> SealRequest<'a> {
    SealRequest {
        plan,
        act,
        signed_at: SignedAt { unix_ms: 1_795_282_565_000, offset_minutes: 60 },
        signer_name: "Ada Lovelace",
        reason: Some("Signed (as shown)"),
        location: None,
        evidence_head: Some(&EVIDENCE_HEAD),
        contents_bytes: 4096,
    }
}

/// Prepares one act on these bytes and appends it with an empty CMS.
pub fn seal(bytes: &[u8], plan: &FieldPlan, act: Act<'_>) -> Result<(Vec<u8>, PreparedRevision), SealError> {
    let document = Document::open(Arc::new(bytes.to_vec()), None, &Limits::default())?;
    let prepared = pdf::prepare(&document, &request(plan, act))?;
    let mut sealed = bytes.to_vec();
    sealed.extend(prepared.finish(&[0x30, 0x00])?);
    Ok((sealed, prepared))
}

/// The folder of documents from elsewhere, where it stands.
pub fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if !folder.is_dir() {
        eprintln!("skipped: no documents at ../shared/corpus");
        return None;
    }
    Some(folder)
}

/// Every PDF below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "pdf") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Runs qpdf's check. `None` where there is no qpdf.
pub fn qpdf_check(bytes: &[u8]) -> Option<(bool, String)> {
    let file = tempfile();
    std::fs::write(&file, bytes).unwrap();
    let output = Command::new("qpdf").arg("--check").arg(&file).output();
    std::fs::remove_file(&file).unwrap();
    let Ok(output) = output else {
        eprintln!("skipped: qpdf is not installed");
        return None;
    };
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    Some((output.status.success(), text))
}

/// A file rewritten by qpdf. `None` where there is no qpdf.
pub fn qpdf(bytes: &[u8], arguments: &[&str]) -> Option<Vec<u8>> {
    let (input, output) = (tempfile(), tempfile());
    std::fs::write(&input, bytes).unwrap();
    let done = Command::new("qpdf").arg(&input).args(arguments).arg(&output).output();
    std::fs::remove_file(&input).unwrap();
    let Ok(done) = done else {
        eprintln!("skipped: qpdf is not installed");
        return None;
    };
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let rewritten = std::fs::read(&output).unwrap();
    std::fs::remove_file(&output).unwrap();
    Some(rewritten)
}

fn tempfile() -> PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("pdf-test-{}-{number}.pdf", std::process::id()))
}
