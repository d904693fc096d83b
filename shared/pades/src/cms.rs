//! `SignedData` (RFC 5652) as anyone writes it, over the bytes it came in.
//!
//! **Invariant:** what a signature covers is never encoded again; nothing here judges what it reads.

mod attribute;
mod revocation;

use std::borrow::Cow;

use const_oid::ObjectIdentifier as Oid;
use der::Decode;
use spki::AlgorithmIdentifierRef;

pub(crate) use self::attribute::{Attributes, looks_like_attributes};
use crate::{
    asn1::ber::{
        Element, Elements, INTEGER, Malformed, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET, context,
    },
    oid,
    x509::X509,
};

/// Signers read from one CMS; a real one has a handful.
const MAX_SIGNERS: usize = 64;
/// Certificates, or lists, read from one CMS.
const MAX_CERTIFICATES: usize = 1024;

/// A `SignedData`.
#[derive(Clone, Debug)]
pub(crate) struct SignedData<'a> {
    /// Object identifier of the content, its octets.
    pub(crate) content_type: &'a [u8],
    /// The content, if it is carried inside.
    pub(crate) content: Option<Cow<'a, [u8]>>,
    /// X.509 certificates, DER.
    pub(crate) certificates: Vec<&'a [u8]>,
    /// Revocation lists, DER.
    pub(crate) crls: Vec<&'a [u8]>,
    /// OCSP responses, DER.
    pub(crate) ocsp_responses: Vec<Cow<'a, [u8]>>,
    /// In the order of the file.
    pub(crate) signers: Vec<Signer<'a>>,
}

impl<'a> SignedData<'a> {
    /// Reads a `ContentInfo` that holds a `SignedData`, behind which only zeros may stand, as they fill
    /// `/Contents`.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut outer = Elements::new(bytes);
        let content_info = outer.next()?;
        if outer.rest().iter().any(|byte| *byte != 0) {
            return Err(Malformed("something stands behind its end"));
        }
        let mut members = content_info.members_of(SEQUENCE)?;
        let content_type = members.expect(OBJECT_IDENTIFIER, "it has no content type")?;
        if content_type.content != oid::ID_SIGNED_DATA.as_bytes() {
            return Err(Malformed("it is CMS, but not SignedData"));
        }
        let content = members.expect(context(0), "it has no content")?;
        Self::read_members(content.only_member()?.members_of(SEQUENCE)?)
    }

    fn read_members(mut members: Elements<'a>) -> Result<Self, Malformed> {
        members.expect(INTEGER, "its version is missing")?;
        members.expect(SET, "its digest algorithms are missing")?;
        let mut encapsulated = members.expect(SEQUENCE, "its content is missing")?.members_of(SEQUENCE)?;
        let content_type = encapsulated.expect(OBJECT_IDENTIFIER, "its content has no type")?.content;
        let content = encapsulated.optional(context(0))?.map(|tag| content_of(&tag)).transpose()?;
        let mut data = Self {
            content_type,
            content,
            certificates: Vec::new(),
            crls: Vec::new(),
            ocsp_responses: Vec::new(),
            signers: Vec::new(),
        };
        if let Some(set) = members.optional(context(0))? {
            let certificates = set.members()?.collect(MAX_CERTIFICATES)?;
            // Attribute certificates and others that X.509 does not know are tagged.
            data.certificates = certificates
                .iter()
                .filter(|choice| choice.tag == SEQUENCE)
                .map(|choice| choice.raw)
                .collect();
        }
        if let Some(set) = members.optional(context(1))? {
            data.read_revocation(set.members()?.collect(MAX_CERTIFICATES)?)?;
        }
        let signers = members.expect(SET, "its signers are missing")?;
        for signer in signers.members()?.collect(MAX_SIGNERS)? {
            data.signers.push(Signer::read(&signer)?);
        }
        Ok(data)
    }
}

/// A `SignerInfo`.
#[derive(Clone, Debug)]
pub(crate) struct Signer<'a> {
    pub(crate) id: SignerId<'a>,
    pub(crate) digest_algorithm: Algorithm<'a>,
    pub(crate) signed_attributes: Option<Attributes<'a>>,
    pub(crate) signature_algorithm: Algorithm<'a>,
    pub(crate) signature: Cow<'a, [u8]>,
    pub(crate) unsigned_attributes: Attributes<'a>,
}

