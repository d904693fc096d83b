//! Every limit, on both of its sides.

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

use std::{fmt::Write, sync::Arc};

use pdf::{Act, Document, Limits, PdfError};
use support::{Builder, pages, plan};

fn inspected(bytes: &[u8], limits: &Limits) -> Result<pdf::Inspection, PdfError> {
    Document::open(Arc::new(bytes.to_vec()), None, limits).and_then(|document| pdf::inspect(&document))
}

/// The limit that was exceeded.
fn exceeded<T: std::fmt::Debug>(outcome: Result<T, PdfError>) -> &'static str {
    match outcome {
        Err(PdfError::LimitExceeded { limit, .. }) => limit,
        other => panic!("no limit exceeded: {other:?}"),
    }
}

#[test]
fn pages_are_limited() {
    let bytes = pages(5, "").build();
    assert_eq!(inspected(&bytes, &Limits { pages: 5, ..Limits::default() }).unwrap().pages.len(), 5);
    assert_eq!(exceeded(inspected(&bytes, &Limits { pages: 4, ..Limits::default() })), "pages");
}

/// A page that draws a form that draws a form, so many times; the last one shows `Here`.
fn nested_forms(levels: usize) -> Vec<u8> {
    let mut builder = Builder::default();
    let resources = |next: usize| format!("/Resources<</Font<</F 5 0 R>>/XObject<</X {next} 0 R>>>>");
    let stream = |entries: &str, content: &str| {
        format!("<<{entries}/Length {}>>\nstream\n{content}\nendstream", content.len())
    };
    builder.add("<</Type/Catalog/Pages 2 0 R>>");
    builder.add("<</Type/Pages/Kids[3 0 R]/Count 1>>");
    builder.add(format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R{}>>", resources(6)));
    builder.add(stream("", "/X Do"));
    builder.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
    for level in 1..=levels {
        let content = if level == levels { "BT /F 9 Tf 9 9 Td (Here) Tj ET" } else { "/X Do" };
        builder.add(stream(&format!("/Subtype/Form/BBox[0 0 99 99]{}", resources(6 + level)), content));
    }
    builder.build()
}

fn anchors(bytes: &[u8], limits: &Limits) -> Result<usize, PdfError> {
    let anchor =
        pdf::Anchor { text: pdf::AnchorText::Literal("Here".to_owned()), occurrence: pdf::Occurrence::All };
    let document = Document::open(Arc::new(bytes.to_vec()), None, limits)?;
    pdf::find_anchors(&document, &[anchor]).map(|report| report.found.len())
}

#[test]
fn glyphs_of_a_page_are_limited() {
    let bytes = nested_forms(1);
    assert_eq!(anchors(&bytes, &Limits { page_glyphs: 4, ..Limits::default() }).unwrap(), 1);
    assert_eq!(exceeded(anchors(&bytes, &Limits { page_glyphs: 3, ..Limits::default() })), "page_glyphs");
}

#[test]
fn depth_of_forms_is_limited() {
    let limits = Limits { depth: 10, ..Limits::default() };
    assert_eq!(anchors(&nested_forms(10), &limits).unwrap(), 1);
    assert_eq!(exceeded(anchors(&nested_forms(11), &limits)), "depth");
    assert_eq!(anchors(&nested_forms(64), &Limits::default()).unwrap(), 1);
}

#[test]
fn objects_are_limited_by_number_and_by_size() {
    let bytes = pages(2, "").build();
    let limited = |objects| {
        let limits = Limits { objects, ..Limits::default() };
        let document = Document::open(Arc::new(bytes.clone()), None, &limits)?;
        pdf::prepare(&document, &support::request(&plan(), Act::Closing)).map_err(|error| match error {
            pdf::SealError::Pdf(error) => error,
            other => panic!("{other}"),
        })
    };
    assert!(limited(5).is_ok());
    assert_eq!(exceeded(limited(4)), "objects");
    let promised = String::from_utf8(bytes.clone()).unwrap().replace("/Size 5/", "/Size 99999999/");
    let document = Document::open(Arc::new(promised.into_bytes()), None, &Limits::default()).unwrap();
    assert!(pdf::prepare(&document, &support::request(&plan(), Act::Closing)).is_err());
}

/// A file whose cross-reference stream has these widths and begins its index at this number.
fn with_stream(widths: [usize; 3], extra: u32) -> Vec<u8> {
    let mut file = String::from("%PDF-1.7\n");
    let mut offsets = Vec::new();
    for (number, body) in [
        (1, "<</Type/Catalog/Pages 2 0 R>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, "<</Type/Page>>"),
    ] {
        offsets.push(file.len());
        write!(file, "{number} 0 obj\n{body}\nendobj\n").unwrap();
    }
    let at = file.len();
    offsets.extend([at, 0]);
    let field = |value: usize, width: usize| {
        let bytes = (value as u128).to_be_bytes();
        bytes[bytes.len() - width..].to_vec()
    };
    let rows: Vec<u8> = offsets
        .iter()
        .flat_map(|offset| {
            [field(usize::from(*offset > 0), widths[0]), field(*offset, widths[1]), field(0, widths[2])]
        })
        .flatten()
        .collect();
    let [a, b, c] = widths;
    let head = format!(
        "4 0 obj\n<</Type/XRef/W[{a} {b} {c}]/Index[1 4 {extra} 1]/Size 5/Root 1 0 R/Length {}>>stream\n",
        rows.len()
    );
    [
        file.into_bytes(),
        head.into_bytes(),
        rows,
        format!("\nendstream\nendobj\nstartxref\n{at}\n%%EOF").into_bytes(),
    ]
    .concat()
}

#[test]
fn fields_of_a_cross_reference_stream_have_at_most_eight_bytes() {
    let limits = Limits::default();
    for index in 0..3 {
        let mut widths = [1, 4, 2];
        widths[index] = 8;
        assert_eq!(inspected(&with_stream(widths, 9), &limits).unwrap().pages.len(), 1, "{widths:?}");
        widths[index] = 9;
        assert!(
            matches!(inspected(&with_stream(widths, 9), &limits), Err(PdfError::Broken { .. })),
            "{widths:?}"
        );
    }
}

#[test]
fn numbers_in_a_cross_reference_stream_are_limited() {
    let limits = Limits { objects: 1000, ..Limits::default() };
    assert_eq!(inspected(&with_stream([1, 4, 2], 999), &limits).unwrap().pages.len(), 1);
    assert_eq!(exceeded(inspected(&with_stream([1, 4, 2], 1000), &limits)), "objects");
}

#[test]
fn a_table_of_impossible_numbers_is_broken_and_no_demand() {
    let bytes = String::from_utf8(pages(1, "").build()).unwrap();
    let shifted = |first: u64| bytes.replace("xref\n0 4\n", &format!("xref\n{first} 4\n"));
    let outcome = |first| inspected(shifted(first).as_bytes(), &Limits::default());
    assert_eq!(exceeded(outcome(u64::from(u32::MAX))), "objects");
    assert!(matches!(outcome(u64::from(u32::MAX) + 1), Err(PdfError::Broken { .. })));
}

#[test]
fn operands_are_limited() {
    let shown = |operands: usize| {
        let content = format!("BT {}/F 9 Tf 9 9 Td (Here) Tj ET", "1 ".repeat(operands));
        let mut builder = Builder::default();
        builder.add("<</Type/Catalog/Pages 2 0 R>>");
        builder.add("<</Type/Pages/Kids[3 0 R]/Count 1>>");
        builder.add(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        );
        builder.add(format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()));
        builder.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
        anchors(&builder.build(), &Limits::default()).unwrap()
    };
    // A font needs exactly two operands. Of 65 the first 64 are dropped, of 66 so that two are left.
    assert_eq!((shown(0), shown(1), shown(63), shown(64), shown(65)), (1, 0, 0, 1, 0));
}

#[test]
fn revisions_are_limited() {
    let mut bytes = pages(1, "").build();
    let ada = support::appearance("Ada Lovelace");
    let acts = [Act::Signatory { field_name: "sig_ada", appearance: &ada }, Act::Closing];
    for act in acts {
        bytes = support::seal(&bytes, &plan(), act).unwrap().0;
    }
    assert!(inspected(&bytes, &Limits { revisions: 3, ..Limits::default() }).is_ok());
    assert_eq!(exceeded(inspected(&bytes, &Limits { revisions: 2, ..Limits::default() })), "revisions");
}

/// A page tree of this many levels above its page.
fn deep_tree(levels: usize) -> Vec<u8> {
    let mut builder = Builder::default();
    builder.add("<</Type/Catalog/Pages 2 0 R>>");
    for level in 0..levels {
        builder.add(format!("<</Type/Pages/Kids[{} 0 R]/Count 1>>", level + 3));
    }
    builder.add("<</Type/Page/MediaBox[0 0 9 9]>>");
    builder.build()
}

#[test]
fn depth_of_the_page_tree_is_limited() {
    let limits = Limits { depth: 10, ..Limits::default() };
    assert_eq!(inspected(&deep_tree(10), &limits).unwrap().pages.len(), 1);
    assert_eq!(exceeded(inspected(&deep_tree(11), &limits)), "depth");
}

#[test]
fn depth_of_values_is_limited() {
    let nested =
        |levels: usize| pages(1, &format!("/Deep{}{}", "[".repeat(levels), "]".repeat(levels))).build();
    let limits = Limits { depth: 10, ..Limits::default() };
    assert!(inspected(&nested(10), &limits).is_ok());
    assert_eq!(exceeded(inspected(&nested(11), &limits)), "depth");
}

#[test]
fn depth_of_fields_is_limited() {
    let nested = |levels: usize| {
        let mut builder = Builder::default();
        builder.add("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>");
        builder.add("<</Type/Pages/Kids[3 0 R]/Count 1>>");
        builder.add("<</Type/Page/MediaBox[0 0 9 9]>>");
        for level in 0..levels {
            builder.add(format!("<</T(a)/Kids[{} 0 R]>>", level + 5));
        }
        builder.add("<</T(leaf)/FT/Tx>>");
        builder.build()
    };
    let limits = Limits { depth: 10, ..Limits::default() };
    assert_eq!(inspected(&nested(10), &limits).unwrap().form_fields.len(), 1);
    assert_eq!(exceeded(inspected(&nested(11), &limits)), "depth");
}

#[test]
fn the_size_of_one_object_is_limited() {
    let bytes = pages(1, &format!("/Long({})", "x".repeat(1_000))).build();
    assert!(inspected(&bytes, &Limits { object_bytes: 2_000, ..Limits::default() }).is_ok());
    assert_eq!(
        exceeded(inspected(&bytes, &Limits { object_bytes: 1_000, ..Limits::default() })),
        "object_bytes"
    );
}

#[test]
fn work_is_limited() {
    let bytes = pages(50, "").build();
    assert!(inspected(&bytes, &Limits { work_bytes: 100_000, ..Limits::default() }).is_ok());
    assert_eq!(
        exceeded(inspected(&bytes, &Limits { work_bytes: 10_000, ..Limits::default() })),
        "work_bytes"
    );
}

#[test]
fn circles_end() {
    let mut builder = Builder::default();
    builder.add("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>");
    builder.add("<</Type/Pages/Kids[3 0 R]/Count 1>>");
    builder.add("<</Type/Pages/Kids[2 0 R]/Count 1>>");
    builder.add("<</T(a)/Kids[4 0 R]>>");
    let bytes = builder.build();
    assert!(matches!(inspected(&bytes, &Limits::default()), Err(PdfError::Broken { .. })));
    let table_at = String::from_utf8_lossy(&bytes).rfind("xref\n0").unwrap();
    let circle = String::from_utf8(bytes).unwrap().replace("/Root", &format!("/Prev {table_at}/Root"));
    assert!(matches!(inspected(circle.as_bytes(), &Limits::default()), Err(PdfError::Broken { .. })));
}
