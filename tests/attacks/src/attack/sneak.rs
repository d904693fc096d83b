//! Sneaky signature: a field for a signature, or a signature by anybody, whose picture covers what was signed.

use super::{Attack, Shows};
use sha2::{Digest as _, Sha256};

use crate::{
    authority::{IMPOSTOR, NOW, TRUSTED},
    base::{self, PAYLOAD, number, text_at},
    carrier::Carrier,
    cms::timestamp,
    sign::{Signing, appended},
};

const FAMILY: &str = "sneaky signature";

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        Attack::new(FAMILY, "empty field that covers text", Shows::Payload, |c| {
            let content = cover();
            field(c, "/FT /Sig", &content)
        }),
        Attack::new(FAMILY, "text field that covers text", Shows::Payload, |c| {
            let content = cover();
            field(c, &format!("/FT /Tx /V ({PAYLOAD})"), &content)
        }),
        Attack::new(FAMILY, "button that covers text", Shows::Payload, |c| {
            let content = cover();
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
        Attack::new(FAMILY, "time-stamp whose field covers text", Shows::Payload, |c| {
            // A time-stamp over the document is allowed whatever the document forbids; a picture is not.
            c.prepared.then(|| covering(&stamp(), &c.view.bytes))
        }),
        Attack::new(FAMILY, "time-stamp in a field of the document, covering text", Shows::Payload, |c| {
            let existing = Some(unsigned(c)?);
            Some(covering(&Signing { existing, ..stamp() }, &c.view.bytes))
        }),
        Attack::new(FAMILY, "field of the document moved over text and signed", Shows::Payload, |c| {
            let existing = Some(unsigned(c)?);
            Some(covering(&Signing { existing, ..Signing::new(&TRUSTED.seal, "sneak") }, &c.view.bytes))
        }),
        Attack::new(FAMILY, "field of the document signed by a stranger", Shows::Bytes, |c| {
            let existing = Some(unsigned(c)?);
            Some(Signing { existing, ..Signing::new(&IMPOSTOR.seal, "sneak") }.sign(&c.view.bytes))
        }),
        Attack::new(FAMILY, "field of the document shows a picture, unsigned", Shows::Payload, |c| {
            let number = unsigned(c)?;
            let mut update = c.view.update();
            let shown = update.add(base::appearance(400, 200, &cover()));
            let picture = format!("<< /N {shown} 0 R >>");
            let entries = [("AP", picture.as_str()), ("Rect", "[ 60 590 460 790 ]"), ("F", "4")];
            Some(update.put(number, c.view.with(number, &entries)?).finish())
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
            let kept = [("Fields", "[ 11 0 R 13 0 R 22 0 R 28 0 R 41 0 R ]")];
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
    Signing { shown: Some(([60, 590, 460, 790], &cover())), ..*signing }.sign(bytes)
}

/// A white area with the payload on it.
fn cover() -> String {
    format!("1 g 0 0 400 200 re f 0 g {}", text_at(4, 90, PAYLOAD))
}

/// A time-stamp over the document.
fn stamp() -> Signing<'static> {
    Signing {
        sub_filter: "/ETSI.RFC3161",
        entries: "/Type /DocTimeStamp",
        cms: &|tsa, covered| timestamp(tsa, &Sha256::digest(covered), NOW),
        ..Signing::new(&TRUSTED.tsa, "stamp")
    }
}

/// A signature field without a signature.
fn unsigned(c: &Carrier) -> Option<u32> {
    c.prepared.then_some(number::UNSIGNED)
}
