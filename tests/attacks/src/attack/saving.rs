//! Incremental saving: something is appended, in one of the ways that validators have overlooked.

use super::{Attack, Shows, forged, payload};
use crate::{
    base::{self, Structure, number},
    update::{Ending, Entry},
    view::{find, startxref},
};

const FAMILY: &str = "saving";

pub(super) fn attacks() -> Vec<Attack> {
    let endings = [
        ("plain", Ending::Whole, Shows::Payload),
        ("bodies alone", Ending::Bodies, Shows::Bytes),
        ("without startxref", Ending::NoStart, Shows::Bytes),
        ("without EOF", Ending::NoEof, Shows::Payload),
        ("startxref of the section before", Ending::OldStart, Shows::Bytes),
        ("trailer without a section", Ending::TrailerOnly, Shows::Bytes),
    ];
    let mut attacks: Vec<Attack> = endings
        .into_iter()
        .map(|(name, ending, shows)| {
            Attack::new(FAMILY, name, shows, move |c| Some(forged(&c.view)?.ending(ending).finish()))
        })
        .collect();
    // With a copy of the signature, so that the newest bytes hold one too.
    for (name, ending, _) in endings {
        attacks.push(Attack::new(
            FAMILY,
            format!("{name}, with a copied signature"),
            Shows::Bytes,
            move |c| {
                let last = c.view.last();
                let mut update = forged(&c.view)?;
                let copy = update.add(c.view.text(last.object)?);
                let value = format!("{copy} 0 R");
                update.write(last.field, &c.view.with(last.field, &[("V", &value)])?);
                Some(update.ending(ending).finish())
            },
        ));
    }
    attacks.extend([
        Attack::new(FAMILY, "signature re-emitted", Shows::Payload, |c| {
            let last = c.view.last().object;
            Some(forged(&c.view)?.put(last, c.view.text(last)?).finish())
        }),
        Attack::new(FAMILY, "table update of any file", Shows::Payload, |c| {
            Some(forged(&c.view)?.as_stream(false).finish())
        }),
        Attack::new(FAMILY, "stream update of any file", Shows::Payload, |c| {
            Some(forged(&c.view)?.as_stream(true).finish())
        }),
        Attack::new(FAMILY, "two updates, the second empty", Shows::Payload, |c| {
            let first = forged(&c.view)?.finish();
            let view = crate::view::View::read(&first)?;
            Some(view.update().finish())
        }),
        Attack::new(FAMILY, "a change and its repair", Shows::Bytes, |c| {
            // What is shown is what was signed, except for whoever stops reading one update early.
            let first = forged(&c.view)?.finish();
            let view = crate::view::View::read(&first)?;
            Some(
                view.update()
                    .put(c.view.content()?, c.view.text(c.view.content()?)?)
                    .trailer("Analytical", "true")
                    .finish(),
            )
        }),
        Attack::new(FAMILY, "another document behind it", Shows::Bytes, |c| {
            let whole = base::document(Structure::Table);
            Some([c.view.bytes.as_slice(), &whole].concat())
        }),
        Attack::new(FAMILY, "another document behind it, offsets moved", Shows::Bytes, |c| {
            let update = c.view.update();
            let mut update = update.trailer("Prev", "").as_stream(false);
            for object in c.view.document.objects.keys().map(|id| id.0) {
                let body =
                    if Some(object) == c.view.content() { payload(&c.view)? } else { c.view.text(object)? };
                update.write(object, &body);
            }
            Some(update.entry(0, Entry::Free(65535)).finish())
        }),
        Attack::new(FAMILY, "body in a comment's shadow", Shows::Bytes, |c| {
            // A comment that ends with a carriage return: what follows is an object to some.
            let mut body = b"% \r".to_vec();
            body.extend(format!("{} 0 obj\r", c.view.content()?).as_bytes());
            body.extend(payload(&c.view)?);
            body.extend(b"\rendobj\r");
            Some([c.view.bytes.as_slice(), &body].concat())
        }),
        Attack::new(FAMILY, "unlisted body in a listed update", Shows::Bytes, |c| {
            let update = c.view.update().put_unlisted(c.view.content()?, payload(&c.view)?);
            Some(update.finish())
        }),
        Attack::new(FAMILY, "section without a trailer, startxref there", Shows::Bytes, |c| {
            let bytes = forged(&c.view)?.as_stream(false).finish();
            let at = crate::view::rfind(&bytes, b"trailer")?;
            Some(super::overwrite(&bytes, at, b"triller"))
        }),
        Attack::new(FAMILY, "startxref far away", Shows::Bytes, |c| {
            let bytes = forged(&c.view)?.ending(Ending::NoStart).finish();
            Some([bytes.as_slice(), b"startxref\n999999999\n%%EOF\n"].concat())
        }),
        Attack::new(FAMILY, "two startxrefs, the older one last", Shows::Bytes, |c| {
            let bytes = forged(&c.view)?.finish();
            let old = format!("startxref\n{}\n%%EOF\n", c.view.startxref);
            Some([bytes.as_slice(), old.as_bytes()].concat())
        }),
        Attack::new(FAMILY, "two startxrefs, the newer one last", Shows::Payload, |c| {
            let bytes = forged(&c.view)?.finish();
            let start = startxref(&bytes)?;
            let at = crate::view::rfind(&bytes, b"startxref")?;
            let both = format!("startxref\n{}\n%%EOF\nstartxref\n{start}\n%%EOF\n", c.view.startxref);
            Some([&bytes[..at], both.as_bytes()].concat())
        }),
        Attack::new(FAMILY, "update without /Prev that repeats the section", Shows::Payload, |c| {
            let mut update = forged(&c.view)?.trailer("Prev", "").as_stream(false);
            let written = c.view.content()?;
            for object in c.view.document.objects.keys().map(|id| id.0).filter(|it| *it != written) {
                match c.view.offset(object) {
                    Some(offset) => update = update.entry(object, Entry::At(offset, 0)),
                    None => update.write(object, &c.view.text(object)?),
                }
            }
            Some(update.entry(0, Entry::Free(65535)).finish())
        }),
        Attack::new(FAMILY, "hidden body of the signed part listed", Shows::Payload, |c| {
            // Nothing is appended but a section: the other content lay in the file when it was signed.
            if !c.unlisted {
                return None;
            }
            let mark = format!("\n{} 0 obj", number::CONTENT);
            let at = find(&c.view.bytes, mark.as_bytes())? + 1;
            Some(c.view.update().entry(number::CONTENT, Entry::At(at, 0)).finish())
        }),
    ]);
    attacks
}
