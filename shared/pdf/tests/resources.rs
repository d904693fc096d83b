//! What later writers change in a form and in the trailer without showing anything else, and where that ends.

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

use pdf::{Act, Change};
use support::{
    open,
    update::{FORM, NEXT, PAGE, Update, form_document, signed, update},
};

const FREE: usize = NEXT + 1;
const HELVETICA: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";
const SYMBOLS: &str = "<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats>>";
const FIRST_DA: &str = "/DA(/Helv 10 Tf 0 g)";

/// Numbers of the resources and of their fonts, where they are objects.
const RESOURCES: usize = 19;
const FONTS: usize = 16;

/// The form document with resources that are objects of their own.
fn separate() -> support::Builder {
    let mut builder = form_document();
    builder.replace(4, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 500]>>");
    builder.replace(6, FORM.replace("/DR<</Font<</Helv 7 0 R>>>>", "/DR 19 0 R"));
    builder.replace(RESOURCES, "<</Font 16 0 R>>");
    builder.replace(FONTS, "<</Helv 7 0 R>>");
    builder
}

fn changes(bytes: &[u8]) -> Vec<Change> {
    let document = open(bytes);
    let signatures = pdf::signatures(&document).unwrap();
    pdf::changes_since(&document, &signatures[0]).unwrap()
}

#[track_caller]
fn denied(base: &support::Builder, update: &Update, words: &str) {
    let found = changes(&update.append(&signed(&base.build(), "", "")));
    let told = found.iter().any(|change| !change.allowed && change.sentence().contains(words));
    assert!(told, "{words}: {found:#?}");
}

#[track_caller]
fn allowed(base: &support::Builder, update: &Update, words: &[&str]) {
    let found = changes(&update.append(&signed(&base.build(), "", "")));
    assert!(found.iter().all(|change| change.allowed), "{found:#?}");
    assert_eq!(found.iter().map(Change::sentence).collect::<Vec<_>>(), words);
}

const CHANGED: &str = "the entry DR of the form was changed";

#[test]
fn resources_gain_names() {
    let base = separate();
    let symbols = || update().put(FREE, SYMBOLS);
    allowed(&base, &symbols().put(FONTS, "<</Helv 7 0 R/ZaDb 21 0 R>>"), &[CHANGED]);
    allowed(&base, &symbols().put(RESOURCES, "<</Font<</Helv 7 0 R/ZaDb 21 0 R>>>>"), &[CHANGED]);
    allowed(&base, &update().put(RESOURCES, "<</Font 16 0 R/Encoding<<>>/ProcSet[/PDF]>>"), &[CHANGED]);
    let direct = FORM.replace("/Helv 7 0 R", "/Helv 7 0 R/ZaDb 21 0 R");
    allowed(&form_document(), &symbols().put(6, direct), &[CHANGED]);
    let copy = update().put(FREE, HELVETICA).put(FONTS, "<</Helv 21 0 R>>");
    allowed(&base, &copy, &[CHANGED]);
}

#[test]
fn what_has_a_name_in_the_resources_keeps_it() {
    let base = separate();
    let symbols = || update().put(FREE, SYMBOLS);
    denied(&base, &symbols().put(FONTS, "<</Helv 21 0 R>>"), CHANGED);
    denied(&base, &symbols().put(FONTS, "<</ZaDb 21 0 R>>"), CHANGED);
    denied(&base, &symbols().put(FONTS, "<</Helv 7 0 R/Helv 21 0 R>>"), CHANGED);
    denied(&base, &symbols().put(RESOURCES, "<</Font 16 0 R/Font<</Helv 21 0 R>>>>"), CHANGED);
    denied(&base, &update().put(FONTS, "[]"), CHANGED);
    denied(&base, &update().put(RESOURCES, "<<>>"), CHANGED);
    denied(&base, &update().put(7, SYMBOLS), "was replaced");
    let mut coded = separate();
    coded.replace(RESOURCES, "<</Font 16 0 R/Encoding<</Own<</Differences[65/B]>>>>>>");
    let other = "<</Font 16 0 R/Encoding<</Own<</Differences[65/C]>>>>>>";
    denied(&coded, &update().put(RESOURCES, other), CHANGED);
}

