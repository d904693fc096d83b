//! Sealing, from the outside: what is appended, and that everybody can read it.

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

use pdf::{Act, Prohibition, SealError};
use support::{appearance, open, pages, plan, qpdf_check, seal};

/// Seals both signatories and the end.
fn all_acts(bytes: &[u8]) -> Vec<Vec<u8>> {
    let plan = plan();
    let (ada, grace) = (appearance("Ada Lovelace"), appearance("Grace Hopper"));
    let acts = [
        Act::Signatory { field_name: "sig_grace", appearance: &grace },
        Act::Signatory { field_name: "sig_ada", appearance: &ada },
        Act::Closing,
    ];
    let mut versions = vec![bytes.to_vec()];
    for act in acts {
        let (sealed, prepared) = seal(versions.last().unwrap(), &plan, act).expect("seals");
        let [zero, before, after, rest] = prepared.byte_range;
        assert_eq!((zero, after + rest), (0, sealed.len() as u64));
        assert_eq!(after - before, 2 * 4096 + 2);
        assert_eq!(sealed[usize::try_from(before).unwrap()], b'<');
        assert_eq!(sealed[usize::try_from(after).unwrap() - 1], b'>');
        versions.push(sealed);
    }
    versions
}

#[test]
fn every_revision_keeps_the_one_before_as_its_prefix() {
    let versions = all_acts(&pages(3, "").build());
    for pair in versions.windows(2) {
        assert!(pair[1].starts_with(&pair[0]));
        assert!(pair[1].len() - pair[0].len() < 25_000 + 2 * 4096, "{}", pair[1].len() - pair[0].len());
    }
    let last = versions.last().unwrap();
    let ends = pdf::revisions(&open(last)).unwrap();
    assert_eq!(ends, versions.iter().map(|version| version.len() as u64).collect::<Vec<_>>());
}

#[test]
fn the_first_revision_creates_all_fields_and_later_ones_fill_them() {
    let versions = all_acts(&pages(3, "").build());
    let state = |version: usize| {
        let inspection = pdf::inspect(&open(&versions[version])).unwrap();
        let fields: Vec<_> =
            inspection.form_fields.iter().map(|field| (field.name.clone(), field.signed)).collect();
        let heads: Vec<_> = inspection.signatures.iter().map(|signature| signature.evidence_head).collect();
        (fields, heads, inspection.doc_mdp)
    };
    let named = |ada, grace, closing| {
        vec![
            ("sig_ada".to_owned(), ada),
            ("sig_grace".to_owned(), grace),
            ("sig_grace_place2".to_owned(), false),
            ("closing".to_owned(), closing),
        ]
    };
    assert_eq!(state(0), (vec![], vec![], None));
    assert_eq!(state(1), (named(false, true, false), vec![Some(support::EVIDENCE_HEAD)], Some(2)));
    assert_eq!(state(2), (named(true, true, false), vec![Some(support::EVIDENCE_HEAD); 2], Some(2)));
    assert_eq!(state(3), (named(true, true, true), vec![Some(support::EVIDENCE_HEAD); 3], Some(1)));
}

#[test]
fn marks_lie_where_they_were_asked_for() {
    let versions = all_acts(&pages(3, "/Rotate 90").build());
    let inspection = pdf::inspect(&open(&versions[1])).unwrap();
    let field = |name: &str| {
        let field = inspection.form_fields.iter().find(|field| field.name == name).unwrap();
        (field.page, field.rect)
    };
    assert_eq!(field("sig_ada"), (Some(0), pdf::Rect::from_corners(30.0, 20.0, 75.0, 184.0)));
    assert_eq!(field("sig_grace"), (Some(2), pdf::Rect::from_corners(100.0, 20.0, 145.0, 184.0)));
    assert_eq!(field("closing"), (Some(0), pdf::Rect::default()));
}

#[test]
fn qpdf_finds_nothing_wrong() {
    for version in all_acts(&pages(2, "").build()) {
        let Some((clean, text)) = qpdf_check(&version) else { return };
        assert!(clean, "{text}");
    }
}

