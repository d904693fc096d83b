//! Evil annotation: what a certification allows is used to cover what was certified.

use super::{Attack, Shows};
use crate::{
    base::{self, PAYLOAD, text_at},
    sign::appended,
};

const FAMILY: &str = "evil annotation";

/// Annotations over the signed text of the first page, with what they show.
pub(super) fn attacks() -> Vec<Attack> {
    // Wherever annotations may be added these cover text all the same.
    let kinds = [
        ("FreeText", "/DA (/F1 14 Tf 0 g)"),
        ("Stamp", "/Name /Approved"),
        ("Square", "/IC [ 1 1 1 ]"),
        ("Ink", "/InkList [ [ 72 640 372 640 ] ]"),
        ("Redact", "/QuadPoints [ 60 660 400 660 60 630 400 630 ]"),
        ("Watermark", ""),
        ("Polygon", "/Vertices [ 60 630 400 630 400 660 60 660 ] /IC [ 1 1 1 ]"),
        ("Caret", ""),
        ("FileAttachment", "/FS << /Type /Filespec /F (a) >>"),
        ("Link", "/Border [ 0 0 0 ]"),
        ("Popup", ""),
        ("Screen", ""),
        ("3D", ""),
        ("Unknown", ""),
    ];
    kinds
        .into_iter()
        .map(|(kind, entries)| {
            Attack::new(FAMILY, format!("{kind} over signed text"), Shows::Bytes, move |c| {
                let page = *c.view.pages.first()?;
                let mut update = c.view.update();
                let content = format!("1 g 0 0 400 40 re f 0 g {}", text_at(4, 14, PAYLOAD));
                c.prepared.then_some(())?;
                let shown = update.add(base::appearance(400, 40, &content));
                let annotation = update.add(format!(
                    "<< /Type /Annot /Subtype /{kind} /Rect [ 60 626 460 666 ] /F 4 /Contents ({PAYLOAD}) {entries} \
                     /P {page} 0 R /AP << /N {shown} 0 R >> >>"
                ));
                let annotations = appended(&c.view.references(page, "Annots"), annotation);
                Some(update.put(page, c.view.with(page, &[("Annots", &annotations)])?).finish())
            })
        })
        .collect()
}
