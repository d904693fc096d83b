//! What the catalog and the trailer say about the whole document.

use super::{Attack, Shows, payload};
use crate::{
    base::{self, number},
    carrier::Carrier,
};

const FAMILY: &str = "structure";

pub(super) fn attacks() -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (name, key, value) in entries() {
        attacks.push(Attack::new(FAMILY, name, Shows::Bytes, move |c| {
            Some(c.view.update().put(c.view.root, c.view.with(c.view.root, &[(key, value)])?).finish())
        }));
    }
    attacks.extend([
        Attack::new(FAMILY, "layer switched off", Shows::Picture, |c| {
            layers(c, "<< /OCGs [ 16 0 R ] /D << /OFF [ 16 0 R ] /Order [ 16 0 R ] >> >>")
        }),
        Attack::new(FAMILY, "layer off by the base state", Shows::Picture, |c| {
            layers(c, "<< /OCGs [ 16 0 R ] /D << /BaseState /OFF /Order [ 16 0 R ] >> >>")
        }),
        Attack::new(FAMILY, "layer off when seen", Shows::Bytes, |c| {
            let usage = "<< /OCGs [ 16 0 R ] /D << /ON [ 16 0 R ] /AS [ << /Event /View /Category [ /View ] \
                         /OCGs [ 16 0 R ] >> ] >> >>";
            c.prepared.then_some(())?;
            let body = "<< /Type /OCG /Name (Draft) /Usage << /View << /ViewState /OFF >> >> >>";
            let root = c.view.with(c.view.root, &[("OCProperties", usage)])?;
            Some(c.view.update().put(number::LAYER, body).put(c.view.root, root).finish())
        }),
        Attack::new(FAMILY, "layer is null", Shows::Bytes, |c| {
            c.prepared.then(|| c.view.update().put(number::LAYER, "null").finish())
        }),
        Attack::new(FAMILY, "layer of other content", Shows::Bytes, |c| {
            c.prepared.then_some(())?;
            let body = "<< /Type /OCMD /OCGs [ ] /P /AllOff >>";
            Some(c.view.update().put(number::LAYER, body).finish())
        }),
        Attack::new(FAMILY, "no layers", Shows::Bytes, |c| layers(c, "null")),
        Attack::new(FAMILY, "embedded file", Shows::Bytes, |c| {
            let mut update = c.view.update();
            let file = update.add(base::stream("/Type /EmbeddedFile", b"another contract"));
            let specification =
                update.add(format!("<< /Type /Filespec /F (a.txt) /EF << /F {file} 0 R >> >>"));
            let names = format!("<< /EmbeddedFiles << /Names [ (a.txt) {specification} 0 R ] >> >>");
            Some(update.put(c.view.root, c.view.with(c.view.root, &[("Names", &names)])?).finish())
        }),
        Attack::new(FAMILY, "associated file", Shows::Bytes, |c| {
            let mut update = c.view.update();
            let file = update.add(base::stream("/Type /EmbeddedFile", b"<invoice/>"));
            let specification = update.add(format!(
                "<< /Type /Filespec /F (a.xml) /AFRelationship /Alternative /EF << /F {file} 0 R >> >>"
            ));
            let list = format!("[ {specification} 0 R ]");
            Some(update.put(c.view.root, c.view.with(c.view.root, &[("AF", &list)])?).finish())
        }),
        Attack::new(FAMILY, "portfolio with a cover", Shows::Bytes, |c| {
            let mut update = c.view.update();
            let file = update.add(base::stream("/Type /EmbeddedFile", &c.view.bytes));
            let specification =
                update.add(format!("<< /Type /Filespec /F (a.pdf) /EF << /F {file} 0 R >> >>"));
            let names = format!("<< /EmbeddedFiles << /Names [ (a.pdf) {specification} 0 R ] >> >>");
            let entries = [("Names", names.as_str()), ("Collection", "<< /Type /Collection /D (a.pdf) >>")];
            Some(update.put(c.view.root, c.view.with(c.view.root, &entries)?).finish())
        }),
        Attack::new(FAMILY, "structure tree with other words", Shows::Bytes, |c| {
            let mut update = c.view.update();
            let root = update.number();
            let element = update.add(format!(
                "<< /Type /StructElem /S /P /P {root} 0 R /ActualText (Price 900 EUR) /Pg {} 0 R >>",
                c.view.pages.first()?
            ));
            update.write(root, format!("<< /Type /StructTreeRoot /K [ {element} 0 R ] >>").as_bytes());
            let reference = format!("{root} 0 R");
            let entries = [("StructTreeRoot", reference.as_str()), ("MarkInfo", "<< /Marked true >>")];
            Some(update.put(c.view.root, c.view.with(c.view.root, &entries)?).finish())
        }),
        Attack::new(FAMILY, "metadata stream that is the content", Shows::Payload, |c| {
            // Metadata may change; the first page's content may not, whatever else names it.
            let content = c.view.content()?;
            let reference = format!("{content} 0 R");
            let update = c.view.update().put(content, payload(&c.view)?);
            Some(update.put(c.view.root, c.view.with(c.view.root, &[("Metadata", &reference)])?).finish())
        }),
        Attack::new(FAMILY, "information dictionary that is a page", Shows::Bytes, |c| {
            let page = *c.view.pages.first()?;
            let body = c.view.with(page, &[("Rotate", "180")])?;
            Some(c.view.update().put(page, body).trailer("Info", &format!("{page} 0 R")).finish())
        }),
        Attack::new(FAMILY, "information dictionary with a page in it", Shows::Bytes, |c| {
            let page = *c.view.pages.first()?;
            let mut update = c.view.update();
            let info = update.add(format!("<< /Title (Contract) /Page {page} 0 R >>"));
            let body = c.view.with(page, &[("Rotate", "180")])?;
            Some(update.put(page, body).trailer("Info", &format!("{info} 0 R")).finish())
        }),
        Attack::new(FAMILY, "trailer with a page in it", Shows::Bytes, |c| {
            let page = *c.view.pages.first()?;
            let body = c.view.with(page, &[("Rotate", "180")])?;
            Some(c.view.update().put(page, body).trailer("Analytical", &format!("{page} 0 R")).finish())
        }),
        Attack::new(FAMILY, "another /ID", Shows::Bytes, |c| {
            Some(c.view.update().trailer("ID", "[ <00> <00> ]").finish())
        }),
        Attack::new(FAMILY, "catalog in another object", Shows::Bytes, |c| {
            let mut update = c.view.update();
            let root = update.add(c.view.with(c.view.root, &[("PageMode", "/UseNone")])?);
            Some(update.trailer("Root", &format!("{root} 0 R")).finish())
        }),
        Attack::new(FAMILY, "/Root is null", Shows::Bytes, |c| {
            Some(c.view.update().trailer("Root", "null").finish())
        }),
        Attack::new(FAMILY, "no /Root", Shows::Bytes, |c| Some(c.view.update().trailer("Root", "").finish())),
        Attack::new(FAMILY, "encryption added", Shows::Bytes, |c| {
            let mut update = c.view.update();
            let encryption = update.add(
                "<< /Filter /Standard /V 4 /R 4 /Length 128 /P -4 /StmF /Identity /StrF /Identity \
                 /O <0000000000000000000000000000000000000000000000000000000000000000> \
                 /U <0000000000000000000000000000000000000000000000000000000000000000> >>",
            );
            Some(update.trailer("Encrypt", &format!("{encryption} 0 R")).finish())
        }),
        Attack::new(FAMILY, "encryption by nobody", Shows::Bytes, |c| {
            Some(c.view.update().trailer("Encrypt", "<< /Filter /Analytical /V 0 >>").finish())
        }),
        Attack::new(FAMILY, "certification taken back", Shows::Bytes, |c| {
            c.view.value(c.view.root, "Perms")?;
            Some(c.view.update().put(c.view.root, c.view.with(c.view.root, &[("Perms", "")])?).finish())
        }),
        Attack::new(FAMILY, "certification of another signature", Shows::Bytes, |c| {
            c.view.value(c.view.root, "Perms")?;
            let mut update = c.view.update();
            let other = update.add(
                "<< /Type /Sig /Filter /Adobe.PPKLite /Reference [ << /Type /SigRef /TransformMethod /DocMDP \
                 /TransformParams << /Type /TransformParams /V /1.2 /P 3 >> >> ] >>",
            );
            let entry = format!("<< /DocMDP {other} 0 R >>");
            Some(update.put(c.view.root, c.view.with(c.view.root, &[("Perms", &entry)])?).finish())
        }),
        Attack::new(FAMILY, "usage rights added", Shows::Bytes, |c| {
            Some(
                c.view
                    .update()
                    .put(c.view.root, c.view.with(c.view.root, &[("Perms", "<< /UR3 << /Type /Sig >> >>")])?)
                    .finish(),
            )
        }),
    ]);
    attacks
}

