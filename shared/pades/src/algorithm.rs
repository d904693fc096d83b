//! Which signature and digest algorithms a seal may use.

use std::fmt;

use const_oid::ObjectIdentifier as Oid;
use der::{AnyRef, Decode, Encode};
use sha2::Digest as _;
use spki::{AlgorithmIdentifier, AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use crate::{SealError, oid};

/// How a seal is signed: the key's algorithm, its padding and its digest.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SealAlgorithm {
    /// ECDSA on P-256 over SHA-256 (`ecdsa-with-SHA256`).
    EcdsaP256Sha256,
    /// ECDSA on P-384 over SHA-384 (`ecdsa-with-SHA384`). The document is digested with SHA-384 too.
    EcdsaP384Sha384,
    /// RSASSA-PKCS1-v1_5 over SHA-256 (`sha256WithRSAEncryption`).
    RsaPkcs1Sha256,
    /// RSASSA-PSS over SHA-256, MGF1 with SHA-256, a salt of 32 bytes, all named explicitly.
    RsaPssSha256,
}

impl SealAlgorithm {
    /// The algorithm this crate takes when nothing else is asked for.
    ///
    /// For RSA that is PKCS#1 v1.5, because some viewers still cannot read PSS.
    #[must_use]
    pub fn for_key(key: KeyKind) -> Self {
        match key {
            KeyKind::EcdsaP256 => Self::EcdsaP256Sha256,
            KeyKind::EcdsaP384 => Self::EcdsaP384Sha384,
            KeyKind::Rsa { .. } => Self::RsaPkcs1Sha256,
        }
    }

    /// The digest of both the document and the signed attributes.
    ///
    /// They are one and the same because validators read `SignerInfo.digestAlgorithm` for both.
    #[must_use]
    pub fn digest_algorithm(self) -> DigestAlgorithm {
        match self {
            Self::EcdsaP256Sha256 | Self::RsaPkcs1Sha256 | Self::RsaPssSha256 => DigestAlgorithm::Sha256,
            Self::EcdsaP384Sha384 => DigestAlgorithm::Sha384,
        }
    }

    /// Whether a key of this kind can sign with this algorithm.
    #[must_use]
    pub fn suits(self, key: KeyKind) -> bool {
        match self {
            Self::EcdsaP256Sha256 => key == KeyKind::EcdsaP256,
            Self::EcdsaP384Sha384 => key == KeyKind::EcdsaP384,
            Self::RsaPkcs1Sha256 | Self::RsaPssSha256 => matches!(key, KeyKind::Rsa { .. }),
        }
    }

    pub(crate) fn require(self, key: KeyKind) -> Result<(), SealError> {
        if self.suits(key) {
            return Ok(());
        }
        Err(SealError::AlgorithmMismatch { algorithm: self, key })
    }

    /// The `AlgorithmIdentifier` of `SignerInfo.signatureAlgorithm`, DER.
    pub(crate) fn identifier(self) -> der::Result<Vec<u8>> {
        let plain = |oid, parameters| AlgorithmIdentifierRef { oid, parameters }.to_der();
        match self {
            Self::EcdsaP256Sha256 => plain(oid::ECDSA_WITH_SHA256, None),
            Self::EcdsaP384Sha384 => plain(oid::ECDSA_WITH_SHA384, None),
            Self::RsaPkcs1Sha256 => plain(oid::SHA256_WITH_RSA, Some(AnyRef::NULL)),
            Self::RsaPssSha256 => pss_identifier(),
        }
    }
}

impl fmt::Display for SealAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EcdsaP256Sha256 => "ECDSA P-256 with SHA-256",
            Self::EcdsaP384Sha384 => "ECDSA P-384 with SHA-384",
            Self::RsaPkcs1Sha256 => "RSA PKCS#1 v1.5 with SHA-256",
            Self::RsaPssSha256 => "RSA PSS with SHA-256",
        })
    }
}

/// A digest algorithm of a seal.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum DigestAlgorithm {
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
}

impl DigestAlgorithm {
    /// The length of its digests, bytes.
    #[must_use]
    pub fn output_bytes(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }

    /// The `AlgorithmIdentifier`, DER; parameters absent as RFC 5754 section 2 asks.
    pub(crate) fn identifier(self) -> AlgorithmIdentifierRef<'static> {
        AlgorithmIdentifierRef { oid: self.oid(), parameters: None }
    }

    pub(crate) fn oid(self) -> Oid {
        match self {
            Self::Sha256 => oid::ID_SHA256,
            Self::Sha384 => oid::ID_SHA384,
        }
    }
}

/// A digest of a document or of signed attributes, with the algorithm that made it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Digest {
    /// SHA-256.
    Sha256([u8; 32]),
    /// SHA-384.
    Sha384([u8; 48]),
}

impl Digest {
    /// Digests bytes.
    #[must_use]
    pub fn of(algorithm: DigestAlgorithm, bytes: &[u8]) -> Self {
        match algorithm {
            DigestAlgorithm::Sha256 => Self::Sha256(sha256(bytes)),
            DigestAlgorithm::Sha384 => Self::Sha384(sha2::Sha384::digest(bytes).into()),
        }
    }

