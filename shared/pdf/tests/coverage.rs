//! What a signature covers, and which bytes belong to which revision.

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

use std::sync::Arc;

use pdf::{Act, Change, Document, Limits, RangeCoverage, RangeFault};
use support::{
    open,
    update::{CATALOG, NEXT, PAGE, Update, form_document, last_number, signed, stream, update},
};

const FREE: usize = NEXT + 1;

fn base() -> Vec<u8> {
    signed(&form_document().build(), "", "")
}

fn coverage(bytes: &[u8]) -> RangeCoverage {
    pdf::signatures(&open(bytes)).unwrap()[0].coverage
}

fn changes(document: &Document) -> Vec<Change> {
    let signatures = pdf::signatures(document).unwrap();
    pdf::changes_since(document, &signatures[0]).unwrap()
}

#[track_caller]
fn denied(bytes: &[u8], words: &str) {
    let found = changes(&open(bytes));
    let told = found.iter().any(|change| !change.allowed && change.sentence().contains(words));
    assert!(told, "{words}: {found:#?}");
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(text.contains(from), "{from}");
    assert_eq!(from.len(), to.len());
    text.replace(from, to).into_bytes()
}

/// The base with another byte range of the same length.
fn ranged(range: impl Fn([usize; 4]) -> [usize; 4]) -> Vec<u8> {
    let bytes = base();
    let text = String::from_utf8(bytes.clone()).unwrap();
    let at = text.rfind("/ByteRange[").unwrap() + "/ByteRange[".len();
    let old = text[at..].split(']').next().unwrap();
    let numbers: Vec<usize> = old.split_whitespace().map(|number| number.parse().unwrap()).collect();
    let new = range([numbers[0], numbers[1], numbers[2], numbers[3]]);
    let new = format!("{} {} {} {}", new[0], new[1], new[2], new[3]);
    replaced(&bytes, old, &format!("{new:<width$}", width = old.len()))
}

#[test]
fn a_range_covers_all_but_its_own_signature() {
    assert_eq!(coverage(&base()), RangeCoverage::WholeFile);
    assert_eq!(coverage(&update().put(3, PAGE).append(&base())), RangeCoverage::WholeRevision);
    let broken = |range: fn([usize; 4]) -> [usize; 4], fault| {
        assert_eq!(coverage(&ranged(range)), RangeCoverage::Broken(fault));
    };
    broken(|[_, b, c, d]| [1, b - 1, c, d], RangeFault::NotFromStart);
    broken(|[a, b, _, d]| [a, b, b, d], RangeFault::Overlapping);
    broken(|[a, b, _, d]| [a, b, b - 10, d], RangeFault::Overlapping);
    broken(|[a, b, c, d]| [a, b, c, d + 1], RangeFault::BeyondFile);
    broken(|[a, b, c, d]| [a, b, c, d - 20], RangeFault::InsideRevision);
    broken(|[a, b, c, d]| [a, b - 5, c, d], RangeFault::Gap);
    broken(|[a, b, c, d]| [a, b, c + 5, d - 5], RangeFault::Gap);
    broken(|[a, b, c, d]| [a, b + 1, c - 1, d], RangeFault::Gap);
}

#[test]
fn white_space_behind_the_end_marker_may_be_signed_or_not() {
    let bytes = base();
    let cut = ranged(|[a, b, c, d]| [a, b, c, d - 1]);
    assert_eq!(coverage(&cut), RangeCoverage::WholeRevision);
    assert!(changes(&open(&cut)).is_empty());
    let padded = [bytes.as_slice(), b"\n\n"].concat();
    assert_eq!(coverage(&padded), RangeCoverage::WholeRevision);
    assert_eq!(pdf::revisions(&open(&padded)).unwrap().last(), Some(&(padded.len() as u64)));
    let signed = [ranged(|[a, b, c, d]| [a, b, c, d + 3]), b"\n \0".to_vec()].concat();
    assert_eq!(coverage(&signed), RangeCoverage::WholeFile);
    assert!(changes(&open(&signed)).is_empty());
}

#[test]
fn one_end_of_a_line_may_be_left_unsigned_and_nothing_else() {
    let cut = ranged(|[a, b, c, d]| [a, b, c, d - 1]);
    let bare = cut.strip_suffix(b"\n").unwrap();
    assert!(bare.ends_with(b"%%EOF"));
    let update = update().put(3, PAGE).append(&base());
    for file in [bare, &base(), update.strip_suffix(b"\n").unwrap()] {
        for end in ["", "\r", "\n", "\r\n"] {
            let found = changes(&open(&[file, end.as_bytes()].concat()));
            assert!(found.is_empty(), "{end:?}: {found:#?}");
        }
        let zeros = "\0".repeat(1_000);
        for end in ["\n\n", "\n\r", "\r\r", "\r\n\n", " ", "\t", "\0", "\n\0", " \n", &zeros] {
            denied(&[file, end.as_bytes()].concat(), &format!("{} bytes were added", end.len()));
        }
    }
}

