//! RSA with both paddings, in any size that turns up.

use aws_lc_rs::{
    digest,
    signature::{self, RsaParameters, UnparsedPublicKey},
};
use der::{AnyRef, Decode, Encode};
use rsa::{BoxedUint, RsaPublicKey, hazmat::rsa_encrypt, traits::PublicKeyParts};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::{Rejection, Scheme, has_no_parameters};
use crate::{
    asn1::{PssParameters, RsaPublicKey as PublicKeyDer},
    hash::HashAlgorithm,
    oid,
};

/// The parameters of a PSS signature.
#[derive(Clone, Copy)]
pub(super) struct Pss {
    pub(super) hash: HashAlgorithm,
    pub(super) mask_hash: HashAlgorithm,
    pub(super) salt_bytes: usize,
}

/// The scheme and digest that an algorithm names for an `rsaEncryption` key.
pub(super) fn scheme(
    algorithm: &AlgorithmIdentifierRef<'_>,
    digest: Option<HashAlgorithm>,
) -> Result<(Scheme, HashAlgorithm), Rejection> {
    if algorithm.oid == oid::ID_RSASSA_PSS {
        return pss_scheme(algorithm);
    }
    let hash = match algorithm.oid {
        oid::RSA_ENCRYPTION => digest.ok_or(Rejection::Unsupported("the signature names no digest"))?,
        oid::MD5_WITH_RSA => HashAlgorithm::Md5,
        oid::SHA1_WITH_RSA | oid::SHA1_WITH_RSA_OIW => HashAlgorithm::Sha1,
        oid::SHA224_WITH_RSA => HashAlgorithm::Sha224,
        oid::SHA256_WITH_RSA => HashAlgorithm::Sha256,
        oid::SHA384_WITH_RSA => HashAlgorithm::Sha384,
        oid::SHA512_WITH_RSA => HashAlgorithm::Sha512,
        oid::SHA3_256_WITH_RSA => HashAlgorithm::Sha3_256,
        oid::SHA3_384_WITH_RSA => HashAlgorithm::Sha3_384,
        oid::SHA3_512_WITH_RSA => HashAlgorithm::Sha3_512,
        _ => return Err(Rejection::Unsupported("the signature algorithm is not one of the key's")),
    };
    // RFC 4055 section 5 wants NULL; absent ones are common.
    if has_no_parameters(algorithm) {
        Ok((Scheme::RsaPkcs1, hash))
    } else {
        Err(Rejection::Unsupported("the signature algorithm has parameters that are not known"))
    }
}

/// The same for a key that is for PSS only, and may narrow its parameters (RFC 4055 section 3.3).
pub(super) fn scheme_of_pss_key(
    key: &AlgorithmIdentifierRef<'_>,
    algorithm: &AlgorithmIdentifierRef<'_>,
) -> Result<(Scheme, HashAlgorithm), Rejection> {
    if algorithm.oid != oid::ID_RSASSA_PSS {
        return Err(Rejection::Unsupported("the signature algorithm is not one of the key's"));
    }
    let named = pss_parameters(algorithm)?;
    if key.parameters.is_some() {
        let allowed = pss_parameters(key)?;
        if allowed.hash != named.hash
            || allowed.mask_hash != named.mask_hash
            || allowed.salt_bytes > named.salt_bytes
        {
            return Err(Rejection::Unsupported("the key allows no signature with such parameters"));
        }
    }
    pss_scheme(algorithm)
}

