//! Checks one signature with one public key, whichever algorithm it names.
//!
//! AWS-LC does the arithmetic wherever it can. The `rsa` crate does RSA in sizes, exponents and paddings
//! that AWS-LC refuses, with public keys only; `bp256` and `bp384` do the Brainpool curves.
//!
//! **Invariant:** judges no algorithm by its age; [`crate::policy`] does. Parameters are read strictly:
//! what is not understood is refused, never guessed.

mod ecdsa;
mod name;
mod rsa;

use aws_lc_rs::signature::{self, UnparsedPublicKey};
use const_oid::ObjectIdentifier as Oid;
use der::{AnyRef, Decode, asn1::BitStringRef};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

pub use self::ecdsa::Curve;
use crate::{hash::HashAlgorithm, oid};

/// Why a signature was not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// The algorithm, its parameters or the key are not known here. Says which part.
    #[error("{0}")]
    Unsupported(&'static str),
    /// The signature does not belong to this message and key.
    #[error("the signature does not verify")]
    Wrong,
}

/// How a signature is made, and with what size of key.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SignatureAlgorithm {
    /// The digest that is signed; for Ed25519 the one it uses inside.
    pub hash: HashAlgorithm,
    /// Bits of the RSA modulus or of the curve's field.
    pub key_bits: u32,
    /// Key and padding.
    pub scheme: Scheme,
}

/// The kinds of signatures that are read.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Scheme {
    /// ECDSA (FIPS 186-5 section 6).
    Ecdsa {
        /// The curve of the key.
        curve: Curve,
        /// Whether the signature is the two numbers end to end (BSI TR-03111), not an `ECDSA-Sig-Value`.
        plain: bool,
    },
    /// `EdDSA` on Curve25519 (RFC 8032).
    Ed25519,
    /// RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2).
    RsaPkcs1,
    /// RSASSA-PSS with MGF1 (RFC 8017 section 8.1).
    RsaPss {
        /// The digest of the mask.
        mask_hash: HashAlgorithm,
        /// Length of the salt.
        salt_bytes: u16,
    },
}

