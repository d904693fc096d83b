//! Sneaky signature: a field for a signature, or a signature by anybody, whose picture covers what was signed.

use super::{Attack, Shows};
use crate::{
    authority::{IMPOSTOR, TRUSTED},
    base::{self, PAYLOAD, text_at},
    carrier::Carrier,
    sign::{Signing, appended},
};

const FAMILY: &str = "sneaky signature";

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        Attack::new(FAMILY, "empty field that covers text", Shows::Payload, |c| {
            let content = format!("1 g 0 0 400 200 re f 0 g {}", text_at(4, 90, PAYLOAD));
            field(c, "/FT /Sig", &content)
        }),
        Attack::new(FAMILY, "text field that covers text", Shows::Payload, |c| {
            let content = format!("1 g 0 0 400 200 re f 0 g {}", text_at(4, 90, PAYLOAD));
            field(c, &format!("/FT /Tx /V ({PAYLOAD})"), &content)
        }),
        Attack::new(FAMILY, "button that covers text", Shows::Payload, |c| {
            let content = format!("1 g 0 0 400 200 re f 0 g {}", text_at(4, 90, PAYLOAD));
            field(c, &format!("/FT /Btn /Ff 65536 /MK << /CA ({PAYLOAD}) >>"), &content)
        }),
        Attack::new(FAMILY, "by a stranger, invisible", Shows::Bytes, |c| {
            c.prepared.then(|| Signing::new(&IMPOSTOR.seal, "sneak").sign(&c.view.bytes))
        }),
        Attack::new(FAMILY, "by a stranger, covering text", Shows::Payload, |c| {
            c.prepared.then(|| covering(&Signing::new(&IMPOSTOR.seal, "sneak"), &c.view.bytes))
        }),
        Attack::new(FAMILY, "by somebody trusted, covering text", Shows::Payload, |c| {
            // The signer is real; the text below its picture was signed by others.
            c.prepared.then(|| covering(&Signing::new(&TRUSTED.seal, "sneak"), &c.view.bytes))
        }),
        Attack::new(FAMILY, "a second certification", Shows::Bytes, |c| {
            c.prepared.then(|| {
                let signing = Signing { certifies: Some(3), ..Signing::new(&TRUSTED.seal, "sneak") };
                signing.sign(&c.view.bytes)
            })
        }),
        Attack::new(FAMILY, "signed again after a change", Shows::Payload, |c| {
            // The newest signature covers the change; the older one must not pass because of that.
            c.prepared.then_some(())?;
            Some(Signing::new(&TRUSTED.seal, "sneak").sign(&super::forged(&c.view)?.finish()))
        }),
        Attack::new(FAMILY, "signed again by a stranger after a change", Shows::Payload, |c| {
            c.prepared.then_some(())?;
            Some(Signing::new(&IMPOSTOR.seal, "sneak").sign(&super::forged(&c.view)?.finish()))
        }),
        Attack::new(FAMILY, "signed again, the older field removed", Shows::Payload, |c| {
            c.prepared.then_some(())?;
            let form = c.view.form()?;
            let kept = [("Fields", "[ 11 0 R 13 0 R 22 0 R ]")];
            let update = super::forged(&c.view)?.put(form, c.view.with(form, &kept)?);
            Some(Signing::new(&TRUSTED.seal, "sneak").sign(&update.finish()))
        }),
    ]
}

/// A new field over the text of the first page.
fn field(c: &Carrier, kind: &str, content: &str) -> Option<Vec<u8>> {
    c.prepared.then_some(())?;
    let page = *c.view.pages.first()?;
    let form = c.view.form()?;
    let mut update = c.view.update();
    let shown = update.add(base::appearance(400, 200, content));
    let field = update.add(format!(
        "<< /Type /Annot /Subtype /Widget {kind} /T (sneak) /F 4 /P {page} 0 R /Rect [ 60 590 460 790 ] \
         /DA (/F1 14 Tf 0 g) /AP << /N {shown} 0 R >> >>"
    ));
    let fields = appended(&c.view.references(form, "Fields"), field);
    let annotations = appended(&c.view.references(page, "Annots"), field);
    Some(
        update
            .put(form, c.view.with(form, &[("Fields", &fields)])?)
            .put(page, c.view.with(page, &[("Annots", &annotations)])?)
            .finish(),
    )
}

fn covering(signing: &Signing<'_>, bytes: &[u8]) -> Vec<u8> {
    let content = format!("1 g 0 0 400 200 re f 0 g {}", text_at(4, 90, PAYLOAD));
    Signing {
        signer: signing.signer,
        field: signing.field,
        shown: Some(([60, 590, 460, 790], &content)),
        ..Signing::new(signing.signer, signing.field)
    }
    .sign(bytes)
}
