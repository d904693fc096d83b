//! The CMS `SignedData` of a seal, built from its parts.

use der::{AnyRef, Decode, Encode, Tag, asn1::OctetStringRef};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use crate::{
    Digest, SealAlgorithm, SealCertificate, SealError, SignedAttributes, TimestampToken,
    asn1::{ContentInfo, EncapsulatedContentInfo, Implicit, SignedData, SignerInfo, set_of, set_of_content},
    attributes::attribute,
    oid,
    verify::verify,
};

/// Puts the CMS of a seal together: a detached `SignedData` in DER, for `/Contents`.
///
/// It holds the signed attributes, the signature over them, every certificate of the chain and, if
/// given, a time-stamp over the signature as an unsigned attribute.
///
/// # Errors
///
/// [`SealError::AlgorithmMismatch`] when the attributes were made for another kind of key,
/// [`SealError::SealInvalid`] when the signature is not the certificate's over these attributes or
/// the time-stamp is over another signature: a wrong seal is never returned.
pub fn assemble(
    attributes: &SignedAttributes,
    signature: &[u8],
    certificate: &SealCertificate,
    timestamp: Option<&TimestampToken>,
) -> Result<Vec<u8>, SealError> {
    let algorithm = attributes.algorithm();
    algorithm.require(certificate.key_kind())?;
    check_signature(algorithm, attributes.to_be_signed(), signature, certificate)?;
    if timestamp.is_some_and(|token| !token.covers(signature)) {
        return Err(SealError::SealInvalid { what: "the time-stamp is over another signature" });
    }
    encode(attributes, signature, certificate, timestamp.map(TimestampToken::der))
}

/// How many bytes the CMS of such a seal can take at most, to be reserved in `/Contents`.
///
/// `timestamp_bytes` is the room for a time-stamp token: 0 for none, otherwise
/// [`TIMESTAMP_RESERVE_BYTES`] or what the authority is known to need.
///
/// # Errors
///
/// [`SealError::AlgorithmMismatch`] when the algorithm does not suit the certificate's key.
pub fn contents_bytes(
    certificate: &SealCertificate,
    algorithm: SealAlgorithm,
    timestamp_bytes: usize,
) -> Result<usize, SealError> {
    let digest = Digest::of(algorithm.digest_algorithm(), &[]);
    let attributes = SignedAttributes::new(digest, certificate, algorithm)?;
    let signature = vec![0; certificate.key_kind().max_signature_bytes()];
    let token = AnyRef::new(Tag::OctetString, &vec![0; timestamp_bytes])?.to_der()?;
    let token = (timestamp_bytes > 0).then_some(token.as_slice());
    Ok(encode(&attributes, &signature, certificate, token)?.len())
}

/// Room for a time-stamp token, bytes.
///
/// Public authorities answer with 3 to 7 KB, most of it their chain of RSA certificates; the rest is
/// for longer chains. What is not used stays as zeros in the file.
pub const TIMESTAMP_RESERVE_BYTES: usize = 12 * 1024;

fn check_signature(
    algorithm: SealAlgorithm,
    message: &[u8],
    signature: &[u8],
    certificate: &SealCertificate,
) -> Result<(), SealError> {
    let key = SubjectPublicKeyInfoRef::from_der(certificate.subject_public_key_info())?;
    let identifier = algorithm.identifier()?;
    verify(&key, &AlgorithmIdentifierRef::from_der(&identifier)?, None, message, signature)
        .map_err(|_| invalid("the signature is not the certificate's over these attributes"))
}

fn encode(
    attributes: &SignedAttributes,
    signature: &[u8],
    certificate: &SealCertificate,
    timestamp: Option<&[u8]>,
) -> Result<Vec<u8>, SealError> {
    let algorithm = attributes.algorithm();
    let identifier = algorithm.identifier()?;
    let digest_algorithm = algorithm.digest_algorithm().identifier();
    let unsigned = timestamp.map(|token| attribute(oid::ID_AA_TIME_STAMP_TOKEN, token)).transpose()?;
    let signer = SignerInfo {
        version: 1,
        sid: AnyRef::from_der(certificate.issuer_and_serial())?,
        digest_algorithm,
        signed_attributes: Some(Implicit(attributes.content())),
        signature_algorithm: AlgorithmIdentifierRef::from_der(&identifier)?,
        signature: OctetStringRef::new(signature)?,
        unsigned_attributes: unsigned.as_deref().map(Implicit),
    }
    .to_der()?;
    let digest_algorithms = set_of(vec![digest_algorithm.to_der()?])?;
    let signer_infos = set_of(vec![signer])?;
    let certificates = set_of_content(certificate.chain_der().to_vec());
    let signed_data = SignedData {
        version: 1,
        digest_algorithms: AnyRef::from_der(&digest_algorithms)?,
        encap_content_info: EncapsulatedContentInfo { content_type: oid::ID_DATA, content: None },
        certificates: Some(Implicit(&certificates)),
        crls: None,
        signer_infos: AnyRef::from_der(&signer_infos)?,
    }
    .to_der()?;
    Ok(ContentInfo { content_type: oid::ID_SIGNED_DATA, content: AnyRef::from_der(&signed_data)? }
        .to_der()?)
}

fn invalid(what: &'static str) -> SealError {
    SealError::SealInvalid { what }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
mod tests;
