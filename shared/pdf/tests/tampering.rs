//! Changes that no signature allows, each with one beside it that is allowed.

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

use pdf::Change;
use support::{
    open,
    update::{
        AGREED, AMOUNT, AMOUNT_SHOWN, APPROVAL, CATALOG, FORM, NEXT, PAGE, Update, agreed, amount,
        form_document, shown, signature, signed, stream, update, with_range,
    },
};

/// First number free after the signature.
const FREE: usize = NEXT + 1;

fn base() -> Vec<u8> {
    signed(&form_document().build(), "", "")
}

/// The changes after the first signature.
fn changes(bytes: &[u8]) -> Vec<Change> {
    let document = open(bytes);
    let signatures = pdf::signatures(&document).unwrap();
    assert!(signatures[0].coverage.is_whole(), "{:?}", signatures[0].coverage);
    pdf::changes_since(&document, &signatures[0]).unwrap()
}

fn sentences(changes: &[Change], allowed: bool) -> Vec<String> {
    changes.iter().filter(|change| change.allowed == allowed).map(Change::sentence).collect()
}

/// Asserts that an update holds a change that is not allowed, told in these words.
#[track_caller]
fn denied(update: &Update, words: &str) {
    denied_bytes(&update.append(&base()), words);
}

#[track_caller]
fn denied_bytes(bytes: &[u8], words: &str) {
    let found = changes(bytes);
    let forbidden = sentences(&found, false);
    assert!(forbidden.iter().any(|sentence| sentence.contains(words)), "{words}: {found:#?}");
}

/// Asserts that an update holds only changes that are allowed, and tells them.
#[track_caller]
fn allowed(update: &Update, words: &[&str]) {
    let found = changes(&update.append(&base()));
    assert_eq!(sentences(&found, false), Vec::<String>::new());
    assert_eq!(sentences(&found, true), words);
}

fn page(entries: &str) -> String {
    PAGE.replace(">>/Contents", &format!(">>{entries}/Contents"))
}

fn annotated(number: usize) -> String {
    PAGE.replace("17 0 R]>>", &format!("17 0 R {number} 0 R]>>"))
}

fn with_field(number: usize) -> String {
    FORM.replace("17 0 R]", &format!("17 0 R {number} 0 R]"))
}

#[test]
fn identical_copies_and_unused_objects_are_no_changes() {
    allowed(&update().put(3, PAGE.replace("/Parent 2 0 R", " /Parent\n2 0 R")), &[]);
    allowed(&update().put(5, stream("", "BT /F1 12 Tf 50 400 Td (Ada pays 100 EUR to Grace) Tj ET BT /F1 12 Tf 200 300 Td (________) Tj ET")), &[]);
    allowed(&update().put(FREE, "<</JS(app.alert\\(1\\))/S/JavaScript>>"), &[]);
    denied(&update().put(19, "<</Changed true>>"), "an unused object was replaced");
}

#[test]
fn the_catalog_takes_validation_data_and_versions_only() {
    let catalog = |entries: &str| CATALOG.replace("/Pages", &format!("{entries}/Pages"));
    allowed(&update().put(1, catalog("/Version/2.0")), &["a newer version of the format was declared"]);
    allowed(
        &update().put(1, catalog("/Extensions<</ADBE<</BaseVersion/1.7/ExtensionLevel 3>>>>")),
        &["extensions of the format were declared"],
    );
    denied(&update().put(1, catalog("/Version/1.9")), "the version of the format was changed");
    denied(&update().put(1, catalog("/Extensions<</ADBE<</X 5 0 R>>>>")), "Extensions");
    denied(&update().put(1, catalog("/OpenAction<</S/JavaScript/JS(x)>>")), "an action on opening");
    denied(&update().put(1, catalog("/AA<</WC 21 0 R>>")), "an action on opening");
    denied(&update().put(1, catalog("/Names<</JavaScript 21 0 R>>")), "scripts");
    denied(&update().put(1, catalog("/OCProperties<<>>")), "layers");
    denied(&update().put(1, catalog("/Perms<</DocMDP 20 0 R>>")), "permissions");
    denied(&update().put(1, catalog("/Outlines 21 0 R")), "bookmarks");
    denied(&update().put(1, CATALOG.replace("/AcroForm 6 0 R", "")), "the form was changed");
    denied(&update().put(1, CATALOG.replace("2 0 R", "21 0 R")), "the list of pages was replaced");
    let other = Update { trailer: Some("/Root 21 0 R/Info 14 0 R/ID[<AA><CC>]".to_owned()), ..update() };
    denied(&other.put(FREE, CATALOG), "the entry Root of the trailer");
}

