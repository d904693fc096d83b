//! Shadow attacks: whoever wrote the document prepared, before anybody signed, what is shown afterwards.

use super::{Attack, Shows};
use crate::{
    base::{self, PAYLOAD, number, text_at},
    carrier::Carrier,
    update::{Entry, Update},
};

const FAMILY: &str = "shadow";

pub(super) fn attacks() -> Vec<Attack> {
    let mut attacks = vec![
        hide("hide: lid freed", |_, update| Some(update.entry(number::LID, Entry::Free(1)))),
        hide("hide: lid is null", |_, update| Some(update.put(number::LID, "null"))),
        hide("hide: lid is empty", |_, update| {
            let form = "/Type /XObject /Subtype /Form /BBox [ 72 690 372 720 ]";
            Some(update.put(number::LID, base::stream(form, b"")))
        }),
        hide("hide: lid with another box", |c, update| {
            Some(update.put(number::LID, c.view.with(number::LID, &[("BBox", "[ 0 0 1 1 ]")])?))
        }),
        hide("hide: lid with another matrix", |c, update| {
            Some(update.put(number::LID, c.view.with(number::LID, &[("Matrix", "[ 1 0 0 1 0 900 ]")])?))
        }),
        hide("hide: lid moved to a layer", |c, update| {
            let mut update = update;
            let layer = update.add("<< /Type /OCG /Name (Lid) >>");
            let member = format!("{layer} 0 R");
            let off =
                format!("<< /OCGs [ 16 0 R {layer} 0 R ] /D << /OFF [ {layer} 0 R ] /ON [ 16 0 R ] >> >>");
            let root = c.view.root;
            Some(
                update
                    .put(number::LID, c.view.with(number::LID, &[("OC", &member)])?)
                    .put(root, c.view.with(root, &[("OCProperties", &off)])?),
            )
        }),
        hide("hide: field that covers hidden", |c, update| {
            Some(update.put(number::COVER, c.view.with(number::COVER, &[("F", "2")])?))
        }),
        hide("hide: field that covers moved", |c, update| {
            Some(update.put(number::COVER, c.view.with(number::COVER, &[("Rect", "[ 0 0 1 1 ]")])?))
        }),
        hide("hide: field that covers shows nothing", |_, update| {
            Some(update.put(23, base::appearance(300, 30, "")))
        }),
        hide("hide: field that covers without appearance", |c, update| {
            Some(update.put(number::COVER, c.view.with(number::COVER, &[("AP", "")])?))
        }),
        hide("hide: field that covers off its page", |c, update| {
            Some(update.put(6, c.view.with(6, &[("Annots", "[ ]")])?))
        }),
        hide("hide: annotation that covers freed", |_, update| {
            Some(update.entry(number::SQUARE, Entry::Free(1)))
        }),
        hide("hide: annotation that covers shows nothing", |_, update| {
            Some(update.put(number::SQUARE_APPEARANCE, base::appearance(300, 30, "")))
        }),
        hide("hide: annotation that covers hidden", |c, update| {
            Some(update.put(number::SQUARE, c.view.with(number::SQUARE, &[("F", "2")])?))
        }),
    ];
    attacks.extend(replacing());
    attacks.extend(indirect());
    attacks.extend(hiding_and_replacing());
    attacks
}

/// Makes the text below visible that was hidden when it was signed.
fn hide(
    name: &str,
    change: impl for<'a> Fn(&'a Carrier, Update<'a>) -> Option<Update<'a>> + Send + Sync + 'static,
) -> Attack {
    shadow(name, Shows::Picture, change)
}

fn shadow(
    name: &str,
    shows: Shows,
    change: impl for<'a> Fn(&'a Carrier, Update<'a>) -> Option<Update<'a>> + Send + Sync + 'static,
) -> Attack {
    Attack::new(FAMILY, name, shows, move |c| {
        if !c.prepared {
            return None;
        }
        Some(change(c, c.view.update())?.finish())
    })
}

