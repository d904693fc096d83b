//! Files inside documents.

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

use support::{open, pages};

/// A stream of these bytes, in hexadecimal.
fn stream(bytes: &[u8]) -> String {
    let hexadecimal =
        bytes.iter().fold(String::new(), |hexadecimal, byte| hexadecimal + &format!("{byte:02x}"));
    format!("<</Filter/ASCIIHexDecode/Length {}>>\nstream\n{hexadecimal}\nendstream", hexadecimal.len())
}

#[test]
fn files_are_found_by_name_and_by_annotation() {
    let mut builder = pages(1, "/Annots[<</Subtype/FileAttachment/Rect[0 0 9 9]/FS 6 0 R>>]");
    builder.replace(1, "<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a) 5 0 R]>>>>>>");
    builder.add(stream(b"by name"));
    builder.add("<</Type/Filespec/F(a)/EF 8 0 R>>");
    builder.add("<</Type/Filespec/F(b)/EF<</F 7 0 R/UF 7 0 R>>>>");
    builder.add(stream(b"by annotation"));
    builder.add("<</F 4 0 R>>");
    let document = open(&builder.build());
    let files = pdf::embedded_files(&document).unwrap();
    let read: Vec<Vec<u8>> = files.iter().map(|it| pdf::embedded_file(&document, *it).unwrap()).collect();
    assert_eq!(read, [b"by name".to_vec(), b"by annotation".to_vec()]);
}

#[test]
fn what_nobody_can_reach_or_read_is_no_file() {
    let mut builder = pages(1, "");
    builder.add(stream(b"unused"));
    builder.add("<</Type/Filespec/F(a)/EF<</F 4 0 R>>>>");
    assert_eq!(pdf::embedded_files(&open(&builder.build())).unwrap(), []);
    builder.replace(1, "<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a) 5 0 R]>>>>>>");
    builder.replace(5, "<</Type/Filespec/F(a)/EF<</F 3 0 R/UF 99 0 R>>>>");
    let document = open(&builder.build());
    for file in pdf::embedded_files(&document).unwrap() {
        assert!(pdf::embedded_file(&document, file).is_err(), "a page is no file");
    }
}
