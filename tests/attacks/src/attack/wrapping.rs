//! Signature wrapping: the second signed part moves, and what is between is free to write.

use super::{Attack, Shows, forged, payload};
use crate::{
    base::{deflate, stream, xref_entry},
    carrier::Carrier,
    view::{Signature, View, find, hex},
};

const FAMILY: &str = "wrapping";

/// How the moved range is said.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Said {
    /// A second `/ByteRange` behind `/Contents`.
    Twice(&'static str),
    /// In a signature dictionary that replaces the signed one.
    Elsewhere,
    /// Not at all: the old range stays.
    NotAtAll,
}

pub(super) fn attacks() -> Vec<Attack> {
    let ways = [
        ("second /ByteRange", Said::Twice("/ByteRange")),
        ("second /ByteRange, escaped", Said::Twice("/Byte#52ange")),
        ("second /ByteRange after a comment", Said::Twice("%\n/ByteRange")),
        ("dictionary replaced", Said::Elsewhere),
        ("old range", Said::NotAtAll),
    ];
    let mut attacks = Vec::new();
    for (name, said) in ways {
        attacks.push(Attack::new(FAMILY, format!("second part moved, {name}"), Shows::Bytes, move |c| {
            wrap(c, said, true)
        }));
        attacks.push(Attack::new(
            FAMILY,
            format!("second part moved, space filled, {name}"),
            Shows::Bytes,
            move |c| wrap(c, said, false),
        ));
    }
    attacks.extend([
        Attack::new(FAMILY, "objects in the padding of /Contents", Shows::Bytes, |c| {
            let bodies = free_bodies(c)?;
            fill_padding(c.view.last(), &c.view.bytes, &bodies).map(|(bytes, _)| bytes)
        }),
        Attack::new(FAMILY, "objects in the padding, listed by an update", Shows::Bytes, |c| {
            let bodies = free_bodies(c)?;
            let (bytes, at) = fill_padding(c.view.last(), &c.view.bytes, &bodies)?;
            let view = c.view.with_bytes(bytes);
            Some(view.update().entry(c.view.content()?, crate::update::Entry::At(at, 0)).finish())
        }),
        Attack::new(
            FAMILY,
            "objects in the hex digits of the padding, listed by an update",
            Shows::Payload,
            |c| {
                // The digits stay hexadecimal for a lenient reader of the string: nothing but the listing tells.
                let gap = c.view.last().gap();
                let cms = c.view.last().cms()?.len() * 2;
                let body = [
                    format!(" \n{} 0 obj\n", c.view.content()?).as_bytes(),
                    &payload(&c.view)?,
                    b"\nendobj\n",
                ]
                .concat();
                let at = gap.start + 1 + cms;
                if at + body.len() >= gap.end {
                    return None;
                }
                let bytes = super::overwrite(&c.view.bytes, at, &body);
                let view = c.view.with_bytes(bytes);
                Some(view.update().entry(c.view.content()?, crate::update::Entry::At(at + 2, 0)).finish())
            },
        ),
        Attack::new(FAMILY, "section in the padding, startxref appended", Shows::Bytes, |c| {
            let bodies = free_bodies(c)?;
            let gap = c.view.last().gap();
            let first = gap.start + 2 + c.view.last().cms()?.len() * 2;
            let section = first + bodies.len();
            let table = format!(
                "xref\n{} 1\n{first:010} 00000 n \ntrailer\n<< /Size {} /Root {} 0 R /Prev {} >>\n",
                c.view.content()?,
                c.view.size,
                c.view.root,
                c.view.startxref
            );
            let (bytes, at) =
                fill_padding(c.view.last(), &c.view.bytes, &[bodies, table.into_bytes()].concat())?;
            assert_eq!(at, first);
            Some([bytes, format!("startxref\n{section}\n%%EOF\n").into_bytes()].concat())
        }),
        Attack::new(FAMILY, "bytes between the parts and an update", Shows::Bytes, |c| {
            // The whole first revision once more behind itself.
            let last = c.view.last();
            let bytes = forged(&c.view)?.finish();
            Some([&bytes, &c.view.bytes[last.range[2]..last.end()]].concat())
        }),
    ]);
    attacks
}

/// The first page's content saying the payload, as an object.
fn free_bodies(c: &Carrier) -> Option<Vec<u8>> {
    let number = c.view.content()?;
    Some([format!("{number} 0 obj\n").as_bytes(), &payload(&c.view)?, b"\nendobj\n"].concat())
}

