//! Attributes of a signer, signed and unsigned.

use const_oid::ObjectIdentifier as Oid;

use crate::asn1::ber::{Element, Elements, Malformed, OBJECT_IDENTIFIER, SEQUENCE, SET, encode};

/// Attributes of one signer, and values of one attribute, that are read. Real ones have about ten.
const MAX_ATTRIBUTES: usize = 256;

/// A `SET OF Attribute`, its members as they stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attributes<'a> {
    content: &'a [u8],
    list: Vec<Attribute<'a>>,
}

/// One attribute.
#[derive(Clone, Debug)]
pub(crate) struct Attribute<'a> {
    /// Octets of its type.
    kind: &'a [u8],
    pub(crate) values: Vec<Element<'a>>,
    /// The whole encoding.
    pub(crate) raw: &'a [u8],
}

impl<'a> Attributes<'a> {
    pub(crate) fn read(set: &Element<'a>) -> Result<Self, Malformed> {
        let mut list = Vec::new();
        for attribute in set.members()?.collect(MAX_ATTRIBUTES)? {
            let mut members = attribute.members_of(SEQUENCE)?;
            let kind = members.expect(OBJECT_IDENTIFIER, "an attribute has no type")?.content;
            let values = members.expect(SET, "an attribute has no values")?.members()?;
            let values = values.collect(MAX_ATTRIBUTES)?;
            if !members.is_finished() {
                return Err(Malformed("an attribute has more members than type and values"));
            }
            list.push(Attribute { kind, values, raw: attribute.raw });
        }
        Ok(Self { content: set.content, list })
    }

    /// Each attribute of this type.
    pub(crate) fn all(&self, kind: Oid) -> impl Iterator<Item = &Attribute<'a>> {
        self.list.iter().filter(move |attribute| attribute.kind == kind.as_bytes())
    }

    /// Every value of every attribute of this type.
    pub(crate) fn values(&self, kind: Oid) -> impl Iterator<Item = Element<'a>> {
        self.all(kind).flat_map(|attribute| attribute.values.iter().copied())
    }

    /// How many attributes are of this type.
    pub(crate) fn count(&self, kind: Oid) -> usize {
        self.all(kind).count()
    }

    /// The value of the one attribute of this type; `None` if there are more of either, or none.
    pub(crate) fn single(&self, kind: Oid) -> Option<Element<'a>> {
        let mut found = self.all(kind);
        let attribute = found.next()?;
        match (attribute.values.as_slice(), found.next()) {
            ([value], None) => Some(*value),
            _ => None,
        }
    }

    /// What was signed (RFC 5652 section 5.4): the attributes as a SET OF, their order as it stands.
    pub(crate) fn as_written(&self) -> Vec<u8> {
        encode(SET_OF, self.content)
    }

    /// The same in the order DER asks for; `None` if that is how they stand.
    pub(crate) fn as_sorted(&self) -> Option<Vec<u8>> {
        let mut members: Vec<&[u8]> = self.list.iter().map(|attribute| attribute.raw).collect();
        if members.is_sorted() {
            return None;
        }
        members.sort_unstable();
        Some(encode(SET_OF, &members.concat()))
    }
}

/// Whether bytes read as a set of signed attributes: a content that does could be passed off as the signed
/// attributes of another signature, and the other way round.
pub(crate) fn looks_like_attributes(content: &[u8], message_digest: Oid) -> bool {
    let mut elements = Elements::new(content);
    let Ok(set) = elements.next() else { return false };
    set.tag == SET
        && elements.is_finished()
        && Attributes::read(&set).is_ok_and(|attributes| attributes.count(message_digest) > 0)
}

const SET_OF: u8 = SET | 0x20;
