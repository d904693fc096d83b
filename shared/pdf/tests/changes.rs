//! What later revisions changed: what is allowed, and what is not.

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

use pdf::{Act, Change, RangeCoverage};
use support::{appearance, open, pages, plan, seal};

/// Three seals by a plan.
fn sealed(builder: &support::Builder) -> Vec<u8> {
    sealed_bytes(builder.build())
}

fn sealed_bytes(bytes: Vec<u8>) -> Vec<u8> {
    let (ada, grace) = (appearance("Ada Lovelace"), appearance("Grace Hopper"));
    let acts = [
        Act::Signatory { field_name: "sig_grace", appearance: &grace },
        Act::Signatory { field_name: "sig_ada", appearance: &ada },
        Act::Closing,
    ];
    acts.into_iter().fold(bytes, |bytes, act| seal(&bytes, &plan(), act).unwrap().0)
}

/// The changes after each signature, in the order of signing.
fn changes(bytes: &[u8]) -> Vec<Vec<Change>> {
    let document = open(bytes);
    let signatures = pdf::signatures(&document).unwrap();
    signatures.iter().map(|signature| pdf::changes_since(&document, signature).unwrap()).collect()
}

fn sentences(changes: &[Change]) -> Vec<String> {
    changes
        .iter()
        .map(|change| format!("{}{}", if change.allowed { "" } else { "! " }, change.sentence()))
        .collect()
}

#[test]
fn later_seals_of_a_plan_are_allowed() {
    let bytes = sealed(&pages(3, ""));
    let signatures = pdf::signatures(&open(&bytes)).unwrap();
    let coverage: Vec<_> = signatures.iter().map(|signature| signature.coverage).collect();
    let expected = [RangeCoverage::WholeRevision, RangeCoverage::WholeRevision, RangeCoverage::WholeFile];
    assert_eq!(coverage, expected);
    let found = changes(&bytes);
    assert_eq!(
        sentences(&found[0]),
        [
            "page 1: the field \"sig_ada\" was signed at 20, 767 pt",
            "page 1: the field \"closing\" was signed",
        ]
    );
    assert_eq!(found[1].len(), 1);
    assert!(found[2].is_empty());
}

#[test]
fn validation_data_and_time_stamps_are_allowed_after_the_closing_seal() {
    let mut bytes = sealed(&pages(2, ""));
    for number in 0..2_u8 {
        let data = pdf::ValidationData { certificates: vec![vec![0x30, number]], ..Default::default() };
        bytes.extend(pdf::append_validation_data(&open(&bytes), &data).unwrap());
        let prepared = pdf::prepare_timestamp(&open(&bytes), &format!("timestamp_{number}"), 1000).unwrap();
        bytes.extend(prepared.finish(&[0x30, 0]).unwrap());
    }
    let found = changes(&bytes);
    assert_eq!(found.len(), 5);
    let expected = [
        "validation data was added",
        "page 1: a document time-stamp was added in the field \"timestamp_0\"",
        "validation data was added",
        "page 1: a document time-stamp was added in the field \"timestamp_1\"",
    ];
    assert_eq!(sentences(&found[2]), expected);
}

#[test]
fn marks_at_further_places_repeat_the_signature() {
    let (ada, grace) = (appearance("Ada Lovelace"), appearance("Grace Hopper"));
    let strokes = pdf::Mark::Drawn(vec![pdf::Stroke { points: vec![(0.0, 0.0), (9.0, 4.0), (12.0, 1.0)] }]);
    for mark in [pdf::Mark::Typed, strokes] {
        let grace = pdf::Appearance { mark, ..grace.clone() };
        let first = Act::Signatory { field_name: "sig_ada", appearance: &ada };
        let bytes = seal(&pages(3, "/Rotate 90").build(), &plan(), first).unwrap().0;
        let second = Act::Signatory { field_name: "sig_grace", appearance: &grace };
        let bytes = seal(&bytes, &plan(), second).unwrap().0;
        let found = changes(&bytes);
        assert!(found[0].iter().all(|change| change.allowed), "{:#?}", sentences(&found[0]));
        let fields: Vec<_> = found[0].iter().filter_map(|change| change.field.as_deref()).collect();
        assert_eq!(fields, ["sig_grace", "sig_grace_place2"]);
    }
}

/// Whether everything is allowed after all signatures of a file that we made.
fn all_allowed(bytes: &[u8]) {
    let found = changes(bytes);
    assert!(found.len() >= 3);
    for change in found.iter().flatten() {
        assert!(change.allowed, "{}", change.sentence());
    }
}