fn pss_scheme(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<(Scheme, HashAlgorithm), Rejection> {
    let Pss { hash, mask_hash, salt_bytes } = pss_parameters(algorithm)?;
    let salt_bytes = u16::try_from(salt_bytes).map_err(|_| UNKNOWN_PSS)?;
    Ok((Scheme::RsaPss { mask_hash, salt_bytes }, hash))
}

fn pss_parameters(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<Pss, Rejection> {
    let parameters: PssParameters<'_> =
        algorithm.parameters.and_then(|any| any.decode_as().ok()).ok_or(UNKNOWN_PSS)?;
    let mask_hash = match parameters.mask_gen_algorithm {
        None => HashAlgorithm::Sha1,
        Some(mask) if mask.oid == oid::ID_MGF1 => {
            hash(&mask.parameters.and_then(|any| any.decode_as().ok()).ok_or(UNKNOWN_PSS)?)?
        }
        Some(_) => return Err(UNKNOWN_PSS),
    };
    if parameters.trailer_field.is_some_and(|trailer| trailer != 1) {
        return Err(UNKNOWN_PSS);
    }
    Ok(Pss {
        hash: parameters.hash_algorithm.as_ref().map_or(Ok(HashAlgorithm::Sha1), hash)?,
        mask_hash,
        salt_bytes: parameters.salt_length.unwrap_or(DEFAULT_SALT_BYTES).into(),
    })
}

fn hash(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<HashAlgorithm, Rejection> {
    let known = HashAlgorithm::from_oid(algorithm.oid).filter(|_| has_no_parameters(algorithm));
    known.ok_or(Rejection::Unsupported("the digest of the PSS parameters is not supported"))
}

/// The size of a key's modulus.
pub(super) fn key_bits(key: &SubjectPublicKeyInfoRef<'_>) -> Result<u32, Rejection> {
    crate::algorithm::rsa_bits(key.subject_public_key.raw_bytes()).ok_or(UNREADABLE_KEY)
}

pub(super) fn verify_pkcs1(
    key: &[u8],
    hash: HashAlgorithm,
    digest: &[u8],
    signature: &[u8],
) -> Result<(), Rejection> {
    let parsed = Key::read(key)?;
    if parsed.suits_aws_lc()
        && let Some((parameters, name)) = aws_lc_pkcs1(hash)
    {
        return verify_by_aws_lc(parameters, name, key, digest, signature);
    }
    verify_pkcs1_slowly(key, hash, digest, signature)
}

/// What AWS-LC does not do: any digest, size and exponent.
pub(super) fn verify_pkcs1_slowly(
    key: &[u8],
    hash: HashAlgorithm,
    digest: &[u8],
    signature: &[u8],
) -> Result<(), Rejection> {
    let encoded = Key::read(key)?.encoded_message(signature)?;
    // Compared with the one encoding there is (RFC 8017 section 8.2.2): nothing is parsed, so nothing can
    // hide in what a parser skips.
    let expected = pkcs1_encoding(hash, digest, encoded.len()).ok_or(Rejection::Wrong)?;
    if encoded == expected { Ok(()) } else { Err(Rejection::Wrong) }
}

pub(super) fn verify_pss(key: &[u8], padding: Pss, digest: &[u8], signature: &[u8]) -> Result<(), Rejection> {
    let parsed = Key::read(key)?;
    if parsed.suits_aws_lc()
        && padding.hash == padding.mask_hash
        && padding.salt_bytes == padding.hash.output_bytes()
        && let Some((parameters, name)) = aws_lc_pss(padding.hash)
    {
        return verify_by_aws_lc(parameters, name, key, digest, signature);
    }
    let encoded = parsed.encoded_message(signature)?;
    let encoded_bits = (parsed.bits as usize).saturating_sub(1);
    pss_matches(padding, digest, &encoded, encoded_bits)
        .filter(|matches| *matches)
        .ok_or(Rejection::Wrong)?;
    Ok(())
}

fn aws_lc_pkcs1(hash: HashAlgorithm) -> Option<(&'static RsaParameters, &'static digest::Algorithm)> {
    match hash {
        HashAlgorithm::Sha256 => Some((&signature::RSA_PKCS1_2048_8192_SHA256, &digest::SHA256)),
        HashAlgorithm::Sha384 => Some((&signature::RSA_PKCS1_2048_8192_SHA384, &digest::SHA384)),
        HashAlgorithm::Sha512 => Some((&signature::RSA_PKCS1_2048_8192_SHA512, &digest::SHA512)),
        _ => None,
    }
}

fn aws_lc_pss(hash: HashAlgorithm) -> Option<(&'static RsaParameters, &'static digest::Algorithm)> {
    match hash {
        HashAlgorithm::Sha256 => Some((&signature::RSA_PSS_2048_8192_SHA256, &digest::SHA256)),
        HashAlgorithm::Sha384 => Some((&signature::RSA_PSS_2048_8192_SHA384, &digest::SHA384)),
        HashAlgorithm::Sha512 => Some((&signature::RSA_PSS_2048_8192_SHA512, &digest::SHA512)),
        _ => None,
    }
}

fn verify_by_aws_lc(
    parameters: &'static RsaParameters,
    name: &'static digest::Algorithm,
    key: &[u8],
    digest: &[u8],
    signature: &[u8],
) -> Result<(), Rejection> {
    let digest = digest::Digest::import_less_safe(digest, name).map_err(|_| Rejection::Wrong)?;
    UnparsedPublicKey::new(parameters, key).verify_digest(&digest, signature).map_err(|_| Rejection::Wrong)
}

/// A public key of a size worth computing with.
struct Key<'a> {
    bits: u32,
    exponent: &'a [u8],
    modulus: &'a [u8],
}

impl<'a> Key<'a> {
    fn read(der: &'a [u8]) -> Result<Self, Rejection> {
        let key = PublicKeyDer::from_der(der).map_err(|_| UNREADABLE_KEY)?;
        let bits = crate::algorithm::rsa_bits(der).ok_or(UNREADABLE_KEY)?;
        if !(MIN_KEY_BITS..=MAX_KEY_BITS).contains(&bits) {
            return Err(Rejection::Unsupported("the RSA key is of a size that is not supported"));
        }
        Ok(Self { bits, exponent: key.public_exponent.as_bytes(), modulus: key.modulus.as_bytes() })
    }

    /// AWS-LC takes other exponents too, up to a limit of its own; one rule is easier to reason about.
    fn suits_aws_lc(&self) -> bool {
        (2048..=8192).contains(&self.bits) && self.exponent == [1, 0, 1]
    }

    /// RSAVP1 (RFC 8017 section 5.2.2): the encoded message, as long as the modulus.
    fn encoded_message(&self, signature: &[u8]) -> Result<Vec<u8>, Rejection> {
        let size = self.modulus.len();
        if signature.len() != size {
            return Err(Rejection::Wrong);
        }
        let limits = MIN_KEY_BITS as usize..=MAX_KEY_BITS as usize;
        let modulus = BoxedUint::from_be_slice_vartime(self.modulus);
        let exponent = BoxedUint::from_be_slice_vartime(self.exponent);
        let key = RsaPublicKey::new_with_size_limits(modulus, exponent, limits)
            .map_err(|_| Rejection::Unsupported("the RSA key has an exponent that is not supported"))?;
        let number =
            BoxedUint::from_be_slice(signature, key.n_bits_precision()).map_err(|_| Rejection::Wrong)?;
        // As long as each other, so the order of the bytes is that of the numbers.
        if signature >= self.modulus {
            return Err(Rejection::Wrong);
        }
        let encoded = rsa_encrypt(&key, &number).map_err(|_| Rejection::Wrong)?.to_be_bytes();
        let start = encoded.len().checked_sub(size).ok_or(Rejection::Wrong)?;
        let (zeros, encoded) = encoded.split_at_checked(start).ok_or(Rejection::Wrong)?;
        if zeros.iter().any(|byte| *byte != 0) {
            return Err(Rejection::Wrong);
        }
        Ok(encoded.to_vec())
    }
}

/// EMSA-PKCS1-v1_5 (RFC 8017 section 9.2).
fn pkcs1_encoding(hash: HashAlgorithm, digest: &[u8], size: usize) -> Option<Vec<u8>> {
    let algorithm = AlgorithmIdentifierRef { oid: hash.oid(), parameters: Some(AnyRef::NULL) };
    let value = AnyRef::new(der::Tag::OctetString, digest).ok()?;
    let info = [algorithm.to_der().ok()?, value.to_der().ok()?].concat();
    let info = AnyRef::new(der::Tag::Sequence, &info).ok()?.to_der().ok()?;
    let filling = size.checked_sub(info.len())?.checked_sub(3).filter(|length| *length >= 8)?;
    Some([&[0, 1][..], &vec![0xff; filling], &[0], &info].concat())
}

/// EMSA-PSS-VERIFY (RFC 8017 section 9.1.2); `None` for what is inconsistent.
fn pss_matches(padding: Pss, digest: &[u8], encoded: &[u8], encoded_bits: usize) -> Option<bool> {
    // One byte shorter than the modulus when that has one bit more than whole bytes.
    let size = encoded_bits.div_ceil(8);
    let (zeros, encoded) = encoded.split_at_checked(encoded.len().checked_sub(size)?)?;
    let (trailer, encoded) = encoded.split_last()?;
    let masked_size = encoded.len().checked_sub(padding.hash.output_bytes())?;
    let (masked, hash) = encoded.split_at_checked(masked_size)?;
    let mut block = mask(padding.mask_hash, hash, masked.len());
    for (byte, masked) in block.iter_mut().zip(masked) {
        *byte ^= masked;
    }
    let spare_bits = size.checked_mul(8)?.checked_sub(encoded_bits)?;
    let used = 0xff_u8.checked_shr(u32::try_from(spare_bits).ok()?)?;
    if zeros.iter().any(|byte| *byte != 0) || *trailer != 0xbc || masked.first()? & !used != 0 {
        return None;
    }
    *block.first_mut()? &= used;
    let (filling, salt) = block.split_at_checked(block.len().checked_sub(padding.salt_bytes)?)?;
    let (one, zeros) = filling.split_last()?;
    if *one != 1 || zeros.iter().any(|byte| *byte != 0) {
        return None;
    }
    Some(padding.hash.digest(&[&[0; 8], digest, salt].concat()) == hash)
}

/// MGF1 (RFC 8017 appendix B.2.1).
fn mask(hash: HashAlgorithm, seed: &[u8], length: usize) -> Vec<u8> {
    (0_u32..).flat_map(|counter| hash.digest(&[seed, &counter.to_be_bytes()].concat())).take(length).collect()
}

/// Smaller keys fall to anyone with a computer; none was ever in lawful use.
const MIN_KEY_BITS: u32 = 512;

/// Larger ones only cost the verifier time.
const MAX_KEY_BITS: u32 = 16_384;

/// The default of `saltLength` (RFC 4055 section 3.1).
const DEFAULT_SALT_BYTES: u16 = 20;

const UNKNOWN_PSS: Rejection = Rejection::Unsupported("the PSS parameters cannot be read");
const UNREADABLE_KEY: Rejection = Rejection::Unsupported("the RSA key cannot be read");
