//! CMS signatures and time-stamp tokens made piece by piece, so that each piece can be wrong.

use const_oid::ObjectIdentifier as Oid;
use rcgen::SigningKey;

use super::Issued;
use crate::{
    algorithm::sha256,
    asn1::ber::{INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, encode},
    oid,
    x509::X509,
};

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

/// A CMS in the making.
#[derive(Clone)]
pub(crate) struct Forge {
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) content: Option<Vec<u8>>,
    pub(crate) content_type: Oid,
    pub(crate) crls: Vec<Vec<u8>>,
    pub(crate) signers: Vec<Vec<u8>>,
}

impl Forge {
    /// Over content that stands elsewhere.
    pub(crate) fn detached() -> Self {
        Self {
            certificates: Vec::new(),
            content: None,
            content_type: oid::ID_DATA,
            crls: Vec::new(),
            signers: Vec::new(),
        }
    }

    pub(crate) fn to_der(&self) -> Vec<u8> {
        let content = self.content.as_ref().map(|content| encode(0xa0, &encode(OCTET_STRING, content)));
        let encapsulated =
            [encode(OBJECT_IDENTIFIER, self.content_type.as_bytes()), content.unwrap_or_default()];
        let set = |tag, members: &[Vec<u8>]| {
            if members.is_empty() { Vec::new() } else { encode(tag, &members.concat()) }
        };
        let data = [
            encode(INTEGER, &[1]),
            encode(SET, &algorithm(oid::ID_SHA256)),
            encode(SEQUENCE, &encapsulated.concat()),
            set(0xa0, &self.certificates),
            set(0xa1, &self.crls),
            encode(SET, &self.signers.concat()),
        ];
        let info = encode(0xa0, &encode(SEQUENCE, &data.concat()));
        encode(SEQUENCE, &[encode(OBJECT_IDENTIFIER, oid::ID_SIGNED_DATA.as_bytes()), info].concat())
    }
}

/// A `SignerInfo` in the making.
#[derive(Clone)]
pub(crate) struct ForgedSigner<'a> {
    pub(crate) by: &'a Issued,
    pub(crate) signed: Vec<Vec<u8>>,
    pub(crate) unsigned: Vec<Vec<u8>>,
    /// Signs something else than the attributes.
    pub(crate) wrong: bool,
    pub(crate) algorithm: Oid,
}

impl<'a> ForgedSigner<'a> {
    /// With the attributes that every signature has.
    pub(crate) fn over(digest: &[u8], content_type: Oid, by: &'a Issued) -> Self {
        let signing_certificate =
            encode(SEQUENCE, &encode(SEQUENCE, &encode(OCTET_STRING, &sha256(&by.der))));
        let signed = vec![
            attribute(oid::ID_CONTENT_TYPE, &encode(OBJECT_IDENTIFIER, content_type.as_bytes())),
            attribute(oid::ID_MESSAGE_DIGEST, &encode(OCTET_STRING, digest)),
            attribute(oid::ID_AA_SIGNING_CERTIFICATE_V2, &encode(SEQUENCE, &signing_certificate)),
        ];
        Self { by, signed, unsigned: Vec::new(), wrong: false, algorithm: oid::ECDSA_WITH_SHA256 }
    }

    /// Leaves out the attributes of this type.
    pub(crate) fn without(mut self, kind: Oid) -> Self {
        let name = encode(OBJECT_IDENTIFIER, kind.as_bytes());
        self.signed.retain(|attribute| !attribute.windows(name.len()).any(|window| window == name));
        self
    }

    /// The signature value over the attributes as they are now. ECDSA makes a new one each time.
    pub(crate) fn sign(&self) -> Vec<u8> {
        let message =
            if self.wrong { b"something else".to_vec() } else { encode(SET, &self.signed.concat()) };
        self.by.key.sign(&message).unwrap()
    }

    pub(crate) fn to_der(&self, signature: &[u8]) -> Vec<u8> {
        let certificate = X509::read(&self.by.der).unwrap();
        let unsigned =
            if self.unsigned.is_empty() { Vec::new() } else { encode(0xa1, &self.unsigned.concat()) };
        let signed = if self.signed.is_empty() { Vec::new() } else { encode(0xa0, &self.signed.concat()) };
        let members = [
            encode(INTEGER, &[1]),
            certificate.issuer_and_serial().unwrap(),
            algorithm(oid::ID_SHA256),
            signed,
            algorithm(self.algorithm),
            encode(OCTET_STRING, signature),
            unsigned,
        ];
        encode(SEQUENCE, &members.concat())
    }
}

/// An attribute with one value.
pub(crate) fn attribute(kind: Oid, value: &[u8]) -> Vec<u8> {
    encode(SEQUENCE, &[encode(OBJECT_IDENTIFIER, kind.as_bytes()), encode(SET, value)].concat())
}

/// A time-stamp over a SHA-256 digest.
pub(crate) fn token(authority: &Issued, at: i64, imprint: [u8; 32]) -> Vec<u8> {
    let time = der::asn1::GeneralizedTime::from_unix_duration(std::time::Duration::from_secs(
        at.try_into().unwrap(),
    ));
    let time = der::Encode::to_der(&time.unwrap()).unwrap();
    let info = [
        encode(INTEGER, &[1]),
        encode(OBJECT_IDENTIFIER, &[0x2a, 0x03]),
        encode(SEQUENCE, &[algorithm(oid::ID_SHA256), encode(OCTET_STRING, &imprint)].concat()),
        encode(INTEGER, &[7]),
        time,
    ];
    let info = encode(SEQUENCE, &info.concat());
    let signer = ForgedSigner::over(&sha256(&info), oid::ID_CT_TST_INFO, authority);
    Forge {
        certificates: vec![authority.der.clone()],
        content: Some(info),
        content_type: oid::ID_CT_TST_INFO,
        signers: vec![signer.to_der(&signer.sign())],
        ..Forge::detached()
    }
    .to_der()
}

fn algorithm(oid: Oid) -> Vec<u8> {
    encode(SEQUENCE, &encode(OBJECT_IDENTIFIER, oid.as_bytes()))
}
