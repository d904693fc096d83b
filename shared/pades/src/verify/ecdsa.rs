//! ECDSA on the NIST and Brainpool curves.

use std::fmt;

use aws_lc_rs::{
    digest,
    signature::{self, UnparsedPublicKey, VerificationAlgorithm},
};
use bp256::BrainpoolP256r1;
use bp384::BrainpoolP384r1;
use der::Decode;
use ecdsa::{
    EcdsaCurve, Signature, SignatureSize, VerifyingKey,
    elliptic_curve::{
        CurveArithmetic, FieldBytesSize,
        array::ArraySize,
        sec1::{FromSec1Point, ModulusSize, ToSec1Point},
    },
    signature::hazmat::PrehashVerifier,
};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::{Rejection, has_no_parameters};
use crate::{asn1::EcdsaSignature, hash::HashAlgorithm, oid};

/// A named elliptic curve.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Curve {
    /// brainpoolP256r1 (RFC 5639).
    BrainpoolP256r1,
    /// brainpoolP384r1 (RFC 5639).
    BrainpoolP384r1,
    /// NIST P-256, secp256r1.
    P256,
    /// NIST P-384, secp384r1.
    P384,
    /// NIST P-521, secp521r1.
    P521,
}

impl Curve {
    /// The curve a key names. One that spells out its parameters instead is refused: RFC 5480 section
    /// 2.1.1 forbids it, and it lets an attacker choose the generator.
    pub(super) fn of(key: &SubjectPublicKeyInfoRef<'_>) -> Result<Self, Rejection> {
        match key.algorithm.parameters_oid() {
            Ok(oid::BRAINPOOL_P256R1) => Ok(Self::BrainpoolP256r1),
            Ok(oid::BRAINPOOL_P384R1) => Ok(Self::BrainpoolP384r1),
            Ok(oid::SECP256R1) => Ok(Self::P256),
            Ok(oid::SECP384R1) => Ok(Self::P384),
            Ok(oid::SECP521R1) => Ok(Self::P521),
            Ok(_) => Err(Rejection::Unsupported("the key's elliptic curve is not supported")),
            Err(_) => Err(Rejection::Unsupported("the key names no elliptic curve")),
        }
    }

    pub(super) fn bits(self) -> u32 {
        match self {
            Self::BrainpoolP256r1 | Self::P256 => 256,
            Self::BrainpoolP384r1 | Self::P384 => 384,
            Self::P521 => 521,
        }
    }

    /// Verifies a signature over a digest; whether it was the two numbers end to end.
    ///
    /// Some signers write that plain form under the identifier of the other one. The numbers are the same,
    /// so it is read, and told.
    pub(super) fn verify(
        self,
        key: &[u8],
        plain: bool,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, Rejection> {
        let size = self.bits().div_ceil(8) as usize;
        let from_der = if plain { None } else { EcdsaSignature::from_der(signature).ok() }
            .map(|numbers| (false, numbers));
        let (plain, numbers) = match from_der {
            Some((plain, numbers)) => {
                let r = left_padded(numbers.r.as_bytes(), size).ok_or(Rejection::Wrong)?;
                let s = left_padded(numbers.s.as_bytes(), size).ok_or(Rejection::Wrong)?;
                (plain, [r, s].concat())
            }
            None if signature.len() == size.saturating_mul(2) => (true, signature.to_vec()),
            None => return Err(Rejection::Wrong),
        };
        self.verify_numbers(key, digest, &numbers)?;
        Ok(plain)
    }

    fn verify_numbers(self, key: &[u8], digest: &[u8], numbers: &[u8]) -> Result<(), Rejection> {
        match self {
            Self::BrainpoolP256r1 => verify_on::<BrainpoolP256r1>(key, digest, numbers),
            Self::BrainpoolP384r1 => verify_on::<BrainpoolP384r1>(key, digest, numbers),
            Self::P256 => {
                verify_by_aws_lc(&signature::ECDSA_P256_SHA256_FIXED, &digest::SHA256, key, digest, numbers)
            }
            Self::P384 => {
                verify_by_aws_lc(&signature::ECDSA_P384_SHA384_FIXED, &digest::SHA384, key, digest, numbers)
            }
            Self::P521 => {
                verify_by_aws_lc(&signature::ECDSA_P521_SHA512_FIXED, &digest::SHA512, key, digest, numbers)
            }
        }
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BrainpoolP256r1 => "brainpoolP256r1",
            Self::BrainpoolP384r1 => "brainpoolP384r1",
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        })
    }
}

