//! The security store as a way in: it may always grow, so foreign objects are hung off it.

use super::{Attack, Shows, payload};
use crate::{
    authority::{IMPOSTOR, TRUSTED},
    base::{self, number},
    update::Update,
    view::View,
};

const FAMILY: &str = "security store";

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        Attack::new(FAMILY, "certificate that is the content", Shows::Payload, |c| {
            let content = c.view.content()?;
            let update = c.view.update().put(content, payload(&c.view)?);
            store(&c.view, update, &format!("/Certs [ {content} 0 R ]"))
        }),
        Attack::new(FAMILY, "list of certificates that is the content", Shows::Payload, |c| {
            let content = c.view.content()?;
            let update = c.view.update().put(content, payload(&c.view)?);
            store(&c.view, update, &format!("/Certs {content} 0 R"))
        }),
        Attack::new(FAMILY, "CRL that is a font", Shows::Picture, |c| {
            c.prepared.then_some(())?;
            let font = "<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>";
            store(&c.view, c.view.update().put(number::FONT, font), "/CRLs [ 4 0 R ]")
        }),
        Attack::new(FAMILY, "OCSP response that is a page", Shows::Bytes, |c| {
            let page = *c.view.pages.first()?;
            let update = c.view.update().put(page, c.view.with(page, &[("Rotate", "90")])?);
            store(&c.view, update, &format!("/OCSPs [ {page} 0 R ]"))
        }),
        Attack::new(FAMILY, "store that is a page", Shows::Bytes, |c| {
            let page = *c.view.pages.first()?;
            let body = c.view.with(page, &[("Rotate", "90"), ("Certs", "[ ]")])?;
            let reference = format!("{page} 0 R");
            let root = c.view.with(c.view.root, &[("DSS", &reference)])?;
            Some(c.view.update().put(page, body).put(c.view.root, root).finish())
        }),
        Attack::new(FAMILY, "store that is the form", Shows::Bytes, |c| {
            let form = c.view.form()?;
            let body = c.view.with(form, &[("NeedAppearances", "true"), ("Certs", "[ ]")])?;
            let reference = format!("{form} 0 R");
            let root = c.view.with(c.view.root, &[("DSS", &reference)])?;
            Some(c.view.update().put(form, body).put(c.view.root, root).finish())
        }),
        Attack::new(FAMILY, "store that is the lid", Shows::Picture, |c| {
            c.prepared.then_some(())?;
            let lid = base::stream("/Type /XObject /Subtype /Form /BBox [ 72 690 372 720 ]", b"");
            store(&c.view, c.view.update().put(number::LID, lid), "/Certs [ 17 0 R ]")
        }),
        Attack::new(FAMILY, "foreign entry", Shows::Bytes, |c| {
            store(&c.view, c.view.update(), &format!("/Analytical << /Page {} 0 R >>", c.view.pages.first()?))
        }),
        Attack::new(FAMILY, "related data that is a page", Shows::Bytes, |c| {
            let page = *c.view.pages.first()?;
            let update = c.view.update().put(page, c.view.with(page, &[("Rotate", "90")])?);
            store(
                &c.view,
                update,
                &format!("/VRI << /{} << /Cert [ {page} 0 R ] /TU (D:2026) >> >>", "A".repeat(40)),
            )
        }),
        Attack::new(FAMILY, "store and another entry of the catalog", Shows::Bytes, |c| {
            let mut update = c.view.update();
            let certificate = update.add(base::stream("", &TRUSTED.seal.root));
            let dss = format!("<< /Type /DSS /Certs [ {certificate} 0 R ] >>");
            let root =
                c.view.with(c.view.root, &[("DSS", &dss), ("OpenAction", "<< /S /JavaScript /JS (a) >>")])?;
            Some(update.put(c.view.root, root).finish())
        }),
        Attack::new(FAMILY, "store and a page", Shows::Payload, |c| {
            let mut update = super::forged(&c.view)?;
            let certificate = update.add(base::stream("", &TRUSTED.seal.root));
            store(&c.view, update, &format!("/Certs [ {certificate} 0 R ]"))
        }),
        Attack::new(FAMILY, "extensions that lead to a page", Shows::Bytes, |c| {
            let mut update = c.view.update();
            let certificate = update.add(base::stream("", &TRUSTED.seal.root));
            let dss = format!("<< /Type /DSS /Certs [ {certificate} 0 R ] >>");
            let extensions = "<< /ADBE << /BaseVersion /1.7 /ExtensionLevel 5 >> /AAAA << /Page 5 0 R >> >>";
            let root = c.view.with(c.view.root, &[("DSS", &dss), ("Extensions", extensions)])?;
            Some(update.put(c.view.root, root).finish())
        }),
        Attack::new(FAMILY, "certificates of a stranger, and the stranger's signature", Shows::Bytes, |c| {
            // What a document brings along is never a trust anchor.
            c.prepared.then_some(())?;
            let mut update = c.view.update();
            let [root, leaf] = [update.number(), update.number()];
            update.write(root, &base::stream("", &IMPOSTOR.seal.root));
            update.write(leaf, &base::stream("", &IMPOSTOR.seal.der));
            let bytes = store(&c.view, update, &format!("/Certs [ {root} 0 R {leaf} 0 R ]"))?;
            Some(crate::sign::Signing::new(&IMPOSTOR.seal, "stranger").sign(&bytes))
        }),
        Attack::new(FAMILY, "store taken away", Shows::Bytes, |c| {
            c.view.value(c.view.root, "DSS")?;
            Some(c.view.update().put(c.view.root, c.view.with(c.view.root, &[("DSS", "")])?).finish())
        }),
        Attack::new(FAMILY, "store emptied", Shows::Bytes, |c| {
            c.view.value(c.view.root, "DSS")?;
            Some(c.view.update().put(c.view.root, c.view.with(c.view.root, &[("DSS", "<< >>")])?).finish())
        }),
    ]
}

fn store(view: &View, update: Update<'_>, entries: &str) -> Option<Vec<u8>> {
    let mut update = update;
    let dss = update.add(format!("<< /Type /DSS {entries} >>"));
    let reference = format!("{dss} 0 R");
    Some(update.put(view.root, view.with(view.root, &[("DSS", &reference)])?).finish())
}
