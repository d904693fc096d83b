//! Sections that name an object and show another.

use super::{Attack, Shows, forged, payload};
use crate::{
    carrier::Carrier,
    update::Entry,
    view::{find, rfind},
};

const FAMILY: &str = "rollback";

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        Attack::new(FAMILY, "catalog as it was", Shows::Bytes, |c| {
            Some(c.view.update().entry(c.view.root, Entry::At(first(c, c.view.root)?, 0)).finish())
        }),
        Attack::new(FAMILY, "catalog as it was, under a new number", Shows::Bytes, |c| {
            Some(c.view.update().entry(900, Entry::At(first(c, c.view.root)?, 0)).finish())
        }),
        Attack::new(FAMILY, "form as it was", Shows::Bytes, |c| {
            let form = c.view.form()?;
            Some(c.view.update().entry(form, Entry::At(first(c, form)?, 0)).finish())
        }),
        Attack::new(FAMILY, "page as it was", Shows::Bytes, |c| {
            let page = *c.view.pages.last()?;
            Some(c.view.update().entry(page, Entry::At(first(c, page)?, 0)).finish())
        }),
        Attack::new(FAMILY, "field as it was before the signature", Shows::Bytes, |c| {
            // Only where the field was made before it was filled.
            let field = c.view.signatures.iter().find(|it| first(c, it.field).is_some())?.field;
            Some(c.view.update().entry(field, Entry::At(first(c, field)?, 0)).finish())
        }),
        Attack::new(FAMILY, "first page shows the second", Shows::Bytes, |c| {
            let [one, two, ..] = c.view.pages.as_slice() else { return None };
            Some(c.view.update().entry(*one, Entry::At(c.view.offset(*two)?, 0)).finish())
        }),
        Attack::new(FAMILY, "first content shows the second", Shows::Bytes, |c| {
            let contents: Vec<u32> = c
                .view
                .pages
                .iter()
                .filter_map(|page| Some(c.view.document.get_page_contents((*page, 0)).first()?.0))
                .collect();
            let [one, two, ..] = contents.as_slice() else { return None };
            Some(c.view.update().entry(*one, Entry::At(c.view.offset(*two)?, 0)).finish())
        }),
        Attack::new(FAMILY, "number of the file and of the section differ", Shows::Bytes, |c| {
            let content = c.view.content()?;
            let mut update = c.view.update();
            let at = update.position();
            let other = update.add(payload(&c.view)?);
            Some(update.entry(content, Entry::At(at, 0)).entry(other, Entry::Free(1)).finish())
        }),
        Attack::new(FAMILY, "signature dictionary shows another", Shows::Bytes, |c| {
            let [one, .., two] = c.view.signatures.as_slice() else { return None };
            Some(c.view.update().entry(one.object, Entry::At(c.view.offset(two.object)?, 0)).finish())
        }),
        Attack::new(FAMILY, "offset inside an object", Shows::Bytes, |c| {
            // An object that stands in the bytes of a signed string or stream.
            let content = c.view.content()?;
            let at = c.view.offset(content)?;
            Some(c.view.update().entry(content, Entry::At(at + 1, 0)).finish())
        }),
        Attack::new(FAMILY, "offset of the header", Shows::Bytes, |c| {
            // The header is a comment: what comes behind it is the file's first object.
            let content = c.view.content()?;
            let first = find(&c.view.bytes, b" 0 obj")?;
            if c.view.bytes[..first].ends_with(content.to_string().as_bytes()) {
                return None;
            }
            Some(c.view.update().entry(content, Entry::At(0, 0)).finish())
        }),
        Attack::new(FAMILY, "offset beyond the file", Shows::Bytes, |c| {
            Some(c.view.update().entry(c.view.content()?, Entry::At(9_999_999, 0)).finish())
        }),
        Attack::new(FAMILY, "content freed", Shows::Bytes, |c| {
            Some(c.view.update().entry(c.view.content()?, Entry::Free(1)).finish())
        }),
        Attack::new(FAMILY, "content freed with the last generation", Shows::Bytes, |c| {
            Some(c.view.update().entry(c.view.content()?, Entry::Free(65535)).finish())
        }),
        Attack::new(FAMILY, "content of the next generation", Shows::Bytes, |c| {
            // A reference to generation 0 still stands in the page.
            let update = c.view.update();
            let at = update.position();
            let content = c.view.content()?;
            let body = [format!("{content} 1 obj\n").as_bytes(), &payload(&c.view)?, b"\nendobj\n"].concat();
            Some(update.raw(body).entry(content, Entry::At(at, 1)).finish())
        }),
        Attack::new(FAMILY, "generation of the section alone", Shows::Bytes, |c| {
            let update = forged(&c.view)?;
            let bytes = update.finish();
            let content = c.view.content()?;
            let at = c.view.bytes.len()
                + find(&bytes[c.view.bytes.len()..], format!("{content} 0 obj").as_bytes())?;
            let view = crate::view::View::read(&bytes)?;
            Some(view.update().entry(content, Entry::At(at, 7)).finish())
        }),
        Attack::new(FAMILY, "in an object stream at another index", Shows::Bytes, |c| {
            let root = c.view.root;
            let catalog = c.view.with(root, &[("Lang", "(fr)")])?;
            let mut update = c.view.update().as_stream(true);
            let [one, two] = [update.number(), update.number()];
            let update = update.pack(&[(one, catalog), (two, b"null".to_vec())]);
            // The holder of both is the object written last.
            let holder = two + 1;
            Some(update.entry(root, Entry::In(holder, 0)).finish())
        }),
        Attack::new(FAMILY, "in a stream that is no object stream", Shows::Bytes, |c| {
            let content = c.view.content()?;
            Some(c.view.update().as_stream(true).entry(c.view.root, Entry::In(content, 0)).finish())
        }),
        Attack::new(FAMILY, "newest update taken back", Shows::Bytes, |c| {
            // A section that goes on from before the newest signature.
            let before = c.before.as_ref()?;
            let old = crate::view::startxref(before)?;
            Some(c.view.update().trailer("Prev", &old.to_string()).finish())
        }),
        Attack::new(FAMILY, "startxref of the revision before", Shows::Bytes, |c| {
            let old = crate::view::startxref(c.before.as_ref()?)?;
            Some([c.view.bytes.as_slice(), format!("startxref\n{old}\n%%EOF\n").as_bytes()].concat())
        }),
        Attack::new(FAMILY, "revision before behind everything", Shows::Bytes, |c| {
            Some([c.view.bytes.as_slice(), c.before.as_ref()?].concat())
        }),
    ]
}

/// Where an object's oldest body stands, if there is a newer one.
fn first(c: &Carrier, number: u32) -> Option<usize> {
    let mark = format!("\n{number} 0 obj");
    let at = find(&c.view.bytes, mark.as_bytes())?;
    (rfind(&c.view.bytes, mark.as_bytes())? != at).then_some(at + 1)
}
