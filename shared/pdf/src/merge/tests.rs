#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use super::*;

/// A document from bodies of objects 1 on; the first one is the catalog.
fn document(bodies: &[&str]) -> Vec<u8> {
    let mut merged = Merged::new();
    merged.objects = bodies.iter().map(|body| body.as_bytes().to_vec()).collect();
    merged.write()
}

fn contract(page: &str, field: &str) -> Vec<u8> {
    document(&[
        "<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R/AcroForm<</Fields[5 0 R]/DA(/Helv 0 Tf)>>/Dests<</here[4 0 R/Fit]>>>>",
        "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/MediaBox[0 0 100.50 200]/Rotate 90>>",
        &format!("<</Type/Page/Parent 2 0 R/Marker({page})/Annots[5 0 R 8 0 R]>>"),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>",
        &format!("<</Type/Annot/Subtype/Widget/FT/Tx/T({field})/Rect[0 0 9 9]/P 3 0 R>>"),
        "<</First 7 0 R/Last 7 0 R/Count 1>>",
        "<</Title(Chapter)/Parent 6 0 R/Dest/here>>",
        "<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/A<</S/GoTo/D(here)>>>>",
    ])
}

#[test]
fn pages_come_in_order_with_what_they_inherit() {
    let merged = merge(&[&contract("one", "name"), &contract("two", "name")]).unwrap();
    let document = Document::open(Arc::new(merged.clone()), None, &Limits::default()).unwrap();
    let inspection = crate::inspect(&document).unwrap();
    let sizes: Vec<_> = inspection.pages.iter().map(|page| (page.media_box.right, page.rotate)).collect();
    assert_eq!(sizes, [(100.5, 90), (300.0, 90), (100.5, 90), (300.0, 90)]);
    assert!(inspection.unreadable_objects.is_empty());
    let text = String::from_utf8_lossy(&merged);
    assert!(text.find("(one)").unwrap() < text.find("(two)").unwrap());
    assert!(text.contains("100.50"), "reals keep their spelling");
}

#[test]
fn fields_of_the_same_name_are_renamed_and_stay_on_their_pages() {
    let inputs = [contract("one", "name"), contract("two", "name"), contract("three", "name")];
    let inputs: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
    let document = Document::open(Arc::new(merge(&inputs).unwrap()), None, &Limits::default()).unwrap();
    let inspection = crate::inspect(&document).unwrap();
    let fields: Vec<_> =
        inspection.form_fields.iter().map(|field| (field.name.as_str(), field.page)).collect();
    assert_eq!(fields, [("name", Some(0)), ("name_2", Some(2)), ("name_3", Some(4))]);
}

#[test]
fn named_destinations_lead_to_their_own_document() {
    let merged = merge(&[&contract("one", "a"), &contract("two", "b")]).unwrap();
    let document = Document::open(Arc::new(merged), None, &Limits::default()).unwrap();
    let pages = document.pages().unwrap();
    let catalog = document.catalog().unwrap();
    let items = outline::top_level(&document, catalog.dictionary().unwrap()).unwrap();
    let targets: Vec<u32> = items
        .iter()
        .map(|item| {
            let item = document.object(*item).unwrap();
            let destination =
                item.dictionary().unwrap().get("Dest").unwrap().as_array().unwrap()[0].value.clone();
            destination.as_reference().unwrap().number
        })
        .collect();
    assert_eq!(targets, [pages[1].object.number, pages[3].object.number]);
}

#[test]
fn one_input_is_returned_as_it_is_and_none_is_an_error() {
    let only = contract("one", "a");
    assert_eq!(merge(&[&only]).unwrap(), only);
    assert!(merge(&[]).is_err());
    assert!(matches!(merge(&[&only, b"junk"]), Err(PdfError::NotPdf)));
}

#[test]
fn a_signed_input_is_refused() {
    let signed = document(&[
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R>>",
        "<</FT/Sig/T(s)/V<</Type/Sig/Contents<00>>>>>",
    ]);
    assert!(matches!(merge(&[&contract("one", "a"), &signed]), Err(PdfError::Signed)));
}
