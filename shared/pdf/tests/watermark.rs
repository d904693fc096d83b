//! The word across the pages of a test.
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

use pdf::{find_anchors, inspect, merge, test_watermark};
use support::{Builder, corpus, files, open, pages, qpdf_check};

fn marked(bytes: &[u8]) -> Vec<u8> {
    let added = test_watermark(&open(bytes)).unwrap();
    [bytes, &added].concat()
}

#[test]
fn every_page_keeps_what_it_shows_and_gets_the_word() {
    let mut builder = pages(3, "");
    let text = builder.add("<</Length 10>>\nstream\n0 0 1 1 re\nendstream");
    let more = builder.add(format!("[{text} 0 R {text} 0 R]"));
    for (page, contents) in
        [(3, format!("{text} 0 R")), (4, format!("[{text} 0 R]")), (5, format!("{more} 0 R"))]
    {
        builder.replace(
            page,
            format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Rotate 90/Resources<<>>/Contents {contents}>>"),
        );
    }
    let original = builder.build();
    let result = marked(&original);
    assert!(result.starts_with(&original), "an append");
    let inspection = inspect(&open(&result)).unwrap();
    assert_eq!((inspection.pages.len(), inspection.revisions), (3, 2));
    assert!(inspection.unreadable_objects.is_empty(), "{:?}", inspection.unreadable_objects);
    let tail = String::from_utf8_lossy(&result[original.len()..]).into_owned();
    assert!(tail.contains(&format!("{text} 0 R {text} 0 R")), "{tail}");
    assert_eq!(tail.matches("/Contents [").count() + tail.matches("/Contents[").count(), 3, "{tail}");
    if let Some((fine, told)) = qpdf_check(&result) {
        assert!(fine, "{told}");
    }
}

#[test]
fn a_page_without_content_and_one_that_stands_twice_get_the_word_once() {
    let mut builder = Builder::default();
    builder.add("<</Type/Catalog/Pages 2 0 R>>");
    builder.add("<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2>>");
    builder.add("<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Resources<<>>>>");
    let original = builder.build();
    let result = marked(&original);
    let tail = String::from_utf8_lossy(&result[original.len()..]).into_owned();
    assert_eq!(tail.matches("/FlateDecode").count(), 1, "{tail}");
    assert_eq!(inspect(&open(&result)).unwrap().pages.len(), 2);
}

#[test]
fn files_of_all_kinds_stay_readable() {
    let Some(folder) = corpus() else {
        eprintln!("no corpus here: skipped");
        return;
    };
    let mut checked = 0;
    for path in files(&folder) {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        // Those that come in are repaired first; merging one file leaves it as it is.
        let Ok(document) =
            pdf::Document::open(std::sync::Arc::new(bytes.clone()), None, &pdf::Limits::default())
        else {
            continue;
        };
        let Ok(before) = inspect(&document) else { continue };
        if before.needs_repair() || merge(&[&bytes]).is_err() {
            continue;
        }
        let Ok(added) = test_watermark(&document) else { continue };
        let result = [bytes.as_slice(), &added].concat();
        let after = inspect(&open(&result)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(after.pages.len(), before.pages.len(), "{}", path.display());
        assert!(find_anchors(&open(&result), &[]).is_ok(), "{}", path.display());
        checked += 1;
    }
    eprintln!("{checked} files");
    assert!(checked > 20, "{checked}");
}