#[test]
fn the_trailer_keeps_its_identity() {
    let trailer = |text: &str| Update { trailer: Some(text.to_owned()), ..update() }.put(3, PAGE);
    denied(&trailer("/Root 1 0 R/Info 14 0 R/ID[<DD><CC>]"), "the entry ID of the trailer");
    allowed(&trailer("/Root 1 0 R/Info 14 0 R/ID[<AA><EE>]"), &[]);
    let dated = "<</Title(Contract)/ModDate(D:20270101000000Z)>>";
    allowed(&update().put(14, dated), &["the document information ModDate was changed"]);
    denied(
        &update().put(14, dated.replace("Contract", "Gift")),
        "the document information Title was changed",
    );
}

#[test]
fn pages_and_what_they_show_stay() {
    denied(&update().put(5, stream("", "BT (999 EUR) Tj ET")), "page 1: the content of a page was replaced");
    denied(&update().put(3, PAGE.replace("/Contents 5", "/Contents 16")), "page 1: the content was replaced");
    denied(&update().put(3, PAGE.replace("/F1 7", "/F1 21")), "the fonts or pictures of the page");
    denied(&update().put(3, page("/Rotate 90")), "the size or rotation");
    denied(&update().put(3, page("/AA<</O<</S/JavaScript/JS(x)>>>>")), "a script or an action");
    denied(&update().put(7, "<</Type/Font/Subtype/Type1/BaseFont/Courier>>"), "a font was replaced");
    denied(&update().put(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"), "the list of pages was replaced");
    let pages = "<</Type/Pages/Kids[3 0 R 4 0 R 21 0 R]/Count 3>>";
    denied(&update().put(2, pages).put(FREE, PAGE), "the list of pages was replaced");
    denied(&update().free(16), "an object of the signed document was deleted");
    denied(&update().put(16, "null"), "the content of a page was replaced");
}

#[test]
fn references_left_open_are_not_filled_later() {
    let mut builder = form_document();
    builder.trailer = builder.trailer.clone();
    let prepared =
        String::from_utf8(builder.build()).unwrap().replace("/Contents 16 0 R", "/Contents 30 0 R");
    let bytes = signed(prepared.as_bytes(), "", "");
    let bytes = update().put(30, stream("", "BT (added) Tj ET")).append(&bytes);
    denied_bytes(&bytes, "page 2: the content of a page was added that the signed document refers to");
}

#[test]
fn text_fields_show_what_they_are_filled_with() {
    let filled = "page 1: the field \"amount\" was filled in at 50, 100 pt";
    allowed(&update().put(AMOUNT, amount("200", FREE)).put(FREE, shown("200")), &[filled]);
    // In place, as some writers do.
    allowed(&update().put(AMOUNT, amount("200", AMOUNT_SHOWN)).put(AMOUNT_SHOWN, shown("200")), &[filled]);
    let other = "the field \"amount\" shows something else than its value";
    denied(&update().put(AMOUNT, amount("200", FREE)).put(FREE, shown("900")), other);
    denied(&update().put(AMOUNT, amount("200", AMOUNT_SHOWN)), other);
    let replaced = "the appearance of the field \"amount\" was replaced";
    denied(&update().put(AMOUNT_SHOWN, shown("900")), replaced);
    denied(&update().put(AMOUNT, amount("100", FREE)).put(FREE, shown("900")), replaced);
    let drawing = shown("200").replace("EMC", "").replace("/Tx BMC", "/Im Do");
    let drawing = stream(
        "/Subtype/Form/BBox[0 0 100 20]/Resources<</Font<</Helv 7 0 R>>/XObject<</Im 22 0 R>>>>",
        drawing.split("stream\n").nth(1).unwrap().trim_end_matches("\nend"),
    );
    let image = stream("/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", "x");
    denied(&update().put(AMOUNT, amount("200", FREE)).put(FREE, drawing).put(FREE + 1, image), other);
    let font = shown("200").replace("/Helv 7 0 R", "/Helv 22 0 R");
    let embedded = "<</Type/Font/Subtype/TrueType/BaseFont/Lies/FontDescriptor<</FontFile2 16 0 R>>>>";
    denied(&update().put(AMOUNT, amount("200", FREE)).put(FREE, font).put(FREE + 1, embedded), other);
}

#[test]
fn text_fields_draw_no_letters_and_hide_none() {
    let other = "the field \"amount\" shows something else than its value";
    let with = |drawing: &str| {
        let resources = "/Subtype/Form/BBox[0 0 100 20]/Resources<</Font<</Helv 7 0 R>>>>";
        let text = format!("{drawing} BT /Helv 10 Tf 2 5 Td (200) Tj ET");
        update().put(AMOUNT, amount("200", FREE)).put(FREE, stream(resources, &text))
    };
    allowed(&with("1 g 0 0 100 20 re f 0 g"), &["page 1: the field \"amount\" was filled in at 50, 100 pt"]);
    denied(&with("1 g"), other);
    denied(&with("3 Tr"), other);
    denied(&with(&"0 0 1 1 re f ".repeat(9)), other);
    denied(&with("0 0 m 1 1 2 2 3 3 c S"), other);
    let under_pointer = amount("200", FREE).replace("/AP<<", "/AP<</R 9 0 R");
    denied(&update().put(AMOUNT, under_pointer).put(FREE, shown("200")), other);
}

#[test]
fn what_a_field_hid_stays_hidden() {
    let moved = |text: &str| text.replace("[50 100 150 120]", "[50 395 150 415]");
    let white = stream("/Subtype/Form/BBox[0 0 100 20]/Resources<<>>", "1 g 0 0 100 20 re f");
    let document = String::from_utf8(form_document().build()).unwrap();
    let clear = signed(moved(&document).as_bytes(), "", "");
    let covering = shown("200").replace("/Tx BMC", "1 g 0 0 100 20 re f 0 g /Tx BMC");
    let covering = covering.replace("/Length", "/Was");
    let filled = update().put(AMOUNT, moved(&amount("200", FREE)));
    let covers = "the field \"amount\" covers text that was visible when signed";
    denied_bytes(&filled.clone().put(FREE, covering).append(&clear), covers);
    let mut prepared = form_document();
    prepared.replace(AMOUNT, moved(&amount("", AMOUNT_SHOWN)));
    prepared.replace(AMOUNT_SHOWN, white);
    let hidden = signed(&prepared.build(), "", "");
    let shows = "the field \"amount\" shows text that it hid when signed";
    denied_bytes(&filled.put(FREE, shown("200")).append(&hidden), shows);
}

#[test]
fn fields_keep_their_place_and_their_kind() {
    let moved = amount("100", AMOUNT_SHOWN).replace("[50 100", "[50 300");
    denied(&update().put(AMOUNT, moved), "the entry Rect of the field \"amount\"");
    let scripted = amount("100", AMOUNT_SHOWN).replace("/F 4", "/F 4/AA<</K<</S/JavaScript/JS(x)>>>>");
    denied(&update().put(AMOUNT, scripted), "a script or an action was added to the field \"amount\"");
    let hidden = amount("100", AMOUNT_SHOWN).replace("/F 4", "/F 6");
    denied(&update().put(AMOUNT, hidden), "the entry F of the field \"amount\"");
    let renamed = amount("100", AMOUNT_SHOWN).replace("(amount)", "(total)");
    denied(&update().put(AMOUNT, renamed), "the entry T of the field \"amount\"");
    allowed(&update().put(AMOUNT, amount("100", AMOUNT_SHOWN).replace("/F 4", "/F 132/Ff 1")), &[]);
}

#[test]
fn check_boxes_take_states_they_have() {
    allowed(
        &update().put(AGREED, agreed("Yes")),
        &["page 1: the field \"agreed\" was filled in at 50, 150 pt"],
    );
    denied(&update().put(AGREED, agreed("Maybe")), "shows something else");
    denied(&update().put(AGREED, agreed("Yes").replace("/AS/Yes", "/AS/Off")), "shows something else");
    denied(&update().put(AGREED, agreed("Off").replace("/AS/Off", "/AS/Yes")), "was replaced");
    let drawn = agreed("Yes").replace("/Yes 11", "/Yes 21");
    denied(&update().put(AGREED, drawn).put(FREE, shown("1,000,000 EUR")), "shows something else");
    denied(&update().put(11, shown("no")), "the appearance of the field \"agreed\" was replaced");
}

#[test]
fn an_appearance_that_pages_use_as_well_is_not_replaced() {
    let field = "<</Type/Annot/Subtype/Widget/FT/Tx/T(other)/Rect[50 60 150 80]/F 4/DA(/Helv 10 Tf 0 g)/V(all)/AP<</N 18 0 R>>>>";
    denied(
        &update().put(17, field).put(18, shown("all")),
        "an object was changed that the document also uses as a picture or a drawing",
    );
}

#[test]
fn the_form_only_grows_by_signature_fields() {
    let field = "<</Type/Annot/Subtype/Widget/FT/Tx/T(new)/Rect[0 0 0 0]/V(x)>>";
    denied(&update().put(6, with_field(FREE)).put(FREE, field), "the form field \"new\" was added");
    denied(&update().put(6, FORM.replace("8 0 R ", "")), "the field \"amount\" was removed");
    denied(&update().put(6, FORM.replace("/DA", "/XFA 21 0 R/DA")), "the entry XFA of the form");
    denied(&update().put(6, FORM.replace("/DA", "/CO[8 0 R]/DA")), "the entry CO of the form");
    denied(&update().put(6, FORM.replace("/Helv 7", "/Helv 21")), "the entry DR of the form");
    let needed = FORM.replace("/DA", "/NeedAppearances true/DA");
    allowed(&update().put(6, needed.as_str()), &["the entry NeedAppearances of the form was changed"]);
    let double = "<</Type/Annot/Subtype/Widget/FT/Sig/T(approval)/Rect[0 0 0 0]>>";
    denied(&update().put(6, with_field(FREE)).put(FREE, double), "the form field \"approval\" was added");
}

#[test]
fn a_prepared_mismatch_is_not_brought_to_light() {
    // The stored appearance shows 100, and the value is another one: readers would draw that.
    let prepared = String::from_utf8(form_document().build()).unwrap().replace("/V(100)", "/V(999)");
    let bytes = signed(prepared.as_bytes(), "", "");
    let needed = FORM.replace("/DA", "/NeedAppearances true/DA");
    denied_bytes(&update().put(6, needed).append(&bytes), "the field \"amount\" shows something else");
}

fn new_field(rect: &str, entries: &str) -> String {
    format!("<</Type/Annot/Subtype/Widget/FT/Sig/T(later)/Rect[{rect}]/F 132/P 3 0 R{entries}>>")
}

fn with_new_field(field: String) -> Update {
    update().put(6, with_field(FREE)).put(3, annotated(FREE)).put(FREE, field)
}

#[test]
fn new_signature_fields_hide_nothing() {
    let filled = stream("/Subtype/Form/BBox[0 0 10 10]", "1 g 0 0 10 10 re f");
    let framed = stream("/Subtype/Form/BBox[0 0 10 10]", "0 0 10 10 re S");
    let field = |rect: &str| with_new_field(new_field(rect, "/AP<</N 22 0 R>>"));
    let covers = "page 1: the field \"later\" covers text that was visible when signed";
    denied(&field("40 390 200 420").put(FREE + 1, filled.as_str()), covers);
    let told = |place: &str| format!("page 1: the signature field \"later\" was added at {place} pt");
    allowed(&field("40 390 200 420").put(FREE + 1, framed), &[&told("40, 390")]);
    allowed(&field("40 10 200 50").put(FREE + 1, filled.as_str()), &[&told("40, 10")]);
    // A line to sign on is no text.
    allowed(&field("190 290 300 320").put(FREE + 1, filled.as_str()), &[&told("190, 290")]);
    let image = stream("/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", "x");
    let picture = "/Subtype/Form/BBox[0 0 10 10]/Resources<</XObject<</Im 23 0 R>>>>";
    let picture = stream(picture, "q 10 0 0 10 0 0 cm /Im Do Q");
    denied(&field("40 390 200 420").put(FREE + 1, picture).put(FREE + 2, image), covers);
    // An empty field says nothing yet.
    denied(
        &field("40 10 200 50").put(FREE + 1, shown("Ada pays 1,000,000 EUR")),
        "the form field \"later\" was added",
    );
    let child = new_field("0 0 0 0", "/Parent 13 0 R");
    denied(&with_new_field(child), "the form field \"later\" was added");
    let scripted = new_field("0 0 0 0", "/AA<</E<</S/JavaScript/JS(x)>>>>");
    denied(&with_new_field(scripted), "the form field \"later\" was added");
}

#[test]
fn new_signatures_are_allowed_and_old_ones_stay() {
    let signed_field = with_new_field(new_field("0 0 0 0", "/V 22 0 R")).put(FREE + 1, signature(""));
    let bytes = with_range(signed_field.append(&base()));
    assert_eq!(
        sentences(&changes(&bytes), true),
        ["page 1: the signature field \"later\" was added and signed"]
    );
    assert!(sentences(&changes(&bytes), false).is_empty());
    // The value is a signature that was there before.
    let copied = with_new_field(new_field("0 0 0 0", "/V 20 0 R"));
    denied(&copied, "the form field \"later\" was added");
    let altered = "the signature in the field \"first\" was changed";
    denied(
        &update().put(NEXT, signature("/Reason(other)").replace("1111111111 2222222222 3333333333", "1 2 3")),
        altered,
    );
    let cleared = "<</Type/Annot/Subtype/Widget/FT/Sig/T(first)/Rect[0 0 0 0]/F 132/P 3 0 R>>";
    denied(&update().put(15, cleared), altered);
    let repainted = format!(
        "<</Type/Annot/Subtype/Widget/FT/Sig/T(first)/Rect[0 0 0 0]/F 132/P 3 0 R/V {NEXT} 0 R/AP<</N 18 0 R>>>>"
    );
    denied(&update().put(15, repainted), altered);
    let unsigned =
        "<</Type/Annot/Subtype/Widget/FT/Sig/T(approval)/Rect[200 290 300 330]/F 4/P 3 0 R/AP<</N 11 0 R>>>>";
    denied(&update().put(APPROVAL, unsigned), "the appearance of the field \"approval\" was replaced");
}
