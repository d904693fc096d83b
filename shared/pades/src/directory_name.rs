//! Distinguished names: when two are the same (RFC 5280 section 7.1), and what stands in them.

use const_oid::ObjectIdentifier as Oid;
use der::{AnyRef, Decode, Encode, Tag, Tagged};

use crate::{asn1::members, oid};

/// A distinguished name in one spelling of all that mean the same.
///
/// Strings are compared without regard to case, to white space at the ends and to how much of it stands
/// between words, and to the string type (RFC 5280 section 7.1, which takes a profile of LDAP's).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct CanonicalName(Vec<Vec<u8>>);

impl CanonicalName {
    pub(crate) fn read(name: AnyRef<'_>) -> der::Result<Self> {
        if name.tag() != Tag::Sequence {
            return Err(Tag::Sequence.value_error().into());
        }
        members(name.value())?.into_iter().map(canonical_rdn).collect::<der::Result<_>>().map(Self)
    }

    pub(crate) fn from_der(der: &[u8]) -> der::Result<Self> {
        Self::read(AnyRef::from_der(der)?)
    }

    /// A name with one more part, a `RelativeDistinguishedName`.
    pub(crate) fn with_part(&self, rdn: &[u8]) -> der::Result<Self> {
        let mut parts = self.0.clone();
        parts.push(canonical_rdn(rdn)?);
        Ok(Self(parts))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is a name, or below it.
    pub(crate) fn is_within(&self, tree: &Self) -> bool {
        self.0.starts_with(&tree.0)
    }
}

/// The parts of a multi-valued RDN, each in one spelling, in order.
fn canonical_rdn(rdn: &[u8]) -> der::Result<Vec<u8>> {
    let mut attributes = Vec::new();
    for attribute in members(AnyRef::from_der(rdn)?.value())? {
        let parts = members(AnyRef::from_der(attribute)?.value())?;
        let [kind, value] = parts.as_slice() else {
            return Err(Tag::Sequence.length_error().into());
        };
        let value = AnyRef::from_der(value)?;
        let canonical = match text(value) {
            Some(text) => {
                let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
                AnyRef::new(Tag::Utf8String, words.join(" ").as_bytes())?.to_der()?
            }
            None => value.to_der()?,
        };
        attributes.push([kind, canonical.as_slice()].concat());
    }
    attributes.sort();
    Ok(attributes.concat())
}

/// The characters of a directory string.
pub(crate) fn text(value: AnyRef<'_>) -> Option<String> {
    let bytes = value.value();
    match value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::VisibleString => {
            str::from_utf8(bytes).ok().map(str::to_owned)
        }
        // In practice always Latin-1.
        Tag::TeletexString => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
        Tag::BmpString => {
            let (pairs, rest) = bytes.as_chunks::<2>();
            let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
            if rest.is_empty() { char::decode_utf16(units).collect::<Result<_, _>>().ok() } else { None }
        }
        _ => None,
    }
}

/// The first common name of a name.
pub(crate) fn common_name(name: AnyRef<'_>) -> Option<String> {
    attribute_values(name, oid::COMMON_NAME).ok()?.into_iter().next()
}

/// The values of one kind of attribute that are text.
pub(crate) fn attribute_values(name: AnyRef<'_>, kind: Oid) -> der::Result<Vec<String>> {
    let kind = kind.to_der()?;
    let mut found = Vec::new();
    for rdn in members(name.value())? {
        for attribute in members(AnyRef::from_der(rdn)?.value())? {
            if let [found_kind, value] = members(AnyRef::from_der(attribute)?.value())?.as_slice()
                && *found_kind == kind.as_slice()
            {
                found.extend(text(AnyRef::from_der(value)?));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use x509_cert::name::Name;

    use super::*;

    fn canonical(text: &str) -> CanonicalName {
        CanonicalName::from_der(&text.parse::<Name>().unwrap().to_der().unwrap()).unwrap()
    }

    #[test]
    fn case_and_white_space_do_not_matter() {
        assert_eq!(canonical("CN=Ada  Lovelace ,O=ENGINES"), canonical("CN=ada lovelace,O=Engines"));
        assert_ne!(canonical("CN=Ada Lovelace"), canonical("CN=AdaLovelace"));
        assert_ne!(canonical("CN=Ada,O=Engines"), canonical("O=Engines,CN=Ada"));
    }

    #[test]
    fn a_name_is_within_its_beginning() {
        // RFC 4514 text starts with the last part.
        assert!(canonical("CN=Ada,O=Engines").is_within(&canonical("O=engines")));
        assert!(!canonical("CN=Ada,O=Engines").is_within(&canonical("CN=Ada")));
    }

    #[test]
    fn what_is_no_name_is_an_error() {
        assert!(CanonicalName::from_der(&[0x05, 0x00]).is_err());
        assert!(CanonicalName::from_der(&[0x30, 0x02, 0x31, 0x01]).is_err());
    }
}
