//! What certifications and locks allow after them.

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

use pdf::{Change, ModificationLevel};
use support::{
    open,
    update::{
        AMOUNT, CATALOG, FORM, NEXT, PAGE, Update, amount, form_document, shown, signature, signed, stream,
        update, with_range,
    },
};

const FREE: usize = NEXT + 1;

fn transform(method: &str, parameters: &str) -> String {
    format!("/Reference[<</TransformMethod/{method}/TransformParams<<{parameters}>>>>]")
}

fn changes(bytes: &[u8]) -> Vec<Change> {
    let document = open(bytes);
    let signatures = pdf::signatures(&document).unwrap();
    pdf::changes_since(&document, &signatures[0]).unwrap()
}

fn fill() -> Update {
    update().put(AMOUNT, amount("200", FREE)).put(FREE, shown("200"))
}

fn annotate(entries: &str) -> Update {
    update()
        .put(3, PAGE.replace("17 0 R]>>", &format!("17 0 R {FREE} 0 R]>>")))
        .put(FREE, format!("<</Type/Annot/Rect[50 395 90 415]/Contents(x){entries}>>"))
}

fn validation_data() -> Update {
    let store = format!("<</Type/DSS/Certs[{} 0 R]>>", FREE + 1);
    update()
        .put(1, CATALOG.replace("/Pages", &format!("/DSS {FREE} 0 R/Pages")))
        .put(FREE, store)
        .put(FREE + 1, stream("", "0"))
}

/// A new field without a place, signed by a dictionary of this type.
fn new_signature(kind: &str) -> Update {
    let field = format!(
        "<</Type/Annot/Subtype/Widget/FT/Sig/T(new)/Rect[0 0 0 0]/F 132/P 3 0 R/V {} 0 R>>",
        FREE + 1
    );
    update()
        .put(6, FORM.replace("17 0 R]", &format!("17 0 R {FREE} 0 R]")))
        .put(3, PAGE.replace("17 0 R]>>", &format!("17 0 R {FREE} 0 R]>>")))
        .put(FREE, field)
        .put(FREE + 1, signature("").replace("/Type/Sig", kind))
}

fn new_visible() -> Update {
    let mut update = new_signature("/Type/Sig");
    for (_, body) in &mut update.objects {
        *body = body.replace("/Rect[0 0 0 0]", "/Rect[10 10 60 30]");
    }
    update
}

/// Whether an update of a document with this signature is allowed as a whole.
fn is_allowed(reference: &str, lock: &str, update: &Update) -> bool {
    let bytes = update.append(&signed(&form_document().build(), reference, lock));
    let bytes =
        if String::from_utf8_lossy(&bytes).contains("1111111111") { with_range(bytes) } else { bytes };
    let found = changes(&bytes);
    assert!(!found.is_empty());
    found.iter().all(|change| change.allowed)
}

#[test]
fn each_permission_allows_its_changes() {
    let highlight = annotate("/Subtype/Highlight");
    let updates = [
        validation_data(),
        new_signature("/Type/DocTimeStamp"),
        fill(),
        new_signature("/Type/Sig"),
        new_visible(),
        highlight,
    ];
    let allowed = |reference: &str| updates.each_ref().map(|update| is_allowed(reference, "", update));
    assert_eq!(allowed(""), [true, true, true, true, true, false]);
    assert_eq!(allowed(&transform("DocMDP", "/P 1")), [true, true, false, false, false, false]);
    assert_eq!(allowed(&transform("DocMDP", "/P 2")), [true, true, true, true, false, false]);
    assert_eq!(allowed(&transform("DocMDP", "/P 3")), [true, true, true, true, false, true]);
    // A permission nobody knows permits nothing.
    assert_eq!(allowed(&transform("DocMDP", "/P 7")), [true, true, false, false, false, false]);
}

#[test]
fn locks_hold_for_the_fields_they_name() {
    let allowed = |reference: &str, lock: &str| is_allowed(reference, lock, &fill());
    assert!(!allowed(&transform("FieldMDP", "/Action/All"), ""));
    assert!(!allowed(&transform("FieldMDP", "/Action/Include/Fields[(amount)]"), ""));
    assert!(allowed(&transform("FieldMDP", "/Action/Include/Fields[(other)]"), ""));
    assert!(!allowed(&transform("FieldMDP", "/Action/Exclude/Fields[(other)]"), ""));
    assert!(allowed(&transform("FieldMDP", "/Action/Exclude/Fields[(amount)]"), ""));
    assert!(!allowed("", "/Lock<</Action/Include/Fields[(amount)]>>"));
    assert!(allowed("", "/Lock<</Action/Include/Fields[(agreed)]>>"));
    assert!(!allowed("", "/Lock<</Action/Include/Fields[(agreed)]/P 1>>"));
    // Time-stamps and validation data come after every lock.
    assert!(is_allowed("", "/Lock<</Action/All/P 1>>", &new_signature("/Type/DocTimeStamp")));
    assert!(is_allowed("", "/Lock<</Action/All/P 1>>", &validation_data()));
    assert!(!is_allowed("", "/Lock<</Action/All>>", &new_signature("/Type/Sig")));
}