#[test]
fn a_font_is_a_font_by_any_name() {
    let mut base = separate();
    base.replace(FONTS, "<</Font 8 0 R/Helv 7 0 R>>");
    base.replace(RESOURCES, "<</Font 16 0 R/XObject<</Font 9 0 R>>>>");
    denied(&base, &update().put(7, SYMBOLS), "was replaced");
    base.replace(8, HELVETICA);
    base.replace(6, FORM.replace("8 0 R ", "").replace("/DR<</Font<</Helv 7 0 R>>>>", "/DR 19 0 R"));
    base.replace(3, PAGE.replace("8 0 R ", ""));
    denied(&base, &update().put(8, SYMBOLS), "was replaced");
}

#[test]
fn resources_that_a_page_uses_as_well_stay() {
    let mut base = separate();
    let (from, to) = (PAGE.find("/Resources").unwrap(), PAGE.find("/Contents").unwrap());
    base.replace(3, format!("{}/Resources 19 0 R{}", &PAGE[..from], &PAGE[to..]));
    let gained = "<</Font<</Helv 7 0 R/F1 21 0 R>>>>";
    denied(&base, &update().put(FREE, SYMBOLS).put(RESOURCES, gained), "was changed");
}

#[test]
fn another_default_appearance_shows_nothing_until_appearances_are_made_anew() {
    let entry = "the entry DA of the form was changed";
    let with = |text: &str| update().put(6, FORM.replace(FIRST_DA, text));
    allowed(&form_document(), &with("/DA(/Helv 0 Tf 0 g)"), &[entry]);
    allowed(&form_document(), &with(""), &[entry]);
    denied(&form_document(), &with("/DA 5"), entry);
    denied(&form_document(), &with("/DA(/Helv 0 Tf 1 g)/NeedAppearances true"), entry);
}

#[test]
fn nobody_needs_to_make_appearances_any_more() {
    let mut base = form_document();
    base.replace(6, FORM.replace("/DA", "/NeedAppearances true/DA"));
    allowed(&base, &update().put(6, FORM), &[]);
    allowed(&base, &update().put(6, FORM.replace("/DA", "/NeedAppearances false/DA")), &[]);
}

#[test]
fn an_identifier_stays_where_it_is_a_part_of_the_key() {
    // The key of AES-256 does not come from the identifier, so that the file opens with any.
    let plain = form_document().build();
    let encrypted = support::qpdf(&plain, &["--encrypt", "", "owner", "256", "--"]);
    let Some(encrypted) = encrypted else { return };
    let (ada, layout) = (support::appearance("Ada Lovelace"), support::plan());
    for (file, is_encrypted) in [(plain, false), (encrypted, true)] {
        let act = Act::Signatory { field_name: "sig_ada", appearance: &ada };
        let sealed = support::seal(&file, &layout, act).unwrap().0;
        let grace = support::appearance("Grace Hopper");
        let act = Act::Signatory { field_name: "sig_grace", appearance: &grace };
        let mut twice = support::seal(&sealed, &layout, act).unwrap().0;
        assert!(changes(&twice).iter().all(|change| change.allowed));
        let at = memchr::memmem::rfind(&twice, b"/ID").unwrap();
        let digit = at + twice[at..].iter().position(|byte| *byte == b'<').unwrap() + 1;
        twice[digit] = if twice[digit] == b'0' { b'1' } else { b'0' };
        let found = changes(&twice);
        let told = found.iter().any(|change| change.sentence().contains("the entry ID of the trailer"));
        assert_eq!(told, is_encrypted, "{found:#?}");
    }
}
