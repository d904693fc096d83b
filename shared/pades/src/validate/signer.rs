//! Checks one signer of a CMS: its form, what it signed, and whether its certificate's key signed that.
//!
//! This is format checking, identification of the signing certificate and cryptographic verification of
//! EN 319 102-1 clause 5.2; whether the certificate is trusted is asked elsewhere.

mod reference;

use std::cell::Cell;

use const_oid::ObjectIdentifier as Oid;
use spki::SubjectPublicKeyInfoRef;

pub(crate) use self::reference::Reference;
use super::{SubIndication, Verdict, time};
use crate::{
    asn1::ber::{Element, OCTET_STRING, SEQUENCE, context},
    cms::{SignedData, Signer, looks_like_attributes},
    hash::HashAlgorithm,
    oid,
    verify::{Rejection, SignatureAlgorithm, Signed},
    x509::X509,
};

/// What the check of one signer gave.
#[derive(Clone, Debug)]
pub(crate) struct SignerCheck {
    /// Passed when form, digest and signature value are right.
    pub(crate) verdict: Verdict,
    /// The signing certificate, DER.
    pub(crate) certificate: Option<Vec<u8>>,
    /// How the signature was made, when it verifies.
    pub(crate) algorithm: Option<SignatureAlgorithm>,
    /// The digest of the content, when it is known here.
    pub(crate) content_hash: Option<HashAlgorithm>,
    /// Such as `SHA256withRSA`.
    pub(crate) algorithm_name: String,
    /// How signed attributes name the certificate.
    pub(crate) reference: Reference,
    /// signing-time, if the signer states it.
    pub(crate) signing_time: Option<i64>,
    pub(crate) notes: Vec<String>,
}

impl SignerCheck {
    /// What is known before anything is checked.
    pub(crate) fn new(verdict: Verdict) -> Self {
        Self {
            verdict,
            certificate: None,
            algorithm: None,
            content_hash: None,
            algorithm_name: String::new(),
            reference: Reference::Absent,
            signing_time: None,
            notes: Vec::new(),
        }
    }

    /// Whether the signed bytes and the signature value are right.
    pub(crate) fn is_intact(&self) -> bool {
        self.verdict.is_passed()
    }

    pub(crate) fn fail(&mut self, verdict: Verdict) {
        let before = std::mem::replace(&mut self.verdict, Verdict::passed());
        self.verdict = before.and(verdict);
    }
}

/// What helps with checking the signers of one file.
pub(crate) struct Aid<'a> {
    /// Certificates from elsewhere, one of which may be a signer's.
    certificates: Vec<&'a [u8]>,
    /// What work is left, in units of about 10 microseconds.
    work: Cell<u64>,
}

impl<'a> Aid<'a> {
    pub(crate) fn new(certificates: impl Iterator<Item = &'a [u8]>) -> Self {
        Self { certificates: certificates.collect(), work: Cell::new(MAX_WORK) }
    }

    /// Verifies a signature, as long as that is not too much for one file.
    pub(crate) fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: &SubjectPublicKeyInfoRef<'_>,
        signed: Signed<'_>,
        signature: &[u8],
    ) -> Result<SignatureAlgorithm, Rejection> {
        // The cost of RSA grows with the square; Brainpool curves cost what RSA of 4096 bits does.
        let kilobits = u64::from(algorithm.key_bits / 1024).max(4);
        if !self.take(kilobits * kilobits) {
            return Err(Rejection::Unsupported(TOO_MUCH_WORK));
        }
        algorithm.verify(key, signed, signature)
    }

    /// Reads a certificate that may be a signer's.
    fn read<'c>(&self, der: &'c [u8]) -> Option<X509<'c>> {
        if self.take(1) { X509::read(der).ok() } else { None }
    }

    fn take(&self, units: u64) -> bool {
        let left = self.work.get();
        self.work.set(left.saturating_sub(units));
        left >= units
    }
}

