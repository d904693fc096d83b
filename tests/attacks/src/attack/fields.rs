//! Form fields: values, pictures, and what decides how they look and behave.

use super::{Attack, Shows};
use crate::{
    base::{self, number, text_at},
    carrier::Carrier,
    sign::appended,
};

const FAMILY: &str = "fields";

pub(super) fn attacks() -> Vec<Attack> {
    let mut attacks = vec![
        Attack::new(FAMILY, "value with its picture, where forms are closed", Shows::Picture, |c| {
            if c.forms {
                return None;
            }
            filled(c, "900 EUR")
        }),
        Attack::new(FAMILY, "box ticked, where forms are closed", Shows::Picture, |c| {
            if c.forms || !c.prepared {
                return None;
            }
            let ticked = c.view.with(number::CHECKBOX, &[("V", "/Yes"), ("AS", "/Yes")])?;
            Some(c.view.update().put(number::CHECKBOX, ticked).finish())
        }),
        Attack::new(FAMILY, "value without its picture", Shows::Bytes, |c| {
            field(c, number::FIELD, &[("V", "(900 EUR)")])
        }),
        Attack::new(FAMILY, "value removed, picture kept", Shows::Bytes, |c| {
            field(c, number::FIELD, &[("V", "")])
        }),
        Attack::new(FAMILY, "picture without the value", Shows::Picture, |c| {
            c.prepared.then_some(())?;
            let content = format!("/Tx BMC q {} Q EMC", text_at(2, 7, "900 EUR"));
            Some(c.view.update().put(number::FIELD_APPEARANCE, base::appearance(200, 24, &content)).finish())
        }),
        Attack::new(FAMILY, "picture in another object, value kept", Shows::Picture, |c| {
            c.prepared.then_some(())?;
            let mut update = c.view.update();
            let content = format!("/Tx BMC q {} Q EMC", text_at(2, 7, "900 EUR"));
            let shown = update.add(base::appearance(200, 24, &content));
            let entries = format!("<< /N {shown} 0 R >>");
            Some(update.put(number::FIELD, c.view.with(number::FIELD, &[("AP", &entries)])?).finish())
        }),
        Attack::new(FAMILY, "picture is the page's content", Shows::Bytes, |c| {
            field(c, number::FIELD, &[("V", "(200 EUR)"), ("AP", "<< /N 18 0 R >>")])
        }),
        Attack::new(FAMILY, "rich value", Shows::Bytes, |c| {
            field(c, number::FIELD, &[("RV", "(<body><p>900 EUR</p></body>)"), ("Ff", "33554432")])
        }),
        Attack::new(FAMILY, "box ticked, value kept", Shows::Picture, |c| {
            field(c, number::CHECKBOX, &[("AS", "/Yes")])
        }),
        Attack::new(FAMILY, "value ticked, box kept", Shows::Bytes, |c| {
            field(c, number::CHECKBOX, &[("V", "/Yes")])
        }),
        Attack::new(FAMILY, "pictures of the box exchanged", Shows::Picture, |c| {
            field(c, number::CHECKBOX, &[("AP", "<< /N << /Yes 15 0 R /Off 14 0 R >> >>")])
        }),
        Attack::new(FAMILY, "field added", Shows::Picture, |c| {
            c.prepared.then_some(())?;
            let page = *c.view.pages.first()?;
            let form = c.view.form()?;
            let mut update = c.view.update();
            let shown = update.add(base::appearance(200, 24, &text_at(2, 7, "and 900 EUR")));
            let field = update.add(format!(
                "<< /Type /Annot /Subtype /Widget /FT /Tx /T (more) /V (and 900 EUR) /F 4 /P {page} 0 R \
                 /Rect [ 72 400 272 424 ] /AP << /N {shown} 0 R >> >>"
            ));
            let fields = appended(&c.view.references(form, "Fields"), field);
            let annotations = appended(&c.view.references(page, "Annots"), field);
            Some(
                update
                    .put(form, c.view.with(form, &[("Fields", &fields)])?)
                    .put(page, c.view.with(page, &[("Annots", &annotations)])?)
                    .finish(),
            )
        }),
        Attack::new(FAMILY, "field of the same name", Shows::Bytes, |c| {
            c.prepared.then_some(())?;
            let form = c.view.form()?;
            let mut update = c.view.update();
            let field = update.add("<< /FT /Tx /T (total) /V (900 EUR) >>");
            let fields = appended(&c.view.references(form, "Fields"), field);
            Some(update.put(form, c.view.with(form, &[("Fields", &fields)])?).finish())
        }),
        Attack::new(FAMILY, "the viewer draws a value that was never shown", Shows::Picture, |c| {
            // The value lay in the signed file, below a picture of another.
            let form = c.view.form()?;
            c.prepared.then_some(())?;
            Some(c.view.update().put(form, c.view.with(form, &[("NeedAppearances", "true")])?).finish())
        }),
        Attack::new(FAMILY, "picture of a value that was never shown", Shows::Picture, |c| {
            c.prepared.then_some(())?;
            let content = format!("/Tx BMC q {} Q EMC", text_at(2, 7, "9000000 EUR"));
            Some(c.view.update().put(29, base::appearance(200, 24, &content)).finish())
        }),
        Attack::new(FAMILY, "picture when pointed at", Shows::Bytes, |c| {
            c.prepared.then_some(())?;
            let mut update = c.view.update();
            let shown = update.add(base::appearance(200, 24, &text_at(2, 7, "900 EUR")));
            let entries = format!("<< /N 12 0 R /R {shown} 0 R /D {shown} 0 R >>");
            Some(update.put(number::FIELD, c.view.with(number::FIELD, &[("AP", &entries)])?).finish())
        }),
        Attack::new(FAMILY, "value right, in a font of other shapes", Shows::Picture, |c| {
            let font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Type /Encoding \
                        /BaseEncoding /WinAnsiEncoding /Differences [ 50 /nine ] >> >>";
            drawn(c, font, &text_at(2, 7, "200 EUR"), "[ 0 0 200 24 ]")
        }),
        Attack::new(FAMILY, "value right, in a font of drawn shapes", Shows::Picture, |c| {
            let font = "<< /Type /Font /Subtype /Type3 /FontBBox [ 0 0 1000 1000 ] /FontMatrix [ 0.001 0 0 0.001 0 0 ] \
                        /FirstChar 32 /LastChar 32 /Widths [ 500 ] /Encoding << /Differences [ 32 /space ] >> \
                        /CharProcs << >> >>";
            drawn(c, font, &text_at(2, 7, "200 EUR"), "[ 0 0 200 24 ]")
        }),
        Attack::new(FAMILY, "value right, never painted", Shows::Picture, |c| {
            let hidden = format!("3 Tr {} 0 Tr 0 0 150 20 re f", text_at(2, 7, "200 EUR"));
            drawn(c, HELVETICA, &hidden, "[ 0 0 200 24 ]")
        }),
        Attack::new(FAMILY, "value right, outside of its box", Shows::Picture, |c| {
            let outside = text_at(2, 300, "200 EUR") + "0 0 150 20 re f";
            drawn(c, HELVETICA, &outside, "[ 0 0 200 24 ]")
        }),
        Attack::new(FAMILY, "value right, too small to see", Shows::Picture, |c| {
            let small = "BT /F1 0.01 Tf 2 7 Td (200 EUR) Tj ET 0 0 150 20 re f".to_owned();
            drawn(c, HELVETICA, &small, "[ 0 0 200 24 ]")
        }),
        Attack::new(FAMILY, "value right, painted over", Shows::Picture, |c| {
            let covered = text_at(2, 7, "200 EUR") + "0 0 200 24 re f";
            drawn(c, HELVETICA, &covered, "[ 0 0 200 24 ]")
        }),
        Attack::new(FAMILY, "value right, and more", Shows::Picture, |c| {
            drawn(c, HELVETICA, &text_at(2, 7, "200 EUR 00"), "[ 0 0 200 24 ]")
        }),
        Attack::new(FAMILY, "value right, in marked content that is off", Shows::Picture, |c| {
            let off = format!("/Span << /ActualText (200 EUR) >> BDC {} EMC", text_at(2, 7, "900 EUR"));
            drawn(c, HELVETICA, &off, "[ 0 0 200 24 ]")
        }),
        Attack::new(FAMILY, "field removed from the form", Shows::Bytes, |c| {
            c.prepared.then_some(())?;
            let form = c.view.form()?;
            let kept: Vec<String> = c
                .view
                .references(form, "Fields")
                .iter()
                .filter(|it| **it != number::FIELD)
                .map(|it| format!("{it} 0 R"))
                .collect();
            let kept = format!("[ {} ]", kept.join(" "));
            Some(c.view.update().put(form, c.view.with(form, &[("Fields", &kept)])?).finish())
        }),
        Attack::new(FAMILY, "field freed", Shows::Bytes, |c| {
            c.prepared.then_some(())?;
            Some(c.view.update().entry(number::FIELD, crate::update::Entry::Free(1)).finish())
        }),
        Attack::new(FAMILY, "order of calculation added", Shows::Bytes, |c| form(c, "CO", "[ 11 0 R ]")),
        Attack::new(FAMILY, "XFA added", Shows::Bytes, |c| {
            let mut update = c.view.update();
            let xfa = update.add(base::stream("", b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>"));
            let form = c.view.form()?;
            let reference = format!("{xfa} 0 R");
            Some(update.put(form, c.view.with(form, &[("XFA", &reference)])?).finish())
        }),
        Attack::new(FAMILY, "form in another object", Shows::Bytes, |c| {
            let form = c.view.form()?;
            let mut update = c.view.update();
            let other = update.add(c.view.with(form, &[("NeedAppearances", "true")])?);
            let reference = format!("{other} 0 R");
            Some(update.put(c.view.root, c.view.with(c.view.root, &[("AcroForm", &reference)])?).finish())
        }),
        Attack::new(FAMILY, "flags of signatures taken back", Shows::Bytes, |c| form(c, "SigFlags", "0")),
        Attack::new(FAMILY, "quadding of the form", Shows::Bytes, |c| form(c, "Q", "2")),
    ];
    for (key, value) in [
        ("Ff", "8192"),
        ("MaxLen", "3"),
        ("DA", "(/F1 1 Tf 1 g)"),
        ("Q", "2"),
        ("T", "(other)"),
        ("TU", "(Total in cents)"),
        ("TM", "(mapped)"),
        ("DV", "(900 EUR)"),
        ("Rect", "[ 72 300 272 324 ]"),
        ("F", "2"),
        ("MK", "<< /BG [ 0 0 0 ] >>"),
        ("BS", "<< /W 20 >>"),
        ("Border", "[ 0 0 9 ]"),
        ("FT", "/Ch"),
        ("Parent", "22 0 R"),
        ("Kids", "[ 22 0 R ]"),
        ("P", "7 0 R"),
        ("OC", "16 0 R"),
        ("Lock", "<< /Type /SigFieldLock /Action /All >>"),
    ] {
        attacks.push(Attack::new(FAMILY, format!("field's /{key}"), Shows::Bytes, move |c| {
            if c.forms && FILLED_IN.contains(&key) {
                return None;
            }
            field(c, number::FIELD, &[(key, value)])
        }));
    }
    attacks
}

/// What programs that fill in forms write beside value and picture; nothing is shown by it.
const FILLED_IN: [&str; 3] = ["DA", "MK", "Q"];

const HELVETICA: &str = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

/// The text field with the value 200 EUR, shown by this content in this font and box.
fn drawn(c: &Carrier, font: &str, content: &str, bounds: &str) -> Option<Vec<u8>> {
    c.prepared.then_some(())?;
    let mut update = c.view.update();
    let font = update.add(font);
    let kind =
        format!("/Type /XObject /Subtype /Form /BBox {bounds} /Resources << /Font << /F1 {font} 0 R >> >>");
    let shown = update.add(base::stream(&kind, format!("/Tx BMC q {content} Q EMC").as_bytes()));
    let picture = format!("<< /N {shown} 0 R >>");
    let entries = [("V", "(200 EUR)"), ("AP", picture.as_str())];
    Some(update.put(number::FIELD, c.view.with(number::FIELD, &entries)?).finish())
}

/// A text field filled in as a viewer does it.
#[must_use]
pub(crate) fn filled(c: &Carrier, value: &str) -> Option<Vec<u8>> {
    c.prepared.then_some(())?;
    let content = format!("/Tx BMC q {} Q EMC", text_at(2, 7, value));
    let body = c.view.with(number::FIELD, &[("V", &format!("({value})"))])?;
    let update = c.view.update().put(number::FIELD, body);
    Some(update.put(number::FIELD_APPEARANCE, base::appearance(200, 24, &content)).finish())
}

fn field(c: &Carrier, number: u32, entries: &[(&str, &str)]) -> Option<Vec<u8>> {
    c.prepared.then_some(())?;
    Some(c.view.update().put(number, c.view.with(number, entries)?).finish())
}

fn form(c: &Carrier, key: &str, value: &str) -> Option<Vec<u8>> {
    let form = c.view.form()?;
    Some(c.view.update().put(form, c.view.with(form, &[(key, value)])?).finish())
}
