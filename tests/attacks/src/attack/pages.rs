//! Pages added, removed, swapped, and changed in what they show or how large they are.

use super::{Attack, Shows, forged, payload};
use crate::{base, carrier::Carrier};

const FAMILY: &str = "pages";

pub(super) fn attacks() -> Vec<Attack> {
    let mut attacks = vec![
        Attack::new(FAMILY, "content replaced", Shows::Payload, |c| Some(forged(&c.view)?.finish())),
        Attack::new(FAMILY, "content appended to", Shows::Payload, |c| {
            let old = c.view.content()?;
            let mut update = c.view.update();
            let new = update.add(payload(&c.view)?);
            page(c, update, &[("Contents", &format!("[ {old} 0 R {new} 0 R ]"))])
        }),
        Attack::new(FAMILY, "content put in front of", Shows::Payload, |c| {
            let old = c.view.content()?;
            let mut update = c.view.update();
            let new = update.add(payload(&c.view)?);
            page(c, update, &[("Contents", &format!("[ {new} 0 R {old} 0 R ]"))])
        }),
        Attack::new(FAMILY, "content removed", Shows::Bytes, |c| {
            page(c, c.view.update(), &[("Contents", "")])
        }),
        Attack::new(FAMILY, "content in an array that an object holds", Shows::Payload, |c| {
            let mut update = c.view.update();
            let new = update.add(payload(&c.view)?);
            let array = update.add(format!("[ {new} 0 R ]"));
            page(c, update, &[("Contents", &format!("{array} 0 R"))])
        }),
        Attack::new(FAMILY, "content in an external file", Shows::Bytes, |c| {
            let body = base::stream("/F (other.txt) /FFilter /ASCIIHexDecode", b"");
            Some(c.view.update().put(c.view.content()?, body).finish())
        }),
        Attack::new(FAMILY, "resources replaced", Shows::Bytes, |c| {
            page(c, c.view.update(), &[("Resources", "<< /Font << >> >>")])
        }),
        Attack::new(FAMILY, "resources with another font", Shows::Bytes, |c| {
            let mut update = c.view.update();
            let font = update.add("<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>");
            page(c, update, &[("Resources", &format!("<< /Font << /F1 {font} 0 R >> >>"))])
        }),
        Attack::new(FAMILY, "page added at the end", Shows::Payload, |c| {
            tree(c, |_, kids, new| {
                kids.push(new);
            })
        }),
        Attack::new(FAMILY, "page added in front", Shows::Payload, |c| {
            tree(c, |_, kids, new| {
                kids.insert(0, new);
            })
        }),
        Attack::new(FAMILY, "page replaced", Shows::Payload, |c| {
            tree(c, |_, kids, new| {
                kids[0] = new;
            })
        }),
        Attack::new(FAMILY, "page removed", Shows::Bytes, |c| {
            tree(c, |_, kids, _| {
                kids.pop();
            })
        }),
        Attack::new(FAMILY, "page swapped", Shows::Bytes, |c| {
            tree(c, |c, kids, _| {
                if c.view.pages.len() > 1 {
                    kids.reverse();
                }
            })
        }),
        Attack::new(FAMILY, "page twice", Shows::Bytes, |c| {
            tree(c, |_, kids, _| {
                kids.push(kids[0]);
            })
        }),
        Attack::new(FAMILY, "page count too low", Shows::Bytes, |c| {
            let root = pages(c).filter(|_| c.view.pages.len() > 1)?;
            Some(c.view.update().put(root, c.view.with(root, &[("Count", "1")])?).finish())
        }),
        Attack::new(FAMILY, "page is null", Shows::Bytes, |c| {
            Some(c.view.update().put(*c.view.pages.last()?, "null").finish())
        }),
        Attack::new(FAMILY, "page tree in another object", Shows::Payload, |c| {
            let mut update = c.view.update();
            let content = update.add(payload(&c.view)?);
            let contents = format!("{content} 0 R");
            let page =
                update.add(c.view.with(*c.view.pages.first()?, &[("Contents", &contents), ("Annots", "")])?);
            let tree = update.add(format!("<< /Type /Pages /Count 1 /Kids [ {page} 0 R ] >>"));
            let reference = format!("{tree} 0 R");
            Some(update.put(c.view.root, c.view.with(c.view.root, &[("Pages", &reference)])?).finish())
        }),
        Attack::new(FAMILY, "page inserted as a tree of its own", Shows::Payload, |c| {
            let root = pages(c)?;
            let mut update = c.view.update();
            let content = update.add(payload(&c.view)?);
            let contents = format!("{content} 0 R");
            let page =
                update.add(c.view.with(*c.view.pages.first()?, &[("Contents", &contents), ("Annots", "")])?);
            let tree =
                update.add(format!("<< /Type /Pages /Parent {root} 0 R /Count 1 /Kids [ {page} 0 R ] >>"));
            let kids = crate::sign::appended(&c.view.references(root, "Kids"), tree);
            let count = (c.view.pages.len() + 1).to_string();
            Some(update.put(root, c.view.with(root, &[("Kids", &kids), ("Count", &count)])?).finish())
        }),
    ];
    for (key, value) in entries() {
        attacks.push(Attack::new(FAMILY, format!("page's /{key}"), Shows::Bytes, move |c| {
            page(c, c.view.update(), &[(key, value)])
        }));
    }
    for (key, value) in [
        ("MediaBox", "[ 0 0 300 300 ]"),
        ("CropBox", "[ 0 400 595 842 ]"),
        ("Rotate", "180"),
        ("Resources", "<< /Font << >> >>"),
    ] {
        attacks.push(Attack::new(FAMILY, format!("page tree's /{key}"), Shows::Bytes, move |c| {
            let root = pages(c)?;
            Some(c.view.update().put(root, c.view.with(root, &[(key, value)])?).finish())
        }));
    }
    attacks
}