/// Closes the string right behind the CMS and puts something into the rest of the gap; where it stands.
fn fill_padding(signature: &Signature, bytes: &[u8], filling: &[u8]) -> Option<(Vec<u8>, usize)> {
    let gap = signature.gap();
    let close = gap.start + 1 + signature.cms()?.len() * 2;
    let room = gap.end.checked_sub(close + 1)?;
    let mut free = filling.to_vec();
    if free.len() > room {
        return None;
    }
    free.resize(room, b' ');
    let bytes = super::overwrite(bytes, close, &[b">".as_slice(), &free].concat());
    Some((bytes, close + 1))
}

/// Moves the second part of the newest signature behind free space with another section at the old place.
fn wrap(c: &Carrier, said: Said, empty: bool) -> Option<Vec<u8>> {
    let last = c.view.last();
    if last.end() != c.view.bytes.len() || last.range[0] != 0 {
        return None;
    }
    let (first, second) = (&c.view.bytes[..last.range[1]], &c.view.bytes[last.range[2]..]);
    // The signed startxref stays, so another section must stand where it points; the second part goes behind.
    let moved = c.view.startxref + ROOM;
    let range = format!("[ 0 {} {moved} {} ]", last.range[1], second.len());
    let contents = format!("<{}>", hex(last.cms()?));
    let mut out = [first, contents.as_bytes()].concat();
    if let Said::Twice(key) = said {
        out.extend(format!(" {key} {range} ").as_bytes());
    }
    if !empty {
        out.extend(b" >>\nendobj\n");
        let at = out.len();
        out.extend(free_bodies(c)?);
        let mut entries = vec![(c.view.content()?, at)];
        if said == Said::Elsewhere {
            let body = c.view.with(last.object, &[("ByteRange", &range), ("Contents", &contents)])?;
            entries.push((last.object, out.len()));
            out.extend(format!("{} 0 obj\n", last.object).as_bytes());
            out.extend(body);
            out.extend(b"\nendobj\n");
        }
        // Nothing may stand before the place that the signed startxref names but what is signed.
        if out.len() > c.view.startxref {
            return None;
        }
        out.resize(c.view.startxref, b' ');
        out.extend(section(&c.view, &entries)?);
    }
    if out.len() > moved {
        return None;
    }
    out.resize(moved, b' ');
    out.extend(second);
    Some(out)
}

/// Room for the section that takes the place of the old one, in bytes.
const ROOM: usize = 8192;

/// A section for the place of the old one, with some objects elsewhere.
fn section(view: &View, changed: &[(u32, usize)]) -> Option<Vec<u8>> {
    let old = &view.bytes[view.startxref..];
    let previous = match view.document.trailer.get(b"Prev") {
        Ok(previous) => previous.as_i64().ok()?.to_string(),
        Err(_) => previous_of(old)?,
    };
    // What stands in the second part moves with it.
    let last = view.last();
    let shift = |number: u32| {
        let at = view.offset(number)?;
        Some(if at < last.range[1] { at } else { at - last.range[2] + view.startxref + ROOM })
    };
    let mut entries: Vec<(u32, usize)> = changed.to_vec();
    for number in view.document.objects.keys().map(|id| id.0) {
        if !entries.iter().any(|(other, _)| *other == number)
            && let Some(at) = shift(number)
        {
            entries.push((number, at));
        }
    }
    entries.sort_unstable();
    if view.streams {
        let number = view.size;
        let index: String = entries.iter().map(|(number, _)| format!("{number} 1 ")).collect();
        let table: Vec<u8> = entries.iter().flat_map(|(_, at)| xref_entry([1, *at, 0])).collect();
        let kind = format!(
            "/Type /XRef /Size {} /Root {} 0 R /Prev {previous} /W [ 1 4 2 ] /Index [ {index}] /Filter /FlateDecode",
            number + 1,
            view.root
        );
        let body = stream(&kind, &deflate(&table));
        return Some([format!("{number} 0 obj\n").as_bytes(), &body, b"\nendobj\n"].concat());
    }
    let mut text = String::from("xref\n");
    for (number, at) in &entries {
        text += &format!("{number} 1\n{at:010} 00000 n \n");
    }
    text += &format!("trailer\n<< /Size {} /Root {} 0 R /Prev {previous} >>\n", view.size, view.root);
    Some(text.into_bytes())
}

/// `/Prev` in the newest section.
fn previous_of(section: &[u8]) -> Option<String> {
    let at = find(section, b"/Prev")? + 5;
    let digits: String = section[at..]
        .iter()
        .map(|byte| char::from(*byte))
        .skip_while(char::is_ascii_whitespace)
        .take_while(char::is_ascii_digit)
        .collect();
    Some(digits)
}
