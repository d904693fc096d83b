//! Revocation data and certificates that a CMS carries, wherever standards let it put them.

use std::borrow::Cow;

use super::{SignedData, Signer};
use crate::{
    asn1::ber::{Element, Malformed, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, context, encode},
    oid,
};

/// Values of one kind read from one attribute.
const MAX_VALUES: usize = 256;

impl<'a> SignedData<'a> {
    /// `RevocationInfoChoices`, RFC 5652 section 10.2.1: lists, and other formats (RFC 5940).
    pub(super) fn read_revocation(&mut self, choices: Vec<Element<'a>>) -> Result<(), Malformed> {
        for choice in choices {
            if choice.tag == SEQUENCE {
                self.crls.push(choice.raw);
            } else if choice.tag == context(1) {
                let mut members = choice.members()?;
                let format = members.expect(OBJECT_IDENTIFIER, "revocation data has no format")?.content;
                let info = members.next()?;
                if format == oid::ID_RI_OCSP_RESPONSE.as_bytes() {
                    self.ocsp_responses.push(Cow::Borrowed(info.raw));
                } else if format == oid::ID_PKIX_OCSP_BASIC.as_bytes() {
                    self.ocsp_responses.push(Cow::Owned(response(info.raw)));
                }
            }
        }
        Ok(())
    }
}

/// What the attributes of a signer carry for its validation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Carried<'a> {
    pub(crate) certificates: Vec<&'a [u8]>,
    pub(crate) crls: Vec<&'a [u8]>,
    pub(crate) ocsp_responses: Vec<Cow<'a, [u8]>>,
}

impl<'a> Signer<'a> {
    /// Certificates and revocation data in `adbe-revocationInfoArchival` (ISO 32000-1 section 12.8.3.3.2),
    /// certificate-values and revocation-values (EN 319 122-2 annex A). What cannot be read is left out.
    pub(crate) fn carried(&self) -> Carried<'a> {
        let mut carried = Carried::default();
        let archival = |attributes: &super::Attributes<'a>| -> Vec<Element<'a>> {
            attributes.values(oid::ADBE_REVOCATION_INFO_ARCHIVAL).collect()
        };
        let signed = self.signed_attributes.iter().flat_map(archival);
        for value in signed.chain(archival(&self.unsigned_attributes)) {
            let _ = carried.read(&value, Cow::Borrowed);
        }
        for value in self.unsigned_attributes.values(oid::ID_AA_ETS_REVOCATION_VALUES) {
            let _ = carried.read(&value, |basic| Cow::Owned(response(basic)));
        }
        for value in self.unsigned_attributes.values(oid::ID_AA_ETS_CERT_VALUES) {
            let members = value.members_of(SEQUENCE).and_then(|members| members.collect(MAX_VALUES));
            carried.certificates.extend(members.into_iter().flatten().map(|member| member.raw));
        }
        carried
    }
}

impl<'a> Carried<'a> {
    /// `[0]` lists and `[1]` OCSP responses, both attributes agree on that.
    fn read(
        &mut self,
        value: &Element<'a>,
        ocsp: impl Fn(&'a [u8]) -> Cow<'a, [u8]>,
    ) -> Result<(), Malformed> {
        for part in value.members_of(SEQUENCE)?.collect(MAX_VALUES)? {
            if part.tag == context(0) {
                let lists = part.only_member()?.members_of(SEQUENCE)?.collect(MAX_VALUES)?;
                self.crls.extend(lists.iter().map(|list| list.raw));
            } else if part.tag == context(1) {
                let responses = part.only_member()?.members_of(SEQUENCE)?.collect(MAX_VALUES)?;
                self.ocsp_responses.extend(responses.iter().map(|response| ocsp(response.raw)));
            }
        }
        Ok(())
    }
}

/// An `OCSPResponse` (RFC 6960 section 4.2.1) around a `BasicOCSPResponse`.
pub(crate) fn response(basic: &[u8]) -> Vec<u8> {
    let kind = encode(OBJECT_IDENTIFIER, oid::ID_PKIX_OCSP_BASIC.as_bytes());
    let bytes = encode(SEQUENCE_OF, &[kind, encode(OCTET_STRING, basic)].concat());
    // ENUMERATED successful (0).
    let status = [0x0a, 0x01, 0x00];
    encode(SEQUENCE_OF, &[&status[..], &encode(context(0) | 0x20, &bytes)].concat())
}

const SEQUENCE_OF: u8 = SEQUENCE | 0x20;