#[test]
fn every_structure_of_file_is_compared() {
    let document = pages(2, "").build();
    all_allowed(&sealed_bytes(document.clone()));
    for arguments in [
        &["--object-streams=generate"][..],
        &["--linearize"],
        &["--linearize", "--object-streams=generate"],
        &["--encrypt", "", "owner", "256", "--"],
        &["--encrypt", "", "owner", "128", "--use-aes=y", "--"],
        &["--object-streams=generate", "--encrypt", "", "owner", "256", "--"],
    ] {
        let Some(bytes) = support::qpdf(&document, arguments) else { return };
        all_allowed(&sealed_bytes(bytes));
    }
}

#[test]
fn tagged_documents_and_fields_of_the_document_are_compared() {
    let text = String::from_utf8(support::update::form_document().build()).unwrap();
    let mut plan = plan();
    plan.signatories[1].places[0].field = Some("approval".to_owned());
    let (ada, grace) = (appearance("Ada Lovelace"), appearance("Grace Hopper"));
    let acts = [
        Act::Signatory { field_name: "sig_ada", appearance: &ada },
        Act::Signatory { field_name: "sig_grace", appearance: &grace },
        Act::Closing,
    ];
    all_allowed(&acts.into_iter().fold(text.into_bytes(), |bytes, act| seal(&bytes, &plan, act).unwrap().0));
}

#[test]
fn every_file_of_the_corpus_is_judged_or_refused() {
    let Some(folder) = support::corpus() else { return };
    let (mut signatures, mut denied) = (0, Vec::new());
    for path in support::files(&folder) {
        let bytes = std::fs::read(&path).unwrap();
        let opened = pdf::Document::open_readable(std::sync::Arc::new(bytes), None, &pdf::Limits::default());
        let Ok((document, _)) = opened else { continue };
        let ends = pdf::revisions(&document).unwrap_or_default();
        assert!(ends.windows(2).all(|pair| pair[0] <= pair[1]), "{path:?}: {ends:?}");
        for signature in pdf::signatures(&document).unwrap_or_default() {
            signatures += 1;
            let found = pdf::changes_since(&document, &signature).unwrap();
            if !signature.coverage.is_whole() || found.iter().any(|change| !change.allowed) {
                let name = path.strip_prefix(&folder).unwrap().display().to_string();
                if !denied.contains(&name) {
                    denied.push(name);
                }
            }
        }
    }
    eprintln!("{signatures} signatures, not allowed or not covered: {denied:#?}");
    assert!(signatures >= 100);
    let expected = include_str!("support/denied.txt");
    let dss: Vec<&str> = denied.iter().map(String::as_str).filter(|name| name.starts_with("dss/")).collect();
    assert_eq!(dss, expected.lines().map(|line| line.split('\t').next().unwrap()).collect::<Vec<_>>());
}

/// Draws black where the last bytes of the document say so; stands for what a caller brings.
struct Drawn {
    /// Pixels of the signed revision and of the whole file, by the size of what is drawn.
    pixels: Vec<(u64, (usize, usize))>,
}

impl pdf::PageRenderer for Drawn {
    fn render(
        &self,
        _: &std::sync::Arc<dyn pdf::ReadAt>,
        size: u64,
        _: Option<&[u8]>,
        page: u32,
        _: u32,
    ) -> Result<pdf::Picture, pdf::RenderFault> {
        if page == 3 {
            return Err(pdf::RenderFault::Limit);
        }
        let (width, height) = (596, 842);
        let mut rgba = vec![255; width * height * 4];
        for (x, y) in self.pixels.iter().filter(|(of, _)| *of == size).map(|(_, at)| *at) {
            rgba[(y * width + x) * 4] = 0;
        }
        Ok(pdf::Picture { width: 596, height: 842, rgba })
    }
}

#[test]
fn pages_that_look_different_are_told() {
    let bytes = sealed(&pages(3, ""));
    let document = open(&bytes);
    let signatures = pdf::signatures(&document).unwrap();
    let found = pdf::changes_since(&document, &signatures[0]).unwrap();
    let size = bytes.len() as u64;
    let told = |pixels| {
        let changes =
            pdf::visual_changes(&document, &signatures[0], &found, &Drawn { pixels }, None).unwrap();
        changes.iter().map(pdf::VisualChange::sentence).collect::<Vec<_>>()
    };
    let limit = "page 3: the page was not compared with the signed one: the page takes more than the limits allow to be drawn";
    // Where the second seal shows its mark, and the same pixel in both.
    assert_eq!(
        told(vec![(size, (100, 50)), (size, (5, 5)), (signatures[0].revision_end, (5, 5))]),
        ["page 2: the page looks different than when it was signed, around 100, 791 pt", limit]
    );
    assert_eq!(
        told(vec![(size, (400, 400))])[0],
        "page 1: the page looks different than when it was signed, around 400, 441 pt"
    );
    assert!(
        pdf::visual_changes(&document, &signatures[2], &[], &Drawn { pixels: vec![] }, None)
            .unwrap()
            .is_empty()
    );
}