/// The digest of the signed content by an algorithm; `None` when the content is not at hand.
pub(crate) type ContentDigest<'d> = dyn Fn(HashAlgorithm) -> Option<Vec<u8>> + 'd;

/// Checks a signer.
pub(crate) fn check(
    data: &SignedData<'_>,
    signer: &Signer<'_>,
    content: &ContentDigest<'_>,
    aid: &Aid<'_>,
) -> SignerCheck {
    let mut check = SignerCheck::new(Verdict::passed());
    check.algorithm_name = signer.signature_algorithm.name();
    check.signing_time = signer.signed(oid::ID_SIGNING_TIME).and_then(|value| time::of_element(&value));
    if let Some(fault) = form_fault(data, signer) {
        check.fail(format_failure(fault));
    }
    let digest = content_digest(&mut check, signer, content);
    if let Some(message_digest) = signer.signed(oid::ID_MESSAGE_DIGEST)
        && let Some(digest) = &digest
        && message_digest.octets().is_ok_and(|stated| stated.as_ref() != digest.as_slice())
    {
        let reason = "the signed bytes are not those that were signed";
        check.fail(Verdict::failed(SubIndication::HashFailure, reason));
    }
    let Some((certificate, reference)) = reference::find_certificate(data, signer, aid, &mut check.notes)
    else {
        let reason = "the signing certificate cannot be identified";
        check.fail(Verdict::indeterminate(SubIndication::NoSigningCertificateFound, reason));
        return check;
    };
    check.certificate = Some(certificate.der().to_vec());
    match reference {
        Ok(reference) => check.reference = reference,
        Err(reason) => {
            check.fail(Verdict::indeterminate(SubIndication::NoSigningCertificateFound, reason));
        }
    }
    verify(&mut check, signer, &certificate, digest.as_deref(), aid);
    check
}

/// What breaks the standard in the shape of a signer, so that nothing it says can be relied on.
fn form_fault(data: &SignedData<'_>, signer: &Signer<'_>) -> Option<&'static str> {
    let Some(attributes) = &signer.signed_attributes else {
        let content = data.content.as_deref();
        let disguised = content.is_some_and(|content| looks_like_attributes(content, oid::ID_MESSAGE_DIGEST));
        return if data.content_type != oid::ID_DATA.as_bytes() {
            Some("there are no signed attributes, which this kind of content needs")
        } else if disguised {
            Some("the content is the signed attributes of another signature")
        } else {
            None
        };
    };
    if attributes.count(oid::ID_CONTENT_TYPE) != 1 || attributes.count(oid::ID_MESSAGE_DIGEST) != 1 {
        return Some("there is not exactly one content-type and one message-digest attribute");
    }
    let content_type = attributes.single(oid::ID_CONTENT_TYPE)?;
    if content_type.content != data.content_type {
        return Some("the content-type attribute is not that of the content");
    }
    let message_digest = attributes.single(oid::ID_MESSAGE_DIGEST);
    if message_digest.is_none_or(|value| value.tag != OCTET_STRING || value.octets().is_err()) {
        return Some("the message-digest attribute does not hold one digest");
    }
    if attributes.count(oid::ID_CMS_ALGORITHM_PROTECTION) > 0 && !algorithms_protected(signer) {
        return Some("the algorithms are not those that the signer protected (RFC 6211)");
    }
    None
}

/// `CMSAlgorithmProtection`, RFC 6211 section 2.
fn algorithms_protected(signer: &Signer<'_>) -> bool {
    let Some(value) = signer.signed(oid::ID_CMS_ALGORITHM_PROTECTION) else { return false };
    let protected = || {
        let mut members = value.members_of(SEQUENCE).ok()?;
        let digest = members.next().ok()?;
        let signature = members.optional(context(1)).ok()??;
        Some((crate::cms::Algorithm::read(&digest).ok()?.oid?, signature.content))
    };
    let own = signer.signature_algorithm.content();
    protected().is_some_and(|(digest, signature)| {
        Some(digest) == signer.digest_algorithm.oid && Some(signature) == own
    })
}