#[test]
fn one_object_for_two_roles_is_refused_where_both_would_have_to_change() {
    let mut itself = pages(1, "");
    itself.replace(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 1 0 R>>");
    let ada = appearance("Ada Lovelace");
    let act = Act::Signatory { field_name: "sig_ada", appearance: &ada };
    let refused = seal(&itself.build(), &plan(), act);
    assert!(matches!(refused, Err(SealError::Pdf(pdf::PdfError::Broken { .. }))), "{refused:?}");
}

#[test]
fn an_act_is_sealed_once() {
    let versions = all_acts(&pages(1, "").build());
    let ada = appearance("Ada Lovelace");
    let again = seal(&versions[2], &plan(), Act::Signatory { field_name: "sig_ada", appearance: &ada });
    assert!(matches!(again, Err(SealError::AlreadySigned { .. })), "{again:?}");
    let closed = seal(&versions[3], &plan(), Act::Closing);
    assert!(matches!(closed, Err(SealError::AlreadySigned { .. })), "{closed:?}");
}

#[test]
fn a_closed_document_takes_no_other_request() {
    let versions = all_acts(&pages(1, "").build());
    let mut other = plan();
    other.closing_field = "closing_2".to_owned();
    let refused = seal(&versions[3], &other, Act::Closing);
    assert!(
        matches!(refused, Err(SealError::AlreadySigned { .. } | SealError::NameTaken { .. })),
        "{refused:?}"
    );
    for signatory in &mut other.signatories {
        signatory.field_name.push_str("_2");
        signatory.places.truncate(1);
    }
    let refused = seal(&versions[3], &other, Act::Closing);
    let by = Prohibition::NoChanges { field: "closing".to_owned() };
    assert!(matches!(refused, Err(SealError::Forbidden(found)) if found == by));
}

#[test]
fn the_digest_is_the_same_with_and_without_a_midstate() {
    let bytes = pages(2, "").build();
    let (sealed, prepared) = seal(&bytes, &plan(), Act::Closing).unwrap();
    let midstate = pdf::Midstate::of(&bytes).unwrap();
    let digest = prepared.digest(&bytes, None).unwrap();
    assert_eq!(prepared.digest(&Vec::new(), Some(&midstate)).unwrap(), digest);
    let [_, before, after, _] = prepared.byte_range.map(|number| usize::try_from(number).unwrap());
    let covered = [&sealed[..before], &sealed[after..]].concat();
    assert_eq!(digest, pdf::Midstate::of(&covered).unwrap().digest());
    assert!(prepared.digest(&sealed, None).is_err());
}

#[test]
fn a_cms_fits_or_is_refused() {
    let document = open(&pages(1, "").build());
    let plan = plan();
    let prepared = pdf::prepare(&document, &support::request(&plan, Act::Closing)).unwrap();
    assert!(prepared.finish(&[0xAB; 4096]).is_ok());
    let error = prepared.finish(&[0xAB; 4097]);
    assert!(matches!(error, Err(SealError::ContentsTooLarge { reserved: 4096, needed: 4097 })));
}

#[test]
fn validation_data_is_merged_and_time_stamps_follow_the_lock() {
    let data = |numbers: &[u8]| pdf::ValidationData {
        certificates: numbers.iter().map(|number| vec![0x30, *number]).collect(),
        crls: vec![vec![0x30, 0x99]],
        ocsp_responses: Vec::new(),
    };
    let mut bytes = all_acts(&pages(2, "").build()).pop().unwrap();
    for (number, added) in [data(&[1, 2]), data(&[2, 3])].into_iter().enumerate() {
        let tail = pdf::append_validation_data(&open(&bytes), &added).unwrap();
        bytes.extend(tail);
        let prepared = pdf::prepare_timestamp(&open(&bytes), &format!("timestamp_{number}"), 1000).unwrap();
        bytes.extend(prepared.finish(&[0x30, 0]).unwrap());
    }
    let merged = pdf::validation_data(&open(&bytes)).unwrap();
    assert_eq!(merged, data(&[1, 2, 3]));
    assert_eq!(pdf::append_validation_data(&open(&bytes), &data(&[1])).unwrap(), Vec::<u8>::new());
    let inspection = pdf::inspect(&open(&bytes)).unwrap();
    let kinds: Vec<_> = inspection.signatures.iter().map(|signature| signature.timestamp).collect();
    assert_eq!(kinds, [false, false, false, true, true]);
    let taken = pdf::prepare_timestamp(&open(&bytes), "timestamp_0", 1000);
    assert!(matches!(taken, Err(SealError::NameTaken { .. })));
    if let Some((clean, text)) = qpdf_check(&bytes) {
        assert!(clean, "{text}");
    }
}

/// A document with a signed field; `reference` goes into its signature, `lock` into its field.
fn signed_by_another(reference: &str, lock: &str) -> Vec<u8> {
    let mut builder = support::Builder::default();
    builder.add("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R 6 0 R]/SigFlags 3>>>>");
    builder.add("<</Type/Pages/Kids[3 0 R]/Count 1>>");
    builder.add("<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 500]/Annots[4 0 R 6 0 R]>>");
    builder.add(format!("<</Type/Annot/Subtype/Widget/FT/Sig/T(theirs)/Rect[0 0 0 0]/V 5 0 R{lock}>>"));
    builder.add(format!(
        "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/Contents<00>{reference}>>"
    ));
    builder.add("<</Type/Annot/Subtype/Widget/FT/Sig/T(empty)/Rect[10 10 110 60]/P 3 0 R>>");
    builder.build()
}

#[test]
fn what_an_earlier_signature_forbids_is_refused_with_its_reason() {
    let transform = |method: &str, parameters: &str| {
        format!("/Reference[<</TransformMethod/{method}/TransformParams<<{parameters}>>>>]")
    };
    let theirs = || "theirs".to_owned();
    let locked = |field: &str| Some(Prohibition::FieldLocked { field: field.to_owned(), by: theirs() });
    let cases = [
        (String::new(), "", false, None),
        (transform("DocMDP", "/P 1"), "", true, Some(Prohibition::NoChanges { field: theirs() })),
        (transform("DocMDP", "/P 2"), "", false, Some(Prohibition::NoNewFields { field: theirs() })),
        (transform("DocMDP", "/P 3"), "", false, Some(Prohibition::NoNewFields { field: theirs() })),
        (transform("DocMDP", ""), "", true, None),
        (transform("DocMDP", "/P 2"), "", true, None),
        (transform("DocMDP", "/P 9"), "", true, Some(Prohibition::NoChanges { field: theirs() })),
        (transform("FieldMDP", "/Action/All"), "", true, locked("closing")),
        (transform("FieldMDP", "/Action/Include/Fields[(empty)]"), "", true, locked("empty")),
        (transform("FieldMDP", "/Action/Include/Fields[(other)]"), "", true, None),
        (transform("FieldMDP", "/Action/Exclude/Fields[(closing)]"), "", true, locked("empty")),
        (String::new(), "/Lock<</Action/Include/Fields[(closing)]>>", true, locked("closing")),
        (
            String::new(),
            "/Lock<</Action/Include/Fields[]/P 1>>",
            true,
            Some(Prohibition::NoChanges { field: theirs() }),
        ),
    ];
    for (reference, lock, existing, expected) in cases {
        let bytes = signed_by_another(&reference, lock);
        let field = existing.then(|| "empty".to_owned());
        let place = pdf::Place { field, ..support::place(1, 20.0, 30.0) };
        let plan = pdf::FieldPlan {
            signatories: vec![pdf::SignatoryField { field_name: "sig_ada".to_owned(), places: vec![place] }],
            closing_field: "closing".to_owned(),
        };
        let ada = appearance("Ada Lovelace");
        let sealed = seal(&bytes, &plan, Act::Signatory { field_name: "sig_ada", appearance: &ada });
        let early = pdf::check_permissions(&open(&bytes), &plan);
        match expected {
            None => {
                early.expect("permitted");
                let inspection = pdf::inspect(&open(&sealed.expect("sealed").0)).unwrap();
                let name = if existing { "empty" } else { "sig_ada" };
                assert!(
                    inspection
                        .signatures
                        .iter()
                        .any(|signature| signature.field == name && !signature.certifies)
                );
            }
            Some(rule) => {
                assert!(
                    matches!(early, Err(SealError::Forbidden(found)) if found == rule),
                    "{reference}{lock}"
                );
                assert!(
                    matches!(sealed, Err(SealError::Forbidden(found)) if found == rule),
                    "{reference}{lock}"
                );
            }
        }
    }
}

#[test]
fn a_signed_document_takes_one_place_for_each_signatory() {
    let bytes = signed_by_another("", "");
    let plan = plan();
    let refused = pdf::check_permissions(&open(&bytes), &plan);
    assert!(matches!(refused, Err(SealError::Forbidden(Prohibition::OnePlaceOnly))));
}

#[test]
fn names_that_cannot_be_used_are_refused() {
    let bytes = signed_by_another("", "");
    let mut plan = plan();
    plan.signatories.truncate(1);
    for name in ["theirs", "", "a.b"] {
        plan.signatories[0].field_name = name.to_owned();
        let ada = appearance("Ada Lovelace");
        let refused = seal(&bytes, &plan, Act::Signatory { field_name: name, appearance: &ada });
        let refused = refused.map(|_| ());
        assert!(
            matches!(refused, Err(SealError::NameTaken { .. } | SealError::AlreadySigned { .. })),
            "{name}: {refused:?}"
        );
    }
}

#[test]
fn a_drawn_signature_and_a_picture_are_sealed() {
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, 3, 1);
    encoder.set_color(png::ColorType::Rgba);
    encoder.write_header().unwrap().write_image_data(&[0, 0, 90, 255, 9, 9, 9, 80, 0, 0, 0, 255]).unwrap();
    let strokes = vec![pdf::Stroke { points: vec![(0.0, 0.0), (30.0, 10.0), (60.0, 0.0)] }];
    for mark in [pdf::Mark::Drawn(strokes), pdf::Mark::Png(png)] {
        let ada = pdf::Appearance { mark, ..appearance("Ada Lovelace") };
        let act = Act::Signatory { field_name: "sig_ada", appearance: &ada };
        let (sealed, _) = seal(&pages(1, "").build(), &plan(), act).expect("sealed");
        if let Some((clean, text)) = qpdf_check(&sealed) {
            assert!(clean, "{text}");
        }
    }
}
