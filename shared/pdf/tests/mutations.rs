//! Damaged documents: nothing panics, nothing runs on, whatever the damage.

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

use pdf::{Act, Document, Limits};
use proptest::prelude::*;
use support::{pages, plan, seal};

fn anchors() -> [pdf::Anchor; 2] {
    let anchor = |text| pdf::Anchor { text, occurrence: pdf::Occurrence::All };
    let tag = pdf::AnchorText::Tag { signer: 1, kind: "signature".to_owned() };
    [anchor(tag), anchor(pdf::AnchorText::Literal("Sign here".to_owned()))]
}

/// Two pages that show text by a form, an own encoding and a `CMap`.
fn with_text() -> Vec<u8> {
    let stream = |entries: &str, content: &str| {
        format!("<<{entries}/Length {}>>\nstream\n{content}\nendstream", content.len())
    };
    let resources = "/Resources<</Font<</F 5 0 R/G 6 0 R>>/XObject<</X 7 0 R>>>>/Contents 8 0 R";
    let mut builder = pages(2, &format!("/Rotate 90{resources}"));
    builder.add(
        "<</Type/Font/Subtype/TrueType/BaseFont/Arial/Encoding<</Differences[65/braceleft/uni0041/x]>>\
         /FirstChar 32/Widths[250 300 400]>>",
    );
    builder.add(
        "<</Type/Font/Subtype/Type0/Encoding/Identity-H/ToUnicode 9 0 R\
         /DescendantFonts[<</W[1[500 600]7 9 700]/DW 400>>]>>",
    );
    builder.add(stream(
        "/Subtype/Form/BBox[0 0 99 99]/Matrix[1 0 0 1 5 5]",
        "BT /F 9 Tf 9 Tc 1 0 0 1 9 9 Tm (Sign here) Tj ET",
    ));
    builder.add(stream(
        "",
        "q 2 0 0 2 0 0 cm /X Do Q BT 12 TL /F 9 Tf (Sign) ' [(A)-20(B)] TJ /G 8 Tf <00010002> Tj ET \
         BI /W 1/H 1/BPC 8/CS/G ID x EI",
    ));
    builder.add(stream(
        "",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange \
         2 beginbfrange <0001> <0002> <0041> <0007> <0008> [<0061> <0062>] endbfrange",
    ));
    builder.build()
}

/// A document with a form, two signatures and two revisions.
fn original() -> Vec<u8> {
    let ada = support::appearance("Ada Lovelace");
    let act = Act::Signatory { field_name: "sig_ada", appearance: &ada };
    let (sealed, _) = seal(&with_text(), &plan(), act).unwrap();
    seal(&sealed, &plan(), Act::Closing).unwrap().0
}

/// Everything a service does with a file of a stranger.
fn use_up(bytes: &[u8]) {
    let limits = Limits { work_bytes: 4 << 20, ..Limits::default() };
    if let Ok(document) = Document::open(Arc::new(bytes.to_vec()), None, &limits) {
        let _ = pdf::inspect(&document);
        let _ = pdf::revisions(&document);
        let _ = pdf::validation_data(&document);
        let _ = pdf::find_anchors(&document, &anchors());
        for index in 0..pdf::pages(&document).map_or(0, |pages| pages.len()) {
            let _ = pdf::page_words(&document, index);
            let _ = pdf::page_paints(&document, index);
            let _ = pdf::page_leaves_to_viewers(&document, index);
        }
        let grace = support::appearance("Grace Hopper");
        let act = Act::Signatory { field_name: "sig_grace", appearance: &grace };
        let _ = pdf::prepare(&document, &support::request(&plan(), act));
        let _ = pdf::prepare_timestamp(&document, "timestamp", 100);
    }
    if let Ok((document, _)) = Document::open_readable(Arc::new(bytes.to_vec()), None, &limits) {
        let signatures = pdf::signatures(&document).unwrap_or_default();
        for signature in &signatures {
            let _ = pdf::changes_since(&document, signature);
            let _ = pdf::open_revision(&document, signature.revision_end);
        }
    }
    let _ = pdf::repair(bytes);
    let _ = pdf::merge(&[bytes, bytes]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_do_no_harm(changes in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), prop::sample::select(&b"<>[]()/ 019R"[..])]), 1..12)) {
        let mut bytes = original();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        use_up(&bytes);
    }

    #[test]
    fn missing_and_doubled_parts_do_no_harm(from in any::<prop::sample::Index>(), length in 0_usize..400, doubled in any::<bool>()) {
        let bytes = original();
        let start = from.index(bytes.len());
        let end = (start + length).min(bytes.len());
        let part = if doubled { bytes[start..end].repeat(2) } else { Vec::new() };
        use_up(&[&bytes[..start], &part, &bytes[end..]].concat());
    }
}
