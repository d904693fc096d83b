//! Reads a CMS with exactly one signer, the shape of our seals and of every time-stamp token.

use const_oid::ObjectIdentifier as Oid;
use der::{AnyRef, Decode, Encode, Tag, asn1::OctetStringRef};
use spki::SubjectPublicKeyInfoRef;

use crate::{
    asn1::{Attribute, ContentInfo, SignedData, SignerInfo, decode_padded, members},
    oid,
    verify::{Rejection, verify},
};

/// A `SignedData` and its only signer, over the bytes it was read from.
pub(crate) struct OneSigner<'a> {
    pub(crate) certificates: Vec<&'a [u8]>,
    pub(crate) content: Option<&'a [u8]>,
    pub(crate) content_type: Oid,
    pub(crate) signer: SignerInfo<'a>,
    attributes: &'a [u8],
}

impl<'a> OneSigner<'a> {
    /// Reads DER, which zero padding may follow. The error says what could not be read.
    pub(crate) fn read(cms: &'a [u8]) -> Result<Self, &'static str> {
        let content_info: ContentInfo<'a> = decode_padded(cms).map_err(|_| "it is not CMS in DER")?;
        if content_info.content_type != oid::ID_SIGNED_DATA {
            return Err("it is CMS, but not SignedData");
        }
        let signed_data: SignedData<'a> =
            content_info.content.decode_as().map_err(|_| "its SignedData cannot be read")?;
        let signers = members(signed_data.signer_infos.value()).map_err(|_| "its signers cannot be read")?;
        let [signer] = signers.as_slice() else {
            return Err("it has not exactly one signer");
        };
        let signer = SignerInfo::from_der(signer).map_err(|_| "its SignerInfo cannot be read")?;
        Ok(Self {
            certificates: members(signed_data.certificates.map_or(&[], |set| set.0))
                .map_err(|_| "its certificates cannot be read")?,
            content: signed_data.encap_content_info.content.map(OctetStringRef::as_bytes),
            content_type: signed_data.encap_content_info.content_type,
            attributes: signer.signed_attributes.as_ref().ok_or("it has no signed attributes")?.0,
            signer,
        })
    }

    /// Checks the signed attributes against the content they speak of, and the signature over them.
    ///
    /// `digest_of_content` is made with the digest algorithm the signer names.
    pub(crate) fn verify(
        &self,
        key: &SubjectPublicKeyInfoRef<'_>,
        digest_of_content: &[u8],
    ) -> Result<(), &'static str> {
        let content_type = self.attribute(oid::ID_CONTENT_TYPE).and_then(|value| Oid::from_der(value).ok());
        if content_type != Some(self.content_type) {
            return Err("its content-type attribute is not that of its content");
        }
        let message_digest =
            self.attribute(oid::ID_MESSAGE_DIGEST).and_then(|value| <&OctetStringRef>::from_der(value).ok());
        if message_digest.map(OctetStringRef::as_bytes) != Some(digest_of_content) {
            return Err("its message-digest is not that of its content");
        }
        self.verify_attributes(key)
    }

    /// The one value of the one signed attribute of this type; `None` if there are more, or none.
    pub(crate) fn attribute(&self, oid: Oid) -> Option<&'a [u8]> {
        single_value(self.attributes, oid)
    }

    /// The same among the unsigned attributes.
    pub(crate) fn unsigned_attribute(&self, oid: Oid) -> Option<&'a [u8]> {
        single_value(self.signer.unsigned_attributes.as_ref()?.0, oid)
    }

    /// The attributes are signed as a DER SET OF; some signers sign them in the order they wrote
    /// them, so that order is tried first.
    fn verify_attributes(&self, key: &SubjectPublicKeyInfoRef<'_>) -> Result<(), &'static str> {
        let unreadable = |_| "its signed attributes cannot be read";
        let mut sorted = members(self.attributes).map_err(unreadable)?;
        sorted.sort_unstable();
        let sorted = sorted.concat();
        let mut outcome = Err(Rejection::Wrong);
        for content in [self.attributes, &sorted] {
            let message = AnyRef::new(Tag::Set, content).and_then(|set| set.to_der()).map_err(unreadable)?;
            outcome = verify(
                key,
                &self.signer.signature_algorithm,
                Some(self.signer.digest_algorithm.oid),
                &message,
                self.signer.signature.as_bytes(),
            );
            if outcome.is_ok() {
                return Ok(());
            }
        }
        outcome.map_err(|rejection| match rejection {
            Rejection::Unsupported(_) => "its signature algorithm is not supported",
            Rejection::Wrong => "its signature does not verify",
        })
    }
}

fn single_value(attributes: &[u8], oid: Oid) -> Option<&[u8]> {
    let mut found = members(attributes)
        .ok()?
        .into_iter()
        .filter_map(|der| Attribute::from_der(der).ok())
        .filter(|attribute| attribute.oid == oid);
    let attribute = found.next()?;
    if found.next().is_some() {
        return None;
    }
    match members(attribute.values.value()).ok()?.as_slice() {
        [value] => Some(value),
        _ => None,
    }
}
