//! Tagged documents: new widgets are part of the structure tree (ISO 14289-1 section 7.18).

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

use pdf::{Act, FieldPlan};
use support::{Builder, appearance, plan, seal};

/// Two tagged pages; `root` holds the entries of the structure tree's root, object 5. Further objects are 6 on.
fn tagged(root: &str, page: &str) -> Builder {
    let mut builder = Builder::default();
    builder.add("<</Type/Catalog/Pages 2 0 R/MarkInfo<</Marked true>>/Lang(en)/StructTreeRoot 5 0 R>>");
    builder.add("<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/MediaBox[0 0 595 842]/Resources<<>>>>");
    builder.add(format!("<</Type/Page/Parent 2 0 R/StructParents 0{page}>>"));
    builder.add(format!("<</Type/Page/Parent 2 0 R/StructParents 1{page}>>"));
    builder.add(format!("<</Type/StructTreeRoot{root}>>"));
    builder
}

/// What the first act appends.
fn appended(bytes: &[u8], plan: &FieldPlan) -> String {
    let ada = appearance("Ada Lovelace");
    let (sealed, _) = seal(bytes, plan, Act::Signatory { field_name: "sig_ada", appearance: &ada }).unwrap();
    assert!(support::qpdf_check(&sealed).is_none_or(|(good, report)| good || panic!("{report}")));
    let document = support::open(&sealed);
    assert!(pdf::inspect(&document).unwrap().unreadable_objects.is_empty());
    String::from_utf8_lossy(&sealed[bytes.len()..]).replace(" [", "[").replace("  ", " ")
}

/// The object of this number.
fn object(tail: &str, number: usize) -> &str {
    let start = tail.find(&format!("\n{number} 0 obj\n")).expect("object written");
    tail[start + 1..].split("endobj").next().unwrap()
}

/// Widgets with a description: `/TU` and `/StructParent`.
fn described(tail: &str) -> Vec<(String, String)> {
    let after = |widget: &str, key: &str| {
        widget.split_once(key).map(|(_, rest)| rest.split(['/', ')']).next().unwrap().to_owned())
    };
    let widgets = tail.split("endobj").filter(|object| object.contains("/Subtype/Widget"));
    widgets.filter_map(|widget| Some((after(widget, "/TU(")?, after(widget, "/StructParent ")?))).collect()
}

#[test]
fn widgets_get_a_name_and_an_element_of_the_document() {
    let mut builder = tagged("/K 6 0 R/ParentTree 7 0 R/ParentTreeNextKey 2", "");
    builder.add("<</Type/StructElem/S/Document/P 5 0 R/K[8 0 R]>>");
    builder.add("<</Nums[0[8 0 R]1[8 0 R]]>>");
    builder.add("<</Type/StructElem/S/P/P 6 0 R/Pg 3 0 R/K 0>>");
    let tail = appended(&builder.build(), &plan());
    let expected = [("Signature 1", "2"), ("Signature 2", "3"), ("Signature 2, place 2", "4")]
        .map(|(name, key)| (name.to_owned(), key.to_owned()));
    assert_eq!(described(&tail), expected);
    let elements: Vec<&str> = tail.split("endobj").filter(|object| object.contains("/S/Form")).collect();
    assert_eq!(elements.len(), 3);
    assert!(
        elements.iter().all(|element| element.contains("/P 6 0 R") && element.contains("/Type/OBJR/Obj "))
    );
    assert_eq!(object(&tail, 6).matches(" 0 R").count(), 1 + 1 + 3, "parent, old kid, new kids");
    assert!(object(&tail, 7).contains("/Nums[0[8 0 R]1[8 0 R] 2 "), "{}", object(&tail, 7));
    assert!(object(&tail, 5).contains("/ParentTreeNextKey 5"));
    assert!(object(&tail, 3).contains("/Tabs/S") && object(&tail, 4).contains("/Tabs/S"));
}

#[test]
fn every_shape_of_the_tree_is_extended() {
    let nodes =
        ["<</Kids[7 0 R]>>", "<</Limits[0 9]/Nums[9 8 0 R]>>", "<</S/P/P 5 0 R>>", "[8 0 R]", "[9 8 0 R]"];
    let cases = [
        // Nothing there yet.
        ("", "/K[ ", "/ParentTree<</Nums[0 ", "/ParentTreeNextKey 3"),
        // A single kid that is no document, a tree in the root, and a next key that is too small.
        (
            "/K 8 0 R/ParentTree<</Nums[9 8 0 R]>>/ParentTreeNextKey 4",
            "/K[8 0 R ",
            "/Nums[9 8 0 R 10 ",
            "/ParentTreeNextKey 13",
        ),
        // A tree of several nodes.
        ("/K[8 0 R]/ParentTree 6 0 R", "/K[8 0 R ", "/Limits[10 12]/Nums[10 ", "/ParentTreeNextKey 13"),
        // Arrays that are objects.
        ("/K 9 0 R/ParentTree<</Nums 10 0 R>>", "[8 0 R ", "[9 8 0 R 10 ", "/ParentTreeNextKey 13"),
    ];
    for (root, kids, numbers, next) in cases {
        let mut builder = tagged(root, "/Tabs/R");
        for node in nodes {
            builder.add(node);
        }
        let tail = appended(&builder.build(), &plan());
        for part in [kids, numbers, next] {
            assert!(tail.contains(part), "{root}: no {part} in {tail}");
        }
        assert!(!tail.contains("/Tabs/S"), "an order that is given is kept");
    }
}

#[test]
fn documents_without_tags_are_left_as_they_are() {
    let untagged = support::pages(2, "").build();
    let tail = appended(&untagged, &plan());
    assert!(!tail.contains("/TU") && !tail.contains("/Tabs") && !tail.contains("/StructParent"));
    let mut builder = tagged("", "");
    builder.trailer = String::new();
    let marked = String::from_utf8_lossy(&builder.build()).replace("/Marked true", "/Marked nil_");
    let tail = appended(marked.replace("nil_", "null").as_bytes(), &plan());
    assert!(!tail.contains("/TU") && !tail.contains("/Tabs"));
}

#[test]
fn an_invisible_field_needs_no_element() {
    let mut plan = plan();
    for signatory in &mut plan.signatories {
        signatory.places.clear();
    }
    let tail = appended(&tagged("", "").build(), &plan);
    assert!(!tail.contains("/StructElem") && !tail.contains("/TU") && !tail.contains("/Type/StructTreeRoot"));
}

#[test]
fn later_acts_leave_the_tree_alone() {
    let ada = appearance("Ada Lovelace");
    let grace = appearance("Grace Hopper");
    let bytes = tagged("", "").build();
    let act = Act::Signatory { field_name: "sig_ada", appearance: &ada };
    let (first, _) = seal(&bytes, &plan(), act).unwrap();
    let act = Act::Signatory { field_name: "sig_grace", appearance: &grace };
    let (second, _) = seal(&first, &plan(), act).unwrap();
    let tail = String::from_utf8_lossy(&second[first.len()..]).into_owned();
    assert!(!tail.contains("/Type/StructTreeRoot") && !tail.contains("/StructElem"));
    assert_eq!(described(&tail).len(), 2, "both places of the second signatory stay described");
}
