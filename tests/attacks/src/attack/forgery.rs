//! Universal signature forgery: the signature cannot be checked, and a careless validator calls that valid.

use super::{Attack, Shows, forged, overwrite, payload};
use crate::{
    carrier::Carrier,
    view::{find, hex, rfind},
};

const FAMILY: &str = "forgery";

pub(super) fn attacks() -> Vec<Attack> {
    let mut attacks: Vec<Attack> = overridden()
        .into_iter()
        .map(|(name, key, value)| {
            Attack::new(FAMILY, format!("{name}, dictionary overridden"), Shows::Payload, move |c| {
                let signature = c.view.last().object;
                Some(forged(&c.view)?.put(signature, c.view.with(signature, &[(key, value)])?).finish())
            })
        })
        .collect();
    for (name, from, to) in renamed() {
        attacks.push(Attack::new(FAMILY, format!("{name}, in place"), Shows::Payload, move |c| {
            let bytes = forged(&c.view)?.finish();
            let last = c.view.last();
            let end = if from == "/ByteRange" { c.view.bytes.len() } else { last.range[1] };
            let from_start = start_of(c, last.object)?;
            let at = from_start + find(&c.view.bytes[from_start..end], from.as_bytes())?;
            Some(overwrite(&bytes, at, to.as_bytes()))
        }));
    }
    attacks.extend([
        Attack::new(FAMILY, "/Contents zeroed in place", Shows::Payload, |c| {
            let gap = c.view.last().gap();
            let zeros = "0".repeat(gap.len() - 2);
            Some(overwrite(&forged(&c.view)?.finish(), gap.start + 1, zeros.as_bytes()))
        }),
        Attack::new(FAMILY, "/Contents spaces in place", Shows::Payload, |c| {
            let gap = c.view.last().gap();
            let spaces = " ".repeat(gap.len() - 2);
            Some(overwrite(&forged(&c.view)?.finish(), gap.start + 1, spaces.as_bytes()))
        }),
        Attack::new(FAMILY, "first byte of the CMS changed", Shows::Bytes, |c| {
            let gap = c.view.last().gap();
            Some(overwrite(&c.view.bytes, gap.start + 1, b"31"))
        }),
        Attack::new(FAMILY, "field without a value", Shows::Payload, |c| {
            let field = c.view.last().field;
            Some(forged(&c.view)?.put(field, c.view.with(field, &[("V", "")])?).finish())
        }),
        Attack::new(FAMILY, "field with a value that is nowhere", Shows::Payload, |c| {
            let field = c.view.last().field;
            let nowhere = format!("{} 0 R", c.view.size + 500);
            Some(forged(&c.view)?.put(field, c.view.with(field, &[("V", &nowhere)])?).finish())
        }),
        Attack::new(FAMILY, "dictionary is null", Shows::Payload, |c| {
            Some(forged(&c.view)?.put(c.view.last().object, "null").finish())
        }),
        Attack::new(FAMILY, "field is no signature field", Shows::Payload, |c| {
            let field = c.view.last().field;
            Some(
                forged(&c.view)?
                    .put(field, c.view.with(field, &[("FT", "/Tx"), ("V", "(signed)")])?)
                    .finish(),
            )
        }),
        Attack::new(FAMILY, "form without fields", Shows::Payload, |c| {
            let form = c.view.form()?;
            Some(forged(&c.view)?.put(form, c.view.with(form, &[("Fields", "[ ]")])?).finish())
        }),
        Attack::new(FAMILY, "catalog without a form", Shows::Payload, |c| {
            let root = c.view.root;
            Some(forged(&c.view)?.put(root, c.view.with(root, &[("AcroForm", "")])?).finish())
        }),
        Attack::new(FAMILY, "content changed in place", Shows::Bytes, |c| {
            let at = find(&c.view.bytes, b"Price 100")?;
            Some(overwrite(&c.view.bytes, at, b"Price 999"))
        }),
        Attack::new(FAMILY, "content changed in place, ByteRange blinded", Shows::Bytes, |c| {
            let at = find(&c.view.bytes, b"Price 100")?;
            let bytes = overwrite(&c.view.bytes, at, b"Price 999");
            let at = rfind(&bytes[..c.view.last().range[1]], b"/ByteRange")
                .or_else(|| rfind(&bytes, b"/ByteRange"))?;
            Some(overwrite(&bytes, at, b"/ByteRangf"))
        }),
        Attack::new(FAMILY, "signature of a byte range of nothing", Shows::Payload, |c| {
            let signature = c.view.last().object;
            let cms = hex(c.view.last().cms()?);
            let entries = [("ByteRange", "[ 0 0 0 0 ]"), ("Contents", &*format!("<{cms}>"))];
            Some(
                c.view
                    .update()
                    .put(c.view.content()?, payload(&c.view)?)
                    .put(signature, c.view.with(signature, &entries)?)
                    .finish(),
            )
        }),
    ]);
    attacks
}

fn start_of(c: &Carrier, object: u32) -> Option<usize> {
    rfind(&c.view.bytes, format!("\n{object} 0 obj").as_bytes())
}

fn overridden() -> [(&'static str, &'static str, &'static str); 25] {
    [
        ("/Contents missing", "Contents", ""),
        ("/Contents null", "Contents", "null"),
        ("/Contents empty", "Contents", "<>"),
        ("/Contents zero", "Contents", "<00>"),
        ("/Contents an empty text", "Contents", "()"),
        ("/Contents a number", "Contents", "0"),
        ("/Contents an array", "Contents", "[ <00> ]"),
        ("/Contents an empty sequence", "Contents", "<3000>"),
        ("/ByteRange missing", "ByteRange", ""),
        ("/ByteRange null", "ByteRange", "null"),
        ("/ByteRange empty", "ByteRange", "[ ]"),
        ("/ByteRange zero", "ByteRange", "[ 0 0 0 0 ]"),
        ("/ByteRange negative", "ByteRange", "[ 0 -1 -1 -1 ]"),
        ("/ByteRange overlong", "ByteRange", "[ 0 99999999999999999999 99999999999999999999 0 ]"),
        ("/ByteRange beyond 64 bits", "ByteRange", "[ 0 9223372036854775807 9223372036854775807 1 ]"),
        ("/ByteRange of two numbers", "ByteRange", "[ 0 15 ]"),
        ("/ByteRange of texts", "ByteRange", "[ (0) (15) (30) (1) ]"),
        ("/ByteRange of reals", "ByteRange", "[ 0.0 15.5 30.5 1.0 ]"),
        ("/SubFilter unknown", "SubFilter", "/Analytical.Engine"),
        ("/SubFilter missing", "SubFilter", ""),
        ("/SubFilter adbe.x509.rsa_sha1", "SubFilter", "/adbe.x509.rsa_sha1"),
        ("/SubFilter adbe.pkcs7.sha1", "SubFilter", "/adbe.pkcs7.sha1"),
        ("/SubFilter ETSI.RFC3161", "SubFilter", "/ETSI.RFC3161"),
        ("/Filter unknown", "Filter", "/Analytical.Engine"),
        ("/Type wrong", "Type", "/Signature"),
    ]
}

fn renamed() -> [(&'static str, &'static str, &'static str); 4] {
    [
        ("/Contents renamed", "/Contents", "/Kontents"),
        ("/ByteRange renamed", "/ByteRange", "/ByteRangf"),
        ("/SubFilter renamed", "/SubFilter", "/SubFiltre"),
        ("/Filter renamed", "/Filter ", "/Filtre "),
    ]
}
