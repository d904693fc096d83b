//! A `SignedData` taken apart, so that each part can be replaced.

use rcgen::SigningKey as _;
use sha2::{Digest as _, Sha256};

use crate::{
    authority::Signer,
    der::{self, Element, OCTETS, SEQUENCE, SET},
};

/// id-data.
pub const DATA: &[u64] = &[1, 2, 840, 113_549, 1, 7, 1];
/// id-signedData.
pub const SIGNED_DATA: &[u64] = &[1, 2, 840, 113_549, 1, 7, 2];
/// The attribute content-type.
pub const CONTENT_TYPE: &[u64] = &[1, 2, 840, 113_549, 1, 9, 3];
/// The attribute message-digest.
pub const MESSAGE_DIGEST: &[u64] = &[1, 2, 840, 113_549, 1, 9, 4];
/// The attribute signing-certificate-v2.
pub const SIGNING_CERTIFICATE_V2: &[u64] = &[1, 2, 840, 113_549, 1, 9, 16, 2, 47];
/// The unsigned attribute that holds a time-stamp over the signature.
pub const SIGNATURE_TIMESTAMP: &[u64] = &[1, 2, 840, 113_549, 1, 9, 16, 2, 14];
/// SHA-256.
pub const SHA256: &[u64] = &[2, 16, 840, 1, 101, 3, 4, 2, 1];
/// SHA-1.
pub const SHA1: &[u64] = &[1, 3, 14, 3, 2, 26];
/// SHA-512.
pub const SHA512: &[u64] = &[2, 16, 840, 1, 101, 3, 4, 2, 3];
/// ecdsa-with-SHA256.
pub const ECDSA_SHA256: &[u64] = &[1, 2, 840, 10045, 4, 3, 2];

/// A `SignedData`; every part is raw DER.
#[derive(Clone, Debug)]
pub struct SignedData {
    /// `version`.
    pub version: Vec<u8>,
    /// `digestAlgorithms`.
    pub digest_algorithms: Vec<u8>,
    /// `encapContentInfo`.
    pub content: Vec<u8>,
    /// Each certificate.
    pub certificates: Vec<Vec<u8>>,
    /// `crls` with its tag, or nothing.
    pub crls: Vec<u8>,
    /// The signers.
    pub signers: Vec<SignerInfo>,
}

/// A `SignerInfo`; every part is raw DER.
#[derive(Clone, Debug)]
pub struct SignerInfo {
    /// `version`.
    pub version: Vec<u8>,
    /// `sid`.
    pub sid: Vec<u8>,
    /// `digestAlgorithm`.
    pub digest_algorithm: Vec<u8>,
    /// Each signed attribute; none at all leaves the field out.
    pub signed: Vec<Vec<u8>>,
    /// `signatureAlgorithm`.
    pub signature_algorithm: Vec<u8>,
    /// The signature value, without its header.
    pub signature: Vec<u8>,
    /// Each unsigned attribute.
    pub unsigned: Vec<Vec<u8>>,
}

impl SignedData {
    /// Reads a DER `ContentInfo` that may be followed by zeros. `None` for BER and for anything else.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let info = der::read(bytes)?;
        let wrapped = der::children(info.content)?.get(1)?.content.to_vec();
        let data = der::read(&wrapped)?;
        let parts = der::children(data.content)?;
        let tagged = |tag| parts.iter().find(|part: &&Element<'_>| part.tag == tag);
        let signers = parts.last().filter(|part| part.tag == SET)?;
        let certificates = match tagged(0xa0) {
            Some(part) => der::children(part.content)?.iter().map(|it| it.whole.to_vec()).collect(),
            None => Vec::new(),
        };
        Some(Self {
            version: parts.first()?.whole.to_vec(),
            digest_algorithms: parts.get(1)?.whole.to_vec(),
            content: parts.get(2)?.whole.to_vec(),
            certificates,
            crls: tagged(0xa1).map(|part| part.whole.to_vec()).unwrap_or_default(),
            signers: der::children(signers.content)?
                .iter()
                .map(|signer| SignerInfo::read(signer.content))
                .collect::<Option<_>>()?,
        })
    }

    /// A signature over a digest as a baseline signature is made, without time-stamp.
    #[must_use]
    pub fn new(signer: &Signer, content_type: &[u64], digest: &[u8]) -> Self {
        let mut info = SignerInfo {
            version: der::integer(1),
            sid: signer.issuer_and_serial(),
            digest_algorithm: der::algorithm(SHA256),
            signed: vec![
                attribute(CONTENT_TYPE, &der::oid(content_type)),
                attribute(MESSAGE_DIGEST, &der::element(OCTETS, digest)),
                attribute(SIGNING_CERTIFICATE_V2, &signing_certificate(&signer.der)),
            ],
            signature_algorithm: der::algorithm(ECDSA_SHA256),
            signature: Vec::new(),
            unsigned: Vec::new(),
        };
        info.sign(signer);
        Self {
            version: der::integer(1),
            digest_algorithms: der::set(&[der::algorithm(SHA256)]),
            content: der::sequence(&[&der::oid(content_type)]),
            certificates: vec![signer.der.clone(), signer.root.clone()],
            crls: Vec::new(),
            signers: vec![info],
        }
    }