#[test]
fn bytes_behind_the_end_are_told_of_every_signature() {
    let (ada, grace) = (support::appearance("Ada Lovelace"), support::appearance("Grace Hopper"));
    let acts = [
        Act::Signatory { field_name: "sig_ada", appearance: &ada },
        Act::Signatory { field_name: "sig_grace", appearance: &grace },
    ];
    let seal = |bytes: Vec<u8>, act| support::seal(&bytes, &support::plan(), act).unwrap().0;
    let padded = [acts.into_iter().fold(support::pages(1, "").build(), seal), vec![0; 9]].concat();
    let document = open(&padded);
    let signatures = pdf::signatures(&document).unwrap();
    assert_eq!(signatures.len(), 2);
    for signature in &signatures {
        let found = pdf::changes_since(&document, signature).unwrap();
        assert!(found.iter().any(|change| !change.allowed && change.revision == 2), "{found:#?}");
    }
}

#[test]
fn a_signature_is_written_in_one_way() {
    let twice = replaced(&base(), "/M(D:20260101000000Z)", "/ByteRange[0 1 2 3]  ");
    assert_eq!(twice.len(), base().len());
    assert_eq!(coverage(&twice), RangeCoverage::Broken(RangeFault::Ambiguous));
    let absent = replaced(&base(), "/ByteRange[", "/ByteRangX[");
    assert_eq!(coverage(&absent), RangeCoverage::Broken(RangeFault::Malformed));
    let spaced = replaced(&base(), "/Contents<0000", "/Contents<00 0");
    assert_eq!(coverage(&spaced), RangeCoverage::Broken(RangeFault::NotHexadecimal));
    let literal = replaced(&base(), "/Contents<0000", "/Contents(0000");
    let literal = replaced(&literal, "00>>>\nendobj", "00)>>\nendobj");
    assert_eq!(coverage(&literal), RangeCoverage::Broken(RangeFault::NotHexadecimal));
}

#[test]
fn a_range_of_another_signature_covers_nothing() {
    let text = String::from_utf8(base()).unwrap();
    let dictionary = text.split(&format!("{NEXT} 0 obj\n")).nth(1).unwrap().split("\nendobj").next().unwrap();
    let field =
        "<</Type/Annot/Subtype/Widget/FT/Sig/T(approval)/Rect[200 290 300 330]/F 4/P 3 0 R/V 21 0 R>>";
    let bytes = update().put(13, field).put(FREE, dictionary).append(&base());
    let signatures = pdf::signatures(&open(&bytes)).unwrap();
    let found: Vec<_> =
        signatures.iter().map(|signature| (signature.field.as_str(), signature.coverage)).collect();
    let expected =
        [("first", RangeCoverage::WholeRevision), ("approval", RangeCoverage::Broken(RangeFault::Gap))];
    assert_eq!(found, expected);
}

#[test]
fn a_signature_that_was_dropped_is_found() {
    let empty = "<</Type/Annot/Subtype/Widget/FT/Sig/T(first)/Rect[0 0 0 0]/F 132/P 3 0 R>>";
    let dropped = update().put(15, empty).append(&base());
    let signatures = pdf::signatures(&open(&dropped)).unwrap();
    assert_eq!(signatures.len(), 1);
    assert_eq!((signatures[0].field.as_str(), signatures[0].revision), ("first", 1));
    denied(&dropped, "the signature in the field \"first\" was changed");
    let without_form = update().put(1, CATALOG.replace("/AcroForm 6 0 R", "")).append(&base());
    assert_eq!(pdf::signatures(&open(&without_form)).unwrap().len(), 1);
}

#[test]
fn every_byte_belongs_to_a_revision() {
    let bytes = base();
    let first = form_document().build().len() as u64;
    assert_eq!(pdf::revisions(&open(&bytes)).unwrap(), [first, bytes.len() as u64]);
    let junk = [bytes.as_slice(), b"21 0 obj\n<<>>\nendobj\n"].concat();
    assert_eq!(pdf::revisions(&open(&junk)).unwrap(), [first, bytes.len() as u64, junk.len() as u64]);
    denied(&junk, "21 bytes were added that belong to no revision");
}

