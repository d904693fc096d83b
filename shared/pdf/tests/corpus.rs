//! Documents from elsewhere, where they stand: nothing panics, and what others seal is sealed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    unreachable_pub,
    missing_docs,
    reason = "tests"
)]

mod support;

use std::{collections::BTreeMap, sync::Arc};

use pdf::{Document, Limits};

#[test]
fn every_document_is_opened_and_inspected_or_refused() {
    let Some(folder) = support::corpus() else { return };
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for path in support::files(&folder) {
        let bytes = std::fs::read(&path).unwrap();
        let started = std::time::Instant::now();
        let outcome = Document::open(Arc::new(bytes), None, &Limits::default())
            .and_then(|document| pdf::inspect(&document));
        let text = match outcome {
            Ok(inspection) if inspection.unreadable_objects.is_empty() => "readable".to_owned(),
            Ok(_) => "readable in parts".to_owned(),
            Err(error) => format!("{error}"),
        };
        if text != "readable" {
            eprintln!("{}: {text}", path.file_name().unwrap().display());
        }
        let took = started.elapsed();
        assert!(took.as_secs() < 10, "{} took {took:?}", path.display());
        let kind = if text.starts_with("readable") { text } else { "refused".to_owned() };
        *outcomes.entry(kind).or_default() += 1;
    }
    eprintln!("{outcomes:?}");
    assert!(outcomes.get("readable").is_some_and(|count| *count > 200));
}

/// Opens a document the way a service does: as it is, or repaired when it is broken and unsigned.
fn open_or_repair(bytes: &[u8]) -> Result<(Vec<u8>, Document, pdf::Inspection), pdf::PdfError> {
    let read = |bytes: &[u8]| -> Result<(Document, pdf::Inspection), pdf::PdfError> {
        let document = Document::open(Arc::new(bytes.to_vec()), None, &Limits::default())?;
        let inspection = pdf::inspect(&document)?;
        Ok((document, inspection))
    };
    match read(bytes) {
        Ok((document, inspection)) if !inspection.needs_repair() && !inspection.pages.is_empty() => {
            Ok((bytes.to_vec(), document, inspection))
        }
        Err(error @ (pdf::PdfError::PasswordRequired | pdf::PdfError::UnsupportedEncryption { .. })) => {
            Err(error)
        }
        _ => {
            let repaired = pdf::repair(bytes)?;
            assert!(repaired.starts_with(bytes) || !bytes.starts_with(b"%PDF"), "original kept");
            let (document, inspection) = read(&repaired)?;
            Ok((repaired, document, inspection))
        }
    }
}

#[test]
fn what_others_seal_is_sealed() {
    let Some(folder) = support::corpus() else { return };
    let table = std::fs::read_to_string(folder.join("pdfjs.csv")).unwrap();
    let plan = pdf::FieldPlan {
        signatories: vec![pdf::SignatoryField {
            field_name: "paraphe_1".to_owned(),
            places: vec![pdf::Place {
                width_points: Some(4.0),
                height_points: Some(4.0),
                ..support::place(1, 0.0, 0.0)
            }],
        }],
        closing_field: "paraphe_closing".to_owned(),
    };
    let ada = support::appearance("Ada Lovelace");
    let act = pdf::Act::Signatory { field_name: "paraphe_1", appearance: &ada };
    let (mut sealed_files, mut failed) = (0, Vec::new());
    for row in table.lines().skip(1).filter(|row| row.ends_with(",True")) {
        let name = row.split(',').next().unwrap();
        let bytes = std::fs::read(folder.join("pdfjs").join(name)).unwrap();
        let outcome = open_or_repair(&bytes).map_err(pdf::SealError::Pdf).and_then(|(bytes, document, _)| {
            let prepared = pdf::prepare(&document, &support::request(&plan, act))?;
            let sealed = [bytes, prepared.finish(&[0x30, 0])?].concat();
            let reopened = Document::open(Arc::new(sealed.clone()), None, &Limits::default())?;
            let inspection = pdf::inspect(&reopened)?;
            assert!(inspection.signatures.iter().any(|signature| signature.field == "paraphe_1"), "{name}");
            Ok((sealed, document))
        });
        match outcome {
            Ok(_) => sealed_files += 1,
            Err(error) => failed.push(format!("{name}: {error}")),
        }
    }
    eprintln!("{sealed_files} sealed, {} not: {failed:#?}", failed.len());
    assert!(failed.len() <= 1, "only the file with a password is refused");
}
