//! As much DER as it takes to make CMS structures, right ones and wrong ones.

/// Tags used here.
pub const INTEGER: u8 = 0x02;
/// Octet string.
pub const OCTETS: u8 = 0x04;
/// Object identifier.
pub const OID: u8 = 0x06;
/// Sequence, constructed.
pub const SEQUENCE: u8 = 0x30;
/// Set, constructed.
pub const SET: u8 = 0x31;

/// One element with its header.
#[must_use]
pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len();
    if length < 0x80 {
        out.push(u8::try_from(length).unwrap());
    } else {
        let bytes = length.to_be_bytes();
        let digits = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
        out.push(0x80 | u8::try_from(digits.len()).unwrap());
        out.extend(digits);
    }
    out.extend(content);
    out
}

/// A sequence of elements.
#[must_use]
pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, &parts.concat())
}

/// A set in the order given.
#[must_use]
pub fn set(parts: &[Vec<u8>]) -> Vec<u8> {
    element(SET, &parts.concat())
}

/// A set in DER order.
#[must_use]
pub fn sorted_set(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut sorted = parts.to_vec();
    sorted.sort();
    set(&sorted)
}

/// An object identifier.
#[must_use]
pub fn oid(arcs: &[u64]) -> Vec<u8> {
    let mut content = vec![u8::try_from(arcs[0] * 40 + arcs[1]).unwrap()];
    for arc in &arcs[2..] {
        let mut digits = vec![u8::try_from(arc & 0x7f).unwrap()];
        let mut rest = arc >> 7;
        while rest > 0 {
            digits.push(0x80 | u8::try_from(rest & 0x7f).unwrap());
            rest >>= 7;
        }
        content.extend(digits.iter().rev());
    }
    element(OID, &content)
}

/// A small non-negative integer.
#[must_use]
pub fn integer(value: u8) -> Vec<u8> {
    let mut content = vec![value];
    if value >= 0x80 {
        content.insert(0, 0);
    }
    element(INTEGER, &content)
}

/// An algorithm identifier without parameters.
#[must_use]
pub fn algorithm(arcs: &[u64]) -> Vec<u8> {
    sequence(&[&oid(arcs)])
}

/// One element as read: tag, and where header and content begin and end.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    /// Its tag.
    pub tag: u8,
    /// Header and content.
    pub whole: &'a [u8],
    /// Content only.
    pub content: &'a [u8],
}

/// Reads the first element; `None` for anything but definite lengths that fit.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Element<'_>> {
    let (tag, first) = (*bytes.first()?, usize::from(*bytes.get(1)?));
    let (header, length) = if first < 0x80 {
        (2, first)
    } else {
        let count = first & 0x7f;
        if count == 0 || count > 4 {
            return None;
        }
        let digits = bytes.get(2..2 + count)?;
        (2 + count, digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)))
    };
    let whole = bytes.get(..header + length)?;
    Some(Element { tag, whole, content: &whole[header..] })
}

/// All elements that stand in some content.
#[must_use]
pub fn children(mut content: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut found = Vec::new();
    while !content.is_empty() {
        let element = read(content)?;
        content = &content[element.whole.len()..];
        found.push(element);
    }
    Some(found)
}