#[test]
fn a_pointer_into_an_older_revision_hides_nothing() {
    let bytes = base();
    let older = last_number(&form_document().build(), "startxref\n");
    let back = [bytes.as_slice(), format!("startxref\n{older}\n%%EOF\n").as_bytes()].concat();
    // The signature is out of sight, but its bytes belong to no revision of the file as it is read.
    assert_eq!(pdf::revisions(&open(&back)).unwrap().len(), 2);
    assert!(pdf::signatures(&open(&back)).unwrap().is_empty());
    let hidden = update().put(3, PAGE.replace("/Rotate", "/R")).append(&bytes);
    let newest = last_number(&bytes, "startxref\n");
    let back = [hidden.as_slice(), format!("startxref\n{newest}\n%%EOF\n").as_bytes()].concat();
    denied(&back, "bytes were added that belong to no revision");
}

#[test]
fn revisions_are_read_in_one_way() {
    let hidden = "5 0 obj\n<</Length 0>>\nstream\n\nendstream\nendobj\n";
    denied(&update().put(3, PAGE).hide(hidden).append(&base()), "cross-references do not name");
    let twice = update().put(3, PAGE).hide(&format!("3 0 obj\n{PAGE}\nendobj\n"));
    denied(&twice.append(&base()), "cross-references do not name");
    denied(&update().put(3, PAGE).hide("hello\n").append(&base()), "no part of the format");
    denied(&update().put(3, PAGE).hide("% 5 0 obj\n").append(&base()), "no part of the format");
    let section = "xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 1>>\nstartxref\n0\n%%EOF\n";
    denied(&update().put(3, PAGE).hide(section).append(&base()), "left out by those that follow");
    assert!(changes(&open(&update().put(3, PAGE).hide("% by hand\n").append(&base()))).is_empty());
    let text = String::from_utf8(update().put(3, PAGE).append(&base())).unwrap();
    let unmarked = text.strip_suffix("%%EOF\n").unwrap();
    denied(unmarked.as_bytes(), "has no end marker");
}

#[test]
fn a_repeated_key_is_reported() {
    let twice = PAGE.replace("/MediaBox", "/Contents 16 0 R/MediaBox");
    denied(&update().put(3, twice).append(&base()), "a key twice");
}

#[test]
fn offsets_do_not_lead_behind_their_revision() {
    // The signed revision says that object 30, the content of page 2, lies where the file ends for now.
    let prepared =
        String::from_utf8(form_document().build()).unwrap().replace("/Contents 16 0 R", "/Contents 30 0 R");
    let placeholder = Update { trailer: update().trailer, ..Update::default() }.put(30, "<<>>");
    let bytes = placeholder.append(prepared.as_bytes());
    let text = String::from_utf8(bytes).unwrap();
    let at = text.find("30 0 obj").unwrap();
    let bytes = signed(text.as_bytes(), "", "");
    let end = bytes.len();
    let bytes = replaced(&bytes, &format!("{at:010} 00000 n"), &format!("{end:010} 00000 n"));
    assert!(coverage(&bytes).is_whole());
    let content = format!("30 0 obj\n{}\nendobj\n", stream("", "BT (added) Tj ET"));
    let grown = [bytes.as_slice(), content.as_bytes()].concat();
    let grown =
        Update { trailer: update().trailer, ..Update::default() }.put(FREE + 20, "<<>>").append(&grown);
    denied(&grown, "cross-references of an earlier revision lead into a later one");
}

#[test]
fn what_is_broken_behind_a_signature_leaves_it_readable() {
    let bytes = base();
    let broken = [bytes.as_slice(), b"5 0 obj\n<<>>\nendobj\nstartxref\n999999\n%%EOF\n"].concat();
    let source = Arc::new(broken);
    assert!(Document::open(source.clone(), None, &Limits::default()).is_err());
    let (document, error) = Document::open_readable(source.clone(), None, &Limits::default()).unwrap();
    assert!(error.is_some());
    let signatures = pdf::signatures(&document).unwrap();
    assert_eq!(signatures[0].coverage, RangeCoverage::WholeRevision);
    assert!(changes(&document).iter().any(|change| !change.allowed));
    let signed = pdf::open_revision(&document, signatures[0].revision_end).unwrap();
    assert_eq!(signed.size(), bytes.len() as u64);
    assert_eq!(signed.source().size(), bytes.len() as u64);
}

#[test]
fn an_earlier_revision_is_opened_as_it_was() {
    let bytes =
        update().put(3, PAGE.replace("/MediaBox[0 0 400 500]", "/MediaBox[0 0 100 100]")).append(&base());
    let document = open(&bytes);
    let ends = pdf::revisions(&document).unwrap();
    let width = |document: &Document| pdf::inspect(document).unwrap().pages[0].displayed_width_points;
    let widths: Vec<f64> =
        ends.iter().map(|end| width(&pdf::open_revision(&document, *end).unwrap())).collect();
    assert_eq!(widths, [400.0, 400.0, 100.0]);
    assert!(pdf::open_revision(&document, ends[0] + 40).is_err());
}