fn layers(c: &Carrier, properties: &str) -> Option<Vec<u8>> {
    c.prepared.then_some(())?;
    Some(
        c.view.update().put(c.view.root, c.view.with(c.view.root, &[("OCProperties", properties)])?).finish(),
    )
}

fn entries() -> [(&'static str, &'static str, &'static str); 15] {
    [
        ("version that does not exist", "Version", "/9.9"),
        ("version of another type", "Version", "(1.7)"),
        ("viewer preferences", "ViewerPreferences", "<< /HideToolbar true /ViewArea /BleedBox >>"),
        ("page labels", "PageLabels", "<< /Nums [ 0 << /S /r /St 7 >> ] >>"),
        ("page layout", "PageLayout", "/TwoPageRight"),
        ("page mode", "PageMode", "/FullScreen"),
        ("destinations", "Dests", "<< /a [ 7 0 R /Fit ] >>"),
        ("templates", "Names", "<< /Templates << /Names [ (a) 19 0 R ] >> >>"),
        ("language", "Lang", "(tlh)"),
        (
            "output intents",
            "OutputIntents",
            "[ << /Type /OutputIntent /S /GTS_PDFX /OutputConditionIdentifier (a) >> ]",
        ),
        ("threads", "Threads", "[ ]"),
        ("web capture", "SpiderInfo", "<< /V 1.0 >>"),
        ("requirements", "Requirements", "[ << /Type /Requirement /S /EnableJavaScripts >> ]"),
        ("unknown entry", "Analytical", "<< /Page 5 0 R >>"),
        ("legal notice", "Legal", "<< /JavaScriptActions 0 /Attestation (Nothing changed) >>"),
    ]
}
