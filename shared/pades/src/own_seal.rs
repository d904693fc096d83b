//! Checks a seal of our own right after it was made.

use der::{Decode, Encode};
use spki::SubjectPublicKeyInfoRef;

use crate::{
    Digest, SealCertificate, SealError, TimestampToken, asn1::SigningCertificateV2, oid,
    one_signer::OneSigner,
};

/// Checks a seal of our own before it is published.
///
/// The CMS must hold exactly one signer, who is this certificate by serial number, by embedded bytes
/// and by signing-certificate-v2; its message digest must be the document's, its signature must
/// verify, and a time-stamp must be over that signature. Zero padding after the CMS is accepted.
/// This is no validation of a stranger's signature: it judges neither the chain nor the time.
///
/// # Errors
///
/// [`SealError::SealInvalid`] naming the first check that failed.
pub fn check_own_seal(
    cms_der: &[u8],
    document_digest: impl Into<Digest>,
    certificate: &SealCertificate,
) -> Result<(), SealError> {
    let digest = document_digest.into();
    let seal = OneSigner::read(cms_der).map_err(invalid)?;
    if seal.content_type != oid::ID_DATA || seal.content.is_some() {
        return Err(invalid("it is not a detached signature over data"));
    }
    if !seal.certificates.contains(&certificate.der()) {
        return Err(invalid("the seal certificate is not embedded"));
    }
    if seal.signer.sid.to_der()? != certificate.issuer_and_serial() {
        return Err(invalid("its signer is another certificate"));
    }
    if !names(&seal, certificate) {
        return Err(invalid("its signing-certificate-v2 does not name the seal certificate alone"));
    }
    if seal.signer.digest_algorithm.oid != digest.algorithm().oid() {
        return Err(invalid("its digest algorithm is another"));
    }
    let key = SubjectPublicKeyInfoRef::from_der(certificate.subject_public_key_info())?;
    seal.verify(&key, digest.as_bytes()).map_err(invalid)?;
    timestamp_of(&seal).map(drop)
}

/// The time-stamp on a seal's signature, if it has one. Zero padding after the CMS is accepted.
///
/// # Errors
///
/// [`SealError::SealInvalid`] when the CMS cannot be read, or has a time-stamp that does not verify or is
/// over another signature.
pub fn seal_timestamp(cms_der: &[u8]) -> Result<Option<TimestampToken>, SealError> {
    timestamp_of(&OneSigner::read(cms_der).map_err(invalid)?)
}

fn names(seal: &OneSigner<'_>, certificate: &SealCertificate) -> bool {
    let signing = seal
        .attribute(oid::ID_AA_SIGNING_CERTIFICATE_V2)
        .and_then(|value| SigningCertificateV2::from_der(value).ok());
    signing.is_some_and(|signing| match signing.certs.as_slice() {
        [id] => id.hash_algorithm.is_none() && id.cert_hash.as_bytes() == certificate.sha256(),
        _ => false,
    })
}

fn timestamp_of(seal: &OneSigner<'_>) -> Result<Option<TimestampToken>, SealError> {
    if seal.signer.unsigned_attributes.is_none() {
        return Ok(None);
    }
    let token = seal
        .unsigned_attribute(oid::ID_AA_TIME_STAMP_TOKEN)
        .ok_or(invalid("it has not exactly one time-stamp"))?;
    let token = TimestampToken::from_der(token).map_err(|_| invalid("its time-stamp does not verify"))?;
    if token.covers(seal.signer.signature.as_bytes()) {
        return Ok(Some(token));
    }
    Err(invalid("its time-stamp is over another signature"))
}

fn invalid(what: &'static str) -> SealError {
    SealError::SealInvalid { what }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
mod tests;