fn replacing() -> Vec<Attack> {
    let nines = "<< /Type /Encoding /BaseEncoding /WinAnsiEncoding \
                 /Differences [ 49 /nine 48 /eight ] >>";
    vec![
        shadow("replace: font encoding", Shows::Picture, move |c, update| {
            Some(update.put(number::FONT, c.view.with(number::FONT, &[("Encoding", nines)])?))
        }),
        shadow("replace: font widths", Shows::Picture, |c, update| {
            let widths = format!("[ {}]", "20 ".repeat(95));
            let entries = [("FirstChar", "32"), ("LastChar", "126"), ("Widths", &*widths)];
            Some(update.put(number::FONT, c.view.with(number::FONT, &entries)?))
        }),
        shadow("replace: another font", Shows::Picture, |_, update| {
            Some(update.put(number::FONT, "<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>"))
        }),
        shadow("replace: font whose glyphs are drawn", Shows::Picture, |_, mut update| {
            let glyph = update.add(base::stream("", b"1000 0 d0 0 0 700 700 re f"));
            let names: String = (32..127).map(|code| format!("/g{code} ")).collect();
            let glyphs: String = (32..127).map(|code| format!("/g{code} {glyph} 0 R ")).collect();
            let widths = "1000 ".repeat(95);
            Some(update.put(
                number::FONT,
                format!(
                    "<< /Type /Font /Subtype /Type3 /FontBBox [ 0 0 1000 1000 ] /FontMatrix [ 0.001 0 0 0.001 0 0 ] \
                     /FirstChar 32 /LastChar 126 /Widths [ {widths}] /Encoding << /Differences [ 32 {names}] >> \
                     /CharProcs << {glyphs}>> >>"
                ),
            ))
        }),
        shadow("replace: field shows another value", Shows::Payload, |_, update| {
            Some(update.put(number::FIELD_APPEARANCE, shown_field(PAYLOAD)))
        }),
        shadow("replace: field without appearance, to be made by the viewer", Shows::Bytes, |c, update| {
            let form = c.view.form()?;
            Some(
                update
                    .put(
                        number::COVER,
                        c.view.with(number::COVER, &[("AP", ""), ("V", "(Fees: 9000000 EUR)")])?,
                    )
                    .put(form, c.view.with(form, &[("NeedAppearances", "true")])?),
            )
        }),
        shadow("replace: the viewer makes all appearances", Shows::Bytes, |c, update| {
            let form = c.view.form()?;
            let entries = [("NeedAppearances", "true"), ("DA", "(/F1 12 Tf 1 g)")];
            Some(update.put(form, c.view.with(form, &entries)?))
        }),
        shadow("replace: default resources of the form", Shows::Bytes, |c, mut update| {
            let font = update.add("<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>");
            let form = c.view.form()?;
            let resources = format!("<< /Font << /F1 {font} 0 R >> >>");
            Some(update.put(form, c.view.with(form, &[("DR", &resources)])?))
        }),
        shadow("replace: field grown over the page", Shows::Picture, |c, update| {
            let cover = "1 g 0 0 595 842 re f 0 g";
            let field = c.view.with(number::FIELD, &[("Rect", "[ 0 0 595 842 ]")])?;
            Some(
                update
                    .put(number::FIELD, field)
                    .put(number::FIELD_APPEARANCE, base::appearance(595, 842, cover)),
            )
        }),
        shadow("replace: appearance beyond its field", Shows::Picture, |c, update| {
            // The value is shown as well, far below the field's own rectangle.
            let content = format!("/Tx BMC q 1 g 0 0 500 300 re f 0 g {} Q EMC", text_at(2, 7, PAYLOAD));
            let body = base::appearance(500, 300, &content);
            let field = c
                .view
                .with(number::FIELD, &[("V", &format!("({PAYLOAD})")), ("Rect", "[ 72 560 572 860 ]")])?;
            Some(update.put(number::FIELD, field).put(number::FIELD_APPEARANCE, body))
        }),
        shadow("replace: appearance of two fields at once", Shows::Picture, |_, update| {
            Some(
                update
                    .put(15, base::appearance(20, 20, "0 0 20 20 re f"))
                    .put(14, base::appearance(20, 20, "")),
            )
        }),
        shadow("replace: value right, picture wrong", Shows::Payload, |c, update| {
            let field = c.view.with(number::FIELD, &[("V", "(200 EUR)")])?;
            Some(update.put(number::FIELD, field).put(number::FIELD_APPEARANCE, shown_field(PAYLOAD)))
        }),
        shadow("replace: value right, picture empty", Shows::Picture, |c, update| {
            let field = c.view.with(number::FIELD, &[("V", "(200 EUR)")])?;
            Some(
                update.put(number::FIELD, field).put(number::FIELD_APPEARANCE, base::appearance(200, 24, "")),
            )
        }),
        shadow("replace: value right, in white, and a picture", Shows::Picture, |c, mut update| {
            let image = update.add(base::stream(
                "/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray",
                &[0],
            ));
            let content = format!("/Tx BMC q 1 g {} 200 0 0 24 0 0 cm /I Do Q EMC", text_at(2, 7, "200 EUR"));
            let body = base::stream(
                &format!(
                    "/Type /XObject /Subtype /Form /BBox [ 0 0 200 24 ] \
                     /Resources << /Font << /F1 4 0 R >> /XObject << /I {image} 0 R >> >>"
                ),
                content.as_bytes(),
            );
            let field = c.view.with(number::FIELD, &[("V", "(200 EUR)")])?;
            Some(update.put(number::FIELD, field).put(number::FIELD_APPEARANCE, body))
        }),
    ]
}