/// The digest an algorithm names, and whether its signatures are the two numbers end to end.
pub(super) fn hash(
    key: &AlgorithmIdentifierRef<'_>,
    algorithm: &AlgorithmIdentifierRef<'_>,
    digest: Option<HashAlgorithm>,
) -> Result<(HashAlgorithm, bool), Rejection> {
    // Some CMS name the key's algorithm, with or without its curve, where the signature's belongs.
    if algorithm.oid == oid::ID_EC_PUBLIC_KEY {
        let digest = digest.ok_or(Rejection::Unsupported("the signature names no digest"))?;
        return Ok((digest, false));
    }
    let named = match algorithm.oid {
        oid::ECDSA_WITH_SHA1 => (HashAlgorithm::Sha1, false),
        oid::ECDSA_WITH_SHA224 => (HashAlgorithm::Sha224, false),
        oid::ECDSA_WITH_SHA256 => (HashAlgorithm::Sha256, false),
        oid::ECDSA_WITH_SHA384 => (HashAlgorithm::Sha384, false),
        oid::ECDSA_WITH_SHA512 => (HashAlgorithm::Sha512, false),
        oid::ECDSA_WITH_SHA3_256 => (HashAlgorithm::Sha3_256, false),
        oid::ECDSA_WITH_SHA3_384 => (HashAlgorithm::Sha3_384, false),
        oid::ECDSA_WITH_SHA3_512 => (HashAlgorithm::Sha3_512, false),
        oid::ECDSA_PLAIN_SHA1 => (HashAlgorithm::Sha1, true),
        oid::ECDSA_PLAIN_SHA224 => (HashAlgorithm::Sha224, true),
        oid::ECDSA_PLAIN_SHA256 => (HashAlgorithm::Sha256, true),
        oid::ECDSA_PLAIN_SHA384 => (HashAlgorithm::Sha384, true),
        oid::ECDSA_PLAIN_SHA512 => (HashAlgorithm::Sha512, true),
        _ => return Err(Rejection::Unsupported("the signature algorithm is not one of the key's")),
    };
    // RFC 5758 section 3.2 wants them absent; old signers write NULL, some repeat the curve of their key.
    if has_no_parameters(algorithm) || algorithm.parameters == key.parameters {
        Ok(named)
    } else {
        Err(Rejection::Unsupported("the signature algorithm has parameters that are not known"))
    }
}

/// AWS-LC has few pairs of curve and digest, but takes any digest under another's name. ECDSA uses the
/// leftmost bits of a digest up to the size of the curve (FIPS 186-5 section 6.4.2), and a shorter one as
/// the number it is, so cutting or padding it to the size of that other digest changes nothing.
fn verify_by_aws_lc(
    algorithm: &'static dyn VerificationAlgorithm,
    name: &'static digest::Algorithm,
    key: &[u8],
    digest: &[u8],
    numbers: &[u8],
) -> Result<(), Rejection> {
    let size = name.output_len();
    let digest = match digest.get(..size) {
        Some(leftmost) => leftmost.to_vec(),
        None => left_padded(digest, size).ok_or(Rejection::Wrong)?,
    };
    let digest = digest::Digest::import_less_safe(&digest, name).map_err(|_| Rejection::Wrong)?;
    if key.first() != Some(&UNCOMPRESSED) {
        return Err(Rejection::Unsupported("the key's point is not uncompressed"));
    }
    UnparsedPublicKey::new(algorithm, key).verify_digest(&digest, numbers).map_err(|_| Rejection::Wrong)
}

fn verify_on<C>(key: &[u8], digest: &[u8], numbers: &[u8]) -> Result<(), Rejection>
where
    C: EcdsaCurve + CurveArithmetic,
    C::AffinePoint: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
    SignatureSize<C>: ArraySize,
{
    let key = VerifyingKey::<C>::from_sec1_bytes(key)
        .map_err(|_| Rejection::Unsupported("the key is no point of its curve"))?;
    let signature = Signature::<C>::from_slice(numbers).map_err(|_| Rejection::Wrong)?;
    // A digest much shorter than the field is refused there unless padded to it, which changes nothing.
    let size = numbers.len() / 2;
    let digest = left_padded(digest, size).unwrap_or_else(|| digest.to_vec());
    key.verify_prehash(&digest, &signature).map_err(|_| Rejection::Wrong)
}

/// The same number in so many bytes; `None` if it is longer.
fn left_padded(number: &[u8], size: usize) -> Option<Vec<u8>> {
    let zeros = size.checked_sub(number.len())?;
    Some([&vec![0; zeros], number].concat())
}

/// The first octet of an uncompressed point (SEC 1 section 2.3.3).
const UNCOMPRESSED: u8 = 4;
