//! A reader for BER (ITU-T X.690 clause 8) that copies nothing.
//!
//! Signatures of others come in BER: of indefinite length, in strings made of parts, with lengths longer than
//! they need to be. Each element is handed out with its raw bytes, so that what was signed is what is hashed.
//!
//! **Invariant:** no recursion, and no allocation that a length field decides; every answer points into the
//! bytes given.

use std::borrow::Cow;

use const_oid::ObjectIdentifier as Oid;

/// Identifier octets of universal types, without the bit that says "constructed".
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x10;
pub(crate) const SET: u8 = 0x11;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;

/// The identifier octet of `[number]`, without the bit that says "constructed".
pub(crate) const fn context(number: u8) -> u8 {
    0x80 | number
}

/// How deep elements of indefinite length, or the parts of a string, may nest.
///
/// Real signatures stay under 10; every level may cost one more pass over the bytes.
pub(crate) const MAX_DEPTH: usize = 16;

/// Why bytes are no BER, in words that fit behind "the signature cannot be read:".
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Malformed(pub(crate) &'static str);

/// One element.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Element<'a> {
    /// Class and number, without the bit that says "constructed". High tag numbers are all `0x1f` of their class.
    pub(crate) tag: u8,
    /// Whether its content is elements.
    pub(crate) constructed: bool,
    /// Whether its end is marked instead of its length told.
    pub(crate) indefinite: bool,
    /// The content, without an end mark.
    pub(crate) content: &'a [u8],
    /// The whole encoding, the end mark included.
    pub(crate) raw: &'a [u8],
}

impl<'a> Element<'a> {
    /// The one element that these bytes are.
    pub(crate) fn whole(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut elements = Elements::new(bytes);
        let element = elements.next()?;
        if elements.is_finished() { Ok(element) } else { Err(Malformed("bytes follow its end")) }
    }

    /// Its members.
    pub(crate) fn members(&self) -> Result<Elements<'a>, Malformed> {
        if self.constructed {
            Ok(Elements::new(self.content))
        } else {
            Err(Malformed("a primitive has no members"))
        }
    }

    /// Its members, if it has this tag.
    pub(crate) fn members_of(&self, tag: u8) -> Result<Elements<'a>, Malformed> {
        if self.tag == tag { self.members() } else { Err(Malformed("a member is of another type")) }
    }

    /// The one member of an explicit tag.
    pub(crate) fn only_member(&self) -> Result<Element<'a>, Malformed> {
        let mut members = self.members()?;
        let member = members.next()?;
        if members.is_finished() { Ok(member) } else { Err(Malformed("a tag holds more than one member")) }
    }

    /// The octets of a string, put together if it comes in parts.
    pub(crate) fn octets(&self) -> Result<Cow<'a, [u8]>, Malformed> {
        if !self.constructed {
            return Ok(Cow::Borrowed(self.content));
        }
        let mut octets = Vec::new();
        let mut open = vec![Elements::new(self.content)];
        while let Some(parts) = open.last_mut() {
            if parts.is_finished() {
                open.pop();
                continue;
            }
            let part = parts.next()?;
            if part.tag != OCTET_STRING {
                return Err(Malformed("a part of a string is no string"));
            }
            if !part.constructed {
                octets.extend_from_slice(part.content);
            } else if open.len() < MAX_DEPTH {
                open.push(Elements::new(part.content));
            } else {
                return Err(Malformed("a string is nested too deep"));
            }
        }
        Ok(Cow::Owned(octets))
    }

    /// An object identifier; `None` for one that is longer than any in use.
    pub(crate) fn oid(&self) -> Result<Option<Oid>, Malformed> {
        if self.tag != OBJECT_IDENTIFIER || self.constructed || self.content.is_empty() {
            return Err(Malformed("an object identifier expected"));
        }
        Ok(Oid::from_bytes(self.content).ok())
    }

    /// A small whole number that is not negative.
    pub(crate) fn small(&self) -> Option<u32> {
        if self.tag != INTEGER
            || self.constructed
            || self.content.first().is_none_or(|first| first & 0x80 != 0)
        {
            return None;
        }
        self.content
            .iter()
            .try_fold(0_u32, |number, byte| number.checked_mul(256).map(|number| number | u32::from(*byte)))
    }
}

/// The elements that stand one behind the other in some bytes.
#[derive(Clone, Debug)]
pub(crate) struct Elements<'a> {
    rest: &'a [u8],
}