/// What was signed.
#[derive(Clone, Copy, Debug)]
pub enum Signed<'a> {
    /// Its digest by the algorithm that the signature names. Not for Ed25519.
    Digest(&'a [u8]),
    /// All of it.
    Message(&'a [u8]),
}

/// Verifies a signature, and says how it was made.
///
/// `key` is a `SubjectPublicKeyInfo` and `algorithm` an `AlgorithmIdentifier`, both DER. `digest` is the
/// digest named beside the signature (`SignerInfo.digestAlgorithm`), which decides when the signature
/// algorithm names none (`rsaEncryption`).
///
/// # Errors
///
/// [`Rejection::Unsupported`] for what is not known here; [`Rejection::Wrong`] when the signature is not
/// by this key over this message.
pub fn verify_signature(
    key: &[u8],
    algorithm: &[u8],
    digest: Option<HashAlgorithm>,
    signed: Signed<'_>,
    signature: &[u8],
) -> Result<SignatureAlgorithm, Rejection> {
    let key = SubjectPublicKeyInfoRef::from_der(key)
        .map_err(|_| Rejection::Unsupported("the public key cannot be read"))?;
    let algorithm = AlgorithmIdentifierRef::from_der(algorithm)
        .map_err(|_| Rejection::Unsupported("the signature algorithm cannot be read"))?;
    SignatureAlgorithm::read(&key, &algorithm, digest)?.verify(&key, signed, signature)
}

impl SignatureAlgorithm {
    /// Reads how a signature by this key says it was made.
    pub(crate) fn read(
        key: &SubjectPublicKeyInfoRef<'_>,
        algorithm: &AlgorithmIdentifierRef<'_>,
        digest: Option<HashAlgorithm>,
    ) -> Result<Self, Rejection> {
        match key.algorithm.oid {
            oid::RSA_ENCRYPTION if has_no_parameters(&key.algorithm) => {
                let (scheme, hash) = rsa::scheme(algorithm, digest)?;
                Ok(Self { hash, key_bits: rsa::key_bits(key)?, scheme })
            }
            oid::ID_RSASSA_PSS => {
                let (scheme, hash) = rsa::scheme_of_pss_key(&key.algorithm, algorithm)?;
                Ok(Self { hash, key_bits: rsa::key_bits(key)?, scheme })
            }
            oid::ID_EC_PUBLIC_KEY => {
                let curve = Curve::of(key)?;
                let (hash, plain) = ecdsa::hash(&key.algorithm, algorithm, digest)?;
                Ok(Self { hash, key_bits: curve.bits(), scheme: Scheme::Ecdsa { curve, plain } })
            }
            oid::ID_ED25519
                if algorithm.oid == oid::ID_ED25519
                    && key.algorithm.parameters.is_none()
                    && algorithm.parameters.is_none() =>
            {
                Ok(Self { hash: HashAlgorithm::Sha512, key_bits: ED25519_BITS, scheme: Scheme::Ed25519 })
            }
            _ => Err(Rejection::Unsupported("the key is of a kind that is not supported")),
        }
    }

    /// Verifies a signature. What is returned tells two spellings of ECDSA signatures apart.
    pub(crate) fn verify(
        mut self,
        key: &SubjectPublicKeyInfoRef<'_>,
        signed: Signed<'_>,
        signature: &[u8],
    ) -> Result<Self, Rejection> {
        let key = key.subject_public_key.as_bytes().ok_or(Rejection::Wrong)?;
        if self.scheme == Scheme::Ed25519 {
            let Signed::Message(message) = signed else {
                return Err(Rejection::Unsupported("Ed25519 signs messages, not digests"));
            };
            UnparsedPublicKey::new(&signature::ED25519, key)
                .verify(message, signature)
                .map_err(|_| Rejection::Wrong)?;
            return Ok(self);
        }
        let digest = match signed {
            Signed::Digest(digest) if digest.len() == self.hash.output_bytes() => digest.to_vec(),
            Signed::Digest(_) => return Err(Rejection::Wrong),
            Signed::Message(message) => self.hash.digest(message),
        };
        match &mut self.scheme {
            Scheme::Ecdsa { curve, plain } => *plain = curve.verify(key, *plain, &digest, signature)?,
            Scheme::RsaPkcs1 => rsa::verify_pkcs1(key, self.hash, &digest, signature)?,
            Scheme::RsaPss { mask_hash, salt_bytes } => {
                let padding =
                    rsa::Pss { hash: self.hash, mask_hash: *mask_hash, salt_bytes: (*salt_bytes).into() };
                rsa::verify_pss(key, padding, &digest, signature)?;
            }
            Scheme::Ed25519 => return Err(Rejection::Wrong),
        }
        Ok(self)
    }

    /// Whether seals may still be made this way: SHA-256 or better, RSA of 2048 bits or more.
    pub(crate) fn is_current(&self) -> bool {
        let strong_key = match self.scheme {
            Scheme::RsaPkcs1 | Scheme::RsaPss { .. } => self.key_bits >= crate::MIN_RSA_BITS,
            Scheme::Ecdsa { .. } | Scheme::Ed25519 => true,
        };
        strong_key && self.hash >= HashAlgorithm::Sha256
    }
}

/// Verifies a signature over a message by an algorithm that may still be used to make signatures; SHA-1
/// and MD5 are refused like anything unknown.
pub(crate) fn verify(
    key: &SubjectPublicKeyInfoRef<'_>,
    algorithm: &AlgorithmIdentifierRef<'_>,
    digest: Option<Oid>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Rejection> {
    let algorithm = SignatureAlgorithm::read(key, algorithm, digest.and_then(HashAlgorithm::from_oid))?;
    if !algorithm.is_current() {
        return Err(Rejection::Unsupported("the algorithm is out of date"));
    }
    algorithm.verify(key, Signed::Message(message), signature)?;
    Ok(())
}

/// The same for a signature in a BIT STRING, as those of certificates and lists.
pub(crate) fn verify_bits(
    key: &SubjectPublicKeyInfoRef<'_>,
    algorithm: &AlgorithmIdentifierRef<'_>,
    message: &[u8],
    signature: &BitStringRef<'_>,
) -> Result<(), Rejection> {
    // Unused bits would be a second spelling of the same signature.
    let signature = signature.as_bytes().ok_or(Rejection::Wrong)?;
    verify(key, algorithm, None, message, signature)
}

/// The same by whichever algorithm, which is returned to be judged.
pub(crate) fn verify_bits_of_any_age(
    key: &SubjectPublicKeyInfoRef<'_>,
    algorithm: &AlgorithmIdentifierRef<'_>,
    message: &[u8],
    signature: &BitStringRef<'_>,
) -> Result<SignatureAlgorithm, Rejection> {
    let signature = signature.as_bytes().ok_or(Rejection::Wrong)?;
    let named = SignatureAlgorithm::read(key, algorithm, None)?;
    let found = named.verify(key, Signed::Message(message), signature)?;
    // Certificates and lists have one spelling only.
    if found == named { Ok(found) } else { Err(Rejection::Wrong) }
}

/// The size of a public key, bits; 0 if it is of a kind that is not known.
pub(crate) fn key_bits(key: &SubjectPublicKeyInfoRef<'_>) -> u32 {
    match key.algorithm.oid {
        oid::RSA_ENCRYPTION | oid::ID_RSASSA_PSS => rsa::key_bits(key).unwrap_or_default(),
        oid::ID_EC_PUBLIC_KEY => Curve::of(key).map_or(0, Curve::bits),
        oid::ID_ED25519 => ED25519_BITS,
        _ => 0,
    }
}

/// Whether parameters are absent, or NULL as those of the older RSA identifiers have to be.
fn has_no_parameters(algorithm: &AlgorithmIdentifierRef<'_>) -> bool {
    algorithm.parameters.is_none_or(AnyRef::is_null)
}

/// The size of the field; its security is that of a 256-bit curve.
const ED25519_BITS: u32 = 256;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
mod tests;
