#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{fmt::Write as _, sync::Arc};

use super::*;
use crate::Limits;

/// A form that draws another one, which is empty, so many times.
fn file(draws: usize) -> Vec<u8> {
    let content = "/X Do ".repeat(draws);
    let bodies = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[]/Count 0>>".to_owned(),
        format!(
            "<</BBox[0 0 9 9]/Resources<</XObject<</X 4 0 R>>>>/Length {}>>stream\n{content}\nendstream",
            content.len()
        ),
        "<</Subtype/Form/BBox[0 0 9 9]/Length 0>>stream\n\nendstream".to_owned(),
    ];
    let (mut file, mut table) = (String::from("%PDF-1.7\n"), String::from("0000000000 65535 f \n"));
    for (number, body) in (1..).zip(bodies) {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        write!(file, "{number} 0 obj\n{body}\nendobj\n").unwrap();
    }
    let at = file.len();
    write!(file, "xref\n0 5\n{table}trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n").unwrap();
    file.into_bytes()
}

/// Whether the form is read with so much work; what it exceeds otherwise is the work.
fn is_read(file: &[u8], work_bytes: u64) -> bool {
    let limits = Limits { work_bytes, ..Limits::default() };
    let outcome = Document::open(Arc::new(file.to_vec()), None, &limits)
        .and_then(|document| painted(&document, &document.object(3)?));
    match outcome {
        Ok(_) => true,
        Err(PdfError::LimitExceeded { limit: "work_bytes", .. }) => false,
        Err(other) => panic!("{other}"),
    }
}

/// The least work with which the form is read.
fn work(draws: usize) -> u64 {
    let file = file(draws);
    let (mut refused, mut read) = (0, 1 << 24);
    while read - refused > 1 {
        let middle = u64::midpoint(refused, read);
        if is_read(&file, middle) { read = middle } else { refused = middle }
    }
    read
}

#[test]
fn every_drawing_of_a_form_counts_as_work_however_small_it_is() {
    let (ten, eleven) = (work(10), work(11));
    assert!((FORM_WORK..FORM_WORK + 512).contains(&(eleven - ten)), "{ten} {eleven}");
    let most = ten + (eleven - ten) / 2;
    assert!(is_read(&file(10), most));
    assert!(!is_read(&file(11), most));
}
