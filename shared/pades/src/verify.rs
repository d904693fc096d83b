//! Checks one signature with one public key.
//!
//! **Invariant:** only algorithms that may still be used to make signatures are known here; SHA-1
//! and MD5 are refused like anything else unknown.

use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use const_oid::ObjectIdentifier as Oid;
use der::asn1::BitStringRef;
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use crate::{asn1::PssParameters, oid};

/// Why a signature was not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Rejection {
    /// The algorithm, its parameters or the key's curve are not known here.
    Unsupported,
    /// The signature does not belong to this message and key.
    Wrong,
}

/// Verifies a signature over a message.
///
/// `digest` is the digest named beside the signature (`SignerInfo.digestAlgorithm`), which decides
/// when the signature algorithm names none (`rsaEncryption`).
pub(crate) fn verify(
    key: &SubjectPublicKeyInfoRef<'_>,
    algorithm: &AlgorithmIdentifierRef<'_>,
    digest: Option<Oid>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Rejection> {
    let verification = verification(key, algorithm, digest).ok_or(Rejection::Unsupported)?;
    UnparsedPublicKey::new(verification, key.subject_public_key.raw_bytes())
        .verify(message, signature)
        .map_err(|_| Rejection::Wrong)
}

/// Verifies a signature that stands in a BIT STRING, as those of certificates and lists do.
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

fn verification(
    key: &SubjectPublicKeyInfoRef<'_>,
    algorithm: &AlgorithmIdentifierRef<'_>,
    digest: Option<Oid>,
) -> Option<&'static dyn VerificationAlgorithm> {
    match key.algorithm.oid {
        oid::RSA_ENCRYPTION | oid::ID_RSASSA_PSS => match algorithm.oid {
            oid::RSA_ENCRYPTION => pkcs1(digest?),
            oid::SHA256_WITH_RSA => pkcs1(oid::ID_SHA256),
            oid::SHA384_WITH_RSA => pkcs1(oid::ID_SHA384),
            oid::SHA512_WITH_RSA => pkcs1(oid::ID_SHA512),
            oid::ID_RSASSA_PSS => pss(algorithm),
            _ => None,
        },
        oid::ID_EC_PUBLIC_KEY => ecdsa(key.algorithm.parameters_oid().ok()?, algorithm.oid),
        _ => None,
    }
}

fn pkcs1(digest: Oid) -> Option<&'static dyn VerificationAlgorithm> {
    match digest {
        oid::ID_SHA256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        oid::ID_SHA384 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        oid::ID_SHA512 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        _ => None,
    }
}

/// PSS with MGF1 over the same digest and a salt of its length, the only shape AWS-LC verifies.
fn pss(algorithm: &AlgorithmIdentifierRef<'_>) -> Option<&'static dyn VerificationAlgorithm> {
    let parameters: PssParameters<'_> = algorithm.parameters?.decode_as().ok()?;
    let hash = parameters.hash_algorithm.oid;
    let mask = &parameters.mask_gen_algorithm;
    let mask_hash: AlgorithmIdentifierRef<'_> = mask.parameters?.decode_as().ok()?;
    if mask.oid != oid::ID_MGF1 || mask_hash.oid != hash {
        return None;
    }
    match (hash, parameters.salt_length) {
        (oid::ID_SHA256, 32) => Some(&signature::RSA_PSS_2048_8192_SHA256),
        (oid::ID_SHA384, 48) => Some(&signature::RSA_PSS_2048_8192_SHA384),
        (oid::ID_SHA512, 64) => Some(&signature::RSA_PSS_2048_8192_SHA512),
        _ => None,
    }
}

fn ecdsa(curve: Oid, algorithm: Oid) -> Option<&'static dyn VerificationAlgorithm> {
    match (curve, algorithm) {
        (oid::SECP256R1, oid::ECDSA_WITH_SHA256) => Some(&signature::ECDSA_P256_SHA256_ASN1),
        (oid::SECP256R1, oid::ECDSA_WITH_SHA384) => Some(&signature::ECDSA_P256_SHA384_ASN1),
        (oid::SECP256R1, oid::ECDSA_WITH_SHA512) => Some(&signature::ECDSA_P256_SHA512_ASN1),
        (oid::SECP384R1, oid::ECDSA_WITH_SHA256) => Some(&signature::ECDSA_P384_SHA256_ASN1),
        (oid::SECP384R1, oid::ECDSA_WITH_SHA384) => Some(&signature::ECDSA_P384_SHA384_ASN1),
        (oid::SECP384R1, oid::ECDSA_WITH_SHA512) => Some(&signature::ECDSA_P384_SHA512_ASN1),
        (oid::SECP521R1, oid::ECDSA_WITH_SHA256) => Some(&signature::ECDSA_P521_SHA256_ASN1),
        (oid::SECP521R1, oid::ECDSA_WITH_SHA384) => Some(&signature::ECDSA_P521_SHA384_ASN1),
        (oid::SECP521R1, oid::ECDSA_WITH_SHA512) => Some(&signature::ECDSA_P521_SHA512_ASN1),
        _ => None,
    }
}