impl<'a> Signer<'a> {
    /// Reads a `SignerInfo`.
    pub(crate) fn read(signer: &Element<'a>) -> Result<Self, Malformed> {
        let mut members = signer.members_of(SEQUENCE)?;
        members.expect(INTEGER, "its signer has no version")?;
        let id = SignerId::read(&members.next()?)?;
        let digest_algorithm = Algorithm::read(&members.next()?)?;
        let signed_attributes =
            members.optional(context(0))?.map(|set| Attributes::read(&set)).transpose()?;
        let signature_algorithm = Algorithm::read(&members.next()?)?;
        let signature = members.expect(OCTET_STRING, "its signature is missing")?.octets()?;
        let unsigned = members.optional(context(1))?.map(|set| Attributes::read(&set)).transpose()?;
        if !members.is_finished() {
            return Err(Malformed("its signer has more members than the standard knows"));
        }
        Ok(Self {
            id,
            digest_algorithm,
            signed_attributes,
            signature_algorithm,
            signature,
            unsigned_attributes: unsigned.unwrap_or_default(),
        })
    }

    /// The signed attribute of this type, if there is exactly one, with exactly one value.
    pub(crate) fn signed(&self, attribute: Oid) -> Option<Element<'a>> {
        self.signed_attributes.as_ref()?.single(attribute)
    }

    /// How often a signed attribute of this type stands there.
    pub(crate) fn count(&self, attribute: Oid) -> usize {
        self.signed_attributes.as_ref().map_or(0, |attributes| attributes.count(attribute))
    }
}

/// `SignerIdentifier`: what names the signing certificate without protecting the name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum SignerId<'a> {
    /// Content octets of the issuer's name and of the serial number.
    IssuerAndSerial {
        issuer: &'a [u8],
        serial: &'a [u8],
    },
    SubjectKeyIdentifier(Cow<'a, [u8]>),
}

impl<'a> SignerId<'a> {
    fn read(id: &Element<'a>) -> Result<Self, Malformed> {
        if id.tag == context(0) {
            return Ok(Self::SubjectKeyIdentifier(id.octets()?));
        }
        let mut members = id.members_of(SEQUENCE)?;
        let issuer = members.expect(SEQUENCE, "its signer has no issuer")?.content;
        let serial = members.expect(INTEGER, "its signer has no serial number")?.content;
        Ok(Self::IssuerAndSerial { issuer, serial })
    }

    /// Whether it names this certificate.
    pub(crate) fn names(&self, certificate: &X509<'_>) -> bool {
        match self {
            Self::IssuerAndSerial { issuer, serial } => {
                certificate.tbs.issuer.value() == *issuer && certificate.tbs.serial_number.value() == *serial
            }
            Self::SubjectKeyIdentifier(identifier) => {
                let extension = certificate.tbs.extension(oid::ID_CE_SUBJECT_KEY_IDENTIFIER);
                extension
                    .and_then(|extension| {
                        <&der::asn1::OctetStringRef>::from_der(extension.value.as_bytes()).ok()
                    })
                    .is_some_and(|own| own.as_bytes() == identifier.as_ref())
            }
        }
    }
}

/// An `AlgorithmIdentifier`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Algorithm<'a> {
    /// `None` for an identifier that is longer than any in use.
    pub(crate) oid: Option<Oid>,
    raw: &'a [u8],
}

impl<'a> Algorithm<'a> {
    pub(crate) fn read(algorithm: &Element<'a>) -> Result<Self, Malformed> {
        let mut members = algorithm.members_of(SEQUENCE)?;
        let oid = members.expect(OBJECT_IDENTIFIER, "an algorithm has no name")?.oid()?;
        Ok(Self { oid, raw: algorithm.raw })
    }

    /// As DER; `None` if it is not.
    pub(crate) fn identifier(&self) -> Option<AlgorithmIdentifierRef<'a>> {
        AlgorithmIdentifierRef::from_der(self.raw).ok()
    }

    /// Its content octets.
    pub(crate) fn content(&self) -> Option<&'a [u8]> {
        Element::whole(self.raw).ok().map(|element| element.content)
    }

    /// Dotted, for messages.
    pub(crate) fn name(&self) -> String {
        self.oid.map_or_else(|| "an unreadable algorithm".to_owned(), |oid| oid.to_string())
    }
}

/// `eContent`: an OCTET STRING behind a tag.
fn content_of<'a>(tag: &Element<'a>) -> Result<Cow<'a, [u8]>, Malformed> {
    let content = tag.only_member()?;
    if content.tag != OCTET_STRING {
        return Err(Malformed("its content is no OCTET STRING"));
    }
    content.octets()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
mod tests;