    /// The `ContentInfo`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let certificates = match self.certificates.len() {
            0 => Vec::new(),
            _ => der::element(0xa0, &self.certificates.concat()),
        };
        let signers: Vec<Vec<u8>> = self.signers.iter().map(SignerInfo::encode).collect();
        let data = der::sequence(&[
            &self.version,
            &self.digest_algorithms,
            &self.content,
            &certificates,
            &self.crls,
            &der::set(&signers),
        ]);
        der::sequence(&[&der::oid(SIGNED_DATA), &der::element(0xa0, &data)])
    }
}

impl SignerInfo {
    fn read(content: &[u8]) -> Option<Self> {
        let parts = der::children(content)?;
        let list = |tag| match parts.iter().find(|part| part.tag == tag) {
            Some(part) => {
                Some(der::children(part.content)?.iter().map(|it| it.whole.to_vec()).collect::<Vec<_>>())
            }
            None => Some(Vec::new()),
        };
        let signature = parts.iter().position(|part| part.tag == OCTETS)?;
        Some(Self {
            version: parts.first()?.whole.to_vec(),
            sid: parts.get(1)?.whole.to_vec(),
            digest_algorithm: parts.get(2).filter(|it| it.tag == SEQUENCE)?.whole.to_vec(),
            signed: list(0xa0)?,
            signature_algorithm: parts.get(signature.checked_sub(1)?)?.whole.to_vec(),
            signature: parts[signature].content.to_vec(),
            unsigned: list(0xa1)?,
        })
    }

    /// Signs what the signed attributes are now.
    pub fn sign(&mut self, signer: &Signer) {
        self.signed.sort();
        self.signature = signer.key.sign(&der::set(&self.signed)).unwrap();
    }

    /// The place of a signed attribute.
    #[must_use]
    pub fn attribute(&self, arcs: &[u64]) -> Option<usize> {
        let oid = der::oid(arcs);
        self.signed.iter().position(|it| der::read(it).is_some_and(|it| it.content.starts_with(&oid)))
    }

    fn encode(&self) -> Vec<u8> {
        let optional = |tag, parts: &[Vec<u8>]| match parts.len() {
            0 => Vec::new(),
            _ => der::element(tag, &parts.concat()),
        };
        der::sequence(&[
            &self.version,
            &self.sid,
            &self.digest_algorithm,
            &optional(0xa0, &self.signed),
            &self.signature_algorithm,
            &der::element(OCTETS, &self.signature),
            &optional(0xa1, &self.unsigned),
        ])
    }
}

/// An attribute with one value.
#[must_use]
pub fn attribute(arcs: &[u64], value: &[u8]) -> Vec<u8> {
    der::sequence(&[&der::oid(arcs), &der::element(SET, value)])
}

/// The value of signing-certificate-v2 for a certificate, SHA-256.
fn signing_certificate(certificate: &[u8]) -> Vec<u8> {
    let hash = der::element(OCTETS, &Sha256::digest(certificate));
    der::sequence(&[&der::sequence(&[&der::sequence(&[&hash])])])
}

/// A time-stamp token over a digest (RFC 3161), made at `seconds`.
#[must_use]
pub fn timestamp(tsa: &Signer, digest: &[u8], seconds: i64) -> Vec<u8> {
    let tst_info: &[u64] = &[1, 2, 840, 113_549, 1, 9, 16, 1, 4];
    let imprint = der::sequence(&[&der::algorithm(SHA256), &der::element(OCTETS, digest)]);
    let info = der::sequence(&[
        &der::integer(1),
        &der::oid(&[1, 3, 6, 1, 4, 1, 32473, 1]),
        &imprint,
        &der::element(der::INTEGER, &[&[1], &digest[..7]].concat()),
        &der::element(0x18, generalized_time(seconds).as_bytes()),
    ]);
    let mut signed = SignedData::new(tsa, tst_info, &Sha256::digest(&info));
    signed.version = der::integer(3);
    let content = der::element(0xa0, &der::element(OCTETS, &info));
    signed.content = der::sequence(&[&der::oid(tst_info), &content]);
    signed.encode()
}

/// `YYYYMMDDhhmmssZ`.
#[must_use]
pub fn generalized_time(seconds: i64) -> String {
    let date = pdf::SignedAt { unix_ms: seconds * 1000, offset_minutes: 0 }.to_pdf_date();
    format!("{}Z", &date[2..16])
}
