//! What stands in `/Contents`, by what `/SubFilter` says it is.

use std::borrow::Cow;

use pdf::SignatureFound;
use spki::AlgorithmIdentifierRef;

use super::super::{
    SubIndication, Verdict,
    signer::{self, Aid, ContentDigest, Reference, SignerCheck, format_failure},
    stamp::{self, Carried, Stamp},
    token::Token,
};
use crate::{
    asn1::ber::{Elements, Malformed, OCTET_STRING},
    cms::{SignedData, Signer},
    hash::HashAlgorithm,
    oid,
    verify::{Rejection, SignatureAlgorithm, Signed},
    x509::X509,
};

/// The signature object of one signature dictionary.
pub(super) enum Body<'a> {
    /// `ETSI.CAdES.detached`, `adbe.pkcs7.detached`; `PBAD.PAdES` is what Brazil calls it.
    Detached(SignedData<'a>),
    /// `adbe.pkcs7.sha1`: the content is the SHA-1 of what is covered.
    DigestInside(SignedData<'a>),
    /// `adbe.x509.rsa_sha1`: a PKCS#1 signature, the certificate stands in the dictionary.
    Pkcs1(Cow<'a, [u8]>),
    /// `ETSI.RFC3161`.
    Timestamp(Box<Token<'a>>),
    /// Anything else, and why.
    Unreadable(String),
}

impl<'a> Body<'a> {
    pub(super) fn read(found: &'a SignatureFound) -> Self {
        let contents = found.contents.as_slice();
        let sub_filter = found.sub_filter.as_deref().unwrap_or_default();
        let body = match sub_filter {
            _ if found.timestamp => Token::read(contents).map(|token| Self::Timestamp(Box::new(token))),
            CADES_DETACHED | "adbe.pkcs7.detached" | "PBAD.PAdES" => {
                SignedData::read(contents).map(Self::Detached)
            }
            "adbe.pkcs7.sha1" => SignedData::read(contents).map(Self::DigestInside),
            "adbe.x509.rsa_sha1" => pkcs1(contents).map(Self::Pkcs1),
            "" => return Self::Unreadable("the signature dictionary names no SubFilter".to_owned()),
            _ => return Self::Unreadable("the signature's SubFilter is not known".to_owned()),
        };
        match body {
            Ok(Self::Detached(data)) if data.content.is_some() => {
                Self::Unreadable("the signature carries content of its own beside what it covers".to_owned())
            }
            Ok(Self::Detached(data) | Self::DigestInside(data)) if data.signers.len() != 1 => {
                Self::Unreadable(format!("the signature has {} signers instead of one", data.signers.len()))
            }
            Ok(body) => body,
            Err(malformed) => Self::Unreadable(format!("the signature cannot be read: {malformed}")),
        }
    }

    /// The digests of the covered bytes that it asks for, SHA-256 aside.
    pub(super) fn algorithms(&self) -> Vec<HashAlgorithm> {
        match self {
            Self::Detached(_) => {
                let own = self.signer().and_then(|signer| signer.digest_algorithm.oid);
                let stamps = self.signer().map(stamp::content_algorithms).unwrap_or_default();
                own.and_then(HashAlgorithm::from_oid).into_iter().chain(stamps).collect()
            }
            Self::DigestInside(_) => vec![HashAlgorithm::Sha1],
            Self::Pkcs1(_) => PKCS1_DIGESTS.to_vec(),
            Self::Timestamp(token) => token.imprint_algorithm.into_iter().collect(),
            Self::Unreadable(_) => Vec::new(),
        }
    }

    /// Checks form, digest and signature value.
    pub(super) fn check(
        &self,
        found: &SignatureFound,
        content: &ContentDigest<'_>,
        aid: &Aid<'_>,
    ) -> SignerCheck {
        match self {
            Self::Detached(data) => match self.signer() {
                Some(signer) => check_detached(found, data, signer, content, aid),
                None => SignerCheck::new(format_failure("the signature has no signer")),
            },
            Self::DigestInside(data) => match self.signer() {
                Some(signer) => check_digest_inside(data, signer, content, aid),
                None => SignerCheck::new(format_failure("the signature has no signer")),
            },
            Self::Pkcs1(signature) => check_pkcs1(signature, found, content, aid),
            Self::Timestamp(token) => token.check(content, aid),
            Self::Unreadable(why) => SignerCheck::new(format_failure(why.clone())),
        }
    }

    /// The time-stamps on it.
    pub(super) fn stamps(&self, content: &ContentDigest<'_>, aid: &Aid<'_>, limit: usize) -> Vec<Stamp> {
        match self {
            Self::Detached(_) | Self::DigestInside(_) => {
                self.signer().map(|signer| stamp::stamps_of(signer, content, aid, limit)).unwrap_or_default()
            }
            Self::Pkcs1(_) | Self::Timestamp(_) | Self::Unreadable(_) => Vec::new(),
        }
    }

    /// Certificates and revocation data inside.
    pub(super) fn carried(&self, found: &SignatureFound) -> Carried {
        match self {
            Self::Detached(data) | Self::DigestInside(data) => Carried::of(data),
            Self::Timestamp(token) => Carried::of(&token.data),
            Self::Pkcs1(_) => Carried { certificates: found.certificate.clone(), ..Carried::default() },
            Self::Unreadable(_) => Carried::default(),
        }
    }

    /// The time that a document time-stamp tells.
    pub(super) fn generated_at(&self) -> Option<i64> {
        match self {
            Self::Timestamp(token) => Some(token.generated_at),
            _ => None,
        }
    }

    /// The digest algorithm of a document time-stamp.
    pub(super) fn imprint_algorithm(&self) -> Option<HashAlgorithm> {
        match self {
            Self::Timestamp(token) => token.imprint_algorithm,
            _ => None,
        }
    }

    /// Whether it has the shape of a PAdES baseline signature, whatever its level (EN 319 142-1 clause 6.3).
    pub(super) fn is_baseline(&self, found: &SignatureFound, check: &SignerCheck) -> bool {
        found.sub_filter.as_deref() == Some(CADES_DETACHED)
            && matches!(self, Self::Detached(_))
            && matches!(check.reference, Reference::Version1 | Reference::Version2)
            && self.signer().is_some_and(|signer| {
                signer.signed_attributes.is_some() && signer.count(oid::ID_SIGNING_TIME) == 0
            })
            && found.signed_at.is_some()
    }

    fn signer(&self) -> Option<&Signer<'a>> {
        match self {
            Self::Detached(data) | Self::DigestInside(data) => data.signers.first(),
            _ => None,
        }
    }
}

/// A signature over the covered bytes themselves.
fn check_detached(
    found: &SignatureFound,
    data: &SignedData<'_>,
    signer: &Signer<'_>,
    content: &ContentDigest<'_>,
    aid: &Aid<'_>,
) -> SignerCheck {
    let mut check = signer::check(data, signer, content, aid);
    if data.content_type != oid::ID_DATA.as_bytes() {
        check.fail(format_failure("the signature is not over data"));
    }
    if found.sub_filter.as_deref() == Some(CADES_DETACHED) && signer.signed_attributes.is_none() {
        check.fail(format_failure("the signature has no signed attributes, which its SubFilter needs"));
    }
    check
}

/// A signature over the SHA-1 of the covered bytes.
fn check_digest_inside(
    data: &SignedData<'_>,
    signer: &Signer<'_>,
    content: &ContentDigest<'_>,
    aid: &Aid<'_>,
) -> SignerCheck {
    let Some(inside) = data.content.as_deref() else {
        return SignerCheck::new(format_failure("the signature does not carry the digest that it signs"));
    };
    let mut check = signer::check(data, signer, &|algorithm| Some(algorithm.digest(inside)), aid);
    // The digest that counts is the weaker of the two.
    check.content_hash = Some(HashAlgorithm::Sha1);
    match content(HashAlgorithm::Sha1) {
        Some(digest) if digest == inside => {}
        Some(_) => check.fail(Verdict::failed(
            SubIndication::HashFailure,
            "the signed bytes are not those that were signed",
        )),
        None => check.fail(Verdict::indeterminate(
            SubIndication::SignedDataNotFound,
            "the signed bytes are not at hand",
        )),
    }
    check
}

/// An RSA signature by the first certificate of `/Cert`; its own padding names the digest.
fn check_pkcs1(
    signature: &[u8],
    found: &SignatureFound,
    content: &ContentDigest<'_>,
    aid: &Aid<'_>,
) -> SignerCheck {
    let mut check = SignerCheck::new(Verdict::passed());
    let certificate = found.certificate.first().and_then(|der| X509::read(der).ok());
    let Some(certificate) = certificate else {
        check.fail(Verdict::indeterminate(
            SubIndication::NoSigningCertificateFound,
            "the signature dictionary holds no certificate that can be read",
        ));
        return check;
    };
    check.certificate = Some(certificate.der().to_vec());
    check.algorithm_name = String::from("RSA");
    let identifier = AlgorithmIdentifierRef { oid: oid::RSA_ENCRYPTION, parameters: Some(der::AnyRef::NULL) };
    let key = &certificate.tbs.subject_public_key_info;
    let mut rejection = Rejection::Wrong;
    let mut known = false;
    for algorithm in PKCS1_DIGESTS {
        let Some(digest) = content(algorithm) else { continue };
        known = true;
        let outcome = SignatureAlgorithm::read(key, &identifier, Some(algorithm))
            .and_then(|read| aid.verify(read, key, Signed::Digest(&digest), signature));
        match outcome {
            Ok(verified) => {
                check.algorithm_name = verified.to_string();
                check.algorithm = Some(verified);
                check.content_hash = Some(algorithm);
                return check;
            }
            Err(found) => rejection = found,
        }
    }
    if known {
        check.fail(signer::rejected(rejection));
    } else {
        check.fail(Verdict::indeterminate(
            SubIndication::SignedDataNotFound,
            "the signed bytes are not at hand",
        ));
    }
    check
}

/// An OCTET STRING, behind which only zeros may stand.
fn pkcs1(contents: &[u8]) -> Result<Cow<'_, [u8]>, Malformed> {
    let mut elements = Elements::new(contents);
    let signature = elements.expect(OCTET_STRING, "it is no OCTET STRING")?.octets()?;
    if elements.rest().iter().any(|byte| *byte != 0) {
        return Err(Malformed("something stands behind its end"));
    }
    Ok(signature)
}

/// The SubFilter of PAdES.
const CADES_DETACHED: &str = "ETSI.CAdES.detached";

/// Digests that `adbe.x509.rsa_sha1` may be over (ISO 32000-1 section 12.8.3, table 257).
const PKCS1_DIGESTS: [HashAlgorithm; 4] =
    [HashAlgorithm::Sha1, HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512];