fn entries() -> [(&'static str, &'static str); 17] {
    [
        ("MediaBox", "[ 0 400 595 842 ]"),
        ("CropBox", "[ 0 700 595 842 ]"),
        ("BleedBox", "[ 0 700 595 842 ]"),
        ("Rotate", "90"),
        ("UserUnit", "20"),
        ("Group", "<< /Type /Group /S /Transparency /CS /DeviceCMYK /I true /K true >>"),
        ("Dur", "1"),
        ("Trans", "<< /S /Fly /D 9 >>"),
        ("Annots", "[ ]"),
        ("Parent", "20 0 R"),
        ("Type", "/Template"),
        ("Metadata", "27 0 R"),
        ("PieceInfo", "<< /Analytical << /LastModified (D:20261121000000Z) >> >>"),
        ("Thumb", "17 0 R"),
        ("B", "[ ]"),
        ("VP", "[ << /Type /Viewport /BBox [ 0 0 100 100 ] >> ]"),
        ("PresSteps", "<< /Type /NavNode >>"),
    ]
}

fn page(c: &Carrier, update: crate::update::Update<'_>, entries: &[(&str, &str)]) -> Option<Vec<u8>> {
    let page = *c.view.pages.first()?;
    Some(update.put(page, c.view.with(page, entries)?).finish())
}

/// The root of the page tree.
fn pages(c: &Carrier) -> Option<u32> {
    c.view.value(c.view.root, "Pages")?.split(' ').next()?.parse().ok()
}

/// Changes the kids of the page tree's root; a page with the payload is at hand.
fn tree(c: &Carrier, change: impl Fn(&Carrier, &mut Vec<u32>, u32)) -> Option<Vec<u8>> {
    let root = pages(c)?;
    let mut kids = c.view.references(root, "Kids");
    let before = kids.clone();
    let mut update = c.view.update();
    let number = update.number();
    change(c, &mut kids, number);
    if kids == before {
        return None;
    }
    if kids.contains(&number) {
        let content = update.add(payload(&c.view)?);
        let contents = format!("{content} 0 R");
        update
            .write(number, &c.view.with(*c.view.pages.first()?, &[("Contents", &contents), ("Annots", "")])?);
    }
    let list: String = kids.iter().map(|kid| format!("{kid} 0 R ")).collect();
    let count = kids.len().to_string();
    let body = c.view.with(root, &[("Kids", &format!("[ {list}]")), ("Count", &count)])?;
    Some(update.put(root, body).finish())
}
