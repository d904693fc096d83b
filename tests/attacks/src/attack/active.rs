//! JavaScript and other actions.

use super::{Attack, Shows};
use crate::{base::number, carrier::Carrier, sign::appended};

const FAMILY: &str = "active content";

pub(super) fn attacks() -> Vec<Attack> {
    let actions = [
        ("JavaScript", "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"),
        ("JavaScript, escaped", "<< /S /Java#53cript /JS (app.alert\\(1\\)) >>"),
        ("Launch", "<< /S /Launch /F (other.exe) >>"),
        ("URI", "<< /S /URI /URI (http://localhost/) >>"),
        ("SubmitForm", "<< /S /SubmitForm /F << /FS /URL /F (http://localhost/) >> >>"),
        ("ResetForm", "<< /S /ResetForm >>"),
        ("ImportData", "<< /S /ImportData /F (other.fdf) >>"),
        ("Hide", "<< /S /Hide /T (cover) >>"),
        ("SetOCGState", "<< /S /SetOCGState /State [ /OFF 16 0 R ] >>"),
        ("GoToR", "<< /S /GoToR /F (other.pdf) /D [ 0 /Fit ] >>"),
        ("GoToE", "<< /S /GoToE /D [ 0 /Fit ] /T << /R /C /N (other) >> >>"),
        ("Named", "<< /S /Named /N /Print >>"),
        ("Rendition", "<< /S /Rendition /OP 0 /JS (app.alert\\(1\\)) >>"),
    ];
    let mut attacks = Vec::new();
    for (name, action) in actions {
        attacks.push(Attack::new(FAMILY, format!("{name} when opened"), Shows::Bytes, move |c| {
            catalog(c, "OpenAction", action)
        }));
        attacks.push(Attack::new(FAMILY, format!("{name} of a field"), Shows::Bytes, move |c| {
            c.prepared.then_some(())?;
            Some(c.view.update().put(number::FIELD, c.view.with(number::FIELD, &[("A", action)])?).finish())
        }));
        attacks.push(Attack::new(FAMILY, format!("{name} of a page"), Shows::Bytes, move |c| {
            let page = *c.view.pages.first()?;
            let entry = format!("<< /O {action} >>");
            Some(c.view.update().put(page, c.view.with(page, &[("AA", &entry)])?).finish())
        }));
        attacks.push(Attack::new(FAMILY, format!("{name} of a new link"), Shows::Bytes, move |c| {
            let page = *c.view.pages.first()?;
            let mut update = c.view.update();
            let link = update.add(format!(
                "<< /Type /Annot /Subtype /Link /Rect [ 60 626 460 666 ] /Border [ 0 0 0 ] /A {action} >>"
            ));
            let annotations = appended(&c.view.references(page, "Annots"), link);
            Some(update.put(page, c.view.with(page, &[("Annots", &annotations)])?).finish())
        }));
    }
    let script = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>";
    attacks.extend([
        Attack::new(FAMILY, "JavaScript when closed", Shows::Bytes, move |c| {
            catalog(c, "AA", &format!("<< /WC {script} >>"))
        }),
        Attack::new(FAMILY, "JavaScript by name", Shows::Bytes, move |c| {
            catalog(c, "Names", &format!("<< /JavaScript << /Names [ (a) {script} ] >> >>"))
        }),
        Attack::new(FAMILY, "JavaScript that calculates a field", Shows::Bytes, move |c| {
            c.prepared.then_some(())?;
            let entry = format!("<< /C {script} /K {script} /F {script} /V {script} >>");
            Some(c.view.update().put(number::FIELD, c.view.with(number::FIELD, &[("AA", &entry)])?).finish())
        }),
        Attack::new(FAMILY, "JavaScript of the signature field", Shows::Bytes, move |c| {
            let field = c.view.last().field;
            let entry = format!("<< /E {script} >>");
            Some(c.view.update().put(field, c.view.with(field, &[("AA", &entry)])?).finish())
        }),
        Attack::new(FAMILY, "JavaScript of an outline", Shows::Bytes, move |c| {
            let mut update = c.view.update();
            let [root, item] = [update.number(), update.number()];
            update.write(
                root,
                format!("<< /Type /Outlines /First {item} 0 R /Last {item} 0 R /Count 1 >>").as_bytes(),
            );
            update.write(item, format!("<< /Title (Next) /Parent {root} 0 R /A {script} >>").as_bytes());
            let reference = format!("{root} 0 R");
            Some(update.put(c.view.root, c.view.with(c.view.root, &[("Outlines", &reference)])?).finish())
        }),
        Attack::new(FAMILY, "JavaScript of an annotation there", Shows::Bytes, move |c| {
            c.prepared.then_some(())?;
            Some(c.view.update().put(number::SQUARE, c.view.with(number::SQUARE, &[("A", script)])?).finish())
        }),
        Attack::new(FAMILY, "destination when opened", Shows::Bytes, |c| {
            catalog(c, "OpenAction", &format!("[ {} 0 R /Fit ]", c.view.pages.last()?))
        }),
        Attack::new(FAMILY, "base of all links", Shows::Bytes, |c| {
            catalog(c, "URI", "<< /Base (http://localhost/) >>")
        }),
    ]);
    attacks
}

fn catalog(c: &Carrier, key: &str, value: &str) -> Option<Vec<u8>> {
    Some(c.view.update().put(c.view.root, c.view.with(c.view.root, &[(key, value)])?).finish())
}
