//! Pictures of two revisions of a document, drawn and compared.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::fmt::Write as _;
use std::sync::Arc;

use pdf::{Act, Document, FieldPlan, ReadAt, SealRequest, SignedAt, VisualChange, VisualKind};
use render::{Limits, Renderer, use_program};

/// Two squares on a page of 200 by 100 points.
const SIGNED: &str = "1 0 0 rg 20 20 30 30 re f 0 0 1 rg 120 40 30 30 re f";

/// A document of one page with this content, as object 4, that is signed as far as its structure goes.
fn signed(content: &str) -> Vec<u8> {
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<<>>>>".to_owned(),
        stream(content),
    ];
    let mut file = "%PDF-1.7\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(&objects) {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        write!(file, "{number} 0 obj\n{object}\nendobj\n").unwrap();
    }
    let start = file.len();
    write!(file, "{table}trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").unwrap();
    let mut file = file.into_bytes();
    let plan = FieldPlan { signatories: Vec::new(), closing_field: "closing".to_owned() };
    let request = SealRequest {
        plan: &plan,
        act: Act::Closing,
        signed_at: SignedAt { unix_ms: 1_795_282_565_000, offset_minutes: 60 },
        signer_name: "Ada Lovelace",
        reason: None,
        location: None,
        evidence_head: None,
        contents_bytes: 64,
    };
    let tail = pdf::prepare(&open(&file), &request).unwrap().finish(&[0x30, 0]).unwrap();
    file.extend(tail);
    file
}

fn stream(content: &str) -> String {
    format!("<</Length {}>>\nstream\n{content}\nendstream", content.len())
}

/// The document with other content, in an update.
fn updated(file: &[u8], content: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(file);
    let number = |name: &str| -> usize {
        let rest = &text[text.rfind(name).unwrap() + name.len()..];
        let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap()
    };
    let (size, previous, root) = (number("/Size"), number("startxref"), number("/Root"));
    let object = format!("4 0 obj\n{}\nendobj\n", stream(content));
    let table = format!("xref\n4 1\n{:010} 00000 n \n", file.len());
    let start = file.len() + object.len();
    let trailer = format!(
        "{table}trailer\n<</Size {size}/Root {root} 0 R/Prev {previous}>>\nstartxref\n{start}\n%%EOF\n"
    );
    [file, object.as_bytes(), trailer.as_bytes()].concat()
}

fn open(file: &[u8]) -> Document {
    let source: Arc<dyn ReadAt> = Arc::new(file.to_vec());
    Document::open(source, None, &pdf::Limits::default()).unwrap()
}

/// What the pictures of the page tell after its content was replaced.
fn told(content: &str) -> Vec<VisualChange> {
    use_program(env!("CARGO_BIN_EXE_page-worker").into());
    let document = open(&updated(&signed(SIGNED), content));
    let signature = pdf::signatures(&document).unwrap().remove(0);
    let changes = pdf::changes_since(&document, &signature).unwrap();
    assert!(!changes.is_empty(), "the structure tells that the content is another");
    let renderer = Renderer::new(Limits::default());
    pdf::visual_changes(&document, &signature, &changes, &renderer, None).unwrap()
}

#[test]
fn content_that_looks_different_is_told_with_its_place() {
    let moved = SIGNED.replace("120 40 30 30", "150 40 30 30");
    let changes = told(&moved);
    let [VisualChange { page: 1, kind: VisualKind::Looks { area, pixels }, .. }] = changes.as_slice() else {
        panic!("one page looks different: {changes:?}")
    };
    // The square is gone from one place and stands in another, next to it.
    let corners = [area.left, area.bottom, area.right, area.top];
    for (found, expected) in corners.iter().zip([120.0, 40.0, 180.0, 70.0]) {
        assert!((found - expected).abs() <= 1.0, "{corners:?}");
    }
    assert!((1700..=1900).contains(pixels), "{pixels}");
}

#[test]
fn content_that_is_written_in_another_way_and_looks_the_same_is_not() {
    let rewritten = "q 0 0 1 rg 120 40 m 150 40 l 150 70 l 120 70 l h f Q q 1 0 0 rg 20 20 30 30 re f* Q";
    assert_eq!(told(rewritten), []);
}
