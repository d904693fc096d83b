#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use super::*;

/// Three objects and no cross-references.
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

#[test]
fn objects_that_run_into_each_other_are_told_apart() {
    let broken = BODY.replace("endobj\n2 0 obj", "endobj2 0 obj").replace("endobj\n3 0", ">>3 0");
    assert_eq!(pages(&repair(broken.as_bytes()).unwrap()), 1);
}

#[test]
fn objects_inside_of_stream_data_are_passed_over_where_the_length_is_another_object() {
    let inner = "stream\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj endstream endobj\nendstream";
    let length = inner.len() - "stream\n".len() - "\nendstream".len();
    let broken =
        BODY.replace("endobj\n3 0", &format!("endobj\n5 0 obj\n<</Length 6 0 R>>{inner}\nendobj\n3 0"));
    let broken = format!("{broken}6 0 obj\n{length}\nendobj\n");
    assert_eq!(pages(&repair(broken.as_bytes()).unwrap()), 1);
}

#[test]
fn a_stream_without_its_end_swallows_no_other_object() {
    let streams = "5 0 obj\n<</Length 3>>stream\nlonger\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2>>\nendobj\n6 0 obj\n<</Length 1>>stream\nx\nendstream\nendobj\n";
    assert_eq!(pages(&repair(format!("{BODY}{streams}").as_bytes()).unwrap()), 2);
}

#[test]
fn a_stream_that_the_file_cuts_off_is_closed() {
    let broken =
        BODY.replace("/MediaBox", "/Contents 4 0 R/MediaBox") + "4 0 obj\n<</Length 999>>stream\nBT (cut";
    let repaired = repair(broken.as_bytes()).unwrap();
    let document = Document::open(Arc::new(repaired), None, &Limits::default()).unwrap();
    let contents = document.object(4).unwrap();
    assert_eq!(document.stream_raw(&contents).unwrap(), b"BT (cut\n");
}

#[test]
fn another_catalog_is_taken_when_the_trailer_names_none() {
    for root in ["9 0 R", "3 0 R", "2 0 R", "(none)"] {
        let broken = format!("{BODY}trailer\n<</Root {root}>>\n");
        assert_eq!(pages(&repair(broken.as_bytes()).unwrap()), 1, "{root}");
    }
}

#[test]
fn a_size_that_leaves_no_number_is_made_anew() {
    let whole = String::from_utf8(repair(BODY.as_bytes()).unwrap()).unwrap();
    let needs_repair = |bytes: &[u8]| {
        let document = Document::open(Arc::new(bytes.to_vec()), None, &Limits::default()).unwrap();
        crate::inspect(&document).unwrap().needs_repair()
    };
    assert!(!needs_repair(whole.as_bytes()));
    let promised = |size: u32| whole.replace("/Size 4", &format!("/Size {size}"));
    let most = Limits::default().objects;
    assert!(!needs_repair(promised(most).as_bytes()));
    assert!(needs_repair(promised(most + 1).as_bytes()));
    assert!(!needs_repair(&repair(promised(most + 1).as_bytes()).unwrap()));
}

#[test]
fn cross_references_that_promise_too_much_are_made_anew() {
    let table = "xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n00000004294967296 3\n";
    let broken =
        format!("{BODY}{table}trailer\n<</Size 99999999/Root 1 0 R>>\nstartxref\n{}\n%%EOF", BODY.len());
    let opened = Document::open(Arc::new(broken.clone().into_bytes()), None, &Limits::default());
    assert!(matches!(opened, Err(PdfError::Broken { .. })));
    assert_eq!(pages(&repair(broken.as_bytes()).unwrap()), 1);
}

#[test]
fn a_signature_that_nothing_leads_to_any_more_forbids_a_repair() {
    let signed = format!("{BODY}8 0 obj\n<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>\nendobj\n");
    assert!(matches!(repair(signed.as_bytes()), Err(PdfError::SignedAndBroken)));
}

#[test]
fn a_search_ends_however_many_objects_do_not() {
    let started = std::time::Instant::now();
    let hostile = format!("%PDF-1.4\n{}", "1 0 obj(".repeat(200_000));
    assert!(repair(hostile.as_bytes()).is_err());
    let hostile = format!("%PDF-1.4\n{}", "trailer(".repeat(200_000));
    assert!(repair(hostile.as_bytes()).is_err());
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
