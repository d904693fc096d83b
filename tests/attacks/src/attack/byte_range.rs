//! Byte ranges that leave something out: as found in the file, and as a malicious signer makes them, with a valid CMS.

use super::{Attack, Shows};
use crate::{
    authority::TRUSTED,
    carrier::Carrier,
    sign::{Signing, honest_range},
};

const FAMILY: &str = "byte range";

/// Makes a range of where the gap begins and ends and where the file ends.
type Range = fn(usize, usize, usize) -> Vec<i64>;

pub(super) fn attacks() -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (name, range) in ranges() {
        attacks.push(Attack::new(FAMILY, format!("{name}, by the signer"), Shows::Bytes, move |c| {
            by_signer(c, &Signing { range, ..Signing::new(&TRUSTED.seal, "careless") })
        }));
        attacks.push(Attack::new(FAMILY, format!("{name}, overridden"), Shows::Bytes, move |c| {
            let last = c.view.last();
            let numbers = range(last.range[1], last.range[2], last.end());
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            let text = format!("[ {} ]", numbers.join(" "));
            Some(
                c.view.update().put(last.object, c.view.with(last.object, &[("ByteRange", &text)])?).finish(),
            )
        }));
    }
    let brackets = [
        ("gap with a space before the string", [" <", ">"]),
        ("gap with spaces behind the string", ["<", ">    "]),
        ("gap with a comment behind the string", ["<", "> % free\n"]),
        ("gap with a further key", ["<", "> /Reason (unsigned)"]),
        ("gap with a comment before the string", ["%free\n<", ">"]),
        ("string with digits and text", ["<", "zz>"]),
        ("string twice", ["<00> /Contents <", ">"]),
        ("string twice, the other one later", ["<", "> /Contents <00>"]),
        ("string in a comment", ["% <", ">\n<00>"]),
        ("string in parentheses", ["(", ")"]),
    ];
    for (name, brackets) in brackets {
        attacks.push(Attack::new(FAMILY, format!("{name}, by the signer"), Shows::Bytes, move |c| {
            by_signer(c, &Signing { brackets, ..Signing::new(&TRUSTED.seal, "careless") })
        }));
    }
    attacks.extend([
        Attack::new(FAMILY, "escaped key beside it, by the signer", Shows::Bytes, |c| {
            let entries = "/Byte#52ange [ 0 10 20 10 ]";
            by_signer(c, &Signing { entries, ..Signing::new(&TRUSTED.seal, "careless") })
        }),
        Attack::new(FAMILY, "second key before it, by the signer", Shows::Bytes, |c| {
            let entries = "/ByteRange [ 0 10 20 10 ]";
            by_signer(c, &Signing { entries, ..Signing::new(&TRUSTED.seal, "careless") })
        }),
        Attack::new(FAMILY, "escaped string beside it, by the signer", Shows::Bytes, |c| {
            let entries = "/Con#74ents <00>";
            by_signer(c, &Signing { entries, ..Signing::new(&TRUSTED.seal, "careless") })
        }),
        Attack::new(FAMILY, "time-stamp as a signature, by the signer", Shows::Bytes, |c| {
            let sub_filter = "/ETSI.RFC3161";
            by_signer(c, &Signing { sub_filter, ..Signing::new(&TRUSTED.seal, "careless") })
        }),
    ]);
    attacks
}

fn by_signer(c: &Carrier, signing: &Signing<'_>) -> Option<Vec<u8>> {
    Some(signing.sign(c.before.as_ref().filter(|_| c.prepared)?))
}

fn int(value: usize) -> i64 {
    i64::try_from(value).unwrap()
}

fn ranges() -> [(&'static str, Range); 17] {
    [
        ("parts overlap", |start, _, size| {
            vec![0, int(start), int(start) - 100, int(size) - int(start) + 100]
        }),
        ("second part begins with the first", |start, _, size| vec![0, int(start), 0, int(size)]),
        ("ends early", |start, end, size| vec![0, int(start), int(end), int(size - end) - 60]),
        ("two bytes short", |start, end, size| vec![0, int(start), int(end), int(size - end) - 2]),
        ("one byte long", |start, end, size| vec![0, int(start), int(end), int(size - end) + 1]),
        ("far beyond the end", |start, end, _| vec![0, int(start), int(end), i64::from(u32::MAX)]),
        ("gap begins early", |start, end, size| vec![0, int(start) - 40, int(end), int(size - end)]),
        ("gap ends late", |start, end, size| vec![0, int(start), int(end) + 40, int(size - end) - 40]),
        ("gap without the brackets", |start, end, size| {
            vec![0, int(start) + 1, int(end) - 1, int(size - end) + 1]
        }),
        ("gap inside the string", |start, end, size| {
            vec![0, int(start) + 1, int(end) - 200, int(size - end) + 200]
        }),
        ("gap over the first page's content", |start, _, size| {
            vec![0, 600, int(start) - 20, int(size - start) + 20]
        }),
        ("first part empty", |_, end, size| vec![0, 0, int(end), int(size - end)]),
        ("second part empty", |start, end, _| vec![0, int(start), int(end), 0]),
        ("begins late", |start, end, size| vec![16, int(start) - 16, int(end), int(size - end)]),
        ("three parts", |start, end, size| vec![0, 500, 700, int(start) - 700, int(end), int(size - end)]),
        ("one part", |start, _, _| vec![0, int(start)]),
        ("parts in the other order", |start, end, size| vec![int(end), int(size - end), 0, int(start)]),
    ]
}

/// The honest range is what the others are measured by.
const _: Range = honest_range;
