//! Spoofing: who, why, when and where are changed after signing.

use super::{Attack, Shows, overwrite};
use crate::{base, carrier::Carrier, view::hex};

const FAMILY: &str = "spoofing";

pub(super) fn attacks() -> Vec<Attack> {
    let entries = [
        ("Reason", "(I agree to everything)"),
        ("Name", "(Mallory)"),
        ("M", "(D:20200101000000Z)"),
        ("Location", "(Nowhere)"),
        ("ContactInfo", "(mallory@example.com)"),
        ("Cert", "<3000>"),
        ("Prop_Build", "<< /App << /Name /Other >> >>"),
        ("Reference", "[ ]"),
        ("Changes", "[ 0 0 0 ]"),
        ("PRPH_EvidenceHead", "<00>"),
        ("Analytical", "true"),
    ];
    let mut attacks = Vec::new();
    for (key, value) in entries {
        attacks.push(Attack::new(FAMILY, format!("/{key} overridden"), Shows::Bytes, move |c| {
            let last = c.view.last();
            let body = c.view.with(last.object, &[(key, value)])?;
            Some(c.view.update().put(last.object, body).finish())
        }));
        attacks.push(Attack::new(
            FAMILY,
            format!("/{key} in a copy that the field names"),
            Shows::Bytes,
            move |c| {
                let last = c.view.last();
                let mut update = c.view.update();
                let copy = update.add(c.view.with(last.object, &[(key, value)])?);
                let reference = format!("{copy} 0 R");
                Some(update.put(last.field, c.view.with(last.field, &[("V", &reference)])?).finish())
            },
        ));
        attacks.push(Attack::new(FAMILY, format!("/{key} in the gap"), Shows::Bytes, move |c| {
            in_gap(c, &format!(" /{key} {value} "))
        }));
    }
    attacks.extend([
        Attack::new(FAMILY, "field renamed", Shows::Bytes, |c| field(c, "T", "(other)")),
        Attack::new(FAMILY, "field with another tool tip", Shows::Bytes, |c| field(c, "TU", "(Signed by Mallory)")),
        Attack::new(FAMILY, "field with another lock", Shows::Bytes, |c| {
            field(c, "Lock", "<< /Type /SigFieldLock /Action /Exclude /Fields [ (total) ] >>")
        }),
        Attack::new(FAMILY, "field with a seed value", Shows::Bytes, |c| {
            field(c, "SV", "<< /Type /SV /Reasons [ (Agreed) ] >>")
        }),
        Attack::new(FAMILY, "field with another picture", Shows::Picture, |c| {
            c.prepared.then_some(())?;
            let mut update = c.view.update();
            let content = format!("1 g 0 0 300 60 re f 0 g {}", base::text_at(2, 20, "Signed by Mallory"));
            let shown = update.add(base::appearance(300, 60, &content));
            let field = c.view.last().field;
            let entries =
                [("AP", format!("<< /N {shown} 0 R >>")), ("Rect", "[ 72 660 372 720 ]".to_owned()), ("F", "4".to_owned())];
            let entries: Vec<(&str, &str)> = entries.iter().map(|(key, value)| (*key, value.as_str())).collect();
            Some(update.put(field, c.view.with(field, &entries)?).finish())
        }),
        Attack::new(FAMILY, "picture of the field replaced", Shows::Picture, |c| {
            c.prepared.then_some(())?;
            let visible = c.view.signatures.iter().find(|it| c.view.value(it.field, "AP").is_some())?;
            let shown = c.view.value(visible.field, "AP")?;
            let number = shown.split("/N ").nth(1)?.split(' ').next()?.parse().ok()?;
            let content = format!("1 g 0 0 600 200 re f 0 g {}", base::text_at(2, 7, "Signed by Mallory"));
            Some(c.view.update().put(number, base::appearance(200, 40, &content)).finish())
        }),
        Attack::new(FAMILY, "fields change their values", Shows::Bytes, |c| {
            // Each signature is valid, in the other one's field.
            let [first, second, ..] = c.view.signatures.as_slice() else { return None };
            let values = [format!("{} 0 R", second.object), format!("{} 0 R", first.object)];
            Some(
                c.view
                    .update()
                    .put(first.field, c.view.with(first.field, &[("V", &values[0])])?)
                    .put(second.field, c.view.with(second.field, &[("V", &values[1])])?)
                    .finish(),
            )
        }),
        Attack::new(FAMILY, "two fields with one value", Shows::Bytes, |c| {
            let [first, .., last] = c.view.signatures.as_slice() else { return None };
            let value = format!("{} 0 R", first.object);
            Some(c.view.update().put(last.field, c.view.with(last.field, &[("V", &value)])?).finish())
        }),
        Attack::new(FAMILY, "older signature removed", Shows::Bytes, |c| {
            let [first, _, ..] = c.view.signatures.as_slice() else { return None };
            Some(c.view.update().put(first.field, c.view.with(first.field, &[("V", "")])?).finish())
        }),
        Attack::new(FAMILY, "newest signature removed", Shows::Bytes, |c| {
            let [_, .., last] = c.view.signatures.as_slice() else { return None };
            Some(c.view.update().put(last.field, c.view.with(last.field, &[("V", "")])?).finish())
        }),
        Attack::new(FAMILY, "signature copied to a new field", Shows::Bytes, |c| {
            c.prepared.then_some(())?;
            let last = c.view.last();
            let mut update = c.view.update();
            let page = c.view.pages[0];
            let copy = update.add(format!(
                "<< /Type /Annot /Subtype /Widget /FT /Sig /T (copy) /V {} 0 R /F 132 /P {page} 0 R /Rect [ 0 0 0 0 ] >>",
                last.object
            ));
            let form = c.view.form()?;
            let fields = crate::sign::appended(&c.view.references(form, "Fields"), copy);
            Some(update.put(form, c.view.with(form, &[("Fields", &fields)])?).finish())
        }),
    ]);
    attacks
}

fn field(c: &Carrier, key: &str, value: &str) -> Option<Vec<u8>> {
    let field = c.view.last().field;
    Some(c.view.update().put(field, c.view.with(field, &[(key, value)])?).finish())
}

/// Ends the string behind the CMS and writes into the rest of the gap.
fn in_gap(c: &Carrier, what: &str) -> Option<Vec<u8>> {
    let gap = c.view.last().gap();
    let start = format!("<{}>{what}", hex(c.view.last().cms()?));
    let room = gap.len().checked_sub(start.len())?;
    Some(overwrite(&c.view.bytes, gap.start, format!("{start}{}", " ".repeat(room)).as_bytes()))
}
