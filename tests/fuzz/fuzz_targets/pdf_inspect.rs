//! Inspecting a document and searching its text: nothing panics, nothing runs on.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pdf::{Anchor, AnchorText, Occurrence};

fuzz_target!(|bytes: &[u8]| {
    let Some(document) = fuzz::open(bytes) else { return };
    let _ = pdf::inspect(&document);
    let anchor = |text| Anchor { text, occurrence: Occurrence::All };
    let anchors = [
        anchor(AnchorText::Literal("e".to_owned())),
        anchor(AnchorText::Tag { signer: 1, kind: "signature".to_owned() }),
    ];
    let _ = pdf::find_anchors(&document, &anchors);
    let _ = pdf::page_words(&document, 0);
    let _ = pdf::page_paints(&document, 0);
    let _ = pdf::page_leaves_to_viewers(&document, 0);
});
