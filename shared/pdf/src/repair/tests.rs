#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use super::*;

const BODY: &str = "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 200]>>\nendobj\n";

fn pages(bytes: &[u8]) -> usize {
    Document::open(Arc::new(bytes.to_vec()), None, &Limits::default()).unwrap().pages().unwrap().len()
}

#[test]
fn a_file_without_cross_references_is_rescued_and_stays_a_prefix() {
    for tail in ["", "trailer\n<</Root 1 0 R>>\nstartxref\n7\n%%EOF\n", "startxref\n99999\n%%EOF"] {
        let broken = format!("{BODY}{tail}");
        assert!(Document::open(Arc::new(broken.clone().into_bytes()), None, &Limits::default()).is_err());
        let repaired = repair(broken.as_bytes()).expect("repaired");
        assert!(repaired.starts_with(broken.as_bytes()));
        assert_eq!(pages(&repaired), 1);
    }
}

#[test]
fn the_last_of_repeated_objects_counts_and_streams_are_not_searched() {
    let added = "5 0 obj\n<</Length 31>>stream\n3 0 obj\n<</Type/Nothing>>\nendob\nendstream\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2>>\nendobj\n";
    assert_eq!(pages(&repair(format!("{BODY}{added}").as_bytes()).unwrap()), 2);
}

#[test]
fn junk_before_the_header_is_kept() {
    let broken = format!("junk\n{BODY}");
    let repaired = repair(broken.as_bytes()).unwrap();
    assert!(repaired.starts_with(b"junk\n"));
    assert_eq!(pages(&repaired), 1);
}

#[test]
fn what_is_no_pdf_or_has_no_page_is_refused() {
    assert!(matches!(repair(b"hello"), Err(PdfError::NotPdf)));
    assert!(matches!(repair(b"%PDF-1.4\n"), Err(PdfError::Broken { .. })));
}

#[test]
fn a_signed_file_is_not_repaired() {
    let signed = BODY.replace("/Pages 2 0 R", "/Pages 2 0 R/AcroForm<</Fields[6 0 R]>>")
        + "6 0 obj\n<</FT/Sig/T(a)/V<</Type/Sig/Contents<00>>>>>\nendobj\n";
    assert!(matches!(repair(signed.as_bytes()), Err(PdfError::SignedAndBroken)));
}