impl<'a> Elements<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.rest.is_empty()
    }

    /// What has not been read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next element.
    pub(crate) fn next(&mut self) -> Result<Element<'a>, Malformed> {
        let header = Header::read(self.rest)?;
        let body = self.rest.get(header.size..).unwrap_or_default();
        let (content_size, size) = match header.length {
            Some(length) if length <= body.len() => (length, header.size + length),
            Some(_) => return Err(Malformed("an element is longer than what holds it")),
            None => {
                let content = indefinite_length(body)?;
                (content, header.size + content + END_MARK.len())
            }
        };
        let (raw, rest) = self.rest.split_at_checked(size).ok_or(Malformed("an element is cut off"))?;
        self.rest = rest;
        Ok(Element {
            tag: header.tag,
            constructed: header.constructed,
            indefinite: header.length.is_none(),
            content: raw.get(header.size..header.size + content_size).unwrap_or_default(),
            raw,
        })
    }

    /// The next element, which must be of this type.
    pub(crate) fn expect(&mut self, tag: u8, what: &'static str) -> Result<Element<'a>, Malformed> {
        self.optional(tag)?.ok_or(Malformed(what))
    }

    /// The next element if it is of this type.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, Malformed> {
        match self.rest.first() {
            Some(first) if first & !CONSTRUCTED == tag => self.next().map(Some),
            _ => Ok(None),
        }
    }

    /// All that are left, if they are at most this many.
    pub(crate) fn collect(mut self, limit: usize) -> Result<Vec<Element<'a>>, Malformed> {
        let mut found = Vec::new();
        while !self.is_finished() {
            if found.len() == limit {
                return Err(Malformed("a set has more members than any real one"));
            }
            found.push(self.next()?);
        }
        Ok(found)
    }
}

/// What stands before the content.
struct Header {
    tag: u8,
    constructed: bool,
    /// `None` for indefinite.
    length: Option<usize>,
    size: usize,
}

impl Header {
    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let cut_off = Malformed("an element is cut off");
        let first = *bytes.first().ok_or(cut_off)?;
        let constructed = first & CONSTRUCTED != 0;
        let mut size = 1;
        if first & HIGH_NUMBER == HIGH_NUMBER {
            // No structure read here has such tags; they are skipped whole.
            let more = bytes.iter().skip(1).take(MAX_TAG_OCTETS).position(|octet| octet & 0x80 == 0);
            size += more.ok_or(Malformed("a tag number is too large"))? + 1;
        }
        let first_length = *bytes.get(size).ok_or(cut_off)?;
        size += 1;
        let length = match first_length {
            0x80 if constructed => None,
            0x80 => return Err(Malformed("a primitive has no length")),
            0..=0x7f => Some(usize::from(first_length)),
            _ => {
                let octets = bytes.get(size..size + usize::from(first_length & 0x7f)).ok_or(cut_off)?;
                size += octets.len();
                let number = octets.iter().try_fold(0_usize, |number, octet| {
                    number.checked_mul(256).map(|number| number | usize::from(*octet))
                });
                Some(number.ok_or(Malformed("a length is too large"))?)
            }
        };
        Ok(Self { tag: first & !CONSTRUCTED, constructed, length, size })
    }

    fn is_end_mark(&self) -> bool {
        self.tag == 0 && !self.constructed && self.length == Some(0)
    }
}

/// The size of the content of an element of indefinite length, which ends before its end mark.
fn indefinite_length(body: &[u8]) -> Result<usize, Malformed> {
    let mut at = 0;
    let mut depth = 1;
    loop {
        let rest = body.get(at..).unwrap_or_default();
        let header = Header::read(rest)?;
        if header.is_end_mark() {
            depth -= 1;
            if depth == 0 {
                return Ok(at);
            }
            at += header.size;
            continue;
        }
        at += header.size;
        match header.length {
            Some(length) if length <= rest.len() - header.size => at += length,
            Some(_) => return Err(Malformed("an element is longer than what holds it")),
            None if depth == MAX_DEPTH => return Err(Malformed("elements are nested too deep")),
            None => depth += 1,
        }
    }
}

/// Puts a header in DER before content.
pub(crate) fn encode(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut encoded = vec![tag];
    let length = content.len();
    if length < 0x80 {
        encoded.extend(u8::try_from(length));
    } else {
        let octets = length.to_be_bytes();
        let zeros = octets.iter().take_while(|octet| **octet == 0).count();
        let significant = octets.get(zeros..).unwrap_or_default();
        encoded.extend(u8::try_from(significant.len()).map(|count| 0x80 | count));
        encoded.extend_from_slice(significant);
    }
    encoded.extend_from_slice(content);
    encoded
}

const CONSTRUCTED: u8 = 0x20;
const HIGH_NUMBER: u8 = 0x1f;
const END_MARK: [u8; 2] = [0, 0];
/// Octets of a tag number that are read: 28 bits.
const MAX_TAG_OCTETS: usize = 4;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests;