/// The content's digest by the algorithm that the signer names.
fn content_digest(
    check: &mut SignerCheck,
    signer: &Signer<'_>,
    content: &ContentDigest<'_>,
) -> Option<Vec<u8>> {
    check.content_hash = signer.digest_algorithm.oid.and_then(HashAlgorithm::from_oid);
    let Some(algorithm) = check.content_hash else {
        let reason = format!("the digest algorithm {} is not known", signer.digest_algorithm.name());
        check.fail(Verdict::indeterminate(SubIndication::CryptoConstraintsFailureNoPoe, reason));
        return None;
    };
    let digest = content(algorithm);
    if digest.is_none() {
        let reason = "the signed content is not at hand";
        check.fail(Verdict::indeterminate(SubIndication::SignedDataNotFound, reason));
    }
    digest
}

/// The signature value, over the signed attributes as they stand or, failing that, in the order of DER.
fn verify(
    check: &mut SignerCheck,
    signer: &Signer<'_>,
    certificate: &X509<'_>,
    digest: Option<&[u8]>,
    aid: &Aid<'_>,
) {
    let Some(identifier) = signer.signature_algorithm.identifier() else {
        return check.fail(format_failure("the signature algorithm cannot be read"));
    };
    let key = &certificate.tbs.subject_public_key_info;
    let algorithm = match SignatureAlgorithm::read(key, &identifier, check.content_hash) {
        Ok(algorithm) => algorithm,
        Err(rejection) => return check.fail(rejected(rejection)),
    };
    check.algorithm_name = algorithm.to_string();
    let verify = |signed| aid.verify(algorithm, key, signed, &signer.signature);
    let outcome = match &signer.signed_attributes {
        None => match digest {
            Some(digest) => verify(Signed::Digest(digest)),
            None => return,
        },
        Some(attributes) => {
            let sorted = attributes.as_sorted();
            match (verify(Signed::Message(&attributes.as_written())), sorted) {
                (Err(Rejection::Wrong), Some(sorted)) => {
                    let outcome = verify(Signed::Message(&sorted));
                    if outcome.is_ok() {
                        check.notes.push(
                            "the signed attributes verify only in another order than theirs".to_owned(),
                        );
                    }
                    outcome
                }
                (outcome, sorted) => {
                    if sorted.is_some() {
                        check.notes.push("the signed attributes are not in the order of DER".to_owned());
                    }
                    outcome
                }
            }
        }
    };
    match outcome {
        Ok(algorithm) => {
            check.algorithm_name = algorithm.to_string();
            check.algorithm = Some(algorithm);
        }
        Err(rejection) => check.fail(rejected(rejection)),
    }
}

pub(crate) fn rejected(rejection: Rejection) -> Verdict {
    match rejection {
        Rejection::Wrong => Verdict::failed(
            SubIndication::SigCryptoFailure,
            "the signature value was not made with the key of the signing certificate",
        ),
        Rejection::Unsupported(what) => {
            Verdict::indeterminate(SubIndication::CryptoConstraintsFailureNoPoe, what)
        }
    }
}

pub(crate) fn format_failure(reason: impl Into<String>) -> Verdict {
    Verdict::failed(SubIndication::FormatFailure, reason)
}

/// The values of all attributes of a type, signed.
pub(crate) fn signed_values<'a>(signer: &Signer<'a>, kind: Oid) -> Vec<Element<'a>> {
    signer
        .signed_attributes
        .iter()
        .flat_map(|attributes| attributes.values(kind).collect::<Vec<_>>())
        .collect()
}

/// Work on the signers of one file: about half a second.
const MAX_WORK: u64 = 50_000;

const TOO_MUCH_WORK: &str = "the signatures of the file take more work to check than any honest file's";
