//! The words of a page with their boxes, and whether a page has anything to be seen.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::float_cmp,
    clippy::similar_names,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    unreachable_pub,
    missing_docs,
    reason = "tests"
)]

mod support;

use pdf::{PageWords, Word};
use support::Builder;

fn stream(entries: &str, content: &str) -> String {
    format!("<<{entries}/Length {}>>\nstream\n{content}\nendstream", content.len())
}

/// One page of 600 by 800 with this content; object 6 is `/X`.
fn page(attributes: &str, content: &str, x_object: &str) -> Vec<u8> {
    let mut builder = Builder::default();
    builder.add("<</Type/Catalog/Pages 2 0 R>>");
    builder.add(
        "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]\
         /Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>",
    );
    builder.add(format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R{attributes}>>"));
    builder.add(stream("", content));
    builder.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>");
    builder.add(x_object);
    builder.build()
}

fn words(file: &[u8]) -> PageWords {
    pdf::page_words(&support::open(file), 0).unwrap().unwrap()
}

fn paints(content: &str, x_object: &str) -> bool {
    pdf::page_paints(&support::open(&page("", content, x_object)), 0).unwrap()
}

/// The middle of a word, in hundredths of the page.
fn middle(word: &Word) -> (f64, f64) {
    let hundredths = |from: f64, length: f64| ((from + length / 2.0) * 100.0).round();
    (hundredths(word.left, word.width), hundredths(word.top, word.height))
}

#[test]
fn words_stand_where_they_are_displayed() {
    let content = "BT /F 20 Tf 150 600 Td (one two) Tj 0 -200 Td (three) Tj ET";
    for (attributes, middles) in [
        ("", [(28.0, 24.0), (35.0, 24.0), (29.0, 49.0)]),
        ("/Rotate 180", [(72.0, 76.0), (65.0, 76.0), (71.0, 51.0)]),
        ("/Rotate 90", [(76.0, 28.0), (76.0, 35.0), (51.0, 29.0)]),
        ("/UserUnit 3", [(28.0, 24.0), (35.0, 24.0), (29.0, 49.0)]),
        ("/CropBox[100 400 400 700]", [(23.0, 31.0), (36.0, 31.0), (25.0, 98.0)]),
    ] {
        let found = words(&page(attributes, content, "null"));
        let texts: Vec<&str> = found.words.iter().map(|it| it.text.as_str()).collect();
        assert_eq!((texts, found.complete), (vec!["one", "two", "three"], true), "{attributes}");
        let found: Vec<(f64, f64)> = found.words.iter().map(middle).collect();
        for (found, expected) in found.iter().zip(middles) {
            let (x, y) = (found.0 - expected.0, found.1 - expected.1);
            assert!(x.abs() <= 1.0 && y.abs() <= 1.0, "{attributes}: {found:?}, not {expected:?}");
        }
    }
}

#[test]
fn words_outside_of_the_page_are_not_told_and_boxes_end_at_its_edge() {
    let content = "BT /F 20 Tf 590 600 Td (edge) Tj 100 0 Td (beyond) Tj ET";
    let found = words(&page("", content, "null"));
    let [word] = found.words.as_slice() else { panic!("{found:?}") };
    assert_eq!(word.text, "edge");
    assert!((word.left + word.width - 1.0).abs() < 1e-9, "{word:?}");
}

#[test]
fn words_are_bounded() {
    let line = "(a b c d e f g h i j ) Tj ".repeat(2100);
    let found = words(&page("", &format!("BT /F 0.02 Tf 10 700 Td {line} ET"), "null"));
    assert_eq!((found.words.len(), found.complete), (20_000, false));
}

#[test]
fn there_is_no_page_after_the_last() {
    let document = support::open(&page("", "", "null"));
    assert_eq!(pdf::page_words(&document, 1).unwrap(), None);
    assert_eq!(pdf::page(&document, 1).unwrap(), None);
    assert_eq!(pdf::pages(&document).unwrap().len(), 1);
    assert!(!pdf::page_paints(&document, 1).unwrap());
}

#[test]
fn what_leaves_nothing_on_white_paper_does_not_paint() {
    let form = stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", "1 g 0 0 5 5 re f");
    for content in [
        "",
        "0 0 10 10 re W n",
        "1 g 0 0 600 800 re f",
        "1 1 1 rg 0 0 9 9 re f*",
        "0 0 0 0 k 1 1 1 RG 0 0 9 9 re B",
        "/Cs1 cs 1 1 1 scn 0 0 9 9 re f",
        "BT /F 12 Tf 9 9 Td (   ) Tj ET",
        "BT /F 12 Tf 3 Tr 9 9 Td (invisible) Tj ET",
        "BT /F 12 Tf 1 g 9 9 Td (white) Tj ET",
        "q /X Do Q",
    ] {
        assert!(!paints(content, &form), "{content}");
    }
}

#[test]
fn what_leaves_a_trace_paints() {
    let form = stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", "0 0 5 5 re f");
    let image =
        stream("/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8", "x");
    for content in [
        "0 0 10 10 re f",
        "1 g q 0 g 0 0 9 9 re f Q",
        "q 1 g Q 0 0 9 9 re f",
        "0 0 m 9 9 l S",
        "1 g 0 0 9 9 re B",
        // The whole of a colour that may be any.
        "/Cs1 cs 1 scn 0 0 9 9 re f",
        "/Pattern cs /P1 scn 0 0 9 9 re f",
        "/S1 sh",
        "BT /F 12 Tf 9 9 Td (seen) Tj ET",
        "BT /F 12 Tf 1 g 1 Tr 9 9 Td (an outline) Tj ET",
        "BI /W 1 /H 1 /BPC 8 /CS /G ID x EI",
        "/X Do",
    ] {
        assert!(paints(content, &form), "{content}");
    }
    assert!(paints("/X Do", &image));
}

#[test]
fn content_that_cannot_be_read_counts_as_painting() {
    let broken = stream("/Filter/FlateDecode", "no deflated data");
    let mut builder = Builder::default();
    builder.add("<</Type/Catalog/Pages 2 0 R>>");
    builder.add("<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]>>");
    builder.add("<</Type/Page/Parent 2 0 R/Contents 4 0 R>>");
    builder.add(broken);
    assert!(pdf::page_paints(&support::open(&builder.build()), 0).unwrap());
}

#[test]
fn annotations_without_an_appearance_are_left_to_viewers() {
    let left = |annotation: &str, more: &[&str]| {
        let mut builder = Builder::default();
        builder.add("<</Type/Catalog/Pages 2 0 R>>");
        builder.add("<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]>>");
        builder.add("<</Type/Page/Parent 2 0 R/Annots[4 0 R]>>");
        builder.add(format!("<</Type/Annot/Rect[0 0 9 9]{annotation}>>"));
        for object in more {
            builder.add(*object);
        }
        pdf::page_leaves_to_viewers(&support::open(&builder.build()), 0).unwrap()
    };
    for seen in [
        "/Subtype/FreeText/Contents(a condition)",
        "/Subtype/Highlight/F 4",
        "/Subtype/Stamp/AP<</N null>>",
        "/Subtype/Widget/FT/Tx/V(100)",
    ] {
        assert!(left(seen, &[]), "{seen}");
    }
    assert!(left("/Subtype/Widget/Parent 5 0 R", &["<</FT/Ch/V(one)/Kids[4 0 R]>>"]));
    for other in [
        "/Subtype/Link",
        "/Subtype/Text/Contents(a note)",
        "/Subtype/FreeText/F 2",
        "/Subtype/FreeText/F 32",
        "/Subtype/FreeText/AP<</N 5 0 R>>",
        "/Subtype/Widget/FT/Tx",
        "/Subtype/Widget/FT/Tx/V()",
        "/Subtype/Widget/FT/Btn/V/Yes",
        "/Subtype/Widget/FT/Sig/V 5 0 R",
        "/Subtype/Widget/Parent 4 0 R",
    ] {
        assert!(!left(other, &["<</Type/Sig>>"]), "{other}");
    }
}
