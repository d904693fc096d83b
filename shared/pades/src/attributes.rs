//! The signed attributes of a seal: what the private key signs.

use der::{AnyRef, Encode, Tag, asn1::OctetStringRef};

use crate::{
    Digest, SealAlgorithm, SealCertificate, SealError,
    algorithm::sha256,
    asn1::{Attribute, EssCertIdV2, SigningCertificateV2, set_of, set_of_content},
    oid,
};

/// The signed attributes of one seal: content type, message digest and the signing certificate.
///
/// There is no signing-time attribute: PAdES baseline signatures carry the claimed time in the
/// signature dictionary's `/M` instead. The value depends on nothing but its arguments, so a process
/// that resumes a seal makes the same bytes again.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedAttributes {
    algorithm: SealAlgorithm,
    content: Vec<u8>,
    to_be_signed: Vec<u8>,
}

impl SignedAttributes {
    /// Binds a document's digest to the certificate that seals it.
    ///
    /// # Errors
    ///
    /// [`SealError::AlgorithmMismatch`] when the algorithm does not suit the certificate's key,
    /// [`SealError::DigestLength`] when the digest is not of the algorithm's own kind.
    pub fn new(
        document_digest: impl Into<Digest>,
        certificate: &SealCertificate,
        algorithm: SealAlgorithm,
    ) -> Result<Self, SealError> {
        let digest = document_digest.into();
        algorithm.require(certificate.key_kind())?;
        if digest.algorithm() != algorithm.digest_algorithm() {
            return Err(SealError::DigestLength {
                algorithm,
                expected: algorithm.digest_algorithm().output_bytes(),
                found: digest.as_bytes().len(),
            });
        }
        let attributes = vec![
            attribute(oid::ID_CONTENT_TYPE, &oid::ID_DATA.to_der()?)?,
            attribute(oid::ID_MESSAGE_DIGEST, &OctetStringRef::new(digest.as_bytes())?.to_der()?)?,
            attribute(oid::ID_AA_SIGNING_CERTIFICATE_V2, &signing_certificate(certificate.der())?)?,
        ];
        Ok(Self { algorithm, to_be_signed: set_of(attributes.clone())?, content: set_of_content(attributes) })
    }

    /// The algorithm they are to be signed with.
    #[must_use]
    pub fn algorithm(&self) -> SealAlgorithm {
        self.algorithm
    }

    /// The message for the private key: the attributes as a DER SET OF (RFC 5652 section 5.4).
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// The digest of that message, for a signer that takes digests (AWS KMS `MessageType=DIGEST`).
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.algorithm.digest_algorithm(), &self.to_be_signed)
    }

    /// The members without the SET's own header.
    pub(crate) fn content(&self) -> &[u8] {
        &self.content
    }
}

/// An attribute with one value, DER.
pub(crate) fn attribute(oid: const_oid::ObjectIdentifier, value: &[u8]) -> der::Result<Vec<u8>> {
    Attribute { oid, values: AnyRef::new(Tag::Set, value)? }.to_der()
}

/// `SigningCertificateV2` naming one certificate by its SHA-256, the default algorithm.
///
/// The issuer and serial number are left out: the certificate stands in the same CMS, named by
/// `SignerInfo.sid`, and its hash already decides.
fn signing_certificate(certificate: &[u8]) -> der::Result<Vec<u8>> {
    SigningCertificateV2 {
        certs: vec![EssCertIdV2 {
            hash_algorithm: None,
            cert_hash: OctetStringRef::new(&sha256(certificate))?,
            issuer_serial: None,
        }],
        policies: None,
    }
    .to_der()
}
