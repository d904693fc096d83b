//! Annotations added, changed and taken away where nothing allows it.

use super::{Attack, Shows};
use crate::{
    base::{self, number, text_at},
    carrier::Carrier,
    sign::appended,
};

const FAMILY: &str = "annotations";

pub(super) fn attacks() -> Vec<Attack> {
    let kinds = [
        "FreeText",
        "Stamp",
        "Highlight",
        "Underline",
        "StrikeOut",
        "Text",
        "Link",
        "Line",
        "Redact",
        "Ink",
        "FileAttachment",
        "Sound",
        "Movie",
        "RichMedia",
        "PrinterMark",
        "TrapNet",
        "Popup",
        "Projection",
        "Widget",
    ];
    let mut attacks: Vec<Attack> = kinds
        .into_iter()
        .map(|kind| {
            Attack::new(FAMILY, format!("{kind} in an empty place"), Shows::Bytes, move |c| {
                if c.annotations {
                    return None;
                }
                add(c, &format!("/Subtype /{kind} /Rect [ 300 200 500 240 ] /Contents (Void) /F 4"))
            })
        })
        .collect();
    for (name, entries) in [
        ("hidden", "/Subtype /Text /Rect [ 300 200 320 220 ] /F 2"),
        ("printed only", "/Subtype /Stamp /Rect [ 300 200 500 240 ] /F 36"),
        ("of no size", "/Subtype /Text /Rect [ 0 0 0 0 ]"),
        ("without a subtype", "/Rect [ 300 200 500 240 ]"),
    ] {
        attacks.push(Attack::new(FAMILY, format!("one {name}"), Shows::Bytes, move |c| {
            if c.annotations {
                return None;
            }
            add(c, entries)
        }));
    }
    attacks.extend([
        Attack::new(FAMILY, "list of annotations in another object", Shows::Bytes, |c| {
            if c.annotations || !c.prepared {
                return None;
            }
            let mut update = c.view.update();
            let note =
                update.add("<< /Type /Annot /Subtype /Text /Rect [ 300 200 320 220 ] /Contents (Void) >>");
            let list = update.add(appended(&c.view.references(7, "Annots"), note));
            let reference = format!("{list} 0 R");
            Some(update.put(7, c.view.with(7, &[("Annots", &reference)])?).finish())
        }),
        Attack::new(FAMILY, "one moved", Shows::Bytes, |c| square(c, &[("Rect", "[ 72 400 372 430 ]")])),
        Attack::new(FAMILY, "one with other words", Shows::Bytes, |c| square(c, &[("Contents", "(Void)")])),
        Attack::new(FAMILY, "one of another kind", Shows::Bytes, |c| square(c, &[("Subtype", "/Link")])),
        Attack::new(FAMILY, "one removed", Shows::Picture, |c| {
            if c.annotations || !c.prepared {
                return None;
            }
            Some(c.view.update().put(7, c.view.with(7, &[("Annots", "[ ]")])?).finish())
        }),
        Attack::new(FAMILY, "one with another appearance", Shows::Picture, |c| {
            if c.annotations || !c.prepared {
                return None;
            }
            let shown = base::appearance(300, 30, &text_at(2, 9, "May be cancelled"));
            Some(c.view.update().put(number::SQUARE_APPEARANCE, shown).finish())
        }),
    ]);
    attacks
}

fn add(c: &Carrier, entries: &str) -> Option<Vec<u8>> {
    let page = *c.view.pages.last()?;
    let mut update = c.view.update();
    let annotation = update.add(format!("<< /Type /Annot {entries} /P {page} 0 R >>"));
    let annotations = appended(&c.view.references(page, "Annots"), annotation);
    Some(update.put(page, c.view.with(page, &[("Annots", &annotations)])?).finish())
}

fn square(c: &Carrier, entries: &[(&str, &str)]) -> Option<Vec<u8>> {
    if c.annotations || !c.prepared {
        return None;
    }
    Some(c.view.update().put(number::SQUARE, c.view.with(number::SQUARE, entries)?).finish())
}
