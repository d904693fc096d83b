//! The end of the file: bytes cut off, bytes added, and sections that lead nowhere.

use super::{Attack, Shows, forged, payload};
use crate::{
    base::{deflate, stream, xref_entry},
    update::{Ending, Entry},
};

const FAMILY: &str = "end of file";

pub(super) fn attacks() -> Vec<Attack> {
    let mut attacks = Vec::new();
    let junk: [(&str, &[u8]); 11] = [
        ("EOF twice", b"%%EOF\n"),
        ("a comment", b"% nothing to see\n"),
        ("text", b"Price 900 EUR\n"),
        ("zeros and a word", b"\0\0\0\0\0\0\0\0word"),
        ("spaces and an end", b"                                \n%%EOF\n"),
        ("an object", b"90 0 obj\n<< >>\nendobj\n"),
        ("an empty section", b"xref\n0 0\ntrailer\n<< >>\n"),
        ("startxref of nowhere", b"startxref\n0\n%%EOF\n"),
        ("a header", b"%PDF-2.0\n"),
        ("an archive", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
        ("markup", b"<script>alert(1)</script>"),
    ];
    for (name, bytes) in junk {
        attacks.push(Attack::new(FAMILY, format!("{name} behind the end"), Shows::Bytes, move |c| {
            Some([c.view.bytes.as_slice(), bytes].concat())
        }));
    }
    for cut in [1, 2, 6, 7, 20, 200] {
        attacks.push(Attack::new(FAMILY, format!("{cut} bytes cut off"), Shows::Bytes, move |c| {
            Some(c.view.bytes[..c.view.bytes.len() - cut].to_vec())
        }));
    }
    attacks.extend([
        Attack::new(FAMILY, "startxref again", Shows::Bytes, |c| {
            let again = format!("startxref\n{}\n%%EOF\n", c.view.startxref);
            Some([c.view.bytes.as_slice(), again.as_bytes()].concat())
        }),
        Attack::new(FAMILY, "last section again", Shows::Bytes, |c| {
            Some([c.view.bytes.as_slice(), &c.view.bytes[c.view.startxref..]].concat())
        }),
        Attack::new(FAMILY, "section that is its own predecessor", Shows::Payload, |c| {
            let update = forged(&c.view)?;
            let at = update.position().to_string();
            Some(update.trailer("Prev", &at).finish())
        }),
        Attack::new(FAMILY, "two sections in a ring", Shows::Bytes, |c| {
            let first = forged(&c.view)?.finish();
            let start = crate::view::startxref(&first)?;
            let view = crate::view::View::read(&first)?;
            let second = view.update().finish();
            let later = crate::view::startxref(&second)?;
            let old = format!("/Prev {}", c.view.startxref);
            let new = format!("/Prev {later}");
            let at = start + crate::view::find(&second[start..], old.as_bytes())?;
            if old.len() != new.len() {
                return None;
            }
            Some(super::overwrite(&second, at, new.as_bytes()))
        }),
        Attack::new(FAMILY, "section that goes on beyond the file", Shows::Bytes, |c| {
            Some(forged(&c.view)?.trailer("Prev", "99999999").finish())
        }),
        Attack::new(FAMILY, "section that goes on at a negative place", Shows::Bytes, |c| {
            Some(forged(&c.view)?.trailer("Prev", "-1").finish())
        }),
        Attack::new(FAMILY, "section that goes on at a reference", Shows::Bytes, |c| {
            let mut update = forged(&c.view)?;
            let number = update.add(c.view.startxref.to_string());
            Some(update.trailer("Prev", &format!("{number} 0 R")).finish())
        }),
        Attack::new(FAMILY, "section that goes on in the text", Shows::Bytes, |c| {
            Some(forged(&c.view)?.trailer("Prev", "20").finish())
        }),
        Attack::new(FAMILY, "hybrid section that hides the content", Shows::Bytes, |c| hybrid(c, false)),
        Attack::new(FAMILY, "hybrid section, listed as free", Shows::Bytes, |c| hybrid(c, true)),
        Attack::new(FAMILY, "hybrid section that names itself", Shows::Bytes, |c| {
            let update = forged(&c.view)?.as_stream(false);
            let at = update.position().to_string();
            Some(update.trailer("XRefStm", &at).finish())
        }),
        Attack::new(FAMILY, "objects in an object stream", Shows::Bytes, |c| {
            let page = *c.view.pages.first()?;
            let body = c.view.with(page, &[("Contents", "18 0 R"), ("Rotate", "90")])?;
            Some(c.view.update().as_stream(true).pack(&[(page, body)]).finish())
        }),
        Attack::new(FAMILY, "object stream that extends another", Shows::Bytes, |c| {
            let page = *c.view.pages.first()?;
            let body = c.view.with(page, &[("Rotate", "90")])?;
            let mut update = c.view.update().as_stream(true);
            let index = format!("{page} 0 ");
            let data = deflate(&[index.as_bytes(), &body].concat());
            let holder = update.number();
            let kind = format!(
                "/Type /ObjStm /N 1 /First {} /Extends {holder} 0 R /Filter /FlateDecode",
                index.len()
            );
            update.write(holder, &stream(&kind, &data));
            Some(update.entry(page, Entry::In(holder, 0)).finish())
        }),
        Attack::new(FAMILY, "object stream of the signed part replaced", Shows::Payload, |c| {
            // No entry changes but that of the stream: every object in it may be another one.
            let streams = c.view.document.objects.iter();
            let (id, stream) =
                streams.filter_map(|(id, object)| Some((id, object.as_stream().ok()?))).find(|(_, it)| {
                    it.dict.get(b"Type").and_then(lopdf::Object::as_name).is_ok_and(|it| it == b"ObjStm")
                })?;
            let old = stream.decompressed_content().ok()?;
            let [from, to] = [b"/Contents 8 0 R /Annots".as_slice(), b"/Contents 18 0 R/Annots"];
            let at = crate::view::find(&old, from)?;
            let data = deflate(&super::overwrite(&old, at, to));
            let number = |key: &[u8]| stream.dict.get(key).ok()?.as_i64().ok();
            let kind = format!(
                "/Type /ObjStm /N {} /First {} /Filter /FlateDecode",
                number(b"N")?,
                number(b"First")?
            );
            Some(c.view.update().put(id.0, crate::base::stream(&kind, &data)).finish())
        }),
        Attack::new(FAMILY, "object stream in an object stream", Shows::Bytes, |c| {
            let page = *c.view.pages.first()?;
            let mut update = c.view.update().as_stream(true);
            let holder = update.number();
            Some(update.entry(holder, Entry::In(holder, 0)).entry(page, Entry::In(holder, 0)).finish())
        }),
        Attack::new(FAMILY, "size that leaves the newest object out", Shows::Bytes, |c| {
            let mut update = c.view.update();
            let content = update.add(payload(&c.view)?);
            let page = *c.view.pages.first()?;
            let reference = format!("{content} 0 R");
            let update = update.put(page, c.view.with(page, &[("Contents", &reference)])?);
            Some(update.trailer("Size", &content.to_string()).finish())
        }),
        Attack::new(FAMILY, "size of one", Shows::Bytes, |c| {
            Some(forged(&c.view)?.trailer("Size", "1").finish())
        }),
        Attack::new(FAMILY, "size below nothing", Shows::Bytes, |c| {
            Some(forged(&c.view)?.trailer("Size", "-5").finish())
        }),
        Attack::new(FAMILY, "entry 0 in use", Shows::Bytes, |c| {
            let at = c.view.offset(c.view.content()?)?;
            Some(forged(&c.view)?.entry(0, Entry::At(at, 0)).finish())
        }),
        Attack::new(FAMILY, "update behind a zero byte", Shows::Bytes, |c| {
            let bytes = forged(&c.view)?.ending(Ending::Bodies).finish();
            Some([&bytes, b"\0\0%%EOF\0".as_slice()].concat())
        }),
    ]);
    attacks
}

/// A table whose stream overrides the content; readers without such streams see what was signed.
fn hybrid(c: &crate::carrier::Carrier, free: bool) -> Option<Vec<u8>> {
    let content = c.view.content()?;
    let update = c.view.update().as_stream(false);
    let at = update.position();
    let mut update = update.put_unlisted(content, payload(&c.view)?);
    let start = update.position();
    let body = stream(
        &format!(
            "/Type /XRef /Size {} /W [ 1 4 2 ] /Index [ {content} 1 ] /Root {} 0 R",
            c.view.size + 2,
            c.view.root
        ),
        &xref_entry([1, at, 0]),
    );
    let number = update.number();
    let text = [format!("{number} 0 obj\n").as_bytes(), &body, b"\nendobj\n"].concat();
    let update = update.raw(text).trailer("XRefStm", &start.to_string());
    let update =
        if free { update.entry(content, Entry::Free(0)) } else { update.entry(number, Entry::At(start, 0)) };
    Some(update.finish())
}