/// Small objects of their own that pages and streams take their values from.
fn indirect() -> Vec<Attack> {
    let values: [(&str, u32, &str); 12] = [
        ("length of a content", number::LENGTH, "60"),
        ("length of a content, longer", number::LENGTH, "9999"),
        ("size of a page", number::MEDIA_BOX, "[ 0 620 595 842 ]"),
        ("rotation of a page", number::ROTATE, "180"),
        ("list of contents", number::CONTENTS, "[ 18 0 R ]"),
        ("list of contents, longer", number::CONTENTS, "[ 10 0 R 18 0 R ]"),
        ("graphics state", number::GRAPHICS_STATE, "<< /Type /ExtGState /ca 0 >>"),
        ("tint of a colour", number::TINT, "<< /FunctionType 2 /Domain [ 0 1 ] /C0 [ 1 ] /C1 [ 1 ] /N 1 >>"),
        ("colour space", 35, "[ /Separation /None /DeviceGray 36 0 R ]"),
        ("list of fields", number::FIELDS, "[ ]"),
        ("list of pages", number::KIDS, "[ 19 0 R 6 0 R 7 0 R ]"),
        ("list of pages, turned", number::KIDS, "[ 7 0 R 6 0 R 5 0 R ]"),
    ];
    let mut attacks: Vec<Attack> = values
        .into_iter()
        .map(|(name, number, value)| {
            shadow(&format!("value of its own: {name}"), Shows::Bytes, move |_, update| {
                Some(update.put(number, value))
            })
        })
        .collect();
    let image =
        "/Type /XObject /Subtype /Image /Width 2 /Height 2 /BitsPerComponent 8 /ColorSpace /DeviceGray";
    attacks.extend([
        shadow("value of its own: image", Shows::Picture, move |_, update| {
            Some(update.put(number::IMAGE, base::stream(image, &[255, 0, 255, 0])))
        }),
        shadow("value of its own: mask of an image", Shows::Picture, move |_, update| {
            Some(update.put(number::MASK, base::stream(image, &[0, 0, 0, 0])))
        }),
    ]);
    attacks
}

fn shown_field(text: &str) -> Vec<u8> {
    base::appearance(200, 24, &format!("/Tx BMC q {} Q EMC", text_at(2, 7, text)))
}

fn hiding_and_replacing() -> Vec<Attack> {
    let at = |c: &Carrier, number: u32| {
        // Only a body outside of an object stream has a place that a table can name.
        c.view.offset(number).map(|at| Entry::At(at, 0))
    };
    vec![
        shadow("hide and replace: content listed elsewhere", Shows::Bytes, move |c, update| {
            Some(update.entry(number::CONTENT, at(c, number::OTHER_CONTENT)?))
        }),
        shadow("hide and replace: page listed elsewhere", Shows::Bytes, move |c, update| {
            Some(update.entry(number::PAGE, at(c, number::OTHER_PAGE)?))
        }),
        shadow("hide and replace: page tree listed elsewhere", Shows::Bytes, move |c, update| {
            Some(update.entry(number::PAGES, at(c, number::OTHER_PAGES)?))
        }),
        shadow("hide and replace: catalog listed elsewhere", Shows::Bytes, move |c, update| {
            Some(update.entry(c.view.root, at(c, number::OTHER_CATALOG)?))
        }),
        shadow("hide and replace: another /Root", Shows::Payload, |_, update| {
            Some(update.trailer("Root", "21 0 R"))
        }),
        shadow("hide and replace: the catalog names another page tree", Shows::Payload, |c, update| {
            Some(update.put(c.view.root, c.view.with(c.view.root, &[("Pages", "20 0 R")])?))
        }),
        shadow("hide and replace: the page names another content", Shows::Payload, |c, update| {
            let page = c.view.pages[0];
            Some(update.put(page, c.view.with(page, &[("Contents", "18 0 R")])?))
        }),
        shadow("hide and replace: the page tree names another page", Shows::Payload, |c, update| {
            Some(
                update.put(number::PAGES, c.view.with(number::PAGES, &[("Kids", "[ 19 0 R 6 0 R 7 0 R ]")])?),
            )
        }),
        shadow("hide and replace: content moved to another number", Shows::Payload, |c, update| {
            Some(update.put(number::CONTENT, c.view.text(number::OTHER_CONTENT)?))
        }),
        shadow("hide and replace: the lid draws what was prepared", Shows::Payload, |_, update| {
            let form =
                "/Type /XObject /Subtype /Form /BBox [ 0 0 595 842 ] /Resources << /Font << /F1 4 0 R >> >>";
            let content = format!("1 g 0 0 595 842 re f 0 g {}", text_at(72, 480, PAYLOAD));
            Some(update.put(number::LID, base::stream(form, content.as_bytes())))
        }),
    ]
}
