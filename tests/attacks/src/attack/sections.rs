//! Cross-reference sections that two readers understand in two ways.

use super::{Attack, Shows, forged};
use crate::{
    base,
    update::{Ending, Entry},
    view::View,
};

const FAMILY: &str = "sections";

pub(super) fn attacks() -> Vec<Attack> {
    let mut attacks: Vec<Attack> = written()
        .into_iter()
        .map(|(name, text)| {
            Attack::new(FAMILY, name, Shows::Bytes, move |c| {
                let number = c.view.content()?;
                let update = forged(&c.view)?;
                let at = c.view.bytes.len() + usize::from(!c.view.bytes.ends_with(b"\n"));
                let bytes = update.ending(Ending::Bodies).finish();
                let start = bytes.len();
                let trailer = format!(
                    "trailer\n<< /Size {} /Root {} 0 R /Prev {} >>\n",
                    c.view.size, c.view.root, c.view.startxref
                );
                let text = text
                    .replace("TRAILER", &trailer)
                    .replace("NUMBER", &number.to_string())
                    .replace("LOWER", &(number - 1).to_string())
                    .replace("NEW", &format!("{at:010}"))
                    .replace("OLD", &format!("{:010}", c.view.offset(number)?))
                    .replace("START", &start.to_string())
                    .replace("NEXT", &(start + 1).to_string())
                    .replace("BEFORE", &c.view.startxref.to_string())
                    .replace("SIZE", &c.view.size.to_string())
                    .replace("ROOT", &c.view.root.to_string())
                    .replace("BEHIND", &(start + trailer.len()).to_string());
                Some([bytes.as_slice(), text.as_bytes()].concat())
            })
        })
        .collect();
    attacks.extend(others());
    attacks
}

fn written() -> [(&'static str, String); 17] {
    let end = "TRAILERstartxref\nSTART\n%%EOF\n";
    let entry = "NEW 00000 n \n";
    let whole = format!("xref\nNUMBER 1\n{entry}");
    [
        ("section with short entries", format!("xref\nNUMBER 1\nNEW 00000 n\n{end}")),
        ("section with long entries", format!("xref\nNUMBER 1\n00NEW 0000000 n \n{end}")),
        ("section with a wrong count", format!("xref\nNUMBER 2\n{entry}{end}")),
        ("section that begins one too low", format!("xref\nLOWER 1\n{entry}{end}")),
        ("entry twice, new last", format!("xref\nNUMBER 1\nOLD 00000 n \nNUMBER 1\n{entry}{end}")),
        ("entry twice, new first", format!("xref\nNUMBER 1\n{entry}NUMBER 1\nOLD 00000 n \n{end}")),
        ("section with comments", format!("xref % a\nNUMBER 1 % b\n{entry}% c\n{end}")),
        ("section with returns alone", format!("{whole}{end}").replace('\n', "\r")),
        ("section behind spaces", format!("   \n{whole}{end}")),
        ("startxref with a sign", format!("{whole}TRAILERstartxref\n+START\n%%EOF\n")),
        ("startxref with leading zeros", format!("{whole}TRAILERstartxref\n000000START\n%%EOF\n")),
        ("startxref one too high", format!("{whole}TRAILERstartxref\nNEXT\n%%EOF\n")),
        ("startxref behind a comment", format!("{whole}TRAILERstartxref % BEFORE\nSTART\n%%EOF\n")),
        ("EOF in other letters", format!("{whole}TRAILERstartxref\nSTART\n%%eof\n")),
        (
            "trailer with /Prev twice",
            format!(
                "{whole}trailer\n<< /Size SIZE /Root ROOT 0 R /Prev 0 /Prev BEFORE >>\nstartxref\nSTART\n%%EOF\n"
            ),
        ),
        (
            "trailer with /Root twice",
            format!(
                "{whole}trailer\n<< /Size SIZE /Root 21 0 R /Root ROOT 0 R /Prev BEFORE >>\nstartxref\nSTART\n%%EOF\n"
            ),
        ),
        ("trailer in front of the section", format!("TRAILER{whole}startxref\nBEHIND\n%%EOF\n")),
    ]
}

fn others() -> Vec<Attack> {
    vec![
        Attack::new(FAMILY, "section stream with entries twice", Shows::Bytes, |c| {
            let content = c.view.content()?;
            let mut update = forged(&c.view)?.as_stream(true);
            update.repeated.push((content, Entry::At(c.view.offset(content)?, 0)));
            Some(update.finish())
        }),
        Attack::new(FAMILY, "section stream of no types", Shows::Bytes, |c| {
            // `/W` with a first width of 0: every entry is of type 1.
            let content = c.view.content()?;
            let at = c.view.bytes.len();
            let bytes = forged(&c.view)?.ending(Ending::Bodies).finish();
            let data = u32::try_from(at).ok()?.to_be_bytes();
            let number = c.view.size + 1;
            let kind = format!(
                "/Type /XRef /W [ 0 4 0 ] /Index [ {content} 1 ] /Size {} /Root {} 0 R /Prev {}",
                number + 1,
                c.view.root,
                c.view.startxref
            );
            let head = format!("{number} 0 obj\n");
            let end = format!("\nendobj\nstartxref\n{}\n%%EOF\n", bytes.len());
            Some([&bytes, head.as_bytes(), &base::stream(&kind, &data), end.as_bytes()].concat())
        }),
        Attack::new(FAMILY, "header of another version behind the end", Shows::Payload, |c| {
            let bytes = [c.view.bytes.as_slice(), b"%PDF-2.0\n"].concat();
            Some(forged(&c.view.with_bytes(bytes))?.finish())
        }),
        Attack::new(FAMILY, "bytes in front of the header", Shows::Bytes, |c| {
            Some([b"unsigned\n".as_slice(), &c.view.bytes].concat())
        }),
        Attack::new(FAMILY, "bytes in front of the header, and an update", Shows::Bytes, |c| {
            Some([b"unsigned\n".as_slice(), &forged(&c.view)?.finish()].concat())
        }),
        Attack::new(FAMILY, "updates one after the other, the first hidden", Shows::Payload, |c| {
            // The second goes on from before the first, whose bytes belong to no section then.
            let first = c.view.update().put(c.view.root, c.view.text(c.view.root)?).finish();
            let view: View = c.view.with_bytes(first);
            Some(forged(&view)?.finish())
        }),
    ]
}