    /// The algorithm that made it.
    #[must_use]
    pub fn algorithm(&self) -> DigestAlgorithm {
        match self {
            Self::Sha256(_) => DigestAlgorithm::Sha256,
            Self::Sha384(_) => DigestAlgorithm::Sha384,
        }
    }

    /// The digest itself.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Sha256(bytes) => bytes,
            Self::Sha384(bytes) => bytes,
        }
    }
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self::Sha256(bytes)
    }
}

impl From<&[u8; 32]> for Digest {
    fn from(bytes: &[u8; 32]) -> Self {
        Self::Sha256(*bytes)
    }
}

/// The kind of a seal's key pair.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum KeyKind {
    /// An elliptic-curve key on NIST P-256.
    EcdsaP256,
    /// An elliptic-curve key on NIST P-384.
    EcdsaP384,
    /// An RSA key.
    Rsa {
        /// Length of the modulus.
        bits: u32,
    },
}

impl KeyKind {
    /// Reads the kind out of a `SubjectPublicKeyInfo`.
    pub(crate) fn of(info: &SubjectPublicKeyInfoRef<'_>) -> Result<Self, SealError> {
        let unsupported = |found: String| SealError::KeyUnsupported { found };
        match info.algorithm.oid {
            oid::RSA_ENCRYPTION => {
                let bits = rsa_bits(info.subject_public_key.raw_bytes())
                    .ok_or_else(|| unsupported("RSA key that cannot be read".to_owned()))?;
                Self::rsa(bits)
            }
            oid::ID_EC_PUBLIC_KEY => match info.algorithm.parameters_oid() {
                Ok(oid::SECP256R1) => Ok(Self::EcdsaP256),
                Ok(oid::SECP384R1) => Ok(Self::EcdsaP384),
                Ok(curve) => Err(unsupported(format!("elliptic curve {curve}"))),
                Err(_) => Err(unsupported("elliptic curve without a name".to_owned())),
            },
            other => Err(unsupported(format!("algorithm {other}"))),
        }
    }

    pub(crate) fn rsa(bits: u32) -> Result<Self, SealError> {
        if (MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits) {
            return Ok(Self::Rsa { bits });
        }
        Err(SealError::KeyUnsupported {
            found: format!("RSA of {bits} bits, allowed are {MIN_RSA_BITS} to {MAX_RSA_BITS}"),
        })
    }

    /// The longest signature such a key makes, bytes.
    pub(crate) fn max_signature_bytes(self) -> usize {
        match self {
            // A SEQUENCE of two INTEGERs, each up to a curve-sized number with a sign byte.
            Self::EcdsaP256 => 72,
            Self::EcdsaP384 => 104,
            Self::Rsa { bits } => bits.div_ceil(8) as usize,
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EcdsaP256 => f.write_str("a P-256 key"),
            Self::EcdsaP384 => f.write_str("a P-384 key"),
            Self::Rsa { bits } => write!(f, "an RSA key of {bits} bits"),
        }
    }
}

/// The shortest RSA modulus a seal may use: 2048 bits, the least ETSI TS 119 312 still lists.
pub const MIN_RSA_BITS: u32 = 2048;

/// The longest RSA modulus a seal may use. Longer ones cost more time than they add strength, and
/// neither AWS KMS nor common viewers go beyond.
pub const MAX_RSA_BITS: u32 = 4096;

/// The bits of the modulus in an `RSAPublicKey` (RFC 8017 appendix A.1.1).
pub(crate) fn rsa_bits(public_key: &[u8]) -> Option<u32> {
    let key = crate::asn1::RsaPublicKey::from_der(public_key).ok()?;
    let bytes = key.modulus.as_bytes();
    let leading = bytes.first()?.leading_zeros();
    u32::try_from(bytes.len()).ok()?.checked_mul(8)?.checked_sub(leading)
}

/// `id-RSASSA-PSS` with every parameter spelled out (RFC 4055 section 3.1).
fn pss_identifier() -> der::Result<Vec<u8>> {
    let sha256 = AlgorithmIdentifierRef { oid: oid::ID_SHA256, parameters: Some(AnyRef::NULL) };
    let sha256_der = sha256.to_der()?;
    let parameters = crate::asn1::PssParameters {
        hash_algorithm: Some(sha256),
        mask_gen_algorithm: Some(AlgorithmIdentifierRef {
            oid: oid::ID_MGF1,
            parameters: Some(AnyRef::from_der(&sha256_der)?),
        }),
        salt_length: Some(PSS_SALT_BYTES),
        trailer_field: None,
    };
    AlgorithmIdentifier { oid: oid::ID_RSASSA_PSS, parameters: Some(parameters) }.to_der()
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    sha2::Sha256::digest(bytes).into()
}

/// The salt is as long as the digest, as RFC 8017 section 9.1 advises and verifiers expect.
const PSS_SALT_BYTES: u16 = 32;