#[test]
fn a_refusal_names_the_signature_behind_it() {
    let bytes = fill().append(&signed(&form_document().build(), &transform("DocMDP", "/P 1"), ""));
    let found = changes(&bytes);
    assert_eq!(found[0].forbidden_by.as_deref(), Some("first"));
    assert_eq!(found[0].level, ModificationLevel::FormFilling);
    assert!(found[0].sentence().ends_with("the signature in field \"first\" does not allow it"));
}

#[test]
fn a_later_lock_holds_from_then_on() {
    let locking = new_signature("/Type/Sig");
    let mut update = locking.clone();
    update.objects.last_mut().unwrap().1 = signature(&transform("FieldMDP", "/Action/All"));
    let locked = with_range(update.append(&signed(&form_document().build(), "", "")));
    assert!(changes(&locked).iter().all(|change| change.allowed));
    let later = Update { objects: Vec::new(), ..fill() }
        .put(AMOUNT, amount("200", FREE + 2))
        .put(FREE + 2, shown("200"));
    let found = changes(&later.append(&locked));
    let filled = found.iter().find(|change| change.field.as_deref() == Some("amount")).unwrap();
    assert_eq!((filled.allowed, filled.forbidden_by.as_deref()), (false, Some("new")));
}

#[test]
fn annotations_that_show_text_of_their_own_are_never_allowed() {
    let certified = transform("DocMDP", "/P 3");
    for subtype in ["Highlight", "Underline", "StrikeOut", "Text", "Ink", "Popup"] {
        assert!(is_allowed(&certified, "", &annotate(&format!("/Subtype/{subtype}"))), "{subtype}");
    }
    for subtype in
        ["FreeText", "Stamp", "Redact", "Square", "Watermark", "Link", "FileAttachment", "Widget", "Screen"]
    {
        assert!(!is_allowed(&certified, "", &annotate(&format!("/Subtype/{subtype}"))), "{subtype}");
    }
    assert!(!is_allowed(&certified, "", &annotate("/Subtype/Text/A<</S/JavaScript/JS(x)>>")));
    let hiding = annotate("/Subtype/Highlight/AP<</N 22 0 R>>");
    let filled = stream("/Subtype/Form/BBox[0 0 10 10]", "1 g 0 0 10 10 re f");
    assert!(!is_allowed(&certified, "", &hiding.clone().put(FREE + 1, filled)));
    let sheer = "/Subtype/Form/BBox[0 0 10 10]/Resources<</ExtGState<</G<</BM/Multiply/ca 0.4>>>>>>";
    assert!(is_allowed(&certified, "", &hiding.put(FREE + 1, stream(sheer, "/G gs 0 0 10 10 re f"))));
}

#[test]
fn annotations_are_not_taken_away() {
    let certified = signed(&form_document().build(), &transform("DocMDP", "/P 3"), "");
    let annotated = annotate("/Subtype/Highlight").append(&certified);
    assert!(changes(&annotated).iter().all(|change| change.allowed));
    let removed = changes(&update().put(3, PAGE).append(&annotated));
    assert!(removed.iter().any(|change| !change.allowed && change.sentence().contains("was removed")));
}

#[test]
fn the_security_store_holds_streams_and_nothing_else() {
    let with = |store: &str| {
        let bytes = update()
            .put(1, CATALOG.replace("/Pages", &format!("/DSS {store}/Pages")))
            .put(FREE, stream("", "0"))
            .append(&signed(&form_document().build(), &transform("DocMDP", "/P 1"), ""));
        changes(&bytes).iter().all(|change| change.allowed)
    };
    assert!(with("<</Certs[21 0 R]/CRLs[21 0 R]/OCSPs[]>>"));
    let key = "0123456789ABCDEF0123456789ABCDEF01234567";
    assert!(with(&format!("<</VRI<</{key}<</Cert[21 0 R]/TU(D:20260101)/TS 21 0 R>>>>>>")));
    assert!(!with("<</Certs[3 0 R]>>"));
    assert!(!with("<</Certs[21 0 R]/Fonts[21 0 R]>>"));
    assert!(!with("<</VRI<</Short<</Cert[21 0 R]>>>>>>"));
    assert!(!with("21 0 R"));
    // What is there stays.
    let first = validation_data().append(&signed(&form_document().build(), "", ""));
    let found = changes(&update().put(FREE + 1, stream("", "1")).append(&first));
    assert!(found.iter().any(|change| !change.allowed && change.sentence().contains("changed unduly")));
    let dropped = changes(&update().put(1, CATALOG).append(&first));
    assert!(dropped.iter().any(|change| !change.allowed));
}

#[test]
fn metadata_is_xmp() {
    let with = |entries: &str, data: &str| {
        let bytes = update()
            .put(1, CATALOG.replace("/Pages", &format!("/Metadata {FREE} 0 R/Pages")))
            .put(FREE, stream(entries, data))
            .append(&signed(&form_document().build(), &transform("DocMDP", "/P 1"), ""));
        changes(&bytes).iter().all(|change| change.allowed)
    };
    let xmp = "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>";
    assert!(with("/Type/Metadata/Subtype/XML", xmp));
    assert!(!with("/Type/XObject/Subtype/Form", xmp));
    assert!(!with("/Type/Metadata/Subtype/XML", "hello"));
    assert!(!with("/Type/Metadata/Subtype/XML", &format!("<!DOCTYPE x [<!ENTITY y 'z'>]>{xmp}")));
}
